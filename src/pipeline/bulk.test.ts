import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Bulk, Connector, Stream } from '../connector/types.ts'
import { findBackfill } from '../store/backfill.ts'
import { documentOf, hook, later } from '../testing/bed-questions.ts'
import { Killed, mortal } from '../testing/mortal.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { type TinyOrder, tinyOrder } from '../testing/tiny-partner.ts'
import { backfill } from './backfill.ts'
import { abandonRange } from './bulk-turn.ts'
import type { Context } from './context.ts'
import { pull } from './pull.ts'
import { wantRange } from './ranges.ts'

const minute = 60_000
const day = 86_400_000
const { orders: paged, items } = tinyShop.streams
if (paged === undefined || items === undefined || tinyShop.webhook === undefined) throw new Error('the tiny shop is not what it was')

const bulk: Bulk = {
  create: { method: 'POST', path: '/jobs', json: { since: '{since}' } },
  first: '1970-01-01T00:00:00Z',
  job: 'job',
  look: { path: '/jobs/{job}' },
  cancel: { method: 'POST', path: '/jobs/{job}/cancel', json: {} },
  state: 'state',
  running: ['running'],
  done: ['done'],
  failed: [],
  url: 'file',
  hosts: [],
  everyMs: 10 * minute,
  mostMs: day,
  leastMs: day,
  size: 2,
}
const orders: Stream = { ...paged, bulk }
const connector: Connector = {
  ...tinyShop,
  streams: { ...tinyShop.streams, orders },
  webhook: {
    ...tinyShop.webhook,
    topics: { ...tinyShop.webhook.topics, 'job-ended': { stream: 'orders', carries: 'job', key: 'job', records: '' } },
  },
}

let bed: Bed
/** jobs of the partner by their names, with the state and the orders of the moment they were asked for */
let jobs: Map<string, { state: string; rows: readonly TinyOrder[] }>
let pages: number

beforeEach(async () => {
  jobs = new Map()
  pages = 0
  bed = await openBed({ routes: [], shop: connector })
  bed.partner.intercept = ({ path, method, headers }, usual) => {
    const [, job = '', part] = /^\/shop\/jobs\/(\w+)(?:\/(\w+))?$/.exec(path) ?? []
    if (method === 'POST' && path === '/shop/jobs') {
      jobs.set(`J${jobs.size + 1}`, { state: 'running', rows: [...bed.partner.orders.values()] })
      return { body: { job: `J${jobs.size}` } }
    }
    if (path === '/shop/orders') pages++
    const known = jobs.get(job)
    if (known === undefined) return usual()
    if (part === 'cancel') known.state = 'cancelled'
    if (part !== 'file') return { body: { state: known.state, file: `/shop/jobs/${job}/file` } }
    const bytes = Buffer.from(known.rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1])
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
    return from >= bytes.length
      ? { status: 416, body: '' }
      : { status: 206, headers: { 'content-type': 'application/octet-stream', 'content-range': range }, body: bytes.subarray(from) }
  }
  for (let id = 1; id <= 5; id++) bed.partner.orders.set(id, tinyOrder(id))
})
afterEach(() => bed.close())

const end = (job: string) => {
  const known = jobs.get(job)
  if (known !== undefined) known.state = 'done'
}
const position = async () =>
  JSON.parse(
    (await bed.database.read.selectFrom('cursor').select('position').where('stream', '=', 'orders').executeTakeFirst())?.position ?? '{}',
  )
const count = async () => (await bed.database.read.selectFrom('document').select('key').where('type', '=', 'sales-order').execute()).length
const range = (from: number, until: number) =>
  bed.database.write((tx) =>
    wantRange(
      bed.context,
      tx,
      { connection: 'shop', stream: 'orders', kind: 'range', from, until, quiet: true, pagesPerMinute: 600, askedBy: 'test' },
      bed.clock.now,
    ),
  )

test('a first load waits for its job without a worker, its name is kept, and another process reads the file from where the first was killed', async () => {
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'stopped', pages: 1, records: 0 })
  expect(await position()).toMatchObject({ time: null, baseline: true, mark: { bulk: { job: 'J1', offset: 0 } } })
  expect(await pull(bed.context, 'shop', 'orders')).toEqual({ state: 'not-due' })
  bed.clock.now += 4 * minute
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'stopped', pages: 1, records: 0 })
  bed.clock.now += 3 * minute
  expect(await pull(bed.context, 'shop', 'orders')).toEqual({ state: 'not-due' })
  bed.clock.now += minute
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'stopped', pages: 1, records: 0 })
  end('J1')
  bed.clock.now += 10 * minute
  const dying = { ...bed.another(), settings: { ...bed.context.settings, pullPages: 1 } }
  expect(await pull(dying, 'shop', 'orders')).toMatchObject({ state: 'stopped', records: 4 })
  const { mark } = await position()
  expect(mark.bulk.offset).toBeGreaterThan(100)
  expect(await pull(bed.another(), 'shop', 'orders')).toMatchObject({ state: 'done', records: 1 })
  await bed.drain()
  expect(await count()).toBe(5)
  expect([jobs.size, pages]).toEqual([1, 0])
  expect(await position()).toEqual({ time: expect.any(String) })
  await later(bed, minute, ['orders'])
  expect([jobs.size, pages]).toEqual([1, 1])
})

describe('a file of which a part was read', () => {
  const begun = async () => {
    await pull(bed.context, 'shop', 'orders')
    end('J1')
    bed.clock.now += 10 * minute
    const short = { ...bed.another(), settings: { ...bed.context.settings, pullPages: 1 } }
    expect(await pull(short, 'shop', 'orders')).toMatchObject({ state: 'stopped', records: 4 })
    bed.clock.now += minute
  }

  test('and that has no address any more is not taken for one that is at its end', async () => {
    await begun()
    const usual = bed.partner.intercept
    bed.partner.intercept = (request, rest) =>
      request.path === '/shop/jobs/J1' ? { body: { state: 'done', file: null } } : usual(request, rest)
    expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'done' })
    await bed.drain()
    expect(await count()).toBe(5)
    expect(pages).toBeGreaterThan(0)
  })

  test('and that is shorter than it was is read anew', async () => {
    await begun()
    const known = jobs.get('J1')
    if (known === undefined) throw new Error('there is no job')
    known.rows = known.rows.slice(0, 3)
    expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'failed', code: 'bulk-file-changed' })
    bed.clock.now += 10 * minute
    await bed.drain(bed.context, ['orders'])
    end('J2')
    bed.clock.now += 10 * minute
    await bed.drain(bed.context, ['orders'])
    expect(await count()).toBe(5)
  })
})

test('a job that was asked for long ago and has no file is not taken for one of nothing', async () => {
  await pull(bed.context, 'shop', 'orders')
  bed.clock.now += 2 * day
  const usual = bed.partner.intercept
  bed.partner.intercept = (request, rest) =>
    request.path === '/shop/jobs/J1' ? { body: { state: 'done', file: null } } : usual(request, rest)
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'done' })
  await bed.drain()
  expect(await count()).toBe(5)
})

test('a partner that tells of the end of a job is looked at once', async () => {
  await pull(bed.context, 'shop', 'orders')
  end('J1')
  expect(await pull(bed.context, 'shop', 'orders')).toEqual({ state: 'not-due' })
  await hook(bed, { job: 'J1' }, 'job-ended')
  await hook(bed, { job: 'J9' }, 'job-ended')
  await bed.drain(bed.context, ['orders'])
  expect(await count()).toBe(5)
  const [told] = await bed.database.read.selectFrom('envelope').select(['state', 'detail']).where('key', '=', '').execute()
  expect(told).toMatchObject({ state: 'ignored', detail: expect.stringContaining('J1') })
})

describe('a process that dies after any commit of a first load by a job', () => {
  test.each([1, 2, 3, 4, 6, 8])('loses and doubles nothing: commit %i', async (place) => {
    for (let id = 6; id <= 11; id++) bed.partner.orders.set(id, tinyOrder(id))
    const rounds = async (context: Context) => {
      for (let round = 0; round < 4; round++) {
        await bed.drain(context, ['orders'])
        bed.clock.now += 2000
        for (const job of jobs.keys()) end(job)
      }
    }
    const life = mortal(bed.database, place)
    await rounds(bed.another(life.database)).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    for (let more = 0; more < 3; more++) {
      bed.clock.now += 60 * minute
      await rounds(bed.another())
    }
    expect(await count()).toBe(11)
    const versions = await bed.database.read.selectFrom('document').select('version').where('type', '=', 'sales-order').execute()
    expect(versions.filter(({ version }) => version !== 1)).toEqual([])
    expect(await position()).toEqual({ time: expect.any(String) })
    // only one that died before its job's name was kept asks for another
    expect(jobs.size).toBeLessThanOrEqual(2)
  })
})

test('a range that is given up takes its job back, and its turn is free', async () => {
  await bed.drain(bed.context, ['items'])
  const first = await range(bed.clock.now - 2 * day, bed.clock.now)
  await backfill(bed.context, first.id)
  const usual = bed.partner.intercept
  bed.partner.intercept = (request, rest) => (/jobs\/J1$/.test(request.path) ? { status: 500, body: {} } : usual(request, rest))
  for (let tries = 0; tries < 12; tries++) {
    bed.clock.now += 60 * minute
    expect(await backfill(bed.context, first.id)).toBe('failed')
  }
  expect(await findBackfill(bed.database.read, 'default', first.id)).toMatchObject({ state: 'failed' })
  expect(jobs.get('J1')?.state).toBe('cancelled')
  const second = await range(bed.clock.now - 2 * day, bed.clock.now)
  expect(await backfill(bed.context, second.id)).toBe('waits')
  expect(jobs.size).toBe(2)
  // nor does one that a person cancels; a partner or a database that is gone stops nobody
  const row = await findBackfill(bed.database.read, 'default', second.id)
  if (row === undefined) throw new Error('the range is gone')
  await abandonRange(bed.context, row)
  expect(jobs.get('J2')?.state).toBe('cancelled')
  bed.partner.intercept = () => 'lost'
  await abandonRange(bed.context, row)
  const dead = { ...bed.database, write: () => Promise.reject(new Error('the database is gone')) }
  await abandonRange({ ...bed.context, database: dead }, row)
})

test('one job at a time on a connection: a range waits until the other read is done, and one that is short goes by page', async () => {
  await pull(bed.context, 'shop', 'orders')
  const long = await range(bed.clock.now - 2 * day, bed.clock.now)
  const short = await range(bed.clock.now - minute, bed.clock.now)
  expect(await backfill(bed.context, long.id)).toBe('waits')
  expect(jobs.size).toBe(1)
  expect(await backfill(bed.context, short.id)).toBe('done')
  end('J1')
  bed.clock.now += 10 * minute
  await pull(bed.context, 'shop', 'orders')
  bed.clock.now += minute
  expect(await backfill(bed.context, long.id)).toBe('waits')
  expect(jobs.size).toBe(2)
  end('J2')
  bed.clock.now += 10 * minute
  expect(await backfill(bed.context, long.id)).toBe('done')
  expect(await findBackfill(bed.database.read, 'default', long.id)).toMatchObject({ state: 'done', records: 5 })
  await bed.drain()
  expect(await documentOf(bed, 'sales-order', 'shop/5')).toMatchObject({ version: 1 })
})
