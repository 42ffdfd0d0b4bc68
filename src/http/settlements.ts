import { amountText } from '../ledger/payout-lines.ts'
import { settlementPage, settlementSums } from '../store/payout-page.ts'
import type { SettlementTable } from '../store/tables.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { invalid } from './problem.ts'
import { route } from './route.ts'
import { count, decimal, described, fields, list, nullable, type Of, oneOf, optional, pattern, text, time, whole } from './shape.ts'
import { isoOrNull, name } from './values.ts'

const tag = 'payouts'
const dayMs = 86_400_000

const row = fields({
  order: described(text(), 'key of the sales order'),
  number: nullable(text()),
  origin: described(text(), 'the connection of its shop'),
  currency: text(),
  captured: described(decimal, 'what the buyer paid'),
  platformFunded: described(decimal, 'discounts that the platform bears: it pays them too'),
  refunded: described(decimal, 'refunds and chargebacks'),
  paidOut: described(decimal, 'what payouts hold of it, without fees'),
  fees: decimal,
  open: described(decimal, 'captured + platformFunded - refunded - paidOut'),
  capturedAt: nullable(time),
  dueAt: described(nullable(time), 'when the platform has to have paid, by the terms of the connection'),
  days: described(nullable(count), 'since the buyer paid'),
})
const shown =
  (now: number) =>
  (each: SettlementTable): Of<typeof row> => {
    const money = (value: SettlementTable['open']) => amountText(BigInt(value), each.currency)
    const at = each.captured_at === 0 ? null : each.captured_at
    return {
      order: each.key,
      number: each.number,
      origin: each.origin,
      currency: each.currency,
      captured: money(each.captured),
      platformFunded: money(each.subsidy),
      refunded: money(each.refunded),
      paidOut: money(each.settled),
      fees: money(each.fees),
      open: money(each.open),
      capturedAt: isoOrNull(at),
      dueAt: isoOrNull(each.due_at),
      days: at === null ? null : Math.max(0, Math.floor((now - at) / dayMs)),
    }
  }

export const settlementRoutes = [
  route({
    id: 'listOpenSettlements',
    method: 'GET',
    path: '/v1/settlement/open',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Orders that buyers paid and their platform has not paid out (open), or paid out too much of (over), the longest first',
      zh: '买家已付款而平台未打款（open）或多打款（over）的订单，最久在前',
    },
    query: {
      state: optional(oneOf('open', 'over')),
      origin: optional(name),
      currency: optional(pattern('^[A-Z]{3}$', 'ISO 4217')),
      olderThanDays: optional(whole(0, 4000)),
      ...paging,
    },
    answer: pageOf(row),
    handle: async ({ hub, query }) => {
      const { state = 'open', origin, currency, olderThanDays } = query
      const now = await hub.database.now()
      const limit = pageLimit(query.limit)
      const place = readCursor(query.after, 3)
      if (place !== undefined && (place[0] !== state || !/^-?\d{1,16}$/.test(place[1])))
        throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before, asked with the same filters' }])
      const rows = await settlementPage(
        hub.database.read,
        hub.tenant,
        state,
        {
          ...(origin === undefined ? {} : { origin }),
          ...(currency === undefined ? {} : { currency }),
          ...(olderThanDays === undefined ? {} : { before: now - olderThanDays * dayMs }),
        },
        { limit: limit + 1, ...(place === undefined ? {} : { after: { at: Number(place[1]), key: place[2] } }) },
      )
      return { body: toPage(rows, limit, (each) => [state, String(each.captured_at), each.key], shown(now)) }
    },
  }),
  route({
    id: 'sumOpenSettlements',
    method: 'GET',
    path: '/v1/settlement/totals',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'What platforms still have to pay, by connection and currency', zh: '各平台尚未打款的合计，按连接与币种' },
    query: { origin: optional(name) },
    answer: fields({
      items: list(
        fields({
          origin: text(),
          currency: text(),
          orders: count,
          open: decimal,
          overdue: described(count, 'of them, those that should have been paid by now'),
          overdueOpen: decimal,
          oldest: described(nullable(time), 'when the first of them was paid by its buyer'),
        }),
      ),
    }),
    handle: async ({ hub, query }) => {
      const now = await hub.database.now()
      const sums = await settlementSums(hub.database.read, hub.tenant, now, query.origin)
      return {
        body: {
          items: sums.map((sum) => ({
            origin: sum.origin,
            currency: sum.currency,
            orders: sum.orders,
            open: amountText(sum.open, sum.currency),
            overdue: sum.overdue,
            overdueOpen: amountText(sum.overdueOpen, sum.currency),
            oldest: isoOrNull(sum.oldest === 0 ? null : sum.oldest),
          })),
        },
      }
    },
  }),
]
