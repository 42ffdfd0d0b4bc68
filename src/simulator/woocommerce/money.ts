/** Whole cents. All money inside the simulated shop is counted in cents; text with two decimals exists only in answers. */
export type Cents = bigint

const decimalText = /^(-?)(\d{1,12})(?:\.(\d{1,2}))?$/

/** Reads "12", "12.3" or "-12.34". Throws a RangeError for anything else, a third decimal too. */
export const cents = (text: string): Cents => {
  const match = decimalText.exec(text)
  if (!match) throw new RangeError(`"${text}" is not an amount with at most two decimals`)
  const [, sign, whole = '0', part = ''] = match
  const value = BigInt(whole) * 100n + BigInt(part.padEnd(2, '0'))
  return sign === '-' ? -value : value
}

/** Two decimals, as WooCommerce writes amounts: "29.35", "-0.05". */
export const money = (value: Cents): string => {
  const digits = String(value < 0n ? -value : value).padStart(3, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Like `money` without closing zeros: WooCommerce writes "0.9" in the `taxes` of a line and "0.90" everywhere else. */
export const bareMoney = (value: Cents): string => money(value).replace(/\.?0+$/, '')

/** The sum; 0 for an empty list. */
export const sum = (values: readonly Cents[]): Cents => values.reduce((total, value) => total + value, 0n)

/** A rate in millionths: 19 % is 190000n. */
export type Rate = bigint

/** Reads a percentage with at most four decimals ("19", "8.875"). Throws a RangeError otherwise. */
export const rate = (percent: string): Rate => {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(percent)
  if (!match) throw new RangeError(`"${percent}" is not a percentage with at most four decimals`)
  return BigInt(match[1] ?? '0') * 10_000n + BigInt((match[2] ?? '').padEnd(4, '0'))
}

const divide = (dividend: bigint, divisor: bigint, halves: 'up' | 'down'): bigint => {
  const sign = dividend < 0n ? -1n : 1n
  const size = dividend * sign
  const whole = size / divisor
  const twice = (size % divisor) * 2n
  return sign * (twice > divisor || (twice === divisor && halves === 'up') ? whole + 1n : whole)
}

/** Tax added to a net amount, halves up: WooCommerce's rounding in a shop that enters prices without tax. */
export const taxOn = (net: Cents, by: Rate): Cents => divide(net * by, 1_000_000n, 'up')

/** Tax contained in a gross amount, halves down: WooCommerce's rounding in a shop that enters prices with tax. Net = gross - tax. */
export const taxIn = (gross: Cents, by: Rate): Cents => divide(gross * by, 1_000_000n + by, 'down')

/** `part` of `whole` applied to `amount`, halves up; 0 when the whole is 0. */
export const share = (amount: Cents, part: Cents, whole: Cents): Cents => (whole === 0n ? 0n : divide(amount * part, whole, 'up'))
