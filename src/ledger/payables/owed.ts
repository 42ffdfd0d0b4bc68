import { add, amountScale, compare, currencyDigits, divide, isDecimal, isZero, multiply, round, toScaled } from '../../model/decimal.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { PayableItemTable } from '../../store/tables-payable.ts'
import type { Note } from '../findings.ts'
import type { Meant } from '../money/post-meant.ts'
import type { CaseLine } from '../order-case.ts'
import { quantityText } from '../purchase-rules.ts'
import { listOf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'

/** What a document means for the current account of a supplier. */
export interface Owed {
  readonly meant: readonly Meant[]
  readonly items: readonly PayableItemTable[]
  /** what is held back, with the reason and its arithmetic */
  readonly notes: readonly Note[]
}

export const nothingOwed: Owed = { meant: [], items: [], notes: [] }

/** Findings that hold money of a supplier back. */
export const payableCodes: ReadonlySet<string> = new Set(['payable-held'])

export const held = ({ type, key }: LedgerDocument, path: string, detail: JsonObject): Note => ({
  type,
  key,
  code: 'payable-held',
  path,
  detail,
})

/** Above it something is wrong, and sums of it would leave the range of SQL. */
const mostScaled = 10n ** 17n

/** An amount that can be posted; undefined: not in this currency, or none at all. */
export function postable(amount: Json | undefined, currency: string): string | undefined {
  const digits = currencyDigits(currency)
  if (typeof amount !== 'string' || digits === undefined || !isDecimal(amount) || compare(amount, '0') < 0) return undefined
  const written = round(amount, Math.min(digits, amountScale), 'half-up')
  if (compare(written, amount) !== 0 || written.length > 30) return undefined
  return toScaled(written, amountScale) > mostScaled ? undefined : written
}

/** What goods of a line are worth at its price, cut half up to the digits of the currency; undefined while the order has no price for them. `counted`: in the unit that the line is counted in, x 10^6. */
export function worthOf(line: CaseLine, counted: bigint, currency: string): string | undefined {
  const digits = Math.min(currencyDigits(currency) ?? 0, amountScale)
  const quantity = quantityText(counted)
  const share = (amount: string, of: string): string =>
    round(divide(multiply(amount, quantity), of, digits + 8, 'half-up'), digits, 'half-up')
  const { unitPrice, lineAmount, priceQuantity, priceUnit, discounts, charges } = line.line
  const isPlain = listOf(discounts).length === 0 && listOf(charges).length === 0
  if (isPlain && typeof unitPrice === 'string' && isDecimal(unitPrice)) {
    const one = line.count('1', textOf(priceUnit) ?? line.unit)
    const per = textOf(priceQuantity) ?? '1'
    if (one === undefined || one <= 0n || !isDecimal(per) || isZero(per)) return undefined
    return share(unitPrice, multiply(quantityText(one), per))
  }
  if (typeof lineAmount !== 'string' || !isDecimal(lineAmount) || line.quantity <= 0n) return undefined
  return share(lineAmount, quantityText(line.quantity))
}

/**
 * The tax on goods of a line that cost `amount`, where the prices of its order exclude tax: by each rate of the line, half up to the digits of the currency; without a percentage, its share of the amount of that tax. '0' where
 * the line names no tax: it comes with the invoice.
 */
export function taxOf({ line }: CaseLine, { taxBasis }: JsonObject, amount: string, currency: string): string {
  const digits = Math.min(currencyDigits(currency) ?? 0, amountScale)
  if (taxBasis !== 'exclusive') return '0'
  return listOf(line.taxes).reduce((sum, tax) => {
    const [part, of] = tax.percent === undefined ? [tax.amount, line.lineAmount] : [tax.percent, '100']
    if (typeof part !== 'string' || typeof of !== 'string' || !isDecimal(part) || !isDecimal(of)) return sum
    if (compare(part, '0') < 0 || compare(of, '0') <= 0) return sum
    return add(sum, round(divide(multiply(amount, part), of, digits + 8, 'half-up'), digits, 'half-up'))
  }, '0')
}

/** A business date that books take. */
export const dateOf = ({ businessDate }: LedgerDocument): string | undefined =>
  businessDate !== null && /^\d{4}-(0[1-9]|1[0-2])-\d{2}$/.test(businessDate) ? businessDate : undefined
