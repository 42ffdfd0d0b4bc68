import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { measureStream, type StreamFigures } from '../stream/figures.ts'
import { measureProcess, middle, type ProcessFigures } from './figures.ts'

/*
 * npm run -s bench:mapping [-- --json]: medians over three processes, each of which proves that everybody gives the same before it measures
 * anything. Results that differ end it with code 1.
 */
const processes = 3
const effort = { rounds: 40, damages: 3_000 }
const streaming = { megabytes: 200, rounds: 3 }

if (process.argv.includes('--one')) process.stdout.write(JSON.stringify(await measureProcess(effort)))
else {
  const run = promisify(execFile)
  const measured: ProcessFigures[] = []
  for (let i = 0; i < processes; i++) {
    const { stdout } = await run(process.execPath, [import.meta.filename, '--one'])
    measured.push(JSON.parse(stdout) as ProcessFigures)
  }
  const figures = middle(measured)
  const stream = await measureStream(streaming)
  process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(summary(figures, stream))}\n` : table(figures, stream))
}

function round(value: number): number {
  return Number(value.toPrecision(value >= 100 ? 4 : 3))
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return round(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, rounded(field)]))
}

function summary({ shop, ubl, compile, decimalVsBigJs }: ProcessFigures, stream: StreamFigures): unknown {
  return {
    vsHandWritten: round(shop.vsHand.median),
    vsHandWrittenQuartiles: [round(shop.vsHand.lower), round(shop.vsHand.upper)],
    vsJsonata: round(shop.vsJsonata),
    putVsPull: round(shop.put?.edited.median ?? Number.NaN),
    compileMs: round(compile.compileMs),
    checkMs: round(compile.checkMs),
    decimalVsBigJs: round(decimalVsBigJs),
    streamRssMb: round(stream.rssMb),
    more: rounded({ shop, ubl, ajvMs: compile.ajvMs, leanAjvMs: compile.leanAjvMs, stream }),
  }
}

function table({ shop, ubl, compile, decimalVsBigJs }: ProcessFigures, stream: StreamFigures): string {
  const quartiles = ({ lower, median, upper }: { lower: number; median: number; upper: number }): string =>
    `${median.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`
  const costs = Object.entries({ 'shop order': shop, 'UBL order': ubl }).flatMap(([job, { us, vsHand, vsJsonata, put }]): string[][] => [
    ...Object.entries(us).map(([name, cost]) => [`${job}: ${name}`, `${cost.toFixed(1)} us`]),
    [`${job}: pull / faster by hand`, quartiles(vsHand)],
    [`${job}: JSONata / pull`, vsJsonata.toFixed(0)],
    ...(put === undefined
      ? []
      : [
          [`${job}: put edited / pull`, quartiles(put.edited)],
          [`${job}: put unchanged / pull`, quartiles(put.unchanged)],
        ]),
  ])
  const rows = [
    ...costs,
    ['check', `${compile.checkMs.toFixed(2)} ms`],
    ['compile and first run', `${compile.compileMs.toFixed(2)} ms`],
    ['Ajv, target schema', `${compile.ajvMs.toFixed(2)} ms, at least ${compile.leanAjvMs.toFixed(2)} ms`],
    ['big.js / decimal kernel', decimalVsBigJs.toFixed(1)],
    ['streaming 200 MB', `${stream.rssMb.toFixed(0)} MB resident, ${stream.mbPerCpuS.toFixed(0)} MB a CPU second`],
    ['the same file whole', `${stream.wholeRssMb.toFixed(0)} MB resident, ${stream.wholeMbPerCpuS.toFixed(0)} MB a CPU second`],
  ]
  const width = Math.max(...rows.map(([name = '']) => name.length))
  return rows.map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}\n`).join('')
}
