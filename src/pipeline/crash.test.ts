import { afterEach, describe, expect, test } from 'vitest'
import { dutiesOf, hook, knowLamp, statesOf } from '../testing/bed-questions.ts'
import { Killed, mortal } from '../testing/mortal.ts'
import { type Bed, openBed, step, toErp, toShop } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { restState } from './at-rest.ts'
import type { Context } from './context.ts'
import { split } from './split.ts'
import { sweep } from './sweep.ts'

let bed: Bed
afterEach(() => bed.close())
const leaseMs = 5000

const at = (second: number) => new Date(Date.parse('2026-11-23T09:00:00Z') + second * 1000).toISOString()

/** What happens outside during the run: orders by webhook and by poll, an edit, a cancel, a duplicate. */
async function outside() {
  for (const id of [1, 2, 3]) bed.partner.orders.set(id, tinyOrder(id, { at: at(id) }))
  for (const id of [1, 2]) expect(await hook(bed, tinyOrder(id, { at: at(id) }), 'order', `e${id}`)).toBe(202)
  expect(await hook(bed, tinyOrder(1, { at: at(1) }), 'order', 'e1')).toBe(202)
  bed.partner.orders.set(1, tinyOrder(1, { at: at(11), total: '11.00' }))
  expect(await hook(bed, tinyOrder(1, { at: at(11), total: '11.00' }), 'order', 'e11')).toBe(202)
  bed.partner.orders.set(2, tinyOrder(2, { at: at(12), state: 'cancelled' }))
  expect(await hook(bed, tinyOrder(2, { at: at(12), state: 'cancelled' }), 'order', 'e12')).toBe(202)
  bed.partner.stock.set(7, 50)
}

/** One life of a process: everything that is due, until nothing is or it dies. Each step is what a worker does for one ring. */
async function live(context: Context): Promise<void> {
  for (let round = 0; round < 30; round++) {
    const rings = await sweep(context)
    if (rings.length === 0) return
    for (const ring of rings) await step(context, ring)
  }
}

const unlessKilled = (error: unknown) => {
  if (!(error instanceof Killed)) throw error
}

async function openDay(maxCrashes = 3) {
  bed = await openBed({ routes: [toErp, toShop], settings: { leaseMs, maxCrashes } })
  await knowLamp(bed)
  bed.partner.stock.set(7, 100)
  await bed.drain(bed.context, ['stock', 'orders', 'sales'])
  bed.clock.now += 60_000
  await outside()
}

/** After any number of lives the world has to look like this. */
async function proveTheDay() {
  const sales = [...bed.partner.sales.values()].map(({ reference, state, body }) => `${reference} ${state} ${body.total}`).sort()
  const cancelled = sales.filter((sale) => sale.startsWith('shop/2'))
  expect(sales.filter((sale) => !sale.startsWith('shop/2'))).toEqual(['shop/1 open 11.00', 'shop/3 open 10.00'])
  // the cancel may come before the create was sent, then the ERP never hears of the order
  expect(cancelled.every((sale) => sale === 'shop/2 cancelled 10.00')).toBe(true)
  expect(cancelled.length).toBeLessThan(2)
  const rows = await bed.database.read
    .selectFrom('document')
    .select(['key', 'version'])
    .where('type', '=', 'sales-order')
    .orderBy('key')
    .execute()
  expect(rows.map(({ key }) => key)).toEqual(['shop/1', 'shop/2', 'shop/3'])
  expect(bed.partner.shown.get('LAMP')).toBe(48)
  expect((await statesOf(bed, 'envelope')).filter((state) => /received|dead|parked/.test(state))).toEqual([])
  expect((await dutiesOf(bed)).filter((duty) => !/delivered|superseded|never-sent/.test(duty))).toEqual([])
  const rest = await restState(bed.context)
  expect(rest).toMatchObject({ atRest: true, waiting: { blockedDeliveries: 0, deadDeliveries: 0 } })
  const uncut = await bed.database.read.selectFrom('receipt').select('id').where('state', '!=', 'split').execute()
  expect(uncut).toEqual([])
}

/** Lives until everything is at rest, each on its own memory; a life that was cut short leaves its leases behind. */
async function surviveFrom(first: number) {
  await live(bed.another(mortal(bed.database, first).database)).catch(unlessKilled)
  for (let life = 0; life < 12; life++) {
    bed.clock.now += leaseMs + 1
    await live(bed.another())
    if (life > 6 && (await restState(bed.context)).atRest) break
  }
  bed.clock.now += 60_000
  await live(bed.another())
  await live(bed.another())
}

describe('a process that dies after any of its commits', () => {
  // how many commits a day without deaths takes; each of them is a place to die
  test('has so many places to die', async () => {
    await openDay()
    const process = mortal(bed.database)
    await live(bed.another(process.database))
    expect(process.commits).toBeGreaterThan(25)
    expect(process.commits).toBeLessThan(90)
    await surviveFrom(Number.POSITIVE_INFINITY)
    await proveTheDay()
  })

  const places = Array.from({ length: 30 }, (_, i) => i + 1)
  test.each(places)('loses and doubles nothing: commit %i', async (place) => {
    await openDay()
    await surviveFrom(place)
    await proveTheDay()
  })
})

test('a process that dies every few commits still comes to the same end', async () => {
  // the same first record is at hand in every life: it must not be taken for the cause
  await openDay(20)
  for (const lifetime of [2, 3, 5, 2, 7, 3, 4, 2, 6, 3]) {
    await live(bed.another(mortal(bed.database, lifetime).database)).catch(unlessKilled)
    bed.clock.now += leaseMs + 1
  }
  await surviveFrom(Number.POSITIVE_INFINITY)
  await proveTheDay()
})

test('what comes in waits ten seconds for a process that died while it cut, however long leases last', async () => {
  bed = await openBed({ settings: { leaseMs: 90_000 } })
  await hook(bed, tinyOrder(1))
  await expect(split(bed.another(mortal(bed.database, 1).database))).rejects.toThrow(Killed)
  bed.clock.now += 9_999
  expect(await split(bed.another())).toBe(0)
  bed.clock.now += 1
  expect(await split(bed.another())).toBe(1)
})

describe('a process that dies while a create is at the partner', () => {
  const open = async () => {
    bed = await openBed({ settings: { leaseMs } })
    await knowLamp(bed)
    await hook(bed, tinyOrder(1))
  }
  const dieAt = async (moment: 'before it arrives' | 'after it had its effect') => {
    const process = mortal(bed.database)
    bed.partner.intercept = (request, usual) => {
      if (request.method !== 'POST' || process.dead) return usual()
      if (moment === 'after it had its effect') usual()
      process.kill()
      return 'lost'
    }
    await live(bed.another(process.database)).catch(unlessKilled)
    expect(await dutiesOf(bed)).toEqual(['create sending'])
    bed.partner.intercept = (_, usual) => usual()
    bed.clock.now += leaseMs + 1
    await bed.drain(bed.another())
  }

  test('before it arrives: it is sent by the next one', async () => {
    await open()
    await dieAt('before it arrives')
    expect(await dutiesOf(bed)).toEqual(['create delivered'])
    expect(bed.partner.sales.size).toBe(1)
  })

  test('after it had its effect: the next one finds it and sends nothing', async () => {
    await open()
    await dieAt('after it had its effect')
    expect(await dutiesOf(bed)).toEqual(['create delivered/found at the partner after an unanswered try'])
    expect(bed.partner.sales.size).toBe(1)
    expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
  })
})
