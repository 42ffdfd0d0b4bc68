import { expect, test } from 'vitest'
import { connectorFailures } from '../testing/connector-conformance.ts'
import type { ConnectorFixtures } from '../testing/connector-fixtures.ts'
import { readManifest } from './manifest.ts'

const orders = {
  title: 'Sales orders',
  set: 'SalesOrders',
  key: 'id',
  fields: { id: 'Edm.Guid', number: 'Edm.String', total: 'Edm.Decimal', counter: 'Edm.Int64', changedAt: 'Edm.DateTimeOffset' },
  expand: { lines: { sequence: 'Edm.Int32', quantity: 'Edm.Decimal' } },
  modified: 'changedAt',
  filter: "status eq 'Open'",
  ids: true,
  parts: [{ document: 'sales-order', mapping: 'books/order', mode: 'replace', identity: { kind: 'origin' } }],
  blindSpots: ['deletes'],
}
const units = { title: 'Units', key: 'code', fields: { code: 'Edm.String' }, parts: [{ link: 'unit', code: 'code' }], blindSpots: [] }
const books = {
  kind: 'odata',
  name: 'books',
  title: 'Books',
  docs: 'https://books.example/odata',
  config: {
    type: 'object',
    required: ['url', 'key'],
    properties: { url: { type: 'string', format: 'uri', title: 'Address' }, key: { type: 'string', title: 'Key', writeOnly: true } },
  },
  http: { baseUrl: '{config.url}', auth: { kind: 'header', name: 'x-key', value: '{config.key}' } },
  pageSize: 2,
  entitySets: { orders, units },
}
const shown = (value: object): string => JSON.stringify(value, undefined, 2)
const read = (value: object) => readManifest(shown(value), 'connector.json', 'books')

const guid = (last: number): string => `00000000-0000-0000-0000-00000000000${last}`
const row = (last: number, minute: number) => ({
  id: guid(last),
  number: `SO-${last}`,
  total: 10.5,
  counter: 7,
  changedAt: `2026-11-20T10:0${minute}:00Z`,
  lines: [{ sequence: 1, quantity: 2 }],
})
const select = 'id,number,total,counter,changedAt'
const expand = 'lines($select=sequence,quantity)'
const asked = (since: string) => ({
  path: '/api/SalesOrders',
  query: { $select: select, $expand: expand, $filter: `(status eq 'Open') and changedAt ge ${since}`, $orderby: 'id' },
  headers: { prefer: 'odata.maxpagesize=2' },
})
const fixtures: ConnectorFixtures = {
  config: { url: 'https://books.example/api', key: 'key-3f9a51c2d7' },
  now: '2026-11-23T10:00:00Z',
  check: { request: { path: '/api/SalesOrders', query: { $top: '1' } }, answer: { body: { value: [] } } },
  streams: {
    orders: [
      {
        from: null,
        exchanges: [
          {
            request: asked('1970-01-01T00:00:00.000Z'),
            answer: { body: { '@odata.nextLink': '/api/SalesOrders?$skiptoken=2', value: [row(1, 1), row(2, 2)] } },
          },
          { request: { path: '/api/SalesOrders', query: { $skiptoken: '2' } }, answer: { body: { value: [row(3, 3)] } } },
        ],
        keys: [guid(1), guid(2), guid(3)],
        checkpoint: '2026-11-20T10:03:00.000Z',
      },
      {
        from: '2026-11-20T10:03:00.000Z',
        exchanges: [{ request: asked('2026-11-20T09:58:00.000Z'), answer: { body: { value: [row(4, 5)] } } }],
        keys: [guid(4)],
        checkpoint: '2026-11-20T10:05:00.000Z',
      },
    ],
    units: [
      {
        from: null,
        exchanges: [
          { request: { path: '/api/units', query: { $select: 'code', $orderby: 'code' } }, answer: { body: { value: [{ code: 'PCS' }] } } },
        ],
        keys: ['PCS'],
        checkpoint: null,
      },
    ],
  },
  byKey: {
    orders: {
      key: guid(1),
      exchanges: [
        { request: { path: `/api/SalesOrders(${guid(1)})`, query: { $select: select, $expand: expand } }, answer: { body: row(1, 1) } },
      ],
    },
    units: {
      key: 'PCS',
      exchanges: [{ request: { path: "/api/units('PCS')", query: { $select: 'code' } }, answer: { body: { code: 'PCS' } } }],
    },
  },
}

test('entity sets are streams that pass the kit: selected, expanded, filtered, ordered, followed by nextLink, read again by key', async () => {
  const { connector, faults } = await read(books)
  expect(faults).toEqual([])
  if (connector === undefined) throw new Error('no connector')
  expect(await connectorFailures(connector, fixtures)).toEqual([])
  expect(connector.streams.orders?.ids?.call.query).toEqual({ $select: 'id', $orderby: 'id' })
})

test('a number may arrive as text, a field without value as null, a record without key not at all', async () => {
  const schema = (await read(books)).connector?.streams.orders?.schema
  expect(schema).toMatchObject({
    required: ['id', 'changedAt'],
    properties: {
      id: { type: 'string' },
      number: { type: ['string', 'null'] },
      total: { anyOf: [{ type: 'number' }, { type: 'string', format: 'decimal' }, { type: 'null' }] },
    },
  })
})

test.each([
  [
    'a key that is no field',
    { entitySets: { units: { ...units, key: 'cod' } } },
    { code: 'unknown-field', path: 'entitySets.units.key', suggestion: "did you mean 'code'?" },
  ],
  [
    'a type that OData does not have',
    { entitySets: { units: { ...units, fields: { code: 'Edm.Text' } } } },
    { code: 'manifest-enum', path: 'entitySets.units.fields.code' },
  ],
  ['no entity sets', { entitySets: undefined }, { code: 'manifest-required', message: "'entitySets' is missing" }],
  ['a stream of the same name', { streams: { units: {} } }, {}],
  [
    'entity sets of another kind',
    { kind: 'rest', check: { path: '/me' }, streams: {}, actions: {} },
    { path: 'entitySets', message: 'is not allowed here' },
  ],
  [
    'what only the linter knows is told where it was written',
    { entitySets: { units: { ...units, parts: [{ document: 'product', mode: 'replace', identity: { kind: 'stock' } }] } } },
    { code: 'no-mapping', path: 'entitySets.units.parts.0.mapping' },
  ],
])('%s', async (_, change, fault) => {
  const { faults } = await read({ ...books, ...change })
  expect(faults).toContainEqual(expect.objectContaining({ severity: 'error', ...fault }))
  expect(faults.every(({ line }) => line > 0)).toBe(true)
})
