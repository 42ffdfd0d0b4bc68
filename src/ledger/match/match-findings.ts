import { amountScale, currencyDigits, divide, fromScaled, isZero, multiply, quantityScale, round } from '../../model/decimal.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Note } from '../findings.ts'
import type { CaseLine, RelatedLine } from '../order-case.ts'
import { refIn, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { amountOf, type MatchedLine, type OrderMatch, priceDifference, withinPrice, withinQuantity } from './match-order.ts'
import type { Limit } from './tolerance.ts'

/** What is told of lines of invoices beside their order; each holds the payment of its invoice until it is mended or accepted. */
export const matchCodes = [
  'quantity-variance',
  'price-variance',
  'over-invoiced',
  'over-credited',
  'no-receipt',
  'currency-differs',
  'tax-basis-differs',
  'issuer-differs',
] as const

const quantityText = (value: bigint): string => fromScaled(value, quantityScale)
const amountText = (value: bigint): string => fromScaled(value, amountScale, 2)

/** Findings of the lines of one order, each with its arithmetic and what it is worth in the currency of the invoice. */
export function matchFindings({ key, body }: LedgerDocument, { lines, foreign }: OrderMatch): Note[] {
  return [
    ...lines.flatMap((one) => [...quantityNotes(one), ...priceNotes(one)]),
    ...apartNotes(lines),
    ...foreign.map(
      ({ document, row, at }): Note => ({
        type: document.type,
        key: document.key,
        code: 'issuer-differs',
        path: at,
        detail: {
          order: key,
          seller: refIn(body.seller) ?? null,
          issuer: refIn(document.body.issuer) ?? null,
          currency: document.body.currency ?? null,
          amount: amountText(amountOf(row, textOf(document.body.currency) ?? '')),
        },
      }),
    ),
  ]
}

function noteOn({ related, row }: MatchedLine, code: Note['code'], detail: JsonObject): Note {
  return {
    type: related.document.type,
    key: row.key,
    code,
    path: row.line,
    detail: { order: row.order_key, line: row.order_line, ...detail },
  }
}

function quantityNotes(one: MatchedLine): Note[] {
  const { row, order, line, related, invoiced, accepted, tolerance } = one
  if (row.verdict === 'over-credited') {
    const isCredit = row.kind === 'credit-note'
    const worth = isCredit ? BigInt(row.amount) : BigInt(row.credited_amount) - BigInt(row.amount)
    const detail = isCredit
      ? { credited: quantityText(BigInt(row.quantity)), difference: quantityText(BigInt(row.over)) }
      : { invoiced: amountText(BigInt(row.amount)), credited: amountText(BigInt(row.credited_amount)), difference: amountText(worth) }
    return [noteOn(one, 'over-credited', { ...detail, currency: row.currency, amount: amountText(worth) })]
  }
  const missing = BigInt(row.waiting) + BigInt(row.over)
  if (row.kind === 'credit-note' || missing === 0n) return []
  const difference = quantityText(missing)
  const worth = { ...priceOf(line, related, missing), ...bound(tolerance.quantity) }
  if (row.verdict === 'no-receipt')
    return [
      noteOn(one, 'no-receipt', {
        invoiced: quantityText(BigInt(row.quantity)),
        accepted: quantityText(BigInt(row.covered)),
        difference,
        ...worth,
      }),
    ]
  if (withinQuantity(row, tolerance)) return []
  const figures = { invoiced: quantityText(invoiced), accepted: quantityText(accepted), difference, ...worth }
  if (BigInt(row.over) === 0n) return [noteOn(one, 'quantity-variance', figures)]
  return [noteOn(one, 'over-invoiced', { ordered: quantityText(BigInt(order.quantity) - BigInt(order.cancelled)), ...figures })]
}

function priceNotes(one: MatchedLine): Note[] {
  const { row, tolerance } = one
  const difference = priceDifference(row)
  if (difference === undefined || row.verdict === 'over-credited' || withinPrice(row, tolerance)) return []
  const expected = BigInt(row.expected ?? 0)
  const percent = expected === 0n ? undefined : round(divide(`${difference}00`, String(expected), 6, 'half-up'), 2, 'half-up')
  return [
    noteOn(one, 'price-variance', {
      quantity: quantityText(BigInt(row.quantity) - BigInt(row.credited)),
      invoiced: amountText(expected + difference),
      expected: amountText(expected),
      difference: amountText(difference),
      ...(percent === undefined ? {} : { percent }),
      currency: row.currency,
      amount: amountText(difference),
      ...bound(tolerance.price),
    }),
  ]
}

/** One finding for an invoice and an order, at the first line of the invoice that is about it. */
function apartNotes(lines: readonly MatchedLine[]): Note[] {
  const apart = lines.filter((one) => one.apart !== undefined)
  return [...Map.groupBy(apart, ({ row }) => row.key).values()].flatMap((group): Note[] => {
    const [first] = [...group].sort((a, b) => placeOf(a) - placeOf(b))
    if (first === undefined) return []
    const { body } = first.related.document
    const amount = amountText(group.reduce((all, { row }) => all + BigInt(row.amount), 0n))
    const { agreed } = first
    return [
      first.apart === 'currency'
        ? noteOn(first, 'currency-differs', {
            ordered: agreed.currency ?? null,
            invoiced: body.currency ?? null,
            currency: first.row.currency,
            amount,
          })
        : noteOn(first, 'tax-basis-differs', {
            ordered: agreed.taxBasis ?? null,
            invoiced: body.taxBasis ?? null,
            currency: first.row.currency,
            amount,
          }),
    ]
  })
}
const placeOf = ({ row }: MatchedLine): number => Number(row.line.slice('/lines/'.length))

const bound = (limit: Limit): JsonObject => (Object.keys(limit).length === 0 ? {} : { tolerance: { ...limit } as JsonObject })

/** What a quantity is worth at the invoice's price, and that price with its unit. */
function priceOf(line: CaseLine, { document, row }: RelatedLine, difference: bigint): JsonObject {
  const unitPrice = textOf(row.unitPrice) ?? textOf(line.line.unitPrice)
  const unit = textOf(row.unit) ?? line.unit
  const one = line.count('1', unit, textOf(row.unit) === undefined ? undefined : document)
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
