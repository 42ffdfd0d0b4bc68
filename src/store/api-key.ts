import type { Database, Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { wantRestating } from './party-document.ts'
import type { ApiKeyTable } from './tables-access.ts'

/** A key as people may see it: everything but what it is recognised by. */
export type ApiKeyHead = Omit<ApiKeyTable, 'hash'>
const head = ['tenant', 'id', 'name', 'scopes', 'created_at', 'expires_at', 'revoked_at', 'party', 'organisation', 'initial'] as const

/** With the first key of a party that neither supplies nor sells somebody reads as it: what its connections bring becomes its own. */
export async function insertApiKey(tx: Tx, row: ApiKeyTable): Promise<void> {
  if (row.party !== null && !(await keyedParties(tx, row.tenant, [row.party])).has(row.party))
    await wantRestating(tx, row.tenant, [row.party])
  await tx.insertInto('api_key').values(row).execute()
}

/** Which of these parties have, or had, a key. */
export async function keyedParties(read: Reader, tenant: string, parties: Iterable<string>): Promise<ReadonlySet<string>> {
  const rows = await inLists(parties, (list) =>
    read.selectFrom('api_key').select('party').distinct().where('tenant', '=', tenant).where('party', 'in', list).execute(),
  )
  return new Set(rows.flatMap(({ party }) => party ?? []))
}

/** The same for a key that several processes may bring at once: the first one's row stays. */
export async function keepApiKey(tx: Tx, row: ApiKeyTable): Promise<void> {
  await insertMany(tx, 'api_key', [row], { keys: ['hash'], then: 'ignore' })
}

/** The key with this hash, of whatever tenant: the key tells whose request it is. */
export const apiKeyByHash = (database: Database, hash: string): Promise<ApiKeyTable | undefined> =>
  database.read.selectFrom('api_key').selectAll().where('hash', '=', hash).executeTakeFirst()

/** Whether any key of the tenant with the scope admin works at this time. */
export async function hasAdminKey(database: Database, tenant: string, now: number): Promise<boolean> {
  const rows = await database.read
    .selectFrom('api_key')
    .select(['scopes', 'expires_at'])
    .where('tenant', '=', tenant)
    .where('revoked_at', 'is', null)
    .execute()
  return rows.some(({ scopes, expires_at }) => scopes.split(' ').includes('admin') && (expires_at === null || expires_at > now))
}

/** Whether a party has a key that works at this time, or that is still to be replaced. */
export async function partyKeyThere(read: Reader, tenant: string, party: string, now: number): Promise<boolean> {
  const rows = await read
    .selectFrom('api_key')
    .select('expires_at')
    .where('tenant', '=', tenant)
    .where('party', '=', party)
    .where('revoked_at', 'is', null)
    .execute()
  return rows.some(({ expires_at }) => expires_at === null || expires_at > now)
}

/** Keys in the order they were made, after an id. */
export const listApiKeys = (database: Database, tenant: string, after: string, limit: number): Promise<ApiKeyHead[]> =>
  database.read.selectFrom('api_key').select(head).where('tenant', '=', tenant).where('id', '>', after).orderBy('id').limit(limit).execute()

/** Ends a key at once; the first time counts. undefined: there is none with this id. */
export async function revokeApiKey(tx: Tx, tenant: string, id: string, at: number): Promise<ApiKeyHead | undefined> {
  await tx
    .updateTable('api_key')
    .set({ revoked_at: at })
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  return tx.selectFrom('api_key').select(head).where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
}

/** What these keys are called, by their ids; ids that are no key's are left out. */
export async function keyNames(read: Reader, tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await inLists(ids, (list) =>
    read.selectFrom('api_key').select(['id', 'name']).where('tenant', '=', tenant).where('id', 'in', list).execute(),
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
