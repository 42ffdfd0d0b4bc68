import { readdir } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { Catalog } from '../catalog.ts'
import type { Command } from '../connector/types.ts'
import type { SchemaLibrary } from '../mapping/schema-path.ts'
import { readSourceText } from '../mapping/source-text.ts'
import type { CompileOptions } from '../mapping/types.ts'
import type { Fault } from '../model/errors.ts'
import { canonicalJson, isObject, type Json, type JsonSchema, parseJson } from '../model/json.ts'
import type { CompiledSchemas } from '../model/schema.ts'

/** A partner's record or input, `schemas/<connector>/<name>.json`: mappings are checked against it, nothing is validated by it when it runs. */
export interface PartnerSchema {
  /** `woocommerce/order@v3` */
  readonly id: string
  readonly file: string
  readonly text: string
  readonly schema: JsonSchema
}

/** Folders of `schemas` that belong to no connector. */
const others: ReadonlySet<string> = new Set(['meta', 'examples'])

/** What lies below `schemas` of a folder for partners' documents, and what of it cannot be read. `read` gives a file's text. `proven`: the package's, whose tests look for places of faults. */
export async function readPartnerSchemas(
  root: string,
  read: (file: string) => Promise<string>,
  proven: boolean,
): Promise<{ readonly schemas: PartnerSchema[]; readonly faults: Fault[] }> {
  const schemas: PartnerSchema[] = []
  const faults: Fault[] = []
  for (const file of await partnerFiles(join(root, 'schemas'))) {
    const text = await read(file)
    const shown = relative(process.cwd(), file)
    const unread = proven ? [] : readSourceText(text, shown).faults
    const found = readOne(text)
    if (unread.length > 0) faults.push(...unread)
    else if (typeof found !== 'string') schemas.push({ ...found, file, text })
    else
      faults.push({
        code: 'schema',
        severity: 'error',
        file: shown,
        line: 1,
        column: 1,
        path: '',
        message: found,
        suggestion: `a partner's schema is an object with an "$id" like "${basename(dirname(file))}/order@1"; \`crossdock schema infer\` writes one from samples`,
      })
  }
  return { schemas, faults }
}

function readOne(text: string): { readonly id: string; readonly schema: JsonSchema } | string {
  let value: Json
  try {
    value = parseJson(text)
  } catch (error) {
    return `the file is not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
  if (!isObject(value)) return 'a schema must be an object'
  return typeof value.$id === 'string' && value.$id.includes('/')
    ? { id: value.$id, schema: value }
    : 'the schema has no "$id" of a partner'
}

async function partnerFiles(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return found
    .filter(
      (entry) =>
        entry.isFile() && entry.name.endsWith('.json') && dirname(entry.parentPath) === folder && !others.has(basename(entry.parentPath)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/**
 * What a mapping of the catalogue is checked against: every schema by its id, partners' records among them, and as the target of a push the input of the action that takes what it writes
 * (none, where several actions want different things of it).
 */
export function checkedAgainst(
  catalog: Catalog,
  { schemas }: CompiledSchemas,
  name: string | undefined,
): Pick<CompileOptions, 'schemas' | 'tables' | 'targetSchema'> {
  const library: SchemaLibrary = new Map([...catalog.partnerSchemas.map(({ id, schema }) => [id, schema] as const), ...schemas])
  const inputs = name === undefined ? [] : inputsOf(catalog, name)
  const [targetSchema] = inputs
  const one = targetSchema !== undefined && inputs.every((input) => canonicalJson(input) === canonicalJson(targetSchema))
  return { schemas: library, tables: catalog.tables, ...(one ? { targetSchema } : {}) }
}

const inputsOf = ({ connectors }: Catalog, name: string): readonly JsonSchema[] =>
  [...connectors.values()]
    .flatMap(({ actions }) => Object.values(actions))
    .flatMap((action): readonly (Pick<Command, 'mapping' | 'input'> | undefined)[] =>
      action.kind === 'state' ? [action] : [action.create, action.change, action.cancel],
    )
    .flatMap((command) => (command?.mapping === name ? [command.input] : []))
