import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Access, PageRead } from './access.ts'
import { nameValues } from './columns.ts'
import { joinRecord } from './join.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Connector, Stream } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Row = readonly [id: number, line: number, updated: string, text: string | null]
const bill = (size: number): Connector => {
  const page = { kind: 'keyset', size, key: 'id', rowKey: 'line', first: { after: '0', afterRow: '0' } } as const
  const asked = { since: '{since}', size: '{page.size}', beyond: '{page.after}/{page.afterRow}' }
  const rows: Partial<Stream> = {
    columns: ['id', 'line', 'updated', 'text'],
    group: 'lines',
    records: '',
    call: { path: '/orders', query: asked },
    byKey: { path: '/orders/{key}', records: '' },
  }
  return smallConnector({ page, cursor: { order: 'none', first: '2000-01-01T00:00:00Z' }, stream: rows })
}
async function open(connector: Connector, answer: (request: PartnerRequest) => PartnerAnswer): Promise<Access> {
  const partner = await startPartner(answer)
  const access = openAccess({
    name: 'erp',
    connector,
    config: { url: partner.url, token: 'secret-token-1' },
    concurrency: 1,
    allowPrivate: ['127.0.0.0/8'],
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  return access
}
/** Bills with rows of their own kind in them, asked for two bills at once. */
const withParts = (size: number, columns: readonly string[] = ['bill', 'pieces']): Connector => {
  const { orders, ...others } = bill(size).streams
  const parts = {
    name: 'parts',
    call: { path: '/parts', query: { bills: "in ('{keys|quoted}')" } },
    records: '',
    columns,
    page: { kind: 'single' },
    batch: 2,
    parent: 'bill',
    as: { kind: 'embed' },
  } as const
  return { ...bill(size), streams: { ...others, ...(orders === undefined ? {} : { orders: { ...orders, children: [parts] } }) } }
}
const answering =
  (rows: readonly Row[]) =>
  ({ query, path }: PartnerRequest): PartnerAnswer => {
    const key = /^\/orders\/(\d+)$/.exec(path)?.[1]
    const [after = 0, afterRow = 0] = (query.get('beyond') ?? '0/0').split('/').map(Number)
    const chosen = rows.filter(([id, line]) => (key === undefined ? id > after || (id === after && line > afterRow) : String(id) === key))
    return { body: key === undefined ? chosen.slice(0, Number(query.get('size'))) : chosen }
  }
async function all(access: Access): Promise<PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read('orders', null, {})) pages.push(page)
  return pages
}
const values = (connector: Connector, pages: readonly PageRead[]) =>
  pages.flatMap(({ records, bodies }) =>
    records.map(({ slices }) =>
      joinRecord(
        slices,
        bodies.map(({ bytes }) => bytes),
        undefined,
        connector.streams.orders,
      ),
    ),
  )
const time = '2026-11-20T10:00:00.000Z'
const errors = (connector: Connector) => lintConnector(connector).filter(({ severity }) => severity === 'error')

describe('rows that are lists of values', () => {
  it('are named in the children of a record too, and asked for by all keys of a batch', async () => {
    const asked: (string | null)[] = []
    const bills = answering([
      [1, 11, time, 'a'],
      [2, 12, time, 'b'],
      [3, 13, time, 'c'],
    ])
    const access = await open(withParts(10), (request) => {
      if (request.path !== '/parts') return bills(request)
      asked.push(request.query.get('bills'))
      return {
        body:
          asked.length === 1
            ? [
                [2, 12],
                [1, 6],
                [2, 480],
              ]
            : [],
      }
    })
    const found = values(withParts(10), await all(access))
    expect(asked).toEqual(["in ('1','2')", "in ('3')"])
    expect(found.map((record) => (record as { readonly parts: Json }).parts)).toEqual([
      [{ bill: 1, pieces: 6 }],
      [
        { bill: 2, pieces: 12 },
        { bill: 2, pieces: 480 },
      ],
      [],
    ])
    expect(errors(withParts(1, ['pieces', 'pieces'])).map(({ code }) => code)).toEqual(['bad-columns', 'unknown-column'])
  })
  it('are records by the names of their places, the rows of one key together', async () => {
    const access = await open(
      bill(10),
      answering([
        [1, 11, time, 'a'],
        [1, 12, time, null],
        [2, 13, time, 'c'],
      ]),
    )
    const pages = await all(access)
    expect(pages.flatMap(({ records }) => records.map(({ key, version }) => [key, version]))).toEqual([
      ['1', '2026-11-20T10:00:00.000000Z'],
      ['2', '2026-11-20T10:00:00.000000Z'],
    ])
    const line = (line: number, text: string | null) => ({ id: 1, line, updated: time, text })
    expect(values(bill(10), pages)[0]).toEqual({ ...line(11, 'a'), lines: [line(11, 'a'), line(12, null)] })
    expect((await access.readKey('orders', '2')).records).toMatchObject([{ key: '2', version: '2026-11-20T10:00:00.000000Z' }])
  })
  it('come once each, whatever page borders fall between them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 60 })), {
          minLength: 1,
          maxLength: 24,
          selector: ([, line]) => line,
        }),
        fc.integer({ min: 1, max: 5 }),
        async (drawn, size) => {
          const rows = drawn.map(([id, line]): Row => [id, line, time, null]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
          const access = await open(bill(size), answering(rows))
          expect(values(bill(size), await all(access))).toMatchObject(
            [...Map.groupBy(rows, ([id]) => id)].map(([id, own]) => ({ id, lines: own.map(([, line]) => ({ line })) })),
          )
        },
      ),
      { numRuns: 25 },
    )
  })
  it('with a value too few or too many are no page: no place means what its name says', async () => {
    const access = await open(bill(10), () => ({ body: [[1, 11, time]] }))
    await expect(all(access)).rejects.toMatchObject({ detail: { code: 'bad-shape', recovery: 'retry' } })
  })
  it('that were kept before a column was added lack its value, and none is misread when one was taken away', () => {
    expect(nameValues([1, 'a'], ['id', 'text', 'added'])).toEqual({ id: 1, text: 'a' })
    expect(() => nameValues([1, 'a', 'b'], ['id', 'text'])).toThrow('names were taken away')
  })
  it('have names that the lint holds against what the stream is read by', () => {
    expect(errors(bill(10))).toEqual([])
    const columns = (...names: string[]) => {
      const { orders } = bill(10).streams
      return errors({ ...bill(10), streams: { orders: { ...(orders as Stream), columns: names } } }).map(({ code }) => code)
    }
    expect(columns('id', 'line', 'text')).toEqual(['unknown-column'])
    expect(columns('id', 'line', 'updated', 'id')).toEqual(['bad-columns'])
    expect(columns('id', 'line', 'updated', 'a.b')).toEqual(['bad-columns'])
  })
  it('of one record over two pages need a key of their own to go on from', () => {
    const { orders } = bill(10).streams as { readonly orders: Stream }
    const { rowKey: _, ...page } = orders.page as Extract<Stream['page'], { kind: 'keyset' }> & { readonly rowKey?: string }
    expect(errors({ ...bill(10), streams: { orders: { ...orders, page } } }).map(({ code }) => code)).toContain('keyset-group')
  })
})

it('a value between quotes of a condition must be written so that it cannot end them', () => {
  const asking = (filter: string) =>
    errors({ ...smallConnector(), check: { method: 'POST', path: '/ask', json: { filter } } }).map(({ code }) => code)
  expect(asking("FNumber='{config.url|quoted}'")).toEqual([])
  expect(asking("FNumber='{config.url}'")).toEqual(['unquoted-value'])
})
