import { amountScale, compare, fromScaled, multiply, quantityScale } from '../../model/decimal.ts'
import { canonicalJson, isObject, type Json, type JsonObject } from '../../model/json.ts'

/** How far a figure may lie above what was agreed on: in percent, and in money by currency. What is left out sets no bound; a limit without either allows nothing. */
export interface Limit {
  readonly percent?: string
  readonly amounts?: Readonly<Record<string, string>>
}

/** Quantity: invoiced and not accepted, in percent of what the line invoices. Price: above the price of the order, in percent of it. Both are bounded by what they are worth. */
export interface Tolerance {
  readonly quantity: Limit
  readonly price: Limit
}

/** How invoices are judged; from the workspace. */
export interface MatchRules {
  readonly tolerance: Tolerance
  /** by key of the party that issues */
  readonly suppliers: ReadonlyMap<string, Tolerance>
  /** what is accepted above this, by currency, takes two persons; once it is given, a currency that it does not name always does */
  readonly secondPersonAbove?: Readonly<Record<string, string>>
}

export const noTolerance: Tolerance = { quantity: {}, price: {} }

export const toleranceFor = (rules: MatchRules | undefined, issuer: string): Tolerance =>
  rules?.suppliers.get(issuer) ?? rules?.tolerance ?? noTolerance

const limitOf = (value: Json | undefined): Limit => {
  if (!isObject(value)) return {}
  const { percent, amounts } = value
  return {
    ...(typeof percent === 'string' ? { percent } : {}),
    ...(isObject(amounts) ? { amounts: amountsOf(amounts) } : {}),
  }
}
const amountsOf = (amounts: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(amounts).flatMap(([currency, amount]) => (typeof amount === 'string' ? [[currency, amount]] : [])))

const toleranceOf = (value: Json | undefined, usual: Tolerance = noTolerance): Tolerance =>
  isObject(value)
    ? {
        quantity: value.quantity === undefined ? usual.quantity : limitOf(value.quantity),
        price: value.price === undefined ? usual.price : limitOf(value.price),
      }
    : usual

/** The workspace's `matching` block, which has been checked against its schema. A supplier's own limits stand in the place of the usual ones, quantity and price each for itself. */
export function matchRules(matching: JsonObject): MatchRules {
  const tolerance = toleranceOf(matching.tolerance)
  const suppliers = isObject(matching.suppliers) ? matching.suppliers : {}
  return {
    tolerance,
    suppliers: new Map(Object.entries(suppliers).map(([party, own]) => [party, toleranceOf(own, tolerance)])),
    ...(isObject(matching.secondPersonAbove) ? { secondPersonAbove: amountsOf(matching.secondPersonAbove) } : {}),
  }
}

export const toleranceText = ({ quantity, price }: Tolerance): string =>
  canonicalJson({ quantity: { ...quantity }, price: { ...price } } as JsonObject)
export const readTolerance = (text: string): Tolerance => toleranceOf(JSON.parse(text) as Json)

/** `of`: what the percentage is of, at the same scale as the difference. `worth`: the difference in money, x 10^4. */
export interface Excess {
  readonly difference: bigint
  readonly of: bigint
  readonly worth: bigint
  readonly currency: string
}

/** Whether a difference lies within a limit. */
export function isWithin({ percent, amounts }: Limit, { difference, of, worth, currency }: Excess): boolean {
  if (difference <= 0n) return true
  const bound = amounts?.[currency]
  if (percent === undefined && bound === undefined) return false
  const text = (value: bigint) => fromScaled(value, quantityScale)
  return (
    (percent === undefined || compare(multiply(text(difference), '100'), multiply(text(of), percent)) <= 0) &&
    (bound === undefined || compare(fromScaled(worth, amountScale), bound) <= 0)
  )
}

/** Whether a sum takes a second person to accept it. */
export function takesTwo(rules: MatchRules | undefined, amount: string, currency: string): boolean {
  const limits = rules?.secondPersonAbove
  if (limits === undefined) return false
  const limit = limits[currency]
  return limit === undefined || compare(amount, limit) > 0
}
