import { add, compare, currencyDigits } from '../model/decimal.ts'
import { isObject, type JsonObject } from '../model/json.ts'
import { allocate } from './allocate.ts'
import { type CaseLine, type OrderCase, relatedLines } from './order-case.ts'
import { isCaptured } from './order-state.ts'
import { isInvoice } from './purchase-lines.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** What a payment gives to this order, straight or by one of its invoices, in the order's currency. */
export interface PaidPart {
  readonly payment: LedgerDocument
  /** undefined: allocated to the order itself */
  readonly invoice: LedgerDocument | undefined
  /** JSON pointer to the allocation */
  readonly path: string
  readonly amount: string
  /** false while the money is not there: it counts nowhere */
  readonly counts: boolean
  /** shares of lines by their keys; what an invoice has for other orders, or for lines of none, is in no share */
  readonly shares: ReadonlyMap<string, string>
}

/**
 * Money of an order and where on its lines it stands: by the amounts of the lines of the order, or of the invoice, to the last digit (largest remainder). `payments`: those that name the order or one of its
 * invoices.
 */
export function paidParts(orderCase: OrderCase, lines: readonly CaseLine[], payments: readonly LedgerDocument[]): readonly PaidPart[] {
  const { order, related, keyOf } = orderCase
  const invoices = new Map(related.filter(isInvoice).map((document) => [document.key, document]))
  return payments.flatMap((payment) =>
    payment.body.currency !== order.body.currency || (payment.body.kind !== 'payment' && payment.body.kind !== 'prepayment')
      ? []
      : listOf(payment.body.allocations).flatMap(({ ref, amount }, place): PaidPart[] => {
          if (!isObject(ref) || typeof amount !== 'string') return []
          const key = keyOf(ref)
          const invoice = ref.type === 'invoice' && key !== undefined ? invoices.get(key) : undefined
          if (invoice === undefined && (ref.type !== order.type || key !== order.key)) return []
          const shares = invoice === undefined ? orderShares(order, lines, amount) : invoiceShares(orderCase, lines, invoice, amount)
          return [{ payment, invoice, path: `/allocations/${place}`, amount, counts: isCaptured(payment), shares }]
        }),
  )
}

function orderShares(order: LedgerDocument, lines: readonly CaseLine[], amount: string): ReadonlyMap<string, string> {
  const open = lines.filter(({ line }) => line.status !== 'cancelled')
  return shared(
    amount,
    open.map(({ key, line }) => ({ key, weight: weightOf(line) })),
    order,
  )
}

function invoiceShares(
  orderCase: OrderCase,
  lines: readonly CaseLine[],
  invoice: LedgerDocument,
  amount: string,
): ReadonlyMap<string, string> {
  const own = new Map(relatedLines(orderCase, lines, invoice).map(({ row, target }) => [row, target?.key]))
  return shared(
    amount,
    listOf(invoice.body.lines).map((row) => ({ key: own.get(row), weight: weightOf(row) })),
    orderCase.order,
  )
}

function shared(
  amount: string,
  parts: readonly { readonly key: string | undefined; readonly weight: string }[],
  { body }: LedgerDocument,
): ReadonlyMap<string, string> {
  const shares = new Map<string, string>()
  if (parts.length === 0) return shares
  const digits = Math.max(currencyDigits(textOf(body.currency) ?? '') ?? 2, (amount.split('.')[1] ?? '').length)
  const given = allocate(
    amount,
    parts.map(({ weight }) => weight),
    digits,
  )
  for (const [place, { key }] of parts.entries()) if (key !== undefined) shares.set(key, add(shares.get(key) ?? '0', given[place] ?? '0'))
  return shares
}

/** A negative line carries nothing. */
const weightOf = ({ lineAmount }: JsonObject): string => {
  const amount = textOf(lineAmount) ?? '0'
  return compare(amount, '0') > 0 ? amount : '0'
}

export const totalPaid = (parts: readonly PaidPart[]): string =>
  parts.reduce((total, { amount, counts }) => (counts ? add(total, amount) : total), '0')
