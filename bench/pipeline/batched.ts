import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loopbackPort } from '../../src/acceptance/loopback-port.ts'
import { type Contender, secret, send } from './contender.ts'
import { countInTables, makeTables, storedInTables } from './peer-tables.ts'
import { startProgram, untilAnswers } from './processes.ts'
import { idsOf } from './truth.ts'

/** What the promise alone costs: a program of its own for this one job, as lean as it can be made. */
export async function openBatched(folder: string, database: string, serverPids: readonly number[]): Promise<Contender> {
  await makeTables(database)
  const port = await loopbackPort()
  const program = startProgram(
    [process.execPath, join(import.meta.dirname, 'batched-process.ts'), database, String(port), secret],
    process.env,
    join(folder, 'batched.log'),
  )
  const address = `http://127.0.0.1:${port}/orders`
  await untilAnswers(program, address, { status: 401 })
  let before = 0
  return {
    name: 'batched',
    pids: [program.pid, ...serverPids],
    async run(from, count) {
      const { ms, p50, p99 } = await send(address, from, count)
      const sent = performance.now()
      while ((await countInTables(database)) < before + count) await wait(10)
      before += count
      return { ms: ms + (performance.now() - sent), p50, p99 }
    },
    stored: (from, count) => storedInTables(database, idsOf(from, count)),
    stop: program.stop,
  }
}
