import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { record } from '../ledger/ledger-kit.ts'
import type { JsonObject } from '../model/json.ts'
import { conditionsNow } from '../pipeline/conditions.ts'
import { moveContracts } from '../pipeline/contract-clock.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
const schemas = new Map<string, JsonObject>(['party', 'contract', 'purchase-order', 'product'].map((type) => [`${type}@1`, {}]))
let checker = ''
beforeAll(async () => {
  hub = await openTestHub({ schemas })
  checker = await hub.addKey(['read', 'write', 'admin'])
})
afterAll(() => hub.close())

const put = (type: string, key: string, document: JsonObject) => hub.ask('PUT', `/v1/documents/${type}/one`, { json: { key, document } })
const partyOf = (number: string, more: JsonObject = {}) => ({
  number,
  name: `Party ${number}`,
  roles: ['supplier'],
  status: 'prospect',
  ...more,
})
const contractOf = (number: string, party: string, more: JsonObject = {}) => ({
  ...{ number, kind: 'supplier', party: { type: 'party', key: party }, status: 'in-review', terms: '30 days', ...more },
})
const sign = (key: string, seen: number, by = checker) => hub.ask('POST', '/v1/contracts/sign', { key: by, json: { key, seen } })
const code = (name: string) => `urn:crossdock:problem:${name}`

/** A party with a contract in review. */
const reviewed = async (name: string, more: JsonObject = {}) => {
  await put('party', `hub/${name}`, partyOf(name))
  return put('contract', `hub/C-${name}`, contractOf(`C-${name}`, `hub/${name}`, more))
}

test('from a draft to the first order that the supplier sees', async () => {
  await put('party', 'hub/V-1', partyOf('V-1'))
  expect((await put('contract', 'hub/C-1', contractOf('C-1', 'hub/V-1', { status: 'draft' }))).json).toMatchObject({ version: 1 })
  expect((await put('contract', 'hub/C-1', contractOf('C-1', 'hub/V-1'))).json).toMatchObject({ version: 2 })
  const signed = await sign('hub/C-1', 2)
  expect(signed.json).toMatchObject({ version: 3, party: 'hub/V-1', document: { status: 'signed', signedAt: '2026-11-23T08:00:00.000Z' } })
  const account: JsonObject = signed.json.account as JsonObject
  expect(account.expiresAt).toBe('2026-12-07T08:00:00.000Z')
  expect((await hub.ask('GET', '/v1/documents/party/one?key=hub/V-1')).json).toMatchObject({ status: 'active' })
  const journal = (await hub.ask('GET', '/v1/documents/contract/journal?key=hub/C-1')).json
  expect(journal).toMatchObject({
    items: expect.arrayContaining([
      expect.objectContaining({ kind: 'contract-signed', detail: { party: 'hub/V-1', kind: 'supplier', number: 'C-1' } }),
    ]),
  })

  const first = String(account.key)
  expect((await hub.ask('GET', '/v1/documents/contract', { key: first })).json).toMatchObject({ type: code('initial-key') })
  const { json } = await hub.ask('POST', '/v1/key/replace', { key: first, json: {} })
  const key = String(json.key)
  expect((await hub.ask('GET', '/v1/documents/contract', { key })).json).toMatchObject({ items: [{ key: 'hub/C-1', status: 'signed' }] })
  const order = {
    ...{ number: 'P-1', issueDate: '2026-11-23', buyer: { name: 'Harbour' }, seller: { ref: { type: 'party', key: 'hub/V-1' } } },
    ...{ currency: 'EUR', taxBasis: 'none', status: 'issued' },
  }
  await put('purchase-order', 'hub/P-1', order)
  expect((await hub.ask('GET', '/v1/documents/purchase-order', { key })).json).toMatchObject({ items: [{ key: 'hub/P-1' }] })
})

test('who wrote a version does not approve it, unless the workspace says so', async () => {
  await reviewed('V-2')
  const own = await hub.ask('POST', '/v1/contracts/sign', { json: { key: 'hub/C-V-2', seen: 1 } })
  expect(own.json).toMatchObject({ status: 409, type: code('own-approval') })
  // the other one changed a word of it, and is a writer too
  const changed = { key: 'hub/C-V-2', document: contractOf('C-V-2', 'hub/V-2', { terms: '60 days' }) }
  expect((await hub.ask('PUT', '/v1/documents/contract/one', { key: checker, json: changed })).json).toMatchObject({ version: 2 })
  expect((await sign('hub/C-V-2', 2)).json).toMatchObject({ type: code('own-approval') })
  expect((await sign('hub/C-V-2', 1, await hub.addKey(['write']))).json).toMatchObject({ type: code('version-moved') })
  expect((await sign('hub/C-V-2', 2, await hub.addKey(['write']))).status).toBe(200)
})

test('who may sign and make no keys makes none: one who may makes the first key of the account', async () => {
  await reviewed('V-K')
  const writer = await hub.addKey(['read', 'write'])
  const before = (await hub.ask('GET', '/v1/keys?limit=500')).json.items as JsonObject[]
  const signed = await sign('hub/C-V-K', 1, writer)
  expect(signed.json).toMatchObject({ version: 2, party: 'hub/V-K', account: null, noKey: 'needs-admin' })
  expect(signed.text).not.toContain('cdk_')
  expect((await hub.ask('GET', '/v1/keys?limit=500')).json.items).toHaveLength(before.length)
  const wanted = { name: 'account', scopes: ['read', 'write'], party: 'hub/V-K', initial: true }
  expect((await hub.ask('POST', '/v1/keys', { key: writer, json: wanted })).status).toBe(403)
  const { json } = await hub.ask('POST', '/v1/keys', { json: wanted })
  expect(json.expiresAt).toBe('2026-12-07T08:00:00.000Z')
  const first = String(json.key)
  expect((await hub.ask('GET', '/v1/documents/contract', { key: first })).json).toMatchObject({ type: code('initial-key') })
  expect((await hub.ask('POST', '/v1/key/replace', { key: first, json: {} })).status).toBe(201)
  const nobodys = { name: 'account', scopes: ['read'], initial: true }
  expect((await hub.ask('POST', '/v1/keys', { json: nobodys })).json).toMatchObject({ status: 422, type: code('no-party') })
})

describe('refused', () => {
  test.each<[string, JsonObject, string]>([
    ['a contract with nobody', contractOf('C-9', 'hub/nobody'), 'no-such-party'],
    ['one of a kind that the party is not', contractOf('C-9', 'hub/V-1', { kind: 'merchant' }), 'no-such-party'],
    ['one that is signed when it is made', contractOf('C-9', 'hub/V-1', { status: 'signed' }), 'illegal-transition'],
    ['one that names who approved it', contractOf('C-9', 'hub/V-1', { approvedBy: 'me' }), 'to-be-signed'],
    ['the number of another contract', contractOf('C-1', 'hub/V-1'), 'identifier-taken'],
  ])('%s', async (_, document, name) => {
    expect((await put('contract', 'hub/C-9', document)).json).toMatchObject({ type: code(name) })
  })

  test('signing by hand, other terms after it, and another party', async () => {
    await reviewed('V-3')
    const by = (more: JsonObject) => put('contract', 'hub/C-V-3', contractOf('C-V-3', 'hub/V-3', more))
    expect((await by({ status: 'signed' })).json).toMatchObject({ type: code('to-be-signed') })
    const { json } = await sign('hub/C-V-3', 1)
    const { approvedBy, signedAt } = json.document as JsonObject
    expect((await by({ status: 'signed', approvedBy, signedAt, terms: 'never' })).json).toMatchObject({ type: code('contract-fixed') })
    expect((await by({ status: 'signed', approvedBy, signedAt, note: 'kept in the safe' })).status).toBe(200)
    const other = contractOf('C-V-3', 'hub/V-1', { status: 'signed', approvedBy, signedAt })
    expect((await put('contract', 'hub/C-V-3', other)).json).toMatchObject({ type: code('contract-fixed') })
  })

  test('the number, tax number or GLN of another party, also of one that a connection keeps', async () => {
    const tax = { taxIds: [{ scheme: 'vat', value: 'DE1' }], gln: '6901234000009' }
    expect((await put('party', 'hub/V-4', partyOf('V-4', tax))).status).toBe(200)
    const keep = async (body: JsonObject) =>
      hub.context.database.write(async (tx) => {
        const { tenant, newId } = hub.context
        const books = await openBooks(tx, { tenant, now: 5, newId, revision: 'r' })
        await applyPart(books, record('erp', 'party', '77', body))
        await finish(books)
      })
    await keep(partyOf('V-77'))
    for (const more of [{ number: 'V-4' }, { number: 'V-77' }, { number: 'V-5', taxIds: tax.taxIds }, { number: 'V-5', gln: tax.gln }])
      expect((await put('party', 'hub/V-5', partyOf('V-5', more))).json, JSON.stringify(more)).toMatchObject({
        type: code('identifier-taken'),
      })
    expect((await put('party', 'hub/V-5', partyOf('V-5', { taxIds: [{ scheme: 'vat', value: 'DE2' }] }))).status).toBe(200)
  })
})

test('a record of a mirror that came before the product of the hub is linked with it', async () => {
  const { tenant, newId, database } = hub.context
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: 5, newId, revision: 'r' })
    const identity = { kind: 'mirror', identifiers: [{ scheme: 'sku', path: 'sku' }], foreign: 'ignore' } as const
    await applyPart(books, record('shop-us', 'product', '501', { sku: 'LAMP-9', name: 'Lamp', baseUnit: 'EA' }, { identity }))
    await finish(books)
  })
  await put('product', 'hub/LAMP-9', { sku: 'LAMP-9', name: 'Lamp', baseUnit: 'EA' })
  expect((await hub.ask('GET', '/v1/documents/product/one?key=hub/LAMP-9')).json).toMatchObject({
    links: [{ connection: 'shop-us', externalKey: '501', linkedBy: 'identifier' }],
  })
})

describe('by the clock', () => {
  const lease = { connection: '', stream: '', kind: 'watch', token: 't' } as never
  const status = async (key: string) => (await hub.ask('GET', `/v1/documents/contract/one?key=${key}`)).json.status
  /** The look holds a run; here nobody else has it. */
  const look = async (of = hub) => {
    const { database } = of.context
    await database.write((tx) =>
      tx
        .insertInto('schedule')
        .values({
          tenant: of.context.tenant,
          connection: '',
          stream: '',
          kind: 'watch',
          timing: '{}',
          every_ms: 1,
          next_at: 0,
          lease_until: 9e15,
          lease_token: 't',
          fails: 0,
          since: 0,
        } as never)
        .execute()
        .catch(() => undefined),
    )
    await moveContracts(of.context, lease)
  }

  test('a signed contract becomes active on its first day and ends after its last, with an alarm before', async () => {
    await reviewed('V-6', { validFrom: '2026-11-25', validTo: '2026-12-31' })
    const signed = await sign('hub/C-V-6', 1)
    await look()
    expect(await status('hub/C-V-6')).toBe('signed')
    hub.clock.now = Date.parse('2026-11-25T00:00:00Z')
    await look()
    expect(await status('hub/C-V-6')).toBe('active')
    const alarms = async () => (await conditionsNow(hub.context)).filter(({ kind }) => kind === 'contract-ends').map(({ detail }) => detail)
    expect(await alarms()).toEqual([])
    hub.clock.now = Date.parse('2026-12-02T00:00:00Z')
    expect(await alarms()).toEqual([{ contract: 'hub/C-V-6', number: 'C-V-6', validTo: '2026-12-31' }])
    const { json } = await hub.ask('POST', '/v1/key/replace', { key: String((signed.json.account as JsonObject).key), json: {} })
    hub.clock.now = Date.parse('2026-12-31T23:00:00Z')
    await look()
    expect(await status('hub/C-V-6')).toBe('active')
    const seen = async () => (await hub.ask('GET', '/v1/documents/contract', { key: String(json.key) })).json
    expect(await seen()).toMatchObject({ items: [{ status: 'active' }] })
    hub.clock.now = Date.parse('2027-01-01T00:00:00Z')
    await look()
    expect(await status('hub/C-V-6')).toBe('ended')
    expect(await seen()).toMatchObject({ type: code('party-not-active'), detail: expect.stringContaining('no contract that holds') })
  })

  test('days are those of the operator: contracts, what a party supplies, and numbers of the hub', async () => {
    const shanghai = await openTestHub({ schemas, settings: { timeZone: 'Asia/Shanghai' } })
    const put = (type: string, key: string, document: JsonObject) =>
      shanghai.ask('PUT', `/v1/documents/${type}/one`, { json: { key, document } })
    // half past midnight of the new year there
    shanghai.clock.now = Date.parse('2026-12-31T16:30:00Z')
    await put('party', 'hub/V-1', partyOf('V-1', { status: 'active' }))
    const days = { validFrom: '2027-01-01', validTo: '2027-06-30' }
    await put('contract', 'hub/C-1', contractOf('C-1', 'hub/V-1', days))
    const signer = await shanghai.addKey(['write'])
    await shanghai.ask('POST', '/v1/contracts/sign', { key: signer, json: { key: 'hub/C-1', seen: 1 } })
    await look(shanghai)
    expect((await shanghai.ask('GET', '/v1/documents/contract/one?key=hub/C-1')).json.status).toBe('active')
    const supplierItems = [{ supplier: { ref: { type: 'party', key: 'hub/V-1' } }, ...days }]
    await put('product', 'hub/LAMP', { sku: 'LAMP', name: 'Lamp', baseUnit: 'EA', supplierItems })
    const key = await shanghai.addKey(['read'], { party: 'hub/V-1' })
    expect((await shanghai.ask('GET', '/v1/documents/product', { key })).json.items).toMatchObject([{ key: 'hub/LAMP' }])
    const seller = { ref: { type: 'party', key: 'hub/V-1' } }
    const lines = [{ product: { name: 'lamp' }, quantity: '1', unit: 'EA' }]
    const made = await shanghai.ask('POST', '/v1/purchase-orders', {
      json: { document: { seller, currency: 'CNY', taxBasis: 'none', lines } },
    })
    expect(made.json.key).toBe('hub/PO-2027-00001')
    await shanghai.close()
  })

  test('a contract that a connection keeps, and one whose party lost its role, hold up no other and no look', async () => {
    const { tenant, newId, database } = hub.context
    await reviewed('V-A')
    await sign('hub/C-V-A', 1)
    await put('party', 'hub/V-A', partyOf('V-A', { status: 'active', roles: ['carrier'] }))
    await database.write(async (tx) => {
      const books = await openBooks(tx, { tenant, now: 5, newId, revision: 'r' })
      await applyPart(books, record('erp', 'contract', 'c', contractOf('C-ERP', 'hub/V-A', { status: 'signed' })))
      await finish(books)
    })
    await reviewed('V-B')
    await sign('hub/C-V-B', 1)
    await look()
    expect(await status('erp/c')).toBe('signed')
    expect(await status('hub/C-V-A')).toBe('active')
    expect(await status('hub/C-V-B')).toBe('active')
  })
})

test('onboarding tells how far each is, by contracts and documents', async () => {
  await put('party', 'hub/V-7', partyOf('V-7', { name: 'Nobody yet' }))
  const { items } = (await hub.ask('GET', '/v1/onboarding?kind=supplier&limit=500')).json
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        party: 'hub/V-1',
        reached: ['signing', 'review', 'orders'],
        next: 'promotion',
        contracts: [expect.objectContaining({ number: 'C-1' })],
      }),
      expect.objectContaining({ party: 'hub/V-7', reached: [], next: 'signing', contracts: [] }),
    ]),
  )
  const counts = (await hub.ask('GET', '/v1/onboarding/counts?kind=supplier')).json
  const rows = counts.stages as readonly JsonObject[]
  expect(rows.map(({ next }) => Number(next)).reduce((sum, one) => sum + one, Number(counts.done))).toBe(counts.parties)
  expect(rows.find(({ stage }) => stage === 'signing')).toMatchObject({
    next: (items as readonly JsonObject[]).filter(({ next }) => next === 'signing').length,
  })
  expect((await hub.ask('GET', '/v1/onboarding?kind=merchant')).json.items).toEqual([])
})
