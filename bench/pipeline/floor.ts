import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Contender } from './contender.ts'
import { makeTables, storedInTables } from './peer-tables.ts'
import { cpuMs } from './processes.ts'
import { idsOf } from './truth.ts'

/** The same rows by prepared multi-row inserts and nothing else: neither HTTP nor JSON, no signature, no raw bytes, no duplicates found. */
export async function openFloor(database: string, serverPids: readonly number[]): Promise<Contender> {
  await makeTables(database)
  return {
    name: 'floor',
    pids: serverPids,
    async run(from, count) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'floor-process.ts'), database, String(from), String(count)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const { pid } = child
      if (pid === undefined) throw new Error('the floor did not start')
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const line = async (): Promise<string> => {
        const { done, value } = await lines.next()
        if (done) throw new Error('the floor ended before it was done')
        return value
      }
      await line()
      const before = cpuMs([pid, ...serverPids])
      child.stdin.write('go\n')
      const [, ms] = (await line()).split(' ')
      const spent = cpuMs([pid, ...serverPids]) - before
      const gone = once(child, 'exit')
      child.stdin.end('end\n')
      await gone
      return { ms: Number(ms), cpuMs: spent }
    },
    stored: (from, count) => storedInTables(database, idsOf(from, count)),
    stop: async () => undefined,
  }
}
