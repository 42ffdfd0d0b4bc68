import { afterEach, expect, test } from 'vitest'
import { retry } from '../model/errors.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import type { Ring } from './bell.ts'
import type { Context } from './context.ts'
import { openReceiver, receiverLimits } from './receive.ts'

let bed: Bed
afterEach(() => bed.close())
const receipts = () => bed.database.read.selectFrom('receipt').selectAll().orderBy('id').execute()
const send = (context: Context, id: number, limits = receiverLimits, receiver = openReceiver(context, limits)) => {
  const body = JSON.stringify(tinyOrder(id))
  return receiver.receive(
    'shop',
    { ...bed.signed(body, 'order', `e${id}`), authorization: 'Bearer hidden' },
    Buffer.from(body),
    bed.clock.now,
  )
}

test('stores the exact bytes with topic and event, without credentials, then answers as the partner wants and rings', async () => {
  bed = await openBed()
  const rings: Ring[] = []
  const context = { ...bed.context, bell: { ...bed.context.bell, ring: (ring: Ring) => rings.push(ring) } }
  expect(await send(context, 1)).toEqual({ status: 202, contentType: 'text/plain', body: 'ok' })
  const [row] = await receipts()
  expect(row).toMatchObject({
    connection: 'shop',
    stream: 'orders',
    topic: 'order',
    event_id: 'e1',
    state: 'received',
    received_at: bed.clock.now,
  })
  expect(Buffer.from(row?.body ?? []).toString()).toBe(JSON.stringify(tinyOrder(1)))
  expect(row?.headers).not.toContain('hidden')
  expect(rings).toEqual([{ kind: 'split' }])
  expect(context.handover.get(row?.id ?? '')).toBeDefined()
})

test('refuses what it cannot take and stores nothing of it', async () => {
  bed = await openBed()
  const receiver = openReceiver(bed.context)
  const body = Buffer.from(JSON.stringify(tinyOrder(1)))
  const large = Buffer.alloc(4097, 32)
  const headers = bed.signed(body.toString(), 'order')
  expect(await receiver.receive('nobody', headers, body, bed.clock.now)).toEqual({ status: 404 })
  expect(await receiver.receive('erp', headers, body, bed.clock.now)).toEqual({ status: 404 })
  expect(await receiver.receive('shop', { ...headers, 'x-signature': '00' }, body, bed.clock.now)).toEqual({ status: 401 })
  expect(await receiver.receive('shop', { 'x-topic': 'order' }, body, bed.clock.now)).toEqual({ status: 401 })
  expect(await receiver.receive('shop', bed.signed(large.toString(), 'order'), large, bed.clock.now)).toEqual({ status: 413 })
  expect(await receiver.receive('shop', {}, Buffer.from('ping'), bed.clock.now)).toMatchObject({ status: 202 })
  bed.change({ setups: [{ name: 'shop', paused: true }] })
  expect(await receiver.receive('shop', headers, body, bed.clock.now)).toEqual({ status: 503, retryAfterS: 60 })
  expect(await receipts()).toEqual([])
})

test('many requests share a commit', async () => {
  bed = await openBed()
  let commits = 0
  const context: Context = {
    ...bed.context,
    database: { ...bed.database, write: (work) => bed.database.write(work).finally(() => commits++) },
  }
  const receiver = openReceiver(context)
  const replies = await Promise.all(Array.from({ length: 100 }, (_, id) => send(context, id, receiverLimits, receiver)))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]))
  expect((await receipts()).length).toBe(100)
  expect(commits).toBeLessThan(10)
  expect(receiver.pendingBytes).toBe(0)
})

test('a commit that failed is answered 503, and nobody is told that it was taken', async () => {
  bed = await openBed()
  const context: Context = {
    ...bed.context,
    database: { ...bed.database, write: async () => Promise.reject(retry('commit-unknown', 'COMMIT failed')) },
  }
  expect(await send(context, 1)).toEqual({ status: 503, retryAfterS: 2 })
  expect(bed.said.map(({ level }) => level)).toEqual(['warn'])
})

test('over capacity senders are asked to come again, and there is room again after the commit', async () => {
  bed = await openBed()
  const receiver = openReceiver(bed.context, { ...receiverLimits, maxPendingBytes: 500, lingerMs: 20 })
  const replies = await Promise.all([1, 2, 3, 4, 5].map((id) => send(bed.context, id, receiverLimits, receiver)))
  expect(replies.filter(({ status }) => status === 503).every(({ retryAfterS }) => retryAfterS === 2)).toBe(true)
  const taken = replies.filter(({ status }) => status === 202).length
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThan(5)
  expect((await receipts()).length).toBe(taken)
  expect((await send(bed.context, 6, receiverLimits, receiver)).status).toBe(202)
})

test('one connection takes no more than its share, and leaves room for the others', async () => {
  bed = await openBed()
  bed.change({ setups: [{ name: 'erp', connector: tinyShop }] })
  const receiver = openReceiver(bed.context, { ...receiverLimits, maxPendingBytesOfOne: 500, lingerMs: 20 })
  const to = (connection: string, id: number) => {
    const body = JSON.stringify(tinyOrder(id))
    return receiver.receive(connection, bed.signed(body, 'order', `e${id}`), Buffer.from(body), bed.clock.now)
  }
  const [shops, erps] = await Promise.all([Promise.all([1, 2, 3, 4].map((id) => to('shop', id))), to('erp', 5)])
  expect(shops.map(({ status }) => status)).toEqual([202, 202, 503, 503])
  expect(shops[3]?.retryAfterS).toBe(2)
  expect(erps.status).toBe(202)
  expect((await to('shop', 6)).status).toBe(202)
  expect(receiver.pendingBytes).toBe(0)
})

test('close commits what was taken and takes no more', async () => {
  bed = await openBed()
  const receiver = openReceiver(bed.context)
  const taken = send(bed.context, 1, receiverLimits, receiver)
  await receiver.close()
  expect((await taken).status).toBe(202)
  expect((await send(bed.context, 2, receiverLimits, receiver)).status).toBe(503)
})
