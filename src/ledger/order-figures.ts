import { amountScale, currencyDigits, divide, fromScaled, isZero, multiply, quantityScale, round } from '../model/decimal.ts'
import type { OrderLineTable, OrderStateTable, ReservationTable } from '../store/tables.ts'
import type { Note } from './findings.ts'
import { type CaseLine, caseLines, type OrderCase, type RelatedLine, relatedLines } from './order-case.ts'
import { orderState } from './order-state.ts'
import { invoicedOf, isInvoice, purchaseLine } from './purchase-lines.ts'
import { hasLeft, salesLine } from './sales-lines.ts'
import { textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** What several systems know together about one order. */
export interface OrderFigures {
  readonly state: OrderStateTable
  readonly lines: readonly OrderLineTable[]
  readonly reservations: readonly ReservationTable[]
  readonly findings: readonly Note[]
}

/** Findings that follow from an order and what refers to it; each names the order in its detail. */
export const orderCodes: ReadonlySet<string> = new Set(['unknown-unit', 'unmatched-line', 'quantity-variance', 'deleted-after-shipment'])

/** Derived rows and findings of an order: a pure function of the documents at rest. A draft orders nothing: it has a state, no lines. */
export function orderFigures(orderCase: OrderCase): OrderFigures {
  const { order } = orderCase
  const lines = caseLines(orderCase)
  const rows = orderCase.related.flatMap((document) => relatedLines(orderCase, lines, document))
  const of = (line: CaseLine) => rows.filter(({ target }) => target === line)
  const isPlaced = order.status !== 'draft'
  const sales = isPlaced && order.type === 'sales-order' ? lines.map((line) => salesLine(orderCase, line, of(line))) : []
  const purchases = isPlaced && order.type === 'purchase-order' ? lines.map((line) => purchaseLine(orderCase, line, of(line))) : []
  const derived = [...sales.map(({ row }) => row), ...purchases]
  return {
    state: orderState(orderCase, order.type === 'sales-order' ? derived.filter((_, index) => goes(lines[index])) : derived),
    lines: derived,
    reservations: sales.flatMap(({ reservations }) => reservations),
    findings: [
      ...unitFindings(order, lines, rows),
      ...unmatchedFindings(order, rows),
      ...varianceFindings(order, lines, purchases, of),
      ...deletedFindings(order, derived),
    ],
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
      const isCounted = figures.every((figure) => target.count(figure, row.unit) !== undefined)
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

/**
 * More was invoiced than accepted. One finding per order line, on the invoice that came last by its date and key; judged once goods arrived or the order is closed,
 * because an invoice may travel faster than its goods.
 */
function varianceFindings(
  order: LedgerDocument,
  lines: readonly CaseLine[],
  figures: readonly OrderLineTable[],
  of: (line: CaseLine) => readonly RelatedLine[],
): Note[] {
  return figures.flatMap((figure, index) => {
    const line = lines[index]
    const accepted = BigInt(figure.received) - BigInt(figure.rejected)
    const difference = BigInt(figure.invoiced) - accepted
    if (line === undefined || difference <= 0n || (BigInt(figure.received) === 0n && order.status !== 'closed')) return []
    const last = of(line)
      .filter((row) => isInvoice(row.document) && invoicedOf(line, row) > 0n)
      .sort(byIssue)
      .at(-1)
    if (last === undefined) return []
    const detail = {
      order: order.key,
      line: line.key,
      invoiced: quantityText(BigInt(figure.invoiced)),
      accepted: quantityText(accepted),
      difference: quantityText(difference),
      ...heldAmount(line, last, difference),
    }
    return [{ type: last.document.type, key: last.document.key, code: 'quantity-variance', path: last.at, detail }]
  })
}

const quantityText = (value: bigint): string => fromScaled(value, quantityScale)

/** What the difference is worth at the invoice's price, and that price with its unit. */
function heldAmount(
  line: CaseLine,
  { document, row }: RelatedLine,
  difference: bigint,
): { readonly unitPrice?: string; readonly unit?: string; readonly currency?: string; readonly amount?: string } {
  const unitPrice = textOf(row.unitPrice) ?? textOf(line.line.unitPrice)
  const unit = textOf(row.unit) ?? line.unit
  const one = line.count('1', unit)
  const per = textOf(row.priceQuantity) ?? '1'
  const currency = textOf(document.body.currency)
  if (unitPrice === undefined || one === undefined || one === 0n || currency === undefined || isZero(per)) return {}
  const worth = multiply(quantityText(difference), unitPrice)
  const digits = currencyDigits(currency) ?? amountScale
  return {
    unitPrice,
    unit,
    currency,
    amount: round(divide(worth, multiply(quantityText(one), per), digits + 4, 'half-up'), digits, 'half-up'),
  }
}

function byIssue(a: RelatedLine, b: RelatedLine): number {
  const name = ({ document }: RelatedLine) => `${textOf(document.body.issueDate) ?? ''}\0${document.key}`
  return name(a) < name(b) ? -1 : 1
}
