import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { Held } from '../store/order.ts'
import type { StockTable } from '../store/tables.ts'
import { productUnits } from './assemble.ts'
import type { Note } from './findings.ts'
import { type Shelf, textOf } from './shelf.ts'
import { stockLevelKey, stockPlace } from './stock-level.ts'
import type { LedgerDocument } from './types.ts'
import { toBase } from './units.ts'

/** What a stock level's document says, in the product's base unit. */
interface Counted {
  readonly document: LedgerDocument
  readonly product: string
  readonly location: string
  readonly condition: string
  readonly onHand: bigint
  readonly asOf: number
  /** the figure has the reservations taken off already */
  readonly isNet: boolean
}

export interface StockFigures {
  readonly rows: readonly { readonly row: Omit<StockTable, 'changed_at'>; readonly document: LedgerDocument }[]
  readonly findings: readonly Note[]
}

export const stockCodes: ReadonlySet<string> = new Set(['oversold', 'several-locations', 'unknown-unit'])

/**
 * Stock of one product at all its places (canonical model, section 6). What is promised and what is on its way stands at one place: the sellable stock level whose
 * location comes first by key; several sellable locations with open promises are a finding, because nobody says where an order will be picked. A reservation
 * counts while it is open, and after its release as long as the snapshot is older than that: so a sale is subtracted exactly once, whether the
 * source has seen it or not. A source that states `available` has taken the reservations off itself. What is not sellable is available to nobody.
 * `held` must hold all open and all later released reservations; `documents` all stock levels of the product, their references and products loaded.
 */
export function stockFigures(shelf: Shelf, documents: readonly LedgerDocument[], held: readonly Held[], inTransit: bigint): StockFigures {
  const findings: Note[] = []
  const counted = documents.flatMap((document) => count(shelf, document, findings))
  const sellable = counted.filter(({ condition }) => condition === 'sellable').sort((a, b) => (a.location < b.location ? -1 : 1))
  const [place] = sellable
  const open = held.filter(({ released_at }) => released_at === null).reduce((total, { quantity }) => total + quantity, 0n)
  const rows = counted.map((each) => {
    const isPlace = each === place
    const reserved =
      isPlace && !each.isNet
        ? held
            .filter(({ released_at }) => released_at === null || released_at > each.asOf)
            .reduce((total, { quantity }) => total + quantity, 0n)
        : 0n
    const { product, location, condition, document, onHand } = each
    const available = condition === 'sellable' ? onHand - reserved : 0n
    if (available < 0n)
      findings.push({
        type: document.type,
        key: document.key,
        code: 'oversold',
        path: '',
        detail: { onHand: text(onHand), reserved: text(reserved), available: text(available) },
      })
    return {
      row: {
        tenant: shelf.tenant,
        product,
        location,
        condition,
        on_hand: onHand,
        as_of: each.asOf,
        source: document.origin,
        reserved,
        in_transit: isPlace ? inTransit : 0n,
        available,
      },
      document,
    }
  })
  if (place !== undefined && sellable.length > 1 && open > 0n)
    findings.push({
      type: 'stock-level',
      key: stockLevelKey(place),
      code: 'several-locations',
      path: '',
      detail: { reservedAt: place.location, locations: sellable.map(({ location }) => location) },
    })
  return { rows, findings }
}

function count(shelf: Shelf, document: LedgerDocument, findings: Note[]): readonly Counted[] {
  const { body } = document
  const place = stockPlace(shelf, body)
  const isNet = body.onHand === undefined || body.measure === 'available'
  const figure = textOf(isNet ? (body.available ?? body.onHand) : body.onHand)
  const units = place && productUnits(shelf, place.product)
  const unit = textOf(body.unit) ?? 'unknown'
  if (place === undefined || figure === undefined || units === undefined) return []
  const onHand = toBase(figure, unit, units)
  if (onHand === undefined) {
    findings.push({
      type: document.type,
      key: document.key,
      code: 'unknown-unit',
      path: '/unit',
      detail: { unit: textOf(body.sourceUnit) ?? unit, product: place.product },
    })
    return []
  }
  return [{ document, ...place, onHand, asOf: Date.parse(textOf(body.asOf) ?? '') || 0, isNet }]
}

const text = (value: bigint): string => fromScaled(value, quantityScale)
