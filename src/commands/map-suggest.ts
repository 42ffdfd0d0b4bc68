import type { Command } from 'commander'
import { suggestMapping } from '../mapping/suggest/suggest.ts'
import type { Evidence, Suggestion } from '../mapping/suggest/types.ts'
import { isObject, type JsonObject, type JsonSchema } from '../model/json.ts'
import { speaker } from '../model/messages.ts'
import { printFaults } from './check.ts'
import { usage } from './exit-code.ts'
import { type MapBench, type MapFlags, openBench, readDocument } from './map-bench.ts'
import { printJson, printRows } from './print.ts'
import { readSamples, writeNew } from './sample-files.ts'
import type { Shell } from './shell.ts'

interface SuggestFlags extends MapFlags {
  readonly from: readonly string[]
  readonly to: string
  readonly at?: string
  readonly id?: string
  readonly out?: string
}

/** `crossdock map suggest`: a mapping drafted from sample records. */
export function registerMapSuggest(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('suggest')
    .description(say('suggest.about'))
    .requiredOption('--from <files...>', say('suggest.from'))
    .requiredOption('--to <schema>', say('suggest.to'))
    .option('--at <path>', say('suggest.at'))
    .option('--id <name>', say('suggest.id'))
    .option('--out <file>', say('suggest.out'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (flags: SuggestFlags) => {
      const bench = await openBench(shell, flags)
      const { target, schemas } = await targetOf(shell, bench, flags.to)
      const records = await readSamples(shell, flags.from, flags.at)
      const id = flags.id ?? `sample.${String(target.$id).replace(/@.*$/, '')}`
      if (!/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/.test(id)) throw usage(say('suggest.badId', { id }))
      // JSON output is for programs, so the notes inside it are in one language
      const words = flags.json ? { say: speaker('en') } : shell
      const made = suggestMapping(records, { id, target, schemas, tell: (evidence) => tell(words, evidence) })
      if (flags.out !== undefined) await writeNew(shell, flags.out, made.text)
      if (flags.json) {
        const { file, text: _text, ...report } = made
        printJson(shell, JSON.parse(JSON.stringify({ ...report, draft: file })))
        return
      }
      // a draft that goes to standard output can be piped: what is said of it goes beside it
      await report(flags.out === undefined ? { ...shell, out: shell.note } : shell, made)
      if (flags.out === undefined) shell.out(made.text)
      else shell.out(`${say('suggest.written', { file: flags.out })}\n`)
    })
}

/** The target by its id in the workspace, or from a schema file. */
async function targetOf(
  shell: Shell,
  bench: MapBench,
  to: string,
): Promise<{ readonly target: JsonSchema; readonly schemas: ReadonlyMap<string, JsonSchema> }> {
  const { schemas } = bench.schemas
  const known = schemas.get(to)
  if (known !== undefined) return { target: known, schemas }
  if (!to.endsWith('.json')) throw usage(shell.say('suggest.noTarget', { name: to, known: [...schemas.keys()].sort().join(', ') }))
  const target = await readDocument(shell, to)
  if (!isObject(target) || typeof target.$id !== 'string') throw usage(shell.say('suggest.noId', { file: to }))
  return { target, schemas: new Map([...schemas, [target.$id, target]]) }
}

async function report(shell: Shell, made: Suggestion): Promise<void> {
  const { say } = shell
  await printRows(
    shell,
    made.lines.map(({ field, from, confidence, evidence }): JsonObject => {
      return { field, from: from.join(', '), confidence: `${confidence} %`, why: evidence.map((one) => tell(shell, one)).join('; ') }
    }),
    [
      { title: say('column.field'), cell: (row) => row.field },
      { title: say('column.from'), cell: (row) => row.from },
      { title: say('suggest.confidence'), cell: (row) => row.confidence },
      { title: say('suggest.why'), cell: (row) => row.why },
    ],
    false,
  )
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) shell.out(`\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`)
  }
  section(
    say('suggest.unwritten'),
    made.unwritten.map(({ field, nearest }) =>
      nearest.length === 0 ? field : `${field}  ${say('suggest.nearest', { paths: nearest.join(', ') })}`,
    ),
  )
  section(
    say('suggest.openCodes'),
    made.openCodes.map(({ lookup, codes }) => `${lookup}: ${codes.join(', ')}`),
  )
  section(
    say('suggest.unused'),
    made.unused.map(({ path, form }) => `${path}  ${form}`),
  )
  shell.out('\n')
  printFaults(shell, made.faults)
  const placed = made.lines.length
  const errors = made.faults.filter(({ severity }) => severity === 'error').length
  shell.out(
    `${say('suggest.count', { records: made.records, placed, unused: made.unused.length, errors, warnings: made.faults.length - errors })}\n`,
  )
}

/** One piece of evidence in words. */
function tell({ say }: Pick<Shell, 'say'>, evidence: Evidence): string {
  switch (evidence.code) {
    case 'name':
      return say('suggest.name', { words: evidence.words })
    case 'context':
      return say('suggest.context', { words: evidence.words })
    case 'form':
      return say('suggest.form', { form: evidence.form })
    case 'foots':
      return say('suggest.foots', { sum: evidence.sum })
    case 'codes':
      return say('suggest.codes', { known: evidence.known, seen: evidence.seen })
    case 'list':
      return say('suggest.list', { fields: evidence.fields })
    case 'same':
      return say('suggest.same', { as: evidence.as })
    case 'usual':
      return say('suggest.usual')
    case 'rival':
      return say('suggest.rival', { path: evidence.path })
  }
}
