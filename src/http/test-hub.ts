import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openForms } from '../catalog/forms.ts'
import type { Connector, Stream } from '../connector/types.ts'
import { compileMapping } from '../mapping/compile.ts'
import { defaultRetryTable } from '../model/delivery.ts'
import { idMaker } from '../model/id.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { silentLog } from '../model/log.ts'
import { compileSchemas } from '../model/schema.ts'
import { newKeyText, readKeyring } from '../model/sealing.ts'
import { every } from '../model/timing.ts'
import type { Ring } from '../pipeline/bell.ts'
import { openCompiled } from '../pipeline/compiled.ts'
import type { Catalogue, ConnectionSetup, Context, Route as DeliveryRoute, ReturnRules } from '../pipeline/context.ts'
import { openHandover } from '../pipeline/handover.ts'
import { insertApiKey } from '../store/api-key.ts'
import { syncConnections } from '../store/connection.ts'
import { syncRows } from '../store/schedule.ts'
import type { ApiKeyTable } from '../store/tables-access.ts'
import { openTestStore } from '../testing/test-store.ts'
import { defaultSettings } from '../workspace-settings.ts'
import { createApp } from './app.ts'
import { makeKey, type Scope, scopes } from './auth.ts'
import { readingRoom } from './body.ts'
import { type Listening, listen } from './listen.ts'
import type { HttpOptions, SecretVault } from './options.ts'
import { problemSchema } from './problem.ts'
import type { Route } from './route.ts'
import { routeTable } from './routes.ts'
import { keptSubscriptions, subscribable } from './test-subscriptions.ts'

const orderStream: Stream = {
  title: 'Orders',
  schema: { type: 'object', required: ['id', 'at'], properties: { id: { type: 'integer' }, at: { type: 'string' } } },
  key: 'id',
  version: { kind: 'none' },
  call: { path: '/orders', query: { since: '{since}' } },
  records: '',
  page: { kind: 'single' },
  cursor: { paths: ['at'], format: 'iso', zone: null, order: 'none', lookbackMs: 0 },
  parts: [],
  blindSpots: [],
}

/** A served hub of a test: real SQLite file, real HTTP, a clock that stands until it is set. */
export interface TestHub {
  readonly context: Context
  readonly listening: Listening
  readonly rings: Ring[]
  readonly clock: { now: number }
  /** a key with exactly these scopes, of the hub's tenant or another */
  addKey(
    given: readonly Scope[],
    more?: Partial<Pick<ApiKeyTable, 'tenant' | 'party' | 'organisation' | 'initial' | 'expires_at' | 'revoked_at'>>,
  ): Promise<string>
  /** a request with every scope; the answer was checked against the route's own schema, an error against the problem's */
  ask(method: string, path: string, more?: Ask): Promise<Asked>
  close(): Promise<void>
}
export interface Ask {
  readonly key?: string | null
  readonly json?: Json
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
}
export interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly bytes: Uint8Array
  readonly json: JsonObject
}

export const hookSecret = 'the-secret-of-the-hook'
export const configSecret = 'partner-password-1234'
export const tenant = 'default'
const start = Date.parse('2026-11-23T08:00:00Z')

export const setup = (name: string, check: () => Promise<void>): { setup: ConnectionSetup; check: () => Promise<void> } => ({
  check,
  setup: {
    name,
    connector: {
      name: 'shop',
      title: 'Shop',
      docs: 'https://shop.example/docs',
      config: { type: 'object' },
      http: { baseUrl: 'https://shop.example', auth: { kind: 'none' } },
      check: { path: '/ping' },
      streams: {},
      actions: {},
      webhook: {
        verify: { kind: 'hmac', header: 'x-signature', algorithm: 'sha256', encoding: 'hex', secret: '{config.hook}' },
        topic: { header: 'x-topic' },
        topics: { 'order.updated': { stream: 'orders', carries: 'whole', records: '' } },
        ...subscribable,
        ack: { status: 202, contentType: 'text/plain', body: 'taken' },
        maxBodyBytes: 64 * 1024,
      },
    },
    config: { hook: hookSecret, password: configSecret },
    openConfig: {},
    books: 'harbour',
    streams: new Map([['orders', { timing: every(60_000) }]]),
    retry: defaultRetryTable,
    concurrency: 2,
    allowPrivate: [],
    paused: false,
  },
})

export const signed = (body: string | Uint8Array): Readonly<Record<string, string>> => ({
  'x-signature': createHmac('sha256', hookSecret).update(body).digest('hex'),
  'x-topic': 'order.updated',
})

const deliveryRoute: DeliveryRoute = {
  id: 'orders-to-erp',
  document: 'sales-order',
  when: () => true,
  to: 'shop-us',
  action: 'sale',
  mode: 'live',
  from: start,
  coalesceMs: 0,
  onDead: 'block',
  holds: [],
}

const ring = readKeyring(newKeyText(), 'the test')
/** One key; the secret IN_USE is referred to. */
export const testVault: SecretVault = { keyring: () => ring, usedBy: (name) => (name === 'IN_USE' ? ['shop-us'] : []) }

export async function openTestHub(
  options: HttpOptions & {
    readonly check?: () => Promise<void>
    readonly streams?: Connector['streams']
    readonly settings?: Partial<Context['settings']>
    readonly publicUrl?: string
    readonly returns?: ReturnRules
    readonly replenishment?: Catalogue['replenishment']
    readonly catalogue?: Partial<Catalogue>
    readonly shop?: Pick<ConnectionSetup, 'offer'>
  } = {},
): Promise<TestHub> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-http-'))
  const clock = { now: start }
  const database = await openTestStore({ file: join(folder, 'hub.db'), now: () => clock.now })
  const rings: Ring[] = []
  const { setup: given, check } = setup('shop-us', options.check ?? (async () => {}))
  const connection = { ...given, ...options.shop, connector: { ...given.connector, streams: options.streams ?? { orders: orderStream } } }
  const subscribed = keptSubscriptions()
  const unused = (): never => {
    throw new Error('the test has no partner')
  }
  const context: Context = {
    tenant,
    database,
    clock: { now: () => clock.now, sleep: async () => {} },
    log: silentLog,
    bell: { ring: (ring) => rings.push(ring), listen: () => {}, close: async () => {} },
    handover: openHandover(),
    compiled: openCompiled(),
    newId: idMaker(() => clock.now),
    keyring: () => ring,
    random: () => 0.5,
    settings: { ...defaultSettings, ...options.settings, ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }) },
    catalogue: () => ({
      revision: 'r1',
      connections: new Map([[connection.name, connection]]),
      routes: [deliveryRoute],
      mappings: new Map(),
      compile: (_, text, file) => compileMapping(text, { file }),
      validate: () => undefined,
      schemas: options.schemas ?? new Map(),
      codes: new Map([['unit', new Map([['pcs', 'C62']])]]),
      channels: new Map(),
      ...(options.returns === undefined ? {} : { returns: options.returns }),
      ...(options.replenishment == null ? {} : { replenishment: options.replenishment }),
      ...options.catalogue,
    }),
    access: () => ({
      check,
      async *read() {
        yield { bodies: [], asOf: clock.now, records: [], last: true }
      },
      abandon: async () => {},
      keys: unused,
      ...subscribed,
      readKey: unused,
      current: unused,
      setState: unused,
      run: unused,
      close: async () => {},
    }),
  }
  await database.write(async (tx) => {
    await syncConnections(tx, tenant, [{ name: 'shop-us', connector: 'shop' }], start)
    await syncRows(tx, tenant, [{ connection: 'shop-us', stream: 'orders', kind: 'pull', timing: every(60_000), waits: false }], start)
  })
  const listening = await listen(
    createApp(context, {
      limits: { metricsEveryMs: 0 },
      secrets: () => [configSecret, hookSecret],
      credentials: () => [configSecret, hookSecret],
      vault: testVault,
      forms: openForms(undefined),
      ...options,
    }),
    {
      port: 0,
      limits: { headersTimeout: 800, requestTimeout: 1500, connectionsCheckingInterval: 100 },
    },
  )
  const addKey: TestHub['addKey'] = async (given, more = {}) => {
    const { id, hash, text } = makeKey(context.newId())
    await database.write((tx) =>
      insertApiKey(tx, {
        ...{ tenant, expires_at: null, revoked_at: null, party: null, organisation: null, initial: null, ...more },
        ...{ id, hash, name: 'test', scopes: given.join(' '), created_at: start },
      }),
    )
    return text
  }
  const all = await addKey(scopes)
  return {
    context,
    listening,
    rings,
    clock,
    addKey,
    ask: async (method, path, more = {}) => {
      const key = more.key === undefined ? all : more.key
      const response = await fetch(listening.address + path, {
        method,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(more.json === undefined ? {} : { 'content-type': 'application/json' }),
          ...more.headers,
        },
        ...(more.json === undefined ? {} : { body: JSON.stringify(more.json) }),
        ...(more.body === undefined
          ? {}
          : { body: more.body instanceof Uint8Array ? new Uint8Array(more.body) : more.body, duplex: 'half' }),
      })
      const bytes = new Uint8Array(await response.arrayBuffer())
      const text = new TextDecoder().decode(bytes)
      checkAnswer(method, path.split('?')[0] ?? '', response, text)
      return { status: response.status, headers: response.headers, text, bytes, json: objectOf(response, text) }
    },
    close: async () => {
      await listening.close(0)
      await database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function objectOf(response: Response, text: string): JsonObject {
  if (text === '' || !/^application\/(problem\+)?json$/.test(response.headers.get('content-type') ?? '')) return {}
  const value = parseJson(text)
  return isObject(value) ? value : {}
}

const table: readonly Route[] = routeTable(readingRoom(1))
const answerSchemas = compileSchemas([
  { file: 'problem', text: JSON.stringify({ $id: 'problem', ...problemSchema }) },
  ...table.flatMap((route) =>
    'shape' in route.answers ? [{ file: route.id, text: JSON.stringify({ $id: route.id, ...route.answers.shape.schema }) }] : [],
  ),
])
if (answerSchemas.faults[0]) throw new Error(JSON.stringify(answerSchemas.faults))

/** Ids of the operations that answered with success so far, in this process. */
export const succeeded = new Set<string>()
export const operationIds: readonly string[] = table.map(({ id }) => id)

/** The route of a path: one with fewer parameters goes first, as in the app. */
function routeOf(method: string, path: string): Route | undefined {
  return table.find((route) => route.method === method && new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
}

function checkAnswer(method: string, path: string, response: Response, text: string): void {
  if (response.headers.get('cache-control') !== 'no-store') throw new Error(`${method} ${path} may be stored`)
  if (response.headers.get('x-content-type-options') !== 'nosniff') throw new Error(`${method} ${path} may be sniffed`)
  if (text.includes(hookSecret) || text.includes(configSecret)) throw new Error(`${method} ${path} shows a secret`)
  if (method === 'HEAD') return
  const route = routeOf(method, path)
  const isProblem = response.status >= 400
  if (isProblem && response.headers.get('content-type') !== 'application/problem+json')
    throw new Error(`${method} ${path} answers ${response.status} without a problem: ${text}`)
  if (!isProblem && route) succeeded.add(route.id)
  if (!isProblem && (route === undefined || !('shape' in route.answers))) return
  const name = isProblem ? 'problem' : (route?.id ?? '')
  const fault = answerSchemas.validators.get(name)?.(JSON.parse(text))
  if (fault) throw new Error(`${method} ${path}: the answer does not fit ${name} at '${fault.path}': ${fault.message}\n${text}`)
}
