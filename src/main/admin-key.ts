import { join, resolve } from 'node:path'
import { isKey, makeKey, scopes } from '../http/auth.ts'
import { reject } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import type { Context } from '../pipeline/context.ts'
import { apiKeyByHash, hasAdminKey, keepApiKey } from '../store/api-key.ts'
import type { Database } from '../store/database.ts'
import { readPrivate, writePrivate } from './private-file.ts'

export interface AdminKeySettings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly data: string
  readonly tenant: string
  readonly newId: () => string
  readonly now: number
}

export interface AdminKey {
  readonly file: string
  /** the key itself, for the log to hide */
  readonly text: string
  /** the file was written now */
  readonly made: boolean
  /** it was revoked or has ended: the file lets nobody in any more */
  readonly ended: boolean
}

/**
 * The key a person begins with: every scope, in a file only its owner may read. CROSSDOCK_ADMIN_KEY_FILE names it; then it is made when it is missing, and its key counts whatever else the store
 * holds. Otherwise it is `admin.key` in the data folder, made once, while no key with the scope admin works. undefined: there is none and none is needed.
 * @throws HubError `bad-admin-key` (reject) when the file holds another text or the key of another tenant, and what readPrivate throws
 */
export async function provideAdminKey(database: Database, settings: AdminKeySettings): Promise<AdminKey | undefined> {
  const { env, data, tenant, now } = settings
  const named = env.CROSSDOCK_ADMIN_KEY_FILE?.trim()
  const file = named ? resolve(named) : join(data, 'admin.key')
  const found = readPrivate(file)
  if (found !== undefined) return adopt(database, settings, file, found)
  if (!named && (await hasAdminKey(database, tenant, now))) return undefined
  const { text } = makeKey(settings.newId())
  const made = writePrivate(file, text, 'first')
  // another process was faster: its key is the one
  return { ...(await adopt(database, settings, file, made ? text : (readPrivate(file) ?? text))), made }
}

/** The same at the start of a hub: tells where the key is, never the key. @throws HubError as provideAdminKey */
export async function announceAdminKey(
  { database, tenant, newId, clock, log }: Pick<Context, 'database' | 'tenant' | 'newId' | 'clock' | 'log'>,
  { env, data }: Pick<AdminKeySettings, 'env' | 'data'>,
): Promise<void> {
  const key = await provideAdminKey(database, { env, data, tenant, newId, now: clock.now() })
  if (key?.made) log.info({ file: key.file }, 'a first API key with every scope is in this file; keep it like a password')
  if (key?.ended)
    log.warn({ file: key.file }, 'the key in this file was revoked or has ended and lets nobody in; remove the file to have a new one made')
}

async function adopt(database: Database, { tenant, now }: AdminKeySettings, file: string, text: string): Promise<AdminKey> {
  const id = /^cdk_([0-9A-Za-z]+)_/.exec(text)?.[1]
  if (!isKey(text) || id === undefined)
    throw reject('bad-admin-key', `${file} does not hold an API key (cdk_…) as the hub makes them; remove the file to have one made`)
  const hash = sha256(text)
  const known = await apiKeyByHash(database, hash)
  if (known !== undefined && known.tenant !== tenant)
    throw reject(
      'bad-admin-key',
      `the key in ${file} belongs to another tenant of this database; name another file with CROSSDOCK_ADMIN_KEY_FILE`,
    )
  if (known === undefined)
    await database.write((tx) =>
      keepApiKey(tx, {
        tenant,
        id,
        hash,
        name: 'admin key file',
        scopes: scopes.join(' '),
        created_at: now,
        expires_at: null,
        revoked_at: null,
        party: null,
        organisation: null,
        initial: null,
      }),
    )
  const ended = known !== undefined && (known.revoked_at !== null || (known.expires_at !== null && known.expires_at <= now))
  return { file, text, made: false, ended }
}
