import { add, amountScale, isZero, toScaled } from '../../model/decimal.ts'
import type { JsonObject } from '../../model/json.ts'
import type { PayableItemTable } from '../../store/tables-payable.ts'
import type { Note } from '../findings.ts'
import type { Meant } from '../money/post-meant.ts'
import { type CaseLine, caseLines, type OrderCase, relatedLines } from '../order-case.ts'
import { isReceipt, isSupplierReturn } from '../purchase-lines.ts'
import { quantityText } from '../purchase-rules.ts'
import { keyOf, listOf, refIn, type Shelf, targetOf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { dueOf } from './due.ts'
import { dateOf, held, nothingOwed, type Owed, postable, taxOf, worthOf } from './owed.ts'

/** Whose books the goods of an order are bought into; '' where nobody is named: the operator. */
export type OwnerOf = (order: LedgerDocument) => string

export interface ReceiptCase {
  readonly shelf: Shelf
  readonly receipt: LedgerDocument
  /** orders that its lines name, by their keys; those that are not here yet are left out */
  readonly orders: ReadonlyMap<string, OrderCase>
  readonly ownerOf: OwnerOf
}

/** Whether goods of it came from a supplier or went back there. What came with a first load stands in opening balances. */
export const movesGoods = (document: LedgerDocument): boolean =>
  !document.deleted && !document.baseline && (isReceipt(document) || isSupplierReturn(document))

/** What an accepted line, or one that goes back, is worth to whom. */
interface WorthLine {
  readonly owner: string
  readonly party: string
  readonly currency: string
  readonly amount: string
  readonly tax: string
  readonly line: string
  readonly order: OrderCase
  readonly target: CaseLine
}

/** Goods that a receipt accepts at the prices of their orders (货款), or that a return takes back (退货款), line by line, with the tax on them where prices exclude it. Anything that is missing holds its line back. */
export function receiptOwed(receiptCase: ReceiptCase): Owed {
  const { receipt, shelf } = receiptCase
  if (!movesGoods(receipt)) return nothingOwed
  const isBack = isSupplierReturn(receipt)
  const date = dateOf(receipt)
  const notes: Note[] = []
  const worth = listOf(receipt.body.lines).flatMap((row, place) => {
    const found = worthOfRow(receiptCase, row, place)
    if (found !== undefined && 'code' in found) notes.push(found)
    return found === undefined || 'code' in found ? [] : [found]
  })
  if (worth.length > 0 && date === undefined) return { ...nothingOwed, notes: [held(receipt, '', { reason: 'no-date' })] }
  const meant = worth.flatMap(({ owner, party, currency, amount, tax, line }): Meant[] => {
    const payable = { party, kind: 'payable' }
    const posting = (kind: string, account: string, sum: string): Meant[] => {
      const other = { party: '', kind: account }
      const head = { book: 'payable', owner, currency, amount: sum, kind, businessDate: date ?? '' }
      const ends = isBack ? { debit: payable, credit: other } : { debit: other, credit: payable }
      return isZero(sum) ? [] : [{ ...head, ...ends, ref: { type: receipt.type, key: receipt.key, line } }]
    }
    return [...posting(isBack ? 'return' : 'goods', 'goods', amount), ...posting('tax', 'tax', tax)]
  })
  return { meant, notes, items: isBack ? [] : itemsOf(shelf, receipt, worth, date ?? '') }
}

function worthOfRow(receiptCase: ReceiptCase, row: JsonObject, place: number): WorthLine | Note | undefined {
  const { receipt, shelf, orders, ownerOf } = receiptCase
  const at = `/lines/${place}`
  const reference = row.order ?? receipt.body.order
  const target = targetOf(reference)
  const supplier = keyOf(shelf, refIn(receipt.body.supplier))
  const accepted = textOf(row.accepted) ?? '0'
  if (target === undefined)
    return supplier === undefined || Number(accepted) === 0
      ? undefined
      : held(receipt, at, { reason: 'no-order', supplier, accepted, unit: textOf(row.unit) ?? '' })
  // one that is not here yet is waited for
  const order = target.type === 'purchase-order' ? orders.get(keyOf(shelf, reference) ?? '') : undefined
  if (order === undefined) return undefined
  // a line that is none of the order's, or that nobody can count, has a finding of its own
  const line = relatedLines(order, caseLines(order), receipt).find((one) => one.at === at)?.target
  const counted = line?.count(row.accepted, row.unit, receipt)
  if (line === undefined || counted === undefined || counted <= 0n) return undefined
  const { body, key } = order.order
  const currency = textOf(body.currency) ?? ''
  const party = supplier ?? keyOf(shelf, refIn(body.seller))
  const detail = { order: key, line: line.key, accepted: quantityText(counted) }
  // a seller that is no party of the hub has no account here, one that is not known yet is waited for
  if (party === undefined) return undefined
  const worth = worthOf(line, counted, currency)
  const amount = postable(worth, currency)
  if (amount === undefined)
    return held(receipt, at, { reason: 'no-price', ...detail, currency, ...(worth === undefined ? {} : { amount: worth }) })
  const tax = postable(taxOf(line, body, amount, currency), currency) ?? '0'
  return { owner: ownerOf(order.order), party, currency, amount, tax, line: textOf(row.key) ?? String(place + 1), order, target: line }
}

/** What a receipt makes us owe, by owner, supplier and currency, and by when: of several days the first. */
function itemsOf(shelf: Shelf, receipt: LedgerDocument, worth: readonly WorthLine[], date: string): PayableItemTable[] {
  const items = new Map<string, PayableItemTable>()
  for (const one of worth) {
    const { owner, party, currency } = one
    const amount = toScaled(add(one.amount, one.tax), amountScale)
    const name = JSON.stringify([owner, party, currency])
    const before = items.get(name)
    const due = dueOf(one.order, one.target, receipt, date)
    const dues = before === undefined ? [due] : [before.due_date, due]
    items.set(name, {
      ...{ tenant: shelf.tenant, type: receipt.type, key: receipt.key, owner, party, currency },
      amount: BigInt(before?.amount ?? 0n) + amount,
      business_date: date,
      due_date: dues.includes(null) ? (dues.find((day) => day !== null) ?? null) : ([...dues].sort()[0] ?? null),
    })
  }
  return [...items.values()].filter(({ amount }) => BigInt(amount) > 0n)
}
