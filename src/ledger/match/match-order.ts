import {
  amountScale,
  currencyDigits,
  DecimalError,
  divide,
  fromScaled,
  isZero,
  multiply,
  quantityScale,
  round,
  toScaled,
} from '../../model/decimal.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { InvoiceAllocationTable, InvoiceLineTable, OrderLineTable } from '../../store/tables.ts'
import { type CaseLine, namedIn, type OrderCase, type RelatedLine } from '../order-case.ts'
import { isInvoice, isReceipt, isSupplierReturn, rowCount } from '../purchase-lines.ts'
import { atLeastZero, sum } from '../sales-lines.ts'
import { listOf, refIn, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { allocateGoods, type Billed, type Piece } from './allocate-goods.ts'
import { isWithin, type Tolerance } from './tolerance.ts'

/** What a line of an invoice comes to, from best to worst. */
export const verdicts = [
  'exempt',
  'matched',
  'within-tolerance',
  'price-variance',
  'quantity-variance',
  'over-invoiced',
  'over-credited',
  'no-receipt',
  'not-comparable',
  'no-order',
] as const
export type Verdict = (typeof verdicts)[number]
export const worstOf = (all: readonly string[]): Verdict =>
  verdicts[Math.max(0, ...all.map((one) => verdicts.indexOf(one as Verdict)))] ?? 'exempt'

/** A line of an invoice or credit note beside the order, with what its findings tell. */
export interface MatchedLine {
  readonly row: InvoiceLineTable
  readonly related: RelatedLine
  readonly line: CaseLine
  readonly order: OrderLineTable
  readonly tolerance: Tolerance
  /** of all invoices of the order's line, less credit notes */
  readonly invoiced: bigint
  /** goods accepted and not sent back */
  readonly accepted: bigint
  /** the order */
  readonly agreed: JsonObject
  /** why prices cannot be held against each other */
  readonly apart: 'currency' | 'tax' | undefined
}

export interface OrderMatch {
  readonly lines: readonly MatchedLine[]
  /** lines that name the order, of an invoice that another party issued than the one that sells: they are for none of its goods */
  readonly foreign: readonly RelatedLine[]
  readonly allocations: readonly InvoiceAllocationTable[]
}

/** Invoices and credit notes beside what was ordered and accepted: a pure function of the documents. */
export function matchOrder(
  orderCase: OrderCase,
  lines: readonly CaseLine[],
  rows: readonly OrderLineTable[],
  of: (line: CaseLine) => readonly RelatedLine[],
): OrderMatch {
  const matched = rows.flatMap((order, place) => {
    const line = lines[place]
    return line === undefined ? [] : [matchLine(orderCase, line, order, of(line))]
  })
  return {
    lines: matched.flatMap((one) => one.lines),
    foreign: matched.flatMap((one) => one.foreign),
    allocations: matched.flatMap((one) => one.allocations),
  }
}

function matchLine(orderCase: OrderCase, line: CaseLine, order: OrderLineTable, rows: readonly RelatedLine[]): OrderMatch {
  const [foreign = [], bills = []] = parted(rows.filter(({ document }) => isInvoice(document)).sort(byTime('issueDate')), ({ document }) =>
    isForeign(orderCase, document),
  )
  if (bills.length === 0) return { lines: [], foreign, allocations: [] }
  const isCredit = ({ document }: RelatedLine) => document.body.kind === 'credit-note'
  const goods = rows.filter(({ document }) => isReceipt(document)).sort(byTime('receivedAt'))
  const returned = sum(rows.filter(({ document }) => isSupplierReturn(document)).map((row) => rowCount(line, row, 'accepted')))
  const billed = new Map(bills.map((bill) => [bill, billOf(orderCase, line, bill)]))
  const lineOf = (bill: RelatedLine) => billed.get(bill) ?? []
  const pieces = allocateGoods({
    due: atLeastZero(BigInt(order.quantity) - BigInt(order.cancelled)),
    goods: goods.map((row) => ({ key: row.document.key, line: row.at, quantity: rowCount(line, row, 'accepted') })),
    returned,
    bills: bills.filter((bill) => !isCredit(bill)).flatMap(lineOf),
    credits: bills.filter(isCredit).flatMap(lineOf),
    digits: Math.max(...bills.map(({ document }) => currencyDigits(textOf(document.body.currency) ?? '') ?? 2)),
  })
  const byLine = Map.groupBy(pieces, (piece) => `${piece.key}\0${piece.line}`)
  const against = Map.groupBy(pieces, (piece) => (piece.basis === 'credit' ? `${piece.against?.key}\0${piece.against?.line}` : ''))
  const accepted = BigInt(order.received) - BigInt(order.rejected) - returned
  const invoiced = sum(
    bills.map((bill) => (isCredit(bill) ? -1n : 1n) * lineOf(bill).reduce((total, { quantity }) => total + quantity, 0n)),
  )
  return {
    lines: bills.map((related) => {
      const name = `${related.document.key}\0${related.at}`
      const own = byLine.get(name) ?? []
      return judged(orderCase, { line, order, related, invoiced, accepted }, own, against.get(name) ?? [])
    }),
    foreign,
    allocations: [...byLine.values()].flatMap((parts) =>
      parts.map((piece, place) => ({
        tenant: orderCase.tenant,
        key: piece.key,
        line: piece.line,
        part: String(place),
        order_key: order.key,
        order_line: line.key,
        basis: piece.basis,
        receipt: piece.receipt?.key ?? '',
        receipt_line: piece.receipt?.line ?? '',
        against: piece.against?.key ?? '',
        against_line: piece.against?.line ?? '',
        quantity: piece.quantity,
        amount: piece.amount,
      })),
    ),
  }
}

const parted = <T>(all: readonly T[], is: (one: T) => boolean): readonly [T[], T[]] => [all.filter(is), all.filter((one) => !is(one))]

/** Another party issued it than the one that sells; as far as both are known. */
function isForeign({ order, keyOf }: OrderCase, { body }: LedgerDocument): boolean {
  const [seller, issuer] = [keyOf(refIn(order.body.seller)), keyOf(refIn(body.issuer))]
  return seller !== undefined && issuer !== undefined && seller !== issuer
}

function billOf(orderCase: OrderCase, line: CaseLine, { document, row, at }: RelatedLine): Billed[] {
  const type = document.body.kind === 'credit-note' ? 'invoice' : 'goods-receipt'
  return [
    {
      key: document.key,
      line: at,
      quantity: atLeastZero(line.count(row.quantity, row.unit, document) ?? 0n),
      amount: amountOf(row, textOf(document.body.currency) ?? ''),
      names: namedIn(orderCase, document, row, type),
    },
  ]
}

/** The amount of a line x 10^4: what it says, else its quantity at its price. */
export function amountOf({ lineAmount, quantity, unitPrice, priceQuantity }: JsonObject, currency: string): bigint {
  if (typeof lineAmount === 'string') return money(lineAmount) ?? 0n
  return (typeof quantity === 'string' && worthOf(quantity, unitPrice, priceQuantity, currency)) || 0n
}

/** A quantity at a price, rounded to the currency; undefined where there is no price, or the figure leaves the range. */
function worthOf(quantity: string, unitPrice: Json | undefined, priceQuantity: Json | undefined, currency: string): bigint | undefined {
  const per = textOf(priceQuantity) ?? '1'
  if (typeof unitPrice !== 'string' || isZero(per)) return undefined
  const digits = currencyDigits(currency) ?? amountScale
  return money(round(divide(multiply(quantity, unitPrice), per, digits + 6, 'half-up'), digits, 'half-up'))
}

function money(text: string): bigint | undefined {
  try {
    return toScaled(text, amountScale)
  } catch (error) {
    if (error instanceof DecimalError) return undefined
    throw error
  }
}

const total = (pieces: readonly Piece[], figure: 'quantity' | 'amount', ...bases: readonly Piece['basis'][]): bigint =>
  pieces.reduce((all, piece) => (bases.length === 0 || bases.includes(piece.basis) ? all + piece[figure] : all), 0n)

function judged(
  orderCase: OrderCase,
  about: Pick<MatchedLine, 'line' | 'order' | 'related' | 'invoiced' | 'accepted'>,
  own: readonly Piece[],
  credits: readonly Piece[],
): MatchedLine {
  const { line, order, related } = about
  const { body, key } = related.document
  const currency = textOf(body.currency) ?? ''
  const isCredit = body.kind === 'credit-note'
  const sign = isCredit ? -1n : 1n
  const waiting = total(own, 'quantity', 'waiting')
  const over = sign * total(own, 'quantity', 'over')
  const credited = total(own, 'quantity', 'credited')
  const apart = apartFrom(orderCase.order.body, body)
  const left = total(own, 'quantity', 'named', 'order', 'waiting', 'over')
  const figures = {
    quantity: sign * total(own, 'quantity'),
    amount: sign * total(own, 'amount'),
    credited,
    credited_amount: -total(credits, 'amount'),
    covered: total(own, 'quantity', 'named', 'order'),
    waiting,
    over,
    expected: isCredit || apart !== undefined ? null : expectedOf(line, left, currency),
    quantity_variance: isCredit ? 0n : total(own, 'amount', 'waiting', 'over'),
  }
  const tolerance = orderCase.toleranceOf(related.document)
  const row: InvoiceLineTable = {
    tenant: orderCase.tenant,
    key,
    line: related.at,
    kind: String(body.kind),
    order_key: order.key,
    order_line: line.key,
    currency,
    ...figures,
    verdict: '',
  }
  const isClosed = orderCase.order.status === 'closed' || line.line.status === 'closed'
  const isOver = isCredit ? own.some(({ basis }) => basis === 'over') : figures.credited_amount > figures.amount
  const verdict = isOver ? 'over-credited' : verdictOf(row, tolerance, apart !== undefined, BigInt(order.received) > 0n || isClosed)
  return { ...about, row: { ...row, verdict }, tolerance, agreed: orderCase.order.body, apart }
}

function verdictOf(row: InvoiceLineTable, tolerance: Tolerance, isApart: boolean, isJudged: boolean): Verdict {
  if (isApart) return 'not-comparable'
  if (row.kind === 'credit-note') return 'matched'
  const missing = BigInt(row.waiting) + BigInt(row.over)
  if (missing > 0n && !isJudged) return 'no-receipt'
  const isMissingMuch = !withinQuantity(row, tolerance)
  if (isMissingMuch) return BigInt(row.over) > 0n ? 'over-invoiced' : 'quantity-variance'
  const difference = priceDifference(row)
  if (!withinPrice(row, tolerance)) return 'price-variance'
  return missing === 0n && (difference === undefined || magnitude(difference) <= roundingOf(row.currency)) ? 'matched' : 'within-tolerance'
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)
/** One unit of the last digit: amounts of both sides are rounded. */
const roundingOf = (currency: string): bigint => 10n ** BigInt(amountScale - (currencyDigits(currency) ?? 2))

/** What is left of a line after credit notes, less what that costs at the order's price; undefined where that cannot be said. */
export const priceDifference = ({ amount, credited_amount, expected }: InvoiceLineTable): bigint | undefined =>
  expected === null ? undefined : BigInt(amount) - BigInt(credited_amount) - BigInt(expected)

export const withinQuantity = (row: InvoiceLineTable, { quantity }: Tolerance): boolean =>
  isWithin(quantity, {
    difference: BigInt(row.waiting) + BigInt(row.over),
    of: BigInt(row.quantity) - BigInt(row.credited),
    worth: BigInt(row.quantity_variance),
    currency: row.currency,
  })

export function withinPrice(row: InvoiceLineTable, { price }: Tolerance): boolean {
  const difference = priceDifference(row)
  if (difference === undefined || difference <= roundingOf(row.currency)) return true
  return isWithin(price, { difference, of: BigInt(row.expected ?? 0), worth: difference, currency: row.currency })
}

/** Why the prices of two documents are not the same thing. */
function apartFrom(order: JsonObject, invoice: JsonObject): MatchedLine['apart'] {
  if (order.currency !== undefined && order.currency !== invoice.currency) return 'currency'
  return (order.taxBasis === 'inclusive') === (invoice.taxBasis === 'inclusive') ? undefined : 'tax'
}

/** What a quantity costs by the order: at its price, or in proportion to its amount where discounts or charges are inside. */
function expectedOf({ line, quantity }: CaseLine, wanted: bigint, currency: string): bigint | null {
  const text = (value: bigint) => fromScaled(value, quantityScale)
  if (quantity === 0n) return null
  const isPlain =
    listOf(line.discounts).length === 0 &&
    listOf(line.charges).length === 0 &&
    (line.priceUnit === undefined || line.priceUnit === line.unit)
  const quoted = textOf(line.quantity)
  const part = (whole: string) => divide(multiply(whole, text(wanted)), text(quantity), 18, 'half-up')
  if (isPlain && typeof line.unitPrice === 'string' && quoted !== undefined)
    return worthOf(part(quoted), line.unitPrice, line.priceQuantity, currency) ?? null
  const digits = currencyDigits(currency) ?? amountScale
  return typeof line.lineAmount === 'string' ? (money(round(part(line.lineAmount), digits, 'half-up')) ?? null) : null
}

/** The oldest first: by a date or time of the document, its key and the place of the line. */
const byTime =
  (field: 'issueDate' | 'receivedAt') =>
  (a: RelatedLine, b: RelatedLine): number => {
    const name = ({ document }: RelatedLine) => `${textOf(document.body[field]) ?? ''}\0${document.key}`
    return name(a) === name(b) ? placeOf(a) - placeOf(b) : name(a) < name(b) ? -1 : 1
  }
const placeOf = ({ at }: RelatedLine): number => Number(at.slice('/lines/'.length))
