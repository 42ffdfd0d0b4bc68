import type { Page, Stream } from '../../connector/types.ts'
import { tinyMappings, tinyShop } from '../tiny-connectors.ts'
import type { AddressRow, PartnerRow } from './row.ts'

/** Time-out of every request to a partner. */
const timeoutMs = 3000
export const maxHookBytes = 512 * 1024

const orders = tinyShop.streams.orders as Stream
const paged = (page: Page, order: 'asc' | 'none' = 'none'): Stream => ({
  ...orders,
  schema: {
    ...orders.schema,
    properties: { ...(orders.schema.properties as object), slug: { type: 'string', pattern: '^(a+)+$' } },
  },
  call: {
    path: '/orders',
    query: {
      since: '{since}',
      ...(page.kind === 'token' ? { token: '{page.token}' } : { page: '{page.number}', size: '{page.size}' }),
    },
  },
  page,
  cursor: { paths: ['at'], format: 'iso', zone: null, order, lookbackMs: 1000 },
})
const webhook = { ...tinyShop.webhook, eventId: undefined, ping: undefined, maxBodyBytes: maxHookBytes }
/** The tiny shop with one stream for each kind of page. */
const shop = {
  ...tinyShop,
  http: {
    ...tinyShop.http,
    baseUrl: '{config.url}',
    maxBodyBytes: 256 * 1024,
    faults: [{ path: 'throttled', in: [true], then: 'retry', code: 'throttled' }],
  },
  streams: {
    orders: paged({ kind: 'number', first: 1, size: 2 }),
    ascending: paged({ kind: 'token', next: 'next' }, 'asc'),
    tokens: paged({ kind: 'token', next: 'next' }),
    links: paged({ kind: 'link', size: 2 }),
  },
  actions: {},
  webhook,
}
/** A shop that signs as Standard Webhooks has it, names its events, and cannot be asked for one order. */
const std = {
  ...shop,
  name: 'std-shop',
  streams: { orders: { ...shop.streams.orders, byKey: undefined } },
  webhook: {
    ...webhook,
    verify: { kind: 'standard', secret: '{config.secret}' },
    eventId: { header: 'webhook-id', signed: true },
    topics: { order: { stream: 'orders', carries: 'whole', records: '' } },
  },
}

export const connectionOf = (row: PartnerRow | AddressRow): string =>
  `b${row.b}-${row.name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`.slice(0, 60).replace(/-$/, '')

/** The files of a workspace with the two doors for webhooks and a connection for each row. */
export function workspaceFiles(
  partners: readonly PartnerRow[],
  addresses: readonly AddressRow[],
  at: { readonly plain: string; readonly tls: Readonly<Record<string, string>> },
): Readonly<Record<string, string>> {
  const env = (name: string): string => `$\{env:${name}}`
  const connection = (name: string, more: object, url = at.plain) => ({
    connector: 'tiny-shop',
    books: 'HARBOUR',
    config: { url: `${url}/${name}`, timeZone: 'UTC', ...more },
    allowPrivate: ['127.0.0.0/8'],
    timeoutMs,
  })
  const port = Number(new URL(at.plain).port)
  const workspace = {
    connections: {
      shop: connection('shop', { secret: env('SHOP') }),
      other: connection('other', { secret: env('OTHER') }),
      std: { ...connection('std', { secret: env('STD') }), connector: 'std-shop' },
      ...Object.fromEntries(
        partners.map((row) => [
          connectionOf(row),
          {
            ...connection(connectionOf(row), { secret: env('SHOP') }, row.tls === undefined ? at.plain : at.tls[row.tls]),
            streams: { [row.stream]: { every: '1h' } },
          },
        ]),
      ),
      ...Object.fromEntries(
        addresses.map((row) => [
          connectionOf(row),
          {
            ...connection(connectionOf(row), {}),
            config: { url: `${row.url(port)}/${connectionOf(row)}`, timeZone: 'UTC' },
            allowPrivate: row.allowPrivate ?? [],
            streams: { orders: { every: '1h' } },
          },
        ]),
      ),
    },
    codes: { unit: { pcs: 'C62' } },
    settings: { sweepMs: 20, retry: { waitsMs: [60_000], retryAfterMinMs: 30_000, retryAfterMaxMs: 90_000 } },
  }
  return {
    'crossdock.json': JSON.stringify(workspace),
    'connectors/tiny-shop/connector.js': `export default ${JSON.stringify(shop)}\n`,
    'connectors/std-shop/connector.js': `export default ${JSON.stringify(std)}\n`,
    'mappings/tiny/order.json': tinyMappings['tiny/order'] ?? '',
    'mappings/tiny/item.json': tinyMappings['tiny/item'] ?? '',
  }
}
