/** The generator's own arithmetic: money in ten-thousandths, the least that the hub keeps. It shares no code with what it is held against. */
export type Amount = bigint

const scale = 10_000n
/** What a cent is in it: every currency of the month has two digits. */
export const cent = 100n

/** @throws SyntaxError for what is no number with at most four decimals */
export function exact(text: string): Amount {
  const [, sign = '', whole = '', decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(text) ?? []
  if (whole === '') throw new SyntaxError(`'${text}' is no amount`)
  const value = BigInt(whole) * scale + BigInt(decimals.padEnd(4, '0'))
  return sign === '' ? value : -value
}

/** As people write it: two decimals, or as many as it has. */
export function written(amount: Amount): string {
  const [sign, size] = amount < 0n ? ['-', -amount] : ['', amount]
  const decimals = String(size % scale).padStart(4, '0')
  return `${sign}${size / scale}.${decimals.endsWith('00') ? decimals.slice(0, 2) : decimals}`
}

/** A part of an amount, cut down to whole cents. */
export const shareOf = (amount: Amount, some: bigint, all: bigint): Amount => {
  const share = (amount * some) / all
  return share - (share % cent)
}

/** Half up to whole cents, of an amount that is to be divided. */
export const nearestCent = (amount: bigint, by = 1n): Amount => ((2n * amount + by * cent) / (2n * by * cent)) * cent

export const sumOf = (amounts: Iterable<Amount>): Amount => {
  let sum = 0n
  for (const amount of amounts) sum += amount
  return sum
}

/** An amount dealt out by weights in whole cents; what is left goes to those that were cut most, the first of equals first. */
export function dealt(amount: Amount, weights: readonly number[]): readonly Amount[] {
  const all = BigInt(weights.reduce((sum, weight) => sum + weight, 0))
  if (all === 0n) return weights.map(() => 0n)
  const parts = weights.map((weight, place) => {
    const exactly = amount * BigInt(weight)
    const whole = shareOf(amount, BigInt(weight), all)
    return { place, whole, cut: exactly - whole * all }
  })
  let left = (amount - sumOf(parts.map(({ whole }) => whole))) / cent
  const given = new Map<number, Amount>()
  for (const { place } of [...parts].sort((a, b) => (a.cut > b.cut ? -1 : a.cut < b.cut ? 1 : a.place - b.place))) {
    given.set(place, left > 0n ? cent : 0n)
    left -= 1n
  }
  return parts.map(({ place, whole }) => whole + (given.get(place) ?? 0n))
}
