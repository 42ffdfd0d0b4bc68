import { afterEach, describe, expect, it } from 'vitest'
import { isHubError } from '../model/errors.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Access } from './access.ts'
import { readRetryAfter } from './faults.ts'
import { partnerTime } from './http.ts'
import type { Budget, Limiter } from './limiter.ts'
import { openAccess } from './open.ts'
import type { Connector, Http } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
const secret = 'tok-5f1c9a77e2d0'

async function open(
  connector: Connector,
  answer: (request: PartnerRequest) => PartnerAnswer,
  more: { readonly timeoutMs?: number; readonly path?: string } = {},
) {
  const partner = await startPartner(answer)
  const access = openAccess({
    name: 'shop',
    connector,
    config: { url: partner.url + (more.path ?? ''), token: secret },
    concurrency: 2,
    allowPrivate: ['127.0.0.0/8'],
    ...more,
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  return { access, partner }
}
const http = (change: Partial<Http>): Connector => smallConnector({ http: change })

async function failure(access: Access): Promise<unknown> {
  try {
    await access.check()
    return 'no failure'
  } catch (error) {
    return error
  }
}
const detail = async (answer: PartnerAnswer, connector = smallConnector(), more = {}) => {
  const error = await failure((await open(connector, () => answer, more)).access)
  return isHubError(error) ? error.detail : error
}

describe('the budget of a request', () => {
  it.each([
    ['the connector’s alone', { requests: 5, perMs: 1000 }, undefined, { requests: 5, perMs: 1000 }],
    ['the operator’s, which is slower', { requests: 5, perMs: 1000 }, { requests: 10, perMs: 60_000 }, { requests: 10, perMs: 60_000 }],
    ['the connector’s, which is slower', { requests: 1, perMs: 1000 }, { requests: 10, perMs: 1000 }, { requests: 1, perMs: 1000 }],
    ['the operator’s alone', undefined, { requests: 2, perMs: 1000 }, { requests: 2, perMs: 1000 }],
    ['none', undefined, undefined, undefined],
  ])('is %s, with the points of the call', async (_, own, operator, expected) => {
    const partner = await startPartner(() => ({ body: {} }))
    const taken: Budget[] = []
    const limiter: Limiter = {
      take: async (_name, budget) => {
        taken.push(budget)
        return () => {}
      },
      hold: () => {},
    }
    const check = { path: '/ping', cost: 7 }
    const access = openAccess(
      {
        name: 'shop',
        connector: { ...http(own === undefined ? {} : { limit: own }), check },
        config: { url: partner.url, token: secret },
        concurrency: 2,
        allowPrivate: ['127.0.0.0/8'],
        ...(operator === undefined ? {} : { limit: operator }),
      },
      { limiter },
    )
    closing.push(
      () => access.close(),
      () => partner.close(),
    )
    await access.check()
    expect(taken.map(({ limit, cost }) => ({ limit, cost }))).toEqual([{ limit: expected, cost: 7 }])
  })
})

describe('faults', () => {
  it.each([
    [401, 'reauth'],
    [400, 'reject'],
    [403, 'reject'],
    [404, 'reject'],
    [409, 'reject'],
    [410, 'reject'],
    [422, 'reject'],
    [408, 'retry'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
  ])('%i is %s', async (status, recovery) => {
    expect(await detail({ status, body: { message: 'why' } })).toMatchObject({ code: `http-${status}`, recovery })
  })
  it('a web page with 200 is no answer, whatever type it claims', async () => {
    const page = '<!DOCTYPE html><html><body>Site under maintenance</body></html>'
    expect(await detail({ headers: { 'content-type': 'text/html; charset=utf-8' }, body: page })).toMatchObject({
      code: 'html-answer',
      recovery: 'retry',
    })
    expect(await detail({ body: `\n ${page}` })).toMatchObject({ code: 'html-answer', recovery: 'retry' })
  })
  it('another type, an empty body, a redirect, a lost line, a refused connection, silence', async () => {
    expect(await detail({ headers: { 'content-type': 'text/csv' }, body: 'a,b' })).toMatchObject({
      code: 'wrong-content-type',
      recovery: 'retry',
    })
    expect(await detail({})).toMatchObject({ code: 'empty-answer', recovery: 'retry' })
    expect(await detail({ status: 302, headers: { location: 'http://127.0.0.1:1/' } })).toMatchObject({
      code: 'redirect',
      recovery: 'retry',
    })
    expect(await detail('lost')).toMatchObject({ code: 'connection-lost', recovery: 'retry', sent: true })
    expect(await detail('hang', smallConnector(), { timeoutMs: 100 })).toMatchObject({ code: 'timeout', recovery: 'retry', sent: true })
  })
  it('a refused connection is tried once more and was not sent', async () => {
    const { access, partner } = await open(smallConnector(), () => ({ body: {} }))
    await partner.close()
    expect(await failure(access)).toMatchObject({ detail: { code: 'econnrefused', recovery: 'retry', sent: false } })
  })
  it("the connector's rules come first", async () => {
    const connector = http({
      faults: [
        { path: 'error.0', in: ['Busy'], then: 'retry', code: 'busy' },
        { path: 'error', not: [], then: 'reject', code: 'user-error', message: 'error' },
        { status: [418], then: 'reauth', code: 'teapot' },
      ],
    })
    expect(await detail({ body: { error: ['Busy', 'x'] } }, connector)).toMatchObject({ code: 'busy', recovery: 'retry', sent: false })
    const error = await failure((await open(connector, () => ({ body: { error: ['UserError', ['No address', '', null]] } }))).access)
    expect(error).toMatchObject({
      message: expect.stringContaining('UserError: No address'),
      detail: { code: 'user-error', recovery: 'reject' },
    })
    expect(await detail({ status: 418, body: {} }, connector)).toMatchObject({ code: 'teapot', recovery: 'reauth' })
    expect(await detail({ body: { error: null } }, connector)).toBe('no failure')
  })
})

describe('patience', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 7 ', 7_000],
    ['Mon, 23 Nov 2026 10:01:00 GMT', 60_000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
    ['-1', undefined],
    ['1e12', undefined],
    ['soon', undefined],
    ['99999999999999999', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('Retry-After %j is %j ms', (text, ms) => {
    expect(readRetryAfter(text, Date.parse('2026-11-23T10:00:00Z'))).toBe(ms)
  })
  it('a 429 says how long, and holds the next request back', async () => {
    const { access, partner } = await open(smallConnector(), () => ({ status: 429, headers: { 'retry-after': '60' }, body: {} }))
    expect(await failure(access)).toMatchObject({ detail: { code: 'http-429', retryAfterMs: 60_000 } })
    expect(await failure(access)).toMatchObject({ detail: { code: 'rate-limited', sent: false } })
    expect(partner.requests).toHaveLength(1)
  })
  it('a 429 without a time is held back shortly only', async () => {
    let asked = 0
    const { access } = await open(smallConnector(), () => (++asked === 1 ? { status: 429, body: {} } : { body: {} }))
    expect(await failure(access)).not.toHaveProperty('detail.retryAfterMs')
    expect(await failure(access)).toBe('no failure')
  })
})

describe('time', () => {
  it("follows the partner's Date header downwards", () => {
    expect(
      partnerTime('Mon, 23 Nov 2026 10:00:00 GMT', Date.parse('2026-11-23T11:00:00.500Z'), Date.parse('2026-11-23T11:00:00.900Z')),
    ).toEqual({ asOf: Date.parse('2026-11-23T09:59:59.600Z'), skewMs: -3_600_900 })
  })
  it('does not believe a header that is missing, garbage, or days ahead', () => {
    for (const date of [undefined, 'x', 'Mon, 30 Nov 2026 10:00:00 GMT'])
      expect(partnerTime(date, 1795427999000, 1795428000000)).toEqual({ asOf: 1795427999000, skewMs: undefined })
  })
})

describe('secrets', () => {
  it('never show in an error, its sample or its cause, also where the partner repeats them', async () => {
    const basic = http({ auth: { kind: 'basic', username: 'hub', password: '{config.token}' } })
    const token = Buffer.from(`hub:${secret}`).toString('base64')
    const echo = (request: PartnerRequest): PartnerAnswer => ({
      status: 400,
      body: { message: `${'x'.repeat(290)}${request.headers.authorization} ${secret} ${encodeURIComponent(secret)}`, at: request.path },
    })
    for (const connector of [smallConnector(), basic]) {
      const error = await failure((await open(connector, echo)).access)
      const shown = JSON.stringify([String(error), isHubError(error) ? [error.detail, String(error.detail.cause), error.stack] : ''])
      expect(shown).toContain('http-400')
      for (let length = secret.length; length >= 8; length--) expect(shown).not.toContain(secret.slice(0, length))
      expect(shown).not.toContain(token)
    }
  })
})

describe('sessions', () => {
  const session = http({
    auth: {
      kind: 'session',
      login: { method: 'POST', path: '/login', json: { password: '{config.token}' } },
      headers: (login) => ({ 'x-session': String((login as { token: string }).token) }),
    },
  })
  it('log in once for all who ask at the same time', async () => {
    const { access, partner } = await open(session, ({ path }) => ({ body: { token: path === '/login' ? 's1' : undefined } }))
    await Promise.all([access.check(), access.check(), access.check()])
    expect(partner.requests.map((request) => request.path).sort()).toEqual(['/login', '/me', '/me', '/me'])
    expect(partner.requests.at(-1)?.headers['x-session']).toBe('s1')
  })
  it('take the token from a header of the answer, where the partner puts it', async () => {
    const headed = http({
      auth: {
        kind: 'session',
        login: { method: 'POST', path: '/login', json: { password: '{config.token}' } },
        headers: { authorization: 'Bearer {answered.x-auth-token}' },
      },
    })
    const { access, partner } = await open(headed, ({ path }) =>
      path === '/login'
        ? { headers: { 'X-Auth-Token': 'session-abcdef-0123456789' }, body: {} }
        : { status: 400, body: { message: 'bad session-abcdef-0123456789' } },
    )
    const error = await failure(access)
    expect(partner.requests.at(-1)?.headers.authorization).toBe('Bearer session-abcdef-0123456789')
    expect(String(error)).not.toContain('session-abcdef')
  })
  it('are not begun by a connection that has a key without an end', async () => {
    const { auth } = session.http
    const keyed = (value: string) => http({ auth: { ...(auth as Extract<typeof auth, { kind: 'session' }>), instead: { 'x-key': value } } })
    const { access, partner } = await open(keyed('{config.token}'), () => ({ body: {} }))
    await access.check()
    expect(partner.requests.map(({ path, headers }) => [path, headers['x-key']])).toEqual([['/me', secret]])
    const without = await open(keyed('{config.hookSecret}'), () => ({ body: { token: 's1' } }))
    await without.access.check()
    expect(without.partner.requests.map(({ path }) => path)).toEqual(['/login', '/me'])
  })
  it('log in again when the session has ended, and try once more only', async () => {
    let logins = 0
    const { access, partner } = await open(session, ({ path, headers }) =>
      path === '/login' ? { body: { token: `s${++logins}` } } : headers['x-session'] === 's1' ? { status: 401 } : { body: {} },
    )
    await access.check()
    expect(partner.requests.map((request) => request.path)).toEqual(['/login', '/me', '/login', '/me'])
    const never = await open(session, ({ path }) => (path === '/login' ? { body: { token: 'x' } } : { status: 401 }))
    expect(await failure(never.access)).toMatchObject({ detail: { code: 'http-401', recovery: 'reauth' } })
    expect(never.partner.requests).toHaveLength(4)
  })
  it('do not hammer a login that was refused', async () => {
    const { access, partner } = await open(session, () => ({ status: 401 }))
    for (let i = 0; i < 3; i++) expect(await failure(access)).toMatchObject({ detail: { recovery: 'reauth' } })
    expect(partner.requests).toHaveLength(1)
  })
  it('show neither token nor password when something fails', async () => {
    const { access } = await open(session, ({ path }) =>
      path === '/login'
        ? { body: { token: 'session-abcdef-0123456789' } }
        : { status: 400, body: { message: 'bad session-abcdef-0123456789' } },
    )
    const error = await failure(access)
    expect(error).toMatchObject({ detail: { code: 'http-400' } })
    expect(JSON.stringify([String(error), isHubError(error) && error.detail])).not.toContain('session-abcdef')
  })
})

describe('requests', () => {
  it('keep path and query of the base address, and touch nothing when a call has no path', async () => {
    const connector: Connector = { ...smallConnector(), check: { method: 'POST', path: '', json: { a: 1 } } }
    const { access, partner } = await open(connector, () => ({ body: {} }), { path: '/hook/?k=1' })
    await access.check()
    expect(partner.requests[0]).toMatchObject({ method: 'POST', path: '/hook/', body: '{"a":1}' })
    expect(partner.requests[0]?.query.get('k')).toBe('1')
  })
  it('are signed last', async () => {
    const connector = http({
      auth: {
        kind: 'sign',
        sign: (request) => ({
          ...request,
          headers: { ...request.headers, 'x-sign': `${request.method} ${request.url.slice(-3)} ${request.body?.byteLength ?? 0}` },
        }),
      },
    })
    const { access, partner } = await open(connector, () => ({ body: {} }))
    await access.check()
    expect(partner.requests[0]?.headers['x-sign']).toBe('GET /me 0')
  })
  it('carry forms', async () => {
    const connector: Connector = {
      ...smallConnector(),
      check: { method: 'POST', path: '/f', form: { a: 'x y&{config.url}', none: '{config.nothing}', list: '{config.list}' } },
    }
    const { access, partner } = await open(connector, () => ({ body: {} }))
    await access.check()
    expect(partner.requests[0]?.body).toBe(new URLSearchParams({ a: `x y&${partner.url}` }).toString())
  })
  it('refuse a base address with a user in it or another scheme', () => {
    for (const url of ['http://a:b@x.example', 'ftp://x.example', 'x', ''])
      expect(() => openAccess({ name: 'shop', connector: smallConnector(), config: { url }, concurrency: 1, allowPrivate: [] })).toThrow(
        expect.objectContaining({ detail: expect.objectContaining({ code: 'bad-base-url' }) }),
      )
  })
})

describe('what a call is called in messages', () => {
  const failing = async (path: string, more: object = {}) => {
    const connector = smallConnector()
    const partner = await startPartner(() => ({ status: 500, body: {} }))
    const access = openAccess({
      name: 'erp',
      connector: {
        ...connector,
        config: { ...connector.config, properties: { ...(connector.config.properties as object), database: { type: 'string' } } },
        check: { path, ...more },
      },
      config: { url: partner.url, token: secret, database: 'acme' },
      concurrency: 1,
      allowPrivate: ['127.0.0.0/8'],
    })
    closing.push(
      () => access.close(),
      () => partner.close(),
    )
    return access.check().then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    )
  }

  it('is its path with what the config says of it, never a secret', async () => {
    expect(await failing('/{config.database}/{config.token}/things')).toMatch(/^GET \/acme\/\{config\.token\}\/things of erp: answered 500/)
  })
  it('is its own name where it has one', async () => {
    expect(await failing('/{config.database}/', { name: 'model.thing.read' })).toMatch(
      /^model\.thing\.read \(GET \/acme\/\) of erp: answered 500/,
    )
  })
})
