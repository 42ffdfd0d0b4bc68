import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loopbackPort } from '../../src/acceptance/loopback-port.ts'
import { mallocSettings, smallHeap } from '../../src/small-heap.ts'
import { quartiles } from '../mapping/measure.ts'
import { startProgram, untilAnswers } from '../pipeline/processes.ts'
import type { Reading } from './reading.ts'

/*
 * npm run -s bench:pull [-- --json] [--pages 240] [--rounds 5]: pages of 250 orders of 3.8 KB, from a partner into the inbox, against undici and JSON.parse of the same pages, which keep
 * nothing. The two read in turn, each in a process of its own. Readers that found something else than the partner has end it with code 1.
 */
const size = 250
const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(name)
  return at === -1 ? otherwise : Number(process.argv[at + 1])
}
const pages = option('--pages', 240)
const rounds = option('--rounds', 5)
const run = promisify(execFile)

async function reading(reader: 'floor' | 'hub', address: string): Promise<Reading> {
  const heap = reader === 'hub' ? smallHeap : []
  const { stdout } = await run(process.execPath, [...heap, join(import.meta.dirname, `${reader}-process.ts`), address, String(pages)], {
    env: reader === 'hub' ? { ...mallocSettings, ...process.env } : process.env,
  })
  const found = JSON.parse(stdout) as Reading
  if (found.records !== pages * size) throw new Error(`void: ${reader} found ${found.records} of ${pages * size} orders`)
  return found
}

const folder = mkdtempSync(join(tmpdir(), 'crossdock-bench-pull-'))
const port = await loopbackPort()
const address = `http://127.0.0.1:${port}`
const shop = startProgram(
  [process.execPath, join(import.meta.dirname, 'pages-process.ts'), String(pages), String(size), String(port)],
  process.env,
  join(folder, 'shop.log'),
)
try {
  await untilAnswers(shop, `${address}/orders?page=${pages + 1}`)
  const found: Record<'floor' | 'hub', Reading[]> = { floor: [], hub: [] }
  for (let round = 0; round < rounds; round++) {
    for (const reader of round % 2 === 0 ? (['floor', 'hub'] as const) : (['hub', 'floor'] as const))
      found[reader].push(await reading(reader, address))
    const [floor, hub] = [found.floor.at(-1), found.hub.at(-1)]
    if (floor?.checksum !== hub?.checksum)
      throw new Error(`void: the readers found different orders (${floor?.checksum}, ${hub?.checksum})`)
  }
  process.stdout.write(`${JSON.stringify(figuresOf(found), null, process.argv.includes('--json') ? 0 : 2)}\n`)
} finally {
  await shop.stop()
  rmSync(folder, { recursive: true, force: true })
}

function figuresOf({ floor, hub }: Readonly<Record<'floor' | 'hub', readonly Reading[]>>): unknown {
  const short = (value: number): number => Number(value.toPrecision(3))
  const middle = (readings: readonly Reading[], of: (reading: Reading) => number): number => short(quartiles(readings.map(of)).median)
  const ratio = (of: (reading: Reading) => number) => {
    const { lower, median, upper } = quartiles(floor.map((reading, round) => of(reading) / of(hub[round] ?? reading)))
    return { median: short(median), quartiles: [short(lower), short(upper)] }
  }
  const both = (of: (reading: Reading) => number) => ({ hub: middle(hub, of), floor: middle(floor, of) })
  return {
    pagesPerSecond: both(({ ms }) => (pages * 1000) / ms),
    cpuMsPerPage: both(({ cpuMs }) => cpuMs / pages),
    vsFloor: ratio(({ ms }) => ms),
    vsFloorCpu: ratio(({ cpuMs }) => cpuMs),
    memoryMb: { quarter: middle(hub, ({ quarterMb }) => quarterMb), most: middle(hub, ({ mostMb }) => mostMb) },
    pages,
    rounds,
  }
}
