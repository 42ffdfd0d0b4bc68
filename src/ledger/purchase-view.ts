import { add, amountScale, fromScaled, quantityScale } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import type { Reader } from '../store/in-list.ts'
import { referencesTo } from '../store/reference.ts'
import type { OrderLineTable, OrderStateTable } from '../store/tables.ts'
import { assemble } from './assemble.ts'
import { type CaseLine, caseLines, type OrderCase, type RelatedLine, relatedLines } from './order-case.ts'
import { orderFigures } from './order-figures.ts'
import { answerTo, invoicedOf, isInvoice, isReceipt, isSupplierReturn, rowCount } from './purchase-lines.ts'
import { type PaidPart, paidParts, totalPaid } from './purchase-paid.ts'
import { receiptVariance } from './receipt-variance.ts'
import { documentName, loadDocuments, openShelf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** A document that a figure follows from, with the place in it. */
export interface Behind {
  readonly type: string
  readonly key: string
  readonly version: number
  /** JSON pointer */
  readonly path: string
  /** its part of the figure */
  readonly value: string
}
/** A figure and every document it follows from: its value is what their parts come to. */
export interface Figure {
  readonly value: string
  readonly behind: readonly Behind[]
}

/** One line of a purchase, in base units of its product; paid in the currency of the order. */
export interface PurchaseLineView {
  readonly key: string
  readonly number: string
  readonly line: JsonObject
  /** what is counted: the product's base unit where the product is known, else the unit of the line */
  readonly product: string | null
  readonly requestedDate: string | null
  readonly promisedDate: string | null
  readonly ordered: Figure
  readonly confirmed: Figure
  readonly accepted: Figure
  readonly rejected: Figure
  readonly returned: Figure
  readonly invoiced: Figure
  readonly paid: Figure
  readonly received: string
  readonly cancelled: string
  readonly open: string
  readonly over: string
  readonly short: string
}

export interface PurchaseView {
  readonly order: LedgerDocument
  readonly state: OrderStateTable
  readonly lines: readonly PurchaseLineView[]
  readonly responses: readonly LedgerDocument[]
  readonly receipts: readonly LedgerDocument[]
  readonly returns: readonly LedgerDocument[]
  readonly invoices: readonly LedgerDocument[]
  readonly payments: readonly PaidPart[]
  /** straight and by invoices */
  readonly paid: string
  readonly others: readonly LedgerDocument[]
}

/** Everything that is known of a purchase, from all systems: computed from the documents as they stand now, so that it says what they say. undefined when the ledger has no such order. */
export async function purchaseView(read: Reader, tenant: string, key: string): Promise<PurchaseView | undefined> {
  const shelf = openShelf(read, tenant)
  const name = { type: 'purchase-order', key }
  const orderCase = (await assemble(shelf, [name])).get(documentName(name))
  if (orderCase === undefined) return undefined
  const invoices = orderCase.related.filter(({ type }) => type === 'invoice')
  const payers = (
    await referencesTo(
      read,
      tenant,
      'invoice',
      invoices.map((invoice) => invoice.key),
    )
  ).flatMap(({ from_type, from_key }) => (from_type === 'payment' ? [{ type: from_type, key: from_key }] : []))
  await loadDocuments(shelf, payers)
  const payments = new Map(
    [...payers, ...orderCase.related.filter(({ type }) => type === 'payment')].flatMap((one) => {
      const document = shelf.documents.get(documentName(one))
      return document === undefined || document.deleted ? [] : [[document.key, document] as const]
    }),
  )
  return viewOf(orderCase, [...payments.values()])
}

function viewOf(orderCase: OrderCase, payments: readonly LedgerDocument[]): PurchaseView {
  const { order, related } = orderCase
  const { state, lines: figures } = orderFigures(orderCase)
  const lines = caseLines(orderCase)
  const rows = related.flatMap((document) => relatedLines(orderCase, lines, document))
  const parts = paidParts(orderCase, lines, payments)
  const isOfKind = (kind: string) => (document: LedgerDocument) => document.type === 'goods-receipt' && document.body.kind === kind
  const told = new Set(['order-response', 'goods-receipt', 'invoice', 'payment'])
  return {
    order,
    state,
    // a draft orders nothing: its lines have no figures yet
    lines: figures.flatMap((row, place) => {
      const line = lines[place]
      return line === undefined
        ? []
        : [
            lineView(
              orderCase,
              line,
              row,
              rows.filter(({ target }) => target === line),
              parts,
            ),
          ]
    }),
    responses: related.filter(({ type }) => type === 'order-response'),
    receipts: related.filter(isOfKind('receipt')),
    returns: related.filter(isOfKind('supplier-return')),
    invoices: related.filter(({ type }) => type === 'invoice'),
    payments: parts,
    paid: totalPaid(parts),
    others: related.filter(({ type }) => !told.has(type)),
  }
}

function lineView(
  orderCase: OrderCase,
  line: CaseLine,
  row: OrderLineTable,
  rows: readonly RelatedLine[],
  parts: readonly PaidPart[],
): PurchaseLineView {
  const { order } = orderCase
  const answer = answerTo(orderCase, line, rows)
  const { over, short } = receiptVariance(order, line, row)
  const receipts = rows.filter(({ document }) => isReceipt(document))
  const returns = rows.filter(({ document }) => isSupplierReturn(document))
  const invoices = rows.filter(({ document }) => isInvoice(document))
  const paid = parts.flatMap(({ payment, path, shares, counts }) => {
    const share = counts ? shares.get(line.key) : undefined
    return share === undefined ? [] : [behind(payment, path, share)]
  })
  return {
    key: line.key,
    number: row.number === '' ? line.key : row.number,
    line: line.line,
    product: row.product,
    requestedDate: textOf(line.line.requestedDate) ?? textOf(order.body.requestedDate) ?? null,
    promisedDate: textOf(answer?.line?.row.promisedDate) ?? null,
    ordered: { value: units(row.quantity), behind: [behind(order, line.at, units(row.quantity))] },
    confirmed: {
      value: units(row.confirmed),
      behind: answer === undefined ? [] : [behind(answer.document, answer.line?.at ?? '', units(answer.confirmed))],
    },
    accepted: counted(receipts, (each) => rowCount(line, each, 'accepted')),
    rejected: counted(receipts, (each) => rowCount(line, each, 'rejected')),
    returned: counted(returns, (each) => rowCount(line, each, 'accepted') + rowCount(line, each, 'rejected')),
    invoiced: counted(invoices, (each) => invoicedOf(line, each)),
    paid: {
      value: paid.reduce((total, { value }) => add(total, value), '0'),
      behind: paid,
    },
    received: units(row.received),
    cancelled: units(row.cancelled),
    open: units(row.open),
    over: units(over),
    short: units(short),
  }
}

function counted(rows: readonly RelatedLine[], count: (row: RelatedLine) => bigint): Figure {
  const parts = rows.map((row) => ({ row, value: count(row) })).filter(({ value }) => value !== 0n)
  return {
    value: units(parts.reduce((total, { value }) => total + value, 0n)),
    behind: parts.map(({ row, value }) => behind(row.document, row.at, units(value))),
  }
}

const behind = ({ type, key, version }: LedgerDocument, path: string, value: string): Behind => ({ type, key, version, path, value })
const units = (value: bigint | number | string): string => fromScaled(BigInt(value), quantityScale)
export const amountText = (value: bigint | number | string): string => fromScaled(BigInt(value), amountScale, 2)
