/** Numbers that are the same in every run: a linear congruential start, mixed (mulberry32). */
export interface Random {
  /** an integer from `from` to `to` */
  readonly int: (from: number, to: number) => number
  readonly pick: <T>(choices: readonly T[]) => T
  /** true once in so many times */
  readonly once: (times: number) => boolean
  /** decimal text with two digits, in cents from `from` to `to` */
  readonly money: (from: number, to: number) => string
}

export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    int,
    pick: (choices) => {
      const choice = choices[int(0, choices.length - 1)]
      if (choice === undefined) throw new RangeError('nothing to pick from')
      return choice
    },
    once: (times) => int(1, times) === 1,
    money: (from, to) => (int(from, to) / 100).toFixed(2),
  }
}
