import { grouped, type Reader } from '../store/in-list.ts'
import { type Moved, movedOf, movedSince, serialsTwice, takenOf } from '../store/movement.ts'
import type { Held } from '../store/order.ts'
import { productUnits } from './assemble.ts'
import { isOutside } from './movement-rows.ts'
import type { Shelf } from './shelf.ts'
import { isAnchor, stockPlace } from './stock-level.ts'
import type { LedgerDocument } from './types.ts'

/** A stock level with what it is about. */
export interface StockDocument {
  readonly document: LedgerDocument
  readonly product: string
  readonly location: string
  readonly asOf: number
}

export function stockDocument(shelf: Shelf, document: LedgerDocument): readonly StockDocument[] {
  const place = stockPlace(shelf, document.body)
  if (place === undefined) return []
  const { asOf } = document.body
  return [{ document, product: place.product, location: place.location, asOf: Date.parse(typeof asOf === 'string' ? asOf : '') || 0 }]
}

/** What moved of products: all of it summed, and what came after a count. */
export interface MovedGoods {
  readonly moved: ReadonlyMap<string, readonly Moved[]>
  readonly later: ReadonlyMap<string, readonly Moved[]>
  readonly taken: ReadonlyMap<string, readonly Held[]>
  readonly twice: ReadonlyMap<string, readonly { readonly serial: string; readonly pieces: number }[]>
}

const maxSerials = 100

/** Reads what moved of products that have stock levels, or none. Most products were never moved: one statement finds that out. */
export async function movedGoods(
  { read, tenant }: Shelf,
  products: Iterable<string>,
  levels: readonly StockDocument[],
  tracked: (product: string) => boolean,
): Promise<MovedGoods> {
  const moved = grouped(await movedOf(read, tenant, products), ({ product }) => product)
  const later = new Map<string, Moved[]>()
  for (const [product, rows] of moved) {
    const counted = levels.filter((level) => level.product === product && !isAnchor(level.document))
    const here = new Set(rows.map(({ location }) => location))
    for (const [location, group] of grouped(counted, (level) => level.location)) {
      if (!here.has(location)) continue
      const since = group.reduce((least, { asOf }) => Math.min(least, asOf), Number.MAX_SAFE_INTEGER)
      later.set(product, [...(later.get(product) ?? []), ...(await movedSince(read, tenant, product, location, since))])
    }
  }
  return { moved, later, taken: await taken(read, tenant, moved), twice: await twice(read, tenant, moved, tracked) }
}

async function taken(read: Reader, tenant: string, moved: MovedGoods['moved']): Promise<MovedGoods['taken']> {
  const sent = [...moved].filter(([, rows]) => rows.some(({ type }) => type === 'shipment')).map(([product]) => product)
  return grouped(
    await takenOf(read, tenant, sent, earliest(sent.flatMap((product) => moved.get(product) ?? [])) - 1),
    ({ product }) => product,
  )
}

async function twice(
  read: Reader,
  tenant: string,
  moved: MovedGoods['moved'],
  tracked: (product: string) => boolean,
): Promise<MovedGoods['twice']> {
  const found = new Map<string, Awaited<ReturnType<typeof serialsTwice>>>()
  for (const product of moved.keys()) if (tracked(product)) found.set(product, await serialsTwice(read, tenant, product, maxSerials))
  return found
}

/** Before which no place of these products was counted or moved. */
export const firstKnown = (levels: readonly StockDocument[], moved: MovedGoods['moved']): number =>
  Math.min(earliest([...moved.values()].flat()), ...levels.filter(({ document }) => !isAnchor(document)).map(({ asOf }) => asOf))

const earliest = (rows: readonly Moved[]): number =>
  rows.reduce((least, { location, first }) => (isOutside(location) ? least : Math.min(least, first)), Number.MAX_SAFE_INTEGER)

/** Whether each piece of a product has a number. */
export const hasSerials = (shelf: Shelf, product: string): boolean => productUnits(shelf, product)?.tracking === 'serial'
