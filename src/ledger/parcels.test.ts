import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { sha256 } from '../model/id.ts'
import { canonicalJson, type JsonObject } from '../model/json.ts'
import { kitTenant, type LedgerKit, openLedgerKit, parcel, record, ref } from './ledger-kit.ts'
import { type Scan, statusOf, timelineOf } from './parcel-timeline.ts'
import type { Incoming } from './types.ts'
import { verify } from './verify.ts'

const open: LedgerKit[] = []
afterEach(async () => {
  for (const kit of open.splice(0)) await kit.database.close()
})
async function openKit(): Promise<LedgerKit> {
  const kit = await openLedgerKit()
  open.push(kit)
  return kit
}

const day = (clock: string) => `2026-11-23T${clock}:00.000Z`
/** What a tracking service tells of a parcel. */
const told = (connection: string, clock: string, status: string, more: JsonObject = {}): Incoming => {
  const body = { tracking: 'P1', carrier: { code: 'fedex' }, status, at: day(clock), ...more }
  return record(connection, 'tracking-event', sha256(canonicalJson(body)).slice(0, 40), body, {
    identity: { kind: 'fact', of: ['tracking', 'at', 'status', 'text'] },
  })
}
const shipped = (key: string, tracking: string, more: JsonObject = {}) =>
  parcel(key, ref('sales-order', 'shop-us', '7'), [], day('08:00'), { parcels: [{ tracking }], ...more })

const parcelsIn = (kit: LedgerKit) => kit.database.read.selectFrom('parcel').selectAll().orderBy('tracking').execute()
const findingsIn = async (kit: LedgerKit) =>
  (
    await kit.database.read.selectFrom('finding').select(['type', 'key', 'code', 'detail', 'state']).where('type', '=', 'parcel').execute()
  ).map(({ key, code, detail, state }) => [key, code, detail, state])
const shipmentsOf = async (kit: LedgerKit, tracking: string) =>
  (
    await kit.database.read
      .selectFrom('reference')
      .select('from_key')
      .where('tenant', '=', kitTenant)
      .where('to_type', '=', 'parcel')
      .where('to_key', '=', tracking)
      .where('from_type', '=', 'shipment')
      .execute()
  ).map(({ from_key }) => from_key)

const way: readonly Incoming[] = [
  told('easypost', '08:00', 'pre-transit'),
  told('easypost', '09:00', 'in-transit', { text: 'Picked up' }),
  told('track17', '09:00', 'in-transit', { text: 'Picked up by the carrier' }),
  told('easypost', '11:00', 'unknown', { text: 'Something' }),
  told('easypost', '12:00', 'out-for-delivery'),
  told('easypost', '15:00', 'delivered'),
  told('track17', '15:00', 'delivered', { text: 'Delivered, front door' }),
  // a label that is announced late, and a scan of an empty van
  told('kuaidi100', '16:00', 'pre-transit'),
  told('kuaidi100', '17:00', 'in-transit'),
  shipped('s1', 'P1'),
]

test('any order of arrival, and whatever comes twice, gives the same parcel', async () => {
  const first = await openKit()
  await first.apply(...way)
  const expected = await parcelsIn(first)
  expect(expected).toMatchObject([{ tracking: 'P1', status: 'delivered', at: Date.parse(day('15:00')), events: 9, carrier: 'fedex' }])
  const orders = fc.sample(
    fc.tuple(
      fc.shuffledSubarray([...way], { minLength: way.length }),
      fc.array(fc.nat(way.length - 1), { maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
    ),
    { numRuns: 6, seed: 20261123 },
  )
  for (const [order, again, size] of orders) {
    const kit = await openKit()
    const steps = [...order, ...again.flatMap((index) => way[index] ?? [])]
    for (let at = 0; at < steps.length; at += size) await kit.apply(...steps.slice(at, at + size))
    expect(await parcelsIn(kit)).toEqual(expected)
    expect(await shipmentsOf(kit, 'P1')).toEqual(['erp/s1'])
    expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  }
})

test('the timeline and the status are the same for any order and any repetition', () => {
  const statuses = [
    'unknown',
    'pre-transit',
    'in-transit',
    'out-for-delivery',
    'delivered',
    'exception',
    'returned',
    'cancelled',
    'failed-attempt',
  ]
  const scan = fc.record({
    key: fc.integer({ min: 0, max: 30 }).map(String),
    at: fc.integer({ min: 0, max: 4 }),
    status: fc.constantFrom(...statuses),
  })
  const scans = fc
    .uniqueArray(scan, { selector: ({ key }) => key, maxLength: 12 })
    .map((list) => list.map((one): Scan => ({ ...one, origin: 'c', body: {} })))
  fc.assert(
    fc.property(
      scans.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.shuffledSubarray(list))),
      ([list, other, again]) => {
        const timeline = timelineOf(list)
        expect(timelineOf([...other, ...again])).toEqual(timeline)
        expect(timeline.flatMap((moment) => moment.scans).length).toBe(list.length)
        expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).toSorted((a, b) => a - b))
      },
    ),
    { seed: 20261123, numRuns: 300 },
  )
})

test.each<[string, readonly string[], string]>([
  ['nothing was heard', [], 'unknown'],
  ['a word nobody knows says nothing', ['in-transit', 'unknown'], 'in-transit'],
  ['a label that is announced again', ['pre-transit', 'in-transit', 'pre-transit'], 'in-transit'],
  ['a second attempt', ['out-for-delivery', 'failed-attempt', 'out-for-delivery'], 'out-for-delivery'],
  ['a scan after delivery', ['delivered', 'in-transit'], 'delivered'],
  ['a complaint after delivery', ['delivered', 'exception'], 'exception'],
  ['refused, and delivered to its sender', ['exception', 'returned', 'delivered'], 'returned'],
  ['cancelled, and sent all the same', ['cancelled', 'in-transit'], 'in-transit'],
  ['lost, and found', ['exception', 'in-transit', 'delivered'], 'delivered'],
])('%s', (_, statuses, expected) => {
  const scans = statuses.map((status, index): Scan => ({ key: String(index), origin: 'c', at: index, status, body: {} }))
  expect(statusOf(timelineOf(scans)).status).toBe(expected)
})

test('an older event never sets back what a newer one said', async () => {
  const kit = await openKit()
  await kit.apply(told('easypost', '12:00', 'out-for-delivery'))
  await kit.apply(told('easypost', '09:00', 'in-transit'))
  expect(await parcelsIn(kit)).toMatchObject([{ status: 'out-for-delivery', events: 2 }])
})

test('a parcel is there as soon as a shipment names it, and goes when nothing speaks of it any more', async () => {
  const kit = await openKit()
  await kit.apply(shipped('s1', 'P1'))
  expect(await parcelsIn(kit)).toMatchObject([{ tracking: 'P1', status: 'unknown', at: null, events: 0 }])
  await kit.apply(shipped('s1', 'P2'))
  expect((await parcelsIn(kit)).map(({ tracking }) => tracking)).toEqual(['P2'])
  await kit.apply(told('easypost', '09:00', 'in-transit'))
  expect((await parcelsIn(kit)).map(({ tracking, status }) => [tracking, status])).toEqual([
    ['P1', 'in-transit'],
    ['P2', 'unknown'],
  ])
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
})

test('a carrier that no table knows is a finding, which closes when it is known; two carriers of one number are another', async () => {
  const kit = await openKit()
  const strange = { carrier: { name: 'Ship & Co' }, sourceCarrier: 'ShipCo' }
  await kit.apply(told('easypost', '09:00', 'in-transit', strange))
  expect(await findingsIn(kit)).toEqual([['P1', 'carrier-unmapped', '{"carriers":["easypost: ShipCo"]}', 'open']])
  await kit.apply(told('track17', '10:00', 'in-transit'), told('kuaidi100', '11:00', 'in-transit', { carrier: { code: 'yto' } }))
  expect(await findingsIn(kit)).toEqual([
    ['P1', 'carrier-unmapped', '{"carriers":["easypost: ShipCo"]}', 'open'],
    ['P1', 'several-carriers', '{"carriers":["fedex","yto"]}', 'open'],
  ])
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
})

test('verify sees a parcel that is not what the documents say', async () => {
  const kit = await openKit()
  await kit.apply(...way)
  await kit.database.write((tx) => tx.updateTable('parcel').set({ status: 'in-transit' }).execute())
  expect((await verify(kit.database, kitTenant)).differences).toMatchObject([{ table: 'parcel', key: 'P1' }])
  await kit.database.write((tx) => tx.deleteFrom('parcel').execute())
  expect((await verify(kit.database, kitTenant)).differences).toMatchObject([{ table: 'parcel', key: 'P1', stored: null }])
})
