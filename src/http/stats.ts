import { type Figures, figures } from '../ledger/figures.ts'
import { type RestState, restState } from '../pipeline/at-rest.ts'
import { countDeliveries } from '../store/delivery.ts'
import { countEnvelopes } from '../store/envelope.ts'
import { countUnsplit } from '../store/receipt.ts'
import { ages, countAttempts, countDocuments, countFindings, countReceipts, countRetries } from './counts.ts'
import { route } from './route.ts'
import { count, decimal, described, fields, flag, list, mapOf, nullable, type Shape, text, whole } from './shape.ts'

const decimals = <K extends string>(...names: readonly K[]): Shape<Readonly<Record<K, string>>> => ({
  schema: {
    type: 'object',
    additionalProperties: false,
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, decimal.schema])),
  },
})

const orders = list(
  fields({
    origin: text(),
    currency: text(),
    orders: count,
    done: count,
    open: count,
    cancelled: count,
    goods: decimal,
    charges: decimal,
    tax: decimal,
    placed: decimal,
    cancelledTotal: decimal,
    refunded: decimal,
    net: decimal,
    paid: decimal,
  }),
)

/** The ledger's totals, as ledger/figures.ts has them. */
export const figuresShape: Shape<Figures> = fields({
  stock: decimals('onHand', 'reserved', 'inTransit', 'available', 'pushable'),
  sold: decimals('quantity', 'shipped', 'cancelled', 'open', 'restocked'),
  purchased: decimals('ordered', 'cut', 'confirmed', 'unanswered', 'arrived', 'accepted', 'rejected', 'inTransit', 'invoiced'),
  sales: orders,
  purchases: orders,
  returned: count,
  invoices: list(fields({ currency: text(), count, total: decimal })),
  documents: list(fields({ type: text(), origin: text(), status: nullable(text()), count })),
  findings: list(fields({ code: text(), count })),
})

const rest: Shape<RestState> = fields({
  atRest: flag,
  open: described(fields({ receipts: count, envelopes: count, deliveries: count, refetches: count, lanes: count }), 'goes on by itself'),
  waiting: described(
    fields({
      parkedEnvelopes: count,
      deadEnvelopes: count,
      parkedDeliveries: count,
      deadDeliveries: count,
      blockedDeliveries: count,
    }),
    'goes on when something else happens',
  ),
})

const counts = mapOf(count)
const tag = 'figures'

export const statsRoutes = [
  route({
    id: 'getStats',
    method: 'GET',
    path: '/v1/stats',
    tag,
    scope: 'read',
    summary: {
      en: 'Counts of everything, what is open for a person, and the ledger’s figures',
      zh: '全部计数、待人工处理的事项和账本数据',
    },
    answer: fields({
      receipts: fields({ total: count, unsplit: count }),
      envelopes: described(fields({ received: count, byState: counts, byConnection: mapOf(counts) }), 'the states add up to received'),
      documents: counts,
      deliveries: fields({ total: count, byState: counts, byConnection: mapOf(counts) }),
      attempts: fields({ total: count, byOutcome: counts, retries: described(count, 'tries after the first of a delivery') }),
      open: fields({
        parkedEnvelopes: counts,
        parkedDeliveries: counts,
        deadEnvelopes: counts,
        deadDeliveries: counts,
        findings: counts,
      }),
      lagMs: whole(0, Number.MAX_SAFE_INTEGER),
      figures: figuresShape,
    }),
    handle: async ({ hub, now }) => {
      const { database, tenant } = hub
      const envelopes = await countEnvelopes(database, tenant)
      const deliveries = await countDeliveries(database, tenant)
      const attempts = await countAttempts(database, tenant)
      return {
        body: {
          receipts: { total: await countReceipts(database, tenant), unsplit: await countUnsplit(database, tenant) },
          envelopes: {
            received: total(envelopes),
            byState: summed(envelopes, ({ state }) => state),
            byConnection: nested(envelopes),
          },
          documents: summed(await countDocuments(database, tenant), ({ type }) => type),
          deliveries: { total: total(deliveries), byState: summed(deliveries, ({ state }) => state), byConnection: nested(deliveries) },
          attempts: {
            total: total(attempts),
            byOutcome: summed(attempts, ({ outcome }) => outcome ?? 'running'),
            retries: await countRetries(database, tenant),
          },
          open: {
            parkedEnvelopes: byReason(envelopes, 'parked'),
            parkedDeliveries: byReason(deliveries, 'parked'),
            deadEnvelopes: byReason(envelopes, 'dead'),
            deadDeliveries: byReason(deliveries, 'dead'),
            findings: summed(await countFindings(database, tenant), ({ code }) => code),
          },
          lagMs: (await ages(database, tenant, now)).lagMs,
          figures: await figures(database.read, tenant),
        },
      }
    },
  }),
  route({
    id: 'getRest',
    method: 'GET',
    path: '/v1/rest',
    tag,
    scope: 'read',
    summary: { en: 'Whether all work that was taken in has come to an end', zh: '已接收的工作是否全部结束' },
    answer: rest,
    handle: async ({ hub }) => ({ body: await restState(hub) }),
  }),
]

interface Counted {
  readonly count: number
}
interface CountedState extends Counted {
  readonly connection: string
  readonly state: string
  readonly reason: string | null
}

const total = (rows: readonly Counted[]): number => rows.reduce((sum, row) => sum + row.count, 0)

function summed<R extends Counted>(rows: readonly R[], nameOf: (row: R) => string): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(rows, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, group]) => [name, total(group)]),
  )
}

const nested = (rows: readonly CountedState[]): Record<string, Record<string, number>> =>
  Object.fromEntries(
    [...Map.groupBy(rows, ({ connection }) => connection)].map(([name, group]) => [name, summed(group, ({ state }) => state)]),
  )

const byReason = (rows: readonly CountedState[], state: string): Record<string, number> =>
  summed(
    rows.filter((row) => row.state === state),
    ({ reason }) => reason ?? 'none',
  )
