import { isObject, type JsonObject } from '../model/json.ts'
import type { OrderStateTable, PayoutLineTable, SettlementTable } from '../store/tables.ts'
import type { Note } from './findings.ts'
import type { OrderCase, PlacedLine } from './order-case.ts'
import { isCaptured, isRefunded } from './order-state.ts'
import { judgeBack, judgeSales, type Verdict } from './payout-amounts.ts'
import { judgeFees } from './payout-fees.ts'
import { amountText, money, type PayoutLine, paysNothing } from './payout-lines.ts'
import type { Terms } from './settlement-terms.ts'
import { listOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** What an order's money came to. */
export interface SettledOrder {
  /** undefined: nothing was paid, by anybody */
  readonly row: SettlementTable | undefined
  readonly lines: readonly PayoutLineTable[]
  readonly findings: readonly Note[]
  readonly money: OrderMoney
}

/** What its platform owes for an order, document by document, and the lines of payouts that settle it. Amounts x 10^4, in the currency of the order. */
export interface OrderMoney {
  readonly captured: readonly Part[]
  readonly subsidy: bigint
  readonly refunds: readonly Part[]
  readonly chargebacks: readonly Part[]
  readonly settling: readonly PlacedLine[]
}

/** An order with its figures, and what single payments brought to it: links by which payments name orders may be forgotten by the time it is settled. */
export interface SettledCase {
  readonly orderCase: OrderCase
  readonly state: OrderStateTable
  readonly captures: readonly Part[]
}

export interface Part {
  readonly document: LedgerDocument
  readonly amount: bigint
}

/** Findings on orders that follow from what payouts say of them. */
export const settlementCodes: ReadonlySet<string> = new Set(['payout-not-captured'])

const dayMs = 86_400_000

/**
 * Holds what payouts say of an order against its payments, refunds and discounts: a pure function of the documents at rest and the terms.
 * What the platform has to pay = what buyers paid + discounts the platform funds - refunds - chargebacks; fees are judged by the terms of the connection that brought the payout, else of the order's.
 */
export function settleOrder({ orderCase, state, captures }: SettledCase, terms: Terms): SettledOrder {
  const { order, related } = orderCase
  const placed = sorted(orderCase.payouts)
  const { currency } = state
  const live = placed.filter(({ payout }) => !paysNothing(payout))
  const here = live.filter(({ line }) => line.currency === currency && !line.isForeign)
  const kinds = (...wanted: readonly string[]) => here.filter(({ line }) => wanted.includes(line.kind))
  const [captured, total] = [BigInt(state.paid), BigInt(state.grand_total)]
  const isPaid = captured > 0n || total <= 0n
  const funded = fundedDiscounts(order.body)
  const subsidy = isPaid ? funded.platform : 0n
  const refunds = backOf(related, currency, 'refund')
  const chargebacks = backOf(related, currency, 'chargeback')
  const verdicts = new Map<PlacedLine, Verdict>()
  const sales = kinds('sale', 'discount-subsidy')
  judgeSales(verdicts, sales, { isPaid, captured, subsidy, total, parts: amountsOf(captures) })
  judgeBack(verdicts, kinds('refund'), amountsOf(refunds), captured + subsidy)
  judgeBack(verdicts, kinds('chargeback'), amountsOf(chargebacks), captured + subsidy)
  judgeFees(verdicts, here, (origin) => terms.get(origin) ?? terms.get(order.origin))
  const settling = kinds('sale', 'discount-subsidy', 'refund', 'chargeback')
  const settled = settledBy(settling)
  const back = amountsOf([...refunds, ...chargebacks]).reduce((sum, one) => sum + one, 0n)
  const open = captured + subsidy - back - settled
  const capturedAt = capturedTime(orderCase, currency)
  const own = terms.get(order.origin)
  const isKnown = captured > 0n || placed.length > 0
  return {
    row:
      isKnown && (own !== undefined || placed.length > 0)
        ? {
            tenant: state.tenant,
            key: order.key,
            origin: order.origin,
            number: order.number,
            currency,
            state: open > 0n ? 'open' : open < 0n ? 'over' : 'settled',
            captured,
            subsidy,
            refunded: back,
            settled,
            fees: here.reduce((sum, { line }) => sum + line.fee + (isFee(line) ? line.amount : 0n), 0n),
            open,
            captured_at: capturedAt ?? 0,
            due_at: own === undefined || capturedAt === null ? null : capturedAt + own.dueDays * dayMs,
          }
        : undefined,
    lines: placed.map((one) => {
      const verdict = verdictOf(one, verdicts, state)
      return {
        tenant: state.tenant,
        key: one.payout.key,
        position: one.line.position,
        order_key: order.key,
        kind: one.line.kind,
        currency: one.line.currency,
        amount: one.line.net,
        verdict: verdict.verdict,
        detail: JSON.stringify({ ...textsOf(verdict, one.line.currency), ...fundedTexts(one.line, funded, currency) }),
      }
    }),
    findings: notCaptured(order, state, isPaid, sales),
    money: { captured: captures, subsidy, refunds, chargebacks, settling },
  }
}

/** What lines of payouts hold of an order: sales and subsidies less refunds and chargebacks. */
export const settledBy = (lines: readonly PlacedLine[]): bigint =>
  lines.reduce((sum, { line }) => (line.kind === 'refund' || line.kind === 'chargeback' ? sum - line.amount : sum + line.amount), 0n)

const amountsOf = (parts: readonly Part[]): readonly bigint[] => parts.map(({ amount }) => amount)
const isFee = ({ kind }: PayoutLine): boolean => kind === 'fee' || kind === 'commission'
const sumOf = (placed: readonly PlacedLine[]): bigint => placed.reduce((sum, { line }) => sum + line.amount, 0n)

/** In one order, whatever came first: by the time of the payout, its key, and the place in it. */
function sorted(places: readonly PlacedLine[]): readonly PlacedLine[] {
  const time = ({ payout }: PlacedLine): number => payout.placedAt ?? Number.MAX_SAFE_INTEGER
  return [...places].sort(
    (a, b) => time(a) - time(b) || (a.payout.key < b.payout.key ? -1 : a.payout.key > b.payout.key ? 1 : a.line.position - b.line.position),
  )
}

function verdictOf(placed: PlacedLine, verdicts: ReadonlyMap<PlacedLine, Verdict>, state: OrderStateTable): Verdict {
  const { payout, line } = placed
  if (paysNothing(payout)) return { verdict: 'void', found: line.net, reason: 'payout-not-paid' }
  if (line.isForeign || line.currency !== state.currency)
    return { verdict: 'currency-differs', found: line.net, reason: 'other-currency', currency: state.currency }
  return verdicts.get(placed) ?? { verdict: 'unjudged', found: line.net, reason: 'nothing-to-hold-against' }
}

/** Figures of a verdict as people read them. */
function textsOf(verdict: Verdict, currency: string): JsonObject {
  return Object.fromEntries(
    Object.entries(verdict).flatMap(([name, value]) =>
      name === 'verdict' || value === undefined ? [] : [[name, typeof value === 'bigint' ? amountText(value, currency) : value]],
    ),
  ) as JsonObject
}

type Funded = Readonly<Record<'platform' | 'supplier' | 'seller' | 'unknown', bigint>>

/** Discounts of an order and its lines, by who bears them. A discount stands in one place: those of lines are inside their amounts (canonical model, section 5). */
export function fundedDiscounts(body: JsonObject): Funded {
  const sums = { platform: 0n, supplier: 0n, seller: 0n, unknown: 0n }
  const lines = listOf(body.lines).filter(({ status }) => status !== 'cancelled')
  for (const { amount, fundedBy } of [...listOf(body.discounts), ...lines.flatMap((line) => listOf(line.discounts))]) {
    const who = fundedBy === 'platform' || fundedBy === 'supplier' || fundedBy === 'seller' ? fundedBy : 'unknown'
    sums[who] += money(amount)
  }
  return sums
}

function fundedTexts({ kind }: PayoutLine, funded: Funded, currency: string): JsonObject {
  if (kind !== 'sale' && kind !== 'discount-subsidy') return {}
  const given = Object.entries(funded).filter(([, amount]) => amount !== 0n)
  return given.length === 0 ? {} : { discounts: Object.fromEntries(given.map(([who, amount]) => [who, amountText(amount, currency)])) }
}

/** To be made where the case was, with the links that it was made of. */
export function settledCase(orderCase: OrderCase, state: OrderStateTable): SettledCase {
  const { order, related, keyOf } = orderCase
  const captures = related
    .filter((document) => isCapturedIn(document, state.currency))
    .flatMap((document) =>
      listOf(document.body.allocations)
        .filter(({ ref }) => isObject(ref) && ref.type === order.type && keyOf(ref) === order.key)
        .map(({ amount }) => ({ document, amount: money(amount) })),
    )
  return { orderCase, state, captures }
}

const isCapturedIn = (document: LedgerDocument, currency: string): boolean => document.body.currency === currency && isCaptured(document)

/** The first time that money of the buyer came. */
function capturedTime({ related }: OrderCase, currency: string): number | null {
  const times = related.flatMap((document) => (isCapturedIn(document, currency) && document.placedAt !== null ? [document.placedAt] : []))
  return times.length === 0 ? null : Math.min(...times)
}

/** Money that went back to the buyer, document by document. */
function backOf(related: readonly LedgerDocument[], currency: string, kind: 'refund' | 'chargeback'): readonly Part[] {
  return related
    .filter(
      (document) =>
        document.body.currency === currency &&
        (kind === 'refund'
          ? isRefunded(document)
          : document.type === 'payment' &&
            document.body.kind === 'chargeback' &&
            document.status !== 'failed' &&
            document.status !== 'cancelled'),
    )
    .map((document) => ({ document, amount: money(document.body.amount) }))
}

/** The callback of a payment provider was lost: money is paid out of an order that never said that it was paid. */
function notCaptured(order: LedgerDocument, state: OrderStateTable, isPaid: boolean, sales: readonly PlacedLine[]): Note[] {
  const paidOut = sumOf(sales)
  if (isPaid || paidOut <= 0n) return []
  const text = (value: bigint) => amountText(value, state.currency)
  return [
    {
      type: order.type,
      key: order.key,
      code: 'payout-not-captured',
      path: '',
      detail: {
        order: order.key,
        currency: state.currency,
        paidOut: text(paidOut),
        grandTotal: text(BigInt(state.grand_total)),
        captured: text(0n),
        payouts: [...new Set(sales.map(({ payout }) => payout.key))].slice(0, 10),
      },
    },
  ]
}
