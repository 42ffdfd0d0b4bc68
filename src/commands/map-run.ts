import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CompiledMapping } from '../mapping/types.ts'
import { at, type JsonObject } from '../model/json.ts'
import { validatorsFor } from '../testing/mapping-kit.ts'
import { printFaults } from './check.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import { followEdits, mappingPlaces } from './follow-edits.ts'
import { compileNamed, contextOf, type MapBench, type MapFlags, openBench, readDocument } from './map-bench.ts'
import { explainPush, explainResult } from './map-explain.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface RunFlags extends MapFlags {
  readonly push?: boolean
  readonly base?: string
  readonly at?: string
  readonly connection?: string
  readonly links?: string
  readonly explain?: boolean
  readonly watch?: boolean
}

/** `crossdock map run`: one mapping on one record. */
export function registerMapRun(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('run')
    .description(say('map.run'))
    .argument('<mapping>', say('map.mapping'))
    .argument('<file>', say('map.file'))
    .option('--push', say('map.push'))
    .option('--base <file>', say('map.base'))
    .option('--at <path>', say('map.at'))
    .option('--connection <name>', say('map.connection'))
    .option('--links <file>', say('map.links'))
    .option('--explain', say('map.explain'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .option('--watch', say('map.watch'))
    .action(async (name: string, file: string, flags: RunFlags) => {
      const run = () => runOnce(shell, name, file, flags)
      if (!flags.watch) return run()
      const files = [file, flags.base, flags.links].flatMap((path) => (path === undefined ? [] : [{ file: resolve(shell.folder, path) }]))
      await followEdits(shell, [...mappingPlaces(configOf(shell, flags).workspace), ...files], flags.json === true, run)
    })
}

async function runOnce(shell: Shell, name: string, file: string, flags: RunFlags): Promise<void> {
  const { say } = shell
  const bench = await openBench(shell, flags)
  const { mapping, faults } = compileNamed(bench, shell, name, flags.connection)
  if (mapping === undefined) {
    printFaults(shell, faults)
    throw new CommandError(exitCode.found, 'mapping-faults', say('map.broken', { name }))
  }
  const push = mapping.direction === 'push' || flags.push === true
  if (push && mapping.direction === 'pull') throw usage(say('map.noPush', { name }))
  const read = async (path: string) => readDocument(shell, path)
  const answer = await read(file)
  const decode = push ? undefined : bench.catalog.connectors.get(name.split('/')[0] ?? '')?.http.codec?.decode
  const input = at(decode ? decode(answer) : answer, flags.at ?? '')
  if (input === undefined) throw usage(say('map.nothingAt', { file, path: flags.at ?? '' }))
  const context = await contextOf(bench, flags, flags.links ? await read(flags.links) : {}, shell)
  const result = push ? mapping.push(input, context, flags.base ? await read(flags.base) : undefined) : mapping.pull(input, context)
  const misfits = result.ok ? misfitsOf(bench, name, mapping, push, result.value) : []
  const explain = (value: JsonObject) => (push ? explainPush : explainResult)(mapping, value)
  if (flags.json) {
    const more = { ...(misfits.length > 0 ? { misfits } : {}), ...(flags.explain && result.ok ? { explain: explain(result.value) } : {}) }
    printJson(shell, JSON.parse(JSON.stringify({ ...result, ...more })))
  } else if (!result.ok) {
    for (const error of result.errors)
      shell.out(
        `${say('map.error', { code: error.code, to: error.to, rule: error.rule, found: error.found ?? '-', expected: error.expected })}\n`,
      )
  } else {
    if (flags.explain) await printExplained(shell, explain(result.value))
    else printJson(shell, result.value)
    for (const { code, to, rule, message } of result.notes) shell.note(`${say('map.note', { code, to, rule, message })}\n`)
  }
  if (flags.json !== true) for (const misfit of misfits) shell.note(`${say('map.misfit', misfit)}\n`)
  if (!result.ok || misfits.length > 0) shell.end(exitCode.found)
}

/** Why the hub would refuse the document, or the action its input. */
function misfitsOf(bench: MapBench, name: string, mapping: CompiledMapping, push: boolean, value: JsonObject) {
  const connector = bench.catalog.connectors.get(name.split('/')[0] ?? '')
  return validatorsFor({ mapping, connector, bench }, push ? 'push' : 'pull').flatMap(([schema, validate]) => {
    const fault = validate(value)
    return fault === undefined ? [] : [{ schema, path: fault.path === '' ? '/' : fault.path, message: fault.message }]
  })
}

const printExplained = (shell: Shell, rows: readonly JsonObject[]): Promise<number> =>
  printRows(
    shell,
    rows,
    [
      { title: shell.say('column.field'), cell: (row) => row.field },
      { title: shell.say('column.value'), cell: (row) => row.value },
      { title: shell.say('column.from'), cell: (row) => (Array.isArray(row.from) ? row.from.join(', ') : undefined) },
      { title: shell.say('column.how'), cell: (row) => (Array.isArray(row.how) ? row.how.join(', ') : undefined) },
      { title: shell.say('column.line'), cell: (row) => (row.overlay ? `${shell.say('map.overlay')}:${row.line}` : row.line) },
    ],
    false,
  )
