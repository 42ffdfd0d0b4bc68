import { quartiles } from '../mapping/measure.ts'

/** A read whose time is compared with another's. */
export interface Contender {
  readonly name: string
  /** whose time it is compared with */
  readonly base: string
  /** rows of an answer: the time is told by row */
  readonly rows?: number
  /** whether the answer was the expected one */
  ask(): Promise<boolean>
}

const p = (times: readonly number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * part)] ?? Number.NaN
const short = (value: number): number => Number(value.toPrecision(3))
const three = (list: readonly number[]) => {
  const { lower, median, upper } = quartiles(list)
  return { median: short(median), quartiles: [short(lower), short(upper)] }
}

/** Asks one of each in turn, so that what else the machine does falls on all of them, `asks` times a round; the first round counts for nothing. `wrong`: contenders with an answer that was not the expected one. */
export async function inTurns(contenders: readonly Contender[], rounds: number, asks: number, say: (text: string) => void) {
  const wrong = new Set<string>()
  const found = new Map(
    contenders.map(({ name }) => [name, { p50: [] as number[], p99: [] as number[], ratio: [] as number[], ratioP99: [] as number[] }]),
  )
  for (let round = 0; round <= rounds; round++) {
    const times = new Map(contenders.map(({ name }) => [name, [] as number[]]))
    for (let n = 0; n < asks; n++)
      for (const { name, rows = 1, ask } of contenders) {
        const from = performance.now()
        const holds = await ask()
        times.get(name)?.push((performance.now() - from) / rows)
        if (!holds) wrong.add(name)
      }
    if (round === 0) continue
    for (const { name, base } of contenders) {
      const [own, other] = [times.get(name) ?? [], times.get(base) ?? []]
      const into = found.get(name)
      into?.p50.push(p(own, 0.5))
      into?.p99.push(p(own, 0.99))
      into?.ratio.push(p(own, 0.5) / p(other, 0.5))
      into?.ratioP99.push(p(own, 0.99) / p(other, 0.99))
    }
    say(`round ${round} of ${rounds}`)
  }
  const measured = Object.fromEntries(
    contenders.map(({ name, base, rows }) => {
      const of = found.get(name) ?? { p50: [], p99: [], ratio: [], ratioP99: [] }
      const times = { p50Ms: three(of.p50).median, p99Ms: three(of.p99).median }
      const by = rows === undefined ? {} : { timeBy: 'row' }
      return [name, { ...times, against: base, ...by, ratio: three(of.ratio), ratioP99: three(of.ratioP99) }]
    }),
  )
  return { wrong: [...wrong], measured }
}
