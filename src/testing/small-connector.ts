import type { Connector, Cursor, Http, Page, Stream } from '../connector/types.ts'

/** A connector as small as tests of the engine can do with; each test changes the one thing it is about. */
export function smallConnector(
  change: {
    readonly http?: Partial<Http>
    readonly stream?: Partial<Stream>
    readonly page?: Page
    readonly cursor?: Partial<Cursor> | null
  } = {},
): Connector {
  const cursor: Cursor = { paths: ['updated'], format: 'iso', zone: null, order: 'none', lookbackMs: 1_000 }
  const orders: Stream = {
    title: 'Orders',
    schema: { type: 'object', required: ['id', 'updated'], properties: { id: { type: 'integer' }, updated: { type: 'string' } } },
    key: 'id',
    version: { kind: 'time', paths: ['updated'], zone: null, granularityMs: 1 },
    call: {
      path: '/orders',
      query: {
        since: '{since}',
        until: '{until}',
        page: '{page.number}',
        offset: '{page.offset}',
        size: '{page.size}',
        token: '{page.token}',
      },
    },
    records: 'orders',
    page: change.page ?? { kind: 'number', first: 1, size: 2 },
    cursor: change.cursor === null ? null : { ...cursor, ...change.cursor },
    byKey: { path: '/orders/{key}', records: '' },
    parts: [{ document: 'sales-order', mapping: 'small/order', mode: 'replace', identity: { kind: 'origin' } }],
    blindSpots: [],
    ...change.stream,
  }
  return {
    name: 'small',
    title: 'Small shop',
    docs: 'https://small.example/docs',
    config: { type: 'object', required: ['url'], properties: { url: { type: 'string' }, token: { type: 'string', writeOnly: true } } },
    http: { baseUrl: '{config.url}', auth: { kind: 'header', name: 'authorization', value: 'Bearer {config.token}' }, ...change.http },
    check: { path: '/me' },
    streams: { orders },
    actions: {},
  }
}
