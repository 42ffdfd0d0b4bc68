import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../store/database.ts'
import { countedInBook, countsOf, listDecisions } from '../../store/number-count.ts'
import { findNumber, findScheme } from '../../store/order-number.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { verify } from '../verify.ts'
import { type AllotRequest, allot } from './allot.ts'
import { historyOf } from './history.ts'
import { numbersAt } from './numbers-bed.ts'
import { putScheme, switchScheme } from './put-scheme.ts'
import { defaultScheme, type SchemeSettings } from './scheme.ts'
import { complete, endLeases, release, renew } from './settle.ts'
import { numberStats } from './stats.ts'

let database: Database
let now = Date.parse('2026-11-30T15:00:00Z')
let made = 0
beforeAll(async () => {
  database = await openTestStore({ now: () => now })
})
afterAll(() => database.close())

const minute = 60_000
/** A tenant of its own with a scheme `web`. */
async function open(settings: Partial<SchemeSettings> = {}) {
  const tenant = `t${++made}`
  const run = numbersAt(database, tenant)
  const web: SchemeSettings = { ...defaultScheme, format: 'W{seq:6}', low: 4, high: 10, batch: 4, leaseMs: minute, ...settings }
  await run((desk) => putScheme(desk, 'web', web, undefined))
  const ask = (request: string, more: Partial<AllotRequest> = {}) =>
    run((desk) => allot(desk, { scheme: 'web', request, holder: 'shop', count: 1, ...more }))
  const done = (request: string, number: string, amount?: string) =>
    run((desk) => complete(desk, { scheme: 'web', request, items: [{ number, ...(amount === undefined ? {} : { amount }) }] }))
  const back = (request: string, more: { readonly unused?: boolean; readonly numbers?: readonly string[] } = {}) =>
    run((desk) => release(desk, { scheme: 'web', request, ...more }))
  const scheme = async () => (await findScheme(database.read, tenant, 'web')) ?? expect.fail('no scheme')
  const stats = async () => numberStats(database.read, await scheme(), now)
  const row = async (number: string) => findNumber(database.read, tenant, 'web', number)
  return { tenant, run, ask, done, back, scheme, stats, row }
}
const code = (name: string) => ({ detail: { code: name } })

describe('requests', () => {
  test('are answered once: repeated ones get the same numbers, and one that differs is refused', async () => {
    const { ask, stats } = await open()
    const first = await ask('r1', { count: 3 })
    expect(first).toMatchObject({ numbers: ['W000001', 'W000002', 'W000003'], until: now + minute, repeated: false })
    expect(await ask('r1', { count: 3 })).toMatchObject({ numbers: first.numbers, repeated: true })
    await expect(ask('r1', { count: 4 })).rejects.toMatchObject(code('number-request-differs'))
    await expect(ask('r1', { count: 3, holder: 'erp' })).rejects.toMatchObject(code('number-request-differs'))
    expect(await stats()).toMatchObject({ locked: 3 })
  })

  test('of 32 callers at once, each made three times, get disjoint numbers', async () => {
    const { ask, tenant } = await open({ low: 8, high: 16 })
    const callers = Array.from({ length: 32 }, (_, caller) => caller)
    const answers = await Promise.all(
      [0, 1, 2].flatMap(() => callers.map(async (caller) => ({ caller, ...(await ask(`r${caller}`, { count: 1 + (caller % 3) })) }))),
    )
    const of = (caller: number) => answers.filter((answer) => answer.caller === caller).map(({ numbers }) => numbers.join())
    for (const caller of callers) expect(new Set(of(caller)).size).toBe(1)
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(32)
    const given = answers.filter(({ repeated }) => !repeated).flatMap(({ numbers }) => numbers)
    expect(new Set(given).size).toBe(given.length)
    expect(await countsOf(database.read, tenant, 'web')).toEqual(await countedInBook(database.read, tenant, 'web'))
  })

  test('are refused while the business is stopped, except those that were answered', async () => {
    const { ask, run } = await open()
    const first = await ask('r1')
    await run((desk) => switchScheme(desk, 'web', 'business', 'stop', {}, 'no trucks'))
    await expect(ask('r2')).rejects.toMatchObject(code('business-stopped'))
    expect((await ask('r1')).numbers).toEqual(first.numbers)
    await run((desk) => switchScheme(desk, 'web', 'business', 'resume', {}, null))
    expect((await ask('r2')).numbers).not.toEqual(first.numbers)
  })
})

describe('leases', () => {
  test('a number that was shown outside is retired, one that stayed inside is used again', async () => {
    const { ask, back, row } = await open({ high: 4 })
    const [shown = ''] = (await ask('shown')).numbers
    const [inside = ''] = (await ask('inside', { exposed: false })).numbers
    expect(await back('shown')).toEqual([{ number: shown, state: 'retired', changed: true }])
    expect(await back('inside')).toEqual([{ number: inside, state: 'available', changed: true }])
    expect(await back('inside')).toEqual([{ number: inside, state: 'available', changed: false }])
    expect(await row(shown)).toMatchObject({ state: 'retired', generation: 1 })
    expect(await row(inside)).toMatchObject({ state: 'available', generation: 2 })
    now++
    const { numbers } = await ask('more', { count: 20 })
    expect(numbers).toContain(inside)
    expect(numbers).not.toContain(shown)
  })

  test('end by the clock when somebody asks, and what is late is refused', async () => {
    const { ask, done, row, run, stats, scheme } = await open()
    const [number = ''] = (await ask('r1', { exposed: false })).numbers
    const [kept = ''] = (await ask('r2', { exposed: false })).numbers
    now += minute - 1
    await run((desk) => renew(desk, { scheme: 'web', request: 'r2' }))
    now += 1
    await expect(done('r1', number)).rejects.toMatchObject(code('lease-over'))
    expect(await stats()).toMatchObject({ locked: 2, leasesOver: 1 })
    await ask('r3')
    expect(await row(number)).toMatchObject({ state: 'available', generation: 2 })
    await expect(done('r1', number)).rejects.toMatchObject(code('order-number-not-held'))
    expect(await done('r2', kept)).toMatchObject([{ changed: true }])
    now += minute
    const web = await scheme()
    expect(await run((desk) => endLeases(desk, web, 100))).toBe(1)
  })

  test('a number rests before it is used again', async () => {
    const { ask, back, run, stats } = await open({ format: 'W{seq:1}', quarantineMs: minute, low: 1, high: 1 })
    const [number] = (await ask('r1', { exposed: false })).numbers
    await run((desk) => switchScheme(desk, 'web', 'generation', 'stop', {}, null))
    await ask('r2')
    await back('r1')
    expect(await stats()).toMatchObject({ available: 1, resting: 1 })
    await expect(ask('r3')).rejects.toMatchObject(code('numbers-exhausted'))
    now += minute
    expect((await ask('r3')).numbers).toEqual([number])
  })

  test('of a block: what its holder showed to nobody is used again, what it does not speak of is retired', async () => {
    const { ask, back, done, run, row } = await open({ high: 4 })
    const { numbers } = await ask('till', { count: 4, block: true })
    const [used = '', unused = '', silent = ''] = numbers
    await done('till', used, '12.50')
    await back('till', { numbers: [unused], unused: true })
    now += minute
    await run(async (desk) => endLeases(desk, (await findScheme(desk.tx, desk.tenant, 'web')) ?? expect.fail(), 100))
    expect(await row(used)).toMatchObject({ state: 'consumed' })
    expect(await row(unused)).toMatchObject({ state: 'available' })
    expect(await row(silent)).toMatchObject({ state: 'retired' })
  })

  test('a late release does not touch the number of the next one', async () => {
    const { ask, back, row } = await open({ format: 'W{seq:1}', low: 1, high: 1 })
    const { numbers } = await ask('all', { count: 9, exposed: false })
    await back('all')
    const [number = ''] = (await ask('next')).numbers
    expect(numbers).toContain(number)
    expect(await back('all', { numbers: [number] })).toEqual([{ number, state: 'locked', changed: false }])
    expect(await row(number)).toMatchObject({ state: 'locked', request: 'next' })
    await expect(back('next', { numbers: numbers.filter((one) => one !== number).slice(0, 1) })).rejects.toMatchObject(
      code('order-number-not-held'),
    )
  })
})

describe('completion', () => {
  test('counts numbers and their exact amount once', async () => {
    const { ask, done, back, stats, row } = await open()
    const [one = '', two = ''] = (await ask('r1', { count: 2 })).numbers
    await done('r1', one, '90071992547409.9301')
    await done('r1', two, '0.0001')
    expect(await done('r1', two, '0.0001')).toEqual([{ number: two, state: 'consumed', changed: false }])
    await expect(done('r1', two, '0.0002')).rejects.toMatchObject(code('order-number-completed'))
    await expect(back('r1', { numbers: [one] })).rejects.toMatchObject(code('order-number-completed'))
    await expect(done('r1', 'W999999')).rejects.toMatchObject(code('unknown-order-number'))
    expect(await stats()).toMatchObject({ consumed: 2, amount: '90071992547409.9302' })
    const events = await historyOf(database.read, (await row(one)) ?? expect.fail(), 10)
    expect(events.map(({ seq, state }) => [seq, state])).toEqual([
      [1, 'locked'],
      [2, 'consumed'],
    ])
  })
})

describe('generation', () => {
  test('keeps between its marks, and logs the figures it decided from', async () => {
    const { ask, stats, run, tenant } = await open()
    expect(await stats()).toMatchObject({ available: 10, issued: 10 })
    await ask('r1', { count: 6 })
    expect(await stats()).toMatchObject({ available: 4, issued: 10 })
    await ask('r2')
    expect(await stats()).toMatchObject({ available: 10, issued: 17 })
    await run((desk) => switchScheme(desk, 'web', 'generation', 'stop', {}, 'audit'))
    await ask('r3', { count: 8 })
    expect(await stats()).toMatchObject({ available: 2, issued: 17 })
    await run((desk) => switchScheme(desk, 'web', 'generation', 'resume', {}, null))
    expect(await stats()).toMatchObject({ available: 10, issued: 25 })
    const log = await listDecisions(database.read, tenant, 'web', { limit: 10 })
    expect(log.map(({ kind }) => kind).reverse()).toEqual([
      ...['settings', 'generate', 'generate', 'generation-stop', 'generation-resume', 'generate'],
    ])
    expect(JSON.parse(log[0]?.inputs ?? '')).toMatchObject({ available: 2, low: 4, high: 10, from: 18, written: 8 })
  })

  test('ends with the capacity of a period, begins anew in the next one, and never makes a number twice', async () => {
    const { ask, stats } = await open({ format: '{ts:yyMMdd,Asia/Shanghai}-{seq:1,day}', low: 2, high: 5 })
    expect((await ask('r1', { count: 9 })).numbers).toEqual(Array.from({ length: 9 }, (_, i) => `261130-${i + 1}`))
    await expect(ask('r2')).rejects.toMatchObject(code('numbers-exhausted'))
    expect(await stats()).toMatchObject({ remaining: 0, capacity: 9, capacityLeft: 0 })
    now = Date.parse('2026-11-30T16:00:00Z')
    expect(await stats()).toMatchObject({ remaining: 9 })
    expect((await ask('r2')).numbers).toEqual(['261201-1'])
  })

  test('goes on behind numbers that are in the book already when a format comes back', async () => {
    const { ask, run } = await open({ low: 1, high: 2 })
    const before = (await ask('r1', { count: 2 })).numbers
    const other = { ...defaultScheme, format: 'X{seq:2}', low: 1, high: 2, batch: 2 }
    await run((desk) => putScheme(desk, 'web', other, 1))
    await expect(run((desk) => putScheme(desk, 'web', other, 1))).rejects.toMatchObject(code('version-moved'))
    const after = (await ask('r2', { count: 5 })).numbers
    expect(new Set([...before, ...after]).size).toBe(7)
  })

  test('leaves out what was made before when a format comes back whose sequence begins anew', async () => {
    const { ask, run } = await open({ format: 'W{seq:2}', low: 5, high: 5, batch: 4 })
    const before = (await ask('r1', { count: 3 })).numbers
    const put = (format: string, most: number) =>
      run((desk) => putScheme(desk, 'web', { ...defaultScheme, format, low: most, high: most, batch: 4 }, undefined))
    await put('{ts:yyMMdd}{seq:2,day}', 8)
    await put('W{seq:2}', 20)
    const after = (await ask('r2', { count: 20 })).numbers
    expect(before).toEqual(['W01', 'W02', 'W03'])
    expect(after).toEqual([
      ...['W04', 'W05', 'W06', 'W07', 'W08', '26113001', '26113002', '26113003'],
      ...Array.from({ length: 12 }, (_, i) => `W${String(i + 9).padStart(2, '0')}`),
    ])
  })

  test('that has ended refuses nobody while others take what is left', async () => {
    const { ask, stats } = await open({ format: 'W{seq:2}', low: 99, high: 99, batch: 50 })
    const answers = await Promise.all(Array.from({ length: 33 }, (_, caller) => ask(`r${caller}`, { count: 3 })))
    expect(new Set(answers.flatMap(({ numbers }) => numbers)).size).toBe(99)
    expect(await stats()).toMatchObject({ available: 0, locked: 99, issued: 99 })
    await expect(ask('more')).rejects.toMatchObject(code('numbers-exhausted'))
  })
})

test('counts that are not what the book says are found by the verification', async () => {
  const { tenant } = await open()
  expect(await verify(database, tenant)).toMatchObject({ differences: [], checked: { number_count: 1 } })
  await database.write((tx) =>
    tx.updateTable('number_count').set({ retired: 1 }).where('tenant', '=', tenant).where('shard', '=', 3).execute(),
  )
  expect((await verify(database, tenant)).differences).toMatchObject([{ table: 'number_count', key: 'web' }])
})
