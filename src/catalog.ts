import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { folders, jsonFiles } from './catalog/folders.ts'
import { commonJsFault, exportFault, lintFault, loadFault, namePlace } from './catalog/load-fault.ts'
import { manifestFile, readManifest } from './catalog/manifest.ts'
import { type PartnerSchema, readPartnerSchemas } from './catalog/partner-schemas.ts'
import { lintConnector } from './connector/lint.ts'
import type { Connector } from './connector/types.ts'
import { readTable, type SharedTable, type SharedTables } from './mapping/table.ts'
import type { Fault } from './model/errors.ts'
import { sha256 } from './model/id.ts'
import type { SchemaText } from './model/schema.ts'
import { lengthFault, readTextFile } from './model/text-file.ts'
import { codeRoot, codeSuffix, packageRoot } from './package-root.ts'

/** A text of the workspace or of the package. `name` is how the workspace speaks of it: `tryton/sale`. */
export interface CatalogText {
  readonly name: string
  readonly file: string
  readonly text: string
  /** it lies in the workspace, not in the package */
  readonly own?: true
}

export interface Catalog {
  readonly connectors: ReadonlyMap<string, Connector>
  /** names of the package's connectors that were not asked for */
  readonly others?: readonly string[]
  /** folders of connectors with a fault that keeps them out */
  readonly unloaded?: ReadonlySet<string>
  readonly mappings: readonly CatalogText[]
  /** lookup tables that mappings share, by name and version */
  readonly tables: SharedTables
  readonly tableTexts: readonly CatalogText[]
  readonly schemas: readonly SchemaText[]
  /** of records and inputs of partners */
  readonly partnerSchemas: readonly PartnerSchema[]
  readonly faults: readonly Fault[]
}

interface Found {
  readonly connectors: Map<string, Connector>
  readonly unloaded: Set<string>
  readonly faults: Fault[]
}

/**
 * Folders whose `connectors`, `mappings` and `schemas` count; what a later one names again replaces the earlier. `only`: of the package those connectors, and those the workspace
 * has mappings of, since each is code to load; all of them when left out.
 */
export async function loadCatalog(workspace?: string, only?: ReadonlySet<string>): Promise<Catalog> {
  const found: Found = { connectors: new Map(), unloaded: new Set(), faults: [] }
  const own = workspace !== undefined && workspace !== packageRoot ? workspace : undefined
  const readOwn = limitedReader(found.faults)
  const packaged = await folders(join(codeRoot, 'connectors'))
  const mapped = own === undefined ? [] : await folders(join(own, 'mappings'))
  const others = packaged.filter((name) => only?.has(name) === false && !mapped.includes(name))
  await loadConnectors(
    join(codeRoot, 'connectors'),
    packaged.filter((name) => !others.includes(name)),
    { own: false, read: readTextFile, found },
  )
  const ownConnectors = own === undefined ? undefined : join(own, 'connectors')
  if (ownConnectors !== undefined) await loadConnectors(ownConnectors, await folders(ownConnectors), { own: true, read: readOwn, found })
  const mappings = new Map<string, CatalogText>()
  const tableTexts = new Map<string, CatalogText>()
  const schemas = new Map<string, SchemaText>()
  const partnerSchemas = new Map<string, PartnerSchema>()
  for (const root of [packageRoot, ...(own === undefined ? [] : [own])]) {
    const read = root === own ? readOwn : readTextFile
    for (const text of await readMappings(root, read)) mappings.set(text.name, root === own ? { ...text, own: true } : text)
    for (const text of await readTables(root, read)) tableTexts.set(text.name, text)
    for (const name of await jsonFiles(join(root, 'schemas'))) {
      const file = join(root, 'schemas', name)
      schemas.set(name, { file, text: await read(file), ...(root === own ? {} : { proven: true }) })
    }
    const partners = await readPartnerSchemas(root, read, root !== own)
    found.faults.push(...partners.faults)
    for (const schema of partners.schemas) partnerSchemas.set(schema.id, schema)
  }
  const tables = new Map<string, SharedTable>()
  for (const { name, file, text } of tableTexts.values()) {
    const read = readTable(name, text, relative(process.cwd(), file))
    found.faults.push(...read.faults)
    tables.set(name, read.table)
  }
  return {
    ...found,
    others,
    mappings: [...mappings.values()],
    tables,
    tableTexts: [...tableTexts.values()],
    schemas: [...schemas.values()],
    partnerSchemas: [...partnerSchemas.values()],
  }
}

/** Mappings that a connector's streams and actions name. */
export function mappingsOf(connector: Connector): ReadonlySet<string> {
  const named = new Set<string>()
  for (const stream of Object.values(connector.streams))
    for (const part of [
      ...stream.parts,
      ...(stream.children ?? []).flatMap((child) => (child.as.kind === 'records' ? child.as.parts : [])),
    ])
      if ('mapping' in part && part.mapping !== undefined) named.add(part.mapping)
  for (const action of Object.values(connector.actions)) {
    if (action.kind === 'state') named.add(action.mapping)
    else for (const command of [action.create, action.change, action.cancel]) if (command) named.add(command.mapping)
  }
  return named
}

/** The whole definition of a connector as text with sorted keys, functions by their source: equal texts behave alike, as far as the functions close over nothing else. */
export function connectorText(connector: Connector): string {
  const seen = new Set<object>()
  const plain = (value: unknown): unknown => {
    if (typeof value === 'function' || typeof value === 'bigint' || value instanceof RegExp) return String(value)
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return '(itself)'
    seen.add(value)
    const made = Array.isArray(value)
      ? value.map(plain)
      : Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, field]) => [key, plain(field)]),
        )
    seen.delete(value)
    return made
  }
  return JSON.stringify(plain(connector))
}

/** `own`: a workspace's. Those are held against the contract here (the package's are by its tests), and loaded anew when the file changed, for a reload follows its author's edits. */
async function loadConnectors(
  folder: string,
  names: readonly string[],
  { own, read, found }: { readonly own: boolean; readonly read: ReadText; readonly found: Found },
): Promise<void> {
  for (const name of names) {
    const { file, other } = await connectorFile(join(folder, name))
    if (file === undefined) continue
    const faults: Fault[] = []
    if (other !== undefined) faults.push(twoDefinitions(file, other))
    const connector = file.endsWith('.json')
      ? await loadManifest(file, name, read, faults)
      : await loadConnector(file, name, own, read, faults)
    found.faults.push(...faults)
    if (connector === undefined) found.unloaded.add(name)
    else found.connectors.set(name, connector)
  }
}

async function loadConnector(file: string, name: string, own: boolean, read: ReadText, faults: Fault[]): Promise<Connector | undefined> {
  const text = await read(file)
  const tooLong = lengthFault(text)
  if (tooLong !== undefined) {
    faults.push({ ...atTop(file), code: 'E_LIMIT', message: tooLong, suggestion: 'keep records and tables out of the code' })
    return undefined
  }
  let module: Readonly<Record<string, unknown>>
  try {
    const address = pathToFileURL(file).href
    module = await import(own ? `${address}?${sha256(text).slice(0, 16)}` : address)
  } catch (error) {
    faults.push(await loadFault(file, error))
    return undefined
  }
  if ('module.exports' in module && /\bmodule\.exports\b|\bexports\.\w/.test(text)) {
    faults.push(commonJsFault(file, text))
    return undefined
  }
  // Node.js takes a file without import and export for CommonJS and gives it an empty default
  const wrong = exportFault(file, text, 'module.exports' in module ? {} : module)
  if (wrong !== undefined) {
    faults.push(wrong)
    return undefined
  }
  const connector = module.default as Connector
  if (connector.name !== name) {
    faults.push({
      ...namePlace(file, text, connector.name),
      code: 'connector-name',
      message: `the connector calls itself '${connector.name}' but lies in the folder '${name}'`,
      suggestion: `name it '${name}', or rename the folder`,
    })
    return undefined
  }
  if (!own) return connector
  try {
    faults.push(...lintConnector(connector).map((fault) => ({ ...fault, file: relative(process.cwd(), file) })))
    return connector
  } catch (error) {
    faults.push(lintFault(file, text, error))
    return undefined
  }
}

/** A connector without code; one with a fault that is an error cannot run. */
async function loadManifest(file: string, name: string, read: ReadText, faults: Fault[]): Promise<Connector | undefined> {
  const found = await readManifest(await read(file), relative(process.cwd(), file), name)
  faults.push(...found.faults)
  return found.connector
}

/** Code goes before a manifest; `other`: the one that is left. */
async function connectorFile(folder: string): Promise<{ readonly file?: string; readonly other?: string }> {
  const names = await readdir(folder)
  const [name, other] = [
    `connector${codeSuffix}`,
    ...['connector.js', 'connector.ts', manifestFile].filter((one) => one !== `connector${codeSuffix}`),
  ].filter((candidate) => names.includes(candidate))
  return {
    ...(name === undefined ? {} : { file: join(folder, name) }),
    ...(other === manifestFile ? { other: join(folder, other) } : {}),
  }
}

const twoDefinitions = (file: string, other: string): Fault => ({
  ...atTop(other),
  code: 'two-definitions',
  message: `beside it lies ${relative(process.cwd(), file)}: the connector is defined twice`,
  suggestion: 'remove one of the two',
})

async function readMappings(root: string, read: ReadText): Promise<CatalogText[]> {
  const texts: CatalogText[] = []
  const folder = join(root, 'mappings')
  for (const connector of await folders(folder)) {
    if (connector === tablesFolder) continue
    for (const base of await jsonFiles(join(folder, connector))) {
      if (base.endsWith('.cases.json')) continue
      const file = join(folder, connector, base)
      const name = `${connector}/${base.slice(0, -'.json'.length)}`
      texts.push({ name, file, text: await read(file) })
    }
  }
  return texts
}

/** Beside the folders of the connectors: what several mappings share. */
const tablesFolder = 'tables'

async function readTables(root: string, read: ReadText): Promise<CatalogText[]> {
  const folder = join(root, 'mappings', tablesFolder)
  const names = await jsonFiles(folder)
  return Promise.all(
    names.map(async (base) => {
      const file = join(folder, base)
      return { name: base.slice(0, -'.json'.length), file, text: await read(file) }
    }),
  )
}

/** The beginning of a file, for faults of the whole. */
const atTop = (file: string): Omit<Fault, 'code' | 'message'> => ({
  severity: 'error',
  file: relative(process.cwd(), file),
  line: 1,
  column: 1,
  path: '',
})

type ReadText = (file: string) => Promise<string>

/** Characters that all files of a workspace may have together. */
const maxCharacters = 64_000_000

/** Reads files as long as all of them together are within the limit; those after that are empty, and one fault names the first of them. */
function limitedReader(faults: Fault[]): ReadText {
  let left = maxCharacters
  return async (file) => {
    if (left < 0) return ''
    const text = await readTextFile(file)
    left -= text.length
    if (left >= 0) return text
    faults.push({
      ...atTop(file),
      code: 'workspace-too-large',
      message: `the files of the workspace hold more than ${maxCharacters} characters together`,
      suggestion: 'keep records, exports and backups elsewhere: only connectors, mappings and schemas belong here',
    })
    return ''
  }
}
