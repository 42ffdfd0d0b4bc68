import { afterEach, expect, test } from 'vitest'
import { documentOf, dutiesOf, hook, knowLamp, later, openFindingsOf, order, statesOf } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed, toErp } from '../testing/pipeline-bed.ts'
import { byFinding, saleAction, tinyErp } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { restState } from './at-rest.ts'

let bed: Bed
afterEach(() => bed.close())
const open = async (options?: BedOptions) => {
  bed = await openBed(options)
}
const later1s = '2026-11-23T08:00:01.000Z'
const later2s = '2026-11-23T08:00:02.000Z'

test('an order that came by webhook becomes one sale in the ERP, with its line translated', async () => {
  await open()
  await knowLamp(bed)
  await order(bed, 1)
  expect([...bed.partner.sales.values()].map(({ body }) => body)).toEqual([
    { reference: 'shop/1', total: '10.00', lines: [{ number: '1', article: '7', quantity: '1' }] },
  ])
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  const links = await bed.database.read
    .selectFrom('link')
    .select(['external_key', 'key', 'linked_by', 'version'])
    .where('connection', '=', 'erp')
    .where('type', '=', 'sales-order')
    .execute()
  expect(links).toEqual([{ external_key: '1', key: 'shop/1', linked_by: 'delivery', version: '00000000000000000001' }])
  const lines = await bed.database.read.selectFrom('line_link').select(['external_line', 'line']).where('connection', '=', 'erp').execute()
  expect(lines).toEqual([{ external_line: '101', line: '10' }])
  expect(await restState(bed.context)).toMatchObject({ atRest: true, waiting: { blockedDeliveries: 0, parkedDeliveries: 0 } })
  expect(bed.said).toEqual([])
})

test('the same thing by webhook, again by webhook and by poll has effect once', async () => {
  await open()
  await knowLamp(bed)
  await order(bed, 1)
  const receipts = () => bed.database.read.selectFrom('receipt').select('kind').execute()
  const before = (await receipts()).length
  await hook(bed, tinyOrder(1))
  await later(bed, 60_000, ['orders'])
  await later(bed, 60_000, ['orders'])
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['applied', 'duplicate'])
  expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
  // what polls read again fills no table, and is counted
  expect(bed.repeated()).toBe(2)
  expect(await receipts()).toHaveLength(before + 1)
})

test('a signed event id tells duplicates apart from conflicts, and a conflict is settled by asking again', async () => {
  await open()
  await knowLamp(bed)
  const truth = tinyOrder(1, { note: 'the truth', at: later1s })
  bed.partner.orders.set(1, truth)
  await hook(bed, tinyOrder(1), 'order', 'e1')
  await hook(bed, tinyOrder(1), 'order', 'e1')
  await hook(bed, tinyOrder(1, { note: 'another story' }), 'order', 'e1')
  await bed.drain()
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['applied', 'duplicate', 'ignored/refetch', 'applied'])
  expect(JSON.parse((await documentOf(bed, 'sales-order', 'shop/1'))?.body ?? '{}')).toMatchObject({ note: 'the truth' })
})

test('without a way to ask again a conflict is kept for a person, and the document stays as it was', async () => {
  const { tinyShop } = await import('../testing/tiny-connectors.ts')
  const { byKey: _, ...orders } = tinyShop.streams.orders ?? expect.unreachable()
  await open({ shop: { ...tinyShop, streams: { ...tinyShop.streams, orders } } })
  await hook(bed, tinyOrder(1), 'order', 'e1')
  await hook(bed, tinyOrder(1, { note: 'another story' }), 'order', 'e1')
  await hook(bed, tinyOrder(1, { note: 'a third one' }), 'order', 'e2')
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'dead/conflict', 'dead/conflict'])
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.version).toBe(1)
})

test('an older version that comes late is stale, and changes nothing', async () => {
  await open()
  await order(bed, 1, { at: later2s, note: 'new' })
  await hook(bed, tinyOrder(1, { at: later1s, note: 'old' }))
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'stale'])
  expect(JSON.parse((await documentOf(bed, 'sales-order', 'shop/1'))?.body ?? '{}')).toMatchObject({ note: 'new' })
})

test('a message that only names the record makes it read again; one answer serves many messages', async () => {
  await open()
  bed.partner.orders.set(1, tinyOrder(1))
  for (const event of ['a', 'b', 'c']) await hook(bed, { id: 1 }, 'orders-poked', event)
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(['ignored/refetch', 'ignored/refetch', 'ignored/refetch', 'applied'])
  expect(bed.partner.calls('GET', '/shop/orders/1')).toBe(1)
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.version).toBe(1)
})

test('what the partner does not have any more when it is read again is deleted', async () => {
  await open()
  await order(bed, 1)
  bed.partner.orders.delete(1)
  await hook(bed, { id: 1 }, 'orders-poked')
  await bed.drain()
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.deleted).toBe(1)
})

test('a delete is a version and cancels what was sent; a late copy of the record does not bring it back unasked', async () => {
  await open()
  await knowLamp(bed)
  await order(bed, 1)
  bed.partner.orders.delete(1)
  await hook(bed, { id: 1 }, 'order-gone')
  await hook(bed, tinyOrder(1, { at: later1s, note: 'late copy' }))
  await bed.drain()
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['applied', 'applied', 'ignored/refetch', 'unchanged'])
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.deleted).toBe(1)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'cancel delivered'])
  expect(bed.partner.sales.get(1)?.state).toBe('cancelled')
})

test('unreadable, unknown and filtered messages are kept with their reason; the same bytes again are a duplicate', async () => {
  await open()
  await hook(bed, '{"id": 1, "at"')
  await hook(bed, '{"id": 1, "at"')
  await hook(bed, { anything: true }, 'customer.created')
  await hook(bed, tinyOrder(1, { state: 'cart' }))
  await hook(bed, { id: 2, at: later1s, state: 'open' })
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual([
    'dead/unparseable',
    'duplicate',
    'ignored/unknown-topic',
    'ignored/filtered',
    'dead/invalid',
  ])
})

test('a signed message that cannot be read is dead, also where the topic would stand in it', async () => {
  const { tinyShop } = await import('../testing/tiny-connectors.ts')
  await open()
  const webhook = tinyShop.webhook ?? expect.unreachable()
  bed.change({ setups: [{ name: 'shop', connector: { ...tinyShop, webhook: { ...webhook, topic: { path: 'type' } } } }] })
  for (const body of ['{"type": "order.updated", "id": 1', '', '['.repeat(100), '{"type": "nothing we know"}', '{}']) await hook(bed, body)
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual([
    'dead/unparseable',
    'dead/unparseable',
    'dead/unparseable',
    'ignored/unknown-topic',
    'ignored/unknown-topic',
  ])
})

test('an edit sends a change with the bytes of the newest version; one that the partner would not see sends nothing', async () => {
  await open()
  await knowLamp(bed)
  await order(bed, 1)
  await order(bed, 1, { at: later1s, note: 'only for the shop' })
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'change superseded/no-change'])
  await order(bed, 1, { at: later2s, total: '12.00' })
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'change superseded/no-change', 'change delivered'])
  expect(bed.partner.sales.get(1)?.body).toMatchObject({ total: '12.00' })
  expect(bed.partner.calls('PUT', '/erp/sales/1')).toBe(1)
})

test('edits before the first send are one create with the newest version', async () => {
  await open()
  await knowLamp(bed)
  for (const [at, total] of [
    [later1s, '11.00'],
    [later2s, '12.00'],
  ] as const)
    await hook(bed, tinyOrder(1, { at, total }))
  await bed.drain()
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  expect(bed.partner.sales.get(1)?.body).toMatchObject({ total: '12.00' })
})

test('where the partner takes no change or no cancel, a person is told and nothing is sent', async () => {
  await open({ erp: tinyErp(saleAction(byFinding, ['change', 'cancel'])) })
  await knowLamp(bed)
  await order(bed, 1)
  await order(bed, 1, { at: later1s, total: '12.00' })
  await order(bed, 1, { at: later2s, total: '12.00', state: 'cancelled' })
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'change cancelled/edit-not-sent', 'cancel cancelled/cancel-not-sent'])
  expect(await openFindingsOf(bed)).toEqual(['cancel-not-sent shop/1', 'edit-not-sent shop/1'])
})

test('an order cancelled before it was sent never reaches the partner; revived it is created', async () => {
  await open()
  await order(bed, 1)
  expect(await dutiesOf(bed)).toEqual(['create parked/missing-link'])
  await order(bed, 1, { at: later1s, state: 'cancelled' })
  expect(await dutiesOf(bed)).toEqual(['create cancelled/never-sent'])
  await knowLamp(bed)
  expect(bed.partner.sales.size).toBe(0)
  await order(bed, 1, { at: later2s })
  expect(await dutiesOf(bed)).toEqual(['create cancelled/never-sent', 'create delivered'])
})

test('a cancel that the partner refuses is a finding, and its lane goes on', async () => {
  await open()
  await knowLamp(bed)
  await order(bed, 1)
  const sale = bed.partner.sales.get(1) ?? expect.unreachable()
  sale.state = 'shipped'
  await order(bed, 1, { at: later1s, state: 'cancelled' })
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'cancel cancelled/refused'])
  expect(await openFindingsOf(bed)).toEqual(['cancel-too-late shop/1'])
  expect((await restState(bed.context)).atRest).toBe(true)
})

test('a shadow route records what it would have sent; switched on later it creates', async () => {
  await open({ routes: [{ ...toErp, mode: 'shadow' }] })
  await knowLamp(bed)
  await order(bed, 1)
  expect(await dutiesOf(bed)).toEqual(['create cancelled/shadow'])
  const row = await bed.database.read.selectFrom('delivery').select('body').executeTakeFirst()
  expect(JSON.parse(row?.body ?? '{}')).toMatchObject({ reference: 'shop/1' })
  expect(bed.partner.requests.filter(({ method }) => method === 'POST')).toEqual([])
  bed.change({ routes: [toErp] })
  await order(bed, 1, { at: later1s, total: '11.00' })
  expect(await dutiesOf(bed)).toEqual(['create cancelled/shadow', 'create delivered'])
})

test('what was placed before a route begins makes no command', async () => {
  await open({ routes: [{ ...toErp, from: Date.parse('2026-11-23T08:30:00Z') }] })
  await knowLamp(bed)
  await order(bed, 1)
  await order(bed, 2, { placed: '2026-11-23T08:45:00.000Z' })
  expect([...bed.partner.sales.values()].map(({ reference }) => reference)).toEqual(['shop/2'])
})
