import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { Moved } from '../store/movement.ts'
import type { Held } from '../store/order.ts'
import type { StockTable } from '../store/tables.ts'
import type { Note } from './findings.ts'
import type { Shelf } from './shelf.ts'
import { shelfKey, stockLevelKey } from './stock-level.ts'
import { goodsAt, type Shelved } from './stock-places.ts'
import type { LedgerDocument } from './types.ts'

/** Everything that bears on the stock of one product. */
export interface StockCase {
  readonly product: string
  /** all stock levels of the product, their references and products loaded */
  readonly documents: readonly LedgerDocument[]
  /** all that moved, summed */
  readonly moved: readonly Moved[]
  /** what moved at locations that have a stock level, since the oldest one there, by time */
  readonly later: readonly Moved[]
  /** all open and all later released reservations */
  readonly held: readonly Held[]
  /** those of them whose goods a parcel's own movement took off the shelf */
  readonly taken: readonly Held[]
  /** purchases confirmed and not yet arrived */
  readonly inTransit: bigint
  /** numbers of pieces that are in stock more than once */
  readonly twice: readonly { readonly serial: string; readonly pieces: number }[]
}

export interface StockFigures {
  readonly rows: readonly Omit<StockTable, 'changed_at'>[]
  readonly findings: readonly Note[]
}

export const stockCodes: ReadonlySet<string> = new Set(['oversold', 'several-locations', 'unknown-unit'])
/** Those that stand at the product. */
export const productCodes: ReadonlySet<string> = new Set(['two-sources', 'serial-twice'])

/**
 * Stock of one product at all its places (canonical model, section 6). What is promised and what is on its way from suppliers stands at one place: the sellable location that
 * comes first by key; several sellable locations with open promises are a finding, because nobody says where an order will be picked. A reservation
 * counts while it is open, and after its release as long as the place's figure is older than that: so a sale is subtracted exactly once, whether the
 * source has seen it or not. A source that states `available` has taken the reservations off itself. What is not sellable is available to nobody.
 */
export function stockFigures(shelf: Shelf, stock: StockCase): StockFigures {
  const { product, held, inTransit } = stock
  const { places, findings } = goodsAt(shelf, stock)
  const sellable = places.filter(({ condition }) => condition === 'sellable').sort(byPlace)
  const [first] = sellable
  const open = held.filter(({ released_at }) => released_at === null).reduce((total, { quantity }) => total + quantity, 0n)
  const promised = promisedAt(first === undefined ? [] : sellable.filter(({ location }) => location === first.location), stock)
  const rows = places.map((each) => {
    const reserved = promised.get(each) ?? 0n
    const { location, owner, condition, lot, onHand, asOf, source } = each
    const available = condition === 'sellable' ? onHand - reserved : 0n
    if (available < 0n)
      findings.push({
        type: 'stock-level',
        key: each.document ?? stockLevelKey(each),
        code: 'oversold',
        path: '',
        detail: { onHand: text(onHand), reserved: text(reserved), available: text(available) },
      })
    return {
      tenant: shelf.tenant,
      product,
      location,
      owner,
      condition,
      lot,
      on_hand: onHand,
      as_of: asOf,
      source,
      reserved,
      in_transit: each.inTransit + (each === first ? inTransit : 0n),
      available,
    }
  })
  const locations = [...new Set(sellable.map(({ location }) => location))]
  if (first !== undefined && locations.length > 1 && open > 0n)
    findings.push({
      type: 'stock-level',
      key: first.document ?? shelfKey(first.location, product),
      code: 'several-locations',
      path: '',
      detail: { reservedAt: first.location, locations },
    })
  return { rows, findings }
}

function byPlace(a: Shelved, b: Shelved): number {
  if (a.location !== b.location) return a.location < b.location ? -1 : 1
  if (a.owner !== b.owner) return a.owner < b.owner ? -1 : 1
  return a.lot < b.lot ? -1 : 1
}

/** What is promised, spread over the rows of the location: each bears what it holds, the first one what is left. */
function promisedAt(places: readonly Shelved[], { held, taken }: StockCase): ReadonlyMap<Shelved, bigint> {
  const bearing = places.filter(({ isNet }) => !isNet)
  const [first, ...others] = bearing
  if (first === undefined) return new Map()
  const cut = bearing.reduce((least, each) => (each.cut < least ? each.cut : least), first.cut)
  const counted = (rows: readonly Held[]) =>
    rows.filter(({ released_at }) => released_at === null || released_at > cut).reduce((total, { quantity }) => total + quantity, 0n)
  let left = counted(held) - (first.isBook ? counted(taken) : 0n)
  const promised = new Map<Shelved, bigint>()
  for (const each of [...others.toReversed(), first]) {
    const borne = each === first || left < each.onHand ? left : each.onHand > 0n ? each.onHand : 0n
    promised.set(each, borne)
    left -= borne
  }
  return promised
}

const text = (value: bigint): string => fromScaled(value, quantityScale)
