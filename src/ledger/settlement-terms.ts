import { amountScale, currencyDigits, divide, fromScaled, multiply, round, toScaled } from '../model/decimal.ts'
import { isObject, type Json } from '../model/json.ts'

/** What the workspace says of the settlement of one connection. Percent and amounts are decimals in text. */
export interface SettlementTerms {
  /** days after the buyer paid in which the platform has to pay */
  readonly dueDays: number
  /** the fee of each sale: percent of its amount and a fixed part; none is expected, and none judged, when left out */
  readonly fee?: { readonly percent: string; readonly fixed: string; readonly isReturned: boolean }
  /** by how much the fees of an order in a payout may differ */
  readonly tolerance: string
}

/** How the terms stand at the connection's row: the same text for the same terms. */
export const termsText = ({ dueDays, fee, tolerance }: SettlementTerms): string =>
  JSON.stringify({ dueDays, ...(fee === undefined ? {} : { fee }), tolerance })

/** @throws nothing: text that is no terms is none */
export function termsIn(text: string | null | undefined): SettlementTerms | undefined {
  if (text === null || text === undefined) return undefined
  const value: Json = JSON.parse(text)
  if (!isObject(value) || typeof value.dueDays !== 'number') return undefined
  const { dueDays, fee, tolerance } = value
  return {
    dueDays,
    ...(isObject(fee) ? { fee: { percent: decimal(fee.percent), fixed: decimal(fee.fixed), isReturned: fee.isReturned === true } } : {}),
    tolerance: decimal(tolerance),
  }
}

const decimal = (value: Json | undefined): string => (typeof value === 'string' ? value : '0')

/** Terms of the connections that are watched, by their name. */
export type Terms = ReadonlyMap<string, SettlementTerms>

export const termsOf = (rows: Iterable<{ readonly name: string; readonly settlement: string | null }>): Terms =>
  new Map(
    [...rows].flatMap(({ name, settlement }) => {
      const terms = termsIn(settlement)
      return terms === undefined ? [] : [[name, terms] as const]
    }),
  )

/** percent of an amount (x 10^4) in a currency, half up to its minor unit, and the fixed part. */
export function feeOf(amount: bigint, percent: string, fixed: string, currency: string): bigint {
  if (amount < 0n) return -feeOf(-amount, percent, fixed, currency)
  const digits = currencyDigits(currency) ?? 2
  const part = round(divide(multiply(fromScaled(amount, amountScale), percent), '100', digits + 6, 'half-up'), digits, 'half-up')
  return toScaled(part, amountScale) + toScaled(fixed, amountScale)
}
