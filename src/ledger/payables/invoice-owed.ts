import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { InvoiceLineTable } from '../../store/tables-invoice.ts'
import type { PayableItemTable } from '../../store/tables-payable.ts'
import { billsGoods, exact, isPostedInvoice } from '../match/match-invoice.ts'
import { amountOf } from '../match/match-order.ts'
import { amountText } from '../money/account.ts'
import type { Meant } from '../money/post-meant.ts'
import { keyOf, listOf, refIn, type Shelf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import type { BilledLine } from './accrued.ts'
import { daysOf, laterBy } from './due.ts'
import { dateOf, held, nothingOwed, type Owed, postable } from './owed.ts'
import type { OwnerOf } from './receipt-owed.ts'

/** An invoice or credit note with all that it differs from. */
export interface InvoiceCase {
  readonly shelf: Shelf
  readonly invoice: LedgerDocument
  readonly billed: readonly BilledLine[]
  /** lines that belong to no order */
  readonly strays: readonly InvoiceLineTable[]
  /** it has to do with nothing that was bought */
  readonly isExempt: boolean
  /** nothing holds its payment, nor that of an invoice that it takes from */
  readonly isAccepted: boolean
  readonly ownerOf: OwnerOf
}

/** Whether an invoice may change what is owed, by what it says itself. What came with a first load stands in opening balances. */
export const mayDiffer = (document: LedgerDocument): boolean => isPostedInvoice(document) && billsGoods(document) && !document.baseline

/** What an invoice differs by from what receipts made us owe, by the account that takes it. */
type Difference = 'price-variance' | 'quantity-variance' | 'charges' | 'tax'

interface Part {
  readonly difference: Difference
  readonly owner: string
  readonly party: string
  /** x 10^4; below zero: less is owed */
  readonly amount: bigint
  readonly line: string | undefined
}

/**
 * What an accepted invoice says beyond receipts, line by line: its goods are paid at its prices and not at those of the order (price), and what no accepted goods stand behind is owed too (quantity); charges less discounts of its
 * head; and the tax it states less the tax that receipts made us owe. With it all invoices that were accepted are owed as they stand.
 */
export function invoiceOwed(invoiceCase: InvoiceCase): Owed {
  const { invoice, billed, isExempt, isAccepted } = invoiceCase
  if (!mayDiffer(invoice) || isExempt || !isAccepted) return nothingOwed
  const currency = textOf(invoice.body.currency) ?? ''
  const apart = billed.find(({ matched }) => matched.apart !== undefined)?.matched.apart
  const stop = (reason: string): Owed => ({ ...nothingOwed, notes: [held(invoice, '', { reason, currency, amount: totalText(invoice) })] })
  if (apart !== undefined) return stop(apart === 'currency' ? 'other-currency' : 'other-tax-basis')
  const parts = partsOf(invoiceCase).filter(({ amount }) => amount !== 0n)
  if (parts.length === 0) return nothingOwed
  const businessDate = dateOf(invoice)
  if (businessDate === undefined) return stop('no-date')
  const meant: Meant[] = []
  for (const { difference, owner, party, amount, line } of parts) {
    const sum = postable(amountText(amount < 0n ? -amount : amount), currency)
    if (sum === undefined) return stop('no-amount')
    const [payable, other] = [
      { party, kind: 'payable' },
      { party: '', kind: difference },
    ]
    meant.push({
      ...{ book: 'payable', owner, currency, amount: sum, kind: difference, businessDate },
      ...(amount < 0n ? { debit: payable, credit: other } : { debit: other, credit: payable }),
      ref: { type: invoice.type, key: invoice.key, ...(line === undefined ? {} : { line }) },
    })
  }
  return { meant, notes: [], items: itemsOf(invoiceCase, parts, currency, businessDate) }
}

function partsOf({ shelf, invoice, billed, strays, ownerOf }: InvoiceCase): readonly Part[] {
  const { body } = invoice
  const issuer = keyOf(shelf, refIn(body.issuer))
  const [first] = billed
  const sideOf = (of: BilledLine | undefined) => ({
    owner: of === undefined ? (keyOf(shelf, refIn(body.recipient)) ?? ownerOf(invoice)) : ownerOf(of.orderCase.order),
    party: (of === undefined ? undefined : keyOf(shelf, refIn(of.orderCase.order.body.seller))) ?? issuer,
  })
  const part = (difference: Difference, of: BilledLine | undefined, amount: bigint, line?: string): Part[] => {
    const { owner, party } = sideOf(of)
    // a seller that is no party of the hub has no account here
    return party === undefined ? [] : [{ difference, owner, party, amount, line }]
  }
  const sign = body.kind === 'credit-note' ? -1n : 1n
  const { charges, tax } = headOf(body)
  const accruedTax = billed.reduce((sum, one) => sum + one.accrued.tax, 0n)
  return [
    ...billed.flatMap((one) => [
      ...part('price-variance', one, one.forGoods - one.accrued.goods, one.matched.row.line),
      ...part('quantity-variance', one, one.forNothing, one.matched.row.line),
    ]),
    ...strays
      .filter(({ verdict }) => verdict !== 'exempt')
      .flatMap((row) => part('quantity-variance', first, sign * BigInt(row.amount), row.line)),
    ...part(listOf(body.lines).length === 0 ? 'quantity-variance' : 'charges', first, sign * charges),
    ...(tax === undefined ? [] : part('tax', first, sign * tax - accruedTax)),
  ]
}

/** The tax of a document whose prices exclude it, and what its total has beside that and its lines: charges, discounts and rounding of its head. Without a total nothing is known of either. */
function headOf(body: JsonObject): { readonly charges: bigint; readonly tax: bigint | undefined } {
  const totals = isObject(body.totals) ? body.totals : {}
  const total = exact(totals.grandTotal)
  const lines = listOf(body.lines)
  const tax = body.taxBasis === 'exclusive' ? statedTax(body, totals) : undefined
  if (total === undefined) return { charges: 0n, tax }
  const linesTotal = lines.reduce((sum, line) => sum + amountOf(line, textOf(body.currency) ?? ''), 0n)
  return { charges: total - (tax ?? 0n) - linesTotal, tax: body.taxBasis === 'exclusive' ? (tax ?? 0n) : undefined }
}

/** As its totals say, else as its taxes come to, else those of its lines; undefined where it names none. */
function statedTax(body: JsonObject, totals: JsonObject): bigint | undefined {
  const sumOf = (taxes: readonly JsonObject[]) =>
    taxes.length === 0 ? undefined : taxes.reduce((sum, { amount }) => sum + (exact(amount) ?? 0n), 0n)
  return exact(totals.taxTotal) ?? sumOf(listOf(body.taxes)) ?? sumOf(listOf(body.lines).flatMap(({ taxes }) => listOf(taxes)))
}

const totalText = ({ body: { totals } }: LedgerDocument): Json => (isObject(totals) ? (totals.grandTotal ?? null) : null)

/** What it makes us owe more falls due with the invoice. */
function itemsOf({ shelf, invoice }: InvoiceCase, parts: readonly Part[], currency: string, date: string): PayableItemTable[] {
  const { type, key, body } = invoice
  const days = daysOf(body.paymentTerms)
  const due = typeof body.dueDate === 'string' ? body.dueDate : days === undefined ? null : laterBy(date, days)
  return [...Map.groupBy(parts, ({ owner, party }) => JSON.stringify([owner, party])).values()].flatMap((group): PayableItemTable[] => {
    const [first] = group
    const amount = group.reduce((sum, one) => sum + one.amount, 0n)
    if (first === undefined || amount <= 0n) return []
    const { owner, party } = first
    return [{ tenant: shelf.tenant, type, key, owner, party, currency, amount, business_date: date, due_date: due }]
  })
}
