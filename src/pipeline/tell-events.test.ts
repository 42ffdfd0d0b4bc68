import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { insertMessages } from '../store/event-message.ts'
import { findSubscription } from '../store/event-subscription.ts'
import { hook, later, order } from '../testing/bed-questions.ts'
import { type EventReceiver, loopback, startEventReceiver, tell } from '../testing/event-receiver.ts'
import { type Bed, bedTenant, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { resumeSubscription, rotateEventSecret } from './event-subscribe.ts'
import { intake } from './intake.ts'
import { tellEvents } from './tell-events.ts'

let bed: Bed
let receiver: EventReceiver
beforeEach(async () => {
  bed = await openBed({ routes: [], settings: { eventNetworks: loopback } })
  receiver = await startEventReceiver()
})
afterEach(async () => {
  await receiver.close()
  await bed.close()
})

const messages = async () =>
  (await bed.database.read.selectFrom('event_message').selectAll().orderBy('event').execute()).map(
    ({ type, state, subject }) => `${state} ${type} ${subject}`,
  )
const journalIds = async () =>
  (await bed.database.read.selectFrom('journal').select(['id', 'kind']).orderBy('id').execute()).map(({ id }) => id)
const subscription = async (id: string) => {
  const row = await findSubscription(bed.database.read, bedTenant, id)
  if (row === undefined) throw new Error('gone')
  return row
}
const minute = 60_000
const changed = (id: number, note: string, at: string) => hook(bed, tinyOrder(id, { note, at }))

describe('an event', () => {
  test('is the line of the journal: its id, its document, what changed, and nothing that is hidden', async () => {
    await tell(bed.context, receiver)
    await order(bed, 1)
    await changed(1, 'ring twice', '2026-11-23T09:05:00Z')
    await bed.drain()
    expect(receiver.heard()).toEqual(['order.created sales-order/shop/1', 'order.changed sales-order/shop/1'])
    expect(receiver.faults).toEqual([])
    expect(receiver.took.map(({ id }) => id)).toEqual(await journalIds())
    const [created, change] = receiver.took.map(({ data }) => data as JsonObject)
    expect(created).toMatchObject({
      document: { type: 'sales-order', key: 'shop/1', version: 1, origin: 'shop', status: 'open' },
      after: { status: 'open' },
      baseline: false,
      body: { currency: 'USD' },
    })
    expect(created?.changes).toBeUndefined()
    expect(change).toMatchObject({ document: { version: 2 }, body: { note: '***' } })
    expect(change?.changes).toContainEqual({ path: 'note', before: null, after: '***' })
    expect(JSON.stringify(receiver.took)).not.toContain('ring twice')
  })

  test('has everything for a receiver that was given the right to it', async () => {
    await tell(bed.context, receiver, { content: 'full' })
    await order(bed, 1, { note: 'ring twice' })
    expect(receiver.took[0]).toMatchObject({ data: { body: { note: 'ring twice' } } })
  })

  test('nobody hears of what no subscription wants, and nothing is written for nobody', async () => {
    await order(bed, 1)
    expect(await messages()).toEqual([])
    await tell(bed.context, receiver, { filter: { types: ['order.*'], keyPrefix: 'shop/3' } })
    await tell(bed.context, receiver, { name: 'others', filter: { types: ['*'], documents: ['product'] } })
    await tell(bed.context, receiver, { name: 'elsewhere', filter: { types: ['*'], origins: ['erp'] } })
    await order(bed, 2)
    await order(bed, 3)
    await order(bed, 33)
    expect(receiver.heard()).toEqual(['order.created sales-order/shop/3', 'order.created sales-order/shop/33'])
  })

  test('a filter by connection takes what that connection keeps', async () => {
    await tell(bed.context, receiver, { filter: { types: ['*'], origins: ['shop'] } })
    await order(bed, 1)
    expect(receiver.heard()).toEqual(['order.created sales-order/shop/1'])
  })
})

test('many messages that wait behind one that is not due hold up no other document', async () => {
  const id = await tell(bed.context, receiver)
  await order(bed, 1)
  expect(receiver.took).toHaveLength(1)
  const { now } = bed.clock
  await bed.database.write(async (tx) => {
    await tx.updateTable('event_message').set({ state: 'due', due_at: now }).execute()
    const [row = expect.unreachable()] = await tx.selectFrom('event_message').selectAll().execute()
    const waiting = Array.from({ length: 300 }, (_, n) => ({
      ...row,
      event: `0${100 + n}`,
      subject: 'a',
      due_at: n === 0 ? now + minute : now - 1,
    }))
    await insertMessages(tx, waiting)
  })
  expect(await tellEvents(bed.context, id)).toBe(1)
  expect(receiver.took).toHaveLength(2)
})

describe('effect and event', () => {
  test('are one transaction: what is rolled back is told to nobody, what is there is told', async () => {
    await tell(bed.context, receiver)
    const between: unknown[] = []
    const dying = bed.another({
      ...bed.database,
      write: async (work) => {
        try {
          return await bed.database.write(async (tx) => {
            const result = await work(tx)
            const row = await tx.selectFrom('event_message').select('event').executeTakeFirst()
            if (row !== undefined && between.length === 0) throw new Error('killed before the commit')
            return result
          })
        } catch (error) {
          between.push(await messages(), await journalIds())
          throw error
        }
      },
    })
    await hook(bed, tinyOrder(1))
    await bed.drain(dying)
    expect(between.slice(0, 2)).toEqual([[], []])
    await bed.drain()
    expect(receiver.took.map(({ id }) => id)).toEqual(await journalIds())
    expect(receiver.took).toHaveLength(1)
  })

  test('a sender that dies after the answer tells the same event once more, under the same id', async () => {
    const id = await tell(bed.context, receiver)
    await hook(bed, tinyOrder(1))
    let killed = false
    const dying = bed.another({
      ...bed.database,
      write: async (work) => {
        if (receiver.took.length > 0) {
          killed = true
          throw new Error('killed')
        }
        return bed.database.write(work)
      },
    })
    await expect(bed.drain(dying)).rejects.toThrow('killed')
    expect(killed).toBe(true)
    expect(await tellEvents(bed.context, id)).toBe(0)
    bed.clock.now += bed.context.settings.leaseMs + 1
    await bed.drain()
    expect(receiver.took.map((event) => event.id)).toEqual([...(await journalIds()), ...(await journalIds())])
    expect(await messages()).toEqual(['sent order.created sales-order/shop/1'])
  })

  test('two senders do not both have one receiver', async () => {
    const id = await tell(bed.context, receiver)
    await hook(bed, tinyOrder(1))
    receiver.answer = async () => {
      expect(await tellEvents(bed.another(), id)).toBe(0)
      return undefined
    }
    await bed.drain()
    expect(receiver.took).toHaveLength(1)
  })
})

describe('order', () => {
  test('a message that fails holds back those of its document, in order, and nobody else', async () => {
    await tell(bed.context, receiver)
    receiver.answer = ({ subject }) => (subject === 'sales-order/shop/1' ? { status: 500 } : undefined)
    await order(bed, 1)
    await changed(1, 'a', '2026-11-23T09:05:00Z')
    await bed.drain()
    await order(bed, 2)
    expect(receiver.heard()).toEqual(['order.created sales-order/shop/2'])
    const asked = receiver.requests.length
    await changed(1, 'b', '2026-11-23T09:06:00Z')
    await bed.drain()
    // the newer ones of order 1 were not tried at all
    expect(receiver.requests).toHaveLength(asked)
    receiver.answer = () => undefined
    await later(bed, minute)
    expect(receiver.heard().slice(1)).toEqual([
      'order.created sales-order/shop/1',
      'order.changed sales-order/shop/1',
      'order.changed sales-order/shop/1',
    ])
    expect(receiver.took.slice(1).map(({ id }) => id)).toEqual(
      receiver.took
        .slice(1)
        .map(({ id }) => id)
        .toSorted(),
    )
  })

  test('many at once', async () => {
    await tell(bed.context, receiver)
    const orders = Array.from({ length: 40 }, (_, at) => at + 1)
    for (const id of orders) await hook(bed, tinyOrder(id))
    await bed.drain()
    for (const id of orders) await changed(id, 'x', '2026-11-23T09:05:00Z')
    await bed.drain()
    expect(receiver.took).toHaveLength(80)
    for (const id of orders)
      expect(receiver.took.filter(({ subject }) => subject === `sales-order/shop/${id}`).map(({ type }) => type)).toEqual([
        'order.created',
        'order.changed',
      ])
  })
})

describe('a receiver', () => {
  test('that is down is asked by one message at a time, and gets everything once it is back', async () => {
    const id = await tell(bed.context, receiver)
    receiver.answer = () => ({ status: 503 })
    for (let order = 1; order <= 30; order++) await hook(bed, tinyOrder(order))
    for (let i = 0; i < 12; i++) await later(bed, minute)
    const before = receiver.requests.length
    expect((await subscription(id)).fails).toBeGreaterThan(5)
    await later(bed, 60 * minute)
    expect(receiver.requests.length - before).toBeLessThanOrEqual(2)
    receiver.answer = () => undefined
    for (let i = 0; i < 10; i++) await later(bed, 60 * minute)
    expect(new Set(receiver.took.map((event) => event.id)).size).toBe(30)
    expect(receiver.took).toHaveLength(30)
    expect(await subscription(id)).toMatchObject({ state: 'active', fails: 0, failing_since: null, last_error: null })
  })

  test('that takes nothing for about a day is paused with an alarm, loses nothing, and goes on when a person says so', async () => {
    const id = await tell(bed.context, receiver, { filter: { types: ['order.*'] } })
    receiver.answer = () => ({ status: 404 })
    await hook(bed, tinyOrder(1))
    for (let i = 0; i < 40; i++) await later(bed, 60 * minute)
    expect(await subscription(id)).toMatchObject({ state: 'paused', reason: 'failing' })
    expect(await messages()).toEqual(['due order.created sales-order/shop/1'])
    await later(bed, minute)
    const alarms = await bed.database.read.selectFrom('alarm').select(['subject', 'kind', 'open_subject']).execute()
    expect(alarms.filter(({ kind }) => kind === 'events')).toEqual([
      { subject: `events/${id}`, kind: 'events', open_subject: `events/${id}` },
    ])
    receiver.answer = () => undefined
    await order(bed, 2)
    expect(receiver.took).toEqual([])
    const row = await subscription(id)
    await bed.database.write((tx) => resumeSubscription(tx, row, bed.clock.now))
    await bed.drain()
    expect(receiver.heard().toSorted()).toEqual(['order.created sales-order/shop/1', 'order.created sales-order/shop/2'])
    await later(bed, minute)
    const open = await bed.database.read.selectFrom('alarm').select('kind').where('open_subject', 'is not', null).execute()
    expect(open.filter(({ kind }) => kind === 'events')).toEqual([])
  })

  test('that refuses one event for good, and takes others, has that one as a dead letter', async () => {
    await tell(bed.context, receiver)
    receiver.answer = ({ subject }) => (subject === 'sales-order/shop/1' ? { status: 422 } : undefined)
    await hook(bed, tinyOrder(1))
    await bed.drain()
    for (let i = 0; i < 40; i++) {
      await later(bed, 60 * minute)
      await order(bed, 100 + i)
    }
    expect((await messages()).filter((message) => !message.startsWith('sent'))).toEqual(['dead order.created sales-order/shop/1'])
    await changed(1, 'later', '2026-11-23T09:09:00Z')
    receiver.answer = () => undefined
    await bed.drain()
    expect(receiver.heard().at(-1)).toBe('order.changed sales-order/shop/1')
  })

  test('that says how long to wait is left alone so long', async () => {
    await tell(bed.context, receiver)
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '600' } })
    await hook(bed, tinyOrder(1))
    await bed.drain()
    await hook(bed, tinyOrder(2))
    for (let i = 0; i < 9; i++) await later(bed, minute)
    expect(receiver.requests).toHaveLength(1)
    receiver.answer = () => undefined
    await later(bed, 3 * minute)
    expect(receiver.took).toHaveLength(2)
  })

  test('that answers 410 is closed and is asked nothing any more', async () => {
    const id = await tell(bed.context, receiver)
    receiver.answer = () => ({ status: 410 })
    await order(bed, 1)
    expect(await subscription(id)).toMatchObject({ state: 'closed', reason: 'gone' })
    receiver.answer = () => undefined
    await order(bed, 2)
    for (let i = 0; i < 5; i++) await later(bed, 60 * minute)
    expect(receiver.requests).toHaveLength(1)
    expect(await messages()).toHaveLength(1)
  })

  test('that sends on to a private address, or answers without an end, gets nothing from it', async () => {
    const inside = await startEventReceiver()
    await tell(bed.context, receiver)
    receiver.answer = () => ({ status: 302, headers: { location: inside.url } })
    await order(bed, 1)
    expect(inside.requests).toEqual([])
    receiver.answer = () => (response) => {
      response.writeHead(200)
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
        if (!response.destroyed) response.once('drain', pour)
      }
      pour()
    }
    await later(bed, minute)
    expect(receiver.requests).toHaveLength(2)
    expect((await bed.database.read.selectFrom('event_message').select('last_error').executeTakeFirst())?.last_error).toContain(
      'body-too-large',
    )
    await inside.close()
  })

  test('whose address may not be reached any more is paused before a byte goes there', async () => {
    const id = await tell(bed.context, receiver)
    Object.assign(bed.context.settings, { eventNetworks: [] })
    await order(bed, 1)
    expect(await subscription(id)).toMatchObject({ state: 'paused', reason: 'refused-address' })
    expect(receiver.requests).toEqual([])
    expect(await messages()).toEqual(['due order.created sales-order/shop/1'])
  })

  test('that never answers is given up by a hub that stops, and told by the next one', async () => {
    const id = await tell(bed.context, receiver)
    await hook(bed, tinyOrder(1))
    const abort = new AbortController()
    receiver.answer = () => {
      setTimeout(() => abort.abort(), 20)
      return 'hang'
    }
    await intake(bed.context)
    expect(await tellEvents(bed.context, id, { stop: abort.signal, abort: abort.signal })).toBe(1)
    expect(await subscription(id)).toMatchObject({ lease_token: null, fails: 0 })
    receiver.answer = () => undefined
    await bed.drain()
    expect(receiver.heard()).toEqual(['order.created sales-order/shop/1'])
  })

  test('may change its secret: both sign for a while, then the new one alone', async () => {
    const id = await tell(bed.context, receiver)
    const [old = ''] = receiver.secrets
    const row = await subscription(id)
    const next = await bed.database.write((tx) => rotateEventSecret(tx, bed.context, row, 60 * minute, bed.clock.now))
    expect(next).not.toBe(old)
    await order(bed, 1)
    receiver.secrets = [next]
    await order(bed, 2)
    expect(receiver.faults).toEqual([])
    bed.clock.now += 61 * minute
    receiver.secrets = [old]
    await order(bed, 3)
    expect(receiver.faults).toEqual(['signature'])
    receiver.secrets = [next]
    await later(bed, minute)
    expect(receiver.took).toHaveLength(3)
    const sealed = JSON.stringify(await bed.database.read.selectFrom('secret').selectAll().execute())
    expect(sealed).not.toContain(next.slice(6, 20))
  })
})
