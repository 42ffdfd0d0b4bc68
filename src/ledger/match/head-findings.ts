import { amountScale, fromScaled } from '../../model/decimal.ts'
import { firstOfGroup, type InvoiceGroup } from '../../store/invoice.ts'
import type { InvoiceMatchTable } from '../../store/tables.ts'
import type { Note } from '../findings.ts'
import { referencesIn } from '../references.ts'
import { referencesOn } from '../references-to.ts'
import { documentName, externalsOf, loadDocuments, loadLinks, type Shelf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { invoiceFigures, isPostedInvoice, namedInvoices, takenFrom } from './match-invoice.ts'

/** What is told of an invoice beside others: two with one number, or one tax document twice; and a credit note that takes more than there is. */
export const headCodes = ['no-order', 'invoice-double', 'tax-document-double', 'credit-exceeds-invoice'] as const

/** The groups that an invoice is in: those with its number, of one issuer, kind and year, and those with its tax document. */
export function groupsOf(row: InvoiceMatchTable): readonly InvoiceGroup[] {
  const { kind, issuer, number, year, tax_scheme, tax_code, tax_number, status } = row
  if (status !== 'posted') return []
  return [
    ...(number === '' || issuer === '' ? [] : [{ kind, issuer, number, year }]),
    ...(tax_number === '' ? [] : [{ tax_scheme, tax_code, tax_number }]),
  ]
}
export const groupName = (group: InvoiceGroup): string => `invoice-group:${JSON.stringify(group)}`

/** Of each group the posted invoices that stand first: the first of all is the one that counts, all others are doubles. */
export async function firstsOf(
  { read, tenant }: Pick<Shelf, 'read' | 'tenant'>,
  groups: Iterable<InvoiceGroup>,
): Promise<ReadonlyMap<string, readonly InvoiceMatchTable[]>> {
  const firsts = new Map<string, readonly InvoiceMatchTable[]>()
  for (const group of groups) {
    const name = groupName(group)
    if (!firsts.has(name)) firsts.set(name, await firstOfGroup(read, tenant, group, 2))
  }
  return firsts
}

/** Findings of these invoices because others have their number or their tax document. `firsts` must have all their groups. */
export const doubleNotes = (rows: readonly InvoiceMatchTable[], firsts: ReadonlyMap<string, readonly InvoiceMatchTable[]>): Note[] =>
  rows.flatMap((row) =>
    groupsOf(row).flatMap((group): Note[] => {
      const [first] = firsts.get(groupName(group)) ?? []
      if (first === undefined || first.key === row.key) return []
      const code = 'issuer' in group ? 'invoice-double' : 'tax-document-double'
      const named =
        'issuer' in group
          ? { issuer: row.issuer, number: row.number, year: String(row.year) }
          : { scheme: row.tax_scheme, code: row.tax_code, number: row.tax_number }
      const amount = fromScaled(BigInt(row.total), amountScale, 2)
      return [{ type: 'invoice', key: row.key, code, path: '', detail: { ...named, currency: row.currency, amount } }]
    }),
  )

/** Credit notes that take from these invoices, by the invoice. */
export async function creditsOf(shelf: Shelf, invoices: readonly string[]): Promise<ReadonlyMap<string, readonly LedgerDocument[]>> {
  const rows = invoices.length === 0 ? [] : await referencesOn(shelf, 'invoice', [...new Set(invoices)])
  const naming = rows.filter(({ from_type, path }) => from_type === 'invoice' && /^(lines\.\d+\.)?invoice$/.test(path))
  await loadInvoices(
    shelf,
    naming.map(({ from_key }) => from_key),
  )
  const found = new Map<string, LedgerDocument[]>()
  for (const { from_key, to_key } of naming) {
    const credit = shelf.documents.get(documentName({ type: 'invoice', key: from_key }))
    if (credit === undefined || credit.body.kind !== 'credit-note' || !isPostedInvoice(credit) || to_key === null) continue
    const before = found.get(to_key) ?? []
    if (!before.includes(credit)) found.set(to_key, [...before, credit])
  }
  return found
}

export async function loadInvoices(shelf: Shelf, keys: readonly string[]): Promise<readonly LedgerDocument[]> {
  const names = keys.map((key) => ({ type: 'invoice', key }))
  await loadDocuments(shelf, names)
  const documents = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadLinks(shelf, externalsOf(documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))))
  return documents
}

/** Findings of these credit notes: together with others they take more from an invoice than it came to. It stands on the last of them, by issue date and key. */
export async function creditNotes(shelf: Shelf, credits: readonly LedgerDocument[]): Promise<Note[]> {
  const named = new Map(credits.map((credit) => [credit, namedInvoices(shelf, credit)]))
  const keys = [...new Set([...named.values()].flatMap((one) => [...one.keys()]))]
  if (keys.length === 0) return []
  const all = await creditsOf(shelf, keys)
  const invoices = new Map((await loadInvoices(shelf, keys)).map((one) => [one.key, one]))
  return [...named].flatMap(([credit, places]) =>
    [...places].flatMap(([key, path]): Note[] => {
      const invoice = invoices.get(key)
      const others = [...(all.get(key) ?? [])].sort(byIssue)
      if (invoice === undefined || others.at(-1)?.key !== credit.key) return []
      const { total, currency } = invoiceFigures(shelf, invoice, []).row
      const same = others.filter(({ body }) => body.currency === currency)
      const credited = same.reduce((sum, one) => sum + takenFrom(shelf, one, key), 0n)
      const difference = credited - BigInt(total)
      if (difference <= 0n) return []
      const text = (value: bigint) => fromScaled(value, amountScale, 2)
      const detail = {
        invoice: key,
        total: text(BigInt(total)),
        credited: text(credited),
        difference: text(difference),
        currency,
        amount: text(difference),
      }
      return [{ type: 'invoice', key: credit.key, code: 'credit-exceeds-invoice', path, detail }]
    }),
  )
}

const byIssue = (a: LedgerDocument, b: LedgerDocument): number => {
  const name = ({ key, body }: LedgerDocument) => `${textOf(body.issueDate) ?? ''}\0${key}`
  return name(a) < name(b) ? -1 : 1
}
