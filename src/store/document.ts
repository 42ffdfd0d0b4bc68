import { retry } from '../model/errors.ts'
import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { DocumentTable, DocumentVersionTable } from './tables-ledger.ts'

export const documentsByKey = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<DocumentTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('document').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

/** Documents of one type with a number people know, at most `limit`: enough to see that there are several. */
export const documentsByNumber = (read: Reader, tenant: string, type: string, number: string, limit: number): Promise<DocumentTable[]> =>
  read
    .selectFrom('document')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('number', '=', number)
    .orderBy('key')
    .limit(limit)
    .execute()

/** Documents of one type in the order of their keys, after `after`. */
export const documentPage = (read: Reader, tenant: string, type: string, after: string, limit: number): Promise<DocumentTable[]> =>
  read
    .selectFrom('document')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()

const race = (what: string) =>
  retry('document-race', `${what} was written by another transaction meanwhile: nothing of this one is kept, run it again`)

/** @throws HubError `document-race` (retry) when one of the keys was born meanwhile. */
export async function insertDocuments(tx: Tx, rows: readonly DocumentTable[]): Promise<void> {
  const written = await insertMany(tx, 'document', rows, { keys: ['tenant', 'type', 'key'], then: 'ignore' })
  if (written !== rows.length) throw race('a new document')
}

const changing = [
  'version',
  'origin',
  'number',
  'status',
  'business_date',
  'placed_at',
  'deleted',
  'body',
  'body_hash',
  'envelope',
  'changed_at',
] as const

/**
 * Overwrites documents. `seen`: the version each had when it was read, as `type\0key`.
 * @throws HubError `document-race` (retry) when another transaction changed one meanwhile.
 */
export async function updateDocuments(
  tx: Tx,
  tenant: string,
  rows: readonly DocumentTable[],
  seen: ReadonlyMap<string, number>,
): Promise<void> {
  if (rows.length === 0) return
  if (hasRivals(tx)) await checkVersions(tx, tenant, rows, seen)
  await insertMany(tx, 'document', rows, { keys: ['tenant', 'type', 'key'], then: 'update', columns: changing })
}

async function checkVersions(tx: Tx, tenant: string, rows: readonly DocumentTable[], seen: ReadonlyMap<string, number>): Promise<void> {
  for (const type of new Set(rows.map((row) => row.type))) {
    const keys = rows
      .filter((row) => row.type === type)
      .map((row) => row.key)
      .sort()
    const held = await inLists(keys, (list) =>
      tx
        .selectFrom('document')
        .select(['key', 'version'])
        .where('tenant', '=', tenant)
        .where('type', '=', type)
        .where('key', 'in', list)
        .forUpdate()
        .execute(),
    )
    for (const { key, version } of held) if (seen.get(`${type}\0${key}`) !== version) throw race(`${type} ${key}`)
  }
}

export const insertVersions = (tx: Tx, rows: readonly DocumentVersionTable[]): Promise<number> => insertMany(tx, 'document_version', rows)

/** Every version of a document, the first one first, at most `limit` after version `after`. */
export const versionsOf = (
  read: Reader,
  tenant: string,
  type: string,
  key: string,
  after: number,
  limit: number,
): Promise<DocumentVersionTable[]> =>
  read
    .selectFrom('document_version')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .where('version', '>', after)
    .orderBy('version')
    .limit(limit)
    .execute()

/** The version that held at a time. */
export const versionAt = (read: Reader, tenant: string, type: string, key: string, at: number): Promise<DocumentVersionTable | undefined> =>
  read
    .selectFrom('document_version')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .where('at', '<=', at)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
