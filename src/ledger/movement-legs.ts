import { compare, isDecimal, isZero, subtract } from '../model/decimal.ts'
import { isObject, type JsonObject } from '../model/json.ts'
import { isPosted } from './purchase-lines.ts'
import { cameBack, hasLeft, takenText } from './sales-lines.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** Goods that went from one end to another, as the document says it. */
export interface Leg {
  /** name of the leg in its document: place of the line and what happened to it */
  readonly line: string
  /** JSON pointer */
  readonly path: string
  readonly kind: string
  readonly product: JsonObject | undefined
  readonly quantity: string
  readonly unit: string
  readonly from: JsonObject | undefined
  readonly to: JsonObject | undefined
  /** where goods under way are going */
  readonly toward?: JsonObject | undefined
  readonly movedAt: string | undefined
  readonly condition?: string | undefined
  readonly toCondition?: string | undefined
  readonly owner?: JsonObject | undefined
  readonly lot?: string | undefined
  readonly serials: readonly string[]
}

/** A line whose figures are at odds: a transfer that came short or over, or lots that hold more than their line. */
export interface Variance {
  readonly code: 'transfer-variance' | 'lots-over'
  readonly path: string
  readonly detail: Readonly<Record<string, string>>
}

export interface Legs {
  readonly legs: readonly Leg[]
  readonly variances: readonly Variance[]
}

const outside = (virtual: 'supplier' | 'customer' | 'adjustment' | 'transit'): JsonObject => ({ virtual })
const none: Legs = { legs: [], variances: [] }

/** What a document says that moved; a reversed, cancelled or deleted one moves nothing. */
export function legsOf(document: LedgerDocument): Legs {
  if (document.deleted) return none
  switch (document.type) {
    case 'stock-movement':
      return isPosted(document) ? { legs: [movementLeg(document)], variances: [] } : none
    case 'goods-receipt':
      return isPosted(document) ? receiptLegs(document) : none
    case 'shipment':
      return shipmentLegs(document)
    case 'stock-transfer':
      return transferLegs(document)
    default:
      return none
  }
}

const object = (value: JsonObject[string]): JsonObject | undefined => (isObject(value) ? value : undefined)
const texts = (value: JsonObject[string]): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []

/** What a line says of its goods. */
const goods = (row: JsonObject) => ({
  product: object(row.product),
  unit: textOf(row.unit) ?? 'unknown',
  condition: textOf(row.condition),
  owner: object(row.owner),
  lot: textOf(row.lot),
  serials: texts(row.serials),
})

const movementLeg = ({ body }: LedgerDocument): Leg => ({
  line: '0',
  path: '',
  kind: textOf(body.kind) ?? 'unknown',
  ...goods(body),
  toCondition: textOf(body.toCondition),
  quantity: textOf(body.quantity) ?? '',
  from: object(body.from),
  to: object(body.to),
  movedAt: textOf(body.movedAt),
})

/** What was accepted comes from the supplier, what is sent back goes to it; what was rejected was never in stock. */
function receiptLegs({ body }: LedgerDocument): Legs {
  const isReturn = body.kind === 'supplier-return'
  if (!isReturn && body.kind !== 'receipt') return none
  return together(listOf(body.lines), (row, index) => {
    const here = object(row.location) ?? object(body.location)
    const base = {
      line: String(index),
      path: `/lines/${index}`,
      kind: isReturn ? 'issue' : 'receipt',
      ...goods(row),
      from: isReturn ? here : outside('supplier'),
      to: isReturn ? outside('supplier') : here,
      movedAt: textOf(body.receivedAt),
    }
    return byLots(base, textOf(row.accepted) ?? '', listOf(row.lots))
  })
}

function shipmentLegs(document: LedgerDocument): Legs {
  const { body } = document
  const left = hasLeft(document)
  if (!left && !cameBack(document)) return none
  return together(listOf(body.lines), (row, index) => {
    const base = {
      line: String(index),
      path: `/lines/${index}`,
      kind: left ? 'issue' : 'receipt',
      ...goods(row),
      from: left ? object(body.from) : outside('customer'),
      to: left ? outside('customer') : object(body.to),
      movedAt: left ? takenText(body) : (textOf(body.deliveredAt) ?? takenText(body)),
    }
    return byLots(base, textOf(row.quantity) ?? '', listOf(row.lots))
  })
}

const together = (rows: readonly JsonObject[], legsIn: (row: JsonObject, index: number) => Legs): Legs => {
  const each = rows.map(legsIn)
  return { legs: each.flatMap(({ legs }) => legs), variances: each.flatMap(({ variances }) => variances) }
}

/** How much of a line is in which lot: a single lot without a quantity has what the others leave. `over`: what the lots hold beyond the line, or where one holds less than nothing; then nobody knows which lot it is. */
export function lotsOf(
  quantity: string,
  lots: readonly JsonObject[],
): {
  readonly lots: readonly { readonly lot: string; readonly quantity: string; readonly index: number }[]
  readonly rest: string
  readonly over?: string
} {
  const named = lots.flatMap((each, index) => {
    const [lot, pieces] = [textOf(each.lot), textOf(each.quantity)]
    return lot === undefined || pieces === undefined || !isDecimal(pieces) ? [] : [{ lot, quantity: pieces, index }]
  })
  if (!isDecimal(quantity)) return { lots: named, rest: quantity }
  const rest = named.reduce((left, each) => subtract(left, each.quantity), quantity)
  if (compare(rest, '0') < 0 || named.some((each) => compare(each.quantity, '0') < 0))
    return { lots: [], rest: quantity, over: subtract('0', rest) }
  const open = lots.flatMap((each, index) => {
    const lot = textOf(each.lot)
    return lot === undefined || each.quantity !== undefined ? [] : [{ lot, quantity: rest, index }]
  })
  return open.length === 1 ? { lots: [...named, ...open], rest: '0' } : { lots: named, rest }
}

/** A leg for each lot that is named, and one for the rest. What a line says of its goods counts, whatever its lots say. */
function byLots(base: Omit<Leg, 'quantity'>, quantity: string, given: readonly JsonObject[]): Legs {
  const { lots, rest, over } = lotsOf(quantity, given)
  const legs: Leg[] = lots.map((each, place) => ({
    ...base,
    line: `${base.line}/${each.index}`,
    lot: each.lot,
    quantity: each.quantity,
    serials: place === 0 ? base.serials : [],
  }))
  const isAll = lots.length > 0 && isDecimal(rest) && isZero(rest)
  const whole = isAll ? legs : [...legs, { ...base, quantity: rest, serials: lots.length > 0 ? [] : base.serials }]
  return { legs: whole, variances: over === undefined ? [] : [{ code: 'lots-over', path: base.path, detail: { quantity, over } }] }
}

/**
 * What is sent leaves for transit, what is received comes from there. Once a transfer is received, what is missing was lost on the way; what came over is found there, as soon as it is told.
 */
function transferLegs({ body, status }: LedgerDocument): Legs {
  if (status !== 'sent' && status !== 'received') return none
  const legs: Leg[] = []
  const variances: Variance[] = []
  const from = object(body.from)
  const toward = object(body.to)
  const sentAt = textOf(body.sentAt)
  const receivedAt = textOf(body.receivedAt) ?? sentAt
  listOf(body.lines).forEach((row, index) => {
    const path = `/lines/${index}`
    const sent = textOf(row.quantity) ?? ''
    const received = textOf(row.received) ?? (status === 'received' ? sent : '0')
    const base = { path, kind: 'transfer', ...goods(row), toward }
    const leg = (what: string, quantity: string, ends: Pick<Leg, 'from' | 'to' | 'movedAt'>): Leg => ({
      ...base,
      line: `${index}/${what}`,
      quantity,
      ...ends,
    })
    const transit = outside('transit')
    legs.push(leg('sent', sent, { from, to: transit, movedAt: sentAt }))
    if (!isDecimal(sent) || !isDecimal(received)) return
    if (!isZero(received)) legs.push(leg('received', received, { from: transit, to: toward, movedAt: receivedAt }))
    const difference = subtract(received, sent)
    const order = compare(received, sent)
    if (order > 0) legs.push(leg('over', difference, { from: outside('adjustment'), to: transit, movedAt: receivedAt }))
    if (order < 0 && status === 'received')
      legs.push(leg('short', subtract(sent, received), { from: transit, to: outside('adjustment'), movedAt: receivedAt }))
    if (order > 0 || (order < 0 && status === 'received'))
      variances.push({ code: 'transfer-variance', path, detail: { sent, received, difference } })
  })
  return { legs, variances }
}
