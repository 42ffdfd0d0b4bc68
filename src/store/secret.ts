import { isHubError, reject, retry } from '../model/errors.ts'
import { type Keyring, open, seal } from '../model/sealing.ts'
import type { Database, Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { SecretTable } from './tables-access.ts'

/** What may be told of a secret: never anything of its value. */
export type SecretHead = Omit<SecretTable, 'nonce' | 'sealed' | 'tag'>
const head = ['tenant', 'name', 'generation', 'kek', 'created_at', 'changed_at', 'sealed_at'] as const

/** Secrets of one tenant; beyond that something makes them by itself. */
export const mostSecrets = 1000

export const listSecrets = (database: Database, tenant: string, after: string, limit: number): Promise<SecretHead[]> =>
  database.read
    .selectFrom('secret')
    .select(head)
    .where('tenant', '=', tenant)
    .where('name', '>', after)
    .orderBy('name')
    .limit(limit)
    .execute()

/** Every secret of a tenant as it is stored. */
export const sealedSecrets = (database: Database, tenant: string): Promise<SecretTable[]> =>
  database.read.selectFrom('secret').selectAll().where('tenant', '=', tenant).orderBy('name').limit(mostSecrets).execute()

export const findSecret = (read: Reader, tenant: string, name: string): Promise<SecretTable | undefined> =>
  read.selectFrom('secret').selectAll().where('tenant', '=', tenant).where('name', '=', name).executeTakeFirst()

/** Ids of the keys that secrets of any tenant are sealed under, and how many each: a key may go when none is. */
export async function keysInUse(database: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await database.read
    .selectFrom('secret')
    .select(['kek', (build) => build.fn.countAll().as('secrets')])
    .groupBy('kek')
    .orderBy('kek')
    .execute()
  return new Map(rows.map(({ kek, secrets }) => [kek, Number(secrets)]))
}

/** Begin the names of secrets that the hub keeps for itself: tokens of connections, secrets of receivers of events. People's names have no colon. */
export const tokenPrefix = 'token:'
export const eventSecretPrefix = 'events:'

/** Changes whenever a secret of the tenant is set, removed or renewed; sealing it again under another key does not count, nor do those that the hub keeps for itself, which are looked for when they are used. */
export async function secretsStamp(database: Database, tenant: string): Promise<string> {
  const row = await database.read
    .selectFrom('secret')
    .select((build) => [
      build.fn.countAll().as('secrets'),
      build.fn.sum('generation').as('generations'),
      build.fn.max('changed_at').as('changed'),
    ])
    .where('tenant', '=', tenant)
    .where('name', 'not like', '%:%')
    .executeTakeFirst()
  return [row?.secrets ?? 0, row?.generations ?? 0, row?.changed ?? 0].map(Number).join('-')
}

/**
 * Seals a value under a name, the first or the next generation; `after`: only if that generation (0: none) is still there.
 * @throws HubError `too-many-secrets` (reject), `secret-busy` (retry) when others keep setting it at the same instant, `secret-overtaken` (retry)
 */
export async function putSecret(
  tx: Tx,
  keyring: Keyring,
  secret: { readonly tenant: string; readonly name: string; readonly value: string; readonly after?: number },
  now: number,
): Promise<SecretHead> {
  const { tenant, name, value } = secret
  for (let tries = 0; tries < 5; tries++) {
    const known = await tx
      .selectFrom('secret')
      .select(['generation', 'created_at'])
      .where('tenant', '=', tenant)
      .where('name', '=', name)
      .executeTakeFirst()
    const before = known?.generation ?? 0
    if (secret.after !== undefined && secret.after !== before)
      throw retry('secret-overtaken', `the secret '${name}' was set by another process meanwhile`, { sent: true })
    const generation = before + 1
    const row: SecretTable = {
      tenant,
      name,
      generation,
      ...seal(keyring, { tenant, name, generation }, value),
      created_at: known?.created_at ?? now,
      changed_at: now,
      sealed_at: now,
    }
    if (await (known === undefined ? insertFirst(tx, row) : replace(tx, row, known.generation)))
      return { tenant, name, generation, kek: row.kek, created_at: row.created_at, changed_at: now, sealed_at: now }
  }
  throw retry('secret-busy', `the secret '${name}' is being set by others at the same time; ask again`, { sent: false })
}

async function insertFirst(tx: Tx, row: SecretTable): Promise<boolean> {
  const count = await tx
    .selectFrom('secret')
    .select((build) => build.fn.countAll().as('secrets'))
    .where('tenant', '=', row.tenant)
    .executeTakeFirst()
  if (Number(count?.secrets ?? 0) >= mostSecrets)
    throw reject('too-many-secrets', `there are ${mostSecrets} secrets already; remove those no connection uses`)
  return (await insertMany(tx, 'secret', [row], { keys: ['tenant', 'name'], then: 'ignore' })) === 1
}

async function replace(tx: Tx, row: SecretTable, generation: number): Promise<boolean> {
  const { tenant, name, ...values } = row
  const done = await tx
    .updateTable('secret')
    .set(values)
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .where('generation', '=', generation)
    .executeTakeFirst()
  return done.numUpdatedRows === 1n
}

/** false: there is none of this name */
export async function removeSecret(tx: Tx, tenant: string, name: string): Promise<boolean> {
  const done = await tx.deleteFrom('secret').where('tenant', '=', tenant).where('name', '=', name).executeTakeFirst()
  return done.numDeletedRows === 1n
}

export interface Resealed {
  readonly resealed: number
  /** those that stay under their old key, and why */
  readonly failed: readonly { readonly name: string; readonly kek: string; readonly code: string; readonly message: string }[]
}

/** Secrets of one transaction of a rotation. */
const batch = 16

/**
 * Seals every secret of a tenant that is under another key again under the newest. A batch is a transaction, and a row tells itself whether it is done: interrupted at any point,
 * the next call goes on with the rest. A value set meanwhile wins. Secrets that do not open are left as they are and told.
 */
export async function resealSecrets(database: Database, tenant: string, keyring: Keyring): Promise<Resealed> {
  const failed: Resealed['failed'][number][] = []
  let resealed = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after
    const now = await database.now()
    const done = await database.write((tx) => resealBatch(tx, { tenant, keyring, after: from, now }))
    resealed += done.resealed
    failed.push(...done.failed)
    after = done.next
  }
  return { resealed, failed }
}

async function resealBatch(
  tx: Tx,
  { tenant, keyring, after, now }: { readonly tenant: string; readonly keyring: Keyring; readonly after: string; readonly now: number },
): Promise<Resealed & { readonly next: string | undefined }> {
  const failed: Resealed['failed'][number][] = []
  let resealed = 0
  const rows = await tx
    .selectFrom('secret')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('kek', '<>', keyring.newest.id)
    .where('name', '>', after)
    .orderBy('name')
    .limit(batch)
    .execute()
  for (const row of rows) {
    const { name, generation, kek, nonce } = row
    try {
      const again = seal(keyring, row, open(keyring, row, row))
      const done = await tx
        .updateTable('secret')
        .set({ ...again, sealed_at: now })
        .where('tenant', '=', tenant)
        .where('name', '=', name)
        .where('generation', '=', generation)
        .where('nonce', '=', nonce)
        .executeTakeFirst()
      resealed += Number(done.numUpdatedRows)
    } catch (error) {
      if (!isHubError(error) || error.detail.recovery !== 'reject') throw error
      failed.push({ name, kek, code: error.detail.code, message: error.message })
    }
  }
  return { resealed, failed, next: rows.length === batch ? rows.at(-1)?.name : undefined }
}
