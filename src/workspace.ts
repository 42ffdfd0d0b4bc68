import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { loadCatalog } from './catalog.ts'
import { compileMapping } from './mapping/compile.ts'
import { readSourceText } from './mapping/source-text.ts'
import type { CompiledMapping } from './mapping/types.ts'
import type { Fault } from './model/errors.ts'
import { sha256 } from './model/id.ts'
import type { Json, JsonObject } from './model/json.ts'
import { isObject } from './model/json.ts'
import { type CompiledSchemas, compileSchemas } from './model/schema.ts'
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
 * Reads a workspace folder and everything it stands on (connectors, mappings, schemas of the package and its own) and checks all of it together. Every fault is found in one go; nothing
 * is thrown for what an integrator wrote. `overrides` replaces config values by connection (the demo's addresses).
 */
export async function loadWorkspace(
  folder: string,
  options: { readonly env?: NodeJS.ProcessEnv; readonly text?: string } = {},
): Promise<Workspace> {
  const file = join(folder, workspaceFile)
  const shown = relative(process.cwd(), file) || file
  const catalog = await loadCatalog(folder)
  const schemas = compileSchemas([...catalog.schemas, ...(await metaSchemas())])
  const faults: Fault[] = [...catalog.faults, ...schemas.faults.map((fault) => schemaFault(fault))]
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
  const { source, faults: unreadable } = readSourceText(text, shown)
  faults.push(...unreadable)
  if (source === undefined) return empty(faults)
  const locate: Locate = (path, part) => ({ file: shown, ...source.positionOf(source.offsetOf(path, part)), path: path.join('.') })
  for (const twice of source.duplicates)
    faults.push({
      code: 'duplicate-key',
      severity: 'error',
      file: shown,
      ...source.positionOf(twice.offset),
      path: twice.name,
      message: `'${twice.name}' stands twice in one object`,
      suggestion: 'remove one of them',
    })
  for (const fault of schemas.inspectors.get('workspace@1')?.(source.value) ?? []) {
    const path = pointer(fault.path)
    faults.push({ code: `workspace-${fault.keyword}`, severity: 'error', ...locate(path), message: fault.message })
  }
  const value = isObject(source.value) ? source.value : {}
  const codes = codeLists(value.codes)
  const mappings = compileMappings(catalog.mappings, schemas, codes, faults)
  const tenant = typeof value.tenant === 'string' ? value.tenant : 'default'
  const { connections, secrets } = setUpConnections(value, {
    folder,
    env: options.env ?? process.env,
    catalog,
    mappings,
    schemas,
    locate,
    faults,
  })
  const routes = setUpRoutes(value, { connections, mappings, schemas, locate, faults })
  const texts = new Map<string, string>()
  const files: Record<string, string> = {}
  for (const entry of [{ file, text }, ...catalog.mappings, ...catalog.schemas]) {
    const hash = sha256(entry.text)
    texts.set(hash, entry.text)
    files[relative(packageRoot, entry.file)] = hash
  }
  const settings = { ...defaultSettings, ...pick(value.settings) }
  const base = { tenant, settings, faults, texts, files, secrets, schemas: schemas.schemas }
  if (faults.some((fault) => fault.severity === 'error')) return base
  const revision = sha256(...Object.entries(files).sort().flat())
  const validate: Catalogue['validate'] = (document, body) => schemas.validators.get(`${document}@1`)?.(body)
  return { ...base, catalogue: { revision, connections, routes, mappings, validate, codes } }
}

function compileMappings(
  texts: readonly { readonly name: string; readonly file: string; readonly text: string }[],
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

function schemaFault(fault: { readonly file: string; readonly path: string; readonly message: string }): Fault {
  return {
    code: 'schema',
    severity: 'error',
    file: relative(process.cwd(), fault.file),
    line: 1,
    column: 1,
    path: fault.path,
    message: fault.message,
  }
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
    return await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}
