import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { connectorText, loadCatalog } from './catalog.ts'
import { lintConnector } from './connector/lint.ts'
import type { Fault } from './model/errors.ts'
import { packageRoot } from './package-root.ts'
import { tinyMappings, tinyShop } from './testing/tiny-connectors.ts'
import { loadWorkspace, type Workspace } from './workspace.ts'
import { formatFaults } from './workspace-faults.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

const env = { SECRET: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=', ZONE: 'Mars/Olympus', EMPTY: '' }

/** A workspace of these files; a text that is `undefined` is left out. */
async function folderOf(files: Readonly<Record<string, string | undefined>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-workspace-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

const load = async (files: Readonly<Record<string, string | undefined>>, more: NodeJS.ProcessEnv = {}): Promise<Workspace> =>
  loadWorkspace(await folderOf(files), { env: { ...env, ...more } })

const orders = {
  ...tinyShop.streams.orders,
  call: { path: '/orders', query: { since: '{since}', page: '{page.number}', size: '{page.size}' } },
  cursor: { ...tinyShop.streams.orders?.cursor, lookbackMs: 1000 },
}
const shop = { ...tinyShop, webhook: undefined, streams: { ...tinyShop.streams, orders } }
/** A connector file of a workspace: the tiny shop with some of its fields replaced. */
const connectorFile = (name: string, change: object = {}): string =>
  `export default { ...${JSON.stringify(shop)}, ...${JSON.stringify({ name, ...change })} }\n`
const own: Readonly<Record<string, string>> = {
  'connectors/tiny-shop/connector.js': connectorFile('tiny-shop'),
  ...Object.fromEntries(Object.entries(tinyMappings).map(([name, text]) => [`mappings/${name}.json`, text])),
}

/** A reference as a config writes it. */
const ref = (to: string): string => `$\{${to}}`
const hook = (more = '') => `{ "connector": "standard-webhooks", "books": "US",
  "config": { "url": "https://a.example/", "secret": "${ref('env:SECRET')}" }${more} }`
const tiny = (more = '', config = '') => `{ "connector": "tiny-shop", "books": "US",
  "config": { "url": "https://tiny.example"${config} }${more} }`
const route = (fields: string) => `{ "connections": { "hook": ${hook()}, "tiny": ${tiny()} },
  "routes": [{ "id": "r", ${fields} }] }`

/** `‸` stands where the fault must point. */
const cases: readonly {
  readonly name: string
  readonly text: string
  readonly code: string
  readonly path: string
  readonly says?: RegExp
  readonly suggests?: RegExp
  readonly warning?: true
}[] = [
  { name: 'no JSON', text: '{ "connections": {‸,} }', code: 'E_JSON', path: '' },
  { name: 'an empty file', text: '‸', code: 'E_JSON', path: '' },
  { name: 'a comment', text: '{\n  ‸// mine\n  "connections": {} }', code: 'E_JSON', path: '' },
  { name: 'a prototype name', text: '{ "connections": {},\n  ‸"__proto__": { "tenant": "x" } }', code: 'E_JSON', path: '' },
  { name: 'something other than an object', text: '‸[]', code: 'workspace-type', path: '' },
  { name: 'connections left out', text: '‸{}', code: 'workspace-required', path: '', says: /'connections' is missing/ },
  {
    name: 'a misspelt field',
    text: '{ "connections": {},\n  ‸"rutes": [] }',
    code: 'workspace-additionalProperties',
    path: 'rutes',
    suggests: /did you mean 'routes'/,
  },
  {
    name: 'a misspelt field of a connection',
    text: `{ "connections": { "hook": ${hook(',\n  ‸"pausd": true')} } }`,
    code: 'workspace-additionalProperties',
    path: 'connections.hook.pausd',
    suggests: /did you mean 'paused'/,
  },
  {
    name: 'a duration that is none',
    text: `{ "connections": { "tiny": ${tiny(',\n  "streams": { "orders": { "every": ‸"5 minutes" } }')} } }`,
    code: 'workspace-pattern',
    path: 'connections.tiny.streams.orders.every',
  },
  {
    name: 'a key that stands twice',
    text: `{ "tenant": "a",\n  ‸"tenant": "b", "connections": {} }`,
    code: 'duplicate-key',
    path: 'tenant',
    suggests: /remove one/,
  },
  {
    name: 'an unknown connector',
    text: `{ "connections": { "shop": { "connector": ‸"wocommerce", "books": "US" } } }`,
    code: 'unknown-connector',
    path: 'connections.shop.connector',
    suggests: /did you mean 'woocommerce'/,
  },
  {
    name: 'a connection with the name of the hub',
    text: `{ "connections": { ‸"hub": ${hook()} } }`,
    code: 'reserved-name',
    path: 'connections.hub',
    says: /origin/,
  },
  {
    name: 'an unknown stream',
    text: `{ "connections": { "tiny": ${tiny(',\n  "streams": { ‸"order": {} }')} } }`,
    code: 'unknown-stream',
    path: 'connections.tiny.streams.order',
    suggests: /did you mean 'orders'/,
  },
  {
    name: 'a period of a stream that only comes by webhook',
    text: `{ "connections": { "hook": ${hook(',\n  "streams": { "sales-order": { ‸"every": "5m" } }')} } }`,
    code: 'never-polled',
    path: 'connections.hook.streams.sales-order.every',
    warning: true,
  },
  {
    name: 'a pattern that is none',
    text: `{ "connections": { "tiny": { "connector": "tiny-shop", "books": "US", "config": { "url": "https://a.example/" },\n  "streams": { "orders": { "cron": ‸"61 * * * *" } } } } }`,
    code: 'bad-cron',
    path: 'connections.tiny.streams.orders.cron',
    says: /minute/,
    suggests: /five fields/,
  },
  {
    name: 'two timings of one stream',
    text: `{ "connections": { "tiny": { "connector": "tiny-shop", "books": "US", "config": { "url": "https://a.example/" },\n  "streams": { "orders": { "cron": "0 3 * * *", ‸"every": "5m" } } } } }`,
    code: 'two-timings',
    path: 'connections.tiny.streams.orders.every',
    suggests: /remove one/,
  },
  {
    name: 'a comparison of keys that the connector has no list for',
    text: `{ "connections": { "tiny": { "connector": "tiny-shop", "books": "US", "config": { "url": "https://a.example/" },\n  "streams": { "orders": { ‸"deletes": { "every": "1d" } } } } } }`,
    code: 'no-key-list',
    path: 'connections.tiny.streams.orders.deletes',
    suggests: /"ids"/,
  },
  {
    name: 'a channel of alarms whose secret is none',
    text: `{ "connections": {}, "alarms": { "ops": { "kind": "webhook", "url": "https://a.example/", "secret": ‸"password" } } }`,
    code: 'bad-secret',
    path: 'alarms.ops.secret',
    suggests: /whsec_/,
  },
  {
    name: 'a config that lacks a field',
    text: `{ "connections": { "tiny": { "connector": "tiny-shop", "books": "US",\n  "config": ‸{} } } }`,
    code: 'config',
    path: 'connections.tiny.config',
    says: /'url' is missing/,
    suggests: /README/,
  },
  {
    name: 'a variable that is not set',
    text: `{ "connections": { "tiny": ${tiny('', `,\n  "secret": ‸"${ref('env:NOWHERE')}"`)} } }`,
    code: 'missing-reference',
    path: 'connections.tiny.config.secret',
    says: /NOWHERE is not set/,
  },
  {
    name: 'a variable that is empty',
    text: `{ "connections": { "tiny": ${tiny('', `,\n  "secret": ‸"${ref('env:EMPTY')}"`)} } }`,
    code: 'missing-reference',
    path: 'connections.tiny.config.secret',
  },
  {
    name: 'a file that is not there',
    text: `{ "connections": { "tiny": ${tiny('', `,\n  "secret": ‸"${ref('file:no/such.key')}"`)} } }`,
    code: 'missing-reference',
    path: 'connections.tiny.config.secret',
    says: /no\/such\.key cannot be read/,
  },
  {
    name: 'a reference inside a text',
    text: `{ "connections": { "tiny": ${tiny('', `,\n  "secret": ‸"Bearer ${ref('env:SECRET')}"`)} } }`,
    code: 'bad-reference',
    path: 'connections.tiny.config.secret',
    suggests: /whole value/,
  },
  {
    name: 'a shell variable',
    text: `{ "connections": { "tiny": ${tiny('', `,\n  "secret": ‸"${ref('SECRET')}"`)} } }`,
    code: 'bad-reference',
    path: 'connections.tiny.config.secret',
  },
  {
    name: 'a secret in the file',
    text: `{ "connections": { "tiny": ${tiny('', ',\n  "secret": ‸"hunter2-hunter2"')} } }`,
    code: 'open-secret',
    path: 'connections.tiny.config.secret',
    warning: true,
  },
  {
    name: 'a zone that is none',
    text: `{ "connections": { "tiny": ${tiny('', ',\n  "timeZone": ‸"Europe/Berln"')} } }`,
    code: 'time-zone',
    path: 'connections.tiny.config.timeZone',
    suggests: /did you mean 'Europe\/Berlin'/,
  },
  {
    name: 'an offset for a zone',
    text: `{ "connections": { "tiny": ${tiny('', ',\n  "timeZone": ‸"+02:00"')} } }`,
    code: 'time-zone',
    path: 'connections.tiny.config.timeZone',
    suggests: /Europe\/Berlin/,
  },
  {
    name: 'a zone behind a reference, which is not shown',
    text: `{ "connections": { "tiny": ${tiny('', `,\n  "timeZone": ‸"${ref('env:ZONE')}"`)} } }`,
    code: 'time-zone',
    path: 'connections.tiny.config.timeZone',
    says: /refers to/,
  },
  {
    name: 'an unknown document of a route',
    text: route('"document": ‸"stok-level", "to": "tiny", "action": "set-stock", "mode": "live"'),
    code: 'unknown-document',
    path: 'routes.0.document',
    suggests: /did you mean 'stock-level'/,
  },
  {
    name: 'an unknown connection of a route',
    text: route('"document": "stock-level", "to": ‸"tinny", "action": "set-stock", "mode": "live"'),
    code: 'unknown-connection',
    path: 'routes.0.to',
    suggests: /did you mean 'tiny'/,
  },
  {
    name: 'an unknown action of a route',
    text: route('"document": "stock-level", "to": "tiny", "action": ‸"setstock", "mode": "live"'),
    code: 'unknown-action',
    path: 'routes.0.action',
    suggests: /did you mean 'set-stock'/,
  },
  {
    name: 'an action that takes another document',
    text: route('"document": "sales-order", "to": "tiny", "action": ‸"set-stock", "mode": "live"'),
    code: 'wrong-document',
    path: 'routes.0.action',
    says: /takes a stock-level, the route carries a sales-order/,
  },
  {
    name: 'a mode that is none',
    text: route('"document": "stock-level", "to": "tiny", "action": "set-stock", "mode": ‸"on"'),
    code: 'workspace-enum',
    path: 'routes.0.mode',
    says: /off, shadow, live/,
  },
  {
    name: 'a condition that is none',
    text: route('"document": "stock-level", "to": "tiny", "action": "set-stock", "mode": "live",\n  "when": ‸"onHand >"'),
    code: 'E_SYNTAX',
    path: 'routes.0.when',
  },
  {
    name: 'a condition on a field that the document has not',
    text: route('"document": "stock-level", "to": "tiny", "action": "set-stock", "mode": "live",\n  "when": "‸onHnd > 1"'),
    code: 'E_PATH',
    path: 'routes.0.when',
    suggests: /did you mean 'onHand'/,
  },
  {
    name: 'a condition on a code that never comes',
    text: route('"document": "stock-level", "to": "tiny", "action": "set-stock", "mode": "live",\n  "when": "condition == ‸\'sellible\'"'),
    code: 'E_ENUM',
    path: 'routes.0.when',
    suggests: /did you mean 'sellable'/,
  },
  {
    name: 'a route of commands that should coalesce',
    text: route('"document": "sales-order", "to": "hook", "action": "sales-order", "mode": "live",\n  "coalesce": ‸"5s"'),
    code: 'not-a-state',
    path: 'routes.0.coalesce',
    suggests: /remove 'coalesce'/,
  },
  {
    name: 'a route that stands twice',
    text: route(`"document": "stock-level", "to": "tiny", "action": "set-stock", "mode": "live" },
  { "id": ‸"r", "document": "stock-level", "to": "tiny", "action": "set-stock", "mode": "live"`),
    code: 'duplicate-route',
    path: 'routes.1.id',
  },
]

test('every fault of a route comes at once', async () => {
  const text = route('"document": "stok-level", "to": "tinny", "action": "set-stock", "mode": "live", "when": "onHand >"')
  const { faults } = await load({ ...own, 'crossdock.json': text })
  expect(faults.map(({ code }) => code)).toEqual(expect.arrayContaining(['unknown-document', 'unknown-connection', 'E_SYNTAX']))
})

describe('a fault of the file points at its place', () => {
  test.each(cases)('$name', async ({ text, code, path, says, suggests, warning }) => {
    const before = text.slice(0, text.indexOf('‸')).split('\n')
    const { faults, catalogue } = await load({ ...own, 'crossdock.json': text.replace('‸', '') })
    const found = faults.find((fault) => fault.code === code)
    expect(found, formatFaults(faults)).toMatchObject({
      severity: warning ? 'warning' : 'error',
      file: expect.stringMatching(/crossdock\.json$/),
      path,
      ...(says ? { message: expect.stringMatching(says) } : {}),
      ...(suggests ? { suggestion: expect.stringMatching(suggests) } : {}),
    })
    const atEnd = code === 'E_SYNTAX'
    expect({ line: found?.line, column: atEnd ? 0 : found?.column }).toEqual({
      line: before.length,
      column: atEnd ? 0 : (before.at(-1)?.length ?? 0) + 1,
    })
    expect(catalogue === undefined).toBe(!warning)
    if (/-reference$/.test(code)) expect(faults.map((fault) => fault.code)).not.toContain('open-secret')
    expect(JSON.stringify(faults)).not.toMatch(/hunter2|c2VjcmV0|Mars|pollo/)
  })
})

const codesOf = (faults: readonly Fault[]): string[] => faults.map(({ code }) => code).sort()
/** The tiny partner has no schemas, and each of its mappings says so. */
const withoutTiny = (faults: readonly Fault[]): readonly Fault[] =>
  faults.filter(({ code, path }) => code !== 'W_UNCHECKED' || (path !== 'source' && path !== 'target'))

describe('a workspace', () => {
  test('tells all its faults at once, in the order of their places, and no second one for the same cause', async () => {
    const { faults } = await load({
      ...own,
      'mappings/tiny/order.json': tinyMappings['tiny/order']?.replace('"convert":"utc"', '"convrt":"utc"'),
      'connectors/tiny-shop/connector.js': connectorFile('tiny-shop', { title: '' }),
      'schemas/mine.json': '{ "$id": "mine@1",\n  "type": "objekt" }',
      'connectors/broken/connector.js': 'export default {',
      'connectors/silent/connector.js': 'export const connector = 1\n',
      'connectors/misnamed/connector.js': connectorFile('other'),
      'crossdock.json': `{ "connections": { "tiny": ${tiny(', "streams": { "orders": {} }')}, "gone": { "connector": "gon", "books": "US" } },
  "routes": [{ "id": "a", "document": "stock-level", "to": "gone", "action": "x", "mode": "live" }] }`,
    })
    const codes = codesOf(faults)
    expect(codes).toEqual(
      expect.arrayContaining(['connector-load', 'connector-name', 'connector-no-default', 'no-title', 'schema', 'unknown-connector']),
    )
    expect(codes).not.toContain('unknown-connection')
    expect(codes).not.toContain('unknown-mapping')
    const mapping = withoutTiny(faults).find(({ file }) => file.endsWith('order.json'))
    expect(mapping).toMatchObject({ severity: 'error', line: 1, message: expect.stringMatching(/convrt/) })
    expect(faults.find(({ code }) => code === 'schema')).toMatchObject({
      file: expect.stringMatching(/mine\.json$/),
      path: 'type',
      line: 2,
    })
    const lines = formatFaults(faults).split('\n')
    expect(lines).toHaveLength(faults.length)
    expect(lines.map((line) => line.split(':')[0])).toEqual(
      lines.map((line) => line.split(':')[0] ?? '').sort((a, b) => a.localeCompare(b)),
    )
  })

  test('without a file says how to make one', async () => {
    const { faults, catalogue } = await load({})
    expect(faults).toMatchObject([{ code: 'workspace-missing', suggestion: expect.stringMatching(/crossdock init/) }])
    expect(catalogue).toBeUndefined()
  })

  test('needs no code lists of connectors it does not use', async () => {
    const { faults, catalogue } = await load({ 'crossdock.json': `{ "connections": { "hook": ${hook()} } }` })
    expect(faults).toEqual([])
    expect([...(catalogue?.mappings.keys() ?? [])].every((name) => name.startsWith('standard-webhooks/'))).toBe(true)
    expect(catalogue?.mappings.size).toBeGreaterThan(0)
    const tryton = await load({ 'crossdock.json': '{ "connections": { "erp": { "connector": "tryton", "books": "US" } } }' })
    expect(codesOf(tryton.faults)).toContain('E_LOOKUP')
  })

  test('takes its own connectors, mappings and schemas in place of the package’s', async () => {
    const event = readFileSync(join(packageRoot, 'mappings/standard-webhooks/stock-level-event.json'), 'utf8')
    const { catalogue, faults } = await load({
      ...own,
      'mappings/standard-webhooks/stock-level-event.json': event.replace('standard-webhooks.stock-level-event', 'own.event'),
      'crossdock.json': `﻿{ "connections": { "tiny": ${tiny(', "paused": true, "streams": { "orders": { "every": "10s" }, "items": { "enabled": false } }')}, "hook": ${hook()} } }`,
    })
    expect(withoutTiny(faults)).toEqual([])
    const connection = catalogue?.connections.get('tiny')
    expect(connection).toMatchObject({ paused: true, books: 'US', connector: { title: 'Tiny shop' } })
    expect([...(connection?.streams ?? [])]).toEqual([
      ['orders', { timing: { kind: 'every', everyMs: 10_000, jitterMs: 1000, misfire: 'once' }, staleMs: 3_600_000 }],
    ])
    expect(catalogue?.mappings.get('standard-webhooks/stock-level-event')?.id).toBe('own.event')
  })

  test('needs a mapping that nobody wrote', async () => {
    const { faults } = await load({
      ...own,
      'mappings/tiny/order.json': undefined,
      'mappings/tiny/stock-out.json': undefined,
      'crossdock.json': `{ "connections": { "tiny": ${tiny(', "streams": { "orders": {} }')} },
  "routes": [{ "id": "r", "document": "stock-level", "to": "tiny", "action": "set-stock", "mode": "live" }] }`,
    })
    expect(withoutTiny(faults).map(({ code, path }) => ({ code, path }))).toEqual([
      { code: 'unknown-mapping', path: 'connections.tiny.streams.orders' },
      { code: 'unknown-mapping', path: 'routes.0.action' },
    ])
  })

  test('believes no delete where nobody tells what became of the key', async () => {
    const ids = { call: { path: '/ids' }, records: 'ids', page: { kind: 'single' }, key: 'id', into: ['items'] }
    const connector = connectorFile('tiny-shop', { streams: { ...shop.streams, orders: { ...orders, ids } } })
    const of = async (streams: string) => {
      const workspace = await load({
        ...own,
        'connectors/tiny-shop/connector.js': connector,
        'crossdock.json': `{ "connections": { "tiny": ${tiny(`, "streams": { ${streams} }`)} } }`,
      })
      const found = workspace.catalogue?.connections.get('tiny')?.streams.get('orders')?.ids
      const said = workspace.faults.filter(({ code }) => code === 'untold-deletes')
      return [said.map(({ path }) => path), found !== undefined]
    }
    expect(await of('"orders": {}')).toEqual([['connections.tiny.streams.orders'], false])
    expect(await of('"orders": {}, "items": {}')).toEqual([[], true])
    expect(await of('"orders": { "deletes": { "enabled": false } }')).toEqual([[], false])
  })

  test('is warned where an edit or a cancellation has no way to the partner', async () => {
    const create = {
      mapping: 'tiny/sale',
      input: { type: 'object', properties: {} },
      call: { path: '/s' },
      once: { kind: 'natural', why: 'x' },
    }
    const action = { kind: 'command', title: 'Sale', document: 'sales-order', create }
    const text = (mode: string) => `{ "connections": { "tiny": ${tiny()} },
  "routes": [{ "id": "r", "document": "sales-order", "to": "tiny", "action": "sale", "mode": "${mode}" }] }`
    const files = { ...own, 'connectors/tiny-shop/connector.js': connectorFile('tiny-shop', { actions: { sale: action } }) }
    const { faults } = await load({ ...files, 'crossdock.json': text('live') })
    expect(faults.filter(({ code }) => code === 'no-way-to-edit')).toMatchObject([
      { severity: 'warning', path: 'routes.0.action', line: 3, message: expect.stringMatching(/no change and no cancel: .* finding/) },
    ])
    expect(codesOf((await load({ ...files, 'crossdock.json': text('off') })).faults)).not.toContain('no-way-to-edit')
  })

  test('hands on budgets, traces and retention', async () => {
    const settings = '"settings": { "retention": { "bodiesDays": 30, "dedupeDays": 90 } }'
    const more = ', "sendTrace": true, "limits": { "requests": 2, "perMs": 1000, "concurrency": 1 }'
    const workspace = await load({ 'crossdock.json': `{ "connections": { "hook": ${hook(more)}, "plain": ${hook()} }, ${settings} }` })
    expect(workspace.faults).toEqual([])
    expect(workspace.settings.retention).toEqual({ bodiesDays: 30, dedupeDays: 90, alarmsDays: 400, plansDays: 400, eventsDays: 90 })
    const limit = { requests: 2, perMs: 1000 }
    expect(workspace.catalogue?.connections.get('hook')).toMatchObject({ sendTrace: true, limit, concurrency: 1 })
    expect(workspace.catalogue?.connections.get('plain')).not.toHaveProperty('limit')
    const short = '"settings": { "retention": { "dedupeDays": 89 } }'
    expect((await load({ 'crossdock.json': `{ "connections": {}, ${short} }` })).catalogue).toBeUndefined()
  })

  test('is reached where its settings say, else where the environment does', async () => {
    const loaded = (settings: string, CROSSDOCK_PUBLIC_URL: string) =>
      load({ 'crossdock.json': `{ "connections": {}, "settings": ${settings} }` }, { CROSSDOCK_PUBLIC_URL })
    const publicUrl = async (settings: string, url: string) => (await loaded(settings, url)).settings.publicUrl
    expect(await publicUrl('{}', 'https://hub.example')).toBe('https://hub.example')
    expect(await publicUrl('{ "publicUrl": "https://own.example" }', 'https://hub.example')).toBe('https://own.example')
    const wrong = await loaded('{}', 'hub.example')
    expect(wrong.faults.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['error public-url'])
    expect(wrong.catalogue).toBeUndefined()
  })

  test('of files too large, or too many, is refused by name', async () => {
    const blank = ' '.repeat(1_000_000)
    const told = async (files: Readonly<Record<string, string>>) =>
      (await load({ ...own, 'crossdock.json': `{ "connections": { "hook": ${hook()} } }`, ...files })).faults.map(
        ({ file, code, message }) => `${file.replace(/^.*crossdock-workspace-\w+\//, '')} ${code}: ${message}`,
      )
    const large = 'the file is larger than 1000000 characters'
    for (const file of [
      'crossdock.json',
      'mappings/tiny/order.json',
      'mappings/tables/unit@1.json',
      'schemas/tiny/order.json',
      'schemas/mine.json',
      'connectors/tiny-shop/connector.js',
    ])
      expect(await told({ [file]: `${blank}{}` }), file).toContain(`${file} E_LIMIT: ${large}`)
    const many = Object.fromEntries(Array.from({ length: 66 }, (_, at) => [`schemas/tiny/s${at}.json`, ' '.repeat(999_999)]))
    expect((await told(many)).filter((line) => line.includes('workspace-too-large'))).toEqual([
      expect.stringMatching(
        /^schemas\/tiny\/s\d+\.json workspace-too-large: the files of the workspace hold more than 64000000 characters/,
      ),
    ])
    const overlay = `{ "connector": "tiny-shop", "books": "US", "config": { "url": "https://tiny.example" }, "mappings": { "tiny/order": "overlays/a.json" } }`
    expect(await told({ 'crossdock.json': `{ "connections": { "tiny": ${overlay} } }`, 'overlays/a.json': `${blank}{}` })).toContain(
      `overlays/a.json E_LIMIT: ${large}`,
    )
  })

  test('reads no more of a file with a secret than any secret has', async () => {
    const errorsOf = async (file: string, text?: string) =>
      (
        await load({
          ...own,
          secret: text,
          'crossdock.json': `{ "connections": { "b": ${tiny('', `, "secret": "${ref(`file:${file}`)}"`)} } }`,
        })
      ).faults.filter(({ severity }) => severity === 'error')
    expect(await errorsOf('secret', 's'.repeat(65_536))).toEqual([])
    const refused = (file: string) => [
      { code: 'bad-reference', message: expect.stringContaining(`the file ${file} is larger than 65536 bytes`) },
    ]
    expect(await errorsOf('secret', 's'.repeat(65_537))).toMatchObject(refused('secret'))
    if (process.platform === 'linux') expect(await errorsOf('/dev/zero')).toMatchObject(refused('/dev/zero'))
  })

  test('keeps secrets out of what is shown and stored', async () => {
    const workspace = await load({
      ...own,
      'keys/tiny': 'from-a-file-1234\n',
      'crossdock.json': `{ "connections": { "a": ${tiny('', ', "secret": "hunter2-hunter2"')}, "b": ${tiny('', `, "secret": "${ref('file:keys/tiny')}"`)}, "c": ${hook()} } }`,
    })
    expect(workspace.secrets).toEqual(expect.arrayContaining(['hunter2-hunter2', 'from-a-file-1234', env.SECRET]))
    expect(workspace.catalogue?.connections.get('b')?.config.secret).toBe('from-a-file-1234')
    expect(workspace.catalogue?.connections.get('b')?.openConfig).toEqual({ url: 'https://tiny.example' })
    const shown = JSON.stringify([workspace.faults, [...workspace.texts.values()], workspace.files])
    for (const secret of workspace.secrets) expect(shown).not.toContain(secret)
  })
})

describe('a revision', () => {
  const text = `{ "connections": { "tiny": ${tiny()} } }`
  const revision = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const { catalogue, faults } = await load({ ...own, 'crossdock.json': text, ...files })
    if (catalogue === undefined) throw new Error(formatFaults(faults))
    return catalogue.revision
  }

  test('is the same wherever the same files lie, and names them without the machine', async () => {
    const first = await load({ ...own, 'crossdock.json': text })
    const second = await load({ ...own, 'crossdock.json': text })
    expect(first.catalogue?.revision).toBe(second.catalogue?.revision)
    expect(Object.keys(first.files)).toEqual(
      expect.arrayContaining(['crossdock.json', 'mappings/tiny/order.json', 'schemas/values.json', 'connectors/tiny-shop']),
    )
    expect(Object.keys(first.files).filter((path) => !/^(crossdock\.json|(mappings|schemas|connectors)\/)/.test(path))).toEqual([])
    for (const hash of Object.values(first.files)) expect(first.texts.has(hash)).toBe(true)
  })

  test('is another one when its file, a mapping, a schema or a connector is another', async () => {
    const order = tinyMappings['tiny/order']?.replace('1.0.0', '1.0.1') ?? ''
    const found = [
      await revision({}),
      await revision({ 'crossdock.json': `${text} ` }),
      await revision({ 'mappings/tiny/order.json': order }),
      await revision({ 'schemas/mine.json': '{ "$id": "mine@1" }' }),
      await revision({ 'connectors/tiny-shop/connector.js': connectorFile('tiny-shop', { title: 'Tinier shop' }) }),
    ]
    expect(new Set(found).size).toBe(found.length)
    expect(await revision({ 'connectors/not-used/connector.js': connectorFile('not-used'), 'notes.txt': 'x' })).toBe(found[0])
  })

  test('follows an edit of a connector that was loaded before', async () => {
    const folder = await folderOf({ ...own, 'crossdock.json': text })
    const before = await loadWorkspace(folder, { env })
    await writeFile(join(folder, 'connectors/tiny-shop/connector.js'), connectorFile('tiny-shop', { title: 'Tinier shop' }))
    const after = await loadWorkspace(folder, { env })
    expect(after.catalogue?.connections.get('tiny')?.connector.title).toBe('Tinier shop')
    expect(after.catalogue?.revision).not.toBe(before.catalogue?.revision)
  })

  test('holds the source of a connector’s functions, whatever the order of its fields', () => {
    const ping = { ...tinyShop.webhook, ping: () => true }
    const of = (webhook: object) => connectorText({ ...tinyShop, webhook } as typeof tinyShop)
    expect(of(ping)).toBe(of(Object.fromEntries(Object.entries(ping).reverse())))
    expect(of(ping)).not.toBe(of({ ...ping, ping: () => false }))
  })
})

test('every connector of the package keeps the contract', async () => {
  const { connectors, faults } = await loadCatalog()
  expect([...connectors.keys()]).toEqual(expect.arrayContaining(['standard-webhooks', 'tryton', 'woocommerce']))
  expect(
    [...faults, ...[...connectors.values()].flatMap((one) => lintConnector(one))].filter(({ severity }) => severity === 'error'),
  ).toEqual([])
})
