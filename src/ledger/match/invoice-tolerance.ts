import { tolerancesOf } from '../../store/invoice.ts'
import type { InvoiceToleranceTable } from '../../store/tables.ts'
import type { Shelf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { issuerOf } from './issuer.ts'
import { readTolerance, type Tolerance, toleranceFor, toleranceText } from './tolerance.ts'

/** Reads by which tolerances these invoices are judged already; no statement where there are none. */
export async function loadTolerances(shelf: Shelf, invoices: Iterable<string>): Promise<void> {
  const missing = [...new Set(invoices)].filter((key) => !shelf.tolerances.has(key))
  if (missing.length === 0) return
  for (const key of missing) shelf.tolerances.set(key, undefined)
  for (const { key, issuer, tolerance } of await tolerancesOf(shelf.read, shelf.tenant, missing))
    shelf.tolerances.set(key, { issuer, tolerance: readTolerance(tolerance) })
}

/**
 * The tolerance that an invoice is judged by: its own, once it has one, else what the workspace says for its issuer today. An issuer that is known better now has its own. It must have been loaded.
 */
export function toleranceOf(shelf: Shelf, { key, body }: LedgerDocument): Tolerance {
  const issuer = issuerOf(shelf, body)
  const own = shelf.tolerances.get(key)
  return own === undefined || own.issuer !== issuer || shelf.rejudged.has(key) ? toleranceFor(shelf.matching, issuer) : own.tolerance
}

/** The row that keeps it; undefined where it is kept already. */
export function toleranceRow(shelf: Shelf, invoice: LedgerDocument, now: number): InvoiceToleranceTable | undefined {
  const { key, body } = invoice
  const issuer = issuerOf(shelf, body)
  const own = shelf.tolerances.get(key)
  if (own !== undefined && own.issuer === issuer && !shelf.rejudged.has(key)) return undefined
  return { tenant: shelf.tenant, key, issuer, tolerance: toleranceText(toleranceOf(shelf, invoice)), at: now }
}
