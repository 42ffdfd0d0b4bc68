import { type ApiKeyHead, insertApiKey, listApiKeys, revokeApiKey } from '../store/api-key.ts'
import { makeKey, readScopes, type Scope, scopes } from './auth.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound, ProblemError } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { described, fields, list, nullable, type Of, oneOf, optional, text, time, whole } from './shape.ts'
import { id, iso, isoOrNull } from './values.ts'

const key = fields({
  id: text(),
  name: text(),
  scopes: list(oneOf<Scope>(...scopes)),
  createdAt: time,
  expiresAt: nullable(time),
  revokedAt: nullable(time),
})
const shown = (row: ApiKeyHead): Of<typeof key> => ({
  id: row.id,
  name: row.name,
  scopes: readScopes(row.scopes),
  createdAt: iso(row.created_at),
  expiresAt: isoOrNull(row.expires_at),
  revokedAt: isoOrNull(row.revoked_at),
})

const dayMs = 86_400_000
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
    audit: { act: 'key-added', answered: ['id', 'name', 'scopes', 'expiresAt'] },
    summary: { en: 'Make an API key; its text is in this answer only', zh: '创建 API 密钥；密钥文本只在此响应中出现一次' },
    body: fields({
      name: text(100),
      scopes: described(list(oneOf<Scope>(...scopes), scopes.length), 'what the key may do; none contains another'),
      days: optional(whole(1, 3650, { description: 'ends after so many days; never when left out' })),
    }),
    status: 201,
    answer: fields({ key: text(), id: text(), name: text(), scopes: list(oneOf<Scope>(...scopes)), expiresAt: nullable(time) }),
    shownOnce: true,
    effect: async (tx, { hub, body, now, who }) => {
      const wanted = scopes.filter((scope) => body.scopes.includes(scope))
      const more = wanted.filter((scope) => !who.scopes.has(scope))
      if (wanted.length === 0) throw new ProblemError(422, 'no-scope', 'A key needs at least one scope.')
      if (more.length > 0)
        throw new ProblemError(403, 'missing-scope', `A key can only give scopes it has itself; this one lacks: ${more.join(', ')}.`)
      const made = makeKey(hub.newId())
      const expiresAt = body.days === undefined ? null : now + body.days * dayMs
      await insertApiKey(tx, {
        tenant: hub.tenant,
        id: made.id,
        hash: made.hash,
        name: body.name,
        scopes: wanted.join(' '),
        created_at: now,
        expires_at: expiresAt,
        revoked_at: null,
      })
      return { body: { key: made.text, id: made.id, name: body.name, scopes: wanted, expiresAt: isoOrNull(expiresAt) } }
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
