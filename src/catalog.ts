import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lintConnector } from './connector/lint.ts'
import type { Connector } from './connector/types.ts'
import type { Fault } from './model/errors.ts'
import type { SchemaText } from './model/schema.ts'
import { codeRoot, codeSuffix, packageRoot } from './package-root.ts'

/** A text of the workspace or of the package. `name` is how the workspace speaks of it: `tryton/sale`, `sales-order@1`. */
export interface CatalogText {
  readonly name: string
  readonly file: string
  readonly text: string
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
  for (const folder of [join(codeRoot, 'connectors'), ...(workspace ? [join(workspace, 'connectors')] : [])])
    for (const [name, connector] of await loadConnectors(folder, faults)) connectors.set(name, connector)
  const mappings = new Map<string, CatalogText>()
  const schemas = new Map<string, SchemaText>()
  for (const root of [packageRoot, ...(workspace && workspace !== packageRoot ? [workspace] : [])]) {
    for (const text of await readMappings(join(root, 'mappings'))) mappings.set(text.name, text)
    for (const name of await jsonFiles(join(root, 'schemas'))) {
      const file = join(root, 'schemas', name)
      schemas.set(name, { file, text: await readFile(file, 'utf8') })
    }
  }
  return { connectors, mappings: [...mappings.values()], schemas: [...schemas.values()], faults }
}

async function loadConnectors(folder: string, faults: Fault[]): Promise<Map<string, Connector>> {
  const found = new Map<string, Connector>()
  for (const name of await folders(folder)) {
    const file = await connectorFile(join(folder, name))
    if (file === undefined) continue
    const place = { severity: 'error' as const, file, line: 1, column: 1, path: '' }
    try {
      const module = (await import(pathToFileURL(file).href)) as { default?: Connector }
      if (module.default === undefined)
        faults.push({
          ...place,
          code: 'connector-no-default',
          message: `${file} exports no connector`,
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
        faults.push(...lintConnector(module.default).map((fault) => ({ ...fault, file })))
      }
    } catch (error) {
      faults.push({
        ...place,
        code: 'connector-load',
        message: `${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
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

async function readMappings(folder: string): Promise<CatalogText[]> {
  const texts: CatalogText[] = []
  for (const connector of await folders(folder))
    for (const name of await jsonFiles(join(folder, connector))) {
      if (name.endsWith('.cases.json')) continue
      const file = join(folder, connector, name)
      texts.push({ name: `${connector}/${name.slice(0, -'.json'.length)}`, file, text: await readFile(file, 'utf8') })
    }
  return texts
}

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
