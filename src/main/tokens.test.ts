import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Keyring, newKeyText, readKeyring } from '../model/sealing.ts'
import type { Database } from '../store/database.ts'
import { keysInUse, resealSecrets, sealedSecrets, secretsStamp } from '../store/secret.ts'
import { openTestStore } from '../testing/test-store.ts'
import { sealedTokens } from './tokens.ts'

const [oldText, newText] = [newKeyText(), newKeyText()]
const ring = readKeyring(oldText, 'old')
const both = readKeyring(`${newText}\n${oldText}`, 'both')

let database: Database
let now: number
beforeEach(async () => {
  now = 1000
  database = await openTestStore({ now: () => now })
})
afterEach(() => database.close())

/** Another process of the hub. */
const process = (keys: Keyring = ring, tenant = 'default') => sealedTokens(database, tenant, () => keys)

test('one process at a time has the turn, and its successor sees what it kept', async () => {
  const [one, other] = [process(), process()]
  const turn = (await one.claim('shop', 500)) ?? expect.unreachable()
  expect(turn.value).toBeUndefined()
  expect(await other.claim('shop', 500)).toBeUndefined()
  expect(await other.claim('erp', 500)).toBeDefined()
  await turn.keep('first')
  await turn.end()
  expect(await other.read('shop')).toBe('first')
  expect((await other.claim('shop', 500))?.value).toBe('first')
  expect(await process(ring, 'other').read('shop')).toBeUndefined()
})

test('the turn of a process that died ends by itself', async () => {
  await process().claim('shop', 500)
  now += 499
  expect(await process().claim('shop', 500)).toBeUndefined()
  now += 1
  expect(await process().claim('shop', 500)).toBeDefined()
})

test('a process that comes to itself after its turn does not keep an older pair over a newer one, nor ends the turn of another', async () => {
  const late = (await process().claim('shop', 500)) ?? expect.unreachable()
  now += 1000
  const next = (await process().claim('shop', 500)) ?? expect.unreachable()
  await late.end()
  expect(await process().claim('shop', 500)).toBeUndefined()
  await next.keep('newer')
  await expect(late.keep('older')).rejects.toMatchObject({ detail: { code: 'token-overtaken', recovery: 'retry' } })
  expect(await process().read('shop')).toBe('newer')
})

test('what is kept is sealed, moves with the keys, and is no reason for a reload', async () => {
  const before = await secretsStamp(database, 'default')
  await (await process().claim('shop', 500))?.keep('plain-token')
  expect(await secretsStamp(database, 'default')).toBe(before)
  const [row] = await sealedSecrets(database, 'default')
  expect(Buffer.from(row?.sealed ?? []).toString('latin1')).not.toContain('plain-token')
  expect((await resealSecrets(database, 'default', both)).resealed).toBe(1)
  expect([...(await keysInUse(database)).keys()]).toEqual([both.newest.id])
  expect(await process(both).read('shop')).toBe('plain-token')
})

test('one whose key is lost is as good as none; without any key nothing is asked of the partner', async () => {
  await (await process().claim('shop', 0))?.keep('plain-token')
  const stranger = readKeyring(newText, 'new')
  expect(await process(stranger).read('shop')).toBeUndefined()
  await expect(
    sealedTokens(database, 'default', () => {
      throw new Error('no key')
    }).claim('shop', 500),
  ).rejects.toThrow('no key')
})
