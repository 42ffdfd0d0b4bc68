import { afterEach, beforeEach, expect, test } from 'vitest'
import { readManifest } from '../catalog/manifest.ts'
import { type LoopbackPartner, type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import type { Access } from './access.ts'
import { cookiesOf } from './csrf.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { CommandAction, Connector } from './types.ts'

/** An OData service behind a gateway, without any code: a write needs the token of a read and the cookie of its session. */
const manifest = {
  kind: 'odata',
  name: 'gateway',
  title: 'Gateway',
  docs: 'https://gateway.example/odata',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'user', 'password'],
    properties: { url: { type: 'string' }, user: { type: 'string' }, password: { type: 'string', writeOnly: true } },
  },
  http: {
    baseUrl: '{config.url}',
    auth: { kind: 'basic', username: '{config.user}', password: '{config.password}' },
    csrf: { fetch: { path: '/', query: { $format: 'json' } }, header: 'X-CSRF-Token', ask: 'Fetch' },
  },
  entitySets: {
    units: { title: 'Units', key: 'code', fields: { code: 'Edm.String' }, parts: [{ link: 'unit', code: 'code' }], blindSpots: [] },
  },
  actions: {
    order: {
      kind: 'command',
      title: 'Order',
      document: 'sales-order',
      create: {
        mapping: 'gateway/order',
        input: { type: 'object', required: ['number'], properties: { number: { type: 'string' } } },
        call: { method: 'POST', path: '/Orders', json: { Number: '{input.number}' } },
        key: 'd.Key',
        once: { kind: 'none', why: 'the service has no way to look an order up by our number' },
      },
    },
  },
}

let partner: LoopbackPartner
let access: Access
let connector: Connector
/** cookie by token, of sessions that live */
let sessions: Map<string, string>
let orders: number
let answer: (request: PartnerRequest, usual: () => PartnerAnswer) => PartnerAnswer | Promise<PartnerAnswer>

const gateway = ({ method, path, headers }: PartnerRequest): PartnerAnswer => {
  const token = headers['x-csrf-token']
  if (method === 'GET' && token === 'Fetch') {
    const [made, cookie] = [`token-number-${sessions.size + 1}==`, `session-number-${sessions.size + 1}`]
    sessions.set(made, cookie)
    return {
      headers: {
        'content-type': 'application/atomsvc+xml',
        'x-csrf-token': made,
        'set-cookie': `SAP_SESSIONID_X=${cookie}; path=/; expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly, sap-usercontext=client=100; path=/`,
      },
      body: '<service/>',
    }
  }
  if (method === 'GET') return { body: path.startsWith('/units') ? { code: 'PCS' } : {} }
  const cookie = sessions.get(token ?? '')
  if (cookie === undefined || !headers.cookie?.includes(`SAP_SESSIONID_X=${cookie}`))
    return { status: 403, headers: { 'content-type': 'text/plain', 'x-csrf-token': 'Required' }, body: 'CSRF token validation failed' }
  orders++
  return { status: 201, body: { d: { Key: `O-${orders}` } } }
}

beforeEach(async () => {
  sessions = new Map()
  orders = 0
  answer = (_, usual) => usual()
  partner = await startPartner((request) => answer(request, () => gateway(request)))
  const read = await readManifest(JSON.stringify(manifest, undefined, 2), 'connector.json', 'gateway')
  expect(read.faults).toEqual([])
  if (read.connector === undefined) throw new Error('no connector')
  connector = read.connector
  const config = { url: partner.url, user: 'hub', password: 'password-of-the-gateway' }
  access = openAccess({ name: 'gateway', connector, config, concurrency: 4, allowPrivate: ['127.0.0.0/8'] })
})
afterEach(async () => {
  await access.close()
  await partner.close()
})

const order = (number: string) =>
  access.run(connector.actions.order as CommandAction, 'create', { number }, { effectKey: number, ambiguous: false })
const fetches = () => partner.requests.filter(({ headers }) => headers['x-csrf-token'] === 'Fetch').length

test('one token is fetched for all writes of a session and goes with its cookies, reads carry neither', async () => {
  expect(await Promise.all(['A', 'B', 'C'].map(order))).toMatchObject([{ kind: 'delivered' }, { kind: 'delivered' }, { kind: 'delivered' }])
  expect(await order('D')).toMatchObject({ kind: 'delivered', key: 'O-4' })
  expect([fetches(), orders]).toEqual([1, 4])
  const write = partner.requests.find(({ method }) => method === 'POST')
  expect(write?.headers).toMatchObject({
    'x-csrf-token': 'token-number-1==',
    cookie: 'SAP_SESSIONID_X=session-number-1; sap-usercontext=client=100',
    authorization: expect.stringMatching(/^Basic /),
  })
  await access.readKey('units', 'PCS')
  const read = partner.requests.at(-1)
  expect([read?.headers['x-csrf-token'], read?.headers.cookie]).toEqual([undefined, undefined])
})

test('when the session has ended the token is fetched anew, and the write that was refused goes again, once', async () => {
  await order('A')
  sessions.clear()
  sessions.set('another', 'one')
  expect(await Promise.all(['B', 'C'].map(order))).toMatchObject([{ kind: 'delivered' }, { kind: 'delivered' }])
  expect([fetches(), orders]).toEqual([2, 3])
})

test('a gateway that takes no token is tried again later: nothing was done, and nothing secret is told', async () => {
  answer = ({ method }, usual) =>
    method === 'POST'
      ? { status: 403, headers: { 'x-csrf-token': 'Required', 'content-type': 'application/json' }, body: { error: 'no token-number-1==' } }
      : usual()
  const outcome = await order('A')
  expect(outcome).toMatchObject({ kind: 'retry', code: 'csrf-required', ambiguous: false })
  expect(partner.requests.filter(({ method }) => method === 'POST')).toHaveLength(2)
  expect(JSON.stringify(outcome)).not.toMatch(/token-number|session-number|password/)
})

test('a token that was followed by another is told in no fault of a write that still carried it', async () => {
  let late: (() => void) | undefined
  const begun = new Promise<void>((resolve) => {
    answer = async ({ method }, usual) => {
      if (method !== 'POST' || late !== undefined) return usual()
      await new Promise<void>((go) => {
        late = go
        resolve()
      })
      return { status: 500, body: { error: 'session-number-1 of token-number-1== broke' } }
    }
  })
  const first = order('A')
  await begun
  sessions.clear()
  sessions.set('another', 'one')
  expect(await order('B')).toMatchObject({ kind: 'delivered' })
  late?.()
  const outcome = await first
  expect(outcome).toMatchObject({ code: 'http-500' })
  expect(JSON.stringify(outcome)).not.toMatch(/token-number|session-number/)
})

test('a 403 that does not speak of the token is what it was: a refusal', async () => {
  answer = ({ method }, usual) => (method === 'POST' ? { status: 403, body: { error: 'no right to write' } } : usual())
  expect(await order('A')).toMatchObject({ kind: 'reject', code: 'http-403' })
  expect(partner.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

test('a read that brings no token is told with its place, and asked again by the next write', async () => {
  answer = ({ headers }, usual) => (headers['x-csrf-token'] === 'Fetch' && sessions.size === 0 ? { body: {} } : usual())
  expect(await order('A')).toMatchObject({
    kind: 'retry',
    code: 'no-csrf-token',
    ambiguous: false,
    message: expect.stringContaining('"csrf"'),
  })
  answer = (_, usual) => usual()
  expect(await order('A')).toMatchObject({ kind: 'delivered' })
})

test('after a new login the token of the old one is fetched anew, and cookies of both go together', async () => {
  let logins = 0
  const session: Connector = {
    ...connector,
    http: {
      ...connector.http,
      auth: {
        kind: 'session',
        login: { method: 'POST', path: '/login', json: { user: '{config.user}', password: '{config.password}' } },
        headers: { cookie: 'LOGIN={login.id}; SAP_SESSIONID_X=none' },
      },
    },
  }
  answer = ({ path, method, headers }, usual) => {
    if (path === '/login') return { body: { id: `login-${++logins}` } }
    if (method === 'POST' && !headers.cookie?.includes(`LOGIN=login-2`)) return { status: 401, body: {} }
    return usual()
  }
  const config = { url: partner.url, user: 'hub', password: 'password-of-the-gateway' }
  const own = openAccess({ name: 'gateway', connector: session, config, concurrency: 1, allowPrivate: ['127.0.0.0/8'] })
  const done = await own.run(session.actions.order as CommandAction, 'create', { number: 'A' }, { effectKey: 'A', ambiguous: false })
  await own.close()
  expect(done).toMatchObject({ kind: 'delivered' })
  expect([logins, fetches()]).toEqual([2, 2])
  expect(partner.requests.at(-1)?.headers.cookie).toBe('LOGIN=login-2; SAP_SESSIONID_X=session-number-2; sap-usercontext=client=100')
})

test('cookies of several headers are told apart by their names, dates with commas are none', () => {
  expect([...cookiesOf('a=1; expires=Wed, 21 Oct 2026 07:28:00 GMT, b="x=y"; Path=/, c=; Secure')]).toEqual([
    ['a', '1'],
    ['b', '"x=y"'],
    ['c', ''],
  ])
  expect([...cookiesOf(undefined)]).toEqual([])
  expect([...cookiesOf('no pair at all')]).toEqual([])
})

test('a token that is fetched by a write, or under no name, is a fault with its place', () => {
  const csrf = { fetch: { method: 'POST', path: '/token' }, header: 'X CSRF', ask: ' ' } as const
  expect(lintConnector({ ...connector, http: { ...connector.http, csrf } }).map(({ code, path }) => `${code} ${path}`)).toEqual([
    'csrf-by-read http.csrf.fetch',
    'bad-header http.csrf.header',
    'nothing-asked http.csrf.ask',
  ])
})
