import { readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { type Catalog, type CatalogText, connectorText, loadCatalog, mappingsOf } from './catalog.ts'
import type { Connector } from './connector/types.ts'
import { compileMapping } from './mapping/compile.ts'
import { readSourceText, type SourceText } from './mapping/source-text.ts'
import type { CompiledMapping } from './mapping/types.ts'
import type { Fault } from './model/errors.ts'
import { sha256 } from './model/id.ts'
import type { Json, JsonObject } from './model/json.ts'
import { isObject, parseJson } from './model/json.ts'
import { redact } from './model/log.ts'
import { type CompiledSchemas, compileSchemas, type SchemaFault, type SchemaText } from './model/schema.ts'
import { packageRoot } from './package-root.ts'
import type { Catalogue, Settings } from './pipeline/context.ts'
import { type Locate, setUpConnections } from './workspace-connections.ts'
import { setUpRoutes } from './workspace-routes.ts'

/** One state of a workspace, checked whole. */
export interface Workspace {
  readonly tenant: string
  /** what runs; absent when a fault is an error */
  readonly catalogue?: Catalogue
  readonly settings: Settings
  readonly faults: readonly Fault[]
  /** texts by hash and their paths, for the revision */
  readonly texts: ReadonlyMap<string, string>
  readonly files: Readonly<Record<string, string>>
  /** values that must never be shown */
  readonly secrets: readonly string[]
  /** compiled schemas by id */
  readonly schemas: ReadonlyMap<string, JsonObject>
}

export const workspaceFile = 'crossdock.json'

/** Built-in values of the settings; `schemas/meta/workspace.json` documents them. */
export const defaultSettings: Settings = {
  leaseMs: 90_000,
  sweepMs: 1_000,
  ingestBatch: 64,
  deliverConcurrency: 8,
  maxCrashes: 3,
  parkAlarmMs: 86_400_000,
}

/**
 * Reads a workspace folder and everything it stands on (its connectors, mappings and schemas, and those of the package) and checks all of it together. Every fault is
 * found in one go; nothing is thrown for what an integrator wrote. Of the package's mappings those of connectors in use count: others may need code lists this workspace
 * does not have (`crossdock map check` checks them all).
 */
export async function loadWorkspace(
  folder: string,
  options: { readonly env?: NodeJS.ProcessEnv; readonly text?: string } = {},
): Promise<Workspace> {
  const file = join(folder, workspaceFile)
  const shown = relative(process.cwd(), file) || file
  const catalog = await loadCatalog(folder)
  const meta = await metaSchemas()
  const schemas = compileSchemas([...catalog.schemas, ...meta])
  const faults: Fault[] = [...catalog.faults, ...schemas.faults.map((fault) => schemaFault(fault, catalog.schemas))]
  const text = options.text ?? (await read(file))
  if (text === undefined)
    return empty([
      ...faults,
      {
        code: 'workspace-missing',
        severity: 'error',
        file: shown,
        line: 1,
        column: 1,
        path: '',
        message: `there is no ${workspaceFile} in ${folder}`,
        suggestion: 'run `crossdock init` there, or name another folder',
      },
    ])
  const { source, faults: unreadable } = readWorkspaceText(text, shown)
  faults.push(...unreadable)
  if (source === undefined) return empty(faults)
  const locate: Locate = (path, part) => ({ file: shown, ...source.positionOf(source.offsetOf(path, part)), path: path.join('.') })
  faults.push(...shapeFaults(source, schemas, shown, locate))
  const value = isObject(source.value) ? source.value : {}
  const codes = codeLists(value.codes)
  const inUse = usedConnectors(value, catalog)
  const texts = usedMappings(inUse, catalog)
  const mappings = compileMappings(texts, schemas, codes, faults)
  const tenant = typeof value.tenant === 'string' ? value.tenant : 'default'
  const known = new Set(catalog.mappings.map(({ name }) => name))
  const around = { mappings, known, schemas, locate, faults }
  const { connections, secrets } = setUpConnections(value, { ...around, folder, env: options.env ?? process.env, catalog })
  const routes = setUpRoutes(value, { ...around, connections })
  const { stored, files } = revisionOf([
    { path: workspaceFile, text, shown: redact(text, secrets) },
    ...texts.map(({ name, text: mapping }) => ({ path: `mappings/${name}.json`, text: mapping })),
    ...catalog.schemas.map((schema) => ({ path: `schemas/${basename(schema.file)}`, text: schema.text })),
    ...inUse.map((connector) => ({ path: `connectors/${connector.name}`, text: connectorText(connector) })),
  ])
  const settings = { ...defaultSettings, ...pick(value.settings) }
  const base = { tenant, settings, faults, texts: stored, files, secrets, schemas: schemas.schemas }
  if (faults.some((fault) => fault.severity === 'error')) return base
  const revision = sha256(...Object.entries(files).sort(byName).flat())
  const validate: Catalogue['validate'] = (document, body) => schemas.validators.get(`${document}@1`)?.(body)
  return { ...base, catalogue: { revision, connections, routes, mappings, validate, codes } }
}

/** JSON with places; names that would reach a prototype are refused like any other text from outside. */
function readWorkspaceText(text: string, file: string): ReturnType<typeof readSourceText> {
  const read = readSourceText(text, file)
  if (read.source === undefined) return read
  try {
    parseJson(text)
    return read
  } catch (error) {
    const offset = Math.max(0, text.search(/"(?:__proto__|constructor|prototype|[^"\n]*\\u00[^"\n]*)"\s*:/))
    const message = error instanceof Error ? error.message : String(error)
    return { faults: [{ code: 'E_JSON', severity: 'error', file, ...read.source.positionOf(offset), path: '', message }] }
  }
}

function shapeFaults(source: SourceText, schemas: CompiledSchemas, file: string, locate: Locate): Fault[] {
  const twice = source.duplicates.map(
    ({ name, offset }): Fault => ({
      code: 'duplicate-key',
      severity: 'error',
      file,
      ...source.positionOf(offset),
      path: name,
      message: `'${name}' stands twice in one object`,
      suggestion: 'remove one of them',
    }),
  )
  const shape = (schemas.inspectors.get('workspace@1')?.(source.value) ?? []).map(({ path: text, keyword, message }): Fault => {
    const path = pointer(text)
    const unknown = keyword === 'additionalProperties' ? /^'(.*)' is not known here(?: \((.*)\))?$/.exec(message) : null
    const fault = { code: `workspace-${keyword}`, severity: 'error' as const }
    if (unknown?.[1] === undefined) return { ...fault, ...locate(path), message }
    const suggestion = unknown[2] === undefined ? {} : { suggestion: unknown[2] }
    return { ...fault, ...locate([...path, unknown[1]], 'key'), message: `'${unknown[1]}' is not known here`, ...suggestion }
  })
  return [...twice, ...shape]
}

/** Connectors that the workspace's connections name, in the order of their names. */
function usedConnectors(workspace: JsonObject, catalog: Catalog): readonly Connector[] {
  const names = Object.values(isObject(workspace.connections) ? workspace.connections : {}).map((one) =>
    isObject(one) ? String(one.connector) : '',
  )
  return [...new Set(names)].sort().flatMap((name) => catalog.connectors.get(name) ?? [])
}

function usedMappings(connectors: readonly Connector[], catalog: Catalog): readonly CatalogText[] {
  const named = new Set(connectors.flatMap((connector) => [...mappingsOf(connector)]))
  return catalog.mappings.filter(({ name, own }) => own || named.has(name))
}

/** Texts by hash, and the paths that stand for them. `shown` is stored in place of a text that holds secrets. */
function revisionOf(entries: readonly { readonly path: string; readonly text: string; readonly shown?: string }[]) {
  const stored = new Map<string, string>()
  const files: Record<string, string> = {}
  for (const { path, text, shown } of entries) {
    const hash = sha256(text)
    stored.set(hash, shown ?? text)
    files[path] = hash
  }
  return { stored, files }
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0)

function compileMappings(
  texts: readonly CatalogText[],
  schemas: CompiledSchemas,
  codes: Catalogue['codes'],
  faults: Fault[],
): Map<string, CompiledMapping> {
  const compiled = new Map<string, CompiledMapping>()
  const lists = Object.fromEntries([...codes].map(([kind, list]) => [kind, Object.fromEntries(list)]))
  for (const { name, file, text } of texts) {
    const shown = relative(process.cwd(), file)
    const result = compileMapping(text, { file: shown, codes: lists, schemas: schemas.schemas })
    faults.push(...result.faults)
    if (result.mapping) compiled.set(name, result.mapping)
  }
  return compiled
}

function codeLists(value: Json | undefined): Map<string, Map<string, string>> {
  const lists = new Map<string, Map<string, string>>()
  if (isObject(value))
    for (const [kind, list] of Object.entries(value))
      if (isObject(list))
        lists.set(kind, new Map(Object.entries(list).filter((entry): entry is [string, string] => typeof entry[1] === 'string')))
  return lists
}

function pick(value: Json | undefined): Partial<Settings> {
  if (!isObject(value)) return {}
  return Object.fromEntries(Object.keys(defaultSettings).flatMap((name) => (typeof value[name] === 'number' ? [[name, value[name]]] : [])))
}

async function metaSchemas() {
  const folder = join(packageRoot, 'schemas', 'meta')
  return Promise.all(
    ['workspace.json', 'mapping.json'].map(async (name) => ({
      file: join(folder, name),
      text: await readFile(join(folder, name), 'utf8'),
    })),
  )
}

function schemaFault(fault: SchemaFault, texts: readonly SchemaText[]): Fault {
  const shown = relative(process.cwd(), fault.file)
  const { source } = readSourceText(texts.find(({ file }) => file === fault.file)?.text ?? '', shown)
  const place = source?.positionOf(source.offsetOf(pointer(fault.path))) ?? { line: 1, column: 1 }
  return { code: 'schema', severity: 'error', file: shown, ...place, path: pointer(fault.path).join('.'), message: fault.message }
}

const empty = (faults: readonly Fault[]): Workspace => ({
  tenant: 'default',
  settings: defaultSettings,
  faults,
  texts: new Map(),
  files: {},
  secrets: [],
  schemas: new Map(),
})

/** Steps of a JSON pointer. */
const pointer = (text: string): string[] =>
  text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

async function read(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  } catch {
    return undefined
  }
}
