import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { isHubError } from '../model/errors.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Checkpoint, PageRead } from './access.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Connector, CounterCursor } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Row {
  readonly id: number
  readonly ts: number
}
const cursorOf = (change: Partial<CounterCursor> = {}): CounterCursor => ({
  paths: ['ts'],
  format: 'counter',
  order: 'asc',
  lookback: 0,
  first: 0,
  ...change,
})
const schema = { type: 'object', required: ['id', 'ts'], properties: { id: { type: 'integer' }, ts: { type: 'integer' } } }
const counted = (change: Partial<CounterCursor> = {}, size = 2): Connector =>
  smallConnector({
    page: { kind: 'number', first: 1, size },
    cursor: cursorOf(change),
    stream: { schema, version: { kind: 'counter', path: 'ts' } },
  })

/** Shows the rows from `since` on, in the order of their numbers. */
const list =
  (rows: () => readonly Row[]) =>
  ({ query }: PartnerRequest): PartnerAnswer => {
    const [since, page, size] = ['since', 'page', 'size'].map((name) => Number(query.get(name)))
    const chosen = rows()
      .filter(({ ts }) => ts >= (since ?? 0))
      .toSorted((one, other) => one.ts - other.ts || one.id - other.id)
    return { body: { orders: chosen.slice(((page ?? 1) - 1) * (size ?? 0), (page ?? 1) * (size ?? 0)) } }
  }

async function open(connector: Connector, answer: (request: PartnerRequest) => PartnerAnswer) {
  const partner = await startPartner(answer)
  const config = { url: partner.url, token: 'secret-token-1' }
  const access = openAccess({ name: 'shop', connector, config, concurrency: 2, allowPrivate: ['127.0.0.0/8'] })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  const read = async (from: Checkpoint | null): Promise<readonly PageRead[]> => {
    const pages: PageRead[] = []
    for await (const page of access.read('orders', from, {})) pages.push(page)
    return pages
  }
  return { read, asked: () => partner.requests.map(({ query }) => `${query.get('since')}/${query.get('page')}`) }
}
const keys = (pages: readonly PageRead[]) => pages.flatMap(({ records }) => records.map(({ key }) => key))
const rows = (...numbers: readonly number[]): readonly Row[] => numbers.map((ts, place) => ({ id: place + 1, ts }))

describe('a list that is counted', () => {
  it('goes on from its highest number, row by row once, and every page says where', async () => {
    const { read, asked } = await open(
      counted(),
      list(() => rows(10, 20, 30, 40, 50)),
    )
    const pages = await read(null)
    expect(keys(pages)).toEqual(['1', '2', '3', '4', '5'])
    expect(pages.map(({ checkpoint }) => checkpoint?.counter)).toEqual([20, 30, 40, 50, 50])
    expect(asked()).toEqual(['0/1', '20/1', '30/1', '40/1', '50/1'])
  })

  it('begins again at the number it stands at, less the look-back', async () => {
    const { read, asked } = await open(
      counted({ lookback: 15 }, 10),
      list(() => rows(10, 20, 30, 40)),
    )
    expect(keys(await read({ time: null, counter: 40 }))).toEqual(['3', '4'])
    expect(keys(await read({ time: null, counter: 5 }))).toEqual(['1', '2', '3', '4'])
    expect(asked()).toEqual(['25/1', '0/1'])
  })

  it('reads rows of one number to their end, however many pages they fill', async () => {
    const { read, asked } = await open(
      counted(),
      list(() => rows(7, 7, 7, 7, 7, 8)),
    )
    expect(keys(await read(null))).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(asked()).toEqual(['0/1', '7/1', '7/2', '7/3', '8/1'])
  })

  it('loses and doubles nothing, whatever the numbers, wherever it is broken off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 14 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(5),
        async (numbers, size, stop) => {
          const shown = rows(...numbers)
          const { read } = await open(
            counted({}, size),
            list(() => shown),
          )
          const before = (await read(null)).slice(0, stop)
          const after = await read(before.at(-1)?.checkpoint ?? null)
          expect(new Set([...keys(before), ...keys(after)])).toEqual(new Set(shown.map(({ id }) => String(id))))
          expect(keys(await read(null)).length).toBe(shown.length)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('never stands behind where it stood', async () => {
    const { read } = await open(
      counted({ lookback: 100 }, 10),
      list(() => rows(10, 20)),
    )
    expect((await read({ time: null, counter: 90 })).at(-1)?.checkpoint?.counter).toBe(90)
  })

  it('is read from its beginning where not even the row it stands at is shown: the partner counts anew', async () => {
    const { read, asked } = await open(
      counted({}, 10),
      list(() => rows(3, 4)),
    )
    const pages = await read({ time: null, counter: 5000 })
    expect(keys(pages)).toEqual(['1', '2'])
    expect(pages.map(({ last, checkpoint }) => [last, checkpoint?.counter])).toEqual([[true, 4]])
    expect(asked()).toEqual(['5000/1', '0/1'])
  })

  it('of nothing is asked for once', async () => {
    const { read, asked } = await open(
      counted({}, 10),
      list(() => []),
    )
    const [page] = await read(null)
    expect([page?.last, page?.checkpoint?.counter]).toEqual([true, 0])
    await read(page?.checkpoint ?? null)
    expect(asked()).toEqual(['0/1', '0/1'])
  })

  it.each([
    ['goes back', rows(20, 10), 'cursor-back'],
    ['is larger than any row version', [{ id: 1, ts: 9_007_199_254_740_993n }], 'bad-counter'],
  ])('whose number %s is refused', async (_, numbers, code) => {
    const text = `{"orders":[${numbers.map(({ id, ts }) => `{"id":${id},"ts":${ts}}`).join(',')}]}`
    const { read } = await open(counted({}, 10), () => ({ headers: { 'content-type': 'application/json' }, body: text }))
    const error = await read(null).catch((thrown: unknown) => thrown)
    expect(isHubError(error) && `${error.detail.code}/${error.detail.recovery}`).toBe(`${code}/reject`)
  })
})

describe('the linter', () => {
  const codes = (connector: Connector) =>
    lintConnector(connector)
      .filter(({ severity }) => severity === 'error')
      .map(({ code }) => code)
  it('takes a good one, and objects to a number that is not sent, that may be missing, and to paging that loses its place', () => {
    expect(codes(counted())).toEqual([])
    expect(codes(counted({ lookback: -1 }))).toEqual(['bad-counter'])
    expect(codes(counted({ paths: ['version'] }))).toEqual(['cursor-not-required'])
    expect(codes(smallConnector({ page: { kind: 'offset', size: 2 }, cursor: cursorOf(), stream: { schema } }))).toContain('counter-paging')
    const call = { path: '/orders', query: { page: '{page.number}', size: '{page.size}' } }
    expect(codes(smallConnector({ cursor: cursorOf(), stream: { schema, call } }))).toContain('cursor-not-sent')
  })
})
