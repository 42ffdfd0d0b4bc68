import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { DaySaleTable, OrderLineTable, OrderStateTable, ReservationTable } from '../store/tables.ts'
import { orderDaySales } from './day-sales.ts'
import type { Note } from './findings.ts'
import { matchCodes, matchFindings } from './match/match-findings.ts'
import { matchOrder, type OrderMatch } from './match/match-order.ts'
import { type CaseLine, caseLines, type OrderCase, type RelatedLine, relatedLines } from './order-case.ts'
import { orderState } from './order-state.ts'
import { otherCurrency } from './other-currency.ts'
import { overRefunded, overReturned } from './over-returned.ts'
import { purchaseLine } from './purchase-lines.ts'
import { receiptFindings } from './receipt-variance.ts'
import { type SaleFigures, saleRow } from './sale-row.ts'
import { hasLeft, salesLine } from './sales-lines.ts'
import { textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** What several systems know together about one order. */
export interface OrderFigures {
  readonly state: OrderStateTable
  readonly lines: readonly OrderLineTable[]
  readonly reservations: readonly ReservationTable[]
  readonly findings: readonly Note[]
  /** its row in the list of sales orders; undefined for purchases */
  readonly sale: SaleFigures | undefined
  /** invoices beside a purchase; none for sales */
  readonly match: OrderMatch
  /** what it sold, by product; none for purchases */
  readonly daySales: readonly DaySaleTable[]
}

/** Findings that follow from an order and what refers to it; each names the order in its detail. */
export const orderCodes: ReadonlySet<string> = new Set([
  'unknown-unit',
  'unmatched-line',
  ...matchCodes,
  'over-received',
  'short-received',
  'deleted-after-shipment',
  'link-circle',
  'foreign-link',
  'over-returned',
  'over-refunded',
])

/** Derived rows and findings of an order: a pure function of the documents at rest. A draft orders nothing, and what others stand in the place of counts there: it has a state, no lines. */
export function orderFigures(orderCase: OrderCase): OrderFigures {
  const { order } = orderCase
  const standsAside = (orderCase.links?.heirs ?? []).length > 0
  // a row that names a line of an order that others stand in the place of counts nowhere: somebody has to look
  const lines = standsAside ? [] : caseLines(orderCase)
  const rows = orderCase.related.flatMap((document) => relatedLines(orderCase, lines, document))
  const of = (line: CaseLine) => rows.filter(({ target }) => target === line)
  const isPlaced = order.status !== 'draft'
  const sales = isPlaced && order.type === 'sales-order' ? lines.map((line) => salesLine(orderCase, line, of(line))) : []
  const purchases = isPlaced && order.type === 'purchase-order' ? lines.map((line) => purchaseLine(orderCase, line, of(line))) : []
  const match = matchOrder(orderCase, lines, purchases, of)
  const derived = [...sales.map(({ row }) => row), ...purchases]
  const state = orderState(orderCase, order.type === 'sales-order' ? derived.filter((_, index) => goes(lines[index])) : derived)
  return {
    state,
    lines: derived,
    reservations: sales.flatMap(({ reservations }) => reservations),
    findings: [
      ...unitFindings(order, lines, rows),
      ...unmatchedFindings(order, rows),
      ...matchFindings(order, match),
      ...receiptFindings(order, lines, purchases),
      ...deletedFindings(order, derived),
      ...circleFindings(orderCase),
      ...foreignFindings(orderCase),
      ...overReturned(order, lines, of),
      ...overRefunded(state),
      ...otherCurrency(orderCase),
    ],
    match,
    sale: saleRow(orderCase),
    daySales: orderDaySales(state, lines, derived),
  }
}

/** Services are never shipped: they do not keep an order from being shipped whole. */
const goes = (line: CaseLine | undefined): boolean => line === undefined || line.product === null || line.stocked

function unitFindings(order: LedgerDocument, lines: readonly CaseLine[], rows: readonly RelatedLine[]): Note[] {
  const finding = (document: LedgerDocument, path: string, unit: string, product: string | null): Note => ({
    type: document.type,
    key: document.key,
    code: 'unknown-unit',
    path,
    detail: { order: order.key, unit, ...(product === null ? {} : { product }) },
  })
  return [
    ...lines
      .filter(({ unknownUnit }) => unknownUnit)
      .map(({ at, unit, line }) => finding(order, at, textOf(line.sourceUnit) ?? unit, null)),
    ...rows.flatMap(({ document, row, at, target }) => {
      if (target === undefined || target.product === null) return []
      const figures = [row.quantity, row.accepted, row.rejected].filter((figure) => typeof figure === 'string')
      const isCounted = figures.every((figure) => target.count(figure, row.unit, document) !== undefined)
      return isCounted ? [] : [finding(document, at, textOf(row.sourceUnit) ?? textOf(row.unit) ?? target.unit, target.product)]
    }),
  ]
}

/** A row of another document that names this order but none of its lines counts nowhere: somebody has to look. */
const unmatchedFindings = (order: LedgerDocument, rows: readonly RelatedLine[]): Note[] =>
  rows
    .filter(
      ({ document, row, target }) =>
        target === undefined && (hasLeft(document) || document.type === 'goods-receipt' || row.orderLine !== undefined),
    )
    .map(({ document, row, at }) => ({
      type: document.type,
      key: document.key,
      code: 'unmatched-line',
      path: at,
      detail: { order: order.key, ...(row.orderLine === undefined ? {} : { orderLine: row.orderLine }) },
    }))

/** Split from, or merged into, an order that leads back to it: then each counts by itself, and somebody has to mend the links. */
const foreignFindings = ({ order, links }: OrderCase): Note[] =>
  links === undefined || links.foreign.length === 0
    ? []
    : [{ type: order.type, key: order.key, code: 'foreign-link', path: '', detail: { order: order.key, others: links.foreign } }]

const circleFindings = ({ order, links }: OrderCase): Note[] =>
  links?.circle ? [{ type: order.type, key: order.key, code: 'link-circle', path: '', detail: { order: order.key } }] : []

function deletedFindings(order: LedgerDocument, lines: readonly OrderLineTable[]): Note[] {
  const shipped = lines.reduce((total, line) => total + BigInt(line.shipped), 0n)
  if (!order.deleted || shipped === 0n) return []
  return [
    {
      type: order.type,
      key: order.key,
      code: 'deleted-after-shipment',
      path: '',
      detail: { order: order.key, shipped: fromScaled(shipped, quantityScale) },
    },
  ]
}
