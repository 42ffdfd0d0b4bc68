import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type LoopbackPartner, type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Access, Checkpoint, PageRead } from './access.ts'
import { joinRecord } from './join.ts'
import { openAccess } from './open.ts'
import type { Connector } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Answer = (request: PartnerRequest) => PartnerAnswer
async function open(connector: Connector, answer: Answer): Promise<{ readonly access: Access; readonly partner: LoopbackPartner }> {
  const partner = await startPartner(answer)
  const access = openAccess({
    name: 'shop',
    connector,
    config: { url: partner.url, token: 'secret-token-1' },
    concurrency: 2,
    allowPrivate: ['127.0.0.0/8'],
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  return { access, partner }
}
async function pages(access: Access, from: Checkpoint | null = null, stream = 'orders'): Promise<PageRead[]> {
  const read: PageRead[] = []
  for await (const page of access.read(stream, from, {})) read.push(page)
  return read
}
const keys = (read: readonly PageRead[]): string[] => read.flatMap((page) => page.records.map((record) => record.key))
const time = (ms: number) => new Date(ms).toISOString()

const base = Date.parse('2026-11-20T10:00:00.000Z')
interface Order {
  readonly id: number
  readonly updated: string
}
const orders = (count: number): Order[] =>
  Array.from({ length: count }, (_, place) => ({ id: place + 1, updated: time(base + place * 60_000) }))

/** A shop that filters by `since` (inclusive) and `until`, and pages by whatever is asked for. */
function shop(rows: () => readonly Order[], sort: (a: Order, b: Order) => number = (a, b) => a.id - b.id): Answer {
  return ({ query }) => {
    const size = Number(query.get('size') ?? 100)
    const chosen = rows()
      .filter((row) => row.updated >= (query.get('since') ?? '') && row.updated <= (query.get('until') ?? '9'))
      .sort(sort)
    const start = query.has('offset') && !query.has('page') ? Number(query.get('offset')) : (Number(query.get('page') ?? 1) - 1) * size
    return { body: { orders: chosen.slice(start, start + size) } }
  }
}
const byUpdated = (a: Order, b: Order) => (a.updated < b.updated ? -1 : a.updated > b.updated ? 1 : a.id - b.id)
const call = (query: Record<string, string>) => ({ call: { path: '/orders', query } })

describe('pages', () => {
  it('by number, until one is not full', async () => {
    const { access, partner } = await open(
      smallConnector(),
      shop(() => orders(5)),
    )
    const read = await pages(access)
    expect(keys(read)).toEqual(['1', '2', '3', '4', '5'])
    expect(read.map((page) => page.last)).toEqual([false, false, true])
    expect(partner.requests.map((request) => request.query.get('page'))).toEqual(['1', '2', '3'])
    expect(partner.requests[0]?.headers.authorization).toBe('Bearer secret-token-1')
  })
  it('by number, on through short pages that link to a next one', async () => {
    const { access } = await open(smallConnector({ page: { kind: 'number', first: 1, size: 100 } }), ({ query }) => {
      const page = Number(query.get('page'))
      return {
        headers: page < 3 ? { link: `</orders?page=${page + 1}>; rel="next"` } : {},
        body: { orders: orders(6).slice((page - 1) * 2, page * 2) },
      }
    })
    expect(keys(await pages(access))).toEqual(['1', '2', '3', '4', '5', '6'])
  })
  it('by offset', async () => {
    const { access, partner } = await open(
      smallConnector({
        page: { kind: 'offset', size: 2 },
        stream: call({ since: '{since}', offset: '{page.offset}', size: '{page.size}' }),
      }),
      shop(() => orders(4)),
    )
    expect(keys(await pages(access))).toEqual(['1', '2', '3', '4'])
    expect(partner.requests.map((request) => request.query.get('offset'))).toEqual(['0', '2', '4'])
  })
  it('by token', async () => {
    const { access } = await open(smallConnector({ page: { kind: 'token', next: 'next' } }), ({ query }) => {
      const token = Number(query.get('token') ?? 0)
      return { body: { orders: orders(3).slice(token, token + 1), next: token < 2 ? String(token + 1) : null } }
    })
    expect(keys(await pages(access))).toEqual(['1', '2', '3'])
  })
  it('by link, relative to the request, with commas and several words in it', async () => {
    const { access, partner } = await open(smallConnector({ page: { kind: 'link', size: 2 } }), ({ query }) => {
      const page = Number(query.get('page') ?? 1)
      return {
        headers: page < 3 ? { link: `</x?a=1,2>; rel="prev", <?page=${page + 1}&f=a,b>; title="a, b"; rel="last next"` } : {},
        body: { orders: orders(5).slice(page * 2 - 2, page * 2) },
      }
    })
    expect(keys(await pages(access))).toEqual(['1', '2', '3', '4', '5'])
    expect(partner.requests[1]?.query.get('f')).toBe('a,b')
  })
  it('by a function of the connector', async () => {
    const page = {
      kind: 'custom' as const,
      size: 2,
      next: (_: unknown, headers: Readonly<Record<string, string>>) =>
        headers['x-next'] === undefined ? undefined : { token: headers['x-next'] },
    }
    const { access } = await open(smallConnector({ page }), ({ query }) =>
      query.get('token') === 'b' ? { body: { orders: orders(3).slice(2) } } : { headers: { 'x-next': 'b' }, body: { orders: orders(2) } },
    )
    expect(keys(await pages(access))).toEqual(['1', '2', '3'])
  })
  it('an empty list is one page', async () => {
    const { access } = await open(
      smallConnector(),
      shop(() => []),
    )
    const [only, more] = await pages(access)
    expect(only).toMatchObject({ records: [], last: true })
    expect(more).toBeUndefined()
  })
})

describe('lists that misbehave', () => {
  const same = { body: { orders: orders(2) } }
  it('the same page for ever', async () => {
    const { access } = await open(smallConnector(), () => same)
    const read: PageRead[] = []
    const all = async () => {
      for await (const page of access.read('orders', null, {})) read.push(page)
    }
    await expect(all()).rejects.toMatchObject({ detail: { code: 'repeated-page', recovery: 'reject' } })
    expect(keys(read)).toEqual(['1', '2'])
    expect(read[0]?.checkpoint).toBeUndefined()
  })
  it('a token that does not move, a link to itself, a link elsewhere', async () => {
    const token = await open(smallConnector({ page: { kind: 'token', next: 'next' } }), ({ query }) => ({
      body: { orders: query.has('token') ? [{ id: 9, updated: time(base) }] : [], next: 'a' },
    }))
    await expect(pages(token.access)).rejects.toMatchObject({ detail: { code: 'repeated-page' } })
    const itself = await open(smallConnector({ page: { kind: 'link', size: 2 } }), ({ path, query }) => ({
      headers: { link: `<${path}?${query.toString()}>; rel="next"` },
      body: { orders: [] },
    }))
    await expect(pages(itself.access)).rejects.toMatchObject({ detail: { code: 'repeated-page' } })
    const away = await open(smallConnector({ page: { kind: 'link', size: 2 } }), () => ({
      headers: { link: '<http://evil.example/orders>; rel="next"' },
      body: { orders: [] },
    }))
    await expect(pages(away.access)).rejects.toMatchObject({ detail: { code: 'foreign-link' } })
  })
  it('empty pages that say there is more', async () => {
    let page = 0
    const { access, partner } = await open(smallConnector({ page: { kind: 'token', next: 'next' } }), () => ({
      body: { orders: [], next: String(++page) },
    }))
    await expect(pages(access)).rejects.toMatchObject({ detail: { code: 'endless-list' } })
    expect(partner.requests).toHaveLength(3)
  })
  it('rows that go back although the list promises order', async () => {
    const { access } = await open(smallConnector({ cursor: { order: 'asc' } }), () => ({ body: { orders: [...orders(2)].reverse() } }))
    await expect(pages(access)).rejects.toMatchObject({ detail: { code: 'cursor-back' } })
  })
  it('no list where it should be', async () => {
    const { access } = await open(smallConnector(), () => ({ body: { error: 'later' } }))
    await expect(pages(access)).rejects.toMatchObject({ detail: { code: 'bad-shape', recovery: 'retry' } })
  })
  it('a record without a key does not hold the page', async () => {
    const { access } = await open(smallConnector(), () => ({ body: { orders: [{ updated: time(base) }] } }))
    expect(keys(await pages(access))).toEqual([expect.stringMatching(/^#[0-9a-f]{16}$/)])
  })
})

describe('checkpoints', () => {
  it('without order only the whole read moves it, to the highest row', async () => {
    const { access } = await open(
      smallConnector(),
      shop(() => orders(5)),
    )
    expect((await pages(access)).map((page) => page.checkpoint?.time)).toEqual([undefined, undefined, orders(5)[4]?.updated])
  })
  it('a read without rows moves it to the time of the read, never back', async () => {
    const { access } = await open(
      smallConnector(),
      shop(() => []),
    )
    const [page] = await pages(access, { time: time(base) })
    const moved = Date.parse(page?.checkpoint?.time ?? '')
    expect(moved).toBeGreaterThan(Date.now() - 5_000)
    expect(moved).toBeLessThanOrEqual(Date.now())
    const later = time(Date.now() + 3_600_000)
    expect((await pages(access, { time: later }))[0]?.checkpoint).toEqual({ time: later })
  })
  it("is never later than the partner's clock, whatever stamps its rows carry", async () => {
    const slow = new Date(Date.now() - 600_000)
    const { access } = await open(smallConnector(), () => ({
      headers: { date: slow.toUTCString() },
      body: { orders: [{ id: 1, updated: time(Date.now() + 86_400_000) }] },
    }))
    const [page] = await pages(access)
    expect(Date.parse(page?.checkpoint?.time ?? '')).toBeLessThanOrEqual(slow.getTime())
    expect(page?.asOf).toBeLessThanOrEqual(slow.getTime())
  })
  it('asks from the checkpoint less the look-back', async () => {
    const { access, partner } = await open(
      smallConnector(),
      shop(() => []),
    )
    await pages(access, { time: time(base) })
    expect(partner.requests[0]?.query.get('since')).toBe(time(base - 1_000))
  })
  it('a full refresh says when it is complete', async () => {
    const { access } = await open(
      smallConnector({ cursor: null }),
      shop(() => orders(3)),
    )
    expect((await pages(access)).map((page) => page.checkpoint)).toEqual([undefined, { time: null }])
  })
  it('rows without a cursor do not move it', async () => {
    const { access } = await open(smallConnector(), () => ({ body: { orders: [{ id: 1 }] } }))
    expect((await pages(access))[0]?.checkpoint).toBeUndefined()
  })
})

describe('windows', () => {
  const span = { windowMs: 86_400_000, first: time(Date.now() - 2.5 * 86_400_000) }
  it('slice the time up to now and move the checkpoint after each', async () => {
    const { access, partner } = await open(
      smallConnector({ cursor: span }),
      shop(() => []),
    )
    const read = await pages(access)
    expect(read.map((page) => page.last)).toEqual([false, false, true])
    const spans = partner.requests.map(({ query }) => [query.get('since'), query.get('until')])
    expect(spans[1]?.[0]).toBe(spans[0]?.[1])
    expect(read[0]?.checkpoint?.time).toBe(spans[0]?.[1])
    expect(Date.parse(spans[2]?.[1] ?? '')).toBeGreaterThan(Date.now() - 10_000)
  })
})

describe('crash and resume', () => {
  /** Reads, stops after some pages as a crash would, resumes from the last stored checkpoint, while rows change in between. */
  async function survives(
    order: 'asc' | 'none',
    kind: 'number' | 'offset',
    stopAfter: number,
    count: number,
    touched: readonly number[],
  ): Promise<void> {
    const rows = new Map(orders(count).map((row) => [row.id, row]))
    let asked = 0
    const touch = () => {
      const id = touched[asked++]
      if (id !== undefined && rows.has(id)) rows.set(id, { id, updated: time(Date.now()) })
    }
    const answer = shop(() => [...rows.values()], order === 'asc' ? byUpdated : undefined)
    const query: Record<string, string> = {
      since: '{since}',
      size: '{page.size}',
      ...(kind === 'number' ? { page: '{page.number}' } : { offset: '{page.offset}' }),
    }
    const connector = smallConnector({
      page: kind === 'number' ? { kind, first: 1, size: 2 } : { kind, size: 2 },
      cursor: { order },
      stream: call(query),
    })
    const { access } = await open(connector, (request) => {
      touch()
      return answer(request)
    })
    const seen = new Map<string, string | null>()
    let stored: Checkpoint | null = null
    let taken = 0
    for await (const page of access.read('orders', null, {})) {
      if (++taken > stopAfter) break
      for (const record of page.records) seen.set(record.key, record.version)
      stored = page.checkpoint ?? stored
    }
    // every request may change a row that was read already: the last round is one in which nothing changes
    for (let quiet = false; !quiet; ) {
      quiet = asked >= touched.length
      for (const page of await pages(access, stored)) {
        for (const record of page.records) seen.set(record.key, record.version)
        stored = page.checkpoint ?? stored
      }
    }
    expect([...seen.keys()].map(Number).sort((a, b) => a - b)).toEqual([...rows.keys()])
    for (const row of rows.values()) expect(seen.get(String(row.id))).toBe(row.updated.replace('Z', '000Z'))
  }
  it('loses nothing, whichever page it stopped after and whatever changed meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('asc' as const, 'none' as const),
        fc.constantFrom('number' as const, 'offset' as const),
        fc.nat(5),
        fc.nat(9),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }),
        survives,
      ),
      { numRuns: 40 },
    )
  }, 30_000)
  it('a row that moves across the page border while an ordered list is read takes no other with it', async () => {
    await survives('asc', 'number', 9, 6, [0, 1, 2])
    await survives('asc', 'offset', 9, 6, [0, 1, 1])
  })
  it('a burst of one time that fills several pages is read to its end', async () => {
    const burst = Array.from({ length: 7 }, (_, place) => ({ id: place + 1, updated: time(base) }))
    const { access } = await open(
      smallConnector({ cursor: { order: 'asc' } }),
      shop(() => burst, byUpdated),
    )
    expect([...new Set(keys(await pages(access)))]).toEqual(['1', '2', '3', '4', '5', '6', '7'])
  })
})

describe('groups', () => {
  const rows = [
    { no: 'A', updated: time(base), line: 1 },
    { no: 'A', updated: time(base), line: 2 },
    { no: 'A', updated: time(base), line: 3 },
    { no: 'B', updated: time(base + 1), line: 1 },
    { no: 'C', updated: time(base + 2), line: 1 },
  ]
  it('join rows of one key, across page borders', async () => {
    const connector = smallConnector({ stream: { key: 'no', group: 'lines' } })
    const { access } = await open(connector, ({ query }) => ({
      body: { orders: rows.slice(Number(query.get('page')) * 2 - 2, Number(query.get('page')) * 2) },
    }))
    const read = await pages(access)
    expect(keys(read)).toEqual(['A', 'B', 'C'])
    const records = read.flatMap((page) =>
      page.records.map((record) =>
        joinRecord(
          record.slices,
          page.bodies.map((body) => body.bytes),
          undefined,
        ),
      ),
    )
    expect(records[0]).toEqual({ ...rows[0], lines: rows.slice(0, 3) })
    expect(records[2]).toEqual({ ...rows[4], lines: [rows[4]] })
  })
})

describe('children', () => {
  const child = { name: 'refunds', records: '', page: { kind: 'single' as const } }
  it('land in their parent, in batches, and say so when there are none', async () => {
    const connector = smallConnector({
      page: { kind: 'number', first: 1, size: 10 },
      stream: {
        children: [
          {
            ...child,
            call: { path: '/refunds', query: { orders: '{keys}' } },
            batch: 2,
            parent: 'order',
            when: 'id != 3',
            as: { kind: 'embed' },
          },
        ],
      },
    })
    const { access, partner } = await open(connector, (request) =>
      request.path === '/refunds'
        ? {
            body:
              request.query.get('orders') === '1,2'
                ? [
                    { id: 7, order: 2 },
                    { id: 8, order: 2 },
                  ]
                : [],
          }
        : shop(() => orders(4))(request),
    )
    const [page] = await pages(access)
    expect(partner.requests.slice(1).map((request) => request.query.get('orders'))).toEqual(['1,2', '4'])
    expect(page?.bodies.map((body) => body.kind)).toEqual(['page', 'child', 'child'])
    const joined = page?.records.map((record) =>
      joinRecord(
        record.slices,
        page.bodies.map((body) => body.bytes),
        undefined,
      ),
    )
    expect(joined).toEqual([
      { ...orders(4)[0], refunds: [] },
      {
        ...orders(4)[1],
        refunds: [
          { id: 7, order: 2 },
          { id: 8, order: 2 },
        ],
      },
      orders(4)[2],
      { ...orders(4)[3], refunds: [] },
    ])
  })
  it('are records of their own in the lane of their parent, paged', async () => {
    const connector = smallConnector({
      page: { kind: 'number', first: 1, size: 10 },
      stream: {
        children: [
          {
            ...child,
            page: { kind: 'number', first: 1, size: 1 },
            call: { path: '/orders/{key}/refunds', query: { page: '{page.number}' } },
            batch: 1,
            as: { kind: 'records', key: 'id', version: { kind: 'none' }, parts: [] },
          },
        ],
      },
    })
    const { access } = await open(connector, (request) =>
      request.path.endsWith('refunds')
        ? {
            body: request.path.includes('/1/') && request.query.get('page') !== '3' ? [{ id: 70 + Number(request.query.get('page')) }] : [],
          }
        : shop(() => orders(2))(request),
    )
    const [page] = await pages(access)
    expect(page?.records.map(({ stream, key, laneKey }) => [stream, key, laneKey])).toEqual([
      ['orders', '1', '1'],
      ['orders', '2', '2'],
      ['orders/refunds', '71', '1'],
      ['orders/refunds', '72', '1'],
    ])
  })
  it('of a batch must name a parent that was asked for', async () => {
    const connector = smallConnector({
      stream: {
        children: [{ ...child, call: { path: '/refunds', query: { orders: '{keys}' } }, batch: 2, parent: 'order', as: { kind: 'embed' } }],
      },
    })
    const { access } = await open(connector, (request) =>
      request.path === '/refunds' ? { body: [{ id: 7, order: 99 }] } : shop(() => orders(2))(request),
    )
    await expect(pages(access)).rejects.toMatchObject({ detail: { code: 'bad-shape' } })
  })
})

describe('one record by its key', () => {
  it('is read, and is not there', async () => {
    const { access } = await open(smallConnector(), ({ path }) =>
      path === '/orders/1' ? { body: orders(1)[0] } : { status: 404, body: { message: 'no' } },
    )
    expect(await access.readKey('orders', '1')).toMatchObject({
      records: [{ key: '1', stream: 'orders' }],
      bodies: [{ kind: 'key' }],
      last: true,
    })
    expect(await access.readKey('orders', '2')).toMatchObject({ records: [] })
  })
  it('must be the one that was asked for', async () => {
    const { access } = await open(smallConnector(), () => ({ body: orders(1)[0] }))
    await expect(access.readKey('orders', '5')).rejects.toMatchObject({ detail: { code: 'other-key' } })
  })
})
