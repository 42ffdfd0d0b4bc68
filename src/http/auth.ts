import { randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { sha256 } from '../model/id.ts'
import { apiKeyByHash } from '../store/api-key.ts'
import type { Database } from '../store/database.ts'
import { ProblemError } from './problem.ts'

/** read: look. write: change. replay: process or send again. admin: keys, hook addresses, reload. metrics: figures for monitoring. No scope contains another. */
export type Scope = 'read' | 'write' | 'replay' | 'admin' | 'metrics'
export const scopes: readonly Scope[] = ['read', 'write', 'replay', 'admin', 'metrics']

/** Who asks: a key of a tenant, or nobody (open routes, monitoring on this machine). */
export interface Credential {
  readonly tenant: string
  /** id of the key, `local` for the key of this machine, `none` without one */
  readonly id: string
  readonly scopes: ReadonlySet<Scope>
  /** the supplier or merchant whose key it is, and which of its organisations; null: the operator's own, or all of them */
  readonly party: string | null
  readonly organisation: string | null
  /** good for nothing but to be replaced */
  readonly initial: boolean
}

/** What keys of the operator have that keys of parties have not. */
export const ofOperator = { party: null, organisation: null, initial: false } as const

/** What a key of a party may have: everything else is the operator's. */
export const partyScopes: readonly Scope[] = ['read', 'write']

export interface NewKey {
  readonly id: string
  /** shown once: `cdk_<id>_<256 random bits, 32 bits checksum>` */
  readonly text: string
  /** what the store keeps */
  readonly hash: string
}

export function makeKey(id: string): NewKey {
  const secret = randomBytes(32).toString('hex')
  const text = `cdk_${id}_${secret}${checksum(id, secret)}`
  return { id, text, hash: sha256(text) }
}

/** Whether a text can be a key at all: a mistyped or cut one is known without asking the store, and secret scanners can tell a real one. */
export function isKey(text: string): boolean {
  const match = /^cdk_([0-9A-Za-z]{1,32})_([0-9a-f]{64})([0-9a-f]{8})$/.exec(text)
  return match?.[1] !== undefined && match[2] !== undefined && checksum(match[1], match[2]) === match[3]
}

const checksum = (id: string, secret: string): string => crc32(`${id}_${secret}`).toString(16).padStart(8, '0')

/** Scopes of a stored key: names the program does not know give nothing. */
export const readScopes = (text: string): readonly Scope[] => scopes.filter((scope) => text.split(' ').includes(scope))

export interface KeyHolder {
  readonly database: Database
  readonly tenant: string
  readonly localKey: string | undefined
}

/**
 * The credential of an Authorization header. Every refusal is the same 401, whatever was wrong.
 * @throws ProblemError 401
 */
export async function authenticate(holder: KeyHolder, header: string | undefined, now: number): Promise<Credential> {
  const given = /^Bearer +([\x21-\x7e]{1,256})$/i.exec(header ?? '')?.[1]
  if (given === undefined) throw refused()
  const hash = sha256(given)
  if (holder.localKey !== undefined && holder.localKey.length >= 32 && sameHash(hash, sha256(holder.localKey)))
    return { tenant: holder.tenant, id: 'local', scopes: new Set(scopes), ...ofOperator }
  if (!isKey(given)) throw refused()
  const row = await apiKeyByHash(holder.database, hash)
  if (row === undefined || !sameHash(hash, row.hash)) throw refused()
  if (row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) throw refused()
  const { tenant, id, party, organisation, initial } = row
  return { tenant, id, scopes: new Set(readScopes(row.scopes)), party, organisation, initial: initial === 1 }
}

/** @throws ProblemError 403 */
export function demand(who: Credential, scope: Scope): void {
  if (!who.scopes.has(scope))
    throw new ProblemError(
      403,
      'missing-scope',
      `This needs a key with the scope '${scope}'. Make one with: crossdock keys create --name <what for> --scopes ${scope}`,
    )
}

const refused = (): ProblemError =>
  new ProblemError(
    401,
    'unauthorized',
    'Send a valid API key as "Authorization: Bearer cdk_…". This one is missing, unknown, expired or revoked.',
    {
      headers: { 'www-authenticate': 'Bearer realm="crossdock"' },
    },
  )

const sameHash = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
