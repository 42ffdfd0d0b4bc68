import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import { kitTenant, type LedgerKit, openLedgerKit } from '../ledger-kit.ts'
import { verify } from '../verify.ts'
import { approveAssignment, endAssignment } from './assign.ts'
import { anna, bert, fits, inTier, merchantKit, price, put } from './prices-bed.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await merchantKit(kit)
  await put(kit, 'tier', 'hub/GOLD', { number: 'GOLD', name: 'Gold', level: 1, status: 'active' })
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
})

const given = (more: JsonObject = {}): JsonObject => ({
  party: { type: 'party', key: 'M-7' },
  tier: { type: 'tier', key: 'hub/GOLD' },
  status: 'in-review',
  validFrom: '2026-01-01',
  ...more,
})
const approve = (key: string, author = bert, ownApproval = false, seen = 1) =>
  kit.work((books) => approveAssignment(books, { key, seen, author, ownApproval }, fits))
const grants = () => kit.database.read.selectFrom('price_grant').select(['key', 'valid_from', 'valid_to']).orderBy('key').execute()
const code = (expected: string) => expect.objectContaining({ detail: expect.objectContaining({ code: expected }) })

test('a tier is given by one person and holds once another approved it', async () => {
  await put(kit, 'tier-assignment', 'hub/1', given())
  expect(await grants()).toEqual([])
  await expect(approve('hub/1', anna)).rejects.toEqual(code('own-approval'))
  await expect(approve('hub/1', bert, false, 2)).rejects.toEqual(code('version-moved'))
  const { result } = await approve('hub/1')
  expect(result.body).toMatchObject({ status: 'approved', approvedBy: 'bert' })
  expect(await grants()).toEqual([{ key: 'hub/1', valid_from: '2026-01-01', valid_to: null }])
  const told = await kit.database.read.selectFrom('journal').selectAll().where('kind', '=', 'tier-changed').execute()
  expect(told.map(({ actor, detail }) => [actor, JSON.parse(detail ?? '{}')])).toEqual([
    ['bert', { party: 'M-7', tier: 'GOLD', status: 'approved', validFrom: '2026-01-01', validTo: null }],
  ])
})

test('the workspace may let people approve what they wrote', async () => {
  await put(kit, 'tier-assignment', 'hub/1', given())
  expect((await approve('hub/1', anna, true)).result.status).toBe('approved')
})

test('what was approved is ended by its command only, on a day; what has not begun is withdrawn', async () => {
  const { key } = await inTier(kit, 'GOLD', [])
  await expect(put(kit, 'tier-assignment', key, given({ status: 'approved', validTo: '2026-02-01' }))).rejects.toEqual(
    code('to-be-approved'),
  )
  const end = (key: string, on?: string) =>
    kit.work((books) => endAssignment(books, { key, author: anna, ...(on === undefined ? {} : { on }) }, fits))
  expect((await end(key)).result.body).toMatchObject({ status: 'approved', validTo: '2026-11-23' })
  await expect(end(key, '2026-12-01')).rejects.toEqual(code('ended-before'))
  const later = await inTier(kit, 'GOLD', [], { from: '2027-01-01' })
  expect((await end(later.key)).result.body).toMatchObject({ status: 'withdrawn' })
  await expect(end(later.key)).rejects.toEqual(code('not-approved'))
  expect(await grants()).toEqual([{ key, valid_from: '2026-01-01', valid_to: '2026-11-23' }])
})

test.each<[string, JsonObject, string]>([
  ['for who is no merchant', { party: { type: 'party', key: 'M-8' } }, 'no-such-party'],
  ['of a tier that nobody knows', { tier: { type: 'tier', key: 'hub/TIN' } }, 'no-such-tier'],
  ['approved from the beginning', { status: 'approved' }, 'illegal-transition'],
  ['that ends before it begins', { validTo: '2025-12-31' }, 'days-reversed'],
  ['in a zone of no map', { zone: 'Mars/Olympus' }, 'unknown-zone'],
  ['with an approval written into it', { approvedBy: 'anna' }, 'to-be-approved'],
])('an assignment %s is refused', async (_, more, expected) => {
  await expect(put(kit, 'tier-assignment', 'hub/1', given(more))).rejects.toEqual(code(expected))
})

test('two that begin on one day are refused; merchant and tier of one stay', async () => {
  await inTier(kit, 'GOLD', [])
  await put(kit, 'tier', 'hub/TIN', { number: 'TIN', name: 'Tin', level: 9, status: 'active' })
  await put(kit, 'tier-assignment', 'hub/2', given({ tier: { type: 'tier', key: 'hub/TIN' } }))
  await expect(approve('hub/2')).rejects.toEqual(code('tier-twice'))
  await expect(put(kit, 'tier-assignment', 'hub/2', given())).rejects.toEqual(code('assignment-fixed'))
  await expect(put(kit, 'tier', 'hub/TIN', { number: 'TINN', name: 'Tin', level: 9, status: 'active' })).rejects.toEqual(code('tier-fixed'))
  await expect(put(kit, 'tier', 'hub/TIN2', { number: 'TIN', name: 'Tin', level: 9, status: 'active' })).rejects.toEqual(
    code('identifier-taken'),
  )
})

test.each<[string, () => Promise<unknown>, string]>([
  ['of a product that nobody knows', () => price(kit, 'gold', 'tier', 'X', [['1', '1']]), 'no-such-product'],
  ['in a unit of no product', () => price(kit, 'gold', 'tier', 'A', [['1', '1', { unit: 'KGM' }]]), 'unknown-unit'],
  ['below nothing', () => price(kit, 'gold', 'tier', 'A', [['1', '-1.00']]), 'negative-price'],
  ['in no currency', () => price(kit, 'gold', 'tier', 'A', [['1', '1']], { currency: 'XXX' }), 'unknown-currency'],
  [
    'with two steps alike on one day',
    () =>
      price(kit, 'gold', 'tier', 'A', [
        ['1', '1', { validTo: '2026-06-30' }],
        ['1.0', '2', { unit: 'PCE', validFrom: '2026-06-30' }],
      ]),
    'step-twice',
  ],
  ['per nothing', () => price(kit, 'gold', 'tier', 'A', [['1', '1', { priceQuantity: '0' }]]), 'does-not-fit'],
  [
    'that ends before it begins',
    () => price(kit, 'gold', 'tier', 'A', [['1', '1', { validFrom: '2026-02-01', validTo: '2026-01-01' }]]),
    'days-reversed',
  ],
])('a price %s is refused', async (_, work, expected) => {
  await expect(work()).rejects.toEqual(code(expected))
})

test('a list has one price of a product in a currency, and keeps list and product', async () => {
  await price(kit, 'gold', 'tier', 'A', [['1', '1']])
  const body = { list: 'gold', product: { ref: { type: 'product', key: 'A' } }, currency: 'CNY', taxBasis: 'none', steps: [{ price: '2' }] }
  await expect(put(kit, 'price-list', 'hub/other', body)).rejects.toEqual(code('price-twice'))
  await expect(put(kit, 'price-list', 'hub/gold/A', { ...body, list: 'silver' })).rejects.toEqual(code('price-fixed'))
  await put(kit, 'price-list', 'hub/gold/A', { ...body, status: 'withdrawn' })
  expect((await put(kit, 'price-list', 'hub/other', body)).version).toBe(1)
})
