import { afterEach, expect, test } from 'vitest'
import { documentOf, dutiesOf, hook, knowLamp, later, order, statesOf } from '../testing/bed-questions.ts'
import { type Bed, openBed, toErp } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { rehearse, rehearseDelivery, replayDelivery, replayEnvelopes, settleByHand } from './replay.ts'
import { openParkWatch, reviewParked } from './sweep.ts'

let bed: Bed
afterEach(() => bed.close())
const later1s = '2026-11-23T08:00:01.000Z'

/** A mapping that was mended meanwhile: the note is written in capitals, and a word as date is accepted. */
function mend() {
  const catalogue = bed.context.catalogue()
  const mapping = catalogue.mappings.get('tiny/order') ?? expect.unreachable()
  const pull: typeof mapping.pull = (record, about) => {
    const mended =
      typeof record === 'object' && record !== null && 'placed' in record && record.placed === 'yesterday'
        ? { ...record, placed: '2026-11-22T08:00:00.000Z' }
        : record
    const result = mapping.pull(mended, about)
    return result.ok ? { ...result, value: { ...result.value, note: 'MENDED' } } : result
  }
  return {
    ...bed.context,
    catalogue: () => ({ ...catalogue, mappings: new Map([...catalogue.mappings, ['tiny/order', { ...mapping, pull }]]) }),
  }
}

test('a dead envelope is processed again with the mended mapping, after a rehearsal that changes nothing', async () => {
  bed = await openBed({ routes: [] })
  await hook(bed, tinyOrder(1, { placed: 'yesterday' }))
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(['dead/invalid'])
  const mended = mend()
  const { id } = await bed.database.read.selectFrom('envelope').select('id').executeTakeFirstOrThrow()
  const [rehearsal] = await rehearse(mended, { ids: [id] })
  expect(rehearsal).toMatchObject({
    state: 'applied',
    documents: [{ type: 'sales-order', key: 'shop/1', before: null, after: { note: 'MENDED' } }],
  })
  expect(await documentOf(bed, 'sales-order', 'shop/1')).toBe(undefined)
  expect(await statesOf(bed, 'envelope')).toEqual(['dead/invalid'])
  expect(await replayEnvelopes(mended, { ids: [id] })).toBe(1)
  await bed.drain(mended)
  expect(await statesOf(bed, 'envelope')).toEqual(['applied'])
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.version).toBe(1)
})

test('a range is processed again; what a newer record replaced stays as it is', async () => {
  bed = await openBed({ routes: [] })
  for (const id of [1, 2]) await order(bed, id)
  await order(bed, 2, { at: later1s, note: 'newer' })
  const mended = mend()
  const rehearsals = await rehearse(mended, { connection: 'shop', stream: 'orders' })
  expect(rehearsals.map(({ state, documents }) => `${state} ${documents.length}`)).toEqual(['applied 1', 'stale 0', 'applied 1'])
  expect(await replayEnvelopes(mended, { connection: 'shop', stream: 'orders' })).toBe(3)
  await bed.drain(mended)
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'stale', 'applied'])
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.version).toBe(2)
  expect((await documentOf(bed, 'sales-order', 'shop/2'))?.version).toBe(3)
})

test('a receipt that could not be cut is cut again when the connector was mended; still unreadable it is dead again', async () => {
  bed = await openBed({ routes: [] })
  await hook(bed, { order: tinyOrder(1) }, 'order-wrapped')
  await hook(bed, '{"id": 1, ')
  await bed.drain()
  const rows = await bed.database.read.selectFrom('envelope').select('id').orderBy('id').execute()
  expect(await statesOf(bed, 'envelope')).toEqual(['ignored/unknown-topic', 'dead/unparseable'])
  const webhook = tinyShop.webhook ?? expect.unreachable()
  const topics = { ...webhook.topics, 'order-wrapped': { stream: 'orders', carries: 'whole', records: 'order' } } as const
  bed.change({ setups: [{ name: 'shop', connector: { ...tinyShop, webhook: { ...webhook, topics } } }] })
  expect(await replayEnvelopes(bed.context, { ids: rows.map(({ id }) => id) })).toBe(2)
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(['duplicate', 'duplicate', 'dead/unparseable', 'applied'])
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.version).toBe(1)
})

test('a delivery is rehearsed, sent again under a new effect key, or settled by hand', async () => {
  bed = await openBed()
  await knowLamp(bed)
  bed.partner.intercept = (request, usual) => (request.method === 'POST' ? { status: 422, body: {} } : usual())
  for (const id of [1, 2]) await order(bed, id)
  bed.partner.intercept = (_, usual) => usual()
  const rows = await bed.database.read.selectFrom('delivery').select(['id', 'effect_key']).orderBy('id').execute()
  const [first, second] = [rows[0] ?? expect.unreachable(), rows[1] ?? expect.unreachable()]
  expect(await rehearseDelivery(bed.context, first.id)).toEqual({
    frozen: expect.stringContaining('shop/1'),
    now: expect.objectContaining({ reference: 'shop/1' }),
  })
  await replayDelivery(bed.context, first.id, { who: 'ann', reason: 'the partner lost it' })
  await settleByHand(bed.context, second.id, { state: 'cancelled' })
  await bed.drain()
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create cancelled/by-hand'])
  const after = await bed.database.read
    .selectFrom('delivery')
    .select(['effect_key', 'generation'])
    .where('id', '=', first.id)
    .executeTakeFirstOrThrow()
  expect(after.generation).toBe(1)
  expect(after.effect_key).not.toBe(first.effect_key)
  await expect(replayDelivery(bed.context, first.id, 'same')).rejects.toMatchObject({ detail: { code: 'not-replayable' } })
  await expect(replayDelivery(bed.context, 'nothing', 'same')).rejects.toMatchObject({ detail: { code: 'unknown-delivery' } })
})

test('what is parked is freed when its reason is gone behind the back of the pipeline, and raises one alarm when it waits too long', async () => {
  bed = await openBed({ routes: [{ ...toErp, holds: ['does-not-foot'] }] })
  await knowLamp(bed)
  await order(bed, 1, { total: '11.00', lines: [{ id: 1, sku: 'LAMP', qty: '1', amount: '10.00' }] })
  await order(bed, 2, { lines: [{ id: 1, sku: 'SHADE', qty: '1', amount: '10.00' }] })
  expect(await dutiesOf(bed)).toEqual(['create parked/held', 'create parked/missing-link'])
  const watch = openParkWatch()
  expect(await reviewParked(bed.context, watch)).toEqual([])
  bed.clock.now += 3_600_001
  for (let i = 0; i < 3; i++) await reviewParked(bed.context, watch)
  expect(bed.said.filter(({ message }) => message.includes('parked')).length).toBe(2)
  // a person closes the finding, an import writes links
  await bed.database.write(async (tx) => {
    await tx.updateTable('finding').set({ state: 'closed', closed_at: bed.clock.now }).execute()
    const link = {
      tenant: 'default',
      type: 'product',
      key: 'SHADE',
      version: null,
      image_hash: null,
      linked_by: 'person',
      at: bed.clock.now,
    } as const
    await tx
      .insertInto('link')
      .values([
        { ...link, connection: 'shop', external_key: 'SHADE' },
        { ...link, connection: 'erp', external_key: '8' },
      ])
      .execute()
  })
  expect(await reviewParked(bed.context, watch)).toEqual([{ kind: 'deliver', connection: 'erp' }])
  await later(bed, 0)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create delivered'])
})

test('a route that is switched off parks its duties, and frees them when it is on again', async () => {
  bed = await openBed()
  await hook(bed, tinyOrder(1))
  await knowLamp(bed)
  bed.change({ routes: [{ ...toErp, mode: 'off' }] })
  await bed.drain()
  await later(bed, 1000)
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  await hook(bed, tinyOrder(2))
  bed.change({ routes: [toErp] })
  const { split } = await import('./split.ts')
  const { ingest } = await import('./ingest.ts')
  const { sweep } = await import('./sweep.ts')
  await split(bed.context)
  for (const ring of await sweep(bed.context)) if (ring.kind === 'ingest') await ingest(bed.context, ring.lane)
  bed.change({ routes: [{ ...toErp, mode: 'off' }] })
  await bed.drain()
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create parked/route-off'])
  bed.change({ routes: [toErp] })
  await reviewParked(bed.context, openParkWatch())
  await bed.drain()
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create delivered'])
})
