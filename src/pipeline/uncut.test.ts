import { afterEach, describe, expect, test } from 'vitest'
import type { Stream } from '../connector/types.ts'
import { retry } from '../model/errors.ts'
import { countBaselineStates } from '../store/baseline.ts'
import { isWaiting } from '../store/envelope.ts'
import { documentOf, hook, later, statesOf } from '../testing/bed-questions.ts'
import { Killed, mortal } from '../testing/mortal.ts'
import { type Bed, type BedOptions, openBed, step } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import type { Context } from './context.ts'
import { intake } from './intake.ts'
import { pull } from './pull.ts'
import { replayEnvelopes } from './replay.ts'
import { split, together } from './split.ts'
import { sweep } from './sweep.ts'

/* A page waits as one row until it is cut: what holds between the two, and after. */

let bed: Bed
afterEach(() => bed.close())
const minute = 60_000
const { orders = expect.unreachable() } = tinyShop.streams
const open = async (count: number, change: Partial<Stream> = {}, options: BedOptions = {}) => {
  bed = await openBed({ routes: [], shop: { ...tinyShop, streams: { ...tinyShop.streams, orders: { ...orders, ...change } } }, ...options })
  for (let id = 1; id <= count; id++) bed.partner.orders.set(id, tinyOrder(id))
}
const receipts = () => bed.database.read.selectFrom('receipt').select(['id', 'kind', 'state', 'records']).orderBy('id').execute()
const envelopes = () => bed.database.read.selectFrom('envelope').selectAll().orderBy('id').execute()
const totalOf = async (id: number) => JSON.parse((await documentOf(bed, 'sales-order', `shop/${id}`))?.body ?? '{}').totals?.grandTotal
const read = (context: Context = bed.context) => pull(context, 'shop', 'orders')

test('a page leaves one row and nothing else; what it holds is written once, as it was settled', async () => {
  await open(60)
  expect(await read()).toMatchObject({ state: 'done', pages: 2, records: 60 })
  expect(await receipts()).toMatchObject([
    { kind: 'page', state: 'uncut', records: 50 },
    { kind: 'page', state: 'uncut', records: 10 },
  ])
  expect(await envelopes()).toEqual([])
  const updates: string[] = []
  const watched: Context = {
    ...bed.context,
    database: {
      ...bed.context.database,
      write: (work) =>
        bed.context.database.write((tx) =>
          work(
            new Proxy(tx, {
              get: (of, name) => {
                const found = Reflect.get(of, name)
                return name === 'updateTable'
                  ? (table: never) => {
                      updates.push(table)
                      return of.updateTable(table)
                    }
                  : typeof found === 'function'
                    ? found.bind(of)
                    : found
              },
            }),
          ),
        ),
    },
  }
  expect(await intake(watched)).toBe(2)
  expect(updates).not.toContain('envelope')
  expect(await statesOf(bed, 'envelope')).toEqual(Array(60).fill('applied'))
  expect(new Set((await receipts()).map(({ state }) => state))).toEqual(new Set(['split']))
})

test('every record is the bytes that it had in its page', async () => {
  await open(3)
  await read()
  await bed.drain(bed.another())
  const [page = expect.unreachable()] = await bed.database.read.selectFrom('receipt').select(['id', 'body', 'coding']).execute()
  expect(page.coding).toBeNull()
  for (const { key, receipt, slices } of await envelopes()) {
    const [{ from, to } = expect.unreachable()] = JSON.parse(slices)
    expect(receipt).toBe(page.id)
    expect(JSON.parse(Buffer.from(page.body.subarray(from, to)).toString())).toMatchObject({ id: Number(key) })
  }
})

describe('a webhook of the same key that comes while its page waits', () => {
  const webhook = { ...tinyOrder(1, { at: '2026-11-23T08:30:00.000Z', total: '12.00' }) }

  test('comes after it', async () => {
    await open(2)
    await read()
    await hook(bed, webhook)
    await bed.drain()
    expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'applied', 'applied'])
    expect(await documentOf(bed, 'sales-order', 'shop/1')).toMatchObject({ version: 2 })
    expect(await totalOf(1)).toBe('12.00')
  })

  test.each(['page first', 'webhook first'])('counts by its place where nothing has a version: %s', async (first) => {
    const { byKey: _byKey, ...rest } = orders
    bed = await openBed({
      routes: [],
      shop: { ...tinyShop, streams: { ...tinyShop.streams, orders: { ...rest, version: { kind: 'none' } } } },
    })
    bed.partner.orders.set(1, tinyOrder(1))
    if (first === 'page first') await read()
    await hook(bed, webhook)
    if (first === 'webhook first') await read()
    expect(await intake(bed.context)).toBe(2)
    expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'applied'])
    expect(await totalOf(1)).toBe(first === 'page first' ? '12.00' : '10.00')
  })
})

describe('what a list repeats', () => {
  test('leaves neither a record nor a page, and is counted', async () => {
    await open(60)
    await bed.drain(bed.context, ['orders'])
    const before = { receipts: await receipts(), envelopes: await envelopes() }
    await later(bed, minute, ['orders'])
    expect({ receipts: await receipts(), envelopes: await envelopes() }).toEqual(before)
    expect(bed.repeated()).toBe(60)
  })

  test('leaves the page where one of its rows says something new', async () => {
    await open(60)
    await bed.drain(bed.context, ['orders'])
    bed.partner.orders.set(5, tinyOrder(5, { at: '2026-11-23T08:30:00.000Z', total: '11.00' }))
    await later(bed, minute, ['orders'])
    expect(await receipts()).toHaveLength(3)
    expect(await envelopes()).toHaveLength(61)
    expect(bed.repeated()).toBe(59)
    expect(await totalOf(5)).toBe('11.00')
  })

  test('does so too when the first of the two pages was not cut yet', async () => {
    await open(3)
    await read()
    bed.clock.now += minute
    await read()
    expect(await receipts()).toHaveLength(2)
    await bed.drain()
    expect(await receipts()).toHaveLength(1)
    expect(await envelopes()).toHaveLength(3)
    expect(bed.repeated()).toBe(3)
  })
})

describe('a process that dies after any commit between a page and what it holds', () => {
  const places = Array.from({ length: 12 }, (_, i) => i + 1)
  test.each(places)('loses and doubles nothing: commit %i', async (place) => {
    await open(130, {}, { settings: { leaseMs: 5000 } })
    const live = async (context: Context) => {
      for (let round = 0; round < 30; round++) {
        const rings = (await sweep(context)).filter((ring) => ring.kind !== 'pull' || ring.stream === 'orders')
        if (rings.length === 0) return
        for (const ring of rings) await step(context, ring)
      }
    }
    const life = mortal(bed.database, place)
    await live(bed.another(life.database)).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    for (let rest = 0; rest < 3; rest++) {
      bed.clock.now += 6000
      await live(bed.another())
    }
    expect(
      (await bed.database.read.selectFrom('document').select('version').where('type', '=', 'sales-order').execute()).map(
        (row) => row.version,
      ),
    ).toEqual(Array(130).fill(1))
    const settled = await envelopes()
    expect(settled.map(({ state }) => state)).toEqual(Array(130).fill('applied'))
    expect(settled.map(({ baseline }) => baseline)).toEqual(Array(130).fill(1))
    expect((await receipts()).map(({ state }) => state)).toEqual(['split', 'split', 'split'])
  })
})

test('two processes cut the same pages once', async () => {
  await open(130)
  await read()
  const cut = await Promise.all([intake(bed.another()), intake(bed.another())])
  expect(cut.reduce((sum, one) => sum + one)).toBe(3)
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(Array(130).fill('applied'))
})

test('pages and webhooks are cut in portions, each in one transaction', async () => {
  await open(130, { page: { kind: 'number', first: 1, size: 50 } })
  for (let id = 1001; id <= 1200; id++) await hook(bed, tinyOrder(id))
  await read()
  let writes = 0
  const counted: Context = {
    ...bed.context,
    database: {
      ...bed.context.database,
      write: (work) => {
        writes++
        return bed.context.database.write(work)
      },
    },
  }
  expect(await split(counted)).toBe(203)
  // the lease is taken, 250 records and 80 in turn, nothing is left and the lease is given back
  expect(writes).toBe(4)
})

describe('a page that cannot be cut', () => {
  const answer = (body: string | Buffer) => {
    bed.partner.intercept = (request, usual) => (request.path === '/shop/orders' ? { body } : usual())
  }
  const page = (...rows: readonly string[]) => `{"orders":[${rows.join()}]}`
  const row = (id: number) => JSON.stringify(tinyOrder(id))

  test.each([
    ['is no JSON inside of a record', page(row(1), row(2).replace('"10.00"', '10.0.0'))],
    ['ends in the middle', page(row(1), row(2).slice(0, -1))],
    ['is no UTF-8', Buffer.from(page(row(1), row(2).replace('open', 'op\xff')), 'latin1')],
  ])('because it %s is a failed read, which keeps its place', async (_, text) => {
    for (const cursor of [orders.cursor, null]) {
      if (cursor === null) await bed.close()
      await open(0, { cursor })
      answer(text)
      expect(await read()).toMatchObject({ state: 'failed', code: 'bad-shape' })
      expect(await receipts()).toEqual([])
      expect(await bed.database.read.selectFrom('cursor').selectAll().execute()).toEqual([])
    }
  })

  test('for one row only gives all its others, and says so once', async () => {
    await open(0, { cursor: null })
    answer(page(row(1), row(2).replace('"id"', '"__proto__":{"a":1},"id"'), row(3)))
    await bed.drain(bed.context, ['orders'])
    expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'applied', 'dead/unparseable'])
    await later(bed, minute, ['orders'])
    expect(await statesOf(bed, 'envelope')).toHaveLength(3)
    expect(bed.repeated()).toBe(3)
  })

  test.each(['nothing of it', 'all of it'])(
    'since its stream is gone is cut when a person asks for it again: %s came by then',
    async (came) => {
      await open(3)
      await read()
      const shop = bed.context.catalogue().connections.get('shop') ?? expect.unreachable()
      const { orders: _orders, ...streams } = shop.connector.streams
      bed.change({ setups: [{ name: 'shop', connector: { ...shop.connector, streams } }] })
      await bed.drain()
      expect(await statesOf(bed, 'envelope')).toEqual(['dead/invalid'])
      bed.change({ setups: [{ name: 'shop', connector: shop.connector }] })
      if (came === 'all of it') await later(bed, minute, ['orders'])
      const [dead = expect.unreachable()] = await envelopes()
      expect(await replayEnvelopes(bed.context, { ids: [dead.id] })).toBe(1)
      await bed.drain()
      expect(await statesOf(bed, 'envelope')).toEqual(['duplicate', 'applied', 'applied', 'applied'])
      expect((await receipts()).map(({ id }) => id)).toContain(dead.receipt)
    },
  )
})

test('what is not cut yet is counted as waiting, by a first load and by whoever asks what is still to come', async () => {
  await open(60)
  await read()
  expect(await countBaselineStates(bed.database.read, 'default', 'shop')).toEqual([
    { stream: 'orders', state: 'received', count: 50 },
    { stream: 'orders', state: 'received', count: 10 },
  ])
  expect(await isWaiting(bed.database.read, 'default', 'shop', ['orders'])).toBe(true)
  await bed.drain()
  expect(await countBaselineStates(bed.database.read, 'default', 'shop')).toEqual([{ stream: 'orders', state: 'applied', count: 60 }])
  expect(await isWaiting(bed.database.read, 'default', 'shop', ['orders'])).toBe(false)
})

test('processes that die while they work off what waits make no poison of a receipt that ends none', async () => {
  await open(0)
  for (const id of [1, 2, 3, 4]) await hook(bed, tinyOrder(id))
  for (const commits of [1, 2, 2]) {
    const dying = mortal(bed.database, commits)
    await expect(split({ ...bed.context, database: dying.database })).rejects.toThrow(Killed)
    bed.clock.now += 10 * minute
  }
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(Array(4).fill('applied'))
})

test('a database that is away again and again makes no poison of what waits, and nobody waits for the lease', async () => {
  await open(0, {}, { settings: { maxCrashes: 2 } })
  for (const id of [1, 2, 3]) await hook(bed, tinyOrder(id))
  for (let outage = 0; outage < 5; outage++) {
    let writes = 0
    const away: Context['database'] = {
      ...bed.context.database,
      // it goes while receipts are cut: what claims and gives back comes through
      write: async (work) => {
        if (++writes === 2) throw retry('database-lost', 'the connection to the database was lost')
        return bed.context.database.write(work)
      },
    }
    await expect(split({ ...bed.context, database: away })).rejects.toThrow('was lost')
  }
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(Array(3).fill('applied'))
})

test('receipts are cut together as their records and bytes allow, and a single one always', () => {
  const mib = 1024 * 1024
  const heads = [1, 2, 3, 4].map((id) => ({ id: String(id), records: id === 4 ? 200 : null }))
  const cut = (...sizes: readonly number[]) =>
    together(heads, new Map(sizes.map((bytes, place) => [String(place + 1), bytes]))).map(({ id }) => id)
  expect(cut(1, 1, 1, 1)).toEqual(['1', '2', '3', '4'])
  expect(cut(5 * mib, 3 * mib, 1, 1)).toEqual(['1', '2'])
  expect(cut(20 * mib, 1, 1, 1)).toEqual(['1'])
  expect(together([{ id: '4', records: 300 }, ...heads], new Map()).map(({ id }) => id)).toEqual(['4'])
})
