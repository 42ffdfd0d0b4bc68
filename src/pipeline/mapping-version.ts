import { unbundle } from '../mapping/bundle.ts'
import type { CompiledMapping } from '../mapping/types.ts'
import { type Fault, reject } from '../model/errors.ts'
import { isObject, parseJson } from '../model/json.ts'
import { revisionFiles, textByHash } from '../store/revision.ts'
import { type Catalogue, type Context, mappingOf } from './context.ts'

/** One version of a mapping: a text, the hash of a stored text or of a revision of the workspace, or what runs now. */
export type MappingVersion =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hash'; readonly hash: string }
  | { readonly kind: 'current' }

/** The version as each connection runs it: with its overlay, where it has one for the mapping; without a connection, as it stands. */
export type VersionedMapping = (connection?: string) => CompiledMapping

/**
 * The version, compiled against the schemas and code lists of the current revision.
 * @throws HubError (reject) `unknown-version` when nothing is stored under the hash, or the current workspace has no such mapping; `mapping-faults` with the faults for a text that does not compile
 */
export async function compileVersion(context: Context, name: string, version: MappingVersion): Promise<VersionedMapping> {
  const catalogue = context.catalogue()
  if (version.kind === 'current') {
    const plain = catalogue.mappings.get(name)
    if (plain !== undefined) return (connection) => (connection === undefined ? plain : (mappingOf(catalogue, connection, name) ?? plain))
    throw reject('unknown-version', `the workspace that runs has no mapping ${name}`)
  }
  const text = version.kind === 'text' ? version.text : await storedText(context, name, version.hash)
  const made = new Map<string | undefined, CompiledMapping>()
  const compiled: VersionedMapping = (connection) => {
    const own = connection !== undefined && catalogue.overlaid?.get(connection)?.has(name) ? connection : undefined
    const known = made.get(own) ?? compileText(catalogue, name, text, own)
    made.set(own, known)
    return known
  }
  compiled()
  return compiled
}

function compileText(catalogue: Catalogue, name: string, text: string, connection: string | undefined): CompiledMapping {
  const { mapping, faults } = catalogue.compile(name, text, name, connection)
  if (mapping !== undefined) return mapping
  throw reject('mapping-faults', `this version of ${name} does not compile: ${faults.slice(0, maxTold).map(told).join('; ')}`)
}

const maxTold = 5
const told = ({ line, column, code, path, message }: Fault): string =>
  `${line}:${column} ${code} ${path === '' ? '' : `${path}: `}${message}`

async function storedText({ database, tenant }: Context, name: string, hash: string): Promise<string> {
  const text = await textByHash(database.read, tenant, hash)
  if (text !== undefined && isMapping(text)) return text
  const file = (await revisionFiles(database.read, tenant, hash))?.[`mappings/${name}.json`]
  const ofRevision = file === undefined ? undefined : await textByHash(database.read, tenant, file)
  if (ofRevision !== undefined) return ofRevision
  throw reject(
    'unknown-version',
    `nothing is stored under ${hash} that holds the mapping ${name}: take the hash of a file, of what explain shows, or of a revision`,
  )
}

/** Not a schema or another file of the workspace. */
function isMapping(text: string): boolean {
  try {
    const file = parseJson(unbundle(text).text)
    return isObject(file) && typeof file.mapping === 'string'
  } catch {
    return false
  }
}
