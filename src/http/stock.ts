import { fromScaled, quantityScale } from '../model/decimal.ts'
import { listMovements, mostSummed, sumBefore } from '../store/movement-page.ts'
import { stockPage, stockStretch } from '../store/stock.ts'
import type { MovementTable, StockTable } from '../store/tables.ts'
import { pageLimit, pageOf, paging, readCursor, toPage, toPart } from './page.ts'
import { route } from './route.ts'
import { decimal, described, fields, nullable, type Of, optional, text, time } from './shape.ts'
import { epochOr, iso, key } from './values.ts'

const place = {
  product: text(),
  location: text(),
  owner: described(text(), "key of a party; '' for goods of the house"),
  condition: text(),
  lot: described(text(), "'' where none is known"),
}
const level = fields({
  ...place,
  onHand: decimal,
  reserved: described(decimal, 'promised by orders and not yet taken off'),
  inTransit: decimal,
  available: described(decimal, 'onHand - reserved; below zero when more is promised than there is'),
  asOf: described(time, 'up to when the source has told the figure'),
  source: described(text(), 'connection that counts or moves the place; hub: the hub does'),
})
const movement = fields({
  at: time,
  ...place,
  kind: text(),
  quantity: described(decimal, 'below zero: it left'),
  balance: described(
    nullable(decimal),
    `sum of all movements of the place up to this one; a count starts no new balance. null: more than ${mostSummed} lie before it: ask without since`,
  ),
  source: text(),
  type: text(),
  key: text(),
  line: text(),
})
const exact = (value: StockTable['on_hand']): string => fromScaled(BigInt(value), quantityScale)
const shownLevel = (row: StockTable): Of<typeof level> => ({
  product: row.product,
  location: row.location,
  owner: row.owner,
  condition: row.condition,
  lot: row.lot,
  onHand: exact(row.on_hand),
  reserved: exact(row.reserved),
  inTransit: exact(row.in_transit),
  available: exact(row.available),
  asOf: iso(row.as_of),
  source: row.source,
})
const tag = 'stock'
const filters = { owner: optional(text(191)), condition: optional(text(64)), lot: optional(text(191)) }

export const stockRoutes = [
  route({
    id: 'listStock',
    method: 'GET',
    path: '/v1/stock',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Stock by product, location, owner, condition and lot, with its source and time',
      zh: '库存明细：商品、地点、货主、状况、批号，含来源与时点',
    },
    query: { product: optional(key), location: optional(text(64)), ...filters, ...paging },
    answer: pageOf(level),
    handle: async ({ hub, query, who }) => {
      const { limit: most, after: cursor, ...filter } = query
      const { read } = hub.database
      const [limit, after] = [pageLimit(most), readCursor(cursor, 5)]
      const end = who.party === null ? await stockStretch(read, hub.tenant, filter, after) : undefined
      const found = await stockPage(read, hub.tenant, filter, after, limit + 1, end)
      return { body: toPart(found, limit, (row) => [row.product, row.location, row.owner, row.condition, row.lot], shownLevel, end) }
    },
  }),
  route({
    id: 'listStockMovements',
    method: 'GET',
    path: '/v1/stock/movements',
    tag,
    scope: 'read',
    summary: { en: 'What moved at one place, the oldest first, with the running balance', zh: '某地点的库存变动流水及结存，按时间先后' },
    query: {
      product: key,
      location: described(text(64), 'key of a location, or :supplier, :customer, :adjustment, :transit'),
      ...filters,
      since: optional(time),
      ...paging,
    },
    answer: pageOf(movement),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const { product, location } = query
      const after = readCursor(query.after, 5)
      const of = {
        product,
        location,
        ...(query.owner === undefined ? {} : { owner: query.owner }),
        ...(query.condition === undefined ? {} : { condition: query.condition }),
        ...(query.lot === undefined ? {} : { lot: query.lot }),
      }
      const since = epochOr('since', query.since) ?? 0
      // a page goes on with the balance of the one before, so that nothing is added up twice
      const [movedAt = '', told] = after?.[0].split('=') ?? []
      const from =
        after === undefined ? undefined : { moved_at: Number(movedAt), type: after[1], key: after[2], line: after[3], side: after[4] }
      const rows = await listMovements(hub.database.read, hub.tenant, of, since, from, limit + 1)
      const [first] = rows
      let balance =
        told !== undefined && /^-?\d{1,20}$/.test(told)
          ? BigInt(told)
          : first === undefined
            ? 0n
            : await sumBefore(hub.database.read, hub.tenant, of, first)
      const shown = rows.slice(0, limit).map((row) => {
        if (balance !== undefined) balance += BigInt(row.quantity)
        return shownMovement(row, balance)
      })
      const end = balance === undefined ? '' : `=${balance}`
      const { next } = toPage(
        rows,
        limit,
        (row) => [`${row.moved_at}${end}`, row.type, row.key, row.line, row.side],
        (row) => row.key,
      )
      return { body: { items: shown, next } }
    },
  }),
]

const shownMovement = (row: MovementTable, balance: bigint | undefined): Of<typeof movement> => ({
  at: iso(row.moved_at),
  product: row.product,
  location: row.location,
  owner: row.owner,
  condition: row.condition,
  lot: row.lot,
  kind: row.kind,
  quantity: exact(row.quantity),
  balance: balance === undefined ? null : exact(balance),
  source: row.source,
  type: row.type,
  key: row.key,
  line: row.line,
})
