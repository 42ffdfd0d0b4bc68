import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { Reader } from '../store/in-list.ts'
import { type StockBy, type StockFilter, type StockSum, stockBy, stockPage, stockTotal } from '../store/stock-sums.ts'
import { pageLimit, paging, readCursor, toPage } from './page.ts'
import { invalid } from './problem.ts'
import { route } from './route.ts'
import { count, decimal, described, fields, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { iso, key, stored } from './values.ts'

/** Locations that are looked at for their kind. */
const mostLocations = 5000

const figures = {
  products: described(count, 'products summed up; each in its own base unit'),
  onHand: decimal,
  reserved: decimal,
  inTransit: decimal,
  available: decimal,
  asOf: described(nullable(time), 'of the oldest figure in the sum; null: there is none'),
  sources: described(list(text()), 'connections that count or move it'),
}
const sum = fields({ name: described(text(), "key of the product, location, owner or supplier; '' for none"), ...figures })
const total = fields(figures)

const shownTotal = (row: StockSum): Of<typeof total> => ({
  products: row.products,
  onHand: fromScaled(row.onHand, quantityScale),
  reserved: fromScaled(row.reserved, quantityScale),
  inTransit: fromScaled(row.inTransit, quantityScale),
  available: fromScaled(row.available, quantityScale),
  asOf: row.products === 0 ? null : iso(row.asOf),
  sources: row.sources,
})

/** `warehouse` and `store`: by location, only those of that kind. */
const asked = [...stockBy, 'warehouse', 'store'] as const

async function ofKind(read: Reader, tenant: string, kind: string): Promise<readonly string[]> {
  const rows = await read
    .selectFrom('document')
    .select(['key', 'body'])
    .where('tenant', '=', tenant)
    .where('type', '=', 'location')
    .limit(mostLocations)
    .execute()
  return rows.flatMap(({ key: location, body }) => {
    const parsed = stored(body)
    return typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === kind ? [location] : []
  })
}

export const stockSummaryRoutes = [
  route({
    id: 'sumStock',
    method: 'GET',
    path: '/v1/stock/summary',
    tag: 'stock',
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Stock summed up by product, location, warehouse, store, owner or supplier, with the total',
      zh: '库存汇总：按商品、地点、仓库、门店、货主或供应商，并给出合计',
    },
    query: {
      by: optional(oneOf(...asked)),
      product: optional(key),
      supplier: optional(key),
      owner: optional(key),
      condition: optional(described(text(64), 'sellable when left out')),
      ...paging,
    },
    answer: fields({ asOf: time, by: text(), total, items: list(sum), next: nullable(text()) }),
    handle: async ({ hub, who, query }) => {
      const { read } = hub.database
      const now = await hub.database.now()
      const limit = pageLimit(query.limit)
      const { by: wanted = 'product', product, supplier, owner, condition = 'sellable' } = query
      const kind = wanted === 'warehouse' || wanted === 'store' ? wanted : undefined
      if (kind !== undefined && who.party !== null)
        throw invalid([{ in: 'query', path: 'by', message: "kinds of locations are for the operator's own keys: ask by location" }])
      const by: StockBy = wanted === 'warehouse' || wanted === 'store' ? 'location' : wanted
      const filter: StockFilter = {
        condition,
        today: iso(now).slice(0, 10),
        ...(product === undefined ? {} : { product }),
        ...(supplier === undefined ? {} : { supplier }),
        ...(owner === undefined ? {} : { owner }),
        ...(kind === undefined ? {} : { locations: await ofKind(read, hub.tenant, kind) }),
      }
      const after = readCursor(query.after, 1)?.[0]
      const rows = await stockPage(read, hub.tenant, filter, { by, limit: limit + 1, ...(after === undefined ? {} : { after }) })
      const page = toPage(
        rows,
        limit,
        ({ name }) => [name],
        (row) => ({ name: row.name, ...shownTotal(row) }),
      )
      return { body: { asOf: iso(now), by: wanted, total: shownTotal(await stockTotal(read, hub.tenant, filter)), ...page } }
    },
  }),
]
