import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { checkedAgainst } from '../catalog/partner-schemas.ts'
import type { Catalog } from '../catalog.ts'
import type { Connector } from '../connector/types.ts'
import { foot } from '../ledger/foot.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { CompiledMapping, MapContext, MapErrorCode } from '../mapping/types.ts'
import { at, canonicalJson, isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { type CompiledSchemas, compileSchemas, type Inspect, type Validate } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'

/** `mappings/<connector>/<name>.cases.json`: what the mapping beside it has to do. */
export interface CasesFile {
  readonly context?: {
    readonly connection: string
    readonly books: string
    readonly organisation?: string
    readonly config?: JsonObject
    readonly zone?: string
    readonly codes?: Readonly<Record<string, Readonly<Record<string, string>>>>
    /** push: document type -> key -> external key at the connection */
    readonly links?: Readonly<Record<string, Readonly<Record<string, string>>>>
  }
  readonly cases: readonly MappingCase[]
}

export interface MappingCase {
  readonly name: string
  /** needed only where the mapping goes both ways; pull when left out there */
  readonly direction?: 'pull' | 'push'
  readonly input: Json | RecordFrom
  /** fields laid over the input, so that a recorded answer can be bent in one place */
  readonly change?: JsonObject
  /** push: what the partner holds now */
  readonly base?: Json
  /** the whole result; must also fit the document's schema, or the action's input */
  readonly output?: Json
  /** all of the mapping's errors, in order; only the fields given here are compared */
  readonly errors?: readonly {
    readonly code: MapErrorCode
    readonly rule: string
    readonly to?: string
    readonly from?: string
    readonly found?: string
  }[]
  /** findings of the footing that the document must have, as `<code> <path>`; none when left out */
  readonly findings?: readonly string[]
}
/** A record inside a recorded answer: bytes as they came, decoded by the connector's codec. `file` is relative to the cases file. */
export interface RecordFrom {
  readonly $file: string
  /** path of the record: `result.0` */
  readonly at?: string
}

export interface CaseFault {
  readonly case: string
  readonly message: string
  readonly expected?: Json
  readonly found?: Json
}

/** What cases run against: the texts of a workspace and the package, and their schemas. */
export interface MappingBench {
  readonly catalog: Catalog
  readonly schemas: CompiledSchemas
}

/** Cases files below a folder of mappings, in order. */
export async function casesFiles(mappings: string): Promise<readonly string[]> {
  const entries = await readdir(mappings, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
const ending = '.cases.json'

/** `tryton/sale` for `…/mappings/tryton/sale.cases.json`. */
export const mappingOf = (file: string): string => `${basename(dirname(file))}/${basename(file, ending)}`

/**
 * Runs every case of one file; no faults: all hold. A result has to be the expected one and has to fit the canonical schema (pull), or the input of every action that uses the
 * mapping (push). A file that is no file of cases (schemas/meta/cases.json) is a fault.
 */
export async function runCases(bench: MappingBench, file: string): Promise<readonly CaseFault[]> {
  const name = mappingOf(file)
  const text = bench.catalog.mappings.find((mapping) => mapping.name === name)
  if (text === undefined) return [{ case: '*', message: `there is no mapping ${name} beside ${basename(file)}` }]
  const content = await readFile(file, 'utf8')
  const exact = jsonOf(content)
  if ('message' in exact) return [{ case: '*', message: `the file is not JSON: ${exact.message}` }]
  const wrong = (await casesInspector())(exact.value)
  if (wrong.length > 0) return wrong.map(({ path, message }) => ({ case: '*', message: `${path === '' ? '/' : path} ${message}` }))
  const cases = JSON.parse(content) as CasesFile
  const { mapping, faults } = compileMapping(text.text, {
    file: text.file,
    codes: cases.context?.codes ?? {},
    ...checkedAgainst(bench.catalog, bench.schemas, name),
  })
  if (mapping === undefined)
    return faults
      .filter(({ severity }) => severity === 'error')
      .map((fault) => ({ case: '*', message: `${fault.line}:${fault.column} ${fault.code} ${fault.path}: ${fault.message}` }))
  const connector = bench.catalog.connectors.get(basename(dirname(file)))
  const setup: Setup = { mapping, connector, bench, context: contextOf(cases.context), folder: dirname(file) }
  const found = await Promise.all(
    cases.cases.map((one, index) => runCase({ ...one, input: at(exact.value, `cases.${index}.input`) ?? null }, setup)),
  )
  return found.flat()
}

function jsonOf(text: string): { readonly value: Json } | { readonly message: string } {
  try {
    return { value: parseJson(text) }
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) }
  }
}

let inspector: Promise<Inspect> | undefined
function casesInspector(): Promise<Inspect> {
  const file = join(packageRoot, 'schemas', 'meta', 'cases.json')
  inspector ??= readFile(file, 'utf8').then((text) => {
    const { inspectors, faults } = compileSchemas([{ file, text }])
    return inspectors.get('cases@1') ?? (() => faults.map((fault) => ({ ...fault, keyword: '' })))
  })
  return inspector
}

interface Setup {
  readonly mapping: CompiledMapping
  readonly connector: Connector | undefined
  readonly bench: MappingBench
  readonly context: MapContext
  readonly folder: string
}

async function runCase(one: MappingCase, setup: Setup): Promise<readonly CaseFault[]> {
  const { mapping, context } = setup
  const fault = (message: string, expected?: Json, found?: Json): CaseFault => ({ case: one.name, message, expected, found })
  if ((one.output === undefined) === (one.errors === undefined)) return [fault('a case has either an output or errors')]
  const direction = mapping.direction === 'push' ? 'push' : (one.direction ?? 'pull')
  let input: Json
  try {
    input = bend(await inputOf(one.input, setup), one.change)
  } catch (error) {
    return [fault(`its input cannot be read: ${error instanceof Error ? error.message : String(error)}`)]
  }
  const result = direction === 'pull' ? mapping.pull(input, context) : mapping.push(input, context, one.base)
  if (!result.ok) {
    const errors: Json[] = result.errors.map(({ code, rule, to, from, found }) => ({ code, rule, to, from, found }))
    if (one.errors === undefined) return [fault('the mapping refuses it', undefined, errors)]
    return one.errors.length === errors.length && one.errors.every((wanted, index) => fits(wanted, errors[index]))
      ? []
      : [
          fault(
            'the mapping refuses it in another way',
            one.errors.map((wanted) => ({ ...wanted })),
            errors,
          ),
        ]
  }
  if (one.output === undefined) return [fault('the mapping does not refuse it', undefined, result.value)]
  const faults: CaseFault[] = []
  if (canonicalJson(one.output) !== canonicalJson(result.value)) faults.push(fault('the result is another one', one.output, result.value))
  for (const [schema, validate] of validatorsFor(setup, direction)) {
    const wrong = validate(result.value)
    if (wrong) faults.push(fault(`the result does not fit ${schema}: ${wrong.path || '/'} ${wrong.message}`))
  }
  const footed = direction === 'pull' ? foot(result.value).map(({ code, path }) => `${code} ${path}`) : []
  if (canonicalJson(footed) !== canonicalJson(one.findings ?? []))
    faults.push(fault('it adds up in another way', one.findings ?? [], footed))
  return faults
}

/** The record itself, or the one in a recorded answer as the engine would see it: parsed exactly and decoded by the connector. */
export async function inputOf(input: Json | RecordFrom, { connector, folder }: Pick<Setup, 'connector' | 'folder'>): Promise<Json> {
  if (!isObject(input as Json) || !Object.hasOwn(input as JsonObject, '$file')) return input as Json
  const from = input as RecordFrom
  const answer = parseJson(await readFile(join(folder, from.$file), 'utf8'))
  const plain = connector?.http.codec?.decode?.(answer) ?? answer
  const record = at(plain, from.at ?? '')
  if (record === undefined) throw new Error(`${from.$file} has nothing at '${from.at}'`)
  return record
}

export const bend = (input: Json, change: JsonObject | undefined): Json =>
  change !== undefined && isObject(input) ? { ...input, ...change } : input

/** What a result has to fit: the document's schema, or the input of every action that uses the mapping. */
export function validatorsFor(
  { mapping, connector, bench }: Pick<Setup, 'mapping' | 'connector' | 'bench'>,
  direction: 'pull' | 'push',
): readonly (readonly [string, Validate])[] {
  if (direction === 'pull') {
    const validate = bench.schemas.validators.get(mapping.target)
    return validate ? [[mapping.target, validate]] : []
  }
  const inputs = Object.entries(connector?.actions ?? {}).flatMap(([name, action]) =>
    (action.kind === 'state' ? [action] : [action.create, action.change, action.cancel])
      .filter((command) => command !== undefined && command.mapping.replace('/', '.') === mapping.id)
      .map((command) => ({ name, schema: command?.input ?? {} })),
  )
  const compiled = compileSchemas(
    inputs.map(({ name, schema }, index) => ({
      file: name,
      text: JSON.stringify({ ...schema, $id: `${name}#${index}`.replace('#', '-') }),
    })),
  )
  return [...compiled.validators]
}

/** Whether every field that is wanted is there as wanted. */
const fits = (wanted: object, found: Json | undefined): boolean =>
  isObject(found) && Object.entries(wanted).every(([name, value]) => canonicalJson(value as Json) === canonicalJson(found[name]))

/** What a mapping of a cases file knows besides the document; a connection that is made up where the file says none. */
export function contextOf(given: CasesFile['context'] = { connection: 'connection', books: 'BOOKS', zone: 'UTC' }): MapContext {
  const { codes, links, config, ...rest } = given
  return {
    ...rest,
    config: config ?? {},
    codes: (kind) => {
      const list = codes?.[kind]
      return list && new Map(Object.entries(list))
    },
    link: (type, ref) => {
      const key = isObject(ref) ? ref.key : ref
      return typeof key === 'string' ? links?.[type]?.[key] : undefined
    },
  }
}
