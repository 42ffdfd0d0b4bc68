import { relative } from 'node:path'
import type { Draft } from '../catalog/draft/draft.ts'
import type { JsonObject } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import type { StarterFile } from './init-files.ts'

/** Where editors find a schema of the package, from a folder two levels below the workspace. */
const metaFrom = (workspace: string, folder: string, name: string): string =>
  relative(`${workspace}/${folder}`, `${packageRoot}/schemas/meta/${name}.json`).replaceAll('\\', '/')

/** Everything `crossdock connector new` writes for a connector with one stream, which passes its tests as it is: one that reads products, to be turned into the one that is wanted. Paths are relative to the workspace. */
export function starterConnector(workspace: string, name: string, declarative: boolean): readonly StarterFile[] {
  const meta = (folder: string, schema: string): JsonObject => ({ $schema: metaFrom(workspace, `${folder}/${name}`, schema) })
  const connector = definition(name)
  return [
    declarative
      ? { path: `connectors/${name}/connector.json`, text: shown({ ...meta('connectors', 'connector'), kind: 'rest', ...connector }) }
      : { path: `connectors/${name}/connector.ts`, text: asTypeScript(connector) },
    { path: `connectors/${name}/connector.test.js`, text: testFile(name) },
    { path: `connectors/${name}/fixtures/conversation.json`, text: shown(conversation) },
    { path: `schemas/${name}/product.json`, text: shown(recordSchema(name)) },
    { path: `mappings/${name}/product.json`, text: shown({ ...meta('mappings', 'mapping'), ...mapping(name) }) },
    { path: `mappings/${name}/product.cases.json`, text: shown({ ...meta('mappings', 'cases'), ...cases }) },
  ]
}

/** What a draft becomes: its manifest, the schemas of its records, and the test that says what is still missing. */
export const draftFiles = (workspace: string, name: string, { manifest, schemas }: Draft): readonly StarterFile[] => [
  {
    path: `connectors/${name}/connector.json`,
    text: shown({ $schema: metaFrom(workspace, `connectors/${name}`, 'connector'), ...manifest }),
  },
  { path: `connectors/${name}/connector.test.js`, text: testFile(name) },
  ...Object.entries(schemas).map(([stream, schema]) => ({
    path: `schemas/${name}/${stream}.json`,
    text: shown({ $id: `${name}/${stream}@1`, ...schema }),
  })),
]

export const shown = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`

/** A config field with its texts in both languages: a form is drawn from them. */
export const configFields = {
  url: {
    type: 'string',
    format: 'uri',
    pattern: '^https://',
    title: 'Address',
    'x-title-zh': '地址',
    description: 'Address of the API, with the path that all calls share.',
    'x-description-zh': '接口地址，包含所有请求共用的路径。',
    examples: ['https://api.example/v1'],
  },
  token: {
    type: 'string',
    minLength: 8,
    writeOnly: true,
    title: 'Access token',
    'x-title-zh': '访问令牌',
    description: 'Made at the vendor; it needs the right to read products.',
    'x-description-zh': '在对方系统中创建，须有读取商品的权限。',
  },
} as const

const product = {
  type: 'object',
  required: ['id', 'sku', 'updated_at'],
  properties: {
    id: { type: 'integer' },
    sku: { type: 'string' },
    name: { type: ['string', 'null'] },
    updated_at: { type: 'string', format: 'date-time' },
  },
} as const

const titleOf = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')

const definition = (name: string): JsonObject => ({
  name,
  title: titleOf(name),
  docs: 'https://vendor.example/api',
  setup: { credentials: ['make an access token in the settings of the vendor'], permissions: ['read products'] },
  config: { type: 'object', additionalProperties: false, required: ['url', 'token'], properties: configFields },
  http: {
    baseUrl: '{config.url}',
    auth: { kind: 'header', name: 'Authorization', value: 'Bearer {config.token}' },
    limit: { requests: 60, perMs: 60000 },
  },
  check: { path: '/products', query: { page: '1', per_page: '1' } },
  streams: {
    products: {
      title: 'Products',
      schema: product,
      key: 'id',
      version: { kind: 'time', paths: ['updated_at'], zone: null, granularityMs: 1000 },
      call: { path: '/products', query: { page: '{page.number}', per_page: '{page.size}', updated_since: '{since}' } },
      records: 'items',
      page: { kind: 'number', first: 1, size: 100 },
      cursor: { paths: ['updated_at'], format: 'iso', zone: null, order: 'none', lookbackMs: 300000 },
      byKey: { path: '/products/{key}', records: '' },
      parts: [
        {
          document: 'product',
          mapping: `${name}/product`,
          mode: 'replace',
          identity: { kind: 'master', key: 'sku', identifiers: [{ scheme: 'sku', path: 'sku' }] },
        },
      ],
      blindSpots: ['deleted products'],
    },
  },
  actions: {},
})

const lamp = { id: 17, sku: 'LAMP-RED', name: 'Desk lamp, red', updated_at: '2026-05-04T08:15:00Z' }
const shade = { id: 18, sku: 'SHADE-L', name: null, updated_at: '2026-05-04T09:00:00Z' }
const newer = { ...lamp, name: 'Desk lamp, ruby', updated_at: '2026-05-05T07:30:00Z' }

const conversation: JsonObject = {
  config: { url: 'https://api.example/v1', token: 'token-4f1c9a' },
  now: '2026-05-05T08:00:00Z',
  check: { request: { path: '/v1/products', query: { page: '1', per_page: '1' } }, answer: { body: { items: [lamp] } } },
  streams: {
    products: [
      {
        from: null,
        exchanges: [
          { request: { path: '/v1/products', query: { page: '1', per_page: '100' } }, answer: { body: { items: [lamp, shade] } } },
        ],
        keys: ['17', '18'],
        checkpoint: '2026-05-04T09:00:00.000Z',
      },
      {
        from: '2026-05-04T09:00:00.000Z',
        exchanges: [
          {
            request: { path: '/v1/products', query: { page: '1', per_page: '100', updated_since: '2026-05-04T08:55:00.000Z' } },
            answer: { body: { items: [newer] } },
          },
        ],
        keys: ['17'],
        checkpoint: '2026-05-05T07:30:00.000Z',
      },
    ],
  },
  byKey: { products: { key: '17', exchanges: [{ request: { path: '/v1/products/17' }, answer: { body: newer } }] } },
}

const recordSchema = (name: string): JsonObject => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `${name}/product@1`,
  ...product,
})

const mapping = (name: string): JsonObject => ({
  mapping: `${name}.product`,
  version: '1.0.0',
  source: `${name}/product@1`,
  target: 'product@1',
  direction: 'pull',
  fields: {
    sku: 'sku',
    name: { from: ['name', 'sku'] },
    baseUnit: { value: 'C62' },
    sourceUpdatedAt: { from: 'updated_at', convert: 'utc' },
  },
})

const cases: JsonObject = {
  context: { connection: 'there', books: 'US' },
  cases: [
    {
      name: 'a product',
      input: lamp,
      output: { sku: 'LAMP-RED', name: 'Desk lamp, red', baseUnit: 'C62', sourceUpdatedAt: '2026-05-04T08:15:00.000Z' },
    },
    {
      name: 'one without a name is called by its number',
      input: shade,
      output: { sku: 'SHADE-L', name: 'SHADE-L', baseUnit: 'C62', sourceUpdatedAt: '2026-05-04T09:00:00.000Z' },
    },
  ],
}

const asTypeScript = (connector: JsonObject): string =>
  `import type { Connector } from 'crossdock/connector'

const connector: Connector = ${JSON.stringify(connector, undefined, 2)
    .replaceAll(/^(\s*)"([A-Za-z_]\w*)":/gm, '$1$2:')
    .replaceAll(/"((?:[^"\\']|\\[^u"])*)"/g, "'$1'")}

${'export'} default connector
`

/** Run by Node.js itself: \`node --test\`. */
export const testFile = (name: string): string => `// node --test connectors/${name}/connector.test.js
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const workspace = join(import.meta.dirname, '..', '..')
/** how the program is called here: CROSSDOCK="node src/cli.ts", else npx */
const [program, ...words] = (process.env['CROSSDOCK'] ?? 'npx crossdock').split(' ')
const crossdock = (...more) => execFileSync(program, [...words, ...more, '--workspace', workspace], { stdio: 'inherit' })

test('the connector does what its recording says', () => crossdock('connector', 'test', '${name}'))
test('its mappings do what their cases say', () => crossdock('map', 'test'))
`
