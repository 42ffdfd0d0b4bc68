import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isKey } from '../http/auth.ts'
import { isHubError } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import { type Log, silentLog } from '../model/log.ts'
import { newKeyText, readKeyring } from '../model/sealing.ts'
import { apiKeyByHash, listApiKeys, revokeApiKey } from '../store/api-key.ts'
import type { Database } from '../store/database.ts'
import { putSecret, removeSecret } from '../store/secret.ts'
import { openTestStore } from '../testing/test-store.ts'
import { provideAdminKey } from './admin-key.ts'
import { checkVault, followSecrets, openVault, ownKeyFile, sealedLookup } from './vault.ts'

const tenant = 'default'
let data: string
let database: Database
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'vault-'))
  database = await openTestStore()
})
afterEach(async () => {
  await database.close()
  rmSync(data, { recursive: true, force: true })
})

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work()
  } catch (error) {
    return isHubError(error) ? error.detail.code : `no hub error: ${String(error)}`
  }
  return 'nothing was thrown'
}
const own = () => ({ env: {}, data, shared: false })
const given = (env: Record<string, string>) => ({ env, data, shared: true })
const put = (name: string, ring = openVault(own()).keyring()) =>
  database.write((tx) => putSecret(tx, ring, { tenant, name, value: `value of ${name}` }, 1))
const keyFile = (name: string, text: string, mode = 0o600): string => {
  const file = join(data, name)
  writeFileSync(file, text, { mode })
  chmodSync(file, mode)
  return file
}

describe('the key of a hub of one process', () => {
  test('is made at the first start, for its owner only, and is the same at the next', async () => {
    const vault = openVault(own())
    expect(await checkVault(database, vault, own())).toBe(ownKeyFile(data))
    expect(statSync(ownKeyFile(data)).mode & 0o777).toBe(0o600)
    const { id } = vault.keyring().newest
    expect(await checkVault(database, openVault(own()), own())).toBeUndefined()
    expect(openVault(own()).keyring().newest.id).toBe(id)
    expect(vault.texts()).toEqual([readFileSync(ownKeyFile(data), 'utf8').trim()])
  })

  test('is never made once something is sealed: the start is refused and names what is missing', async () => {
    const vault = openVault(own())
    await checkVault(database, vault, own())
    const row = await put('SHOP')
    rmSync(ownKeyFile(data))
    expect(await codeOf(() => checkVault(database, vault, own()))).toBe('no-sealing-key')
    expect(existsSync(ownKeyFile(data))).toBe(false)
    keyFile('kek', newKeyText())
    expect(await codeOf(() => checkVault(database, vault, own()))).toBe('sealing-key-missing')
    await expect(checkVault(database, vault, own())).rejects.toThrow(row.kek)
  })

  test('gets a newer one before it, and keeps the old', async () => {
    const vault = openVault(own())
    await checkVault(database, vault, own())
    const before = vault.keyring().newest.id
    await put('SHOP')
    expect(vault.addKey?.()).toBe(ownKeyFile(data))
    expect(statSync(ownKeyFile(data)).mode & 0o777).toBe(0o600)
    const ring = vault.keyring()
    expect(ring.newest.id).not.toBe(before)
    expect([...ring.byId.keys()]).toEqual([ring.newest.id, before])
    expect((await sealedLookup(database, vault, tenant))('SHOP')).toBe('value of SHOP')
    expect(await checkVault(database, vault, own())).toBeUndefined()
  })
})

describe('a given key', () => {
  test('comes from the environment or from a file, not from both', async () => {
    const [one, two] = [newKeyText(), newKeyText()]
    expect(openVault(given({ CROSSDOCK_KEK: `${one} ${two}` })).keyring().byId.size).toBe(2)
    const file = keyFile('keys', `${one}\n${two}\n`)
    expect(openVault(given({ CROSSDOCK_KEK_FILE: file })).keyring().newest.id).toBe(readKeyring(one, '').newest.id)
    expect(await codeOf(() => openVault(given({ CROSSDOCK_KEK: one, CROSSDOCK_KEK_FILE: file })))).toBe('bad-sealing-key')
  })

  test('is refused when it is weak, whether anything is sealed or not', async () => {
    for (const text of ['secret', Buffer.alloc(32, 7).toString('base64')]) {
      const settings = given({ CROSSDOCK_KEK: text })
      expect(await codeOf(() => checkVault(database, openVault(settings), settings))).toBe('bad-sealing-key')
    }
  })

  test.runIf(process.platform !== 'win32')('is refused when others may read its file', async () => {
    for (const mode of [0o644, 0o640, 0o602]) {
      const settings = given({ CROSSDOCK_KEK_FILE: keyFile(`keys-${mode}`, newKeyText(), mode) })
      expect(await codeOf(() => checkVault(database, openVault(settings), settings))).toBe('open-key-file')
    }
  })

  test('is no folder, no large file, and what a link leads to is judged', async () => {
    const folder = join(data, 'folder')
    mkdirSync(folder)
    const link = join(data, 'link')
    symlinkSync(keyFile('open', newKeyText(), 0o644), link)
    const code = (file: string) => codeOf(() => openVault(given({ CROSSDOCK_KEK_FILE: file })).keyring())
    expect(await code(folder)).toBe('bad-key-file')
    expect(await code(keyFile('large', 'x'.repeat(5000)))).toBe('bad-key-file')
    expect(await code(join(data, 'none'))).toBe('no-sealing-key')
    if (process.platform !== 'win32') expect(await code(link)).toBe('open-key-file')
  })

  test('is needed by a shared database only when something is sealed, and is never made there', async () => {
    const none = given({})
    expect(await checkVault(database, openVault(none), none)).toBeUndefined()
    expect(existsSync(ownKeyFile(data))).toBe(false)
    await put('SHOP', readKeyring(newKeyText(), ''))
    expect(await codeOf(() => checkVault(database, openVault(none), none))).toBe('no-sealing-key')
    expect(openVault(none).addKey).toBeUndefined()
  })
})

describe('a reference to a sealed secret', () => {
  test('tells a missing secret from a missing key and from a changed row', async () => {
    const [one, two] = [newKeyText(), newKeyText()]
    await put('SHOP', readKeyring(one, ''))
    await put('MOVED', readKeyring(one, ''))
    await database.write((tx) => tx.updateTable('secret').set({ generation: 2 }).where('name', '=', 'MOVED').execute())
    const kek = readKeyring(one, '').newest.id
    const right = await sealedLookup(database, openVault(given({ CROSSDOCK_KEK: one })), tenant)
    expect(right('SHOP')).toBe('value of SHOP')
    expect(right('NONE')).toMatchObject({ code: 'sealed-missing', suggestion: expect.stringContaining('secrets set NONE') })
    expect(right('MOVED')).toMatchObject({ code: 'sealed-broken' })
    const wrong = await sealedLookup(database, openVault(given({ CROSSDOCK_KEK: two })), tenant)
    expect(wrong('SHOP')).toMatchObject({ code: 'sealed-locked', message: expect.stringContaining(kek) })
    const none = await sealedLookup(database, openVault(given({})), tenant)
    expect(none('SHOP')).toMatchObject({ code: 'sealed-locked', message: expect.stringContaining(kek) })
    expect((await sealedLookup(database, openVault(given({ CROSSDOCK_KEK: one })), 'other'))('SHOP')).toMatchObject({
      code: 'sealed-missing',
    })
  })
})

test('a process that shares the database reloads when another sets or removes a secret, and at nothing else', async () => {
  const ring = readKeyring(newKeyText(), '')
  let reloads = 0
  const following = followSecrets({ database, tenant, log: silentLog }, async () => void reloads++, 10)
  const pause = () => new Promise((resolve) => setTimeout(resolve, 80))
  try {
    await pause()
    expect(reloads).toBe(0)
    await put('SHOP', ring)
    await expect.poll(() => reloads).toBe(1)
    await database.write((tx) => removeSecret(tx, tenant, 'SHOP'))
    await expect.poll(() => reloads).toBe(2)
    await pause()
    expect(reloads).toBe(2)
  } finally {
    following.close()
  }
})

test('one that cannot look says so and looks again', async () => {
  const lines: string[] = []
  const log: Log = { ...silentLog, warn: (_, message) => void lines.push(message) }
  const broken = await openTestStore()
  await broken.close()
  const following = followSecrets({ database: broken, tenant, log }, async () => {}, 10)
  await expect.poll(() => lines.length).toBeGreaterThan(1)
  following.close()
})

describe('the first API key', () => {
  const settings = (env: Record<string, string> = {}) => ({ env, data, tenant, newId: () => '01KADMIN', now: 1000 })
  const keys = () => listApiKeys(database, tenant, '', 100)

  test('is made once, in a file for its owner only; the store has its hash', async () => {
    const made = await provideAdminKey(database, settings())
    expect(made).toMatchObject({ made: true, ended: false, file: join(data, 'admin.key') })
    const text = readFileSync(join(data, 'admin.key'), 'utf8').trim()
    expect(isKey(text)).toBe(true)
    expect(statSync(join(data, 'admin.key')).mode & 0o777).toBe(0o600)
    expect(await apiKeyByHash(database, sha256(text))).toMatchObject({ id: '01KADMIN', scopes: 'read write replay admin metrics' })
    expect(await provideAdminKey(database, settings())).toMatchObject({ made: false, text })
    expect(await keys()).toHaveLength(1)
  })

  test('is not made again while a key with the scope admin works, unless its file is named', async () => {
    await provideAdminKey(database, settings())
    rmSync(join(data, 'admin.key'))
    expect(await provideAdminKey(database, settings())).toBeUndefined()
    const file = join(data, 'secrets', 'first.key')
    expect(await provideAdminKey(database, { ...settings({ CROSSDOCK_ADMIN_KEY_FILE: file }), newId: () => '01KSECOND' })).toMatchObject({
      made: true,
      file,
    })
    expect(await keys()).toHaveLength(2)
  })

  test('is made again when all others are revoked or have ended', async () => {
    await provideAdminKey(database, settings())
    rmSync(join(data, 'admin.key'))
    await database.write((tx) => revokeApiKey(tx, tenant, '01KADMIN', 500))
    expect(await provideAdminKey(database, { ...settings(), newId: () => '01KSECOND' })).toMatchObject({ made: true })
  })

  test('that was revoked stays revoked, and that is told', async () => {
    await provideAdminKey(database, settings())
    await database.write((tx) => revokeApiKey(tx, tenant, '01KADMIN', 500))
    expect(await provideAdminKey(database, settings())).toMatchObject({ made: false, ended: true })
    expect((await keys())[0]?.revoked_at).toBe(500)
  })

  test('brought along by several processes at once is one key', async () => {
    const first = await provideAdminKey(database, settings())
    await database.write((tx) => tx.deleteFrom('api_key').execute())
    const all = await Promise.all(Array.from({ length: 4 }, () => provideAdminKey(database, settings())))
    expect(new Set(all.map((one) => one?.text))).toEqual(new Set([first?.text]))
    expect(await keys()).toHaveLength(1)
  })

  test('in a file others can read, or that holds another text, is refused', async () => {
    const named = (file: string) => settings({ CROSSDOCK_ADMIN_KEY_FILE: file })
    if (process.platform !== 'win32')
      expect(await codeOf(() => provideAdminKey(database, named(keyFile('open', 'cdk_x', 0o644))))).toBe('open-key-file')
    for (const text of ['', 'password', `cdk_01KADMIN_${'0'.repeat(72)}`])
      expect(await codeOf(() => provideAdminKey(database, named(keyFile('text', text))))).toBe('bad-admin-key')
    expect(await keys()).toEqual([])
  })

  test('of another tenant of the database is refused', async () => {
    await provideAdminKey(database, settings())
    expect(await codeOf(() => provideAdminKey(database, { ...settings(), tenant: 'other' }))).toBe('bad-admin-key')
  })
})
