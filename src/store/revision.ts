import type { Kysely } from 'kysely'
import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import type { Tables } from './tables.ts'

/** A checked state of the workspace: its texts by hash, and which of them it is made of. */
export interface Revision {
  readonly hash: string
  /** path -> hash of the text */
  readonly files: Readonly<Record<string, string>>
}

export async function currentRevision(read: Kysely<Tables>, tenant: string): Promise<string | undefined> {
  const row = await read.selectFrom('revision').select('hash').where('tenant', '=', tenant).where('current', '=', 1).executeTakeFirst()
  return row?.hash
}

/** Stores the texts once each and makes the revision the current one. */
export async function saveRevision(
  tx: Tx,
  tenant: string,
  revision: Revision,
  texts: ReadonlyMap<string, string>,
  now: number,
): Promise<void> {
  await insertMany(
    tx,
    'text',
    [...texts].map(([hash, body]) => ({ tenant, hash, body, created_at: now })),
    { keys: ['tenant', 'hash'], then: 'ignore' },
  )
  await tx.updateTable('revision').set({ current: 0 }).where('tenant', '=', tenant).where('current', '=', 1).execute()
  await insertMany(tx, 'revision', [{ tenant, hash: revision.hash, files: JSON.stringify(revision.files), current: 1, created_at: now }], {
    keys: ['tenant', 'hash'],
    then: 'update',
    columns: ['current'],
  })
}

/** The texts a revision is made of; undefined when there is no such one. */
export async function revisionFiles(read: Kysely<Tables>, tenant: string, hash: string): Promise<Revision['files'] | undefined> {
  const row = await read.selectFrom('revision').select('files').where('tenant', '=', tenant).where('hash', '=', hash).executeTakeFirst()
  return row && (JSON.parse(row.files) as Revision['files'])
}

/** A text of any revision by its hash: how `explain` shows the mapping that once made a value. */
export async function textByHash(read: Kysely<Tables>, tenant: string, hash: string): Promise<string | undefined> {
  const row = await read.selectFrom('text').select('body').where('tenant', '=', tenant).where('hash', '=', hash).executeTakeFirst()
  return row?.body
}
