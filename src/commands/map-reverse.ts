import type { Command } from 'commander'
import { reportReverse } from '../mapping/reverse-report.ts'
import type { ReverseClass } from '../mapping/types.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { printFaults } from './check.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { compileNamed, compileOptions, type MapFlags, mappingText, openBench } from './map-bench.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

/** In the order of the count line: from what needs no thought to what cannot be done. */
const classes: readonly ReverseClass[] = [
  'exact',
  'keyed',
  'by-position',
  'right-inverse',
  'back-choice',
  'conditional',
  'constant',
  'pull-only',
]

/** `crossdock map reverse`: how every field of a mapping goes back to the partner; of a pull mapping, how it would. */
export function registerMapReverse(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('reverse')
    .description(say('map.reverse'))
    .argument('<mapping>', say('map.mapping'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string, flags: MapFlags) => {
      const bench = await openBench(shell, flags)
      const { mapping, faults: own } = compileNamed(bench, shell, name)
      if (mapping === undefined) {
        printFaults(shell, own)
        throw new CommandError(exitCode.found, 'mapping-faults', say('map.broken', { name }))
      }
      const text = mappingText(bench, shell, name)
      const report = reportReverse(text.text, compileOptions(bench, shell, text))
      const known = new Set(own.map(({ code, path }) => `${code} ${path}`))
      const faults = report.faults.filter(({ code, path }) => !known.has(`${code} ${path}`) || code === 'W_NO_CREATE')
      const fields = report.fields.map((entry) => ({ ...entry, line: mapping.lines.get(entry.rule)?.line ?? null }))
      const counts = classes.flatMap((one): (readonly [string, number])[] => {
        const count = fields.filter((entry) => entry.class === one).length
        return count === 0 ? [] : [[one, count]]
      })
      const errors = faults.some(({ severity }) => severity === 'error')
      if (flags.json) {
        const shown = faults.map((fault): Json => ({ ...fault }))
        printJson(shell, { mapping: name, direction: mapping.direction, fields, counts: Object.fromEntries(counts), faults: shown })
      } else if (mapping.direction === 'push') shell.out(`${say('map.reversePush', { name })}\n`)
      else {
        if (mapping.direction === 'pull') shell.out(`${say('map.reverseAsBoth', { name })}\n`)
        await printFields(shell, fields)
        shell.out(`${counts.map(([one, count]) => `${count} ${one}`).join(', ')}\n`)
        printFaults(shell, faults)
      }
      if (errors) shell.end(exitCode.found)
    })
}

const printFields = (shell: Shell, fields: readonly JsonObject[]): Promise<number> =>
  printRows(
    shell,
    fields,
    [
      { title: shell.say('column.field'), cell: (row) => row.rule },
      { title: shell.say('column.class'), cell: (row) => row.class },
      { title: shell.say('column.line'), cell: (row) => row.line },
      { title: shell.say('column.reason'), cell: (row) => row.reason },
    ],
    false,
  )
