import { afterEach, beforeEach, expect, test } from 'vitest'
import { hurryMessages, insertMessages, removeEventMessages } from '../store/event-message.ts'
import { removeSubscription } from '../store/event-subscription.ts'
import { insertJournal } from '../store/journal.ts'
import { order } from '../testing/bed-questions.ts'
import { type EventReceiver, loopback, startEventReceiver, tell } from '../testing/event-receiver.ts'
import { type Bed, bedStart, bedTenant, openBed } from '../testing/pipeline-bed.ts'
import { eventPage } from './event-feed.ts'
import { boundBacklogs } from './event-watch.ts'
import { replayEvents } from './replay-events.ts'

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

const hour = 3_600_000
const replay = { limit: 1000, dryRun: false }
const created = (key: number) => `order.created sales-order/shop/${key}`

/** Orders 1 to 4, an hour after each other. */
async function fourHours(): Promise<void> {
  for (const id of [1, 2, 3, 4]) {
    bed.clock.now = bedStart + id * hour
    await order(bed, id)
  }
}

test('a span is counted first, then told under the ids it always had', async () => {
  const id = await tell(bed.context, receiver)
  await fourHours()
  expect(receiver.heard()).toEqual([1, 2, 3, 4].map(created))
  const ids = receiver.took.map((event) => event.id)
  const span = { from: bedStart + 2 * hour, until: bedStart + 4 * hour }
  expect(await replayEvents(bed.context, id, { ...replay, ...span, dryRun: true })).toEqual({ matched: 2, next: null })
  await bed.drain()
  expect(receiver.took).toHaveLength(4)
  expect(await replayEvents(bed.context, id, { ...replay, ...span })).toEqual({ matched: 2, next: null })
  await bed.drain()
  const again = receiver.took.slice(4).toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
  expect(again.map(({ id }) => id)).toEqual(ids.slice(1, 3))
  expect(again).toEqual(receiver.took.slice(1, 3))
})

test('a receiver that came late is told what was before it, and only what its filter takes', async () => {
  await fourHours()
  const id = await tell(bed.context, receiver, { filter: { types: ['order.*'], keyPrefix: 'shop/2' } })
  const narrow = await tell(bed.context, receiver, { name: 'po', filter: { types: ['po.*'] } })
  const from = bedStart
  expect((await replayEvents(bed.context, narrow, { ...replay, from })).matched).toBe(0)
  expect((await replayEvents(bed.context, id, { ...replay, from })).matched).toBe(1)
  expect((await replayEvents(bed.context, id, { ...replay, from, types: ['order.paid'] })).matched).toBe(0)
  await bed.drain()
  expect(receiver.heard()).toEqual([created(2)])
})

test('one call looks through a part of the journal, and the next one goes on behind it', async () => {
  const id = await tell(bed.context, receiver, { filter: { types: ['*'], keyPrefix: 'shop/' } })
  await bed.database.write((tx) =>
    insertJournal(
      tx,
      Array.from({ length: 600 }, (_, n) => ({
        ...{
          tenant: bedTenant,
          id: bed.context.newId(),
          at: bedStart,
          kind: 'created',
          type: 'sales-order',
          key: `other/${n}`,
          version: 1,
        },
        ...{ envelope: null, delivery: null, detail: null, actor: null, why: null },
      })),
    ),
  )
  await order(bed, 1)
  const first = await replayEvents(bed.context, id, { ...replay, from: 0 }, 500)
  expect(first).toEqual({ matched: 0, next: expect.any(String) })
  expect(await replayEvents(bed.context, id, { ...replay, from: 0, after: String(first.next) }, 500)).toEqual({ matched: 1, next: null })
})

test('the limit ends a call, and the next one goes on behind it', async () => {
  await fourHours()
  const id = await tell(bed.context, receiver)
  const first = await replayEvents(bed.context, id, { from: bedStart, limit: 3, dryRun: false })
  expect(first.matched).toBe(3)
  expect(first.next).not.toBeNull()
  const rest = await replayEvents(bed.context, id, { from: bedStart, after: String(first.next), limit: 3, dryRun: false })
  expect(rest).toEqual({ matched: 1, next: null })
  await bed.drain()
  // documents have no order among each other
  expect(receiver.heard().toSorted()).toEqual([1, 2, 3, 4].map(created))
})

test('one event by its id; ids of another tenant are none', async () => {
  const id = await tell(bed.context, receiver)
  await fourHours()
  const [, second] = receiver.took
  await bed.database.write(async (tx) => {
    const line = await tx.selectFrom('journal').selectAll().where('id', '=', String(second?.id)).executeTakeFirstOrThrow()
    await tx
      .insertInto('journal')
      .values({ ...line, tenant: 'other', id: `${line.id.slice(0, 25)}~` })
      .execute()
  })
  const events = [String(second?.id), `${String(second?.id).slice(0, 25)}~`]
  expect(await replayEvents(bed.context, id, { ...replay, events })).toEqual({ matched: 1, next: null })
  await bed.drain()
  expect(receiver.heard().slice(4)).toEqual([created(2)])
})

test('what first loads bring is told only to those who asked for it', async () => {
  const id = await tell(bed.context, receiver)
  const all = await tell(bed.context, receiver, { name: 'all', filter: { types: ['*'], baseline: true } })
  await fourHours()
  await bed.database.write((tx) => tx.updateTable('journal').set({ detail: '{"baseline":true}' }).execute())
  expect((await replayEvents(bed.context, id, { ...replay, from: bedStart })).matched).toBe(0)
  expect((await replayEvents(bed.context, all, { ...replay, from: bedStart })).matched).toBe(4)
})

test('nobody replays to a receiver that is not there, or is closed', async () => {
  const id = await tell(bed.context, receiver)
  await expect(replayEvents(bed.context, 'nobody', { ...replay, from: 0 })).rejects.toMatchObject({
    detail: { code: 'unknown-subscription' },
  })
  await order(bed, 1)
  await replayEvents(bed.context, id, { ...replay, from: 0 })
  await boundBacklogs(bed.context, 1)
  expect((await replayEvents(bed.context, id, { ...replay, from: 0 })).matched).toBe(1)
  await boundBacklogs(bed.context, 0)
  await expect(replayEvents(bed.context, id, { ...replay, from: 0 })).rejects.toMatchObject({ detail: { code: 'subscription-closed' } })
})

test('what was told is forgotten after its time; what waits, what is young and what others have stays', async () => {
  const id = await tell(bed.context, receiver)
  await fourHours()
  receiver.answer = () => ({ status: 500 })
  await order(bed, 5)
  const row = await bed.database.read.selectFrom('event_message').selectAll().where('state', '=', 'sent').executeTakeFirstOrThrow()
  await bed.database.write(async (tx) => {
    await insertMessages(tx, [
      { ...row, tenant: 'other' },
      { ...row, subscription: 'gone' },
    ])
  })
  const remove = (before: number) => bed.database.write((tx) => removeEventMessages(tx, bedTenant, { before, after: '', limit: 500 }))
  // the first two hours, and what belongs to nobody any more
  expect(await remove(bedStart + 2 * hour + 1)).toEqual({ rows: 3, next: undefined })
  expect(await remove(bed.clock.now + hour)).toEqual({ rows: 2, next: undefined })
  const left = await bed.database.read.selectFrom('event_message').select(['tenant', 'subscription', 'state']).orderBy('tenant').execute()
  expect(left).toEqual([
    { tenant: bedTenant, subscription: id, state: 'due' },
    { tenant: 'other', subscription: id, state: 'sent' },
  ])
})

test('one command hurries and removes so many messages at most: the others come by their own time, and go with what is old', async () => {
  const id = await tell(bed.context, receiver)
  const row = {
    tenant: bedTenant,
    subscription: id,
    subject: 's',
    type: 'order.created',
    state: 'due',
    last_error: null,
    created_at: 1,
    ended_at: null,
  } as const
  const later = bed.clock.now + hour
  await bed.database.write((tx) =>
    insertMessages(
      tx,
      [1, 2, 3, 4].map((n) => ({ ...row, event: `E${n}`, due_at: n === 1 ? 1 : later + n, attempts: 5 })),
    ),
  )
  const all = () => bed.database.read.selectFrom('event_message').select(['event', 'due_at', 'attempts']).orderBy('event').execute()
  await bed.database.write((tx) => hurryMessages(tx, bedTenant, id, bed.clock.now, 2))
  expect((await all()).map(({ due_at, attempts }) => [due_at <= bed.clock.now, attempts])).toEqual([
    [true, 0],
    [true, 0],
    [true, 0],
    [false, 5],
  ])
  expect(await bed.database.write((tx) => removeSubscription(tx, bedTenant, id, 3))).toBe(true)
  expect(await all()).toHaveLength(1)
  await bed.database.write((tx) => removeEventMessages(tx, bedTenant, { before: 1, after: '', limit: 500 }))
  expect(await all()).toEqual([])
})

test('the log is read page by page in both orders; from the oldest on it ends before the last moments', async () => {
  await fourHours()
  const read = bed.database.read
  const seen: string[] = []
  const query = { filter: { types: ['*'] }, limit: 2 } as const
  for (let after: string | undefined; ; ) {
    const page = await eventPage(read, bedTenant, { ...query, order: 'oldest', ...(after === undefined ? {} : { after }) }, bed.clock.now)
    seen.push(...page.events.map(({ line }) => line.key))
    if (page.next === null) break
    after = page.next
  }
  expect(seen).toEqual(['shop/1', 'shop/2', 'shop/3'])
  const page = await eventPage(read, bedTenant, { ...query, order: 'newest' }, bed.clock.now)
  expect(page.events.map(({ line }) => line.key)).toEqual(['shop/4', 'shop/3'])
  const next = await eventPage(read, bedTenant, { ...query, order: 'newest', after: String(page.next) }, bed.clock.now)
  expect(next.events.map(({ line }) => line.key)).toEqual(['shop/2', 'shop/1'])
})
