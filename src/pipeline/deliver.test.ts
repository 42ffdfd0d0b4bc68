import { afterEach, describe, expect, test } from 'vitest'
import { idMaker } from '../model/id.ts'
import type { Database } from '../store/database.ts'
import { attemptsOf, documentOf, dutiesOf, hook, knowLamp, later, openFindingsOf, order } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed, step, toErp } from '../testing/pipeline-bed.ts'
import { byFinding, saleAction, tinyErp } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { restState } from './at-rest.ts'
import { deliver } from './deliver.ts'
import { intake } from './intake.ts'
import { pull } from './pull.ts'
import { sweep } from './sweep.ts'

let bed: Bed
afterEach(() => bed.close())
const open = async (options?: BedOptions) => {
  bed = await openBed(options)
  await knowLamp(bed)
}
const later1s = '2026-11-23T08:00:01.000Z'
const down = { status: 503, body: { error: 'down' } } as const

test('a duty waits for a missing link without holding others, and goes out by itself when the link appears', async () => {
  await open()
  await order(bed, 1, { lines: [{ id: 1, sku: 'SHADE', qty: '1', amount: '10.00' }] })
  await order(bed, 2)
  expect(await dutiesOf(bed)).toEqual(['create parked/missing-link', 'create delivered'])
  expect(await restState(bed.context)).toMatchObject({ atRest: true, waiting: { parkedDeliveries: 1, blockedDeliveries: 0 } })
  bed.partner.articles.push({ id: 8, code: 'SHADE' })
  bed.partner.items.push('SHADE')
  await later(bed, 60_000, ['articles'])
  await later(bed, 60_000, ['items'])
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create delivered'])
  expect(bed.partner.sales.size).toBe(2)
})

test('a partner that is down is asked again by the table, then the delivery is dead; a replay starts anew', async () => {
  await open()
  bed.partner.intercept = (request, usual) => (request.path === '/erp/sales' && request.method === 'POST' ? down : usual())
  await order(bed, 1)
  expect(await dutiesOf(bed)).toEqual(['create waiting/http-503'])
  expect(await restState(bed.context)).toMatchObject({ atRest: false, open: { deliveries: 1, lanes: 1 } })
  for (const wait of [999, 1, 2000, 4000]) await later(bed, wait)
  expect(bed.partner.calls('POST', '/erp/sales')).toBe(4)
  expect(await dutiesOf(bed)).toEqual(['create dead/exhausted:http-503'])
  bed.partner.intercept = (_, usual) => usual()
  const { replayDelivery } = await import('./replay.ts')
  const { id } = await bed.database.read.selectFrom('delivery').select('id').executeTakeFirstOrThrow()
  await replayDelivery(bed.context, id, 'same')
  await bed.drain()
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  expect(bed.partner.sales.size).toBe(1)
})

test('a partner that asks for no patience at all is asked ever more seldom', async () => {
  await open()
  bed.partner.intercept = (request, usual) =>
    request.path === '/erp/sales' && request.method === 'POST' ? { status: 503, headers: { 'retry-after': '0' }, body: {} } : usual()
  await order(bed, 1)
  const tries = () => bed.partner.calls('POST', '/erp/sales')
  for (const wait of [1000, 2000, 4000]) {
    const before = tries()
    await later(bed, wait - 1)
    expect(tries()).toBe(before)
    await later(bed, 1)
    expect(tries()).toBe(before + 1)
  }
  expect(await dutiesOf(bed)).toEqual(['create dead/exhausted:http-503'])
})

test('a delivery for which there is no budget loses no try, however long that lasts', async () => {
  await open()
  // a sale takes two requests: it is made and read
  bed.change({ setups: [{ name: 'erp', limit: { requests: 2, perMs: 7_200_000 } }] })
  await order(bed, 1)
  await order(bed, 2)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create waiting/rate-limited'])
  for (let i = 0; i < 6; i++) await later(bed, 70_000)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create waiting/rate-limited'])
  await later(bed, 7_200_000)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create delivered'])
  const rows = await bed.database.read.selectFrom('delivery').select('attempts').orderBy('id').execute()
  expect(rows).toEqual([{ attempts: 1 }, { attempts: 1 }])
})

test('a worker that stood still until its lease was over sends nothing, and the try is made again', async () => {
  await open({ settings: { leaseMs: 60 } })
  await hook(bed, tinyOrder(1))
  for (const ring of [{ kind: 'split' } as const, ...(await sweep(bed.context))]) await step(bed.context, ring)
  for (const ring of (await sweep(bed.context)).filter(({ kind }) => kind === 'ingest')) await step(bed.context, ring)
  const frozen: Database = {
    ...bed.database,
    async write(work) {
      const result = await bed.database.write(work)
      await new Promise((resolve) => setTimeout(resolve, 90))
      return result
    },
  }
  await deliver(bed.another(frozen), 'erp')
  expect(bed.partner.calls('POST', '/erp/sales')).toBe(0)
  expect(await dutiesOf(bed)).toEqual(['create waiting/lease-lost'])
  await later(bed, 1000)
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  expect(bed.partner.requests.filter(({ query }) => query.has('reference'))).toEqual([])
})

test('lanes that a process died on are tried one after the other, the least suspected first, beside the others', async () => {
  await open()
  const wait = Promise.withResolvers<void>()
  let under: string[] = []
  const together: string[][] = []
  bed.partner.intercept = async (request, usual) => {
    if (request.method !== 'POST' || request.path !== '/erp/sales') return usual()
    const { reference } = JSON.parse(request.body)
    under.push(reference)
    together.push([...under])
    await (reference === 'shop/4' ? wait.promise : new Promise((resolve) => setTimeout(resolve, 20)))
    if (reference === 'shop/3') wait.resolve()
    under = under.filter((one) => one !== reference)
    return usual()
  }
  bed.change({ setups: [{ name: 'erp', paused: true }] })
  for (const id of [1, 2, 3, 4]) await order(bed, id)
  const died = async (key: string, fails: number) =>
    bed.database.write((tx) => tx.updateTable('lane').set({ fails }).where('lane', '=', `erp/sales-order/${key}`).execute())
  await died('shop/1', 2)
  await died('shop/2', 1)
  await died('shop/3', 2)
  bed.change({ setups: [{ name: 'erp', paused: false }] })
  await deliver(bed.context, 'erp')
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create delivered', 'create delivered', 'create delivered'])
  const suspects = together.map((group) => group.filter((one) => one !== 'shop/4'))
  expect(Math.max(...suspects.map((group) => group.length))).toBe(1)
  expect([...new Set(suspects.flat())]).toEqual(['shop/2', 'shop/1', 'shop/3'])
  expect(together.some((group) => group.includes('shop/4') && group.length === 2)).toBe(true)
})

test('new duties of a lane in back-off do not wake it early, and go in order when it wakes', async () => {
  await open()
  let answer: 'down' | 'up' = 'down'
  bed.partner.intercept = (request, usual) => (answer === 'down' && request.method === 'POST' ? down : usual())
  await order(bed, 1)
  await order(bed, 1, { at: later1s, total: '12.00' })
  expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
  expect(await dutiesOf(bed)).toEqual(['create waiting/http-503', 'change due'])
  answer = 'up'
  await later(bed, 1000)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'change delivered'])
  // frozen bytes: the retry sent what the first try sent, the change brought the edit
  const bodies = bed.partner.requests
    .filter(({ method }) => method === 'POST' || method === 'PUT')
    .map(({ method, body }) => `${method} ${JSON.parse(body).total}`)
  expect(bodies).toEqual(['POST 10.00', 'POST 10.00', 'PUT 12.00'])
})

test('a change that a host with a clock behind adds goes out after its create', async () => {
  await open()
  bed.partner.intercept = (request, usual) => (request.method === 'POST' ? down : usual())
  await order(bed, 1)
  const behind = { ...bed.another(), newId: idMaker(() => bed.clock.now - 600_000) }
  const edited = tinyOrder(1, { at: later1s, total: '12.00' })
  bed.partner.orders.set(1, edited)
  await hook(bed, edited, 'order', 'e2', behind)
  await bed.drain(behind)
  expect(await dutiesOf(bed)).toEqual(['create waiting/http-503', 'change due'])
  bed.partner.intercept = (_, usual) => usual()
  await later(bed, 1000)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'change delivered'])
})

describe('an answer that is lost', () => {
  const loseFirst = (path: string) => {
    let lost = 0
    bed.partner.intercept = (request, usual) => {
      if (request.method !== 'POST' || request.path !== path || lost++ > 0) return usual()
      usual()
      return 'lost'
    }
  }

  test('is looked up before the retry, so that the effect happens once', async () => {
    await open()
    loseFirst('/erp/sales')
    await order(bed, 1)
    await later(bed, 1000)
    expect(await dutiesOf(bed)).toEqual(['create delivered/found at the partner after an unanswered try'])
    expect(bed.partner.sales.size).toBe(1)
    expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
  })

  test('parks as unknown where nothing can tell, and a person settles it', async () => {
    await open({ erp: tinyErp(saleAction({ kind: 'none', why: 'the ERP has no way to tell' })) })
    loseFirst('/erp/sales')
    await order(bed, 1)
    await later(bed, 60_000)
    expect(await dutiesOf(bed)).toEqual(['create parked/unknown'])
    expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
    const { settleByHand } = await import('./replay.ts')
    const { id } = await bed.database.read.selectFrom('delivery').select('id').executeTakeFirstOrThrow()
    await settleByHand(bed.context, id, { state: 'delivered', key: '1' })
    await order(bed, 1, { at: later1s, total: '12.00' })
    expect(await dutiesOf(bed)).toEqual(['create delivered/by-hand', 'change delivered'])
  })

  test('is settled by the poll that meets our reference first; the sender is told nothing more', async () => {
    await open()
    let release = () => {}
    const waiting = new Promise<void>((resolve) => {
      release = resolve
    })
    bed.partner.intercept = async (request, usual) => {
      const answer = usual()
      if (request.method === 'POST') await waiting
      return answer
    }
    await hook(bed, tinyOrder(1))
    const { split } = await import('./split.ts')
    await split(bed.context)
    const { sweep } = await import('./sweep.ts')
    const { ingest } = await import('./ingest.ts')
    for (const ring of await sweep(bed.context)) if (ring.kind === 'ingest') await ingest(bed.context, ring.lane)
    const sending = deliver(bed.context, 'erp')
    while (bed.partner.sales.size === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await dutiesOf(bed)).toEqual(['create sending'])
    // the other process polls the sale that was made and not answered yet
    const other = bed.another()
    await pull(other, 'erp', 'sales')
    for (const ring of await sweep(other)) if (ring.kind === 'split') await intake(other)
    expect(await dutiesOf(bed)).toEqual(['create delivered/recognised'])
    release()
    await sending
    expect(await dutiesOf(bed)).toEqual(['create delivered/recognised'])
    expect(await attemptsOf(bed)).toEqual(['recognised'])
    await bed.drain()
    expect((await restState(bed.context)).atRest).toBe(true)
    expect(bed.said).toEqual([])
  })
})

test('a rejected duty is dead and blocks what comes after it, until a person lets it go', async () => {
  await open()
  bed.partner.intercept = (request, usual) => (request.method === 'POST' ? { status: 422, body: { error: 'no' } } : usual())
  await order(bed, 1)
  bed.partner.intercept = (_, usual) => usual()
  await order(bed, 1, { at: later1s, total: '12.00' })
  expect(await dutiesOf(bed)).toEqual(['create dead/http-422', 'change due'])
  expect(await restState(bed.context)).toMatchObject({ atRest: true, waiting: { deadDeliveries: 1, blockedDeliveries: 1 } })
  await order(bed, 2)
  expect(bed.partner.sales.size).toBe(1)
  const { replayDelivery } = await import('./replay.ts')
  const { id } = await bed.database.read.selectFrom('delivery').select('id').orderBy('id').executeTakeFirstOrThrow()
  await replayDelivery(bed.context, id, { who: 'ann', reason: 'the partner lost it' })
  await bed.drain()
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'change superseded/no-change', 'create delivered'])
})

test('a route that skips goes on after a dead duty', async () => {
  await open({ routes: [{ ...toErp, onDead: 'skip' }] })
  await order(bed, 1)
  bed.partner.intercept = (request, usual) => (request.method === 'PUT' ? { status: 422, body: {} } : usual())
  await order(bed, 1, { at: later1s, total: '11.00' })
  bed.partner.intercept = (_, usual) => usual()
  await order(bed, 1, { at: '2026-11-23T08:00:02.000Z', total: '12.00' })
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'change dead/http-422', 'change delivered'])
})

test('refused credentials stop the connection, not its work: it goes on when they are taken again', async () => {
  await open()
  bed.partner.intercept = (request, usual) => (request.path.startsWith('/erp') ? { status: 401, body: {} } : usual())
  for (const id of [1, 2, 3]) await order(bed, id)
  const { state } = await bed.database.read.selectFrom('connection').select('state').where('name', '=', 'erp').executeTakeFirstOrThrow()
  expect(state).toBe('needs-auth')
  expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
  bed.partner.intercept = (_, usual) => usual()
  await later(bed, 29_000)
  expect(bed.partner.calls('GET', '/erp/ping')).toBe(0)
  await later(bed, 2000)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create delivered', 'create delivered'])
})

test('an open finding holds a duty of a route that says so, and its end frees it', async () => {
  await open({ routes: [{ ...toErp, holds: ['does-not-foot'] }] })
  await order(bed, 1, { total: '11.00', lines: [{ id: 1, sku: 'LAMP', qty: '1', amount: '10.00' }] })
  expect(await dutiesOf(bed)).toEqual(['create parked/held'])
  await order(bed, 1, { at: later1s, total: '11.00', lines: [{ id: 1, sku: 'LAMP', qty: '1', amount: '11.00' }] })
  expect(await openFindingsOf(bed)).toEqual([])
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
})

test('a worker whose lease ran out writes nothing, and the one that took over does the effect once', async () => {
  await open({ settings: { leaseMs: 30_000 } })
  let release = () => {}
  const frozen = new Promise<void>((resolve) => {
    release = resolve
  })
  let first = true
  bed.partner.intercept = async (request, usual) => {
    if (request.method !== 'POST' || !first) return usual()
    first = false
    const answer = usual()
    await frozen
    return answer
  }
  await hook(bed, tinyOrder(1))
  const { split } = await import('./split.ts')
  const { sweep } = await import('./sweep.ts')
  const { ingest } = await import('./ingest.ts')
  await split(bed.context)
  for (const ring of await sweep(bed.context)) if (ring.kind === 'ingest') await ingest(bed.context, ring.lane)
  const sleeper = deliver(bed.context, 'erp')
  while (bed.partner.sales.size === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  bed.clock.now += 31_000
  await bed.drain(bed.another())
  expect(await dutiesOf(bed)).toEqual(['create delivered/found at the partner after an unanswered try'])
  release()
  await sleeper
  expect(await attemptsOf(bed)).toEqual(['lost', 'delivered'])
  expect(bed.partner.sales.size).toBe(1)
  expect((await documentOf(bed, 'sales-order', 'shop/1'))?.version).toBe(1)
})

test('every lane makes progress while one is stuck', async () => {
  await open({ erp: tinyErp(saleAction(byFinding)) })
  bed.partner.intercept = (request, usual) => (request.body.includes('"shop/3"') ? down : usual())
  for (let id = 1; id <= 8; id++) await hook(bed, tinyOrder(id))
  await bed.drain()
  expect([...bed.partner.sales.values()].map(({ reference }) => reference).sort()).toEqual([
    'shop/1',
    'shop/2',
    'shop/4',
    'shop/5',
    'shop/6',
    'shop/7',
    'shop/8',
  ])
  expect((await dutiesOf(bed)).filter((duty) => duty !== 'create delivered')).toEqual(['create waiting/http-503'])
})
