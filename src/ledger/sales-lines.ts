import type { JsonObject } from '../model/json.ts'
import type { OrderLineTable, ReservationTable } from '../store/tables.ts'
import type { CaseLine, OrderCase, RelatedLine } from './order-case.ts'
import { textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

const left: ReadonlySet<string> = new Set(['shipped', 'delivered', 'returned', 'lost'])

/** Parcels that left the house: outbound, shipped or later. A parcel that came back or got lost has left. */
export const hasLeft = ({ type, status, body }: LedgerDocument): boolean =>
  type === 'shipment' && body.direction === 'outbound' && status !== null && left.has(status)
/** Parcels that came back to the house. */
export const cameBack = ({ type, status, body }: LedgerDocument): boolean =>
  type === 'shipment' && body.direction === 'return' && (status === 'delivered' || status === 'returned')
const gaveBack = ({ type, status, body }: LedgerDocument): boolean =>
  type === 'refund' && (status === 'done' || (status === null && body.refundedAt !== undefined))

/** After-sale documents whose goods have arrived. */
const sentBack = ({ type, status, body }: LedgerDocument): boolean =>
  type === 'return' &&
  (body.kind === 'return' || body.kind === 'exchange') &&
  (status === 'received' || (status === 'closed' && body.receivedAt !== undefined))

export interface SalesLine {
  readonly row: OrderLineTable
  readonly reservations: readonly ReservationTable[]
}

/**
 * One line of a sale in the product's base unit: shipped is what outbound parcels hold; cancelled is what the origin cancelled, or all that is unshipped when it
 * cancelled or deleted the order; open is the rest, never below zero. Units come back by a refund line with `restock`, by a return shipment or by an after-sale document whose goods were
 * received, whichever says more: all tell of the same goods. A placed order reserves its open units, and shipped ones up to the time they were taken.
 */
export function salesLine(orderCase: OrderCase, caseLine: CaseLine, rows: readonly RelatedLine[]): SalesLine {
  const { tenant, order } = orderCase
  const { line, key, quantity, product, stocked } = caseLine
  const parts = shippedParts(caseLine, rows)
  const shipped = sum(parts.values())
  const unshipped = atLeastZero(quantity - shipped)
  const stated = atLeastZero(caseLine.count(line.cancelled, undefined) ?? 0n)
  const isOff = order.deleted || order.status === 'cancelled'
  const cancelled = isOff && unshipped > stated ? unshipped : stated
  const open = atLeastZero(quantity - cancelled - shipped)
  const restocked = most(
    counted(caseLine, rows, (row) => gaveBack(row.document) && row.row.restock === true),
    most(
      counted(caseLine, rows, (row) => cameBack(row.document)),
      counted(caseLine, rows, (row) => sentBack(row.document) && row.row.restock !== false),
    ),
  )
  const held = { tenant, product: product ?? '', order_key: order.key, line: key }
  const isHeld = product !== null && stocked
  return {
    row: {
      tenant,
      type: order.type,
      key: order.key,
      line: key,
      number: textOf(line.number) ?? '',
      origin: orderCase.links?.shop ?? order.origin,
      product,
      quantity,
      cancelled,
      confirmed: 0n,
      shipped,
      received: 0n,
      rejected: 0n,
      invoiced: 0n,
      restocked,
      open,
    },
    reservations: isHeld
      ? [
          ...(open > 0n ? [{ ...held, part: 'open', quantity: open, released_at: null }] : []),
          ...[...parts]
            .filter(([, pieces]) => pieces > 0n)
            .map(([document, pieces]) => ({ ...held, part: document.key, quantity: pieces, released_at: takenAt(document) })),
        ]
      : [],
  }
}

/** When goods left onHand by the partner's clock; when nobody says, they are long gone. */
function takenAt({ body }: LedgerDocument): number {
  const time = takenText(body)
  const at = time === undefined ? 0 : Date.parse(time)
  return Number.isNaN(at) ? 0 : at
}

/** The time that is stated for it. */
export const takenText = (body: JsonObject): string | undefined =>
  textOf(body.takenAt) ?? textOf(body.shippedAt) ?? textOf(body.deliveredAt) ?? textOf(body.sourceUpdatedAt)

function shippedParts(caseLine: CaseLine, rows: readonly RelatedLine[]): Map<LedgerDocument, bigint> {
  const parts = new Map<LedgerDocument, bigint>()
  for (const { document, row } of rows)
    if (hasLeft(document)) parts.set(document, (parts.get(document) ?? 0n) + (caseLine.count(row.quantity, row.unit, document) ?? 0n))
  return parts
}

const counted = (caseLine: CaseLine, rows: readonly RelatedLine[], counts: (row: RelatedLine) => boolean): bigint =>
  sum(rows.filter(counts).map(({ document, row }) => caseLine.count(row.quantity, row.unit, document) ?? 0n))

export const sum = (values: Iterable<bigint>): bigint => [...values].reduce((total, value) => total + value, 0n)
export const atLeastZero = (value: bigint): bigint => (value > 0n ? value : 0n)
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b)
