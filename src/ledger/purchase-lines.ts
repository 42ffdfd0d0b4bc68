import type { JsonObject } from '../model/json.ts'
import type { OrderLineTable } from '../store/tables.ts'
import type { CaseLine, OrderCase, RelatedLine } from './order-case.ts'
import { atLeastZero, sum } from './sales-lines.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'
import { compareVersionText } from './version.ts'

export const isPosted = ({ status }: LedgerDocument): boolean => status === null || status === 'posted'
const isReceipt = (document: LedgerDocument): boolean =>
  document.type === 'goods-receipt' && document.body.kind === 'receipt' && isPosted(document)
export const isInvoice = (document: LedgerDocument): boolean =>
  document.type === 'invoice' && isPosted(document) && (document.body.kind === 'invoice' || document.body.kind === 'credit-note')

/**
 * One line of a purchase in the product's base unit. confirmed: the seller's latest answer, 0 before any. received = accepted + rejected. open is in transit: confirmed
 * less received, never below zero, nothing once the line is off. cancelled will not come: what the buyer took back or the seller cut and refused.
 */
export function purchaseLine(orderCase: OrderCase, caseLine: CaseLine, rows: readonly RelatedLine[]): OrderLineTable {
  const { tenant, order } = orderCase
  const { line, key, quantity, product } = caseLine
  const answer = confirmedBy(orderCase, caseLine, rows)
  const receipts = rows.filter(({ document }) => isReceipt(document))
  const rejected = sum(receipts.map(({ row }) => caseLine.count(row.rejected, row.unit) ?? 0n))
  const received = rejected + sum(receipts.map(({ row }) => caseLine.count(row.accepted, row.unit) ?? 0n))
  const invoiced = sum(rows.filter(({ document }) => isInvoice(document)).map((row) => invoicedOf(caseLine, row)))
  const isOff = order.deleted || order.status === 'cancelled' || line.status === 'cancelled'
  const confirmed = answer ?? 0n
  const cancelled = isOff ? atLeastZero(quantity - received) : answer === undefined ? 0n : atLeastZero(quantity - answer)
  return {
    tenant,
    type: order.type,
    key: order.key,
    line: key,
    number: textOf(line.number) ?? '',
    origin: order.origin,
    product,
    quantity,
    cancelled,
    confirmed,
    shipped: 0n,
    received,
    rejected,
    invoiced,
    restocked: 0n,
    open: isOff ? 0n : atLeastZero(confirmed - received),
  }
}

export function invoicedOf(caseLine: CaseLine, { document, row }: RelatedLine): bigint {
  const quantity = caseLine.count(row.quantity, row.unit) ?? 0n
  return document.body.kind === 'credit-note' ? -quantity : quantity
}

/** The latest answer to the line wins, by time, the source's version and key. A refusal of the whole order refuses each line; an acceptance without lines accepts each. */
function confirmedBy(orderCase: OrderCase, caseLine: CaseLine, rows: readonly RelatedLine[]): bigint | undefined {
  let confirmed: bigint | undefined
  for (const response of orderCase.related
    .filter(({ type, body }) => type === 'order-response' && orderCase.keyOf(body.order) === orderCase.order.key)
    .sort(byTime)) {
    const { kind } = response.body
    if (kind === 'rejected') confirmed = 0n
    else if (kind === 'accepted' && listOf(response.body.lines).length === 0) confirmed = caseLine.quantity
    else if (kind === 'accepted' || kind === 'changed')
      for (const { document, row } of rows) if (document === response) confirmed = answered(caseLine, row) ?? confirmed
  }
  return confirmed
}

function answered(caseLine: CaseLine, row: JsonObject): bigint | undefined {
  switch (row.action) {
    case 'accept':
    case 'change':
      return row.quantity === undefined ? caseLine.quantity : caseLine.count(row.quantity, row.unit)
    case 'backorder':
      return row.quantity === undefined ? 0n : caseLine.count(row.quantity, row.unit)
    case 'reject':
    case 'substitute':
      return 0n
    default:
      return undefined
  }
}

function byTime(a: LedgerDocument, b: LedgerDocument): number {
  const time = (document: LedgerDocument) => Date.parse(textOf(document.body.respondedAt) ?? '') || 0
  const version = (document: LedgerDocument) => textOf(document.body.sourceVersion) ?? ''
  return time(a) - time(b) || compareVersionText(version(a), version(b)) || (a.key < b.key ? -1 : 1)
}
