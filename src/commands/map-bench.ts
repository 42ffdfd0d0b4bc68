import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { checkedAgainst } from '../catalog/partner-schemas.ts'
import { type Catalog, type CatalogText, loadCatalog } from '../catalog.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { CompileOptions, CompileResult, MapContext } from '../mapping/types.ts'
import { at, isObject, type Json, parseJson } from '../model/json.ts'
import { type CompiledSchemas, compileSchemas } from '../model/schema.ts'
import { workspaceFile } from '../workspace.ts'
import { type OverlayText, readOverlays } from '../workspace-overlays.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import type { Shell } from './shell.ts'

export interface MapFlags {
  readonly workspace?: string
  readonly json?: boolean
}
interface ContextFlags {
  readonly connection?: string
}

export interface MapBench {
  readonly folder: string
  readonly catalog: Catalog
  readonly schemas: CompiledSchemas
  /** crossdock.json as far as it can be read; {} without one */
  readonly workspace: Json
  /** what its connections change of mappings, as far as the files are there (`crossdock check` says which are not) */
  readonly overlays: readonly OverlayText[]
}

const nowhere = { file: workspaceFile, line: 1, column: 1, path: '' }

export async function openBench(shell: Shell, flags: MapFlags): Promise<MapBench> {
  const { workspace: folder } = configOf(shell, flags)
  const catalog = await loadCatalog(folder)
  const file = join(folder, workspaceFile)
  const workspace = existsSync(file) ? parseJson(await readFile(file, 'utf8')) : {}
  const overlays = await readOverlays(isObject(workspace) ? workspace : {}, { folder, catalog, locate: () => nowhere, faults: [] })
  return { folder, catalog, schemas: compileSchemas(catalog.schemas), workspace, overlays }
}

/** @throws CommandError not found */
export function mappingText(bench: MapBench, shell: Shell, name: string): CatalogText {
  const text = bench.catalog.mappings.find((mapping) => mapping.name === name)
  if (text === undefined) throw new CommandError(exitCode.notFound, 'no-mapping', shell.say('map.unknown', { name }))
  return text
}

/** What a mapping is compiled with; as `connection` runs it where it has an overlay for it. */
export function compileOptions(bench: MapBench, shell: Shell, { name, file }: CatalogText, connection?: string): CompileOptions {
  const overlay = bench.overlays.find((one) => one.mapping === name && one.connection === connection)
  return {
    file: relative(shell.folder, file),
    codes: (at(bench.workspace, 'codes') as CompileOptions['codes']) ?? {},
    ...checkedAgainst(bench.catalog, bench.schemas, name),
    ...(overlay === undefined ? {} : { overlay }),
  }
}

export function compileNamed(bench: MapBench, shell: Shell, name: string, connection?: string): CompileResult {
  const text = mappingText(bench, shell, name)
  return compileMapping(text.text, compileOptions(bench, shell, text, connection))
}

/** What the mapping knows besides the document: of a connection of the workspace, else of one that is made up. Values that are references stay as they are written. */
export async function contextOf(bench: MapBench, flags: ContextFlags, links: Json, shell: Shell): Promise<MapContext> {
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

export async function readDocument(shell: Shell, path: string): Promise<Json> {
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
