import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeToMemory } from '../memory-disk.ts'
import { playMonth } from './play.ts'

/*
 * `npm run -s month -- --seed 7 [--days 30] [--merchants 50] [--suppliers 20] [--warehouses 5] [--kills 20] [--json]`: a month of trade through simulated shops and the hub, which is killed
 * in between. Every figure of the ledger, goods and money, is held against the generator's own books and the shops' own records. Ends with code 1 when anything differs.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    days: { type: 'string', default: '30' },
    merchants: { type: 'string', default: '50' },
    suppliers: { type: 'string', default: '20' },
    warehouses: { type: 'string', default: '5' },
    kills: { type: 'string', default: '20' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
writeToMemory()
const folder = mkdtempSync(join(tmpdir(), 'crossdock-month-'))
const outcome = await playMonth(
  {
    seed: Number(values.seed),
    days: Number(values.days),
    merchants: Number(values.merchants),
    suppliers: Number(values.suppliers),
    warehouses: Number(values.warehouses),
    kills: Number(values.kills),
    folder,
  },
  (line) => {
    if (!values.json) process.stderr.write(`${line}\n`)
  },
)
process.stdout.write(`${JSON.stringify(outcome.figures, null, values.json ? 0 : 2)}\n`)
for (const { what, books, hub } of outcome.differences.slice(0, 50)) process.stderr.write(`${what}: books ${books}, hub ${hub}\n`)
const isClean = outcome.differences.length === 0 && outcome.figures.verify === 'clean'
if (isClean && !values.keep) rmSync(folder, { recursive: true, force: true })
else process.stderr.write(`kept: ${folder}\n`)
process.exitCode = isClean ? 0 : 1
