import { readFileSync } from 'node:fs'

/** As many callers at once as the goals of the ledger name. */
export const callers = 32
const roundMs = Number(process.env.BENCH_ROUND_MS ?? 4000)
export const rounds = Number(process.env.BENCH_ROUNDS ?? 3)

export interface Score {
  readonly done: number
  readonly refused: number
  readonly failed: number
  readonly perSecond: number
  /** of callers and server together, for one that is done */
  readonly cpuMicros: number
}

const ticksPerSecond = 100
/** User and system time of a process and of this one, in microseconds. Other processes take turns with them, and not this. */
function cpuOf(server: number): number {
  const fields = readFileSync(`/proc/${server}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const { user, system } = process.cpuUsage()
  return (Number(fields[11]) + Number(fields[12])) * (1e6 / ticksPerSecond) + user + system
}

/** Every caller goes on until the time is over; what it was told is what counts. */
export async function play(server: number, act: (caller: number, turn: number) => Promise<'done' | 'refused'>): Promise<Score> {
  const counts = { done: 0, refused: 0, failed: 0 }
  const began = performance.now()
  const cpu = cpuOf(server)
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let turn = 0; performance.now() - began < roundMs; turn++)
        try {
          counts[await act(caller, turn)]++
        } catch (error) {
          counts.failed++
          process.stderr.write(`${error}\n`)
        }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  return { ...counts, perSecond: Math.round(counts.done / seconds), cpuMicros: Math.round((cpuOf(server) - cpu) / counts.done) }
}

export const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
