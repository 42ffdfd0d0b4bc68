import { afterEach, describe, expect, test } from 'vitest'
import type { Stream } from '../connector/types.ts'
import { decidePlan, listPlans } from '../store/plan.ts'
import { countUncut } from '../store/receipt.ts'
import { documentOf, dutiesOf, knowLamp, later, statesOf } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed, toErp } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { ingest } from './ingest.ts'
import { pull } from './pull.ts'
import { requestPull, schedules, syncSchedules } from './schedule.ts'
import { split } from './split.ts'

let bed: Bed
afterEach(() => bed.close())
const open = async (options?: BedOptions) => {
  bed = await openBed(options)
}
const minute = 60_000
const position = async (stream = 'orders') =>
  (await bed.database.read.selectFrom('cursor').select('position').where('stream', '=', stream).executeTakeFirst())?.position ?? null
const ids = async () =>
  (await bed.database.read.selectFrom('document').select('key').where('type', '=', 'sales-order').orderBy('key').execute()).map(
    ({ key }) => key,
  )
const manyOrders = (count: number, more = {}) => {
  for (let id = 1; id <= count; id++) bed.partner.orders.set(id, tinyOrder(id, more))
}

test('the first read is a baseline: it fills the ledger and makes no command, the next one does', async () => {
  await open({ routes: [toErp] })
  await knowLamp(bed)
  manyOrders(120)
  await bed.drain(bed.context, ['orders'])
  expect((await ids()).length).toBe(120)
  expect(await dutiesOf(bed)).toEqual([])
  bed.partner.orders.set(121, tinyOrder(121, { at: '2026-11-23T09:00:30.000Z' }))
  await later(bed, minute, ['orders'])
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  bed.partner.orders.set(5, tinyOrder(5, { at: '2026-11-23T09:00:40.000Z', total: '11.00' }))
  await later(bed, minute, ['orders'])
  expect((await documentOf(bed, 'sales-order', 'shop/5'))?.version).toBe(2)
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
})

test('a first load reads no further ahead of the ledger than allowed', async () => {
  await open({ settings: { pullAhead: 60 } })
  manyOrders(500)
  const waiting: { readonly uncut: number; readonly cut: number }[] = []
  bed.partner.intercept = async (_, usual) => {
    const cut = await bed.database.read.selectFrom('envelope').select('id').where('state', '=', 'received').execute()
    waiting.push({ uncut: await countUncut(bed.database.read, 'default'), cut: cut.length })
    return usual()
  }
  // pages wait for a while before they are cut into the lanes, and their records there before they are applied
  let naps = 0
  const work = () =>
    ++naps % 3 === 0 ? split(bed.context) : ingest({ ...bed.context, settings: { ...bed.context.settings, ingestBatch: 1 } }, 0)
  const busy = { ...bed.context, clock: { ...bed.context.clock, sleep: async () => void (await work()) } }
  expect(await pull(busy, 'shop', 'orders')).toMatchObject({ state: 'done', records: 500 })
  expect(waiting).toHaveLength(11)
  expect(waiting.map(({ uncut, cut }) => uncut + cut).filter((all) => all > 60)).toEqual([])
  expect(waiting.some(({ uncut }) => uncut > 0)).toBe(true)
})

test('a run is claimed once, and only when it is due', async () => {
  await open()
  manyOrders(1)
  const results = await Promise.all([pull(bed.context, 'shop', 'orders'), pull(bed.another(), 'shop', 'orders')])
  expect(results.map(({ state }) => state).sort()).toEqual(['done', 'not-due'])
  expect(await pull(bed.context, 'shop', 'orders')).toEqual({ state: 'not-due' })
  expect(await requestPull(bed.context, 'shop', 'orders')).toBe(true)
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'done', records: 1 })
  expect(await requestPull(bed.context, 'shop', 'nothing')).toBe(false)
})

test('a failure keeps the pages before it and the baseline mark, backs off, and the next run completes it', async () => {
  await open({ routes: [toErp] })
  await knowLamp(bed)
  manyOrders(120)
  let broken = true
  bed.partner.intercept = (request, usual) => (broken && request.query.get('page') === '3' ? { status: 500, body: {} } : usual())
  await bed.drain(bed.context, ['orders'])
  expect((await ids()).length).toBe(100)
  expect(JSON.parse((await position()) ?? '{}')).toMatchObject({ time: null, baseline: true, mark: { ask: { page: { number: 3 } } } })
  const [run] = (await schedules(bed.context)).filter(({ stream }) => stream === 'orders')
  expect(run).toMatchObject({ fails: 1, last_error: expect.stringContaining('http-500'), lease_token: null })
  expect(run?.next_at).toBe(bed.clock.now + 1000)
  expect(bed.said.map(({ level }) => level)).toEqual(['warn'])
  broken = false
  await later(bed, 1000, ['orders'])
  expect((await ids()).length).toBe(120)
  expect(await dutiesOf(bed)).toEqual([])
  expect(JSON.parse((await position()) ?? '{}')).not.toHaveProperty('baseline')
})

test('a baseline that moves its checkpoint page by page stays a baseline over a failure', async () => {
  const { orders = expect.unreachable() } = tinyShop.streams
  const byTime: Stream = { ...orders, cursor: { paths: ['at'], format: 'iso', zone: null, order: 'asc', lookbackMs: 0 } }
  await open({ routes: [toErp], shop: { ...tinyShop, streams: { ...tinyShop.streams, orders: byTime } } })
  await knowLamp(bed)
  const start = Date.parse('2026-11-23T07:00:00Z')
  for (let id = 1; id <= 120; id++) bed.partner.orders.set(id, tinyOrder(id, { at: new Date(start + id * 1000).toISOString() }))
  let broken = true
  bed.partner.intercept = (_, usual) => (broken && bed.partner.calls('GET', '/shop/orders') > 1 ? { status: 500, body: {} } : usual())
  await bed.drain(bed.context, ['orders'])
  expect((await ids()).length).toBe(50)
  expect(JSON.parse((await position()) ?? '{}')).toMatchObject({ baseline: true, time: expect.stringContaining('2026-11-23T07:00') })
  broken = false
  await later(bed, 1000, ['orders'])
  expect((await ids()).length).toBe(120)
  expect(JSON.parse((await position()) ?? '{}')).not.toHaveProperty('baseline')
  expect(await dutiesOf(bed)).toEqual([])
})

test('refused credentials are a state of the connection, and end with the next good answer', async () => {
  await open()
  const state = async () =>
    (await bed.database.read.selectFrom('connection').select('state').where('name', '=', 'shop').executeTakeFirst())?.state
  bed.partner.intercept = () => ({ status: 401, body: {} })
  await bed.drain(bed.context, ['orders'])
  expect(await state()).toBe('needs-auth')
  bed.partner.intercept = (_, usual) => usual()
  await later(bed, minute, ['orders'])
  expect(await state()).toBe('active')
})

test('a run that was asked for while one was under way happens after it', async () => {
  await open()
  manyOrders(60)
  let asked = false
  bed.partner.intercept = async (request, usual) => {
    if (request.query.get('page') === '2' && !asked) {
      asked = true
      await requestPull(bed.context, 'shop', 'orders')
    }
    return usual()
  }
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'done' })
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'done' })
  expect(await pull(bed.context, 'shop', 'orders')).toEqual({ state: 'not-due' })
})

test('a reader whose lease went to another writes nothing', async () => {
  await open()
  manyOrders(60)
  const other = bed.another()
  let taken = false
  bed.partner.intercept = async (request, usual) => {
    if (request.query.get('page') === '2' && !taken) {
      taken = true
      bed.clock.now += 31_000
      expect(await pull(other, 'shop', 'orders')).toMatchObject({ state: 'done', records: 10 })
    }
    return usual()
  }
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'failed', code: 'fenced' })
  expect(await bed.database.read.selectFrom('receipt').select('records').orderBy('id').execute()).toEqual([
    { records: 50 },
    { records: 10 },
  ])
  await split(bed.context)
  expect((await statesOf(bed, 'envelope')).filter((state) => state === 'received').length).toBe(60)
})

const withLines = async (more: Partial<Stream>): Promise<void> => {
  const lines: Stream = {
    ...(tinyShop.streams.orders ?? expect.unreachable()),
    title: 'Changes of lines',
    pokes: { stream: 'orders', key: 'order', when: "at > '2026-11-23T08'" },
    schema: { type: 'object', required: ['order', 'at'], properties: { order: { type: 'integer' }, at: { type: 'string' } } },
    call: { path: '/lines' },
    records: 'lines',
    page: { kind: 'single' },
    parts: [],
    ...more,
  }
  await open()
  const shop = bed.context.catalogue().connections.get('shop') ?? expect.unreachable()
  const connector = { ...shop.connector, streams: { ...shop.connector.streams, lines } }
  bed.change({
    setups: [
      { name: 'shop', connector, streams: new Map([...shop.streams, ['lines', shop.streams.get('orders') ?? expect.unreachable()]]) },
    ],
  })
  await syncSchedules(bed.context)
}
test('a row that only says which record changed has that one read again, once', async () => {
  await withLines({})
  manyOrders(3)
  const rows = [
    { order: 2, at: '2026-11-23T07:00:00.000Z' },
    { order: 1, at: '2026-11-23T09:00:00.000Z', quantity: 1 },
    { order: 1, at: '2026-11-23T09:00:00.000Z', quantity: 2 },
  ]
  bed.partner.intercept = (request, usual) => (request.path === '/shop/lines' ? { body: { lines: rows } } : usual())
  await bed.drain(bed.context, ['orders'])
  bed.partner.orders.set(1, tinyOrder(1, { total: '12.00' }))
  await later(bed, minute, ['lines'])
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.version).toBe(2)
  expect(bed.partner.calls('GET', '/shop/orders/')).toBe(1)
  await later(bed, minute, ['lines'])
  expect(bed.partner.calls('GET', '/shop/orders/')).toBe(1)
})

test('a watch without versions has only those records read again that look different, also when a look comes back', async () => {
  await withLines({ version: { kind: 'none' }, cursor: null, pokes: { stream: 'orders', key: 'order' } })
  manyOrders(3)
  const looks = { 1: 'open', 2: 'open', 3: 'open' }
  const rows = () => Object.entries(looks).map(([order, state]) => ({ order: Number(order), at: '', state }))
  bed.partner.intercept = (request, usual) => (request.path === '/shop/lines' ? { body: { lines: rows() } } : usual())
  await bed.drain(bed.context, ['orders'])
  const asked = async () => {
    const before = bed.partner.calls('GET', '/shop/orders/')
    await later(bed, minute, ['lines'])
    return bed.partner.calls('GET', '/shop/orders/') - before
  }
  expect(await asked()).toBe(3)
  expect(await asked()).toBe(0)
  looks[2] = 'shipped'
  expect(await asked()).toBe(1)
  looks[2] = 'open'
  looks[3] = 'paid'
  expect(await asked()).toBe(2)
  expect(await asked()).toBe(0)
})

test('a row whose key no column keeps is one dead record for each of its looks, and is no record of its own', async () => {
  await withLines({ version: { kind: 'none' }, cursor: null, pokes: { stream: 'orders', key: 'order' } })
  let state = 'open'
  const rows = () => [{ order: 'x'.repeat(200), at: '', state }]
  bed.partner.intercept = (request, usual) => (request.path === '/shop/lines' ? { body: { lines: rows() } } : usual())
  await bed.drain(bed.context, ['orders'])
  for (const look of ['open', 'open', 'shipped', 'shipped']) {
    state = look
    await later(bed, minute, ['lines'])
  }
  expect(await statesOf(bed, 'envelope')).toEqual(['dead/invalid', 'dead/invalid'])
  const keys = await bed.database.read.selectFrom('record').select('key').execute()
  expect(keys.map(({ key }) => key.length)).toEqual([64])
})

test('a page that says nothing new is not kept for the next step', async () => {
  await open()
  manyOrders(3)
  await bed.drain(bed.context, ['orders'])
  const held = bed.context.handover.size
  expect(held).toBeGreaterThan(0)
  await later(bed, minute, ['orders'])
  expect(bed.partner.calls('GET', '/shop/orders')).toBeGreaterThan(1)
  expect(bed.context.handover.size).toBe(held)
})

describe('a complete read of a snapshot', () => {
  const level = async (id: number) => {
    const row = await bed.database.read
      .selectFrom('link')
      .select('key')
      .where('type', '=', 'stock-level')
      .where('external_key', '=', String(id))
      .executeTakeFirst()
    return JSON.parse((await documentOf(bed, 'stock-level', row?.key ?? ''))?.body ?? '{}').onHand
  }
  const openStock = async (count: number) => {
    await open({ routes: [] })
    for (let id = 1; id <= count; id++) {
      bed.partner.articles.push({ id, code: `A${id}` })
      bed.partner.stock.set(id, 10 * id)
    }
    await bed.drain(bed.context, ['articles'])
    await bed.drain(bed.context, ['stock'])
  }

  test('makes zero of a member that is not in it', async () => {
    await openStock(3)
    expect(await level(2)).toBe('20')
    bed.partner.stock.delete(2)
    await later(bed, minute, ['stock'])
    expect([await level(1), await level(2), await level(3)]).toEqual(['10', '0', '30'])
    bed.partner.stock.set(2, 5)
    await later(bed, minute, ['stock'])
    expect(await level(2)).toBe('5')
  })

  test('that lacks more than half of its members changes nothing and says so, until a person accepts it', async () => {
    await openStock(12)
    bed.partner.stock.clear()
    bed.partner.stock.set(1, 11)
    await later(bed, minute, ['stock'])
    expect([await level(1), await level(2)]).toEqual(['11', '20'])
    const run = (await schedules(bed.context)).find(({ stream }) => stream === 'stock')
    expect(run?.last_error).toMatch(/^snapshot-shrunk: 11 of 12/)
    const [plan = expect.unreachable()] = await listPlans(bed.database.read, 'default', { state: 'held', limit: 5 })
    expect(plan).toMatchObject({ kind: 'snapshot', connection: 'erp', stream: 'stock', affected: 11, total: 12, limit_percent: 50 })
    await later(bed, minute, ['stock'])
    expect(await level(2)).toBe('20')
    await bed.database.write((tx) => decidePlan(tx, 'default', plan.id, 'held', { state: 'released' }))
    bed.clock.now += minute
    expect(await pull(bed.context, 'erp', 'stock')).toMatchObject({ state: 'done' })
    expect(await listPlans(bed.database.read, 'default', { limit: 5 })).toMatchObject([{ state: 'done' }])
    await bed.drain()
    expect([await level(1), await level(2)]).toEqual(['11', '0'])
  })
})
