import { bookkeepers } from '../store/party-document.ts'
import type { ReferenceTable } from '../store/tables.ts'
import { referencesOn } from './references-to.ts'
import {
  type DocumentName,
  documentName,
  externalsOf,
  keyOf,
  listOf,
  loadDocuments,
  loadLinks,
  refIn,
  type Shelf,
  targetOf,
} from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** How a sales order hangs together with others: keys of sales orders, each list sorted. */
export interface OrderLinks {
  /** the order it is a part of, when that is known */
  readonly whole: string | undefined
  /** the orders that hold its goods in its place: its parts, or what it was merged into. Empty: it counts by itself */
  readonly heirs: readonly string[]
  readonly how: 'split' | 'merged' | undefined
  /** its links lead back to it: nothing stands in its place, and somebody has to look */
  readonly circle: boolean
  /** orders of other merchants that say they stand in its place, or that it says so of: nobody believes that */
  readonly foreign: readonly string[]
  /** connection whose shelf its goods come from: that of the order it was split from, else its own */
  readonly shop: string
}

/** Links that are followed, and orders that are looked at, to see whether they lead back. What goes on beyond is held for a circle: it counts by itself and somebody looks, so that nothing counts nowhere. */
export const longestLinks = 64
const mostNodes = 5000

/**
 * One rule says what counts (docs/sales.md): an order that was merged counts by the order it was merged into, one that was split by its parts, as long as one of those is there; a draft and a deleted order are not there. An order whose links lead
 * back to itself counts by itself, and what an order of another merchant says of it is not believed. So every unit and every amount counts once.
 */
export async function loadOrderLinks(
  shelf: Shelf,
  orders: readonly LedgerDocument[],
  references: readonly ReferenceTable[],
): Promise<ReadonlyMap<string, OrderLinks>> {
  const sales = orders.filter(({ type }) => type === 'sales-order')
  const graph: Graph = { shelf, named: new Map(), asked: new Set(sales.map(({ key }) => key)), books: new Map(), foreign: new Map() }
  take(graph, references)
  await loadNamed(graph, sales)
  const links = new Map<string, OrderLinks>()
  for (const order of sales) {
    const split = partsOf(graph, order)
    const merged = mergedOf(graph, order)
    const heirs = merged.length > 0 ? merged : split
    const circle = heirs.length > 0 && (await leadsBack(graph, order.key, heirs))
    const whole = keyOf(shelf, order.body.splitFrom)
    const found = whole === undefined ? undefined : orderAt(shelf, whole)
    const wholeOrder = found !== undefined && isOfOne(graph, order, found) ? found : undefined
    links.set(documentName(order), {
      whole: wholeOrder?.key,
      heirs: circle ? [] : heirs,
      how: circle || heirs.length === 0 ? undefined : merged.length > 0 ? 'merged' : 'split',
      circle,
      foreign: [...(graph.foreign.get(order.key) ?? [])].sort(),
      shop: wholeOrder?.origin ?? order.origin,
    })
  }
  return links
}

interface Graph {
  readonly shelf: Shelf
  /** orders that name an order, by its key and the field */
  readonly named: Map<string, Set<string>>
  readonly asked: Set<string>
  /** whose books the connections keep, by their names; read once there is a link */
  books: ReadonlyMap<string, string | null>
  /** links between merchants, by the key of each side */
  readonly foreign: Map<string, Set<string>>
}

const fieldOf = (path: string): string => path.replace(/\.\d+$/, '')
const linkFields: ReadonlySet<string> = new Set(['splitFrom', 'mergedInto', 'mergedFrom'])
export const isOrderLink = ({ from_type, to_type, path }: ReferenceTable): boolean =>
  from_type === 'sales-order' && to_type === 'sales-order' && linkFields.has(fieldOf(path))

function take({ named }: Graph, references: readonly ReferenceTable[]): void {
  for (const row of references) {
    if (!isOrderLink(row) || row.to_key === null) continue
    const name = `${row.to_key}\0${fieldOf(row.path)}`
    named.set(name, (named.get(name) ?? new Set()).add(row.from_key))
  }
}

/** Keys of the sales orders that a body names as split from, merged into or merged from. */
export function linkedIn(shelf: Shelf, { body }: Pick<LedgerDocument, 'body'>): string[] {
  return [body.splitFrom, body.mergedInto, ...listOf(body.mergedFrom)].flatMap((reference) => keyOf(shelf, reference) ?? [])
}

/** Reads the links that the order links of these bodies need. */
export const loadLinksIn = (shelf: Shelf, orders: readonly Pick<LedgerDocument, 'body'>[]): Promise<void> =>
  loadLinks(
    shelf,
    externalsOf(
      orders.flatMap(({ body }) => [body.splitFrom, body.mergedInto, ...listOf(body.mergedFrom)].flatMap((one) => targetOf(one) ?? [])),
    ),
  )

async function loadNamed(graph: Graph, orders: readonly LedgerDocument[]): Promise<void> {
  const { shelf, named } = graph
  await loadLinksIn(shelf, orders)
  const names: DocumentName[] = orders.flatMap((order) =>
    [...linkedIn(shelf, order), ...[...linkFields].flatMap((field) => [...(named.get(`${order.key}\0${field}`) ?? [])])].map((key) => ({
      type: 'sales-order',
      key,
    })),
  )
  if (names.length === 0) return
  await loadDocuments(shelf, names)
  if (graph.books.size === 0) graph.books = new Map((await bookkeepers(shelf.read, shelf.tenant)).map(({ name, books }) => [name, books]))
  const all = [...orders, ...names.flatMap(({ key }) => orderAt(shelf, key) ?? [])]
  await loadLinks(shelf, externalsOf(all.flatMap(({ body }) => targetOf(refIn(body.seller)) ?? [])))
}

/** Whether two orders may be of one merchant: only where both say whose they are, and it is not the same, they are not. */
function isOfOne({ shelf, books, foreign }: Graph, a: LedgerDocument, b: LedgerDocument): boolean {
  const [one, other] = [a, b].map(({ body, origin }) => keyOf(shelf, refIn(body.seller)) ?? books.get(origin) ?? undefined)
  if (one === undefined || other === undefined || one === other) return true
  for (const [from, to] of [
    [a.key, b.key],
    [b.key, a.key],
  ] as const)
    foreign.set(from, (foreign.get(from) ?? new Set()).add(to))
  return false
}

const orderAt = (shelf: Shelf, key: string): LedgerDocument | undefined => shelf.documents.get(documentName({ type: 'sales-order', key }))
const isThere = (order: LedgerDocument | undefined): order is LedgerDocument =>
  order !== undefined && !order.deleted && order.status !== 'draft'
const naming = ({ shelf, named }: Graph, key: string, field: string): LedgerDocument[] =>
  [...(named.get(`${key}\0${field}`) ?? [])].sort().flatMap((name) => orderAt(shelf, name) ?? [])

/** A part that was merged back into its whole is none any more. */
const partsOf = (graph: Graph, order: LedgerDocument): string[] =>
  naming(graph, order.key, 'splitFrom')
    .filter((part) => isThere(part) && isOfOne(graph, order, part) && !mergedInto(graph.shelf, part).includes(order.key))
    .map((part) => part.key)

function mergedInto(shelf: Shelf, { body }: LedgerDocument): string[] {
  const into = keyOf(shelf, body.mergedInto)
  return into === undefined ? [] : [into]
}

const mergedOf = (graph: Graph, order: LedgerDocument): string[] =>
  [
    ...new Set([
      ...mergedInto(graph.shelf, order).filter((key) => {
        const into = orderAt(graph.shelf, key)
        return isThere(into) && isOfOne(graph, order, into)
      }),
      ...naming(graph, order.key, 'mergedFrom')
        .filter((into) => isThere(into) && isOfOne(graph, order, into))
        .map(({ key }) => key),
    ]),
  ].sort()

async function leadsBack(graph: Graph, from: string, heirs: readonly string[]): Promise<boolean> {
  const seen = new Set<string>()
  let next = [...heirs]
  for (let round = 0; round < longestLinks && next.length > 0 && seen.size < mostNodes; round++) {
    if (next.includes(from)) return true
    for (const key of next) seen.add(key)
    const { shelf, asked } = graph
    const unasked = next.filter((key) => !asked.has(key))
    for (const key of unasked) asked.add(key)
    if (unasked.length > 0) take(graph, await referencesOn(shelf, 'sales-order', unasked))
    const orders = next.flatMap((key) => orderAt(shelf, key) ?? [])
    await loadNamed(graph, orders)
    next = [
      ...new Set(
        orders.flatMap((order) => {
          const merged = mergedOf(graph, order)
          return merged.length > 0 ? merged : partsOf(graph, order)
        }),
      ),
    ].filter((key) => key === from || !seen.has(key))
  }
  return next.length > 0
}
