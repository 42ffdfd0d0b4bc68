import { afterEach, beforeEach, expect, test } from 'vitest'
import { newKeyText, open, readKeyring } from '../model/sealing.ts'
import { sealedSecrets } from '../store/secret.ts'
import type { SecretVault } from './options.ts'
import { openTestHub, type TestHub, tenant, testVault } from './test-hub.ts'

let hub: TestHub
beforeEach(async () => {
  hub = await openTestHub()
})
afterEach(() => hub.close())

const set = (name: string, value: string) => hub.ask('PUT', `/v1/secrets/${name}`, { json: { value } })

test('a value goes in and never comes out', async () => {
  const value = 'partner-password of the shop'
  const made = await set('SHOP', value)
  expect(made.status).toBe(200)
  expect(made.json).toMatchObject({ name: 'SHOP', generation: 1, keyId: testVault.keyring().newest.id, usedBy: [] })
  expect((await set('SHOP', `${value} 2`)).json).toMatchObject({ generation: 2 })
  await set('IN_USE', value)
  const listed = await hub.ask('GET', '/v1/secrets')
  expect(listed.json.items).toMatchObject([
    { name: 'IN_USE', usedBy: ['shop-us'] },
    { name: 'SHOP', generation: 2 },
  ])
  expect(made.text + listed.text).not.toContain('password')
  expect((await hub.ask('GET', '/v1/secrets/SHOP')).status).toBe(405)
  const rows = await sealedSecrets(hub.context.database, tenant)
  expect(rows.map((row) => open(testVault.keyring(), row, row))).toEqual([value, `${value} 2`])
})

test('pages of a list follow each other', async () => {
  for (const name of ['A', 'B', 'C']) await set(name, 'value of it')
  const first = await hub.ask('GET', '/v1/secrets?limit=2')
  expect(first.json.items).toMatchObject([{ name: 'A' }, { name: 'B' }])
  const second = await hub.ask('GET', `/v1/secrets?limit=2&after=${String(first.json.next)}`)
  expect(second.json).toMatchObject({ items: [{ name: 'C' }], next: null })
})

test.each([
  ['too short', 'SHOP', 'seven77'],
  ['too long', 'SHOP', 'x'.repeat(32 * 1024 + 1)],
  ['too long in bytes', 'SHOP', '字'.repeat(11_000)],
  ['half a character', 'SHOP', `password \ud800`],
  ['a name with a space', 'SHOP%20X', 'partner-password'],
  ['a name that begins with a digit', '1SHOP', 'partner-password'],
  ['a long name', 'X'.repeat(65), 'partner-password'],
])('%s is refused, and the value is not repeated', async (_, name, value) => {
  const asked = await set(name, value)
  expect([400, 404]).toContain(asked.status)
  expect(asked.text).not.toContain(value.slice(0, 7))
  expect(await sealedSecrets(hub.context.database, tenant)).toEqual([])
})

test('nothing of a value is kept for an Idempotency-Key', async () => {
  const asked = await hub.ask('PUT', '/v1/secrets/SHOP', { json: { value: 'partner-password' }, headers: { 'idempotency-key': 'k1' } })
  expect(asked.status).toBe(400)
  expect(asked.json.errors).toMatchObject([{ in: 'header', path: 'Idempotency-Key' }])
  expect(await hub.context.database.read.selectFrom('idempotency').selectAll().execute()).toEqual([])
})

test('one that connections refer to stays; one that is not there is told', async () => {
  await set('IN_USE', 'partner-password')
  const refused = await hub.ask('DELETE', '/v1/secrets/IN_USE')
  expect(refused.status).toBe(409)
  expect(refused.json.detail).toContain('shop-us')
  expect((await hub.ask('DELETE', '/v1/secrets/NONE')).status).toBe(404)
})

test('a rotation seals all again, and says which old key may go', async () => {
  const [oldText, newText] = [newKeyText(), newKeyText()]
  let text = oldText
  const vault: SecretVault = {
    keyring: () => readKeyring(text, 'the test'),
    usedBy: () => [],
    addKey() {
      text = `${newText}\n${oldText}`
      return '/data/kek'
    },
  }
  const other = await openTestHub({ vault })
  try {
    const old = vault.keyring().newest.id
    for (let i = 0; i < 20; i++) await other.ask('PUT', `/v1/secrets/S${i}`, { json: { value: `partner-password ${i}` } })
    expect((await other.ask('POST', '/v1/secrets/rotate', { json: {} })).json).toEqual({ keyId: old, resealed: 0, failed: [], oldKeys: [] })
    const turned = await other.ask('POST', '/v1/secrets/rotate', { json: { newKey: true } })
    const next = readKeyring(newText, 'the test')
    expect(turned.json).toEqual({
      keyId: next.newest.id,
      keyFile: '/data/kek',
      resealed: 20,
      failed: [],
      oldKeys: [{ keyId: old, inUse: false }],
    })
    const rows = await sealedSecrets(other.context.database, tenant)
    expect(rows.map((row) => open(next, row, row)).sort()[0]).toBe('partner-password 0')
    // another tenant of the database still needs it
    await other.context.database.write((tx) =>
      tx.updateTable('secret').set({ tenant: 'other', kek: old }).where('name', '=', 'S1').execute(),
    )
    expect((await other.ask('POST', '/v1/secrets/rotate', { json: {} })).json.oldKeys).toEqual([{ keyId: old, inUse: true }])
  } finally {
    await other.close()
  }
})

test('a hub whose keys are given to it makes none', async () => {
  const asked = await hub.ask('POST', '/v1/secrets/rotate', { json: { newKey: true } })
  expect([asked.status, asked.json.type]).toEqual([409, 'urn:crossdock:problem:keys-are-given'])
})
