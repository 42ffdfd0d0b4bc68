import { grouped } from '../store/in-list.ts'
import { referencesTo } from '../store/reference.ts'
import type { OrderCase } from './order-case.ts'
import { referencesIn } from './references.ts'
import {
  type DocumentName,
  documentName,
  externalsOf,
  keyOf,
  loadDocuments,
  loadLineLinks,
  loadLinks,
  namedDocument,
  type Shelf,
  targetOf,
} from './shelf.ts'
import type { LedgerDocument } from './types.ts'
import { type ProductUnits, unitsOf } from './units.ts'

export const orderTypes: ReadonlySet<string> = new Set(['sales-order', 'purchase-order'])
/** Types of documents that say something about an order they refer to. */
export const relatedTypes: ReadonlySet<string> = new Set(['shipment', 'goods-receipt', 'order-response', 'refund', 'payment', 'invoice'])

/** Reads all that bears on these orders, in a number of statements that does not grow with them. Orders that are not there yet are left out. */
export async function assemble(shelf: Shelf, orders: Iterable<DocumentName>): Promise<Map<string, OrderCase>> {
  const names = new Map([...orders].map((name) => [documentName(name), name]))
  await loadDocuments(shelf, names.values())
  const found = [...names.keys()].flatMap((name) => shelf.documents.get(name) ?? [])
  const related = await relatedTo(shelf, found)
  await loadTargets(shelf, [...found, ...[...related.values()].flat()])
  for (const [type, group] of grouped(found, (order) => order.type))
    await loadLineLinks(
      shelf,
      type,
      group.map(({ key }) => key),
    )
  return new Map(found.map((order) => [documentName(order), orderCase(shelf, order, related.get(documentName(order)) ?? [])]))
}

async function relatedTo(shelf: Shelf, orders: readonly LedgerDocument[]): Promise<Map<string, LedgerDocument[]>> {
  const from = new Map<string, Set<string>>()
  for (const [type, group] of grouped(orders, (order) => order.type))
    for (const row of await referencesTo(
      shelf.read,
      shelf.tenant,
      type,
      group.map(({ key }) => key),
    )) {
      if (!relatedTypes.has(row.from_type) || row.to_key === null) continue
      const order = documentName({ type, key: row.to_key })
      const names = from.get(order) ?? new Set()
      from.set(order, names.add(documentName({ type: row.from_type, key: row.from_key })))
    }
  await loadDocuments(
    shelf,
    [...from.values()].flatMap((names) => [...names].map(namedDocument)),
  )
  return new Map(
    [...from].map(([order, names]) => [
      order,
      [...names]
        .sort()
        .flatMap((name) => shelf.documents.get(name) ?? [])
        .filter(({ deleted }) => !deleted),
    ]),
  )
}

/** Links of everything the documents refer to, and the products among it. */
export async function loadTargets(shelf: Shelf, documents: readonly LedgerDocument[]): Promise<void> {
  const targets = documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))
  await loadLinks(shelf, externalsOf(targets))
  await loadDocuments(
    shelf,
    targets.flatMap((target) => {
      const key = target.type === 'product' ? keyOf(shelf, { ...target }) : undefined
      return key === undefined ? [] : [{ type: 'product', key }]
    }),
  )
}

/** How a product is counted; undefined while it is not known. */
export function productUnits(shelf: Shelf, key: string): ProductUnits | undefined {
  const product = shelf.documents.get(documentName({ type: 'product', key }))
  return product && unitsOf(product.body)
}

function orderCase(shelf: Shelf, order: LedgerDocument, related: readonly LedgerDocument[]): OrderCase {
  const lineLinks = shelf.lineLinks.get(documentName(order))
  return {
    tenant: shelf.tenant,
    order,
    related,
    keyOf: (reference) => (targetOf(reference) === undefined ? undefined : keyOf(shelf, reference)),
    product: (key) => productUnits(shelf, key),
    linkedLine: (connection, externalLine) => lineLinks?.get(`${connection}\0${externalLine}`),
  }
}
