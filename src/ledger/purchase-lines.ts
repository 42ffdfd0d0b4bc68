import type { JsonObject } from '../model/json.ts'
import type { OrderLineTable } from '../store/tables.ts'
import type { CaseLine, OrderCase, RelatedLine } from './order-case.ts'
import { atLeastZero, sum } from './sales-lines.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'
import { compareVersionText } from './version.ts'

export const isPosted = ({ status }: LedgerDocument): boolean => status === null || status === 'posted'
export const isReceipt = (document: LedgerDocument): boolean =>
  document.type === 'goods-receipt' && document.body.kind === 'receipt' && isPosted(document)
export const isSupplierReturn = (document: LedgerDocument): boolean =>
  document.type === 'goods-receipt' && document.body.kind === 'supplier-return' && isPosted(document)
export const isInvoice = (document: LedgerDocument): boolean =>
  document.type === 'invoice' && isPosted(document) && (document.body.kind === 'invoice' || document.body.kind === 'credit-note')

/**
 * One line of a purchase in the product's base unit. confirmed: the seller's latest answer, 0 before any. received = accepted + rejected. open is in transit: confirmed
 * less received, never below zero, nothing once the line is off. cancelled will not come: what the buyer took back or the seller cut and refused.
 */
export function purchaseLine(orderCase: OrderCase, caseLine: CaseLine, rows: readonly RelatedLine[]): OrderLineTable {
  const { tenant, order } = orderCase
  const { line, key, quantity, product } = caseLine
  const answer = answerTo(orderCase, caseLine, rows)?.confirmed
  const receipts = rows.filter(({ document }) => isReceipt(document))
  const rejected = sum(receipts.map((row) => rowCount(caseLine, row, 'rejected')))
  const received = rejected + sum(receipts.map((row) => rowCount(caseLine, row, 'accepted')))
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

/** Goods of a row of a receipt, or of a return to the supplier, in the unit of the line; none that cannot be counted. */
export const rowCount = (caseLine: CaseLine, { document, row }: RelatedLine, what: 'accepted' | 'rejected'): bigint =>
  caseLine.count(row[what], row.unit, document) ?? 0n

export function invoicedOf(caseLine: CaseLine, { document, row }: RelatedLine): bigint {
  const quantity = caseLine.count(row.quantity, row.unit, document) ?? 0n
  return document.body.kind === 'credit-note' ? -quantity : quantity
}

/** The answer that counts for a line: how much of it the seller confirms, where it says so, and the document. */
export interface Answer {
  readonly confirmed: bigint
  readonly document: LedgerDocument
  /** undefined for an answer to the whole order */
  readonly line: RelatedLine | undefined
}

/** The latest answer to the line wins, by time, the source's version and key. A refusal of the whole order refuses each line; an acceptance without lines accepts each. */
export function answerTo(orderCase: OrderCase, caseLine: CaseLine, rows: readonly RelatedLine[]): Answer | undefined {
  let answer: Answer | undefined
  for (const document of orderCase.related
    .filter(({ type, body }) => type === 'order-response' && orderCase.keyOf(body.order) === orderCase.order.key)
    .sort(byTime)) {
    const { kind } = document.body
    if (kind === 'rejected') answer = { confirmed: 0n, document, line: undefined }
    else if (kind === 'accepted' && listOf(document.body.lines).length === 0)
      answer = { confirmed: caseLine.quantity, document, line: undefined }
    else if (kind === 'accepted' || kind === 'changed')
      for (const line of rows) {
        const confirmed = line.document === document ? answered(caseLine, document, line.row) : undefined
        if (confirmed !== undefined) answer = { confirmed, document, line }
      }
  }
  return answer
}

function answered(caseLine: CaseLine, response: LedgerDocument, row: JsonObject): bigint | undefined {
  switch (row.action) {
    case 'accept':
    case 'change':
      return row.quantity === undefined ? caseLine.quantity : caseLine.count(row.quantity, row.unit, response)
    case 'backorder':
      return row.quantity === undefined ? 0n : caseLine.count(row.quantity, row.unit, response)
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
