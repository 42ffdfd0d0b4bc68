import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { type Catalog, type CatalogText, connectorText, loadCatalog, mappingsOf } from './catalog.ts'
import type { Connector } from './connector/types.ts'
import { matchRules } from './ledger/match/tolerance.ts'
import { readSourceText, type SourceText } from './mapping/source-text.ts'
import type { Fault } from './model/errors.ts'
import { sha256, textHash } from './model/id.ts'
import type { Json, JsonObject } from './model/json.ts'
import { isObject, parseJson } from './model/json.ts'
import { twinLine } from './model/line-keys.ts'
import { redact } from './model/redact.ts'
import { type CompiledSchemas, compileSchemas, type SchemaFault, type SchemaText } from './model/schema.ts'
import { readTextFile } from './model/text-file.ts'
import { packageRoot } from './package-root.ts'
import type { Catalogue, Settings } from './pipeline/context.ts'
import type { SealedLookup } from './secret-reference.ts'
import { setUpChannels } from './workspace-alarms.ts'
import { type Locate, setUpConnections } from './workspace-connections.ts'
import { compileMappings, madeOfSeveral } from './workspace-mappings.ts'
import { readOverlays } from './workspace-overlays.ts'
import { setUpReplenishment } from './workspace-replenishment.ts'
import { setUpReturns } from './workspace-returns.ts'
import { setUpRoutes } from './workspace-routes.ts'
import { setUpRouting } from './workspace-routing.ts'
import { defaultSettings, settingsOf } from './workspace-settings.ts'

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
  /** of each connection its secrets and its other values behind references, in the order of its config; equal lists: nothing was renewed */
  readonly secretsOf: ReadonlyMap<string, readonly string[]>
  /** those of them that stand in no answer at all: values of fields that connectors call secret, and sealed ones */
  readonly credentials: readonly string[]
  /** names of sealed secrets that are referred to, and the connections that do */
  readonly sealed: ReadonlyMap<string, readonly string[]>
  /** compiled schemas by id */
  readonly schemas: ReadonlyMap<string, JsonObject>
}

export const workspaceFile = 'crossdock.json'

/**
 * Reads a workspace folder and everything it stands on (its connectors, mappings and schemas, and those of the package) and checks all of it together. Every fault is
 * found in one go; nothing is thrown for what an integrator wrote. Of the package's mappings those of connectors in use count: others may need code lists this workspace
 * does not have (`crossdock map check` checks them all).
 */
export async function loadWorkspace(
  folder: string,
  options: {
    readonly env?: NodeJS.ProcessEnv
    readonly text?: string
    /** of the hub that runs already: its data belongs to it, another one is a fault */
    readonly tenant?: string
    /** the sealed secrets of a tenant; left out: they are not looked up, and each is a warning */
    readonly sealed?: (tenant: string) => Promise<SealedLookup>
  } = {},
): Promise<Workspace> {
  const file = join(folder, workspaceFile)
  const shown = relative(process.cwd(), file) || file
  // a file (perhaps crossdock.json itself) is no folder to look into
  const isFile = (await stat(folder).catch(() => undefined))?.isFile() === true
  const text = options.text ?? (await read(file))
  const { source, faults: unreadable } = text === undefined ? { faults: [] } : readWorkspaceText(text, shown)
  const value = isObject(source?.value) ? source.value : {}
  const catalog = await loadCatalog(isFile ? undefined : folder, connectorNames(value))
  const meta = await metaSchemas()
  const schemas = compileSchemas([...catalog.schemas, ...meta])
  const faults: Fault[] = [...catalog.faults, ...schemas.faults.map((fault) => schemaFault(fault, catalog.schemas))]
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
        message: isFile
          ? `${folder} is a file: a workspace is a folder with ${workspaceFile} in it`
          : `there is no ${workspaceFile} in ${folder}`,
        suggestion: isFile ? `name its folder: ${dirname(folder)}` : 'run `crossdock init` there, or name another folder',
      },
    ])
  faults.push(...unreadable)
  if (source === undefined) return empty(faults)
  const locate: Locate = (path, part) => ({ file: shown, ...source.positionOf(source.offsetOf(path, part)), path: path.join('.') })
  faults.push(...shapeFaults(source, schemas, shown, locate))
  const codes = codeLists(value.codes)
  const inUse = [...connectorNames(value)].flatMap((name) => catalog.connectors.get(name) ?? [])
  const texts = usedMappings(inUse, catalog)
  const overlays = await readOverlays(value, { folder, catalog, locate, faults })
  const { mappings, overlaid, compile } = compileMappings(texts, { overlays, catalog, schemas, codes, faults })
  const tenant = typeof value.tenant === 'string' ? value.tenant : 'default'
  if (options.tenant !== undefined && options.tenant !== tenant)
    faults.push({
      code: 'tenant-changed',
      severity: 'error',
      ...locate(['tenant']),
      message: `the running hub works for the tenant '${options.tenant}', the file names '${tenant}'`,
      suggestion: `write '${options.tenant}' again, or stop the hub and start it with this file`,
    })
  const known = new Set(catalog.mappings.map(({ name }) => name))
  const around = { mappings, known, schemas, locate, faults }
  const from = { folder, env: options.env ?? process.env, sealed: await options.sealed?.(tenant) }
  const { connections, secretsOf, credentials, sealed } = setUpConnections(value, { ...around, ...from, catalog })
  const { channels, ...told } = setUpChannels(value, { ...around, ...from, catalog })
  for (const name of told.sealed) sealed.set(name, [...(sealed.get(name) ?? []), 'alarms'])
  const secrets = [...[...secretsOf.values()].flat(), ...told.secrets]
  const routes = setUpRoutes(value, { ...around, connections })
  const routing = setUpRouting(value, { ...around, connections })
  const { matching } = value
  const replenishment = setUpReplenishment(value, { ...around, connections })
  const returns = setUpReturns(value, { ...around, connections })
  const { stored, files } = revisionOf([
    { path: workspaceFile, text, shown: redact(text, secrets) },
    ...texts.map(({ name, text: mapping }) => ({ path: `mappings/${name}.json`, text: mapping })),
    ...catalog.tableTexts.map(({ name, text: table }) => ({ path: `mappings/tables/${name}.json`, text: table })),
    ...overlays.map(({ path, text: overlay }) => ({ path, text: overlay })),
    ...madeOfSeveral(texts, mappings, overlaid),
    ...catalog.schemas.map((schema) => ({ path: `schemas/${basename(schema.file)}`, text: schema.text })),
    ...catalog.partnerSchemas.map(({ id, text }) => ({ path: `schemas/${id}.json`, text })),
    ...inUse.map((connector) => ({ path: `connectors/${connector.name}`, text: connectorText(connector) })),
  ])
  const settings = settingsOf(value.settings, { around, env: from.env, file: shown })
  const hidden = { secrets, secretsOf, credentials: [...credentials, ...told.secrets], sealed }
  const base = { tenant, settings, faults, texts: stored, files, ...hidden, schemas: schemas.schemas }
  if (faults.some((fault) => fault.severity === 'error')) return base
  const revision = sha256(...Object.entries(files).sort(byName).flat())
  const validate: Catalogue['validate'] = (document, body) => schemas.validators.get(`${document}@1`)?.(body) ?? twinLine(document, body)
  return {
    ...base,
    catalogue: {
      revision,
      connections,
      routes,
      mappings,
      overlaid,
      compile,
      validate,
      codes,
      channels,
      schemas: schemas.schemas,
      returns,
      ...(routing === undefined ? {} : { routing }),
      ...(replenishment === undefined ? {} : { replenishment }),
      ...(isObject(matching) ? { matching: matchRules(matching) } : {}),
    },
  }
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

/** What the workspace's connections name, in the order of their names. */
function connectorNames(workspace: JsonObject): ReadonlySet<string> {
  const connections = Object.values(isObject(workspace.connections) ? workspace.connections : {})
  return new Set(connections.map((one) => (isObject(one) ? String(one.connector) : '')).sort())
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
    const hash = textHash(text)
    stored.set(hash, shown ?? text)
    files[path] = hash
  }
  return { stored, files }
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0)

function codeLists(value: Json | undefined): Map<string, Map<string, string>> {
  const lists = new Map<string, Map<string, string>>()
  if (isObject(value))
    for (const [kind, list] of Object.entries(value))
      if (isObject(list))
        lists.set(kind, new Map(Object.entries(list).filter((entry): entry is [string, string] => typeof entry[1] === 'string')))
  return lists
}

async function metaSchemas() {
  const folder = join(packageRoot, 'schemas', 'meta')
  return Promise.all(
    ['workspace.json', 'mapping.json'].map(async (name) => ({
      file: join(folder, name),
      text: await readFile(join(folder, name), 'utf8'),
      proven: true as const,
    })),
  )
}

function schemaFault(fault: SchemaFault, texts: readonly SchemaText[]): Fault {
  const shown = relative(process.cwd(), fault.file)
  const { source, faults } = readSourceText(texts.find(({ file }) => file === fault.file)?.text ?? '', shown)
  // no JSON: its own fault knows the place
  if (source === undefined && faults[0] !== undefined) return faults[0]
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
  secretsOf: new Map(),
  credentials: [],
  sealed: new Map(),
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
    return await readTextFile(file)
  } catch {
    return undefined
  }
}
