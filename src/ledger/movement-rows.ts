import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import type { MovementTable, SerialTable } from '../store/tables.ts'
import { productUnits } from './assemble.ts'
import type { Note } from './findings.ts'
import { type Leg, legsOf } from './movement-legs.ts'
import { keyOf, refIn, type Shelf, textOf } from './shelf.ts'
import { keyText } from './stock-level.ts'
import type { LedgerDocument } from './types.ts'
import { saidBy, toBase } from './units.ts'

/** What a document moves: the ends of its movements, the numbered pieces among them, and what could not be counted. */
export interface MovementFigures {
  readonly rows: readonly MovementTable[]
  readonly serials: readonly SerialTable[]
  readonly findings: readonly Note[]
}

export const movementCodes: ReadonlySet<string> = new Set(['not-moved', 'transfer-variance', 'lots-over'])

const hubTypes: ReadonlySet<string> = new Set(['goods-receipt', 'shipment'])
const ownTypes: ReadonlySet<string> = new Set(['stock-movement', 'stock-transfer'])
/** Types of documents that may move stock. */
export const movingTypes: ReadonlySet<string> = new Set([...ownTypes, ...hubTypes])

/**
 * Whether a document moves stock by itself: movements and transfers of anybody, and receipts, returns and parcels of the hub. Those of partners do not: the partner that keeps the stock tells
 * what became of it.
 */
export const moves = ({ type, origin }: Pick<LedgerDocument, 'type' | 'origin'>): boolean =>
  ownTypes.has(type) || (origin === hubOrigin && hubTypes.has(type))

/**
 * Both ends of everything a document moves, in base units: they sum to zero per product and lot, the places outside included (canonical model, section 6). What cannot be counted, because its product, place, owner, unit
 * or time is not known, moves nothing and is a finding `not-moved`. The document's references and products must have been loaded.
 */
export function movementFigures(shelf: Shelf, document: LedgerDocument): MovementFigures {
  const rows: MovementTable[] = []
  const serials: SerialTable[] = []
  const { legs, variances } = legsOf(document)
  const findings: Note[] = variances.map((variance) => ({ ...nameOf(document), ...variance }))
  for (const leg of legs) {
    const counted = countLeg(shelf, document, leg)
    if ('reason' in counted) findings.push({ ...nameOf(document), code: 'not-moved', path: leg.path, detail: counted })
    else {
      rows.push(...counted.rows)
      serials.push(...counted.serials)
    }
  }
  return { rows, serials, findings: onePerPath(findings) }
}

const nameOf = ({ type, key }: LedgerDocument) => ({ type, key })
const onePerPath = (findings: readonly Note[]): Note[] => [...new Map(findings.map((each) => [`${each.code} ${each.path}`, each])).values()]

interface NotMoved extends JsonObject {
  readonly reason: 'product' | 'place' | 'owner' | 'unit' | 'quantity' | 'time'
  readonly said: string
}
const notMoved = (reason: NotMoved['reason'], said: string): NotMoved => ({ reason, said })

function countLeg(shelf: Shelf, document: LedgerDocument, leg: Leg): Omit<MovementFigures, 'findings'> | NotMoved {
  const { origin } = document
  const product = keyOf(shelf, refIn(leg.product))
  const units = product === undefined ? undefined : productUnits(shelf, product)
  if (product === undefined || units === undefined) return notMoved('product', JSON.stringify(leg.product ?? null))
  const from = endOf(shelf, leg.from, origin)
  const to = endOf(shelf, leg.to, origin)
  if (from === undefined || to === undefined) return notMoved('place', JSON.stringify((from === undefined ? leg.from : leg.to) ?? null))
  const owner = leg.owner === undefined ? '' : keyOf(shelf, refIn(leg.owner))
  if (owner === undefined) return notMoved('owner', JSON.stringify(leg.owner ?? null))
  const quantity = toBase(leg.quantity, leg.unit, units, saidBy(document))
  if (quantity === undefined) return notMoved('unit', `${leg.quantity} ${leg.unit}`)
  if (quantity < 0n) return notMoved('quantity', leg.quantity)
  const at = Date.parse(leg.movedAt ?? '')
  if (Number.isNaN(at)) return notMoved('time', leg.movedAt ?? '')
  if (!units.stocked || quantity === 0n) return { rows: [], serials: [] }
  const lot = units.tracking === 'none' ? '' : keyText(leg.lot ?? '')
  const toward = leg.toward === undefined ? '' : (endOf(shelf, leg.toward, origin) ?? '')
  const common = { ...rowOf(shelf, document, leg, product), owner: keyText(owner), lot, kind: leg.kind, source: origin, moved_at: at }
  const condition = leg.condition ?? 'sellable'
  const rows: MovementTable[] = [
    { ...common, side: 'from', location: from, condition, toward: from === transit ? toward : '', quantity: -quantity },
    { ...common, side: 'to', location: to, condition: leg.toCondition ?? condition, toward: to === transit ? toward : '', quantity },
  ]
  const numbers = units.tracking === 'serial' ? [...new Set(leg.serials.map(keyText))] : []
  const serials = rows
    .filter(({ location }) => !isOutside(location))
    .flatMap(({ side, location }) =>
      numbers.map((serial) => ({
        ...rowOf(shelf, document, leg, product),
        side,
        serial,
        location,
        moved_at: at,
        pieces: side === 'to' ? 1 : -1,
      })),
    )
  return { rows, serials }
}

const rowOf = ({ tenant }: Shelf, { type, key }: LedgerDocument, { line }: Leg, product: string) => ({ tenant, type, key, line, product })

const transit = ':transit'
/** Places outside stand among locations with a colon before their name. */
export const isOutside = (location: string): boolean => location.startsWith(':')
export const isTransit = (location: string): boolean => location === transit

/** Key of a location, or the name of a place outside. The hub's own documents may name a location by its code, which is its key. */
function endOf(shelf: Shelf, end: JsonObject | undefined, origin: string): string | undefined {
  if (end === undefined) return undefined
  if (typeof end.virtual === 'string') return `:${end.virtual}`
  return keyOf(shelf, refIn(end)) ?? (origin === hubOrigin ? textOf(end.code) : undefined)
}
