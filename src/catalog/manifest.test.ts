import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { readmeOf } from '../commands/connector.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import { connectorFailures } from '../testing/connector-conformance.ts'
import { goodConnector, goodFixtures } from '../testing/connector-mutants.ts'
import { readManifest } from './manifest.ts'

const manifest = (change: object = {}) => ({ kind: 'rest', ...goodConnector, ...change })
const shown = (value: object): string => JSON.stringify(value, undefined, 2)
const faultsOf = async (text: string) => (await readManifest(text, 'connector.json', 'small')).faults

test('a manifest is the connector that TypeScript would give, and passes the same kit', async () => {
  const { connector, faults } = await readManifest(shown(manifest({ $schema: 'x' })), 'connector.json', 'small')
  expect(faults).toEqual([])
  expect(connector).toEqual(JSON.parse(JSON.stringify(goodConnector)))
  expect(await connectorFailures(connector ?? goodConnector, goodFixtures)).toEqual([])
})

test('a session is proved by templates over the answer to its login', async () => {
  const auth = {
    kind: 'session',
    login: { method: 'POST', path: '/login', json: { token: '{config.token}' } },
    headers: { 'X-Session': '{login.id}' },
  }
  const { connector, faults } = await readManifest(shown(manifest({ http: { ...goodConnector.http, auth } })), 'connector.json', 'small')
  expect(faults).toEqual([])
  const login = {
    request: { method: 'POST', path: '/api/login', json: { token: String(goodFixtures.config.token) } },
    answer: { body: { id: 'session-4711-0815-4242' } },
  }
  const check = { ...goodFixtures.check, request: { ...goodFixtures.check.request, headers: { 'x-session': 'session-4711-0815-4242' } } }
  expect(await connectorFailures(connector ?? goodConnector, { ...goodFixtures, login, check })).toEqual([])
  const empty = { ...login, answer: { body: { error: 'who?' } } }
  expect((await connectorFailures(connector ?? goodConnector, { ...goodFixtures, login: empty, check })).map(({ name }) => name)).toContain(
    'check: succeeds',
  )
})

/** `find` in the text of a good manifest becomes `put`; the fault stands where `‸` is in it. */
const wrong: readonly {
  readonly name: string
  readonly change?: object
  readonly find: string
  readonly put: string
  readonly fault: object
}[] = [
  {
    name: 'no JSON',
    find: '"kind": "rest",',
    put: '"kind": "rest",‸,',
    fault: { code: 'E_JSON' },
  },
  {
    name: 'a word that does not exist',
    find: '"blindSpots"',
    put: '‸"blindSpot"',
    fault: { code: 'manifest-unknown', path: 'streams.orders.blindSpot', suggestion: "did you mean 'blindSpots'?" },
  },
  {
    name: 'a word that is missing',
    find: '"lookbackMs": 1000',
    put: '"first": "2020-01-01T00:00:00Z"',
    fault: {
      code: 'manifest-required',
      path: 'streams.orders.cursor',
      message: "'lookbackMs' is missing",
      suggestion: expect.stringMatching(/^add lookbackMs/),
    },
  },
  {
    name: 'a word twice',
    find: '"cursor"',
    put: '"group": "rows", ‸"group": "rows", "cursor"',
    fault: { code: 'duplicate-key' },
  },
  {
    name: 'another kind of paging',
    find: '"kind": "number"',
    put: '"kind": ‸"numbers"',
    fault: { code: 'manifest-enum', path: 'streams.orders.page.kind', message: expect.stringMatching(/one of single, number/) },
  },
  {
    name: 'a field of another kind of paging',
    find: '"kind": "number"',
    put: '"kind": "offset"',
    fault: { code: 'manifest-unknown', path: 'streams.orders.page.first' },
  },
  {
    name: 'what only the linter knows',
    find: '"path": "/orders/{key}"',
    put: '"path": "/orders/{keys}"',
    fault: { code: 'unknown-variable', path: 'streams.orders.byKey', suggestion: "did you mean 'key'?" },
  },
  {
    name: 'a topic with dots in its name',
    find: '"stream": "orders",\n        "carries"',
    put: '"stream": ‸"order",\n        "carries"',
    fault: { code: 'unknown-stream', path: 'webhook.topics.order.updated.stream', suggestion: "did you mean 'orders'?" },
  },
  {
    name: 'another name than its folder',
    find: '"name": "small"',
    put: '"name": ‸"smaller"',
    fault: { code: 'connector-name', suggestion: expect.stringMatching(/name it 'small'/) },
  },
  {
    name: 'a name that reaches a prototype',
    find: '"cursor"',
    put: '"__proto__": {}, "cursor"',
    fault: { code: 'E_JSON' },
  },
  ...(
    [
      ['a signature', '"kind": "header",\n      "name": "authorization"', '"kind": "sign",\n      "name": "authorization"', 'http.auth'],
      ['custom paging', '"kind": "number"', '"kind": "custom"', 'streams.orders.page'],
      ["a cursor's own format", '"format": "iso"', '"format": { "encode": "f" }', 'streams.orders.cursor.format'],
      ["a partner's own proof", '"kind": "hmac"', '"kind": "custom"', 'webhook.verify'],
      ['arrange', '"path": "state"', '"arrange": "f", "path": "state"', 'actions.make.change.requires.arrange'],
      ['ping', '"topics"', '"ping": "f", "topics"', 'webhook.ping'],
      ['a codec', '"faults"', '"codec": { "contentTypes": ["text/xml"], "parse": "xml" }, "faults"', 'http.codec.parse'],
      ['dialects', '"faults"', '"dialects": {}, "faults"', 'http.dialects'],
    ] as const
  ).map(([name, find, put, path]) => ({
    name: `${name}: a function`,
    find,
    put,
    fault: {
      code: 'manifest-code',
      path,
      message: expect.stringMatching(/is a function/),
      suggestion: expect.stringMatching(/TypeScript/),
    },
  })),
]

test.each(wrong)('told with its place and what to do: $name', async ({ find, put, fault }) => {
  const good = shown(manifest())
  expect(good).toContain(find)
  const text = good.replace(find, put)
  const faults = await faultsOf(text.replace('‸', ''))
  const before = text.slice(0, text.indexOf('‸')).split('\n')
  const place = text.includes('‸') ? { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 } : {}
  expect(faults).toContainEqual(expect.objectContaining({ severity: 'error', file: 'connector.json', ...place, ...fault }))
  // one mistake may have a second effect (a missing word beside a misspelt one), not more
  expect(faults.length).toBeLessThan(3)
})

describe('in a workspace', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crossdock-manifest-'))
    await mkdir(join(folder, 'connectors', 'small'), { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const put = (name: string, text: string) => writeFile(join(folder, 'connectors', 'small', name), text)

  test('it is a connector like any other, and its README says what it was made from', async () => {
    await put('connector.json', shown(manifest()))
    const catalog = await loadCatalog(folder)
    expect(catalog.faults).toEqual([])
    const connector = catalog.connectors.get('small')
    expect(connector?.streams.orders?.key).toBe('id')
    expect(await readmeOf(connector ?? goodConnector, join(folder, 'connectors', 'small'))).toMatch(
      /generated from connector\.json; do not edit/,
    )
  })

  test('with a fault it is kept out, and the fault names its file', async () => {
    await put('connector.json', shown(manifest({ streams: 1 })))
    const catalog = await loadCatalog(folder)
    expect([...(catalog.unloaded ?? [])]).toEqual(['small'])
    expect(catalog.faults).toMatchObject([{ file: expect.stringMatching(/connectors\/small\/connector\.json$/), path: 'streams' }])
  })

  test('beside code it is a fault: one of the two would be read in silence', async () => {
    await put('connector.json', shown(manifest()))
    await put('connector.js', `export default ${shown(goodConnector)}\n`)
    expect((await loadCatalog(folder)).faults).toMatchObject([{ code: 'two-definitions', suggestion: 'remove one of the two' }])
  })
})

describe('schemas/meta/connector.json', () => {
  const schema = JSON.parse(readFileSync(join(packageRoot, 'schemas', 'meta', 'connector.json'), 'utf8')) as JsonObject
  const contract = readdirSync(join(packageRoot, 'src', 'connector'))
    .filter((name) => /^types.*\.ts$/.test(name))
    .map((name) => readFileSync(join(packageRoot, 'src', 'connector', name), 'utf8'))
    .join('\n')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')

  /** every word of the contract's types; the schema has each of them but those that are functions */
  test('has every word of the contract, and every kind of its choices', () => {
    const words = new Set<string>()
    const kinds = new Set<string>()
    const look = (value: Json | undefined): void => {
      if (Array.isArray(value)) value.forEach(look)
      if (!isObject(value)) return
      for (const [name, field] of Object.entries(isObject(value.properties) ? value.properties : {})) {
        words.add(name)
        if (name === 'kind' && isObject(field) && typeof field.const === 'string') kinds.add(field.const)
      }
      Object.values(value).forEach(look)
    }
    look(schema)
    const code = ['sign', 'decode', 'encode', 'parse', 'serialize', 'dialects', 'field', 'answer', 'arrange', 'ping']
    const elsewhere = ['url', 'body']
    const inContract = [...contract.matchAll(/readonly (\w+)\??:/g)].map(([, name = '']) => name)
    expect(inContract.length).toBeGreaterThan(150)
    expect([...new Set(inContract)].filter((name) => !words.has(name) && ![...code, ...elsewhere].includes(name))).toEqual([])
    const kindsThere = [...contract.matchAll(/kind: '(\w+)'/g)].map(([, name = '']) => name)
    expect([...new Set(kindsThere)].filter((name) => !kinds.has(name) && !['custom', 'sign'].includes(name))).toEqual([])
  })

  test('has a title in both languages and hover text for every word', () => {
    const bare: string[] = []
    const look = (value: Json | undefined, path: string): void => {
      if (Array.isArray(value)) value.forEach((item, place) => void look(item, `${path}/${place}`))
      if (!isObject(value)) return
      for (const [name, field] of Object.entries(isObject(value.properties) ? value.properties : {})) {
        const target = isObject(field) && typeof field.$ref === 'string' ? named(field.$ref) : {}
        const told = isObject(field) ? { ...target, ...field } : {}
        const isCondition = typeof field === 'boolean' || path.endsWith('/if')
        if (!isCondition)
          for (const word of ['title', 'x-title-zh', 'description'])
            if (typeof told[word] !== 'string') bare.push(`${path}/${name} has no ${word}`)
      }
      for (const [name, field] of Object.entries(value)) look(field, `${path}/${name}`)
    }
    look(schema, '')
    expect(bare).toEqual([])
  })
  const named = (ref: string): JsonObject => {
    const found = (schema.$defs as JsonObject)[ref.replace('#/$defs/', '')]
    return isObject(found) ? found : {}
  }
})
