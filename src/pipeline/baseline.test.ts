import { afterEach, describe, expect, test } from 'vitest'
import woocommerce from '../../connectors/woocommerce/connector.ts'
import { every } from '../model/timing.ts'
import { baselinesOf, countBaselineStates } from '../store/baseline.ts'
import { pauseRuns } from '../store/schedule.ts'
import { later } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { baselineOrder, waitsForBaseline } from './baseline.ts'
import { pull } from './pull.ts'

let bed: Bed
afterEach(() => bed?.close())
const open = async (options?: BedOptions) => {
  bed = await openBed(options)
  const streams = new Map([
    ['items', { timing: every(60_000) }],
    ['orders', { timing: every(60_000), after: ['items'] }],
  ])
  bed.change({ setups: [{ name: 'shop', streams }] })
}
const orders = (count: number) => {
  for (let id = 1; id <= count; id++) bed.partner.orders.set(id, tinyOrder(id))
}
const known = async () => (await bed.database.read.selectFrom('document').select('key').where('type', '=', 'sales-order').execute()).length
const position = async () =>
  JSON.parse(
    (await bed.database.read.selectFrom('cursor').select('position').where('stream', '=', 'orders').executeTakeFirst())?.position ?? 'null',
  )
const waits = async () => {
  const setup = bed.context.catalogue().connections.get('shop') ?? expect.unreachable()
  return waitsForBaseline(bed.context, setup, 'orders')
}

describe('the first load', () => {
  test('comes in order: code lists, parties, locations, products, prices, stock, then documents', () => {
    expect([...baselineOrder(woocommerce, ['orders', 'refunds', 'products'])]).toEqual([
      ['orders', ['products']],
      ['refunds', ['products']],
      ['products', []],
    ])
  })

  test('of documents waits for that of master data', async () => {
    await open({ routes: [] })
    orders(3)
    expect(await pull(bed.context, 'shop', 'orders')).toEqual({ state: 'not-due' })
    expect(await waits()).toEqual(['items'])
    bed.partner.items.push('LAMP')
    expect(await pull(bed.context, 'shop', 'items')).toMatchObject({ state: 'done' })
    expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'done', records: 3 })
  })

  test('does not wait for ever for a stream that is broken or paused', async () => {
    await open({ routes: [] })
    orders(3)
    bed.partner.intercept = (request, usual) => (request.path === '/shop/items' ? { status: 500, body: {} } : usual())
    for (let tries = 0; tries < 3; tries++) await later(bed, 300_000, ['items', 'orders'])
    expect(await known()).toBe(3)
    await bed.close()
    await open({ routes: [] })
    orders(2)
    await bed.database.write((tx) => pauseRuns(tx, 'default', { connection: 'shop', stream: 'items', kind: 'pull' }, bed.clock.now))
    expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'done', records: 2 })
  })

  test('is counted: what was read and what became of it', async () => {
    await open({ routes: [] })
    orders(60)
    bed.partner.orders.set(61, tinyOrder(61, { state: 'cart' }))
    bed.partner.orders.set(62, tinyOrder(62, { currency: 'nothing' }))
    await bed.drain(bed.context, ['items', 'orders'])
    const [row] = (await baselinesOf(bed.database.read, 'default', 'shop')).filter(({ stream }) => stream === 'orders')
    expect(row).toMatchObject({ pages: 2, records: 62, ended_at: bed.clock.now, signed_at: null })
    const states = await countBaselineStates(bed.database.read, 'default', 'shop')
    expect(Object.fromEntries(states.filter(({ stream }) => stream === 'orders').map(({ state, count }) => [state, count]))).toEqual({
      applied: 60,
      ignored: 1,
      dead: 1,
    })
    bed.partner.orders.set(63, tinyOrder(63, { at: new Date(bed.clock.now).toISOString() }))
    await later(bed, 60_000, ['orders'])
    expect((await countBaselineStates(bed.database.read, 'default', 'shop')).reduce((sum, { count }) => sum + count, 0)).toBe(62)
  })

  test('of a long list ends after so many pages, lets others have their turn, and goes on where it was', async () => {
    await open({ routes: [], settings: { pullPages: 2 } })
    await pull(bed.context, 'shop', 'items')
    orders(330)
    expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'stopped', pages: 2 })
    expect(await position()).toMatchObject({ baseline: true, mark: { ask: { page: { number: 3 } }, pages: 2, rows: 100 } })
    expect(await pull(bed.another(), 'shop', 'orders')).toMatchObject({ state: 'stopped', pages: 3 })
    expect(await pull(bed.another(), 'shop', 'orders')).toMatchObject({ state: 'done' })
    expect(await position()).toEqual({ time: '2026-11-23T08:00:00.000Z' })
    await bed.drain()
    expect(await known()).toBe(330)
  })

  test('whose place the partner does not know any more begins again', async () => {
    await open({ routes: [], settings: { pullPages: 2 } })
    await pull(bed.context, 'shop', 'items')
    orders(130)
    await pull(bed.context, 'shop', 'orders')
    bed.partner.intercept = (request, usual) => (request.query.get('page') === '3' ? { status: 400, body: {} } : usual())
    expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'failed', code: 'http-400' })
    expect(await position()).toEqual({ time: null, baseline: true })
    bed.partner.intercept = (_, usual) => usual()
    for (let round = 0; round < 3; round++) await later(bed, 60_000, ['orders'])
    expect(await known()).toBe(130)
  })

  test('that is taken up knows no change later than its own beginning', async () => {
    await open({ routes: [], settings: { pullPages: 1 } })
    await pull(bed.context, 'shop', 'items')
    for (let id = 1; id <= 70; id++) bed.partner.orders.set(id, tinyOrder(id, { at: '2026-11-23T08:59:00.000Z' }))
    await pull(bed.context, 'shop', 'orders')
    bed.clock.now += 200_000
    // changed on a page that was read already: the next run must not begin behind it
    bed.partner.orders.set(5, tinyOrder(5, { at: new Date(bed.clock.now).toISOString(), total: '12.00' }))
    bed.partner.orders.set(70, tinyOrder(70, { at: new Date(bed.clock.now + 9000).toISOString() }))
    bed.clock.now += 5000
    await bed.drain(bed.context, ['orders'])
    await later(bed, 60_000, ['orders'])
    const document = await bed.database.read.selectFrom('document').select('body').where('key', '=', 'shop/5').executeTakeFirstOrThrow()
    expect(JSON.parse(document.body).totals.grandTotal).toBe('12.00')
  })
})
