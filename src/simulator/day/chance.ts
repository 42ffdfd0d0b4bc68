/** A seeded generator: 0 <= n < 1 (`seededRandom`). */
export type Chance = () => number

/** A whole number, 0 <= n < `below`. */
export const below = (chance: Chance, limit: number): number => Math.floor(chance() * limit)

/** A whole number, both ends included. */
export const between = (chance: Chance, least: number, most: number): number => least + below(chance, most - least + 1)

/** One of a list. Throws a RangeError for an empty one. */
export const oneOf = <T>(chance: Chance, list: readonly T[]): T => {
  const found = list[below(chance, list.length)]
  if (found === undefined) throw new RangeError('nothing to choose from')
  return found
}

/** The list in another order; the given one stays. */
export const shuffled = <T>(chance: Chance, list: readonly T[]): T[] => {
  const result = [...list]
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = below(chance, at + 1)
    const [mine, theirs] = [result[at], result[other]]
    if (mine !== undefined && theirs !== undefined) {
      result[at] = theirs
      result[other] = mine
    }
  }
  return result
}

/**
 * `total` dealt out as `count` whole numbers, each from `least` to `most`, in random order: the sum is exact.
 * Throws a RangeError when it cannot be.
 */
export const dealt = (chance: Chance, total: number, count: number, least: number, most: number): number[] => {
  if (total < least * count || total > most * count) {
    throw new RangeError(`${total} cannot be dealt out as ${count} numbers from ${least} to ${most}`)
  }
  const hands = Array.from({ length: count }, () => between(chance, least, most))
  let missing = total - hands.reduce((sum, hand) => sum + hand, 0)
  while (missing !== 0) {
    const step = Math.sign(missing)
    for (const at of shuffled(chance, [...hands.keys()])) {
      const hand = (hands[at] ?? 0) + step
      if (missing === 0) break
      if (hand < least || hand > most) continue
      hands[at] = hand
      missing -= step
    }
  }
  return hands
}
