import { describe, expect, test } from 'vitest'
import { readManifest } from '../manifest.ts'
import type { Draft } from './draft.ts'
import { draftFromEdmx } from './edmx.ts'
import { draftFromOpenApi } from './openapi.ts'

const spec = `
openapi: 3.0.3
info: { title: Acme shop, version: '1' }
servers: [{ url: https://api.acme.example/v2 }]
externalDocs: { url: https://docs.acme.example/ }
components:
  securitySchemes:
    key: { type: http, scheme: bearer }
  parameters:
    page: { name: page, in: query, schema: { type: integer, minimum: 1 } }
  schemas:
    Base: { type: object, properties: { id: { type: integer } } }
    Order:
      allOf:
        - $ref: '#/components/schemas/Base'
        - type: object
          properties:
            number: { type: string, nullable: true }
            updated_at: { type: string, format: date-time }
            parent: { $ref: '#/components/schemas/Order' }
paths:
  /orders:
    get:
      summary: List orders
      parameters:
        - $ref: '#/components/parameters/page'
        - { name: per_page, in: query, schema: { type: integer, maximum: 200 } }
        - { name: updated_since, in: query, schema: { type: string, format: date-time } }
      responses:
        '200': { content: { application/json: { schema: { type: object, properties: { data: { type: array, items: { $ref: '#/components/schemas/Order' } }, meta: { type: object, properties: { total: { type: integer } } } } } } } }
  /orders/{orderId}:
    get: { responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } } }
  /tags:
    get:
      parameters: [{ name: cursor, in: query, schema: { type: string } }, { name: limit, in: query, schema: { type: integer } }]
      responses:
        '200': { content: { application/json: { schema: { type: object, properties: { next_cursor: { type: string, nullable: true }, results: { type: array, items: { type: object, properties: { label: { type: string } } } } } } } } }
  /elsewhere:
    get: { responses: { '200': { content: { application/json: { schema: { $ref: 'other.yaml#/Thing' } } } } } }
`
const faultsOf = async ({ manifest }: Draft) =>
  (await readManifest(JSON.stringify(manifest), 'connector.json', 'acme')).faults.map(({ path, code }) => `${path} ${code}`)

describe('from OpenAPI', () => {
  const draft = draftFromOpenApi(spec, { name: 'acme' })
  const { orders, tags } = draft.manifest.streams as Readonly<Record<string, object>>

  test('lists become streams: rows, key, paging, time of change and one record as the description has them', () => {
    expect(draft.taken).toEqual(['orders: GET /orders', 'tags: GET /tags'])
    expect(orders).toMatchObject({
      key: 'id',
      records: 'data',
      call: { path: '/orders', query: { page: '{page.number}', per_page: '{page.size}', updated_since: '{since}' } },
      page: { kind: 'number', first: 1, size: 200 },
      cursor: { paths: ['updated_at'], format: 'iso' },
      byKey: { path: '/orders/{key}', records: '' },
      schema: { required: ['id', 'updated_at'], properties: { number: { type: ['string', 'null'] } } },
      parts: [],
    })
    expect(tags).toMatchObject({ records: 'results', page: { kind: 'token', next: 'next_cursor' }, cursor: null })
    expect(draft.manifest.http).toEqual({
      baseUrl: '{config.url}',
      auth: { kind: 'header', name: 'Authorization', value: 'Bearer {config.token}' },
    })
    expect(draft.manifest.config).toMatchObject({
      properties: { url: { examples: ['https://api.acme.example/v2'] }, token: { writeOnly: true } },
    })
  })

  test('what it does not say is asked, and kept out until it is answered', async () => {
    for (const asked of [
      /^streams\.orders\.parts: .*Perhaps sales-order/,
      /^streams\.tags\.key: which field/,
      /^streams\.tags\.cursor: /,
      /^http\.limit: /,
      /^actions: /,
    ])
      expect(draft.questions).toContainEqual(expect.stringMatching(asked))
    expect(draft.questions.filter((question) => /orders\.(key|page|cursor)/.test(question))).toEqual([])
    expect(await faultsOf(draft)).toEqual([
      'streams.orders.parts no-parts',
      'streams.tags.key key-not-required',
      'streams.tags.parts no-parts',
    ])
  })

  test('JSON is read as well as YAML, and only what was named', () => {
    expect(
      draftFromOpenApi(
        JSON.stringify({
          openapi: '3.1.0',
          paths: {
            '/a': {
              get: {
                responses: {
                  200: {
                    content: {
                      'application/json': { schema: { type: 'array', items: { properties: { id: { type: ['string', 'null'] } } } } },
                    },
                  },
                },
              },
            },
          },
        }),
        { name: 'acme' },
      ).manifest.streams,
    ).toMatchObject({ a: { key: 'id' } })
    expect(draftFromOpenApi(spec, { name: 'acme', only: ['tags'] }).taken).toEqual(['tags: GET /tags'])
  })

  test.each([
    ['Swagger 2', '{"swagger":"2.0"}', /turn it into OpenAPI 3/],
    ['another file', 'a: 1', /no OpenAPI 3 description/],
    ['no YAML', 'a: [', /not YAML/],
    ['no lists', '{"openapi":"3.0.0","paths":{}}', /no GET operation/],
    [
      'a bomb',
      `openapi: 3.0.0\npaths: {}\na: &a [1,1,1,1,1,1,1,1,1,1]\n${[...'bcdefghi'].map((letter, place) => `${letter}: &${letter} [${Array(10).fill(`*${'abcdefgh'[place]}`).join(',')}]`).join('\n')}`,
      /cannot be read/,
    ],
    ['a prototype', '{"openapi":"3.0.0","paths":{"__proto__":{}}}', /not allowed/],
  ])('refuses %s', (_, text, says) => expect(() => draftFromOpenApi(text, { name: 'acme' })).toThrow(says))
})

const edmx = (body: string, version = '4.0') =>
  `<?xml version="1.0"?><edmx:Edmx Version="${version}" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>${body}</edmx:DataServices></edmx:Edmx>`
const metadata = edmx(`<Schema Namespace="Acme.NAV" Alias="NAV" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <EnumType Name="status"><Member Name="Open"/></EnumType>
  <EntityType Name="base" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.Guid" Nullable="false"/></EntityType>
  <EntityType Name="salesOrder" BaseType="NAV.base"><Property Name="number" Type="Edm.String"/><Property Name="status" Type="NAV.status"/>
    <Property Name="picture" Type="Edm.Stream"/><Property Name="lastModifiedDateTime" Type="Edm.DateTimeOffset"/>
    <NavigationProperty Name="salesOrderLines" Type="Collection(Acme.NAV.line)"/></EntityType>
  <EntityType Name="line"><Key><PropertyRef Name="documentId"/><PropertyRef Name="sequence"/></Key><Property Name="documentId" Type="Edm.Guid"/><Property Name="sequence" Type="Edm.Int32"/></EntityType>
  <EntityContainer Name="default"><EntitySet Name="salesOrders" EntityType="NAV.salesOrder"/><EntitySet Name="SalesOrderLines" EntityType="NAV.line"/></EntityContainer></Schema>`)

describe('from EDMX', () => {
  const draft = draftFromEdmx(metadata, { name: 'acme' })
  test('entity sets with one key become streams; inherited and enumerated fields are known', () => {
    expect(draft.manifest.entitySets).toEqual({
      salesOrders: {
        title: 'salesOrders',
        key: 'id',
        fields: { id: 'Edm.Guid', number: 'Edm.String', status: 'Edm.String', lastModifiedDateTime: 'Edm.DateTimeOffset' },
        modified: 'lastModifiedDateTime',
        parts: [],
        blindSpots: expect.anything(),
      },
    })
  })
  test('what it does not say is asked', async () => {
    for (const asked of [
      /^http\.auth: /,
      /SalesOrderLines was left out, its key has 2 fields/,
      /^entitySets\.salesOrders\.expand: which of salesOrderLines/,
      /^entitySets\.salesOrders\.parts: .*Perhaps sales-order/,
    ])
      expect(draft.questions).toContainEqual(expect.stringMatching(asked))
    expect(await faultsOf(draft)).toEqual(['entitySets.salesOrders.parts no-parts'])
  })
  test.each([
    ['another file', '<a/>', /no metadata of OData/],
    ['version 2', edmx('<Schema Namespace="a"/>', '1.0'), /OData 1\.0; this needs version 4/],
    ['no XML', 'nothing', /no metadata/],
    ['no sets', edmx('<Schema Namespace="a"/>'), /no entity set/],
  ])('refuses %s', (_, text, says) => expect(() => draftFromEdmx(text, { name: 'acme' })).toThrow(says))
  test('entities in the document are not expanded', () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${edmx('<Schema Namespace="&b;"/>')}`
    expect(() => draftFromEdmx(bomb, { name: 'acme' })).toThrow()
  })
})
