import { documentNow } from '../ledger/read.ts'
import { type ApiKeyHead, insertApiKey, listApiKeys, revokeApiKey } from '../store/api-key.ts'
import type { Tx } from '../store/database.ts'
import { makeKey, partyScopes, readScopes, type Scope, scopes } from './auth.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound, ProblemError } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { described, fields, flag, list, nullable, type Of, oneOf, optional, text, time, whole } from './shape.ts'
import { key as documentKey, id, iso, isoOrNull } from './values.ts'

const key = fields({
  id: text(),
  name: text(),
  scopes: list(oneOf<Scope>(...scopes)),
  createdAt: time,
  expiresAt: nullable(time),
  revokedAt: nullable(time),
  party: described(nullable(text()), "whose key it is; null: the operator's own"),
  organisation: nullable(text()),
  initial: described(flag, 'good for nothing but to be replaced'),
})
const shown = (row: ApiKeyHead): Of<typeof key> => ({
  id: row.id,
  name: row.name,
  scopes: readScopes(row.scopes),
  createdAt: iso(row.created_at),
  expiresAt: isoOrNull(row.expires_at),
  revokedAt: isoOrNull(row.revoked_at),
  party: row.party,
  organisation: row.organisation,
  initial: row.initial === 1,
})

const made = fields({
  key: text(),
  id: text(),
  name: text(),
  scopes: list(oneOf<Scope>(...scopes)),
  expiresAt: nullable(time),
  party: nullable(text()),
  organisation: nullable(text()),
})

const dayMs = 86_400_000
/** Roles of a party that may have keys: one that trades with the operator, or a company of its own. */
const keyed: ReadonlySet<string> = new Set(['supplier', 'merchant', 'buyer', 'own'])

/** @throws ProblemError 422 for a party that is not there or does not trade, and for scopes that are the operator's */
async function wantParty(tx: Tx, tenant: string, party: string, wanted: readonly Scope[]): Promise<void> {
  const document = await documentNow(tx, tenant, 'party', party)
  const { roles } = document?.body ?? {}
  if (document === undefined || document.deleted || !Array.isArray(roles) || !roles.some((role) => keyed.has(String(role))))
    throw new ProblemError(
      422,
      'no-such-party',
      `There is no supplier, merchant or buyer '${party}'. GET /v1/documents/party (\`crossdock ledger list party\`) has the parties there are.`,
    )
  const more = wanted.filter((scope) => !partyScopes.includes(scope))
  if (more.length > 0)
    throw new ProblemError(
      422,
      'scope-of-operator',
      `A key of a party may have the scopes ${partyScopes.join(' and ')}, not ${more.join(', ')}.`,
    )
}
const tag = 'keys'

export const keyRoutes = [
  route({
    id: 'listKeys',
    method: 'GET',
    path: '/v1/keys',
    tag,
    scope: 'admin',
    summary: { en: 'API keys, without their secrets', zh: 'API 密钥（不含密文）' },
    query: paging,
    answer: pageOf(key),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const [after] = readCursor(query.after, 1) ?? ['']
      return { body: toPage(await listApiKeys(hub.database, hub.tenant, after, limit + 1), limit, (row) => [row.id], shown) }
    },
  }),
  writeRoute({
    id: 'addKey',
    method: 'POST',
    path: '/v1/keys',
    tag,
    scope: 'admin',
    audit: { act: 'key-added', answered: ['id', 'name', 'scopes', 'expiresAt', 'party', 'organisation'] },
    summary: { en: 'Make an API key; its text is in this answer only', zh: '创建 API 密钥；密钥文本只在此响应中出现一次' },
    body: fields({
      name: text(100),
      scopes: described(list(oneOf<Scope>(...scopes), scopes.length), 'what the key may do; none contains another'),
      party: optional(described(documentKey, 'key of a supplier or merchant: the API key sees what belongs to it and nothing else')),
      organisation: optional(described(text(64), "of the party's organisations, the only one it sees")),
      days: optional(
        whole(1, 3650, { description: 'ends after so many days; never when left out, and after `firstKeyDays` where it is `initial`' }),
      ),
      initial: optional(described(flag, 'the first key of the account of a party: good for POST /v1/key/replace only')),
    }),
    status: 201,
    answer: made,
    shownOnce: true,
    effect: async (tx, { hub, body, now, who }) => {
      const wanted = scopes.filter((scope) => body.scopes.includes(scope))
      const more = wanted.filter((scope) => !who.scopes.has(scope))
      if (wanted.length === 0) throw new ProblemError(422, 'no-scope', 'A key needs at least one scope.')
      if (more.length > 0)
        throw new ProblemError(403, 'missing-scope', `A key can only give scopes it has itself; this one lacks: ${more.join(', ')}.`)
      const { party = null, organisation = null } = body
      if (party === null && organisation !== null)
        throw new ProblemError(422, 'no-party', 'An organisation narrows the key of a party: say whose key it is to be.')
      if (party === null && body.initial === true)
        throw new ProblemError(422, 'no-party', 'A first key is that of the account of a party: say whose key it is to be.')
      if (party !== null) await wantParty(tx, hub.tenant, party, wanted)
      const key = makeKey(hub.newId())
      const days = body.days ?? (body.initial === true ? hub.settings.firstKeyDays : undefined)
      const expiresAt = days === undefined ? null : now + days * dayMs
      const row = {
        name: body.name,
        scopes: wanted.join(' '),
        expires_at: expiresAt,
        party,
        organisation,
        initial: body.initial === true ? (1 as const) : null,
      }
      await insertApiKey(tx, { tenant: hub.tenant, id: key.id, hash: key.hash, created_at: now, revoked_at: null, ...row })
      return { body: { key: key.text, id: key.id, name: body.name, scopes: wanted, expiresAt: isoOrNull(expiresAt), party, organisation } }
    },
  }),
  writeRoute({
    id: 'replaceKey',
    method: 'POST',
    path: '/v1/key/replace',
    tag,
    scope: 'write',
    party: 'own',
    audit: { act: 'key-replaced', answered: ['id', 'name'] },
    summary: {
      en: 'A new key in place of the one that asks, which ends at once; the first key of an account is good for this only',
      zh: '以新密钥替换当前密钥，旧密钥立即失效；账户的初始密钥只能用于此操作',
    },
    body: fields({}),
    status: 201,
    answer: made,
    shownOnce: true,
    effect: async (tx, { hub, who, now }) => {
      const row = await revokeApiKey(tx, hub.tenant, who.id, now)
      if (row === undefined || row.revoked_at !== now)
        throw new ProblemError(
          422,
          'no-own-key',
          'This key is a file of this machine or was replaced already: make another one with `crossdock keys create`.',
        )
      const key = makeKey(hub.newId())
      const { name, scopes: text, party, organisation } = row
      // the days of a first key are those in which it has to be used
      const expiresAt = row.initial === 1 ? null : row.expires_at
      const same = { name, scopes: text, party, organisation, expires_at: expiresAt, initial: null }
      await insertApiKey(tx, { tenant: hub.tenant, id: key.id, hash: key.hash, created_at: now, revoked_at: null, ...same })
      return { body: { key: key.text, id: key.id, name, scopes: readScopes(text), expiresAt: isoOrNull(expiresAt), party, organisation } }
    },
  }),
  writeRoute({
    id: 'revokeKey',
    method: 'DELETE',
    path: '/v1/keys/{id}',
    tag,
    scope: 'admin',
    audit: { act: 'key-revoked', answered: ['name'] },
    summary: { en: 'End an API key at once', zh: '立即吊销 API 密钥' },
    params: { id },
    answer: key,
    effect: async (tx, { hub, params, now }) => {
      const row = await revokeApiKey(tx, hub.tenant, params.id, now)
      if (!row) throw notFound()
      return { body: shown(row) }
    },
  }),
]
