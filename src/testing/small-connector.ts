import type { Connector, CounterCursor, Cursor, Http, Page, Stream, TimeCursor } from '../connector/types.ts'

/** What a test changes of the small connector. */
export interface SmallChange {
  readonly http?: Partial<Http>
  readonly stream?: Partial<Stream>
  readonly page?: Page
  readonly cursor?: Partial<TimeCursor> | CounterCursor | null
}

const paging: Readonly<Record<Page['kind'], Readonly<Record<string, string>>>> = {
  single: {},
  number: { page: '{page.number}', size: '{page.size}' },
  offset: { offset: '{page.offset}', size: '{page.size}' },
  link: { page: '{page.number}', size: '{page.size}' },
  nextLink: { size: '{page.size}' },
  token: { token: '{page.token}' },
  reverse: { page: '{page.number}', size: '{page.size}' },
  keyset: { order: '{page.order}', after: '{page.after}', below: '{page.below}', size: '{page.size}' },
  custom: { token: '{page.token}', size: '{page.size}' },
}

/** A good connector as small as tests of the engine can do with; each test changes the one thing it is about. */
export function smallConnector(change: SmallChange = {}): Connector {
  const page: Page = change.page ?? { kind: 'number', first: 1, size: 2 }
  const cursor: Cursor | null =
    change.cursor === null
      ? null
      : change.cursor?.format === 'counter'
        ? change.cursor
        : { paths: ['updated'], format: 'iso', zone: null, order: 'none', lookbackMs: 1_000, ...change.cursor }
  const isSliced = cursor !== null && cursor.format !== 'counter' && cursor.windowMs !== undefined
  const times = cursor === null ? {} : { since: '{since}', ...(isSliced || page.kind === 'reverse' ? { until: '{until}' } : {}) }
  const orders: Stream = {
    title: 'Orders',
    schema: { type: 'object', required: ['id', 'updated'], properties: { id: { type: 'integer' }, updated: { type: 'string' } } },
    key: 'id',
    version: { kind: 'time', paths: ['updated'], zone: null, granularityMs: 1 },
    call: { path: '/orders', query: { ...times, ...paging[page.kind] } },
    records: 'orders',
    page,
    cursor,
    byKey: { path: '/orders/{key}', records: '' },
    parts: [{ document: 'sales-order', mapping: 'small/order', mode: 'replace', identity: { kind: 'origin' } }],
    blindSpots: [],
    ...change.stream,
  }
  return {
    name: 'small',
    title: 'Small shop',
    docs: 'https://small.example/docs',
    config: {
      type: 'object',
      additionalProperties: false,
      required: ['url', 'token'],
      properties: {
        url: { type: 'string', format: 'uri', title: 'Address of the shop' },
        token: { type: 'string', title: 'Access token', writeOnly: true },
        timeZone: { type: 'string', title: 'Time zone (IANA name)' },
        hookSecret: { type: 'string', title: 'Secret of the webhook', writeOnly: true },
      },
    },
    http: { baseUrl: '{config.url}', auth: { kind: 'header', name: 'authorization', value: 'Bearer {config.token}' }, ...change.http },
    check: { path: '/me' },
    streams: { orders },
    actions: {},
  }
}
