import type { Command } from 'commander'
import { compileStream, type ItemMap } from '../mapping/stream.ts'
import type { CompiledMapping, Fault, MapContext } from '../mapping/types.ts'
import type { Json } from '../model/json.ts'
import { printFaults } from './check.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import { compileNamed, compileOptions, contextOf, type MapBench, type MapFlags, mappingText, openBench, readDocument } from './map-bench.ts'
import type { Shell } from './shell.ts'
import { streamFile } from './stream-file.ts'

interface StreamFlags extends MapFlags {
  readonly rule?: string
  readonly at?: string
  readonly push?: boolean
  readonly out?: string
  readonly connection?: string
  readonly links?: string
}

/** `crossdock map stream`: a file of any size, record by record, in memory that stays the same. */
export function registerMapStream(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('stream')
    .description(say('map.stream'))
    .argument('<mapping>', say('map.mapping'))
    .argument('<file>', say('map.streamFile'))
    .option('--rule <rule>', say('map.streamRule'))
    .option('--at <path>', say('map.streamAt'))
    .option('--push', say('map.push'))
    .option('--out <file>', say('map.streamOut'))
    .option('--connection <name>', say('map.connection'))
    .option('--links <file>', say('map.links'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string, file: string, flags: StreamFlags) => {
      if (flags.rule !== undefined && flags.at !== undefined) throw usage(say('map.streamBoth'))
      const bench = await openBench(shell, flags)
      const context = await contextOf(bench, flags, flags.links ? await readDocument(shell, flags.links) : {}, shell)
      const job =
        flags.rule === undefined ? recordJob(bench, shell, name, flags) : ruleJob(bench, shell, name, flags.rule, flags.connection)
      const connector = bench.catalog.connectors.get(name.split('/')[0] ?? '')
      const decode = job.push ? undefined : connector?.http.codec?.decode
      const map = job.start(context)
      const count = await streamFile(shell, file, {
        shape: job.path.length === 0 && flags.rule === undefined ? 'any' : 'list',
        path: job.path,
        map: decode === undefined ? map : (item, index) => map(decode(item), index),
        ...(flags.out === undefined ? {} : { out: flags.out }),
        json: flags.json === true,
      })
      if (count.failed > 0 || count.stopped !== undefined) shell.end(exitCode.found)
    })
}

interface Job {
  readonly path: readonly string[]
  readonly push: boolean
  readonly start: (context: MapContext) => ItemMap
}

/** Each record of the file is a document of its own: the whole mapping runs on each. */
function recordJob(bench: MapBench, shell: Shell, name: string, flags: StreamFlags): Job {
  const { mapping, faults } = compileNamed(bench, shell, name, flags.connection)
  if (mapping === undefined) throw broken(shell, name, faults)
  const push = mapping.direction === 'push' || flags.push === true
  if (push && mapping.direction === 'pull') throw usage(shell.say('map.noPush', { name }))
  return {
    path: flags.at === undefined ? [] : flags.at.split('.'),
    push,
    start: (context) => (record) => mapRecord(mapping, push, record, context),
  }
}

function mapRecord(mapping: CompiledMapping, push: boolean, record: Json, context: MapContext): ReturnType<ItemMap> {
  const result = push ? mapping.push(record, context) : mapping.pull(record, context)
  return result.ok ? { kind: 'written', value: result.value, notes: result.notes } : { kind: 'failed', errors: result.errors }
}

/** The file is one document: the items of one of its lists pass through one rule. */
function ruleJob(bench: MapBench, shell: Shell, name: string, rule: string, connection: string | undefined): Job {
  const text = mappingText(bench, shell, name)
  const made = compileStream(text.text, rule, compileOptions(bench, shell, text, connection))
  if (made.stream === undefined) throw broken(shell, name, made.faults)
  return { path: made.stream.list, push: made.stream.push, start: made.stream.start }
}

function broken(shell: Shell, name: string, faults: readonly Fault[]): CommandError {
  printFaults(shell, faults)
  return new CommandError(exitCode.found, 'mapping-faults', shell.say('map.broken', { name }))
}
