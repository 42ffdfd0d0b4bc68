import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../model/clock.ts'
import { restState } from '../pipeline/at-rest.ts'
import type { Bell } from '../pipeline/bell.ts'
import type { Context } from '../pipeline/context.ts'
import { openReceiver } from '../pipeline/receive.ts'
import { dutiesOf, knowLamp } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { openLocalBell } from './local.ts'
import { startWorkers } from './workers.ts'

let bed: Bed
afterEach(() => bed.close())

/** A process with a real clock, bell and workers. */
async function openHub(options: BedOptions = {}) {
  bed = await openBed({ settings: { sweepMs: 50, leaseMs: 3000 }, ...options })
  await knowLamp(bed)
  const run = setInterval(() => {
    bed.clock.now += 20
  }, 20)
  const context: Context = { ...bed.another(), bell: openLocalBell(), clock: systemClock }
  const workers = startWorkers(context)
  return {
    context,
    workers,
    async stop(graceMs = 2000) {
      await workers.stop(graceMs)
      clearInterval(run)
    },
  }
}
const until = async (condition: () => Promise<boolean>) => {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return
    await wait(10)
  }
  throw new Error('it did not happen within four seconds')
}
const sendOrders = async (context: Context, from: number, to: number) => {
  const receiver = openReceiver(context)
  await Promise.all(
    Array.from({ length: to - from + 1 }, (_, i) => {
      const body = JSON.stringify(tinyOrder(from + i))
      return receiver.receive('shop', bed.signed(body, 'order', `e${from + i}`), Buffer.from(body), bed.clock.now)
    }),
  )
}

test('orders flow from the webhook to the partner by rings alone, each once', async () => {
  const hub = await openHub()
  await sendOrders(hub.context, 1, 60)
  await until(async () => bed.partner.sales.size === 60 && (await restState(hub.context)).atRest)
  expect(new Set(await dutiesOf(bed))).toEqual(new Set(['create delivered']))
  expect(new Set([...bed.partner.sales.values()].map(({ reference }) => reference)).size).toBe(60)
  await hub.stop()
  expect(bed.said).toEqual([])
})

test('a process that never heard a ring finds its work by sweeping, back-off included', async () => {
  let answers = 0
  const hub = await openHub()
  bed.partner.intercept = (request, usual) => (request.method === 'POST' && answers++ === 0 ? { status: 503, body: {} } : usual())
  // taken by another process, whose bell nobody here hears
  await sendOrders(bed.another(), 1, 1)
  await until(async () => bed.partner.sales.size === 1)
  await hub.stop()
})

test('a process that does not keep up with a connection is helped by another', async () => {
  const hub = await openHub({ settings: { sweepMs: 50, leaseMs: 3000, deliverConcurrency: 2 } })
  const own = openLocalBell()
  // as Redis folds them: every ring goes to the first process, until the second one answers by itself
  const bell: Bell = { ...own, ring: (ring, here) => (here ? own : hub.context.bell).ring(ring) }
  const workers = startWorkers({ ...bed.another(), bell, clock: systemClock })
  const free = Promise.withResolvers<void>()
  bed.partner.intercept = async (request, usual) => {
    if (request.method === 'POST') await free.promise
    return usual()
  }
  await sendOrders(hub.context, 1, 8)
  await until(async () => (await dutiesOf(bed)).filter((duty) => duty === 'create sending').length > 2)
  free.resolve()
  await until(async () => bed.partner.sales.size === 8 && (await restState(hub.context)).atRest)
  expect(new Set([...bed.partner.sales.values()].map(({ reference }) => reference)).size).toBe(8)
  await Promise.all([workers.stop(2000), hub.stop()])
})

test('lanes that come while a slow call is under way are sent side by side after it', async () => {
  const hub = await openHub({ settings: { sweepMs: 50, leaseMs: 3000, deliverConcurrency: 4 } })
  const [first, others] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let asked = 0
  bed.partner.intercept = async (request, usual) => {
    if (request.method === 'POST') await (asked++ === 0 ? first : others).promise
    return usual()
  }
  const inState = async (state: string) => (await dutiesOf(bed)).filter((duty) => duty === `create ${state}`).length
  await sendOrders(hub.context, 1, 1)
  await until(async () => asked === 1)
  // the others of the run find nothing and go
  await wait(100)
  await sendOrders(hub.context, 2, 9)
  await until(async () => (await inState('due')) === 8)
  first.resolve()
  await until(async () => (await inState('sending')) > 2)
  others.resolve()
  await until(async () => bed.partner.sales.size === 9 && (await restState(hub.context)).atRest)
  await hub.stop()
})

test('stop ends what runs, begins nothing, and leaves no lease behind', async () => {
  const hub = await openHub()
  bed.partner.intercept = async (request, usual) => {
    if (request.method === 'POST') await wait(100)
    return usual()
  }
  await sendOrders(hub.context, 1, 20)
  await until(async () => bed.partner.requests.some(({ method }) => method === 'POST'))
  await hub.stop()
  const held = await bed.database.read.selectFrom('lane').select('lane').where('lease_token', 'is not', null).execute()
  expect(held).toEqual([])
  const sending = (await dutiesOf(bed)).filter((duty) => duty === 'create sending')
  expect(sending).toEqual([])
  const before = bed.partner.requests.length
  await sendOrders(hub.context, 21, 22)
  await wait(200)
  expect(bed.partner.requests.length).toBe(before)
  // another process goes on at once
  await bed.drain(bed.another())
  expect(bed.partner.sales.size).toBe(22)
})

test('stop gives up what does not end in time; the effect is looked up later', async () => {
  const hub = await openHub()
  let hang = true
  bed.partner.intercept = (request, usual) => {
    if (request.method !== 'POST' || !hang) return usual()
    usual()
    return 'hang'
  }
  await sendOrders(hub.context, 1, 1)
  await until(async () => bed.partner.requests.some(({ method }) => method === 'POST'))
  const began = performance.now()
  await hub.stop(100)
  expect(performance.now() - began).toBeLessThan(1900)
  expect(await dutiesOf(bed)).toEqual(['create waiting/aborted'])
  hang = false
  bed.clock.now += 60_000
  await bed.drain(bed.another())
  expect(await dutiesOf(bed)).toEqual(['create delivered/found at the partner after an unanswered try'])
  expect(bed.partner.sales.size).toBe(1)
})
