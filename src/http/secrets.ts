import {
  eventSecretPrefix,
  keysInUse,
  listSecrets,
  putSecret,
  removeSecret,
  resealSecrets,
  type SecretHead,
  tokenPrefix,
} from '../store/secret.ts'
import type { SecretVault } from './options.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { invalid, notFound, ProblemError } from './problem.ts'
import { type Desk, route, writeRoute } from './route.ts'
import { count, described, fields, flag, list, type Of, optional, pattern, text, time } from './shape.ts'
import { iso } from './values.ts'

const secretName = pattern('^[A-Za-z][A-Za-z0-9_.-]{0,63}$', 'begins with a letter; letters, digits, _ . and -')

const secret = fields({
  name: text(),
  generation: described(count, 'how many values there have been under this name'),
  keyId: described(text(), 'key-encryption key it is sealed under: the beginning of its hash'),
  usedBy: described(list(text()), 'connections of the current workspace that refer to it'),
  createdAt: time,
  changedAt: described(time, 'when the value was set'),
  sealedAt: described(time, 'when it was sealed under this key'),
})
const shown = (row: SecretHead, vault: SecretVault | undefined): Of<typeof secret> => ({
  name: row.name,
  generation: row.generation,
  keyId: row.kek,
  usedBy: row.name.startsWith(tokenPrefix)
    ? [row.name.slice(tokenPrefix.length)]
    : row.name.startsWith(eventSecretPrefix)
      ? ['events']
      : (vault?.usedBy(row.name) ?? []),
  createdAt: iso(row.created_at),
  changedAt: iso(row.changed_at),
  sealedAt: iso(row.sealed_at),
})

/** A private key with its chain of certificates fits. */
const mostBytes = 32 * 1024
/** Anything shorter could not be told from ordinary words, and would be shown. */
const leastLength = 8

function vaultOf({ options }: Desk): SecretVault {
  if (!options.vault) throw new ProblemError(409, 'no-vault', 'This process keeps no sealed secrets. Ask the one that serves the API.')
  return options.vault
}

const tag = 'secrets'

export const secretRoutes = [
  route({
    id: 'listSecrets',
    method: 'GET',
    path: '/v1/secrets',
    tag,
    scope: 'admin',
    summary: { en: 'Sealed secrets by name; a value is never shown', zh: '密封机密的名称列表；从不显示其值' },
    query: paging,
    answer: pageOf(secret),
    handle: async ({ hub, desk, query }) => {
      const limit = pageLimit(query.limit)
      const [after] = readCursor(query.after, 1) ?? ['']
      const rows = await listSecrets(hub.database, hub.tenant, after, limit + 1)
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.name],
          (row) => shown(row, desk.options.vault),
        ),
      }
    },
  }),
  writeRoute({
    id: 'setSecret',
    method: 'PUT',
    path: '/v1/secrets/{name}',
    tag,
    scope: 'admin',
    audit: { act: 'secret-set' },
    summary: {
      en: 'Seal a value under a name, in place of the one before; connections use it after a reload',
      zh: '以名称密封一个值，替换原值；重新加载后连接使用新值',
    },
    params: { name: secretName },
    body: fields({ value: text(mostBytes, { writeOnly: true }) }),
    answer: secret,
    shownOnce: true,
    effect: async (tx, { hub, desk, params, body, now }) => {
      const vault = vaultOf(desk)
      const { value } = body
      if (value.length < leastLength || Buffer.byteLength(value) > mostBytes || !value.isWellFormed())
        throw invalid([{ in: 'body', path: '/value', message: `must be ${leastLength} characters to ${mostBytes} bytes of text` }])
      return { body: shown(await putSecret(tx, vault.keyring(), { tenant: hub.tenant, name: params.name, value }, now), vault) }
    },
  }),
  writeRoute({
    id: 'removeSecret',
    method: 'DELETE',
    path: '/v1/secrets/{name}',
    tag,
    scope: 'admin',
    audit: { act: 'secret-removed' },
    summary: { en: 'Remove a secret that no connection refers to', zh: '删除未被任何连接引用的机密' },
    params: { name: secretName },
    answer: fields({ name: text() }),
    effect: async (tx, { hub, desk, params }) => {
      const used = desk.options.vault?.usedBy(params.name) ?? []
      if (used.length > 0)
        throw new ProblemError(
          409,
          'secret-in-use',
          `The workspace refers to '${params.name}' in: ${used.join(', ')}. Write another reference there, reload, and remove it then.`,
        )
      if (!(await removeSecret(tx, hub.tenant, params.name))) throw notFound()
      return { body: { name: params.name } }
    },
  }),
  route({
    id: 'rotateSecrets',
    method: 'POST',
    path: '/v1/secrets/rotate',
    tag,
    scope: 'admin',
    audit: { act: 'secrets-resealed', answered: ['keyId', 'resealed'] },
    summary: {
      en: 'Seal every secret again under the newest key, in small steps; interrupted, the next call goes on',
      zh: '用最新密钥分小步重新密封全部机密；中断后再次调用即可继续',
    },
    body: fields({
      newKey: optional(described(flag, 'make a new key first; only where the hub keeps its keys in a file of its own')),
    }),
    answer: fields({
      keyId: described(text(), 'the newest key: what all secrets are sealed under now, but for the failed ones'),
      keyFile: described(optional(text()), 'where a new key was put'),
      resealed: count,
      failed: list(fields({ name: text(), keyId: text(), code: text(), message: text() })),
      oldKeys: described(
        list(fields({ keyId: text(), inUse: flag })),
        'other keys of this process; one that is not in use may be removed, when no backup that needs it is kept',
      ),
    }),
    handle: async ({ hub, desk, body }) => {
      const vault = vaultOf(desk)
      if (body.newKey === true && !vault.addKey)
        throw new ProblemError(
          409,
          'keys-are-given',
          'The keys of this hub are given to it. Put a new one before the others in CROSSDOCK_KEK or in the key file of every process, and rotate then.',
        )
      const keyFile = body.newKey === true ? vault.addKey?.() : undefined
      const keyring = vault.keyring()
      const { resealed, failed } = await resealSecrets(hub.database, hub.tenant, keyring)
      const used = await keysInUse(hub.database)
      return {
        body: {
          keyId: keyring.newest.id,
          ...(keyFile === undefined ? {} : { keyFile }),
          resealed,
          failed: failed.map(({ name, kek, code, message }) => ({ name, keyId: kek, code, message })),
          oldKeys: [...keyring.byId.keys()].filter((id) => id !== keyring.newest.id).map((id) => ({ keyId: id, inUse: used.has(id) })),
        },
      }
    },
  }),
]
