import type { Reader } from '../../store/in-list.ts'
import { allocationsOfOrders, invoiceLinesOf, invoiceLinesOfOrders, invoiceMatchesOf } from '../../store/invoice.ts'
import type { FindingTable, InvoiceLineTable } from '../../store/tables.ts'
import type { Note } from '../findings.ts'
import { creditNotes, doubleNotes, firstsOf, groupsOf, headCodes, loadInvoices } from '../match/head-findings.ts'
import { billsGoods, invoiceFigures, isPostedInvoice } from '../match/match-invoice.ts'
import type { OrderFigures } from '../order-figures.ts'
import { openShelf } from '../shelf.ts'
import { type Check, compareRows, together } from './check.ts'
import { compareNotes } from './notes.ts'

export const invoiceCodes: ReadonlySet<string> = new Set(headCodes)

/** Invoices beside purchases, as those have to have them. */
export async function compareMatches(
  read: Reader,
  tenant: string,
  keys: readonly string[],
  figures: readonly OrderFigures[],
): Promise<Check> {
  const of = (row: { readonly order_key: string }) => ({ type: 'purchase-order', key: row.order_key })
  return together(
    compareRows(
      'invoice_line',
      await invoiceLinesOfOrders(read, tenant, keys),
      figures.flatMap(({ match }) => match.lines.map(({ row }) => row)),
      ({ key, line }) => [key, line],
      of,
    ),
    compareRows(
      'invoice_allocation',
      await allocationsOfOrders(read, tenant, keys),
      figures.flatMap(({ match }) => match.allocations),
      ({ key, line, part }) => [key, line, part],
      of,
    ),
  )
}

/** Invoices by their keys: their rows, their lines without an order, and what is told of them beside others. */
export async function checkInvoices(read: Reader, tenant: string, keys: readonly string[]): Promise<Check> {
  const shelf = openShelf(read, tenant)
  const documents = await loadInvoices(shelf, keys)
  const lines = Map.groupBy(await invoiceLinesOf(read, tenant, keys), ({ key }) => key)
  const figures = documents.map((document) => invoiceFigures(shelf, document, lines.get(document.key) ?? []))
  const of = (row: { readonly key: string }) => ({ type: 'invoice', key: row.key })
  const isStray = ({ order_key }: InvoiceLineTable) => order_key === ''
  return together(
    compareRows(
      'invoice_match',
      await invoiceMatchesOf(read, tenant, keys),
      figures.map(({ row }) => row),
      ({ key }) => [key],
      of,
    ),
    compareRows(
      'invoice_line',
      [...lines.values()].flat().filter(isStray),
      figures.flatMap(({ strays }) => strays),
      ({ key, line }) => [key, line],
      of,
    ),
    await compareNotes(
      read,
      tenant,
      (await headNotes(read, tenant, keys)).map((note) => ({ note, of: of(note) })),
    ),
  )
}

async function headNotes(read: Reader, tenant: string, keys: readonly string[]): Promise<readonly Note[]> {
  const shelf = openShelf(read, tenant)
  const documents = await loadInvoices(shelf, keys)
  const lines = Map.groupBy(await invoiceLinesOf(read, tenant, keys), ({ key }) => key)
  const figures = documents.map((document) => invoiceFigures(shelf, document, lines.get(document.key) ?? []))
  const rows = figures.map(({ row }) => row)
  const credits = documents.filter((one) => one.body.kind === 'credit-note' && billsGoods(one) && isPostedInvoice(one))
  return [
    ...figures.flatMap(({ findings }) => findings),
    ...doubleNotes(rows, await firstsOf(shelf, rows.flatMap(groupsOf))),
    ...(await creditNotes(shelf, credits)),
  ]
}

/** Findings of invoices beside others that have to be open, for those of these rows that are such. */
export const invoiceNotes = (read: Reader, tenant: string, rows: readonly FindingTable[]): Promise<readonly Note[]> =>
  headNotes(read, tenant, [...new Set(rows.filter(({ code }) => invoiceCodes.has(code)).map(({ key }) => key))])
