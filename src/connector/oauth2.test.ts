import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '../model/clock.ts'
import { isHubError } from '../model/errors.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { checked, handClock } from '../testing/token-access.ts'
import type { Access } from './access.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import { memoryTokens, type Tokens } from './tokens.ts'
import type { Connector, OAuth2 } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const text = { type: 'string' }
const secretText = { type: 'string', writeOnly: true }
const connector = (auth: Partial<OAuth2> = {}): Connector => ({
  ...smallConnector({
    http: {
      auth: {
        kind: 'oauth2',
        tokenUrl: '{config.url}/oauth/token',
        clientId: '{config.clientId}',
        clientSecret: '{config.clientSecret}',
        client: 'form',
        ...auth,
      },
    },
  }),
  config: {
    type: 'object',
    required: ['url', 'clientId', 'clientSecret'],
    properties: { url: text, giver: text, clientId: text, clientSecret: secretText, refresh: secretText, fixed: secretText },
  },
})
const refreshing = connector({ refreshToken: '{config.refresh}' })

/** A partner that gives the tokens access-1, access-2 … and takes only those it calls good. */
async function partnerOf(more: { readonly answer?: (request: PartnerRequest) => PartnerAnswer | undefined; readonly lifeS?: number } = {}) {
  let given = 0
  const good = new Set<string>()
  const partner = await startPartner((request) => {
    const own = more.answer?.(request)
    if (own !== undefined) return own
    if (request.path === '/oauth/token') {
      given++
      good.add(`access-token-${given}`)
      const refresh = new URLSearchParams(request.body).has('refresh_token') ? { refresh_token: `refresh-token-${given}` } : {}
      return { body: { access_token: `access-token-${given}`, token_type: 'Bearer', expires_in: more.lifeS ?? 3600, ...refresh } }
    }
    const [, token = ''] = (request.headers.authorization ?? '').split(' ')
    return good.has(token) ? { body: {} } : { status: 401, body: {} }
  })
  closing.push(() => partner.close())
  return {
    url: partner.url,
    refuse: (token: string) => good.delete(token),
    asked: () =>
      partner.requests.filter(({ path }) => path === '/oauth/token').map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
    used: () => partner.requests.filter(({ path }) => path !== '/oauth/token').map(({ headers }) => headers.authorization),
    requests: partner.requests,
  }
}

function accessOf(
  url: string,
  of: { readonly connector?: Connector; readonly config?: object; readonly tokens?: Tokens; readonly clock?: Clock } = {},
): Access {
  const clock = of.clock ?? handClock()
  const access = openAccess(
    {
      name: 'shop',
      connector: of.connector ?? connector(),
      config: { url, clientId: 'hub', clientSecret: 'client-secret-9', ...of.config },
      concurrency: 8,
      allowPrivate: ['127.0.0.0/8'],
    },
    { clock, ...(of.tokens === undefined ? {} : { tokens: of.tokens }) },
  )
  closing.push(() => access.close())
  return access
}
describe('client credentials', () => {
  it('ask once for all who come at the same time, and not again while the token lives', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const access = accessOf(partner.url, { clock })
    await Promise.all(Array.from({ length: 8 }, () => access.check()))
    clock.forward(54 * 60_000)
    await access.check()
    expect(partner.asked()).toEqual([{ grant_type: 'client_credentials', client_id: 'hub', client_secret: 'client-secret-9' }])
    expect(new Set(partner.used())).toEqual(new Set(['Bearer access-token-1']))
  })

  it('ask again five minutes before the end', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const access = accessOf(partner.url, { clock })
    await access.check()
    clock.forward(55 * 60_000)
    await access.check()
    expect(partner.used()).toEqual(['Bearer access-token-1', 'Bearer access-token-2'])
  })

  it('may go by HTTP Basic, form-encoded, with a scope and under a header of the partner', async () => {
    const partner = await partnerOf()
    const header = { name: 'X-Token', value: '{token}' }
    const access = accessOf(partner.url, {
      connector: connector({ client: 'basic', scope: 'read write', header }),
      config: { clientSecret: 'a b:ü' },
    })
    expect(await checked(access)).toBe('http-401/reauth')
    const [ask, use] = partner.requests
    expect(ask?.headers.authorization).toBe(`Basic ${Buffer.from('hub:a+b%3A%C3%BC').toString('base64')}`)
    expect(partner.asked()).toEqual([{ grant_type: 'client_credentials', scope: 'read write' }])
    expect(use?.headers['x-token']).toBe('access-token-1')
  })

  it('go to another origin where tokens are given there', async () => {
    const giver = await partnerOf()
    const taker = await startPartner(({ headers }) => ({ status: headers.authorization === 'Bearer access-token-1' ? 200 : 401, body: {} }))
    closing.push(() => taker.close())
    const access = accessOf(taker.url, { connector: connector({ tokenUrl: '{config.giver}/oauth/token' }), config: { giver: giver.url } })
    expect(await checked(access)).toBe('good')
    expect(giver.asked()).toHaveLength(1)
  })

  it('are not needed by a connection with a token of its own', async () => {
    const partner = await partnerOf()
    const access = accessOf(partner.url, { connector: connector({ accessToken: '{config.fixed}' }), config: { fixed: 'fixed-token-7' } })
    expect(await checked(access)).toBe('http-401/reauth')
    expect(partner.asked()).toEqual([])
    expect(partner.used()).toEqual(['Bearer fixed-token-7'])
  })
})

describe('a refresh token', () => {
  it('is replaced by the one that comes with each new token', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const access = accessOf(partner.url, { connector: refreshing, clock, config: { refresh: 'first-refresh' } })
    for (let i = 0; i < 3; i++) {
      await access.check()
      clock.forward(3_600_000)
    }
    expect(partner.asked().map(({ refresh_token }) => refresh_token)).toEqual(['first-refresh', 'refresh-token-1', 'refresh-token-2'])
  })

  it('is committed before the token that came with it is used', async () => {
    const seen: string[] = []
    const partner = await partnerOf({
      answer: (request) => {
        seen.push(request.path === '/oauth/token' ? 'asked' : 'used')
        return undefined
      },
    })
    const clock = handClock()
    const inner = memoryTokens(clock)
    const slow: Tokens = {
      ...inner,
      claim: async (connection, leaseMs) => {
        const turn = await inner.claim(connection, leaseMs)
        return (
          turn && {
            ...turn,
            keep: async (value) => {
              await new Promise((resolve) => setImmediate(resolve))
              await turn.keep(value)
              seen.push('kept')
            },
          }
        )
      },
    }
    await accessOf(partner.url, { connector: refreshing, clock, tokens: slow, config: { refresh: 'first-refresh' } }).check()
    expect(seen).toEqual(['asked', 'kept', 'used'])
  })

  it('that cannot be kept is not used: the next try begins with what is kept', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const inner = memoryTokens(clock)
    let full = true
    const tokens: Tokens = {
      ...inner,
      claim: async (connection, leaseMs) => {
        const turn = await inner.claim(connection, leaseMs)
        return turn && { ...turn, keep: async (value) => (full ? Promise.reject(new Error('disk full')) : turn.keep(value)) }
      },
    }
    const access = accessOf(partner.url, { connector: refreshing, clock, tokens, config: { refresh: 'first-refresh' } })
    await expect(access.check()).rejects.toThrow('disk full')
    expect(partner.used()).toEqual([])
    full = false
    await access.check()
    expect(partner.asked().map(({ refresh_token }) => refresh_token)).toEqual(['first-refresh', 'first-refresh'])
    expect(partner.used()).toEqual(['Bearer access-token-2'])
  })

  it('serves every process from one renewal', async () => {
    const partner = await partnerOf()
    const clock = { ...handClock(), sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }
    const tokens = memoryTokens(clock)
    const processes = Array.from({ length: 4 }, () =>
      accessOf(partner.url, { connector: refreshing, clock, tokens, config: { refresh: 'first-refresh' } }),
    )
    await Promise.all(processes.map((access) => access.check()))
    expect(partner.asked()).toHaveLength(1)
    expect(partner.used()).toHaveLength(4)
  })

  it('of other credentials is not taken up', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const tokens = memoryTokens(clock)
    await accessOf(partner.url, { connector: refreshing, clock, tokens, config: { refresh: 'first-refresh' } }).check()
    await accessOf(partner.url, { connector: refreshing, clock, tokens, config: { refresh: 'put-in-later' } }).check()
    expect(partner.asked().map(({ refresh_token }) => refresh_token)).toEqual(['first-refresh', 'put-in-later'])
  })

  it('waits for another process no longer than half a minute', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const tokens = memoryTokens(clock)
    await tokens.claim('shop', 60_000)
    expect(await checked(accessOf(partner.url, { clock, tokens }))).toBe('token-busy/retry')
    expect(partner.requests).toEqual([])
  })
})

describe('a refusal', () => {
  it('of a token renews it once and tries again', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const access = accessOf(partner.url, { clock })
    await access.check()
    clock.forward(120_000)
    partner.refuse('access-token-1')
    expect(await checked(access)).toBe('good')
    expect(partner.used()).toEqual(['Bearer access-token-1', 'Bearer access-token-1', 'Bearer access-token-2'])
  })

  it('of a token that was just given asks for no other one', async () => {
    const partner = await partnerOf({ answer: ({ path }) => (path === '/oauth/token' ? undefined : { status: 401, body: {} }) })
    const access = accessOf(partner.url)
    for (let i = 0; i < 5; i++) expect(await checked(access)).toBe('http-401/reauth')
    expect(partner.asked()).toHaveLength(1)
  })

  it.each([400, 401, 403])(
    'where tokens are given (%i) asks for other credentials, and does not ask again for half a minute',
    async (status) => {
      const partner = await partnerOf({
        answer: () => ({ status, body: { error: 'invalid_grant', error_description: 'revoked client-secret-9' } }),
      })
      const clock = handClock()
      const access = accessOf(partner.url, { connector: refreshing, clock, config: { refresh: 'first-refresh' } })
      const errors = await Promise.all(Array.from({ length: 6 }, () => access.check().catch((error: unknown) => error)))
      expect(errors.map((error) => isHubError(error) && `${error.detail.code}/${error.detail.recovery}`)).toEqual(
        Array(6).fill('token-refused/reauth'),
      )
      expect(String(errors[0])).not.toContain('client-secret-9')
      expect(partner.asked()).toHaveLength(1)
      clock.forward(29_000)
      await checked(access)
      expect(partner.asked()).toHaveLength(1)
      clock.forward(2_000)
      await checked(access)
      expect(partner.asked()).toHaveLength(2)
    },
  )

  it.each([
    ['lost' as const, 'retry'],
    [{ status: 503, body: {} }, 'retry'],
    [{ status: 429, body: {} }, 'retry'],
    [{ body: { error: 'invalid_grant' } }, 'reauth'],
  ])('is told from an outage: %j is %s', async (answer, recovery) => {
    const partner = await partnerOf({ answer: () => answer })
    expect((await checked(accessOf(partner.url))).split('/')[1]).toBe(recovery)
  })

  it('tells no token that the partner repeats', async () => {
    const partner = await partnerOf({
      answer: ({ path, headers }) =>
        path === '/oauth/token' ? undefined : { status: 400, body: { message: `no: ${headers.authorization}` } },
    })
    const error = await accessOf(partner.url)
      .check()
      .catch((error: unknown) => error)
    expect(JSON.stringify([String(error), isHubError(error) && error.detail])).not.toContain('access-token-1')
  })
})

describe('the linter', () => {
  const codes = (auth: Partial<OAuth2>, change: Partial<Connector> = {}) =>
    lintConnector({ ...connector(auth), ...change })
      .filter(({ severity }) => severity === 'error')
      .map(({ path, code }) => `${path} ${code}`)
  it('takes a good one, and objects to open secrets, credentials that may be missing and a header without the token', () => {
    expect(codes({ refreshToken: '{config.refresh}', accessToken: '{config.fixed}' })).toEqual([])
    expect(codes({ refreshToken: '{config.giver}' })).toEqual(['http.auth.refreshToken open-secret'])
    expect(codes({ tokenUrl: '{config.giver}/x' })).toEqual(['http.auth.tokenUrl config-optional'])
    expect(codes({ clientId: '{config.giver}' })).toEqual(['http.auth.clientId config-optional'])
    expect(codes({ header: { name: 'X-Token', value: 'Bearer' } })).toEqual(['http.auth.header token-not-sent'])
  })
})
