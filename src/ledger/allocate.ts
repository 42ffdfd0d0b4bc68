import { DecimalError, formatDecimal, parseDecimal, toScaled } from '../model/decimal.ts'

/**
 * Divides an amount over lines in proportion to their weights, exactly: the parts add up to the amount to the last digit.
 * Largest remainder, ties go to the earlier line; weights that are all zero count as equal. A negative amount gives the mirror image.
 * @param digits digits after the point of the parts: those of the currency for money
 * @throws DecimalError when the amount has more digits, a weight is negative, or there is no line to carry an amount other than zero.
 */
export function allocate(total: string, weights: readonly string[], digits: number): readonly string[] {
  const signed = toScaled(total, digits)
  const units = signed < 0n ? -signed : signed
  const shares = wholeWeights(weights)
  const sum = shares.reduce((all, share) => all + share, 0n)
  if (weights.length === 0) {
    if (units === 0n) return []
    throw new DecimalError(total, `${total} cannot be divided: there is no line to carry it`)
  }
  const parts = shares.map((share, line) => ({ line, whole: (units * share) / sum, rest: (units * share) % sum }))
  const left = Number(units - parts.reduce((all, part) => all + part.whole, 0n))
  const byRest = [...parts].sort((a, b) => (a.rest === b.rest ? a.line - b.line : a.rest > b.rest ? -1 : 1))
  const extra = new Set(byRest.slice(0, left).map((part) => part.line))
  return parts.map(({ line, whole }) => {
    const size = extra.has(line) ? whole + 1n : whole
    return formatDecimal({ units: signed < 0n ? -size : size, scale: digits })
  })
}

/** Weights as integers in the same proportion. */
function wholeWeights(weights: readonly string[]): readonly bigint[] {
  const parsed = weights.map(parseDecimal)
  const scale = Math.max(0, ...parsed.map((weight) => weight.scale))
  const whole = parsed.map((weight) => weight.units * 10n ** BigInt(scale - weight.scale))
  const negative = whole.findIndex((weight) => weight < 0n)
  if (negative >= 0)
    throw new DecimalError(
      weights[negative] ?? '',
      `the weight of line ${negative + 1} is ${weights[negative]}; weights must not be negative`,
    )
  return whole.every((weight) => weight === 0n) ? whole.map(() => 1n) : whole
}
