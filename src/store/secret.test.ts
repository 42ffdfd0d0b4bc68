import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Keyring, newKeyText, open, readKeyring } from '../model/sealing.ts'
import { Killed, mortal } from '../testing/mortal.ts'
import { openTestStore } from '../testing/test-store.ts'
import type { Database } from './database.ts'
import { keysInUse, listSecrets, mostSecrets, putSecret, removeSecret, resealSecrets, sealedSecrets, secretsStamp } from './secret.ts'

const tenant = 'default'
const [oldText, newText] = [newKeyText(), newKeyText()]
const before = readKeyring(oldText, 'old')
const both = readKeyring(`${newText}\n${oldText}`, 'both')
const after = readKeyring(newText, 'new')

let database: Database
let now: number
beforeEach(async () => {
  now = 1000
  database = await openTestStore({ now: () => now })
})
afterEach(() => database.close())

const put = (name: string, value: string, ring: Keyring = before, of = tenant) =>
  database.write((tx) => putSecret(tx, ring, { tenant: of, name, value }, now))
const fill = async (count: number) => {
  for (let i = 0; i < count; i++) await put(`S${String(i).padStart(3, '0')}`, `value ${i}`)
}
const opened = async (ring: Keyring, of = tenant) =>
  Object.fromEntries((await sealedSecrets(database, of)).map((row) => [row.name, open(ring, row, row)]))

test('a value is sealed under its name, replaced by the next generation, listed without anything of itself, and removed', async () => {
  expect(await put('SHOP', 'first')).toEqual({
    tenant,
    name: 'SHOP',
    generation: 1,
    kek: before.newest.id,
    created_at: 1000,
    changed_at: 1000,
    sealed_at: 1000,
  })
  const stamp = await secretsStamp(database, tenant)
  now = 2000
  const second = await put('SHOP', 'second')
  expect(second).toMatchObject({ generation: 2, created_at: 1000, changed_at: 2000 })
  expect(await secretsStamp(database, tenant)).not.toBe(stamp)
  await put('ERP', 'other')
  expect(await opened(before)).toEqual({ ERP: 'other', SHOP: 'second' })
  expect(await listSecrets(database, tenant, 'ERP', 10)).toEqual([second])
  expect(await database.write((tx) => removeSecret(tx, tenant, 'SHOP'))).toBe(true)
  expect(await database.write((tx) => removeSecret(tx, tenant, 'SHOP'))).toBe(false)
  expect(await opened(before)).toEqual({ ERP: 'other' })
})

test('a tenant sees, removes and seals again its own secrets only', async () => {
  await put('SHOP', 'ours')
  await put('SHOP', 'theirs', before, 'other')
  expect((await resealSecrets(database, tenant, both)).resealed).toBe(1)
  expect(await opened(after)).toEqual({ SHOP: 'ours' })
  expect(await opened(before, 'other')).toEqual({ SHOP: 'theirs' })
  expect(await keysInUse(database)).toEqual(
    new Map([
      [before.newest.id, 1],
      [after.newest.id, 1],
    ]),
  )
  expect(await database.write((tx) => removeSecret(tx, tenant, 'SHOP'))).toBe(true)
  expect(await sealedSecrets(database, 'other')).toHaveLength(1)
})

test('a rotation that is killed after any of its transactions leaves every secret readable, and the next one ends it', async () => {
  await fill(50)
  const all = await opened(before)
  let rounds = 0
  for (let left = 50; left > 0; rounds++) {
    const victim = mortal(database, 1)
    await expect(resealSecrets(victim.database, tenant, both)).rejects.toThrow(Killed)
    expect(await opened(both)).toEqual(all)
    left = (await keysInUse(database)).get(before.newest.id) ?? 0
  }
  expect(rounds).toBe(4)
  expect(await resealSecrets(database, tenant, both)).toEqual({ resealed: 0, failed: [] })
  expect([...(await keysInUse(database))]).toEqual([[after.newest.id, 50]])
  expect(await opened(after)).toEqual(all)
})

test('a rotation killed before its commit has changed nothing', async () => {
  await fill(3)
  const rows = await sealedSecrets(database, tenant)
  const victim = mortal(database)
  const writes = {
    ...victim.database,
    write: (work: Parameters<Database['write']>[0]) =>
      victim.database.write(async (tx) => {
        const done = await work(tx)
        victim.kill()
        return done
      }),
  } as Database
  await expect(resealSecrets(writes, tenant, both)).rejects.toThrow(Killed)
  expect(await sealedSecrets(database, tenant)).toEqual(rows)
})

test('a rotation does not count as a new value', async () => {
  await put('SHOP', 'value')
  const stamp = await secretsStamp(database, tenant)
  now = 5000
  expect((await resealSecrets(database, tenant, both)).resealed).toBe(1)
  expect(await secretsStamp(database, tenant)).toBe(stamp)
  expect((await listSecrets(database, tenant, '', 5))[0]).toMatchObject({ generation: 1, changed_at: 1000, sealed_at: 5000 })
})

test('secrets that do not open are told, left as they are, and hold up no other', async () => {
  const lost = readKeyring(newKeyText(), 'lost')
  await fill(20)
  await put('S003', 'gone', lost)
  await put('S018', 'moved')
  await database.write((tx) => tx.updateTable('secret').set({ generation: 9 }).where('name', '=', 'S018').execute())
  const { resealed, failed } = await resealSecrets(database, tenant, both)
  expect(resealed).toBe(18)
  expect(failed.map(({ name, kek, code }) => [name, kek, code])).toEqual([
    ['S003', lost.newest.id, 'sealed-locked'],
    ['S018', before.newest.id, 'sealed-broken'],
  ])
  expect([...(await keysInUse(database)).keys()].sort()).toEqual([lost, before, after].map(({ newest }) => newest.id).sort())
})

test('there is an end to how many there may be; replacing one always works', async () => {
  await database.write(async (tx) => {
    for (let i = 0; i < mostSecrets; i++) await putSecret(tx, before, { tenant, name: `N${i}`, value: 'value' }, now)
  })
  await expect(put('ONE_MORE', 'value')).rejects.toMatchObject({ detail: { code: 'too-many-secrets' } })
  expect(await put('N7', 'again')).toMatchObject({ generation: 2 })
})

test('values set at the same instant each get a generation of their own', async () => {
  const made = await Promise.all(Array.from({ length: 6 }, (_, i) => put('SHOP', `value ${i}`)))
  expect(made.map(({ generation }) => generation).sort()).toEqual([1, 2, 3, 4, 5, 6])
})
