import { grouped } from '../../store/in-list.ts'
import { allocationsOfOrders, deleteInvoiceLines, invoiceLinesOfOrders, replaceAllocations, saveInvoiceLines } from '../../store/invoice.ts'
import type { InvoiceAllocationTable, InvoiceLineTable } from '../../store/tables.ts'
import { differs, rowChanges, rowName } from '../rows.ts'
import type { Books } from '../types.ts'
import type { OrderMatch } from './match-order.ts'

/** Rows of invoices beside purchases, as they are stored. */
export interface StoredMatches {
  readonly lines: readonly InvoiceLineTable[]
  readonly allocations: readonly InvoiceAllocationTable[]
}

/** What is stored of the invoices of these purchases; no statement where there are none. */
export async function storedMatches({ tx, tenant }: Books, purchases: readonly string[]): Promise<StoredMatches> {
  if (purchases.length === 0) return { lines: [], allocations: [] }
  const lines = await invoiceLinesOfOrders(tx, tenant, purchases)
  const matched = new Set(lines.map(({ order_key }) => order_key))
  return { lines, allocations: matched.size === 0 ? [] : await allocationsOfOrders(tx, tenant, matched) }
}

/** Writes the rows of purchases that differ, and has the invoices judged again that they are of. `matches`: by key of the purchase. */
export async function writeMatches(books: Books, before: StoredMatches, matches: ReadonlyMap<string, OrderMatch>): Promise<void> {
  const now = [...matches.values()].flatMap(({ lines }) => lines.map(({ row }) => row))
  const { changed, gone } = rowChanges(before.lines, now, (row) => rowName(row.key, row.line))
  await deleteInvoiceLines(books.tx, gone)
  await saveInvoiceLines(books.tx, changed)
  const stored = grouped(before.allocations, (row) => row.order_key)
  const moved = [...matches].filter(([order, { allocations }]) => !sameRows(stored.get(order) ?? [], allocations))
  await replaceAllocations(
    books.tx,
    books.tenant,
    moved.map(([order]) => order),
    moved.flatMap(([, { allocations }]) => allocations),
  )
  for (const { key } of [...changed, ...gone]) books.data.invoices.add(key)
}

function sameRows(stored: readonly InvoiceAllocationTable[], rows: readonly InvoiceAllocationTable[]): boolean {
  const name = ({ key, line, part }: InvoiceAllocationTable) => rowName(key, line, part)
  const old = new Map(stored.map((row) => [name(row), row]))
  return stored.length === rows.length && rows.every((row) => !differs(old.get(name(row)), row))
}
