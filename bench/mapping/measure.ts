/** One way to do a job: does it for the document of a number; a promise is awaited. */
export interface Contender {
  readonly name: string
  readonly run: (document: number) => unknown
}

export interface Quartiles {
  readonly lower: number
  readonly median: number
  readonly upper: number
}

export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number): number => {
    const place = (sorted.length - 1) * part
    const low = sorted[Math.floor(place)] ?? Number.NaN
    const high = sorted[Math.ceil(place)] ?? low
    return low + (high - low) * (place - Math.floor(place))
  }
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) }
}
export const median = (values: readonly number[]): number => quartiles(values).median

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Keeps what is computed from being thought away. */
let sink: unknown
export const sunk = (): unknown => sink

/** CPU time in us of one document, over a window of about `windowUs`. */
async function window(contender: Contender, documents: number, windowUs: number): Promise<number> {
  const start = cpuUs()
  let done = 0
  let spent = 0
  do {
    for (let i = 0; i < documents; i++) {
      const result = contender.run(i)
      sink = result instanceof Promise ? await result : result
    }
    done += documents
    spent = cpuUs() - start
  } while (spent < windowUs)
  return spent / done
}

export interface Windows {
  /** how many documents there are, numbered from 0 */
  readonly documents: number
  readonly rounds: number
  /** 40 000 when absent */
  readonly windowUs?: number
}

/**
 * CPU time in us a document of each contender, by name, one list entry for each round; in a round every contender has one window, in turn,
 * so that what else the machine does falls on all of them.
 */
export async function alternate(contenders: readonly Contender[], { documents, rounds, windowUs = 40_000 }: Windows) {
  for (const contender of contenders) for (let i = 0; i < 3; i++) await window(contender, documents, windowUs)
  const times = new Map(contenders.map(({ name }): [string, number[]] => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(turn + round) % contenders.length]
      if (contender !== undefined) times.get(contender.name)?.push(await window(contender, documents, windowUs))
    }
  const of = (name: string): readonly number[] => times.get(name) ?? []
  return {
    /** median us a document */
    us: (name: string): number => median(of(name)),
    /** one contender against another, window by window of the same round */
    ratio: (name: string, base: string): Quartiles => quartiles(of(name).map((time, i) => time / (of(base)[i] ?? Number.NaN))),
  }
}
