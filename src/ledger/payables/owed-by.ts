import { invoiceLinesOf, invoiceMatchesOf, openCodesOf } from '../../store/invoice.ts'
import { bookkeepers } from '../../store/party-document.ts'
import { referencesFrom } from '../../store/reference.ts'
import { assemble, loadTargets } from '../assemble.ts'
import { holdCodes } from '../match/accept-invoice.ts'
import { invoiceFigures, namedInvoices } from '../match/match-invoice.ts'
import type { OrderCase } from '../order-case.ts'
import { orderFigures } from '../order-figures.ts'
import { documentName, keyOf, listOf, loadDocuments, refIn, type Shelf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { billedLines } from './accrued.ts'
import { type InvoiceCase, invoiceOwed, mayDiffer } from './invoice-owed.ts'
import { nothingOwed, type Owed } from './owed.ts'
import { mayConcernSupplier, namedByPayment, paymentOwed } from './payment-owed.ts'
import { movesGoods, type OwnerOf, receiptOwed } from './receipt-owed.ts'

/** Types of documents that money of suppliers follows from. */
export const payableTypes: readonly string[] = ['goods-receipt', 'invoice', 'payment']

const mayOwe: Readonly<Record<string, (document: LedgerDocument) => boolean>> = {
  'goods-receipt': movesGoods,
  invoice: mayDiffer,
  payment: mayConcernSupplier,
}

/** What documents of one of these types mean for suppliers, by their keys; a number of statements that does not grow with them. */
export async function owedBy(shelf: Shelf, type: string, keys: readonly string[]): Promise<ReadonlyMap<string, Owed>> {
  await loadDocuments(
    shelf,
    keys.map((key) => ({ type, key })),
  )
  const documents = keys.flatMap((key) => shelf.documents.get(documentName({ type, key })) ?? [])
  const relevant = documents.filter((document) => mayOwe[type]?.(document) === true)
  const owed = new Map<string, Owed>(keys.map((key) => [key, nothingOwed]))
  if (relevant.length === 0) return owed
  await loadTargets(shelf, relevant)
  const ownerOf = await ownersBy(shelf)
  if (type === 'payment') {
    const named = relevant.flatMap((payment) => namedByPayment(shelf, payment))
    await loadDocuments(shelf, named)
    await loadTargets(
      shelf,
      named.flatMap((name) => shelf.documents.get(documentName(name)) ?? []),
    )
    for (const payment of relevant) owed.set(payment.key, paymentOwed({ shelf, payment, ownerOf }))
    return owed
  }
  if (type === 'invoice') {
    for (const each of await invoiceCases(shelf, relevant, ownerOf)) owed.set(each.invoice.key, invoiceOwed(each))
    return owed
  }
  const orders = await ordersOf(shelf, relevant)
  for (const receipt of relevant) owed.set(receipt.key, receiptOwed({ shelf, receipt, orders, ownerOf }))
  return owed
}

/** The buyer of an order, else the party whose books its connection keeps. */
async function ownersBy(shelf: Shelf): Promise<OwnerOf> {
  const books = new Map((await bookkeepers(shelf.read, shelf.tenant)).map((one) => [one.name, one.books]))
  return (order) => keyOf(shelf, refIn(order.body.buyer)) ?? books.get(order.origin) ?? ''
}

async function ordersOf(shelf: Shelf, receipts: readonly LedgerDocument[]): Promise<ReadonlyMap<string, OrderCase>> {
  const rows = await referencesFrom(
    shelf.read,
    shelf.tenant,
    'goods-receipt',
    receipts.map(({ key }) => key),
  )
  const keys = new Set(rows.flatMap(({ to_type, to_key }) => (to_type === 'purchase-order' && to_key !== null ? [to_key] : [])))
  const cases = await assemble(
    shelf,
    [...keys].map((key) => ({ type: 'purchase-order', key })),
  )
  return new Map([...cases.values()].map((one) => [one.order.key, one]))
}

/** Invoices beside the orders of their lines as these stand now. Whether one is accepted is what people said and what tolerances let through: nothing that holds its payment is open. */
async function invoiceCases(shelf: Shelf, invoices: readonly LedgerDocument[], ownerOf: OwnerOf): Promise<readonly InvoiceCase[]> {
  const { read, tenant } = shelf
  const keys = invoices.map(({ key }) => key)
  const orders = new Set((await invoiceLinesOf(read, tenant, keys)).map(({ order_key }) => order_key))
  orders.delete('')
  const cases = await assemble(
    shelf,
    [...orders].map((key) => ({ type: 'purchase-order', key })),
  )
  const matches = [...cases.values()].map((orderCase) => ({ orderCase, match: orderFigures(orderCase).match }))
  const billed = Map.groupBy(
    matches.flatMap(({ orderCase, match }) => billedLines(orderCase, match)),
    ({ matched }) => matched.row.key,
  )
  const takes = new Map(invoices.map((invoice) => [invoice.key, new Set(takenFromBy(shelf, invoice))]))
  for (const { key, basis, against } of matches.flatMap(({ match }) => match.allocations))
    if (basis === 'credit' && against !== '') takes.get(key)?.add(against)
  const others = [...takes.values()].flatMap((one) => [...one])
  const held = await openCodesOf(read, tenant, [...keys, ...others], [...holdCodes])
  const known = new Map((await invoiceMatchesOf(read, tenant, others)).map((row) => [row.key, row]))
  return invoices.map((invoice) => {
    const lines = billed.get(invoice.key) ?? []
    const { row, strays } = invoiceFigures(
      shelf,
      invoice,
      lines.map(({ matched }) => matched.row),
    )
    const from = [...(takes.get(invoice.key) ?? [])]
    const isBought = row.verdict !== 'exempt' || from.some((key) => (known.get(key)?.verdict ?? 'exempt') !== 'exempt')
    const isStanding = from.every((key) => known.get(key)?.status === 'posted' && !held.has(key))
    return { shelf, invoice, billed: lines, strays, isExempt: !isBought, isAccepted: !held.has(invoice.key) && isStanding, ownerOf }
  })
}

/** The invoices that the head of a credit note without lines names. */
const takenFromBy = (shelf: Shelf, invoice: LedgerDocument): Iterable<string> =>
  invoice.body.kind === 'credit-note' && listOf(invoice.body.lines).length === 0 ? namedInvoices(shelf, invoice).keys() : []
