import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Stream } from '../connector/types.ts'
import { every } from '../model/timing.ts'
import { findBackfill } from '../store/backfill.ts'
import type { BackfillTable } from '../store/tables.ts'
import { documentOf, dutiesOf, hook, knowLamp, later } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed, toErp } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { backfill } from './backfill.ts'
import { ingest } from './ingest.ts'
import { runJob } from './jobs.ts'
import { liveLanes } from './lanes.ts'
import { type Range, wantRange } from './ranges.ts'
import { syncSchedules } from './schedule.ts'

let bed: Bed
afterEach(() => bed.close())
const open = async (options?: BedOptions) => {
  bed = await openBed(options)
}
const start = Date.parse('2026-11-01T00:00:00Z')
const minute = 60_000
const orders = (count: number) => {
  for (let id = 1; id <= count; id++) bed.partner.orders.set(id, tinyOrder(id, { at: new Date(start + id * minute).toISOString() }))
}
const ask = async (more: Partial<Range> = {}): Promise<string> => {
  const range: Range = {
    connection: 'shop',
    stream: 'orders',
    kind: 'range',
    from: start,
    until: bed.clock.now,
    quiet: false,
    pagesPerMinute: 6000,
    askedBy: 'test',
    ...more,
  }
  const row = await bed.database.write((tx) => wantRange(bed.context, tx, range, bed.clock.now))
  return row.id
}
const rowOf = async (id: string): Promise<BackfillTable> => (await findBackfill(bed.database.read, 'default', id)) ?? expect.unreachable()
const known = async () => (await bed.database.read.selectFrom('document').select('key').where('type', '=', 'sales-order').execute()).length
const position = async () =>
  (await bed.database.read.selectFrom('cursor').select('position').where('stream', '=', 'orders').executeTakeFirst())?.position ?? null

test('a range is read beside the live runs: in lanes of its own, without their checkpoint, with commands as live', async () => {
  await open({ routes: [toErp] })
  await knowLamp(bed)
  orders(120)
  const id = await ask({ from: start + 11 * minute, until: start + 70 * minute })
  await bed.drain()
  expect(await known()).toBe(60)
  expect(await position()).toBe(null)
  expect(await rowOf(id)).toMatchObject({ state: 'done', records: 60, lease_token: null, fails: 0 })
  const lanes = await bed.database.read.selectFrom('envelope').select('lane').where('stream', '=', 'orders').execute()
  expect(lanes.every(({ lane }) => lane >= liveLanes)).toBe(true)
  expect((await dutiesOf(bed)).length).toBe(60)
})

test('a quiet range fills the ledger and makes no commands', async () => {
  await open({ routes: [toErp] })
  await knowLamp(bed)
  orders(20)
  await ask({ quiet: true })
  await bed.drain()
  expect(await known()).toBe(20)
  expect(await dutiesOf(bed)).toEqual([])
})

test('a failure keeps the pages before it, and the range goes on in the middle of the list', async () => {
  await open({ routes: [] })
  orders(220)
  let broken = true
  bed.partner.intercept = (request, usual) => (broken && request.query.get('page') === '4' ? { status: 500, body: {} } : usual())
  const id = await ask()
  await bed.drain()
  expect(await known()).toBe(150)
  expect(await rowOf(id)).toMatchObject({ state: 'open', pages: 3, fails: 1, reason: expect.stringContaining('http-500') })
  broken = false
  const before = bed.partner.calls('GET', '/shop/orders')
  await later(bed, 1000)
  expect(await known()).toBe(220)
  expect(bed.partner.calls('GET', '/shop/orders') - before).toBe(2)
  expect(await rowOf(id)).toMatchObject({ state: 'done', reason: null })
})

test('after a long rest the page before is read once more, since rows may have left the list', async () => {
  await open({ routes: [] })
  orders(220)
  let broken = true
  bed.partner.intercept = (request, usual) => (broken && request.query.get('page') === '4' ? { status: 500, body: {} } : usual())
  await ask()
  await bed.drain()
  bed.partner.orders.delete(1)
  bed.partner.orders.delete(2)
  broken = false
  await later(bed, 10 * minute)
  expect(await known()).toBe(220)
})

test('whatever pages fail, and whoever goes on, every record of the range comes in once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 190 }),
      async (faults, count) => {
        const own = await openBed({ routes: [] })
        try {
          for (let id = 1; id <= count; id++) own.partner.orders.set(id, tinyOrder(id, { at: new Date(start + id * minute).toISOString() }))
          const left = new Set(faults)
          own.partner.intercept = (_, usual) => (left.delete(own.partner.calls('GET', '/shop/orders')) ? 'lost' : usual())
          const range = { connection: 'shop', stream: 'orders', kind: 'range' as const, from: start, until: own.clock.now, quiet: false }
          const row = await own.database.write((tx) =>
            wantRange(own.context, tx, { ...range, pagesPerMinute: 6000, askedBy: 'test' }, own.clock.now),
          )
          for (let round = 0; round < 12; round++) {
            await own.drain(round % 2 === 0 ? own.context : own.another())
            own.clock.now += 10_000
          }
          const documents = await own.database.read.selectFrom('document').select('version').where('type', '=', 'sales-order').execute()
          expect(documents).toHaveLength(count)
          expect(documents.every(({ version }) => version === 1)).toBe(true)
          expect(await findBackfill(own.database.read, 'default', row.id)).toMatchObject({ state: 'done' })
        } finally {
          await own.close()
        }
      },
    ),
    { numRuns: 12 },
  )
})

test('a place in a list that the partner does not know any more is given up, not the range', async () => {
  await open({ routes: [] })
  orders(120)
  let broken = true
  bed.partner.intercept = (request, usual) => {
    const page = Number(request.query.get('page'))
    return broken && page >= 2 ? { status: page === 3 ? 500 : usualThen(page), body: {} } : usual()
  }
  const usualThen = (page: number) => (page === 2 ? 400 : 500)
  const id = await ask()
  await bed.drain()
  expect(await rowOf(id)).toMatchObject({ pages: 1, fails: 1 })
  await later(bed, 1000)
  broken = false
  await later(bed, 10_000)
  expect(await rowOf(id)).toMatchObject({ state: 'done' })
  expect(await known()).toBe(120)
})

test('live work never stands behind a range: no more of it lies waiting than allowed, and live lanes leave it alone', async () => {
  await open({ routes: [], settings: { backfillAhead: 60 } })
  orders(500)
  const id = await ask()
  expect(await backfill(bed.context, id)).toBe('waits')
  const waiting = async () => (await bed.database.read.selectFrom('envelope').select('id').where('state', '=', 'received').execute()).length
  expect(await waiting()).toBe(100)
  bed.clock.now += 1000
  expect(await backfill(bed.context, id)).toBe('waits')
  expect(await waiting()).toBe(100)
  await hook(bed, tinyOrder(900))
  const { split } = await import('./split.ts')
  await split(bed.context)
  const live = await bed.database.read.selectFrom('envelope').select('lane').where('key', '=', '900').executeTakeFirstOrThrow()
  expect(live.lane).toBeLessThan(liveLanes)
  expect(await ingest(bed.context, live.lane)).toBe(1)
  expect(await documentOf(bed, 'sales-order', 'shop/900')).toBeDefined()
  expect(await waiting()).toBe(100)
  for (let round = 0; round < 12; round++) await later(bed, 1000)
  expect(await rowOf(id)).toMatchObject({ state: 'done' })
  expect(await known()).toBe(501)
})

test('it reads no faster than it may', async () => {
  await open({ routes: [] })
  orders(170)
  const id = await ask({ pagesPerMinute: 2 })
  expect(await backfill(bed.context, id)).toBe('waits')
  expect(await rowOf(id)).toMatchObject({ pages: 1, next_at: bed.clock.now + 30_000 })
  expect(await backfill(bed.context, id)).toBe('not-due')
  for (let round = 0; round < 8; round++) await later(bed, 30_000)
  expect(await rowOf(id)).toMatchObject({ state: 'done' })
  expect(await known()).toBe(170)
})

test('one that is taken over, paused or cancelled writes nothing more', async () => {
  await open({ routes: [] })
  orders(120)
  const other = bed.another()
  let taken = false
  bed.partner.intercept = async (request, usual) => {
    if (request.query.get('page') === '2' && !taken) {
      taken = true
      bed.clock.now += 31_000
      expect(await backfill(other, id)).toBe('done')
    }
    return usual()
  }
  const id = await ask()
  expect(await backfill(bed.context, id)).toBe('failed')
  expect(await rowOf(id)).toMatchObject({ state: 'done', records: 120 })
  const twice = await bed.database.read.selectFrom('receipt').select('id').execute()
  expect(twice).toHaveLength(3)
})

test('a full pass finds what "modified since" does not show', async () => {
  const { orders: usual = expect.unreachable() } = tinyShop.streams
  const blind: Stream = { ...usual, blindSpots: ['notes'] }
  await open({ routes: [], shop: { ...tinyShop, streams: { ...tinyShop.streams, orders: blind } } })
  orders(3)
  await bed.drain(bed.context, ['orders'])
  bed.change({ setups: [{ name: 'shop', streams: new Map([['orders', { timing: every(minute), full: every(10 * minute) }]]) }] })
  await syncSchedules(bed.context)
  bed.partner.orders.set(2, tinyOrder(2, { at: new Date(start + 2 * minute).toISOString(), note: 'ring twice' }))
  await later(bed, minute, ['orders'])
  expect(JSON.parse((await documentOf(bed, 'sales-order', 'shop/2'))?.body ?? '{}').note).toBe(undefined)
  await later(bed, 10 * minute, ['orders'])
  expect(JSON.parse((await documentOf(bed, 'sales-order', 'shop/2'))?.body ?? '{}').note).toBe('ring twice')
  const [row] = await bed.database.read.selectFrom('backfill').selectAll().execute()
  expect(row).toMatchObject({ kind: 'full', state: 'done', from_at: null, asked_by: 'schedule' })
  expect(await runJob(bed.context, 'full', 'shop', 'orders')).toEqual({ state: 'not-due' })
})
