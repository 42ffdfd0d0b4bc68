import { amountScale, fromScaled } from '../../model/decimal.ts'
import { holdNames } from '../../store/hold.ts'
import {
  deleteInvoiceLines,
  invoiceLinesOf,
  invoiceMatchesOf,
  saveInvoiceLines,
  saveInvoiceMatches,
  saveTolerances,
} from '../../store/invoice.ts'
import type { InvoiceLineTable, InvoiceMatchTable } from '../../store/tables.ts'
import { journal, readAfresh } from '../books.ts'
import { judge, note } from '../findings.ts'
import { followInvoice } from '../payables/follow-invoice.ts'
import { differs, rowChanges, rowName } from '../rows.ts'
import { documentName } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { creditNotes, creditsOf, doubleNotes, firstsOf, groupName, groupsOf, loadInvoices } from './head-findings.ts'
import { loadTolerances, toleranceRow } from './invoice-tolerance.ts'
import { type InvoiceFigures, invoiceFigures, namedInvoices } from './match-invoice.ts'

/** Judges invoices whose document changed, or whose lines did beside an order, and writes what differs. Nothing is asked where there are none. */
export async function deriveInvoices(books: Books): Promise<void> {
  const { tx, tenant, data } = books
  const keys = [...data.invoices].sort()
  if (keys.length === 0) return
  for (const key of keys) followInvoice(books, key)
  await holdInvoices(books, keys)
  readAfresh(books)
  const documents = await loadInvoices(data.shelf, keys)
  await loadTolerances(data.shelf, keys)
  const before = new Map((await invoiceMatchesOf(tx, tenant, keys)).map((row) => [row.key, row]))
  const lines = Map.groupBy(await invoiceLinesOf(tx, tenant, keys), ({ key }) => key)
  const figures = documents.map((document) => invoiceFigures(data.shelf, document, lines.get(document.key) ?? []))
  await writeStrays(
    books,
    [...lines.values()].flat().filter(({ order_key }) => order_key === ''),
    figures.flatMap(({ strays }) => strays),
  )
  await saveTolerances(
    tx,
    documents.flatMap((document) => toleranceRow(data.shelf, document, books.now) ?? []),
  )
  await saveInvoiceMatches(
    tx,
    figures.flatMap(({ row }) => (differs(before.get(row.key), row) ? [row] : [])),
  )
  for (const { row, findings } of figures) {
    tellVerdict(books, before.get(row.key), row)
    judge(books, { type: 'invoice', key: row.key, codes: new Set(['no-order']) })
    for (const finding of findings) note(books, finding)
  }
  await judgeDoubles(books, [...before.values()], figures)
  await judgeCredits(books, documents)
}

/** Invoices with one number, or one tax document, and credit notes of one invoice, may come at the same moment: the second of them has to see the first. */
async function holdInvoices(books: Books, keys: readonly string[]): Promise<void> {
  const { tx, tenant, data } = books
  const documents = await loadInvoices(data.shelf, keys)
  const rows = [...(await invoiceMatchesOf(tx, tenant, keys)), ...documents.map((document) => invoiceFigures(data.shelf, document, []).row)]
  const named = documents.flatMap((document) => [...namedInvoices(data.shelf, document).keys()])
  await holdNames(tx, tenant, [...[...keys, ...named].map((key) => `invoice:${key}`), ...rows.flatMap(groupsOf).map(groupName)])
}

async function writeStrays({ tx }: Books, stored: readonly InvoiceLineTable[], rows: readonly InvoiceLineTable[]): Promise<void> {
  const { changed, gone } = rowChanges(stored, rows, ({ key, line }) => rowName(key, line))
  await deleteInvoiceLines(tx, gone)
  await saveInvoiceLines(tx, changed)
}

const amountText = (value: bigint | number): string => fromScaled(BigInt(value), amountScale, 2)

/** A line of the journal where a posted invoice comes to another verdict, or to other variances. */
function tellVerdict(books: Books, before: InvoiceMatchTable | undefined, row: InvoiceMatchTable): void {
  const told = (one: InvoiceMatchTable | undefined) =>
    one === undefined || one.status !== 'posted'
      ? {}
      : { match: one.verdict, quantityVariance: amountText(one.quantity_variance), priceVariance: amountText(one.price_variance) }
  const [was, is] = [told(before), told(row)]
  if (row.verdict === 'exempt' || row.status !== 'posted' || JSON.stringify(was) === JSON.stringify(is)) return
  journal(
    books,
    'invoice-judged',
    { type: 'invoice', key: row.key },
    { before: was, after: { ...is, currency: row.currency }, ...(books.data.cause.baseline ? { baseline: true } : {}) },
  )
}

async function judgeDoubles(books: Books, before: readonly InvoiceMatchTable[], figures: readonly InvoiceFigures[]): Promise<void> {
  const rows = figures.map(({ row }) => row)
  const groups = [...before, ...rows].flatMap(groupsOf)
  const firsts = await firstsOf(books.data.shelf, groups)
  const judged = new Map(rows.map((row) => [row.key, row]))
  for (const row of [...firsts.values()].flat()) if (!judged.has(row.key)) judged.set(row.key, row)
  const others = await firstsOf(books.data.shelf, [...judged.values()].flatMap(groupsOf))
  const codes = new Set(['invoice-double', 'tax-document-double'])
  for (const key of judged.keys()) judge(books, { type: 'invoice', key, codes })
  for (const finding of doubleNotes([...judged.values()], others)) note(books, finding)
}

async function judgeCredits(books: Books, documents: readonly LedgerDocument[]): Promise<void> {
  const { shelf } = books.data
  const invoices = documents.flatMap((document) => [document.key, ...namedInvoices(shelf, document).keys()])
  const credits = new Map([...(await creditsOf(shelf, invoices)).values()].flat().map((credit) => [documentName(credit), credit]))
  const codes = new Set(['credit-exceeds-invoice'])
  for (const { key } of [...documents, ...credits.values()]) judge(books, { type: 'invoice', key, codes })
  for (const finding of await creditNotes(shelf, [...credits.values()])) note(books, finding)
}
