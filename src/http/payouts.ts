import { amountText } from '../ledger/payout-lines.ts'
import { reportPayout } from '../ledger/report-payout.ts'
import { isObject, type JsonObject } from '../model/json.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { documentsByKey } from '../store/document.ts'
import { payoutsOf, verdictSums } from '../store/payout.ts'
import { payoutLinePage, payoutPage } from '../store/payout-page.ts'
import type { PayoutLineTable, PayoutTable } from '../store/tables.ts'
import { noDocument } from './absent.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { invalid, ProblemError } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { anything, count, day, decimal, described, fields, list, nullable, type Of, oneOf, optional, pattern, text, time } from './shape.ts'
import { document, epochOr, isoOrNull, key, name, note, stored } from './values.ts'

const tag = 'payouts'
export const lineVerdicts = [
  'matched',
  'amount-differs',
  'fee-differs',
  'missing-order',
  'paid-twice',
  'not-captured',
  'currency-differs',
  'unjudged',
  'void',
] as const
const kinds = ['sale', 'refund', 'fee', 'commission', 'shipping', 'tax', 'discount-subsidy', 'chargeback', 'adjustment', 'reserve'] as const

const head = {
  key: text(),
  number: nullable(text()),
  origin: text(),
  status: nullable(text()),
  verdict: described(text(), 'matched, differs, or void: it paid nothing'),
  paidAt: nullable(time),
  currency: text(),
  total: described(decimal, 'what the provider says'),
  linesTotal: described(decimal, 'sum of the lines in this currency: matched + unmatched + unjudged'),
  matched: decimal,
  unmatched: decimal,
  unjudged: described(decimal, 'lines that nothing is known to hold against: fees of the account, reserves'),
  lines: count,
  differing: count,
}
const headShape = fields(head)
const shownHead = (row: PayoutTable): Of<typeof headShape> => {
  const money = (value: PayoutTable['total']) => amountText(BigInt(value), row.currency)
  return {
    key: row.key,
    number: row.number,
    origin: row.origin,
    status: row.status,
    verdict: row.verdict,
    paidAt: isoOrNull(row.paid_at === 0 ? null : row.paid_at),
    currency: row.currency,
    total: money(row.total),
    linesTotal: money(row.line_total),
    matched: money(row.matched),
    unmatched: money(row.unmatched),
    unjudged: money(row.unjudged),
    lines: row.lines,
    differing: row.differing,
  }
}

const line = fields({
  position: described(count, 'its place in the document, from 0'),
  kind: text(),
  order: described(nullable(text()), 'key of the sales order, where it is known'),
  currency: text(),
  amount: described(decimal, 'what it moves: by the direction of its kind, less its fee'),
  verdict: text(),
  arithmetic: described(anything, 'what was expected and found, and why they differ'),
})
const shownLine = ({ position, kind, order_key, currency, amount, verdict, detail }: PayoutLineTable): Of<typeof line> => ({
  position,
  kind,
  order: order_key === '' ? null : order_key,
  currency,
  amount: amountText(BigInt(amount), currency),
  verdict,
  arithmetic: stored(detail),
})

const amount = pattern('^-?[0-9]{1,14}(\\.[0-9]{1,4})?$', 'a decimal number as text')
const keyQuery = { key: described(key, 'key of the payout; it may hold slashes, so it stands here and not in the path') }

export const payoutRoutes = [
  route({
    id: 'listPayouts',
    method: 'GET',
    path: '/v1/payouts',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'What platforms and payment providers paid, the newest first, and how much of it agrees with orders, refunds and fees',
      zh: '平台与支付机构的打款，最新在前，以及与订单、退款、手续费核对一致的金额',
    },
    query: {
      origin: optional(name),
      verdict: optional(oneOf('matched', 'differs', 'void')),
      currency: optional(pattern('^[A-Z]{3}$', 'ISO 4217')),
      order: optional(key),
      ...paging,
    },
    answer: pageOf(headShape),
    handle: async ({ hub, query }) => {
      const { limit: asked, after: cursor, ...filter } = query
      const limit = pageLimit(asked)
      const place = readCursor(cursor, 3)
      if (place !== undefined && !/^-?\d{1,16}$/.test(place[1]))
        throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before' }])
      const rows = await payoutPage(hub.database.read, hub.tenant, filter, {
        limit: limit + 1,
        ...(place === undefined ? {} : { after: { at: Number(place[1]), key: place[2] } }),
      })
      return { body: toPage(rows, limit, (row) => ['paid', String(row.paid_at), row.key], shownHead) }
    },
  }),
  route({
    id: 'getPayout',
    method: 'GET',
    path: '/v1/payouts/one',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'One payout with its sums by verdict, and the document', zh: '一笔打款：按核对结果汇总，及原单据' },
    query: keyQuery,
    answer: fields({
      ...head,
      verdicts: list(fields({ verdict: text(), currency: text(), lines: count, amount: decimal })),
      document,
    }),
    handle: async ({ hub, query, desk }) => {
      const { read } = hub.database
      const [row] = await payoutsOf(read, hub.tenant, [query.key])
      const [found] = await documentsByKey(read, hub.tenant, 'payout', [query.key])
      if (row === undefined || found === undefined) throw noDocument(desk.options, 'payout', query.key)
      const sums = await verdictSums(read, hub.tenant, [query.key])
      return {
        body: {
          ...shownHead(row),
          verdicts: sums.map((sum) => ({
            verdict: sum.verdict,
            currency: sum.currency,
            lines: sum.lines,
            amount: amountText(sum.amount, sum.currency),
          })),
          document: stored(found.body),
        },
      }
    },
  }),
  route({
    id: 'listPayoutLines',
    method: 'GET',
    path: '/v1/payouts/lines',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'Lines of one payout, each with its verdict and arithmetic', zh: '一笔打款的明细行：核对结果与算式' },
    query: { ...keyQuery, verdict: optional(oneOf(...lineVerdicts)), ...paging },
    answer: pageOf(line),
    handle: async ({ hub, query, desk }) => {
      const { read } = hub.database
      if ((await payoutsOf(read, hub.tenant, [query.key])).length === 0) throw noDocument(desk.options, 'payout', query.key)
      const limit = pageLimit(query.limit)
      const place = readCursor(query.after, 1)
      if (place !== undefined && !/^\d{1,9}$/.test(place[0]))
        throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before' }])
      const rows = await payoutLinePage(read, hub.tenant, query.key, query.verdict, {
        after: place === undefined ? -1 : Number(place[0]),
        limit: limit + 1,
      })
      return { body: toPage(rows, limit, (row) => [String(row.position)], shownLine) }
    },
  }),
  writeRoute({
    id: 'reportPayout',
    method: 'POST',
    path: '/v1/payouts',
    tag,
    scope: 'write',
    audit: { act: 'payout-reported', asked: ['number', 'connection', 'currency', 'total', 'why'], answered: ['key', 'version'] },
    summary: {
      en: 'Write down a payout that no connection brings: a bill of a platform or payment provider, line by line; the same number again replaces it',
      zh: '登记没有连接提供的打款：平台或支付机构账单的逐行明细；同一编号再次登记则覆盖',
    },
    body: fields({
      number: described(text(100), 'its key is hub/<number>'),
      connection: described(name, 'the shop whose orders the lines name'),
      currency: pattern('^[A-Z]{3}$', 'ISO 4217'),
      total: optional(described(amount, 'what came to the account; the sum of the lines when left out')),
      status: optional(oneOf('planned', 'in-transit', 'paid', 'failed', 'cancelled')),
      provider: optional(text(200)),
      reference: optional(text(200)),
      paidAt: optional(time),
      from: optional(described(day, 'first business date it covers')),
      until: optional(described(day, 'last business date it covers')),
      lines: list(
        fields({
          kind: oneOf(...kinds),
          order: optional(described(text(190), 'key of the order at the shop, or its number there')),
          amount: described(amount, 'positive in the direction of its kind'),
          fee: optional(described(amount, 'taken off this line')),
          currency: optional(pattern('^[A-Z]{3}$', 'ISO 4217')),
          key: optional(described(text(190), "the provider's number of the line")),
          at: optional(time),
          note: optional(text(1000)),
        }),
        20_000,
      ),
      why: optional(note),
    }),
    status: 201,
    answer: fields({ ...head, version: count }),
    effect: async (tx, { hub, who, body }) => {
      const { why, number, connection, currency, total, lines, from, until, paidAt, ...given } = body
      const catalogue = hub.catalogue()
      if (!catalogue.connections.has(connection))
        throw new ProblemError(
          422,
          'unknown-connection',
          `There is no connection '${connection}': \`crossdock connection list\` shows them.`,
        )
      if ((from === undefined) !== (until === undefined))
        throw invalid([{ in: 'body', path: '/from', message: 'comes with `until`, or not at all' }])
      const more: JsonObject = {
        ...given,
        ...(paidAt === undefined ? {} : { paidAt: new Date(epochOr('paidAt', paidAt) ?? 0).toISOString() }),
        ...(from === undefined || until === undefined ? {} : { period: { from, until } }),
      }
      const { result, ring } = await writeLedger(tx, hub, (books) =>
        reportPayout(
          books,
          {
            number,
            connection,
            currency,
            ...(total === undefined ? {} : { total }),
            more,
            lines: lines.filter(isObject).map((each) => ({
              ...each,
              ...(each.at === undefined ? {} : { at: new Date(epochOr('at', each.at) ?? 0).toISOString() }),
            })),
            author: { actor: who.id, why: why ?? null },
          },
          catalogue.validate,
        ),
      )
      const [row] = await payoutsOf(tx, hub.tenant, [result.key])
      return { body: { ...shownHead(row as PayoutTable), version: result.version }, after: ring }
    },
  }),
]
