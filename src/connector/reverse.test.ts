import { afterEach, beforeEach, expect, test } from 'vitest'
import { readManifest } from '../catalog/manifest.ts'
import { seededRandom } from '../simulator/faults.ts'
import { type LoopbackPartner, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Access, Mark, PageRead } from './access.ts'
import { describeConnector } from './describe.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Connector } from './types.ts'

/** A shop that lists its trades by the time of their last change, the newest first, within a span of time. No code. */
const manifest = {
  kind: 'rest',
  name: 'trades',
  title: 'Trades',
  docs: 'https://trades.example/api',
  config: { type: 'object', additionalProperties: false, required: ['url'], properties: { url: { type: 'string' } } },
  http: { baseUrl: '{config.url}', auth: { kind: 'none' } },
  check: { path: '/trades' },
  streams: {
    trades: {
      title: 'Trades',
      schema: { type: 'object', required: ['id', 'at'], properties: { id: { type: 'integer' }, at: { type: 'string' } } },
      key: 'id',
      version: { kind: 'time', paths: ['at'], zone: null, granularityMs: 1 },
      call: { path: '/trades', query: { from: '{since}', to: '{until}', page_no: '{page.number}', page_size: '{page.size}' } },
      records: 'trades',
      page: { kind: 'reverse', first: 1, size: 4, total: { path: 'total' } },
      cursor: { paths: ['at'], format: 'iso', zone: null, order: 'none', lookbackMs: 60_000 },
      parts: [{ link: 'unit', code: 'id' }],
      blindSpots: [],
    },
  },
  actions: {},
}

const start = Date.UTC(2026, 10, 23, 10)
let now: number
let rows: Map<number, number>
let partner: LoopbackPartner
let connector: Connector
let access: Access
/** what happens at the partner after each answer */
let meanwhile: () => void

beforeEach(async () => {
  now = start
  rows = new Map()
  meanwhile = () => {}
  partner = await startPartner(({ query }) => {
    const [number, size] = [Number(query.get('page_no')), Number(query.get('page_size'))]
    const [from, to] = [Date.parse(query.get('from') ?? '') || 0, Date.parse(query.get('to') ?? '')]
    const found = [...rows].filter(([, at]) => at >= from && at <= to).sort(([a, x], [b, y]) => y - x || b - a)
    const trades = found.slice((number - 1) * size, number * size).map(([id, at]) => ({ id, at: new Date(at).toISOString() }))
    meanwhile()
    return { headers: { date: new Date(now).toUTCString() }, body: { total: found.length, trades } }
  })
  const read = await readManifest(JSON.stringify(manifest), 'connector.json', 'trades')
  expect(read.faults).toEqual([])
  if (read.connector === undefined) throw new Error('no connector')
  connector = read.connector
  access = openAccess(
    { name: 'shop', connector, config: { url: partner.url }, concurrency: 1, allowPrivate: ['127.0.0.0/8'] },
    { clock: { now: () => now, sleep: async () => {} } },
  )
})
afterEach(async () => {
  await access.close()
  await partner.close()
})

async function read(from: string | null = null, resume?: Mark, most = Number.POSITIVE_INFINITY): Promise<PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read('trades', from === null ? null : { time: from }, resume === undefined ? {} : { resume })) {
    pages.push(page)
    if (pages.length >= most) break
  }
  return pages
}
const keysOf = (pages: readonly PageRead[]) => pages.flatMap(({ records }) => records.map(({ key }) => Number(key)))
const fill = (count: number) => {
  for (let id = 1; id <= count; id++) rows.set(id, start - 86_400_000 + id * 1000)
}
const asked = () => partner.requests.map(({ query }) => `${query.get('page_no')}/${query.get('page_size')}`)

test('a list is read from its last page to its first, and what is newest comes last', async () => {
  fill(10)
  const pages = await read()
  expect(asked()).toEqual(['1/1', '3/4', '2/4', '1/4'])
  expect(keysOf(pages)).toEqual([2, 1, 6, 5, 4, 3, 10, 9, 8, 7])
  expect(pages.map(({ checkpoint }) => checkpoint !== undefined)).toEqual([false, false, false, true])
  expect(pages.at(-1)?.checkpoint).toEqual({ time: new Date(rows.get(10) ?? 0).toISOString() })
})

test('an empty list, and one of one row, are read with the question how long they are', async () => {
  expect(keysOf(await read())).toEqual([])
  fill(1)
  expect(keysOf(await read())).toEqual([1])
  expect(asked()).toEqual(['1/1', '1/1'])
})

test.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
  'no row that changes while the list is read makes another one slip by (seed %i)',
  async (seed) => {
    const random = seededRandom(seed)
    fill(10 + Math.floor(random() * 30))
    const all = [...rows.keys()]
    meanwhile = () => {
      now += 1000
      for (let i = Math.floor(random() * 4); i > 0; i--) rows.set(all[Math.floor(random() * all.length)] ?? 1, now)
    }
    const pages = await read()
    const changed = all.filter((id) => (rows.get(id) ?? 0) > start)
    const seen = new Set([...keysOf(pages), ...changed])
    expect(all.filter((id) => !seen.has(id))).toEqual([])
    // and those that changed are read by the next run
    meanwhile = () => {}
    now += 1000
    expect(keysOf(await read(pages.at(-1)?.checkpoint?.time ?? null))).toEqual(expect.arrayContaining(changed))
  },
)

test.each(Array.from({ length: 10 }, (_, seed) => seed + 1))(
  'rows that come late into the list push none past the read (seed %i)',
  async (seed) => {
    const random = seededRandom(seed)
    fill(30)
    let late = 1000
    meanwhile = () => {
      for (let i = Math.floor(random() * 3); late < 1008 && i > 0; i--) rows.set(late++, start - 86_400_000 + Math.floor(random() * 30_000))
    }
    const seen = new Set(keysOf(await read()))
    expect(Array.from({ length: 30 }, (_, id) => id + 1).filter((id) => !seen.has(id))).toEqual([])
  },
)

test('a read that was cut off goes on where it was, within the same bound', async () => {
  fill(20)
  const first = await read(null, undefined, 3)
  const mark = first.at(-1)?.mark
  now += 3_600_000
  for (const id of [1, 7, 12]) rows.set(id, now)
  const rest = await read(null, mark)
  const seen = new Set([...keysOf(first), ...keysOf(rest), 1, 7, 12])
  expect(seen.size).toBe(20)
  expect(partner.requests.at(-1)?.query.get('to')).toBe(new Date(start).toISOString())
  expect(asked().filter((one) => one === '1/1')).toHaveLength(1)
})

test('an answer that does not tell how long the list is, is told', async () => {
  await access.close()
  const page = { kind: 'reverse', first: 1, size: 4, total: 'x-total' } as const
  const stream = connector.streams.trades
  if (stream === undefined) throw new Error('no stream')
  const mute = { ...connector, streams: { trades: { ...stream, page } } }
  access = openAccess({ name: 'shop', connector: mute, config: { url: partner.url }, concurrency: 1, allowPrivate: ['127.0.0.0/8'] })
  await expect(read()).rejects.toMatchObject({
    detail: { code: 'no-total', recovery: 'reject' },
    message: expect.stringContaining('x-total'),
  })
})

test('a list without an end of its own, or whose rows are to be gone on from, cannot be read backwards', () => {
  const page = { kind: 'reverse', first: 1, size: 4, total: 'x-total' } as const
  expect(lintConnector(smallConnector({ page })).filter(({ severity }) => severity === 'error')).toEqual([])
  const codes = (change: Parameters<typeof smallConnector>[0]) => lintConnector(smallConnector({ page, ...change })).map(({ code }) => code)
  expect(codes({ stream: { call: { path: '/orders', query: { since: '{since}', p: '{page.number}', s: '{page.size}' } } } })).toContain(
    'reverse-unbounded',
  )
  expect(codes({ cursor: { order: 'asc' } })).toContain('reverse-order')
  expect(codes({ stream: { call: { path: '/orders', query: { since: '{since}', until: '{until}', p: '{page.number}' } } } })).toContain(
    'page-not-sent',
  )
  expect(describeConnector(smallConnector({ page }))).toContain('pages of 4 by number, from the last one back')
})
