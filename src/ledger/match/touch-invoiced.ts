import { holdNames } from '../../store/hold.ts'
import { invoiceLinesOf } from '../../store/invoice.ts'
import { referencesFrom, referencesTo } from '../../store/reference.ts'
import type { ReferenceTable } from '../../store/tables.ts'
import { touchOrder } from '../books.ts'
import { isAbout } from '../party-roles.ts'
import { type DocumentName, documentName, namedDocument } from '../shelf.ts'
import type { Books } from '../types.ts'
import type { Referred } from '../write-references.ts'

const billing: ReadonlySet<string> = new Set(['invoice', 'goods-receipt'])

/**
 * Touches the purchases that invoices of this unit of work have to do with beyond those they name: through the receipt or the invoice that they name, and those that they had to do with before. Nothing is asked where no invoice and no
 * receipt changed.
 */
export async function touchInvoiced(books: Books, { resolved, rows }: Pick<Referred, 'resolved' | 'rows'>): Promise<void> {
  const { tx, tenant, data } = books
  const changed = new Map<string, DocumentName>()
  for (const { now, versions } of data.drafts.values())
    if (versions.length > 0 && billing.has(now.type)) changed.set(documentName(now), now)
  for (const name of [...resolved, ...[...data.rereferred].map(namedDocument)])
    if (billing.has(name.type)) changed.set(documentName(name), name)
  for (const key of data.shelf.rejudged) changed.set(documentName({ type: 'invoice', key }), { type: 'invoice', key })
  if (changed.size === 0) return
  const invoices = [...changed.values()].flatMap(({ type, key }) => (type === 'invoice' ? [key] : []))
  for (const key of invoices) data.invoices.add(key)
  const known = invoices.flatMap((key) => rows.get(documentName({ type: 'invoice', key })) ?? [])
  const unread = invoices.filter((key) => !rows.has(documentName({ type: 'invoice', key })))
  const references = [...known, ...(await referencesFrom(tx, tenant, 'invoice', unread))].filter(({ path }) => isAbout(path))
  // who names a receipt or an invoice and who brings it may come at the same moment: the second of them has to see the first
  await holdNames(
    tx,
    tenant,
    [...changed.keys(), ...[...billing].flatMap((type) => keysOf(references, type).map((key) => documentName({ type, key })))].map(
      (name) => `billed:${name}`,
    ),
  )
  const theirs = await referencesFrom(tx, tenant, 'invoice', keysOf(references, 'invoice'))
  const near = [...references, ...theirs]
  const behind = await referencesFrom(tx, tenant, 'goods-receipt', keysOf(near, 'goods-receipt'))
  for (const { to_type, to_key } of [...near, ...behind])
    if (to_type === 'purchase-order' && to_key !== null) touchOrder(books, to_type, to_key)
  // a credit note is of the order that its invoice was of, also where the invoice has no lines there: it is a draft, or was cancelled
  const credits = (await referencesTo(tx, tenant, 'invoice', invoices)).flatMap((row) =>
    row.from_type === 'invoice' ? [row.from_key] : [],
  )
  for (const { order_key } of await invoiceLinesOf(tx, tenant, [...invoices, ...credits]))
    if (order_key !== '') touchOrder(books, 'purchase-order', order_key)
}

/** Keys of what these references lead to, of one type. */
const keysOf = (references: readonly ReferenceTable[], type: string): string[] =>
  references.flatMap((row) => (row.to_type === type && row.to_key !== null ? [row.to_key] : []))
