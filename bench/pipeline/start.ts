import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loopbackPort } from '../../src/acceptance/loopback-port.ts'
import { quartiles } from '../mapping/measure.ts'
import { openHub } from './crossdock.ts'
import { memoryMb, type Program, startProgram, untilAnswers } from './processes.ts'

export interface Starts {
  /** ms from the start of the process to its first 200 */
  readonly coldStartMs: { readonly crossdock: number; readonly bare: number; readonly ratio: number }
  /** memory some seconds later, untouched */
  readonly idleMb: { readonly crossdock: number; readonly bare: number; readonly ratio: number }
}

const idleMs = 3000

/** Starts the hub and the bare process in turn on the same servers, each on the database that an earlier start left. */
export async function measureStarts(folder: string, database: string, redis: string, rounds: number): Promise<Starts> {
  const times: Record<'crossdock' | 'bare', number[]> = { crossdock: [], bare: [] }
  const memory: Record<'crossdock' | 'bare', number[]> = { crossdock: [], bare: [] }
  const look = async (name: 'crossdock' | 'bare', program: Program, ms: number, isCounted: boolean): Promise<void> => {
    await wait(idleMs)
    if (isCounted) {
      times[name].push(ms)
      memory[name].push(memoryMb(program.pid, 'now'))
    }
  }
  // the first start of each fills the file cache and the cache of compiled code
  for (let round = 0; round <= rounds; round++) {
    const hub = await openHub({ name: 'start', folder, servers: { database, redis, pids: [] } })
    await look('crossdock', hub.program, hub.startedMs, round > 0)
    await hub.stop()
    const port = await loopbackPort()
    const program = startProgram(
      [process.execPath, join(import.meta.dirname, 'bare-process.ts'), database, redis, String(port)],
      process.env,
      join(folder, 'bare.log'),
    )
    await look('bare', program, await untilAnswers(program, `http://127.0.0.1:${port}/readyz`), round > 0)
    await program.stop()
  }
  const pair = (of: Readonly<Record<'crossdock' | 'bare', number[]>>) => {
    const [crossdock, bare] = [quartiles(of.crossdock).median, quartiles(of.bare).median]
    return { crossdock: Math.round(crossdock), bare: Math.round(bare), ratio: Number((crossdock / bare).toPrecision(3)) }
  }
  return { coldStartMs: pair(times), idleMb: pair(memory) }
}
