import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Connector } from '../connector/types.ts'
import { every } from '../model/timing.ts'
import { decidePlan, listPlans } from '../store/plan.ts'
import { claimRun, endRun } from '../store/schedule.ts'
import { documentOf, hook, later } from '../testing/bed-questions.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { isTooMany } from './deletes.ts'
import { runJob } from './jobs.ts'
import { pull } from './pull.ts'
import { syncSchedules } from './schedule.ts'

const { orders = expect.unreachable() } = tinyShop.streams
const shop: Connector = {
  ...tinyShop,
  streams: {
    ...tinyShop.streams,
    orders: { ...orders, ids: { call: { path: '/order-ids' }, records: 'ids', page: { kind: 'single' }, key: 'id' } },
  },
}
const hour = 3_600_000

let bed: Bed
/** What the next lists of keys leave out although it is there. */
let shifted: (readonly number[])[] = []
beforeEach(async () => {
  shifted = []
  bed = await openBed({ routes: [], shop })
  bed.partner.intercept = (request, usual) => {
    if (request.path !== '/shop/order-ids') return usual()
    const hidden = shifted.shift() ?? []
    return { body: { ids: [...bed.partner.orders.keys()].filter((id) => !hidden.includes(id)).map((id) => ({ id })) } }
  }
  for (let id = 1; id <= 40; id++) bed.partner.orders.set(id, tinyOrder(id))
  await bed.drain(bed.context, ['orders'])
  bed.change({
    setups: [{ name: 'shop', streams: new Map([['orders', { timing: every(hour), ids: { timing: every(hour), maxPercent: 5 } }]]) }],
  })
  await syncSchedules(bed.context)
})
afterEach(() => bed.close())

const deleted = async (): Promise<string[]> =>
  (await bed.database.read.selectFrom('document').select('key').where('deleted', '=', 1).orderBy('key').execute()).map(({ key }) => key)
const plans = () => listPlans(bed.database.read, 'default', { limit: 10 })
const compare = async () => {
  await later(bed, hour)
  return deleted()
}

test('a record that is in the list of keys no more is deleted, with every version kept, and comes back', async () => {
  bed.partner.orders.delete(7)
  expect(await compare()).toEqual(['shop/7'])
  expect(await documentOf(bed, 'sales-order', 'shop/7')).toMatchObject({ version: 2, deleted: 1 })
  expect(await compare()).toEqual(['shop/7'])
  expect(await documentOf(bed, 'sales-order', 'shop/7')).toMatchObject({ version: 2 })
  const back = tinyOrder(7, { at: new Date(bed.clock.now).toISOString() })
  bed.partner.orders.set(7, back)
  await hook(bed, back)
  await bed.drain()
  expect(await deleted()).toEqual([])
})

test('more than the limit is held: nothing is written until a person releases the plan, and then only what is in it', async () => {
  for (const id of [3, 4, 5]) bed.partner.orders.delete(id)
  expect(await compare()).toEqual([])
  expect(await plans()).toMatchObject([{ state: 'held', affected: 3, total: 40, limit_percent: 5 }])
  // the same plan is brought up to date, not another one made
  bed.partner.orders.delete(6)
  expect(await compare()).toEqual([])
  const [plan = expect.unreachable()] = await plans()
  expect([(await plans()).length, plan.affected]).toEqual([1, 4])
  expect(bed.said.filter(({ level }) => level === 'warn').length).toBeGreaterThan(0)

  await bed.database.write((tx) => decidePlan(tx, 'default', plan.id, 'held', { state: 'released' }))
  for (const id of [11, 12, 13]) bed.partner.orders.delete(id)
  expect(await compare()).toEqual(['shop/3', 'shop/4', 'shop/5', 'shop/6'])
  expect((await plans()).map(({ state, affected }) => [state, affected])).toEqual([
    ['held', 3],
    ['done', 4],
  ])
})

test('a plan whose cause is gone needs nobody', async () => {
  const kept = [3, 4, 5].map((id) => bed.partner.orders.get(id) ?? expect.unreachable())
  for (const { id } of kept) bed.partner.orders.delete(id)
  await compare()
  for (const order of kept) bed.partner.orders.set(order.id, order)
  expect(await compare()).toEqual([])
  expect(await plans()).toMatchObject([{ state: 'refused', decided_by: 'crossdock' }])
})

test('a row that one list misses and the next one shows is not deleted', async () => {
  bed.partner.orders.delete(9)
  shifted = [[20, 21]]
  expect(await compare()).toEqual(['shop/9'])
})

test('what changes while the lists are read is not judged', async () => {
  bed.partner.orders.delete(9)
  bed.partner.orders.delete(8)
  const usual = bed.partner.intercept
  let told = false
  bed.partner.intercept = async (request, answer) => {
    if (request.path === '/shop/order-ids' && !told) {
      told = true
      bed.clock.now += 1
      await hook(bed, tinyOrder(8, { at: new Date(bed.clock.now).toISOString(), total: '11.00' }))
      await bed.drain()
    }
    return usual(request, answer)
  }
  expect(await compare()).toEqual(['shop/9'])
})

test('a list that cannot be read deletes nothing and is tried again', async () => {
  bed.partner.intercept = (request, usual) => (request.path === '/shop/order-ids' ? { status: 500, body: {} } : usual())
  bed.clock.now += hour
  expect(await runJob(bed.context, 'ids', 'shop', 'orders')).toMatchObject({ state: 'failed', code: 'http-500' })
  expect(await deleted()).toEqual([])
})

test('the limit is a part of what is held, to the last record', () => {
  expect([isTooMany(2, 40, 5), isTooMany(3, 40, 5), isTooMany(1, 40, 0), isTooMany(40, 40, 100), isTooMany(0, 0, 5)]).toEqual([
    false,
    true,
    true,
    false,
    false,
  ])
})

describe('a key that vanishes into a record of another stream', () => {
  const { orders: listed = expect.unreachable() } = shop.streams
  const { ids = expect.unreachable() } = listed
  const vanishing: Connector = { ...shop, streams: { ...shop.streams, orders: { ...listed, ids: { ...ids, into: ['items'] } } } }
  const asked = (): string[] =>
    bed.partner.requests.flatMap(({ path }) => (/^\/shop\/(order-ids|items)$/.test(path) ? [path.slice(6)] : []))
  beforeEach(async () => {
    const streams = new Map(['orders', 'items'].map((name) => [name, { timing: every(hour), ids: { timing: every(hour), maxPercent: 5 } }]))
    bed.change({ setups: [{ name: 'shop', connector: vanishing, streams }] })
    await syncSchedules(bed.context)
    bed.partner.orders.delete(7)
    bed.clock.now += hour
  })
  /** The job beside a worker that reads the other stream, until the job ends. */
  const beside = async (work: () => Promise<unknown>) => {
    let over = false
    const job = runJob(bed.context, 'ids', 'shop', 'orders').finally(() => {
      over = true
    })
    while (!over) {
      await work()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return job
  }

  test('is deleted once that stream was read, between the two lists', async () => {
    await beside(async () => {
      await pull(bed.context, 'shop', 'items')
      bed.clock.now += 1
    })
    await bed.drain()
    // a run that began before the first list says nothing of what is not in it, and may stand beside the one that does
    const turns = asked().filter((path, place, all) => path !== all[place - 1])
    expect(turns.slice(-3)).toEqual(['order-ids', 'items', 'order-ids'])
    expect(await deleted()).toEqual(['shop/7'])
  })
  test('is deleted also when much of it happens within a millisecond', async () => {
    let turn = 0
    await beside(async () => {
      await pull(bed.context, 'shop', 'items')
      if (turn++ % 10 === 9) bed.clock.now += 1
    })
    await bed.drain()
    expect(await deleted()).toEqual(['shop/7'])
  })
  test('stays while that stream was read in part only', async () => {
    const job = await beside(async () => {
      const now = bed.clock.now
      const lease = await claimRun(bed.database, 'default', { connection: 'shop', stream: 'items', kind: 'pull' }, now, 1000)
      if (lease !== undefined) await bed.database.write((tx) => endRun(tx, 'default', lease, { at: now + 1, error: null, retryAt: now }))
      bed.clock.now += 120_000
    })
    expect(job).toMatchObject({ state: 'failed', code: 'not-read-meanwhile' })
    expect(await deleted()).toEqual([])
  })
  test('stays when that stream cannot be read', async () => {
    const usual = bed.partner.intercept
    bed.partner.intercept = (request, otherwise) =>
      request.path === '/shop/items' ? { status: 400, body: {} } : (usual?.(request, otherwise) ?? otherwise())
    const job = await beside(async () => {
      await pull(bed.context, 'shop', 'items')
      bed.clock.now += 120_000
    })
    expect(job).toMatchObject({ state: 'failed', code: 'not-read-meanwhile' })
    expect(await bed.database.read.selectFrom('envelope').select('id').where('op', '=', 'delete').execute()).toEqual([])
  })
})
