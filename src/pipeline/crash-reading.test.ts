import { afterEach, describe, expect, test } from 'vitest'
import type { Connector } from '../connector/types.ts'
import { every } from '../model/timing.ts'
import { hourMs, saveTraffic } from '../store/traffic.ts'
import { Killed, mortal } from '../testing/mortal.ts'
import { type Bed, openBed, step } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import type { Context } from './context.ts'
import { wantRange } from './ranges.ts'
import { syncSchedules } from './schedule.ts'
import { sweep } from './sweep.ts'

let bed: Bed
afterEach(() => bed.close())
const leaseMs = 5000
const { orders = expect.unreachable() } = tinyShop.streams
const shop: Connector = {
  ...tinyShop,
  streams: {
    ...tinyShop.streams,
    orders: { ...orders, ids: { call: { path: '/order-ids' }, records: 'ids', page: { kind: 'single' }, key: 'id' } },
  },
}
const start = Date.parse('2026-11-01T00:00:00Z')

/** A shop with 40 orders, one of them gone unseen; 130 older ones to be read as a range; and a webhook topic that fell silent. */
async function openShop(): Promise<string> {
  bed = await openBed({ routes: [], shop, settings: { leaseMs } })
  bed.partner.intercept = (request, usual) =>
    request.path === '/shop/order-ids' ? { body: { ids: [...bed.partner.orders.keys()].map((id) => ({ id })) } } : usual()
  for (let id = 1; id <= 40; id++) bed.partner.orders.set(id, tinyOrder(id))
  await bed.drain(bed.context, ['orders'])
  bed.partner.orders.delete(7)
  for (let id = 101; id <= 230; id++) bed.partner.orders.set(id, tinyOrder(id, { at: new Date(start + id * 1000).toISOString() }))
  const streams = new Map([['orders', { timing: every(10 * hourMs), ids: { timing: every(hourMs), maxPercent: 5 } }]])
  bed.change({ setups: [{ name: 'shop', streams }] })
  await syncSchedules(bed.context)
  const hour = Math.floor(bed.clock.now / hourMs)
  const rows = Array.from({ length: 4 * 168 }, (_, back) => ({
    tenant: 'default',
    connection: 'shop',
    topic: 'order',
    hour: hour - 1 - back,
    events: 20,
    last_at: (hour - 1 - back) * hourMs,
  }))
  await bed.database.write((tx) => saveTraffic(tx, rows))
  const range = { connection: 'shop', stream: 'orders', kind: 'range' as const, from: start, until: start + hourMs, quiet: true }
  const row = await bed.database.write((tx) =>
    wantRange(bed.context, tx, { ...range, pagesPerMinute: 6000, askedBy: 'test' }, bed.clock.now),
  )
  bed.clock.now += hourMs
  return row.id
}

/** Everything that is due except live pulls, until nothing is or the process dies. */
async function live(context: Context): Promise<void> {
  for (let round = 0; round < 30; round++) {
    const rings = (await sweep(context)).filter(({ kind }) => kind !== 'pull')
    if (rings.length === 0) return
    for (const ring of rings) await step(context, ring)
  }
}

async function survive(lifetimes: readonly number[]): Promise<void> {
  for (const commits of lifetimes) {
    const life = mortal(bed.database, commits)
    await live(bed.another(life.database)).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    bed.clock.now += leaseMs + 1
  }
  for (let life = 0; life < 4; life++) {
    await live(bed.another())
    bed.clock.now += 20_000
  }
}

async function prove(range: string): Promise<void> {
  const { read } = bed.database
  const documents = await read.selectFrom('document').select(['key', 'version', 'deleted']).where('type', '=', 'sales-order').execute()
  expect(documents).toHaveLength(170)
  expect(documents.filter(({ deleted }) => deleted === 1)).toEqual([{ key: 'shop/7', version: 2, deleted: 1 }])
  expect(documents.filter(({ version }) => version > 1)).toHaveLength(1)
  const ranges = await read.selectFrom('backfill').select(['id', 'kind', 'state', 'lease_token']).orderBy('kind').execute()
  expect(ranges).toEqual([
    { id: expect.any(String), kind: 'gap', state: 'done', lease_token: null },
    { id: range, kind: 'range', state: 'done', lease_token: null },
  ])
  expect(await read.selectFrom('alarm').select('subject').where('kind', '=', 'silence').execute()).toEqual([
    { subject: 'silence/shop/order' },
  ])
  expect(await read.selectFrom('envelope').select('id').where('state', '=', 'received').execute()).toEqual([])
  expect(await read.selectFrom('schedule').select('kind').where('lease_token', 'is not', null).execute()).toEqual([])
}

describe('a process that dies after any commit of a range, a comparison of keys or a look at silence', () => {
  const places = Array.from({ length: 16 }, (_, i) => i + 1)
  test.each(places)('loses and doubles nothing: commit %i', async (place) => {
    const range = await openShop()
    await survive([place])
    await prove(range)
  })

  test('again and again', async () => {
    const range = await openShop()
    await survive([1, 2, 1, 3, 2, 1, 2, 3, 1, 2])
    await prove(range)
  })
})
