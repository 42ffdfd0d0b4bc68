import { hubOrigin } from '../model/hub-origin.ts'
import type { Moved } from '../store/movement.ts'
import { productUnits } from './assemble.ts'
import type { Note } from './findings.ts'
import { isOutside, isTransit } from './movement-rows.ts'
import { rowName } from './rows.ts'
import { type Shelf, textOf } from './shelf.ts'
import type { StockCase } from './stock-figures.ts'
import { isAnchor, type StockPlace, stockPlace } from './stock-level.ts'
import type { LedgerDocument } from './types.ts'
import { saidBy, toBase } from './units.ts'

/** What is at one place, of one owner, in one condition and lot. */
export interface Shelved extends StockPlace {
  readonly onHand: bigint
  /** up to when the figure is known */
  readonly asOf: number
  /** reservations released later than this are not in the figure yet */
  readonly cut: number
  readonly source: string
  /** the figure has the reservations taken off already */
  readonly isNet: boolean
  /** the hub's own book: parcels that move goods out of it are not promised any more */
  readonly isBook: boolean
  /** transferred to here and not yet received */
  readonly inTransit: bigint
  /** key of the stock level that counts it; undefined where movements alone do */
  readonly document: string | undefined
}

/** A stock level's own figure in base units; undefined while its unit is not known. */
interface Level extends StockPlace {
  readonly document: LedgerDocument
  readonly onHand: bigint | undefined
  readonly asOf: number
  readonly isNet: boolean
}

interface Place {
  readonly at: StockPlace
  readonly levels: Level[]
  readonly moved: Moved[]
  readonly later: Moved[]
  readonly coming: Moved[]
}

/**
 * One place (location, owner, condition) has one source: who counts it, else who moves it, a partner before the hub. A count swallows what moved up to it; what that source moved later is added. What others
 * move there is not counted, because the source will tell it; two that both claim a place are a finding.
 */
export function goodsAt(shelf: Shelf, stock: StockCase): { readonly places: readonly Shelved[]; readonly findings: Note[] } {
  const findings: Note[] = []
  const places = placesOf(shelf, stock, findings)
  const disputed: { location: string; owner: string; condition: string; sources: readonly string[] }[] = []
  const shelved = [...places.values()].flatMap((place) => {
    const sources = claims(place)
    const { location, owner, condition } = place.at
    if (sources.length > 1) disputed.push({ location, owner, condition, sources })
    return shelvedAt(place)
  })
  const product = { type: 'product', key: stock.product, path: '' }
  if (disputed.length > 0) findings.push({ ...product, code: 'two-sources', detail: { places: disputed } })
  if (stock.twice.length > 0)
    findings.push({ ...product, code: 'serial-twice', detail: { serials: stock.twice.map((each) => ({ ...each })) } })
  return { places: shelved, findings }
}

function placesOf(shelf: Shelf, { product, documents, moved, later }: StockCase, findings: Note[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  const at = ({ location, owner, condition }: Omit<StockPlace, 'product' | 'lot'>): Place => {
    const name = rowName(location, owner, condition)
    const found = places.get(name) ?? { at: { product, location, owner, condition, lot: '' }, levels: [], moved: [], later: [], coming: [] }
    places.set(name, found)
    return found
  }
  for (const document of documents)
    for (const level of isAnchor(document) ? [] : levelOf(shelf, document, findings)) at(level).levels.push(level)
  for (const each of moved)
    if (!isOutside(each.location)) at(each).moved.push(each)
    else if (isTransit(each.location) && each.toward !== '') at({ ...each, location: each.toward }).coming.push(each)
  for (const each of later) at(each).later.push(each)
  return places
}

function levelOf(shelf: Shelf, document: LedgerDocument, findings: Note[]): readonly Level[] {
  const { body } = document
  const place = stockPlace(shelf, body)
  const isNet = body.onHand === undefined || body.measure === 'available'
  const figure = textOf(isNet ? (body.available ?? body.onHand) : body.onHand)
  const units = place && productUnits(shelf, place.product)
  const unit = textOf(body.unit) ?? 'unknown'
  if (place === undefined || figure === undefined || units === undefined) return []
  const onHand = toBase(figure, unit, units, saidBy(document))
  if (onHand === undefined)
    findings.push({
      type: document.type,
      key: document.key,
      code: 'unknown-unit',
      path: '/unit',
      detail: { unit: textOf(body.sourceUnit) ?? unit, product: place.product },
    })
  return [{ document, ...place, onHand, asOf: Date.parse(textOf(body.asOf) ?? '') || 0, isNet }]
}

/** Who says what is at a place by counting it, or by movements of its own. */
const claims = ({ levels, moved }: Place): readonly string[] =>
  [
    ...new Set([
      ...levels.map(({ document }) => document.origin),
      ...moved.filter(({ type }) => type === 'stock-movement').map(({ source }) => source),
    ]),
  ].sort()

function sourceOf({ levels, moved }: Place): string {
  const counting = levels.map(({ document }) => document.origin)
  const moving = moved.map(({ source }) => source)
  const partners = moving.filter((source) => source !== hubOrigin)
  return [counting, partners, moving].map((list) => list.toSorted()[0]).find((name) => name !== undefined) ?? hubOrigin
}

function shelvedAt(place: Place): Shelved[] {
  const { levels, coming } = place
  if (levels.some(({ onHand }) => onHand === undefined)) return []
  const source = sourceOf(place)
  const isCounted = levels.length > 0
  const cutOf = (lot: string): number =>
    (levels.find((level) => level.lot === lot) ?? levels.find((level) => level.lot === ''))?.asOf ?? least(levels.map(({ asOf }) => asOf))
  const counted = (isCounted ? place.later : place.moved).filter(
    (each) => each.source === source && (!isCounted || each.first > cutOf(each.lot)),
  )
  const last = counted.reduce((most, each) => Math.max(most, each.last), 0)
  const isBook = source === hubOrigin
  const lots = new Set([...levels, ...counted, ...coming].map(({ lot }) => lot))
  return [...lots].sort().flatMap((lot) => {
    const level = levels.find((each) => each.lot === lot)
    const here = counted.filter((each) => each.lot === lot)
    const onHand = total(here) + (level?.onHand ?? 0n)
    const inTransit = total(coming.filter((each) => each.lot === lot))
    // lots come and go: one of which nothing is left is no row
    const isEmpty = level === undefined && onHand === 0n && inTransit === 0n
    if (isEmpty && (lot !== '' || here.length === 0)) return []
    const asOf = here.reduce((most, each) => Math.max(most, each.last), level?.asOf ?? 0)
    return [
      {
        ...place.at,
        lot,
        onHand,
        asOf,
        cut: isBook ? (isCounted ? cutOf(lot) : least(counted.map(({ first }) => first))) : Math.max(level?.asOf ?? 0, last),
        source,
        isNet: level?.isNet ?? levels.some(({ isNet }) => isNet),
        isBook,
        inTransit,
        document: level?.document.key,
      },
    ]
  })
}

const total = (rows: readonly Moved[]): bigint => rows.reduce((sum, { quantity }) => sum + quantity, 0n)
const least = (times: readonly number[]): number => times.reduce((early, time) => Math.min(early, time), times[0] ?? 0)
