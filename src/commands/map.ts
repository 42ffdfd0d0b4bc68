import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { type Catalog, loadCatalog } from '../catalog.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { CompileResult, MapContext } from '../mapping/types.ts'
import { at, isObject, type Json, parseJson } from '../model/json.ts'
import { type CompiledSchemas, compileSchemas } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'
import { casesFiles, mappingOf, runCases } from '../testing/mapping-kit.ts'
import { workspaceFile } from '../workspace.ts'
import { printFaults } from './check.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import { explainResult } from './map-explain.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags {
  readonly workspace?: string
  readonly json?: boolean
}
interface RunFlags extends Flags {
  readonly push?: boolean
  readonly base?: string
  readonly at?: string
  readonly connection?: string
  readonly links?: string
  readonly explain?: boolean
}

interface Bench {
  readonly folder: string
  readonly catalog: Catalog
  readonly schemas: CompiledSchemas
  /** crossdock.json as far as it can be read; {} without one */
  readonly workspace: Json
}

/** `crossdock map …`: mappings without a hub: run one on a file, check all, run their cases. */
export function registerMap(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('map').description(say('map.about'))

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
    .action(async (name: string, file: string, flags: RunFlags) => {
      const bench = await openBench(shell, flags)
      const { mapping, faults } = compile(bench, shell, name)
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
      if (flags.json)
        printJson(
          shell,
          JSON.parse(JSON.stringify(flags.explain && result.ok ? { ...result, explain: explainResult(mapping, result.value) } : result)),
        )
      else if (!result.ok) {
        for (const error of result.errors)
          shell.out(
            `${say('map.error', { code: error.code, to: error.to, rule: error.rule, found: error.found ?? '-', expected: error.expected })}\n`,
          )
      } else if (flags.explain)
        await printRows(
          shell,
          explainResult(mapping, result.value),
          [
            { title: say('column.field'), cell: (row) => row.field },
            { title: say('column.value'), cell: (row) => row.value },
            { title: say('column.from'), cell: (row) => (Array.isArray(row.from) ? row.from.join(', ') : undefined) },
            { title: say('column.how'), cell: (row) => (Array.isArray(row.how) ? row.how.join(', ') : undefined) },
            { title: say('column.line'), cell: (row) => row.line },
          ],
          false,
        )
      else printJson(shell, result.value)
      if (!result.ok) shell.end(exitCode.found)
    })

  parent
    .command('check')
    .description(say('map.check'))
    .argument('[mapping]', say('map.mapping'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string | undefined, flags: Flags) => {
      const bench = await openBench(shell, flags)
      const names = name === undefined ? bench.catalog.mappings.map((mapping) => mapping.name) : [name]
      const faults = names.flatMap((one) => compile(bench, shell, one).faults)
      const errors = faults.filter(({ severity }) => severity === 'error').length
      if (flags.json)
        printJson(shell, {
          mappings: names.length,
          errors,
          warnings: faults.length - errors,
          faults: faults.map((fault) => ({ ...fault })),
        })
      else {
        printFaults(shell, faults)
        shell.out(`${say('map.checked', { mappings: names.length, errors, warnings: faults.length - errors })}\n`)
      }
      if (errors > 0) shell.end(exitCode.found)
    })

  parent
    .command('test')
    .description(say('map.test'))
    .argument('[mapping]', say('map.mapping'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string | undefined, flags: Flags) => {
      const bench = await openBench(shell, flags)
      const folders = [...new Set([packageRoot, bench.folder])]
        .map((folder) => join(folder, 'mappings'))
        .filter((folder) => existsSync(folder))
      const files = (await Promise.all(folders.map(casesFiles))).flat().filter((file) => name === undefined || mappingOf(file) === name)
      if (name !== undefined && files.length === 0) throw new CommandError(exitCode.notFound, 'no-cases', say('map.noCases', { name }))
      let failed = 0
      for (const file of files) {
        const faults = await runCases(bench, file)
        failed += faults.length
        if (flags.json) shell.out(`${JSON.stringify({ mapping: mappingOf(file), file, ok: faults.length === 0, faults })}\n`)
        else {
          shell.out(`${faults.length === 0 ? 'ok    ' : 'failed'}  ${mappingOf(file)}\n`)
          for (const fault of faults) shell.out(`        ${fault.case}: ${fault.message}\n${difference(fault.expected, fault.found)}`)
        }
      }
      if (!flags.json) shell.out(`${say('map.tested', { files: files.length, failed })}\n`)
      if (failed > 0) shell.end(exitCode.found)
    })
}

async function openBench(shell: Shell, flags: Flags): Promise<Bench> {
  const { workspace: folder } = configOf(shell, flags)
  const catalog = await loadCatalog(folder)
  const file = join(folder, workspaceFile)
  const workspace = existsSync(file) ? parseJson(await readFile(file, 'utf8')) : {}
  return { folder, catalog, schemas: compileSchemas(catalog.schemas), workspace }
}

function compile(bench: Bench, shell: Shell, name: string): CompileResult {
  const text = bench.catalog.mappings.find((mapping) => mapping.name === name)
  if (text === undefined) throw new CommandError(exitCode.notFound, 'no-mapping', shell.say('map.unknown', { name }))
  const codes = at(bench.workspace, 'codes') as Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  return compileMapping(text.text, { file: relative(shell.folder, text.file), codes: codes ?? {}, schemas: bench.schemas.schemas })
}

/** What the mapping knows besides the document: of a connection of the workspace, else of one that is made up. Values that are references stay as they are written. */
async function contextOf(bench: Bench, flags: RunFlags, links: Json, shell: Shell): Promise<MapContext> {
  const name = flags.connection
  const connection = name === undefined ? {} : at(bench.workspace, `connections.${name}`)
  if (!isObject(connection)) throw new CommandError(exitCode.notFound, 'no-connection', shell.say('map.noConnection', { name: name ?? '' }))
  const config = isObject(connection.config) ? connection.config : {}
  return {
    connection: name ?? 'connection',
    books: typeof connection.books === 'string' ? connection.books : 'BOOKS',
    config,
    ...(typeof connection.organisation === 'string' ? { organisation: connection.organisation } : {}),
    zone: typeof config.timeZone === 'string' ? config.timeZone : 'UTC',
    codes: (kind) => {
      const list = at(bench.workspace, `codes.${kind}`)
      return isObject(list) ? new Map(Object.entries(list).map(([code, ours]) => [code, String(ours)])) : undefined
    },
    link: (type, ref) => {
      const key = isObject(ref) ? ref.key : ref
      const external = typeof key === 'string' && isObject(links) && isObject(links[type]) ? links[type][key] : undefined
      return typeof external === 'string' ? external : undefined
    },
  }
}

async function readDocument(shell: Shell, path: string): Promise<Json> {
  const file = resolve(shell.folder, path)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    throw new CommandError(exitCode.notFound, 'no-file', shell.say('file.unreadable', { file: path }))
  }
  try {
    return parseJson(text)
  } catch (error) {
    throw usage(shell.say('file.notJson', { file: path, why: error instanceof Error ? error.message : '' }))
  }
}

const difference = (expected: Json | undefined, found: Json | undefined): string =>
  [
    ['expected', expected],
    ['found   ', found],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([word, value]) => `          ${word} ${JSON.stringify(value)}\n`)
    .join('')
