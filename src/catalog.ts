import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lintConnector } from './connector/lint.ts'
import type { Connector } from './connector/types.ts'
import type { Fault } from './model/errors.ts'
import { sha256 } from './model/id.ts'
import type { SchemaText } from './model/schema.ts'
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
  readonly mappings: readonly CatalogText[]
  readonly schemas: readonly SchemaText[]
  readonly faults: readonly Fault[]
}

/** Folders whose `connectors`, `mappings` and `schemas` count; what a later one names again replaces the earlier. */
export async function loadCatalog(workspace?: string): Promise<Catalog> {
  const faults: Fault[] = []
  const connectors = new Map<string, Connector>()
  const own = workspace !== undefined && workspace !== packageRoot ? workspace : undefined
  for (const [name, connector] of await loadConnectors(join(codeRoot, 'connectors'), false, faults)) connectors.set(name, connector)
  if (own !== undefined)
    for (const [name, connector] of await loadConnectors(join(own, 'connectors'), true, faults)) connectors.set(name, connector)
  const mappings = new Map<string, CatalogText>()
  const schemas = new Map<string, SchemaText>()
  for (const root of [packageRoot, ...(own === undefined ? [] : [own])]) {
    for (const text of await readMappings(root)) mappings.set(text.name, root === own ? { ...text, own: true } : text)
    for (const name of await jsonFiles(join(root, 'schemas'))) {
      const file = join(root, 'schemas', name)
      schemas.set(name, { file, text: await readText(file) })
    }
  }
  return { connectors, mappings: [...mappings.values()], schemas: [...schemas.values()], faults }
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
async function loadConnectors(folder: string, own: boolean, faults: Fault[]): Promise<Map<string, Connector>> {
  const found = new Map<string, Connector>()
  for (const name of await folders(folder)) {
    const file = await connectorFile(join(folder, name))
    if (file === undefined) continue
    const place = { severity: 'error' as const, file: relative(process.cwd(), file), line: 1, column: 1, path: '' }
    try {
      const address = pathToFileURL(file).href
      const module = (await import(own ? `${address}?${sha256(await readText(file)).slice(0, 16)}` : address)) as { default?: Connector }
      if (module.default === undefined)
        faults.push({
          ...place,
          code: 'connector-no-default',
          message: `${place.file} exports no connector`,
          suggestion: 'write `export default connector`',
        })
      else if (module.default.name !== name)
        faults.push({
          ...place,
          code: 'connector-name',
          message: `the connector calls itself '${module.default.name}' but lies in the folder '${name}'`,
          suggestion: `name it '${name}'`,
        })
      else {
        found.set(name, module.default)
        if (own) faults.push(...lintConnector(module.default).map((fault) => ({ ...fault, file: place.file })))
      }
    } catch (error) {
      faults.push({
        ...place,
        code: 'connector-load',
        message: `${place.file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      })
    }
  }
  return found
}

async function connectorFile(folder: string): Promise<string | undefined> {
  const names = await readdir(folder)
  const name = [`connector${codeSuffix}`, 'connector.js', 'connector.ts'].find((candidate) => names.includes(candidate))
  return name === undefined ? undefined : join(folder, name)
}

async function readMappings(root: string): Promise<CatalogText[]> {
  const texts: CatalogText[] = []
  const folder = join(root, 'mappings')
  for (const connector of await folders(folder))
    for (const base of await jsonFiles(join(folder, connector))) {
      if (base.endsWith('.cases.json')) continue
      const file = join(folder, connector, base)
      const name = `${connector}/${base.slice(0, -'.json'.length)}`
      texts.push({ name, file, text: await readText(file) })
    }
  return texts
}

/** UTF-8 without a byte order mark. */
const readText = async (file: string): Promise<string> => (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')

async function folders(folder: string): Promise<string[]> {
  return (await entries(folder))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}
async function jsonFiles(folder: string): Promise<string[]> {
  return (await entries(folder))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => entry.name)
    .sort()
}
async function entries(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
