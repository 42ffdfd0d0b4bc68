import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Command } from 'commander'
import { foot } from '../ledger/foot.ts'
import { isSensitiveAt } from '../mapping/field-facts.ts'
import { redactRecord } from '../mapping/redact-record.ts'
import { cursorAt } from '../mapping/schema-path.ts'
import type { CompiledMapping } from '../mapping/types.ts'
import { at, isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { type CasesFile, contextOf as caseContext, type MappingCase, runCases } from '../testing/mapping-kit.ts'
import { appendCase } from './cases-file.ts'
import { printFaults } from './check.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { compileNamed, type MapBench, openBench } from './map-bench.ts'
import { printJson, shown } from './print.ts'
import type { Shell } from './shell.ts'

interface CaseFlags extends HubCommandFlags {
  readonly name?: string
  readonly mapping?: string
}

/** `crossdock map case`: a record that came in becomes a case beside its mapping, without what tells who is behind it. */
export function registerMapCase(parent: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(parent, shell, 'case', say('map.case'))
    .argument('<envelope>', say('map.caseId'))
    .option('--name <name>', say('map.caseName'))
    .option('--mapping <mapping>', say('map.caseMapping'))
    .action(
      withHub<CaseFlags>(shell, async (client, flags, id = '') => {
        const kept = await client.get(`/v1/envelopes/${encodeURIComponent(id)}/record`)
        const mappingName = chosen(shell, kept, flags.mapping)
        const bench = await openBench(shell, flags)
        const { mapping, faults } = compileNamed(bench, shell, mappingName)
        if (mapping === undefined) {
          printFaults(shell, faults)
          throw new CommandError(exitCode.found, 'mapping-faults', say('map.broken', { name: mappingName }))
        }
        const file = join(bench.folder, 'mappings', `${mappingName}.cases.json`)
        const before = existsSync(file) ? await casesText(shell, file) : undefined
        const context = before === undefined ? contextFor(bench, mapping, String(kept.connection)) : contextIn(before)
        const name = flags.name ?? `${kept.stream} ${kept.key}`
        if (namesIn(before).includes(name)) throw usage(say('map.caseTwice', { name }))
        const made = makeCase(bench, mapping, context, name, kept.record ?? null)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, appendCase(before, context, made))
        const wrong = (await runCases(bench, file)).find((fault) => fault.case === name || fault.case === '*')
        if (wrong !== undefined) {
          await (before === undefined ? rm(file) : writeFile(file, before))
          const why = [wrong.message, ...[wrong.expected, wrong.found].flatMap((one) => (one === undefined ? [] : [shown(one)]))].join(' ')
          throw new CommandError(exitCode.found, 'case-fails', say('map.caseFailed', { why }))
        }
        const what = made.errors === undefined ? say('map.caseOutput') : say('map.caseErrors', { count: made.errors.length })
        const shownFile = relative(shell.folder, file)
        if (flags.json) printJson(shell, { mapping: mappingName, file: shownFile, case: JSON.parse(JSON.stringify(made)) })
        else shell.out(`${say('map.caseWritten', { name, file: shownFile, what })}\n`)
      }),
    )
}

/** @throws CommandError for a file that no case can be added to */
async function casesText(shell: Shell, file: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  try {
    if (Array.isArray(at(parseJson(text), 'cases'))) return text
  } catch (error) {
    throw usage(shell.say('file.notJson', { file: relative(shell.folder, file), why: error instanceof Error ? error.message : '' }))
  }
  throw usage(shell.say('map.caseNoList', { file: relative(shell.folder, file) }))
}

function chosen(shell: Shell, { mappings }: JsonObject, wanted: string | undefined): string {
  const known = (Array.isArray(mappings) ? mappings : []).map(String)
  const [first] = known
  if (first === undefined) throw new CommandError(exitCode.notFound, 'no-mapping', shell.say('map.caseNone'))
  if (wanted !== undefined && !known.includes(wanted))
    throw usage(shell.say('map.caseForeign', { name: wanted, mappings: known.join(', ') }))
  if (wanted === undefined && known.length > 1) throw usage(shell.say('map.caseWhich', { mappings: known.join(', ') }))
  return wanted ?? first
}

/** The case as the kit will find it: what the mapping makes of the redacted record, or its errors. */
function makeCase(bench: MapBench, mapping: CompiledMapping, context: CasesFile['context'], name: string, record: Json): MappingCase {
  const input = redactRecord(record, sensitivePaths(bench, mapping))
  const result = mapping.pull(input, caseContext(context))
  if (!result.ok)
    return {
      name,
      input,
      errors: result.errors.map(({ code, rule, to, from, found }) => ({
        code,
        rule,
        to,
        ...(from === undefined ? {} : { from }),
        ...(found === undefined ? {} : { found }),
      })),
    }
  const findings = foot(result.value).map(({ code, path }) => `${code} ${path}`)
  return { name, input, output: result.value, ...(findings.length === 0 ? {} : { findings }) }
}

/** Paths of the record that a schema of either side calls sensitive. A code that goes through a table stays: another one would be mapped in another way. */
function sensitivePaths(bench: MapBench, mapping: CompiledMapping): (path: string) => boolean {
  const start = cursorAt(bench.schemas.schemas.get(mapping.source), bench.schemas.schemas)
  const rules = [...mapping.lines.keys()].map((rule) => ({ sensitive: mapping.facts(rule).sensitive, lineage: mapping.sources(rule) }))
  const coded = new Set(rules.flatMap(({ lineage }) => (lineage !== undefined && lineage.lookups.length > 0 ? lineage.paths : [])))
  const mapped = new Set(rules.flatMap(({ sensitive, lineage }) => (sensitive ? (lineage?.paths ?? []) : [])))
  return (path) => (mapped.has(path) && !coded.has(path)) || isSensitiveAt(start, path)
}

/** What a new file of cases says of the connection: as much of its config as the mapping reads, and the code lists it goes through. */
function contextFor(bench: MapBench, mapping: CompiledMapping, connection: string): CasesFile['context'] {
  const own = at(bench.workspace, `connections.${connection}`)
  const given = isObject(own) ? own : {}
  const config = isObject(given.config) ? given.config : {}
  const lineage = [...mapping.lines.keys()].flatMap((rule) => mapping.sources(rule) ?? [])
  const read = lineage.flatMap((one) => one.context.flatMap((path) => /^@?\.?config\.([^.[]+)/.exec(path)?.[1] ?? []))
  const lists = (at(bench.workspace, 'codes') ?? {}) as Readonly<Record<string, Readonly<Record<string, string>>>>
  const used = new Set(lineage.flatMap(({ lookups }) => lookups))
  const codes = Object.fromEntries(Object.entries(lists).filter(([name]) => used.has(name)))
  return {
    connection,
    books: typeof given.books === 'string' ? given.books : 'BOOKS',
    ...(typeof given.organisation === 'string' ? { organisation: given.organisation } : {}),
    config: Object.fromEntries([...new Set(read)].flatMap((name) => (config[name] === undefined ? [] : [[name, config[name]]]))),
    ...(typeof config.timeZone === 'string' ? { zone: config.timeZone } : {}),
    ...(Object.keys(codes).length === 0 ? {} : { codes }),
  }
}

const contextIn = (text: string): CasesFile['context'] => (JSON.parse(text) as CasesFile).context
const namesIn = (text: string | undefined): readonly string[] => {
  const cases = text === undefined ? [] : at(parseJson(text), 'cases')
  return (Array.isArray(cases) ? cases : []).map((one) => String(at(one, 'name')))
}
