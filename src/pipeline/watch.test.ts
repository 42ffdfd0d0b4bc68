import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel } from '../connector/outward.ts'
import type { Webhook } from '../connector/types.ts'
import { verifyWebhook } from '../connector/verify.ts'
import { openAlarms } from '../store/alarm.ts'
import { setConnectionState } from '../store/connection.ts'
import { hourMs, saveTraffic } from '../store/traffic.ts'
import { hook, later } from '../testing/bed-questions.ts'
import { type LoopbackPartner, type PartnerAnswer, startPartner } from '../testing/loopback-partner.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { mostNotices, settleAlarms } from './alarms.ts'
import { notify } from './notify.ts'

const minute = 60_000
const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`

let bed: Bed
let receiver: LoopbackPartner
let answer: () => PartnerAnswer = () => ({ body: {} })
beforeEach(async () => {
  answer = () => ({ body: {} })
  receiver = await startPartner(() => answer())
  bed = await openBed({ routes: [] })
  const channel: Channel = { name: 'ops', kind: 'webhook', url: `${receiver.url}/alarms`, secret, allowPrivate: ['127.0.0.0/8'] }
  bed.change({ channels: new Map([['ops', channel]]) })
})
afterEach(async () => {
  await bed.close()
  await receiver.close()
})

/** Four weeks in which the topic brought so many an hour. */
const history = (perHour: number, topic = 'order') => {
  const end = Math.floor(bed.clock.now / hourMs)
  const rows = Array.from({ length: 4 * 168 }, (_, index) => {
    const hour = end - 4 * 168 + index
    return { tenant: 'default', connection: 'shop', topic, hour, events: perHour, last_at: hour * hourMs + 50 * minute }
  })
  return bed.database.write((tx) => saveTraffic(tx, rows))
}
const subjects = async () => (await openAlarms(bed.database.read, 'default')).map(({ subject }) => subject)
const notices = () => bed.database.read.selectFrom('notice').selectAll().orderBy('id').execute()
const reads = ['orders', 'items', 'articles', 'stock', 'sales']

describe('silence', () => {
  test('of a topic that should have come raises one alarm, reads the silent span again and ends with the next event', async () => {
    await bed.drain(bed.context, reads)
    await history(20)
    await later(bed, 30 * minute, reads)
    expect(await subjects()).toEqual([])
    bed.partner.orders.set(1, tinyOrder(1, { at: new Date(bed.clock.now).toISOString() }))
    await later(bed, 60 * minute, [])
    expect(await subjects()).toContain('silence/shop/order')
    const [gap] = await bed.database.read.selectFrom('backfill').selectAll().execute()
    expect(gap).toMatchObject({ kind: 'gap', stream: 'orders', state: 'done', records: 1, asked_by: 'watch' })
    const [alarm] = await openAlarms(bed.database.read, 'default')
    expect(JSON.parse(alarm?.detail ?? '{}')).toMatchObject({ topic: 'order', silentSince: '2026-11-23T08:50:00.000Z' })

    await later(bed, 5 * minute)
    await later(bed, 5 * minute)
    expect((await bed.database.read.selectFrom('alarm').select('id').where('kind', '=', 'silence').execute()).length).toBe(1)
    expect((await bed.database.read.selectFrom('backfill').select('id').execute()).length).toBe(1)

    await hook(bed, tinyOrder(2))
    await later(bed, 2 * minute)
    expect(await subjects()).not.toContain('silence/shop/order')
  })

  test('of a topic that brings little, or of a paused connection, is none', async () => {
    await bed.drain(bed.context, reads)
    await history(1, 'order-gone')
    await history(20)
    await bed.database.write((tx) => setConnectionState(tx, 'default', 'shop', ['active'], 'paused', 'test', bed.clock.now))
    await later(bed, 90 * minute)
    expect((await subjects()).filter((subject) => subject.startsWith('silence'))).toEqual([])
  })
})

test('webhooks are counted by topic and hour, each once, whoever looks', async () => {
  for (let n = 0; n < 7; n++) await hook(bed, tinyOrder(n + 1))
  await hook(bed, { id: 3 }, 'order-gone')
  await later(bed, minute)
  bed.clock.now += 60 * minute
  await hook(bed, tinyOrder(20))
  for (let n = 0; n < 3; n++) await later(bed, minute)
  const rows = await bed.database.read.selectFrom('traffic').select(['topic', 'hour', 'events']).orderBy('topic').orderBy('hour').execute()
  const first = Math.floor(Date.parse('2026-11-23T09:00:00Z') / hourMs)
  expect(rows).toEqual([
    { topic: 'order', hour: first, events: 7 },
    { topic: 'order', hour: first + 1, events: 1 },
    { topic: 'order-gone', hour: first, events: 1 },
  ])
})

test('a stream without a good run is stale, and not once it was read', async () => {
  bed.change({
    setups: [
      {
        name: 'shop',
        streams: new Map([['orders', { timing: { kind: 'every', everyMs: minute, jitterMs: 0, misfire: 'once' }, staleMs: 10 * minute }]]),
      },
    ],
  })
  await later(bed, minute, ['orders'])
  bed.partner.intercept = () => ({ status: 500, body: {} })
  for (let n = 0; n < 6; n++) await later(bed, 2 * minute, ['orders'])
  expect(await subjects()).toContain('stale/shop/orders')
  bed.partner.intercept = (_, usual) => usual()
  for (let n = 0; n < 2; n++) await later(bed, 5 * minute, ['orders'])
  expect(await subjects()).toEqual([])
})

describe('an alarm is told outward', () => {
  const condition = (n = 1) => ({
    subject: `stale/shop/s${n}`,
    kind: 'stale' as const,
    connection: 'shop',
    message: `stream ${n} is stale`,
  })
  const settle = (conditions: readonly ReturnType<typeof condition>[]) =>
    bed.database.write((tx) => settleAlarms(bed.context, tx, conditions, bed.clock.now))

  test('signed as Standard Webhooks has it, when it opens and when it is over, once each', async () => {
    await settle([condition()])
    await settle([condition()])
    expect(await notify(bed.context)).toBe(1)
    await settle([])
    await settle([])
    expect(await notify(bed.context)).toBe(1)
    const [opened = expect.unreachable(), closed = expect.unreachable()] = receiver.requests
    const webhook: Webhook = { verify: { kind: 'standard', secret }, topic: { path: 'type' }, topics: {}, ack: { status: 200 } }
    for (const { headers, body } of [opened, closed])
      expect(verifyWebhook(webhook, {}, headers, Buffer.from(body), new Date(bed.clock.now)).kind).toBe('accepted')
    expect(JSON.parse(opened.body)).toMatchObject({ type: 'alarm.opened', data: { subject: 'stale/shop/s1', closedAt: null } })
    expect(JSON.parse(closed.body)).toMatchObject({ type: 'alarm.closed', data: { subject: 'stale/shop/s1' } })
    expect((await notices()).map(({ state }) => state)).toEqual(['sent', 'sent'])
  })

  test('again after a failure, with the same id, and given up in the end', async () => {
    answer = () => ({ status: 503, headers: { 'retry-after': '30' }, body: {} })
    await settle([condition()])
    await notify(bed.context)
    expect(await notices()).toMatchObject([
      { state: 'due', attempts: 1, due_at: bed.clock.now + 33_000, last_error: expect.stringContaining('http-503') },
    ])
    answer = () => 'lost'
    for (let n = 0; n < 12; n++) {
      bed.clock.now += 11 * 3_600_000
      await notify(bed.context)
    }
    expect(await notices()).toMatchObject([{ state: 'dead' }])
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(receiver.requests.length).toBe(9)
  })

  test('no more to a receiver that says it is gone, until its address is another', async () => {
    answer = () => ({ status: 410, body: {} })
    await settle([condition()])
    await notify(bed.context)
    answer = () => ({ body: {} })
    await settle([condition(), condition(2)])
    await notify(bed.another())
    expect(receiver.requests.length).toBe(1)
    expect((await notices()).map(({ state, last_error }) => `${state} ${last_error?.split(':')[0]}`)).toEqual([
      'dead http-410',
      'dead http-410',
    ])
    bed.change({
      channels: new Map([['ops', { name: 'ops', kind: 'webhook', url: `${receiver.url}/new`, secret, allowPrivate: ['127.0.0.0/8'] }]]),
    })
    await settle([condition(), condition(2), condition(3)])
    await notify(bed.context)
    expect((await notices()).map(({ state }) => state)).toEqual(['dead', 'dead', 'sent'])
  })

  test('by one process at a time, and by another when the first died', async () => {
    await settle([condition()])
    let inside = 0
    answer = () => {
      inside++
      return 'hang'
    }
    const other = bed.another()
    const dying = notify(bed.context)
    while (inside === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await notify(other)).toBe(0)
    answer = () => ({ body: {} })
    bed.clock.now += 31_000
    expect(await notify(other)).toBe(1)
    expect(await notices()).toMatchObject([{ state: 'sent' }])
    await receiver.close()
    await dying
    expect(await notices()).toMatchObject([{ state: 'sent' }])
    receiver = await startPartner(() => answer())
  })

  test('a flood fills the table and not the channel', async () => {
    const many = Array.from({ length: 100 }, (_, n) => condition(n))
    await settle(many)
    expect((await subjects()).length).toBe(100)
    expect((await notices()).length).toBe(mostNotices)
    await settle([])
    expect((await notices()).length).toBe(mostNotices)
  })

  test('never to an address inside, unless the operator opened it', async () => {
    bed.change({ channels: new Map([['ops', { name: 'ops', kind: 'webhook', url: `${receiver.url}/alarms`, secret, allowPrivate: [] }]]) })
    await settle([condition()])
    await notify(bed.context)
    expect(receiver.requests.length).toBe(0)
    expect(await notices()).toMatchObject([{ state: 'dead', last_error: expect.stringContaining('refused-address') }])
  })

  test('only of the kinds a channel asks for', async () => {
    bed.change({
      channels: new Map([
        ['ops', { name: 'ops', kinds: ['silence'], kind: 'webhook', url: receiver.url, secret, allowPrivate: ['127.0.0.0/8'] }],
      ]),
    })
    await settle([condition()])
    expect(await notices()).toEqual([])
  })
})
