import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { amountScale, fromScaled } from '../../model/decimal.ts'
import { isHubError } from '../../model/errors.ts'
import type { Database } from '../../store/database.ts'
import type { Outcome } from '../../store/joint-writes.ts'
import { countedInBook, countsOf } from '../../store/number-count.ts'
import { openTestStore, testServer } from '../../testing/test-store.ts'
import { type Allotted, allot, allotAll } from './allot.ts'
import { historyOf } from './history.ts'
import { allNumbers, numbersAt } from './numbers-bed.ts'
import { putScheme, switchScheme } from './put-scheme.ts'
import { defaultScheme } from './scheme.ts'
import { complete, release } from './settle.ts'

let database: Database
let now = Date.parse('2026-11-30T15:00:00Z')
beforeAll(async () => {
  database = await openTestStore({ now: () => now })
})
afterAll(() => database.close())

const leaseMs = 1000
const quarantineMs = 300
const capacity = 35

type State = 'free' | 'held' | 'done' | 'gone'
interface Known {
  state: State
  due: number
  request: string
  exposed: boolean
  block: boolean
}
interface Model {
  readonly numbers: Map<string, Known>
  readonly requests: Map<string, { readonly count: number; readonly numbers: readonly string[] }>
  amount: bigint
  open: boolean
  generating: boolean
}

/** What has to become of a lease that ends, said once more. */
function end(one: Known, unused = false): void {
  const seen = one.exposed && !(one.block && unused)
  one.state = seen ? 'gone' : 'free'
  if (!seen) one.due = now + quarantineMs
}

type Op =
  | { readonly kind: 'allot'; readonly request: number; readonly count: number; readonly exposed: boolean; readonly block: boolean }
  | { readonly kind: 'complete'; readonly request: number; readonly pick: number; readonly amount: number }
  | { readonly kind: 'release'; readonly request: number; readonly unused: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'switch'; readonly what: 'business' | 'generation'; readonly to: 'stop' | 'resume' }

const request = fc.integer({ min: 0, max: 7 })
const operation: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('allot' as const),
      request,
      count: fc.integer({ min: 1, max: 6 }),
      exposed: fc.boolean(),
      block: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('complete' as const), request, pick: fc.nat(5), amount: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('release' as const), request, unused: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 100, max: 1200 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('switch' as const),
      what: fc.constantFrom('business' as const, 'generation' as const),
      to: fc.constantFrom('stop' as const, 'resume' as const),
    }),
  },
)

async function play(tenant: string, model: Model, op: Op): Promise<void> {
  const run = numbersAt(database, tenant)
  if (op.kind === 'wait') {
    now += op.ms
    return
  }
  if (op.kind === 'switch') {
    await run((desk) => switchScheme(desk, 's', op.what, op.to, {}, null))
    if (op.what === 'business') model.open = op.to === 'resume'
    else model.generating = op.to === 'resume'
    return
  }
  const name = `r${op.request}`
  const known = model.requests.get(name)
  if (op.kind === 'allot') {
    const { count, exposed, block } = op
    const holder = block ? 'till' : 'shop'
    const asked = await attempt(run((desk) => allot(desk, { scheme: 's', request: name, holder, count, exposed, block })))
    if (known !== undefined) {
      if (typeof asked === 'string') expect(asked).toBe('number-request-differs')
      else expect(asked).toMatchObject({ numbers: known.numbers, repeated: true })
      if (known.count !== count) expect(asked).toBe('number-request-differs')
      return
    }
    if (!model.open) return expect(asked).toBe('business-stopped')
    const ending = [...model.numbers.values()].filter((one) => one.state === 'held' && one.due <= now)
    if (typeof asked === 'string') {
      expect(asked).toBe('numbers-exhausted')
      const free = [...model.numbers.values()].filter((one) => one.state === 'free' && one.due <= now).length
      expect(free).toBeLessThan(count)
      if (model.generating) expect(capacity - model.numbers.size + free).toBeLessThan(count)
      return
    }
    for (const one of ending) end(one)
    await learn(tenant, model)
    expect(new Set(asked.numbers).size).toBe(count)
    const before = new Map([...model.numbers].map(([number, one]) => [number, { ...one }]))
    for (const number of asked.numbers) {
      expect(before.get(number)).toMatchObject({ state: 'free' })
      expect(before.get(number)?.due).toBeLessThanOrEqual(now)
      model.numbers.set(number, { state: 'held', due: now + leaseMs, request: name, exposed, block })
    }
    const newest = Math.max(...asked.numbers.map((number) => before.get(number)?.due ?? 0))
    for (const [number, one] of before)
      if (one.state === 'free' && !asked.numbers.includes(number)) expect(one.due).toBeGreaterThanOrEqual(newest)
    model.requests.set(name, { count, numbers: asked.numbers })
    return
  }
  if (op.kind === 'complete') {
    const number = known?.numbers[op.pick % known.numbers.length] ?? 'none'
    const one = model.numbers.get(number)
    const amount = fromScaled(BigInt(op.amount), amountScale)
    const did = await attempt(run((desk) => complete(desk, { scheme: 's', request: name, items: [{ number, amount }] })))
    if (one?.request !== name || one.state === 'free' || one.state === 'gone') return expect(did).toBe('order-number-not-held')
    if (one.state === 'done') return expect(typeof did === 'string' ? did : did[0]?.changed).toBeOneOf(['order-number-completed', false])
    if (one.due <= now) return expect(did).toBe('lease-over')
    expect(did).toMatchObject([{ number, state: 'consumed', changed: true }])
    one.state = 'done'
    model.amount += BigInt(op.amount)
    return
  }
  const did = await attempt(run((desk) => release(desk, { scheme: 's', request: name, unused: op.unused })))
  if (known === undefined) return expect(did).toBe('order-number-not-held')
  for (const number of known.numbers) {
    const one = model.numbers.get(number)
    if (one?.request === name && one.state === 'held') end(one, op.unused)
  }
}

async function attempt<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work
  } catch (error) {
    if (isHubError(error)) return error.detail.code
    throw error
  }
}

/** Numbers that were made meanwhile are free. */
async function learn(tenant: string, model: Model): Promise<void> {
  for (const { number, created_at } of await allNumbers(database.read, tenant, 's'))
    if (!model.numbers.has(number)) model.numbers.set(number, { state: 'free', due: created_at, request: '', exposed: false, block: false })
}

async function compare(tenant: string, model: Model): Promise<void> {
  await learn(tenant, model)
  const rows = await allNumbers(database.read, tenant, 's')
  const words = { free: 'available', held: 'locked', done: 'consumed', gone: 'retired' } as const
  const shown = new Map(
    rows.map((row) => [row.number, { state: row.state, due: row.state === 'locked' || row.state === 'available' ? row.due_at : 0 }]),
  )
  expect(shown).toEqual(
    new Map(
      [...model.numbers].map(([number, { state, due }]) => [
        number,
        { state: words[state], due: state === 'free' || state === 'held' ? due : 0 },
      ]),
    ),
  )
  const counts = await countsOf(database.read, tenant, 's')
  expect(counts).toEqual(await countedInBook(database.read, tenant, 's'))
  expect(counts.issued).toBe(counts.available + counts.locked + counts.consumed + counts.retired)
  expect(counts.amount).toBe(model.amount)
}

/** Histories are whole, and end with what the number is. */
async function checkHistories(tenant: string): Promise<void> {
  for (const row of await allNumbers(database.read, tenant, 's')) {
    const own = await historyOf(database.read, row, 1000)
    expect(own.map(({ seq }) => seq)).toEqual(Array.from({ length: row.events }, (_, i) => i + 1))
    if (row.events > 0) expect(own.at(-1)).toMatchObject({ state: row.state, request: row.request, holder: row.holder })
    if (row.state === 'locked') expect(own.at(-1)).toMatchObject({ until: row.due_at })
  }
}

test('whatever is asked in whatever order, every number is in one state, and nobody gets one that another one has or showed', async () => {
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 30 }), async (operations) => {
      const tenant = `m${++round}`
      const model: Model = { numbers: new Map(), requests: new Map(), amount: 0n, open: true, generating: true }
      const settings = { ...defaultScheme, format: '{seq:1}', alphabet: '0123456789abcdefghijklmnopqrstuvwxyz', low: 3, high: 8, batch: 3 }
      await numbersAt(database, tenant)((desk) => putScheme(desk, 's', { ...settings, leaseMs, quarantineMs }, undefined))
      await learn(tenant, model)
      for (const op of operations) {
        await play(tenant, model, op)
        await compare(tenant, model)
      }
      await checkHistories(tenant)
    }),
    { numRuns: testServer() === undefined ? 150 : 15 },
  )
}, 120_000)

const asking = fc.record({
  request,
  count: fc.integer({ min: 1, max: 6 }),
  holder: fc.constantFrom('shop', 'till'),
  actor: fc.constantFrom('anna', 'ben'),
})
const flow = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.array(asking, { minLength: 1, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 1200 }) },
  ),
  { minLength: 1, maxLength: 6 },
)

// of numbers that come back only the place in the queue may differ: others were made meanwhile
test('many requests at once get, and are refused, as if each came alone one after the other', async () => {
  let round = 0
  const settings = {
    ...defaultScheme,
    format: '{seq:1}',
    alphabet: '0123456789abcdefghijklmnopqrstuvwxyz',
    low: 3,
    high: 8,
    batch: 3,
    leaseMs,
  }
  const told = (outcome: Outcome<Allotted> | string) => {
    if (typeof outcome === 'string') return outcome
    if ('done' in outcome) return outcome.done
    return isHubError(outcome.refused) ? outcome.refused.detail.code : String(outcome.refused)
  }
  await fc.assert(
    fc.asyncProperty(flow, async (steps) => {
      round += 1
      const [together, alone] = [`t${round}`, `a${round}`]
      for (const tenant of [together, alone]) await numbersAt(database, tenant)((desk) => putScheme(desk, 's', settings, undefined))
      for (const step of steps) {
        if (typeof step === 'number') {
          now += step
          continue
        }
        const asks = step.map((ask) => ({ ...ask, scheme: 's', request: `r${ask.request}` }))
        const shared = await numbersAt(database, together)((desk) => allotAll(desk, asks))
        const single: unknown[] = []
        for (const ask of asks)
          single.push(told(await attempt(numbersAt(database, alone)((desk) => allot(desk, ask)).then((done) => ({ done })))))
        expect(shared.map(told)).toEqual(single)
      }
      const eventsOf = async (tenant: string) => {
        const rows = await allNumbers(database.read, tenant, 's')
        const all = await Promise.all(rows.map((row) => historyOf(database.read, row, 1000)))
        return all
          .flat()
          .filter(({ state }) => state === 'locked')
          .map(({ number, request, holder, actor }) => ({ number, request, holder, actor }))
      }
      expect(await eventsOf(together)).toEqual(await eventsOf(alone))
      for (const tenant of [together, alone])
        expect(await countsOf(database.read, tenant, 's')).toEqual(await countedInBook(database.read, tenant, 's'))
    }),
    { numRuns: testServer() === undefined ? 60 : 8 },
  )
}, 120_000)
