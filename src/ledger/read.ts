import { at, canonicalJson, isObject, type Json, type JsonObject } from '../model/json.ts'
import { versionAt, versionsOf } from '../store/document.ts'
import type { Reader } from '../store/in-list.ts'
import type { DocumentVersionTable } from '../store/tables.ts'
import { fetchDocument, openShelf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** The newest version of a document. */
export const documentNow = (read: Reader, tenant: string, type: string, key: string): Promise<LedgerDocument | undefined> =>
  fetchDocument(openShelf(read, tenant), type, key)

/** One version of a document and where it came from. `mapping` and `revision` are hashes; `at` epoch ms. */
export interface Version {
  readonly version: number
  readonly body: JsonObject
  readonly deleted: boolean
  readonly envelope: string | null
  readonly mapping: string | null
  readonly revision: string | null
  readonly at: number
  /** who commanded it, and why; null where a record of a connection made it */
  readonly actor: string | null
  readonly why: string | null
}

/** Versions of a document, the first one first: at most `limit` (1,000) after version `after` (0). */
export async function history(
  read: Reader,
  tenant: string,
  type: string,
  key: string,
  { after = 0, limit = 1000 }: { readonly after?: number; readonly limit?: number } = {},
): Promise<readonly Version[]> {
  return (await versionsOf(read, tenant, type, key, after, limit)).map(toVersion)
}

/** The version that held at a time (epoch ms, by the hub's clock); undefined when the document was not there yet. */
export async function asOf(read: Reader, tenant: string, type: string, key: string, time: number): Promise<Version | undefined> {
  const row = await versionAt(read, tenant, type, key, time)
  return row && toVersion(row)
}

/** A value and the version that introduced it: the first one since which it has not changed. */
export interface Provenance extends Omit<Version, 'body' | 'deleted'> {
  readonly value: Json | undefined
  /** what stood there before, when the version replaced something */
  readonly before?: Json
}

const page = 200

/**
 * Where a value of a document comes from. `path` is dotted (`lines.0.quantity`) or a JSON pointer; `''` is the whole body. undefined when there is no such document.
 */
export async function explainValue(read: Reader, tenant: string, type: string, key: string, path: string): Promise<Provenance | undefined> {
  const dotted = path.startsWith('/') ? path.slice(1).split('/').map(unescaped).join('.') : path
  let found: { readonly version: Version; readonly before: Json | undefined } | undefined
  let last: Json | undefined
  for (let after = 0; ; ) {
    const versions = await history(read, tenant, type, key, { after, limit: page })
    for (const version of versions) {
      const value = at(version.body, dotted)
      if (found === undefined || canonicalJson(value) !== canonicalJson(last))
        found = { version, before: found === undefined ? undefined : last }
      last = value
      after = version.version
    }
    if (versions.length < page) break
  }
  if (found === undefined) return undefined
  const { body: _, deleted: __, ...from } = found.version
  return { value: last, ...from, ...(found.before === undefined ? {} : { before: found.before }) }
}

const unescaped = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~')

function toVersion(row: DocumentVersionTable): Version {
  const body: Json = JSON.parse(row.body)
  return {
    version: row.version,
    body: isObject(body) ? body : {},
    deleted: row.deleted === 1,
    envelope: row.envelope,
    mapping: row.mapping,
    revision: row.revision,
    at: row.at,
    actor: row.actor,
    why: row.why,
  }
}
