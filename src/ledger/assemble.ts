import { grouped } from '../store/in-list.ts'
import type { ReferenceTable } from '../store/tables.ts'
import { loadTolerances, toleranceOf } from './match/invoice-tolerance.ts'
import type { OrderCase, PlacedLine } from './order-case.ts'
import { loadOrderLinks, type OrderLinks } from './order-links.ts'
import { isAbout } from './party-roles.ts'
import { payoutLines, payoutType } from './payout-lines.ts'
import { referencesIn } from './references.ts'
import { keysByType, referencesOn } from './references-to.ts'
import {
  type DocumentName,
  documentName,
  externalsOf,
  keyOf,
  loadDocuments,
  loadFactors,
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
export const relatedTypes: ReadonlySet<string> = new Set([
  'shipment',
  'goods-receipt',
  'order-response',
  'refund',
  'return',
  'payment',
  'invoice',
])

/** What refers to orders of one type that was read already. */
export interface KnownReferences {
  readonly type: string
  readonly keys: ReadonlySet<string>
  readonly rows: readonly ReferenceTable[]
}

/** Reads all that bears on these orders, in a number of statements that does not grow with them. Orders that are not there yet are left out. `known` is not read again. */
export async function assemble(shelf: Shelf, orders: Iterable<DocumentName>, known?: KnownReferences): Promise<Map<string, OrderCase>> {
  const names = new Map([...orders].map((name) => [documentName(name), name]))
  await loadDocuments(shelf, names.values())
  const found = [...names.keys()].flatMap((name) => shelf.documents.get(name) ?? [])
  const references = await referencesToAll(shelf, found, known)
  const related = await relatedTo(shelf, [...references, ...(await billedBehind(shelf, references))])
  await loadTargets(shelf, [...found, ...[...related.values()].flat()])
  for (const [type, group] of grouped(found, (order) => order.type))
    await loadLineLinks(
      shelf,
      type,
      group.map(({ key }) => key),
    )
  await loadTolerances(
    shelf,
    [...related.values()].flat().flatMap(({ type, key }) => (type === 'invoice' ? [key] : [])),
  )
  const links = await loadOrderLinks(shelf, found, references)
  const payouts = await payoutsNaming(shelf, references)
  return new Map(
    found.map((order) => {
      const name = documentName(order)
      return [name, orderCase(shelf, order, related.get(name) ?? [], links.get(name), payouts.get(name))]
    }),
  )
}

async function referencesToAll(
  shelf: Shelf,
  orders: readonly LedgerDocument[],
  known: KnownReferences | undefined,
): Promise<readonly ReferenceTable[]> {
  const unread = orders.filter(({ type, key }) => type !== known?.type || !known.keys.has(key))
  const rows = [...(known?.rows ?? [])]
  for (const [type, keys] of keysByType(unread)) rows.push(...(await referencesOn(shelf, type, keys)))
  return rows
}

/**
 * What invoices refer to that name no order: receipts of purchases, and invoices of them. Answers rows that lead from those to the purchases; none, and no statement, where nothing of a purchase came or was invoiced.
 */
async function billedBehind(shelf: Shelf, references: readonly ReferenceTable[]): Promise<readonly ReferenceTable[]> {
  const behind: ReferenceTable[] = []
  const near = references.filter(({ to_type }) => to_type === 'purchase-order')
  for (const type of ['goods-receipt', 'invoice'] as const) {
    const orders = Map.groupBy(
      [...near, ...behind].filter(({ from_type }) => from_type === type),
      ({ from_key }) => from_key,
    )
    if (orders.size === 0) continue
    const rows = (await referencesOn(shelf, type, [...orders.keys()])).filter(
      ({ from_type, path }) => from_type === 'invoice' && isAbout(path),
    )
    behind.push(...rows.flatMap((row) => (orders.get(row.to_key ?? '') ?? []).map(({ to_type, to_key }) => ({ ...row, to_type, to_key }))))
  }
  return behind
}

async function relatedTo(shelf: Shelf, references: readonly ReferenceTable[]): Promise<Map<string, LedgerDocument[]>> {
  const from = new Map<string, Set<string>>()
  for (const row of references) {
    if (!relatedTypes.has(row.from_type) || row.to_key === null) continue
    const order = documentName({ type: row.to_type, key: row.to_key })
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

/** The place of a reference to the order of a payout's line. */
const orderOfLine = /^lines\.(\d+)\.order$/
/** Whether a row is that of a payout's line to its order. */
export const namesPaidOrder = ({ from_type, to_type, path }: ReferenceTable): boolean =>
  from_type === payoutType && to_type === 'sales-order' && orderOfLine.test(path)

/** Lines of payouts by the order they name. */
async function payoutsNaming(shelf: Shelf, references: readonly ReferenceTable[]): Promise<ReadonlyMap<string, PlacedLine[]>> {
  const rows = references.filter((row) => row.to_key !== null && namesPaidOrder(row))
  const found = new Map<string, PlacedLine[]>()
  if (rows.length === 0) return found
  await loadDocuments(
    shelf,
    rows.map(({ from_key }) => ({ type: payoutType, key: from_key })),
  )
  for (const { to_key, from_key, path } of rows) {
    const payout = shelf.documents.get(documentName({ type: payoutType, key: from_key }))
    const line = payout === undefined ? undefined : payoutLines(payout.body)[Number(orderOfLine.exec(path)?.[1])]
    if (payout === undefined || line === undefined) continue
    const order = documentName({ type: 'sales-order', key: to_key ?? '' })
    found.set(order, [...(found.get(order) ?? []), { payout, line }])
  }
  return found
}

/** What the lines of cases are counted by, once more: whoever waited for another transaction since dropped what was read before (`readAfresh`). */
export const reloadTargets = (shelf: Shelf, cases: readonly OrderCase[]): Promise<void> =>
  loadTargets(
    shelf,
    cases.flatMap(({ order, related }) => [order, ...related]),
  )

/** Links of everything the documents refer to, and the products among it with their packs. */
export async function loadTargets(shelf: Shelf, documents: readonly LedgerDocument[]): Promise<void> {
  const targets = documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))
  await loadLinks(shelf, externalsOf(targets))
  const products = targets.flatMap((target) => (target.type === 'product' ? (keyOf(shelf, { ...target }) ?? []) : []))
  await loadDocuments(
    shelf,
    products.map((key) => ({ type: 'product', key })),
  )
  await loadFactors(shelf, products)
}

/** How a product is counted; undefined while it is not known. */
export function productUnits(shelf: Shelf, key: string): ProductUnits | undefined {
  const product = shelf.documents.get(documentName({ type: 'product', key }))
  return product && unitsOf(product.body, shelf.factors.get(key) ?? [])
}

/** The case of an order with what refers to it; its links and products must have been loaded. */
export function orderCase(
  shelf: Shelf,
  order: LedgerDocument,
  related: readonly LedgerDocument[],
  links?: OrderLinks,
  payouts: readonly PlacedLine[] = [],
): OrderCase {
  const lineLinks = shelf.lineLinks.get(documentName(order))
  return {
    tenant: shelf.tenant,
    order,
    related,
    links,
    payouts,
    keyOf: (reference) => (targetOf(reference) === undefined ? undefined : keyOf(shelf, reference)),
    product: (key) => productUnits(shelf, key),
    toleranceOf: (invoice) => toleranceOf(shelf, invoice),
    linkedLine: (connection, externalLine) => lineLinks?.get(`${connection}\0${externalLine}`),
  }
}
