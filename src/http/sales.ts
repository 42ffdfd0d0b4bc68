import { reportSales } from '../ledger/report-sales.ts'
import { amountScale, fromScaled, quantityScale } from '../model/decimal.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { comparedIn } from '../pipeline/replenish.ts'
import { type SalesFilter, type SalesSum, salesBy, salesPage } from '../store/sales-page.ts'
import { pageLimit, paging, readCursor, toPage } from './page.ts'
import { invalid } from './problem.ts'
import { decimalText } from './purchase-commands.ts'
import { route, writeRoute } from './route.ts'
import { count, day, decimal, described, fields, list, nullable, type Of, oneOf, optional, pattern, text, time } from './shape.ts'
import { iso, key, note } from './values.ts'

const tag = 'sales'
const dayMs = 86_400_000
/** Days of one question at most, and where it says nothing. */
const mostDays = 400
const usualDays = 30

const sum = fields({
  name: described(text(), "the day, store, product or supplier; '' where it is not known"),
  currency: described(text(), "'' where nobody told"),
  quantity: described(decimal, 'units in base units, without what was cancelled or came back'),
  returned: described(decimal, 'units that came back'),
  reported: described(decimal, 'part of the quantity that sales reports told; the rest comes from orders'),
  amount: described(nullable(decimal), 'without what was cancelled or came back; suppliers are shown those of their own documents only'),
})
const shown = (row: SalesSum): Of<typeof sum> => ({
  name: row.name,
  currency: row.currency,
  quantity: fromScaled(row.quantity, quantityScale),
  returned: fromScaled(row.returned, quantityScale),
  reported: fromScaled(row.reported, quantityScale),
  amount: row.amount === null ? null : fromScaled(row.amount, amountScale, 2),
})

/** The days that are asked for. @throws ProblemError 400 */
function span({ from, until }: { readonly from?: string; readonly until?: string }, now: number): Pick<SalesFilter, 'from' | 'until'> {
  const last = until ?? new Date(now + dayMs / 2).toISOString().slice(0, 10)
  const first = from ?? new Date(Date.parse(last) - (usualDays - 1) * dayMs).toISOString().slice(0, 10)
  const days = (Date.parse(last) - Date.parse(first)) / dayMs + 1
  if (!(days >= 1 && days <= mostDays))
    throw invalid([{ in: 'query', path: 'from', message: `must be a day up to \`until\`, at most ${mostDays} days in all` }])
  return { from: first, until: last }
}

export const salesRoutes = [
  route({
    id: 'listSales',
    method: 'GET',
    path: '/v1/sales',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'What was sold, by day, store, product or supplier; of a store and day its reports count or its orders, never both',
      zh: '销售统计：按日、门店、商品或供应商；同一门店同一日只计日报或订单，不重复',
    },
    query: {
      by: optional(oneOf(...salesBy)),
      product: optional(key),
      supplier: optional(key),
      store: optional(key),
      warehouse: optional(key),
      from: optional(day),
      until: optional(day),
      ...paging,
    },
    answer: fields({
      asOf: described(time, 'the ledger holds what was known then'),
      source: described(text(), 'what the figures are made of'),
      from: text(),
      until: text(),
      by: text(),
      items: list(sum),
      next: nullable(text()),
    }),
    handle: async ({ hub, who, query }) => {
      const now = await hub.database.now()
      const limit = pageLimit(query.limit)
      const { by = 'day', product, supplier, store, warehouse } = query
      if (warehouse !== undefined && who.party !== null)
        throw invalid([{ in: 'query', path: 'warehouse', message: "is for the operator's own keys: leave it out" }])
      const days = span(query, now)
      const filter: SalesFilter = {
        ...days,
        compared: comparedIn(hub.catalogue().connections),
        ...(product === undefined ? {} : { product }),
        ...(supplier === undefined ? {} : { supplier }),
        ...(store === undefined ? {} : { store }),
        ...(warehouse === undefined ? {} : { warehouse }),
      }
      const place = readCursor(query.after, 3)
      if (place !== undefined && place[0] !== by)
        throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before, asked with the same filters' }])
      const rows = await salesPage(hub.database.read, hub.tenant, filter, {
        by,
        limit: limit + 1,
        ownAmounts: who.party !== null,
        ...(place === undefined ? {} : { after: { name: place[1], currency: place[2] } }),
      })
      const page = toPage(rows, limit, (row) => [by, row.name, row.currency], shown)
      return { body: { asOf: iso(now), source: 'orders and sales reports in the ledger', ...days, by, ...page } }
    },
  }),
  writeRoute({
    id: 'reportSales',
    method: 'POST',
    path: '/v1/sales/reports',
    tag,
    scope: 'write',
    audit: { act: 'sales-reported', asked: ['location', 'date', 'why'], answered: ['keys'] },
    summary: {
      en: 'Write down what a store sold on a day, product by product; a later report of the same replaces it',
      zh: '登记某门店某日各商品的销量；重复登记则覆盖',
    },
    body: fields({
      location: described(key, 'key of the store'),
      date: described(day, 'business date of the store'),
      currency: optional(pattern('^[A-Z]{3}$', 'ISO 4217')),
      lines: list(
        fields({
          product: key,
          quantity: decimalText,
          returns: optional(decimalText),
          amount: optional(described(decimalText, 'returns taken off')),
          unit: optional(text(10)),
        }),
        500,
      ),
      why: optional(note),
    }),
    answer: fields({ keys: list(text()), reports: count }),
    effect: async (tx, { hub, who, body }) => {
      const { why, ...report } = body
      const { validate } = hub.catalogue()
      const author = { actor: who.id, why: why ?? null }
      const { result, ring } = await writeLedger(tx, hub, (books) => reportSales(books, { ...report, author }, validate))
      return { body: { keys: result, reports: result.length }, after: ring }
    },
  }),
]
