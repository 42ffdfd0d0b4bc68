import { afterEach, expect, test } from 'vitest'
import { openAlarms } from '../store/alarm.ts'
import { insertShapes, listShapes } from '../store/shape.ts'
import { documentOf, statesOf as everyState, hook, later } from '../testing/bed-questions.ts'
import { Killed, mortal } from '../testing/mortal.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { type TinyOrder, tinyOrder } from '../testing/tiny-partner.ts'
import { acceptDrift } from './drift.ts'
import { pull } from './pull.ts'
import { requestPull } from './schedule.ts'
import { openParkWatch, reviewParked } from './sweep.ts'

let bed: Bed
afterEach(() => bed.close())

const minute = 60_000
const { orders } = tinyShop.streams
if (orders === undefined) throw new Error('the tiny shop has no orders')
const watched = { ...tinyShop, streams: { ...tinyShop.streams, orders: { ...orders, words: ['state'] } } }

/** A shop whose first read showed two orders; from then on its changes do as `drift` says. */
async function read(drift: 'warn' | 'stop' | undefined) {
  bed = await openBed({ routes: [], shop: watched })
  for (const id of [1, 2]) bed.partner.orders.set(id, tinyOrder(id))
  await bed.drain(bed.context, ['orders'])
  const setup = bed.context.catalogue().connections.get('shop')
  const timing = setup?.streams.get('orders')?.timing
  if (timing === undefined) throw new Error('the shop has no orders')
  say(drift)
}
function say(drift: 'warn' | 'stop' | undefined): void {
  const streams = new Map(bed.context.catalogue().connections.get('shop')?.streams)
  const timing = streams.get('orders')?.timing ?? expect.unreachable()
  streams.set('orders', { timing, ...(drift === undefined ? {} : { drift }) })
  bed.change({ setups: [{ name: 'shop', streams }] })
}
const put = (id: number, at: string, more: object = {}) => bed.partner.orders.set(id, { ...tinyOrder(id, { at }), ...more } as TinyOrder)
const totals = async () => {
  const found = await Promise.all([1, 2, 3, 4].map(async (id) => (await documentOf(bed, 'sales-order', `shop/${id}`))?.body))
  return found.map((body) => (body === undefined ? undefined : JSON.parse(body).totals?.grandTotal))
}
const accept = (paths?: readonly string[]) =>
  bed.database.write((tx) =>
    acceptDrift(tx, 'default', { connection: 'shop', stream: 'orders', paths }, { who: 'a-person', at: bed.clock.now }),
  )
const open = async () => (await listShapes(bed.database.read, 'default', { open: true, limit: 100 })).map(({ path }) => path)
/** what is read twice at the edge of two runs is left out */
const statesOf = async (of: Bed, table: 'envelope') => (await everyState(of, table)).filter((state) => state !== 'duplicate')
const alarms = async () => (await openAlarms(bed.database.read, 'default')).filter(({ kind }) => kind === 'drift')

test('a stream that stops applies nothing from the changed record on, says what changed, and goes on in order once a person accepts it', async () => {
  await read('stop')
  put(1, '2026-11-23T09:00:10.000Z', { total: '11.00', lines: tinyOrder(1, { total: '11.00' }).lines })
  put(2, '2026-11-23T09:00:20.000Z', { total: '12.00', lines: tinyOrder(2, { total: '12.00' }).lines, gift: { from: 'Ada' } })
  put(3, '2026-11-23T09:00:30.000Z')
  await later(bed, minute, ['orders'])
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'applied', 'applied', 'parked/drift', 'parked/drift'])
  expect(await open()).toEqual(['gift.from', 'gift'])
  const details = await bed.database.read.selectFrom('envelope').select('detail').where('state', '=', 'parked').orderBy('id').execute()
  expect(JSON.parse(details[0]?.detail ?? '{}')).toEqual({
    message: expect.stringMatching(
      /'gift' of shop orders is a new field: object, such as an object of 1 fields; .*crossdock drift accept shop orders/,
    ),
    path: 'gift',
    type: 'object',
    former: [],
    example: 'an object of 1 fields',
  })
  expect(details[1]?.detail).toContain('waits behind another record')
  expect(JSON.stringify(details)).not.toContain('Ada')

  // whatever way records come, they wait: what a webhook brings later must not overtake
  await hook(bed, { ...tinyOrder(2, { at: '2026-11-23T09:00:50.000Z', total: '13.00' }), gift: { from: 'Bob' } })
  await bed.drain()
  expect((await statesOf(bed, 'envelope')).at(-1)).toBe('parked/drift')
  await requestPull(bed.context, 'shop', 'orders')
  expect(await pull(bed.context, 'shop', 'orders')).toEqual({ state: 'not-due' })
  await later(bed, minute, ['orders'])
  expect(await alarms()).toMatchObject([{ subject: 'drift/shop/orders', message: expect.stringContaining('shop orders is stopped: ') }])

  expect(await accept(['gift'])).toMatchObject({ accepted: [{ path: 'gift' }], open: 1, lanes: [] })
  await bed.drain()
  expect((await statesOf(bed, 'envelope')).slice(3)).toEqual(['parked/drift', 'parked/drift', 'parked/drift'])
  expect(await accept(['nothing'])).toEqual({ missing: 'nothing' })
  expect(await accept()).toMatchObject({ accepted: [{ path: 'gift.from', accepted_by: null }], open: 0 })
  await later(bed, minute, ['orders'])
  expect(await totals()).toEqual(['11.00', '13.00', '10.00', undefined])
  expect((await statesOf(bed, 'envelope')).filter((state) => state.startsWith('parked'))).toEqual([])
  await later(bed, minute)
  expect(await alarms()).toEqual([])
})

test('a record whose changed field breaks what the stream promises waits instead of dying', async () => {
  await read('stop')
  put(1, '2026-11-23T09:00:10.000Z', { total: 11 })
  await later(bed, minute, ['orders'])
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['parked/drift'])
  const [change] = await listShapes(bed.database.read, 'default', { limit: 10 })
  expect(change).toMatchObject({ path: 'total', type: 'number', former: '["string"]', example: '99', accepted_at: null })
  await accept()
  await bed.drain()
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['dead/invalid'])
})

test.each([
  ['of which the workspace says that it goes on', () => say('warn')],
  [
    'whose change was accepted while a record began to wait',
    () =>
      bed.database.write((tx) => tx.updateTable('shape').set({ accepted_at: bed.clock.now }).where('accepted_at', 'is', null).execute()),
  ],
])('the sweep frees what waits for a stream %s', async (_, goOn) => {
  await read('stop')
  put(1, '2026-11-23T09:00:10.000Z', { total: '11.00', lines: tinyOrder(1, { total: '11.00' }).lines, gift: true })
  put(2, '2026-11-23T09:00:20.000Z', { total: '12.00', lines: tinyOrder(2, { total: '12.00' }).lines })
  await later(bed, minute, ['orders'])
  const watch = openParkWatch()
  expect(await reviewParked(bed.context, watch)).toEqual([])
  expect(await totals()).toEqual(['10.00', '10.00', undefined, undefined])
  await goOn()
  expect(await reviewParked(bed.context, watch)).toContainEqual({ kind: 'ingest', lane: expect.any(Number) })
  await bed.drain()
  expect(await totals()).toEqual(['11.00', '12.00', undefined, undefined])
})

test('a stream stops however many changes of others wait for a person', async () => {
  await read('stop')
  const [some] = await bed.database.read.selectFrom('shape').selectAll().limit(1).execute()
  if (some === undefined) throw new Error('nothing was learned')
  const rows = Array.from({ length: 1200 }, (_, at) => ({ ...some, connection: 'busy', hash: String(at), id: `0${at}`, accepted_at: null }))
  await bed.database.write((tx) => insertShapes(tx, rows))
  put(1, '2026-11-23T09:00:10.000Z', { gift: true })
  await later(bed, minute, ['orders'])
  put(2, '2026-11-23T09:00:20.000Z', { total: '12.00', lines: tinyOrder(2, { total: '12.00' }).lines })
  await hook(bed, tinyOrder(3, { at: '2026-11-23T09:00:30.000Z' }))
  await bed.drain()
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['parked/drift', 'parked/drift'])
  expect(await pull(bed.context, 'shop', 'orders')).toEqual({ state: 'not-due' })
})

test('what a webhook brings while the first read goes on is learned from, and stops nothing', async () => {
  bed = await openBed({ routes: [], shop: watched })
  for (let id = 1; id <= 120; id++) bed.partner.orders.set(id, tinyOrder(id))
  say('stop')
  const paged = { ...bed.context, settings: { ...bed.context.settings, pullPages: 1 } }
  await pull(paged, 'shop', 'orders')
  await bed.drain(bed.context)
  await hook(bed, { ...tinyOrder(200), gift: true })
  await bed.drain(bed.context)
  expect(await statesOf(bed, 'envelope')).toContain('applied')
  expect((await statesOf(bed, 'envelope')).filter((state) => state !== 'applied')).toEqual([])
  await bed.drain(bed.context, ['orders'])
  put(1, '2026-11-23T09:00:10.000Z', { card: true })
  await later(bed, minute, ['orders'])
  expect((await statesOf(bed, 'envelope')).at(-1)).toBe('parked/drift')
  expect(await open()).toEqual(['card'])
})

test('a word that was never there stops the stream too', async () => {
  await read('stop')
  put(1, '2026-11-23T09:00:10.000Z', { state: 'on-hold' })
  await later(bed, minute, ['orders'])
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['parked/drift'])
  await later(bed, minute)
  expect((await alarms())[0]?.message).toContain('has the word "on-hold", which it never had before (')
})

test('a change that only warns is applied, and its alarm is open until it is accepted', async () => {
  await read('warn')
  put(1, '2026-11-23T09:00:10.000Z', { total: '11.00', lines: tinyOrder(1, { total: '11.00' }).lines, gift: true })
  await later(bed, minute, ['orders'])
  expect(await totals()).toEqual(['11.00', '10.00', undefined, undefined])
  await later(bed, minute)
  expect(await alarms()).toMatchObject([{ detail: expect.stringContaining('"stopped":false') }])
  put(1, '2026-11-23T09:01:10.000Z', { gift: false })
  await later(bed, minute, ['orders'])
  expect((await listShapes(bed.database.read, 'default', { limit: 10 })).map(({ path }) => path)).toEqual(['gift'])
  await accept()
  await later(bed, minute, ['orders'])
  expect(await alarms()).toEqual([])
})

test('without a policy a change is written down, and nothing else happens', async () => {
  await read(undefined)
  put(1, '2026-11-23T09:00:10.000Z', { gift: true })
  await later(bed, minute, ['orders'])
  expect(await listShapes(bed.database.read, 'default', { limit: 10 })).toMatchObject([
    { path: 'gift', type: 'boolean', how: 'drift', accepted_at: bed.clock.now, accepted_by: null },
  ])
  expect(await alarms()).toEqual([])
})

test.each([1, 2, 3])('a process that dies at any commit has applied nothing after the change: commit %i', async (place) => {
  await read('stop')
  put(1, '2026-11-23T09:00:10.000Z', { gift: true })
  put(2, '2026-11-23T09:00:20.000Z', { total: '12.00', lines: tinyOrder(2, { total: '12.00' }).lines })
  bed.clock.now += minute
  const life = mortal(bed.database, place)
  await bed.drain(bed.another(life.database), ['orders']).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error
  })
  bed.clock.now += minute
  await bed.drain(bed.another(), ['orders'])
  expect(await totals()).toEqual(['10.00', '10.00', undefined, undefined])
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['parked/drift', 'parked/drift'])
  await accept()
  await later(bed, minute, ['orders'])
  expect(await totals()).toEqual(['10.00', '12.00', undefined, undefined])
})

test('another process, which knows nothing yet, stops at the same record', async () => {
  await read('stop')
  const other = bed.another()
  put(1, '2026-11-23T09:00:10.000Z', { gift: true })
  bed.clock.now += minute
  await bed.drain(other, ['orders'])
  put(3, '2026-11-23T09:00:30.000Z')
  await hook(bed, tinyOrder(3, { at: '2026-11-23T09:00:30.000Z' }))
  await bed.drain(bed.context)
  expect((await statesOf(bed, 'envelope')).slice(2)).toEqual(['parked/drift', 'parked/drift'])
})
