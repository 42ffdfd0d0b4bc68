import { afterEach, expect, test } from 'vitest'
import { dutiesOf, knowLamp, later, order } from '../testing/bed-questions.ts'
import { type Bed, openBed, toShop } from '../testing/pipeline-bed.ts'
import type { Route } from './context.ts'
import { requestPull } from './schedule.ts'

let bed: Bed
afterEach(() => bed.close())
const open = async (route: Route = toShop) => {
  bed = await openBed({ routes: [route] })
  await knowLamp(bed)
  bed.partner.stock.set(7, 100)
  bed.partner.shown.set('LAMP', 100)
  await bed.drain(bed.context, ['stock', 'orders'])
}
const writes = () =>
  bed.partner.requests
    .filter(({ method, path }) => method === 'PUT' && path.startsWith('/shop/stock'))
    .map(({ body }) => JSON.parse(body).quantity)
const minute = 60_000

test('a baseline figure is pushed to nobody, a later one is, rendered when it is sent', async () => {
  await open()
  expect(await dutiesOf(bed, 'shop')).toEqual([])
  bed.partner.stock.set(7, 90)
  await later(bed, minute, ['stock', 'orders'])
  await later(bed, 2000, ['orders'])
  expect(writes()).toEqual([90])
  expect(bed.partner.shown.get('LAMP')).toBe(90)
})

test('an older duty is superseded by a newer one and never sent', async () => {
  await open()
  let up = false
  bed.partner.intercept = (request, usual) => (request.path.startsWith('/shop/stock') && !up ? { status: 503, body: {} } : usual())
  for (const quantity of [90, 80, 70]) {
    bed.partner.stock.set(7, quantity)
    await later(bed, minute, ['stock'])
  }
  up = true
  await later(bed, minute, ['orders'])
  await later(bed, minute, ['orders'])
  expect(writes()).toEqual([70])
  const duties = await dutiesOf(bed, 'shop')
  expect(duties.slice(0, 2)).toEqual(['state superseded/newer', 'state superseded/newer'])
  expect(duties.at(-1)).toBe('state delivered')
})

test('changes that come while a route waits are one push, and the first of them decides when', async () => {
  await open({ ...toShop, coalesceMs: 5000 })
  for (const quantity of [90, 80, 70]) {
    bed.partner.stock.set(7, quantity)
    await requestPull(bed.context, 'erp', 'stock')
    await later(bed, 2000, ['stock'])
    expect(writes()).toEqual([])
  }
  expect(bed.partner.calls('GET', '/shop/stock')).toBe(0)
  await later(bed, 1000, ['orders'])
  expect(bed.partner.calls('GET', '/shop/stock')).toBe(1)
  await later(bed, 2000, ['orders'])
  expect(writes()).toEqual([70])
  expect(await dutiesOf(bed, 'shop')).toEqual(['state delivered'])
})

test('a newer figure does not end the back-off of a partner that is down', async () => {
  await open()
  bed.partner.intercept = (request, usual) => (request.path.startsWith('/shop/stock') ? { status: 503, body: {} } : usual())
  const asked = () => bed.partner.calls('GET', '/shop/stock')
  bed.partner.stock.set(7, 90)
  await later(bed, minute, ['stock'])
  expect(asked()).toBe(1)
  for (const quantity of [80, 70]) {
    bed.partner.stock.set(7, quantity)
    await requestPull(bed.context, 'erp', 'stock')
    await later(bed, 10, ['stock'])
  }
  // the one that was tried, and one that carries both figures since
  expect(await dutiesOf(bed, 'shop')).toHaveLength(2)
  expect(asked()).toBe(1)
  await later(bed, 1000)
  expect(asked()).toBe(2)
})

test('a figure that stands there already is not written', async () => {
  await open()
  bed.partner.stock.set(7, 90)
  bed.partner.shown.set('LAMP', 90)
  await later(bed, minute, ['stock'])
  expect(writes()).toEqual([])
  expect(await dutiesOf(bed, 'shop')).toEqual(['state delivered/already'])
})

test('the expected figure, last push less what the shop sold since, is overwritten at once', async () => {
  await open()
  bed.partner.stock.set(7, 90)
  await later(bed, minute, ['stock', 'orders'])
  await later(bed, 2000, ['orders'])
  expect(writes()).toEqual([90])
  // the shop sells one: it shows 89, and so does the hub expect
  bed.partner.shown.set('LAMP', 89)
  await order(bed, 1)
  expect(await dutiesOf(bed, 'shop')).toEqual(['state delivered', 'state delivered/already'])
  bed.partner.stock.set(7, 60)
  const asked = bed.partner.calls('GET', '/shop/orders')
  await later(bed, 2000)
  await later(bed, minute, ['stock'])
  expect(writes()).toEqual([90, 59])
  expect(bed.partner.calls('GET', '/shop/orders')).toBe(asked)
})

test('an unexpected figure makes the hub take in the orders of the shop before it writes', async () => {
  await open()
  bed.partner.stock.set(7, 90)
  await later(bed, minute, ['stock', 'orders'])
  await later(bed, 2000, ['orders'])
  // two orders the hub has not seen: the shop shows 88, the ERP counts 20 more
  for (const id of [1, 2]) {
    const { tinyOrder } = await import('../testing/tiny-partner.ts')
    bed.partner.orders.set(id, tinyOrder(id, { at: '2026-11-23T09:03:00.000Z', placed: '2026-11-23T09:03:00.000Z' }))
  }
  bed.partner.shown.set('LAMP', 88)
  bed.partner.stock.set(7, 110)
  await later(bed, minute, ['stock'])
  expect(writes()).toEqual([90])
  expect((await dutiesOf(bed, 'shop')).at(-1)).toMatch(/^state waiting\/orders-first:0:/)
  await later(bed, 2000, ['orders'])
  await later(bed, 2000, ['orders'])
  expect(writes()).toEqual([90, 108])
  expect(bed.partner.shown.get('LAMP')).toBe(108)
})

test('orders that cannot be pulled do not hold the figure for ever', async () => {
  await open()
  bed.partner.stock.set(7, 90)
  await later(bed, minute, ['stock', 'orders'])
  await later(bed, 2000, ['orders'])
  bed.partner.intercept = (request, usual) => (request.path === '/shop/orders' ? { status: 503, body: {} } : usual())
  bed.partner.shown.set('LAMP', 50)
  bed.partner.stock.set(7, 70)
  await later(bed, minute, ['stock', 'orders'])
  for (let i = 0; i < 4; i++) await later(bed, 2000, ['orders'])
  expect(writes()).toEqual([90, 70])
})
