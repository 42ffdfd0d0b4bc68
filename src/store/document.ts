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

/** Documents that one page looks through for those that fit. */
export const mostDocuments = 10_000

/** The key that ends the part of the documents of a type which a page after `after` looks through; undefined: all that is left is looked through. */
export async function documentStretch(
  read: Reader,
  tenant: string,
  type: string,
  after: string,
  most = mostDocuments,
): Promise<string | undefined> {
  const row = await read
    .selectFrom('document')
    .select('key')
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '>', after)
    .orderBy('key')
    .limit(1)
    .offset(most - 1)
    .executeTakeFirst()
  return row?.key
}

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

/** The version of each document that held at a time, with what of a document never changes; documents that were not there yet are left out. */
export const documentsAt = (read: Reader, tenant: string, type: string, keys: Iterable<string>, at: number) =>
  inLists(keys, (list) =>
    read
      .selectFrom('document_version as then')
      .innerJoin('document as now', (join) =>
        join.onRef('now.tenant', '=', 'then.tenant').onRef('now.type', '=', 'then.type').onRef('now.key', '=', 'then.key'),
      )
      .select(['then.type', 'then.key', 'then.version', 'then.body', 'then.envelope', 'then.at', 'now.origin', 'now.baseline'])
      .where('then.tenant', '=', tenant)
      .where('then.type', '=', type)
      .where('then.key', 'in', list)
      .where('then.version', '=', (eb) =>
        eb
          .selectFrom('document_version as last')
          .select(({ fn }) => fn.max('last.version').as('version'))
          .where('last.tenant', '=', tenant)
          .where('last.type', '=', type)
          .whereRef('last.key', '=', 'then.key')
          .where('last.at', '<=', at),
      )
      .execute(),
  )

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

/** Versions looked through for those that held at some times, newest first, and bodies of them held at once. */
const mostHeads = 10_000
const bodiesAtOnce = 10

/**
 * The versions of a document that held at any of these times (epoch ms), each `from` when, and `until` before when. Of two versions of one millisecond the later held. Versions behind the newest 10,000 are left out.
 */
export async function* versionsDuring(
  read: Reader,
  tenant: string,
  { type, key }: { readonly type: string; readonly key: string },
  times: readonly number[],
): AsyncGenerator<{ readonly body: string; readonly from: number; readonly until: number }, undefined, undefined> {
  if (times.length === 0) return
  const versions = read.selectFrom('document_version').where('tenant', '=', tenant).where('type', '=', type).where('key', '=', key)
  const heads = await versions.select(['version', 'at']).orderBy('version', 'desc').limit(mostHeads).execute()
  const spans = heads.map(({ version, at }, index) => ({ version, from: at, until: heads[index - 1]?.at ?? Number.POSITIVE_INFINITY }))
  const held = spans.filter(({ from, until }) => times.some((time) => from <= time && time < until))
  for (let next = 0; next < held.length; next += bodiesAtOnce) {
    const some = new Map(held.slice(next, next + bodiesAtOnce).map((span) => [span.version, span]))
    const rows = await versions
      .select(['version', 'body'])
      .where('version', 'in', [...some.keys()])
      .execute()
    for (const { version, body } of rows) {
      const span = some.get(version)
      if (span !== undefined) yield { body, from: span.from, until: span.until }
    }
  }
}

/** Versions of documents of one type. */
export async function versionsNamed(
  read: Reader,
  tenant: string,
  type: string,
  wanted: readonly { readonly key: string; readonly version: number }[],
): Promise<DocumentVersionTable[]> {
  const names = new Set(wanted.map(({ key, version }) => `${version} ${key}`))
  const versions = [...new Set(wanted.map(({ version }) => version))]
  const rows = await inLists(new Set(wanted.map(({ key }) => key)), (keys) =>
    inLists(versions, (some) =>
      read
        .selectFrom('document_version')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('type', '=', type)
        .where('key', 'in', keys)
        .where('version', 'in', some)
        .execute(),
    ),
  )
  return rows.filter(({ key, version }) => names.has(`${version} ${key}`))
}

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
