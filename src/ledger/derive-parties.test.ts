import fc from 'fast-check'
import { expect, test } from 'vitest'
import { insertApiKey } from '../store/api-key.ts'
import { syncConnections } from '../store/connection.ts'
import type { Database } from '../store/database.ts'
import { restateNext } from './derive-parties.ts'
import {
  kitTenant,
  type LedgerKit,
  masterData,
  openLedgerKit,
  parcel,
  parcelLine,
  payment,
  product,
  purchase,
  purchaseLine,
  type RecordOptions,
  receipt,
  record,
  ref,
  refund,
  response,
  sale,
  saleLine,
  stock,
} from './ledger-kit.ts'
import type { Incoming } from './types.ts'
import { verify } from './verify.ts'

const connections = [
  { name: 'erp', connector: 'erp', books: 'harbour', organisation: 'de' },
  { name: 'shop-us', connector: 'shop', books: 'm1' },
  { name: 'ningbo-erp', connector: 'erp', books: 's1' },
]
const byNumber: RecordOptions = { identity: { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } }
const partyOf = (number: string, ...roles: readonly string[]) =>
  record('crm', 'party', number, { number, name: number, roles: [...roles] }, byNumber)
const restate = async ({ work }: LedgerKit) => {
  while ((await work((books) => restateNext(books, 3))).result);
}
/** `parties`: those that somebody may look as. */
const openKit = async (...parties: readonly Incoming[]) => {
  const kit = await openLedgerKit()
  await kit.database.write((tx) => syncConnections(tx, kitTenant, connections, 1))
  await kit.apply(...parties)
  await restate(kit)
  return kit
}
const everybody = [partyOf('harbour', 'merchant'), partyOf('m1', 'merchant')]
const rowsOf = async (database: Database, type?: string, key?: string) => {
  const rows = await database.read
    .selectFrom('party_document')
    .selectAll()
    .orderBy('type')
    .orderBy('key')
    .orderBy('party')
    .orderBy('role')
    .execute()
  return rows.filter((row) => (type ?? row.type) === row.type && (key ?? row.key) === row.key)
}
const short = (rows: Awaited<ReturnType<typeof rowsOf>>) => rows.map(({ party, role }) => `${party} ${role}`)

const named = (party: string) => ({ ref: { type: 'party', key: party } })
const po = ref('purchase-order', 'erp', '12')
const so = ref('sales-order', 'shop-us', '7')
const items = [
  { supplier: named('s1'), sku: 'x' },
  { supplier: named('s2'), validFrom: '2026-01-01', validTo: '2026-06-30' },
]
const line = saleLine('1', 'A', '1')
/** A purchase and a sale with all that hangs on them; the party of a supplier comes by its key at the ERP. */
const trade: readonly Incoming[] = [
  ...masterData,
  product('A', 'A', { name: 'Lamp', supplierItems: items }),
  stock('A', '5', '2026-11-23T08:00:00.000Z'),
  purchase('12', [purchaseLine('1', 'A', '1')], { seller: { ref: ref('party', 'erp', '901') } }),
  record('erp', 'party', '901', { number: 's1', name: 'Ningbo', roles: ['supplier'] }, byNumber),
  receipt('31', po, [{ key: '1', product: { ref: ref('product', 'erp', 'A') }, accepted: '1' }]),
  response('88', po, '2026-11-23T09:00:00.000Z', 'accepted', []),
  sale('shop-us', '7', [line]),
  parcel('41', so, [parcelLine(undefined, 'A', '1')], '2026-11-23T12:00:00.000Z', { parcels: [{ tracking: 'T1' }] }),
  record('dhl', 'tracking-event', 'e1', { tracking: 'T1', at: '2026-11-23T13:00:00.000Z', status: 'in-transit' }),
  payment('shop-us', '7', '10.00'),
  refund('shop-us', '9', '7', '10.00'),
]

test('documents belong to whom they name, whose books bring them, and to the sides of what they are about', async () => {
  const { apply, database } = await openKit(...everybody)
  await apply(...trade)
  const of = async (type: string, key: string) => short(await rowsOf(database, type, key))
  expect(await of('purchase-order', 'erp/12')).toEqual(['harbour buyer', 's1 supplier'])
  expect(await of('goods-receipt', 'erp/31')).toEqual(['harbour books', 'harbour buyer', 's1 supplier'])
  expect(await of('order-response', 'ningbo-erp/88')).toEqual(['harbour buyer', 's1 books', 's1 supplier'])
  expect(await of('sales-order', 'shop-us/7')).toEqual(['m1 merchant'])
  expect(await of('shipment', 'erp/41')).toEqual(['harbour books', 'm1 merchant'])
  expect(await of('parcel', 'T1')).toEqual(['m1 merchant'])
  expect(await of('tracking-event', 'dhl/e1')).toEqual(['m1 merchant'])
  expect(await of('payment', 'shop-us/7/paid')).toEqual(['m1 books', 'm1 merchant'])
  expect(await of('refund', 'shop-us/9')).toEqual(['m1 books', 'm1 merchant'])
  expect(await of('party', 's1')).toEqual(['harbour books', 's1 self'])
  expect(await rowsOf(database, 'stock-level')).toMatchObject([
    { party: 'harbour', role: 'books', organisation: 'de' },
    { party: 's1', role: 'supplier', valid_from: '', valid_to: null },
    { party: 's2', role: 'supplier', valid_from: '2026-01-01', valid_to: '2026-06-30' },
  ])
  await database.close()
})

test('in whatever order and units of work they come, the same rows stand, and verify finds nothing', async () => {
  const whole = await openKit(...everybody)
  await whole.apply(...trade)
  const wanted = await rowsOf(whole.database)
  await whole.database.close()
  const later = trade.filter(({ part }) => !('link' in part) && part.identity.kind !== 'stock')
  const law = fc.asyncProperty(
    fc.shuffledSubarray([...later], { minLength: later.length }),
    fc.array(fc.integer({ min: 1, max: 5 }), { minLength: later.length, maxLength: later.length }),
    async (order, sizes) => {
      const kit = await openKit(...everybody)
      const { apply, database } = kit
      for (let at = 0, turn = 0; at < order.length; turn++) {
        const size = sizes[turn] ?? 1
        await apply(...order.slice(at, at + size))
        at += size
      }
      await apply(...trade.filter(({ part }) => !('link' in part) && part.identity.kind === 'stock'))
      // the newest name counts, whatever came last
      await apply(product('A', 'A', { name: 'Lamp', supplierItems: items }))
      await restate(kit)
      expect(await rowsOf(database)).toEqual(wanted)
      expect((await verify(database, kitTenant)).differences).toEqual([])
      await database.close()
    },
  )
  await fc.assert(law, { numRuns: 25 })
})

test('an order that goes to another supplier takes along what is about it', async () => {
  const { apply, database } = await openKit(...everybody)
  await apply(...trade)
  await apply(purchase('12', [purchaseLine('1', 'A', '1')], { seller: named('s2') }))
  expect(short(await rowsOf(database, 'goods-receipt'))).toEqual(['harbour books', 'harbour buyer', 's2 supplier'])
  expect(short(await rowsOf(database, 'order-response'))).toEqual(['harbour buyer', 's1 books', 's2 supplier'])
  expect((await verify(database, kitTenant)).differences).toEqual([])
  await database.close()
})

test('what its own connections bring has rows of a party only where somebody may look as it, from the day on that somebody may', async () => {
  const kit = await openKit(partyOf('harbour', 'own', 'buyer'))
  const { apply, database } = kit
  await apply(...trade)
  await restate(kit)
  const withRows = async (party: string) =>
    (await rowsOf(database)).filter((row) => row.party === party).map(({ type, key }) => `${type} ${key}`)
  expect(await withRows('harbour')).toEqual(['party harbour'])
  expect(await withRows('m1')).toEqual([])
  const found = async () => (await verify(database, kitTenant)).differences
  expect(await found()).toEqual([])

  await apply(partyOf('m1', 'merchant'))
  expect(await found()).toEqual([])
  await restate(kit)
  const own = ['parcel T1', 'party m1', 'payment shop-us/7/paid', 'refund shop-us/9', 'sales-order shop-us/7', 'shipment erp/41']
  expect([...new Set(await withRows('m1'))]).toEqual([...own, 'tracking-event dhl/e1'])

  const key = { tenant: kitTenant, id: 'k', name: 'k', hash: 'h', scopes: 'read', party: 'harbour', organisation: null, initial: null }
  await database.write((tx) => insertApiKey(tx, { ...key, created_at: 1, expires_at: null, revoked_at: null }))
  await restate(kit)
  expect(await withRows('harbour')).toContain('purchase-order erp/12')
  await apply(purchase('13', [purchaseLine('1', 'A', '1')], { seller: named('s2') }))
  expect(await withRows('harbour')).toContain('purchase-order erp/13')

  await apply(partyOf('m1', 'platform'))
  await restate(kit)
  expect(await withRows('m1')).toEqual(['party m1'])
  expect(await found()).toEqual([])
  await database.close()
})
