import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import type { ShippingRules } from '../ledger/lateness.ts'
import { parcel, payment, record, ref, sale, saleLine } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import { openAlarms } from '../store/alarm.ts'
import { later } from '../testing/bed-questions.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'

const hour = 3_600_000
const day = 24 * hour
const rules: ShippingRules = {
  notShippedHours: 48,
  noScanHours: 24,
  noMovementDays: 5,
  notDeliveredDays: 21,
  carriers: new Map([['china-post', { notDeliveredDays: 60 }]]),
}

let bed: Bed
let start: number
beforeEach(async () => {
  bed = await openBed({ routes: [], settings: { shipping: rules } })
  start = bed.clock.now
})
afterEach(() => bed.close())

const iso = (ms: number) => new Date(ms).toISOString()
const apply = (...records: readonly Incoming[]) =>
  bed.database.write(async (tx) => {
    const books = await openBooks(tx, { tenant: 'default', now: bed.clock.now, newId: bed.context.newId, revision: 'r' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
const scan = (tracking: string, at: number, status: string, carrier = 'dhl') =>
  record(
    'track17',
    'tracking-event',
    `${tracking}-${at}`,
    { tracking, carrier: { code: carrier }, status, at: iso(at) },
    { identity: { kind: 'fact', of: ['tracking', 'at', 'status'] } },
  )
const sent = (key: string, tracking: string, more = {}) =>
  parcel(key, ref('sales-order', 'shop', '1'), [], iso(start), { parcels: [{ tracking }], ...more })

/** The clock stands so long after the beginning, and the look has been. */
async function at(ms: number): Promise<string[]> {
  await later(bed, start + ms - bed.clock.now)
  await later(bed, 60_000)
  const rows = await bed.database.read
    .selectFrom('finding')
    .selectAll()
    .where('state', '=', 'open')
    .orderBy('code')
    .orderBy('key')
    .execute()
  return rows.map(({ code, key }) => `${code} ${key}`)
}
const alarms = async () =>
  (await openAlarms(bed.database.read, 'default'))
    .filter(({ kind }) => kind === 'shipping')
    .map(({ subject, detail }) => [subject, JSON.parse(detail ?? '').count])

test('a paid order that is not shipped whole in time is late until it is', async () => {
  await apply(
    sale('shop', '1', [saleLine('1', 'A', '1')], { placedAt: iso(start - 9 * day) }),
    sale('shop', '2', [saleLine('1', 'A', '1')], { placedAt: iso(start - 9 * day) }),
    payment('shop', '1', '10.00', { paidAt: iso(start) }),
  )
  expect(await at(47 * hour)).toEqual([])
  expect(await at(49 * hour)).toEqual(['ship-late shop/1'])
  expect(await alarms()).toEqual([['shipping/ship-late', 1]])
  await apply(parcel('p', ref('sales-order', 'shop', '1'), [{ orderLine: { key: '1' }, quantity: '1', unit: 'EA' }], iso(bed.clock.now)))
  expect(await at(50 * hour)).toEqual([])
  expect(await alarms()).toEqual([])
})

test('a parcel goes from not scanned, over stalled, to lost; each scan and the delivery end it', async () => {
  await apply(sent('s1', 'T1'), sent('s2', 'T2'), sent('s3', 'T3', { direction: 'return' }))
  expect(await at(23 * hour)).toEqual([])
  expect(await at(25 * hour)).toEqual(['scan-missing T1', 'scan-missing T2'])
  expect(await alarms()).toEqual([['shipping/scan-missing', 2]])
  await apply(scan('T1', start + 25 * hour, 'in-transit'), scan('T2', start + 25 * hour, 'pre-transit', 'china-post'))
  expect(await at(27 * hour)).toEqual(['scan-missing T2'])
  await apply(scan('T2', start + 26 * hour, 'in-transit', 'china-post'))
  expect(await at(5 * day)).toEqual([])
  expect(await at(6.2 * day)).toEqual(['parcel-stalled T1', 'parcel-stalled T2'])
  expect(await at(22 * day)).toEqual(['parcel-lost-suspected T1', 'parcel-stalled T2'])
  await apply(scan('T1', start + 22 * day, 'delivered'))
  expect(await at(22.5 * day)).toEqual(['parcel-stalled T2'])
  expect(await at(61 * day)).toEqual(['parcel-lost-suspected T2'])
})

test('what a person accepted stays closed, and what is older than half a year is not looked at', async () => {
  await apply(sent('s1', 'T1'))
  expect(await at(25 * hour)).toEqual(['scan-missing T1'])
  await bed.database.write((tx) =>
    tx.updateTable('finding').set({ state: 'closed', closed_at: 1, closed_by: 'anna', accepted: 1 }).execute(),
  )
  expect(await at(26 * hour)).toEqual([])
  expect(await at(22 * day)).toEqual(['parcel-lost-suspected T1'])
  expect(await at(181 * day)).toEqual([])
})
