import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '../model/clock.ts'
import { isHubError } from '../model/errors.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { checked, handClock } from '../testing/token-access.ts'
import type { Access } from './access.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import { signFields } from './signed-form.ts'
import { memoryTokens, type Tokens } from './tokens.ts'
import type { Connector, FormSignature, SignedForm } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const lower = { field: 'sign', algorithm: 'md5', case: 'lower', text: '{secret}{fields}' } as const
const framed = { field: 'sign', algorithm: 'md5', case: 'upper', text: '{secret}{fields}{secret}' } as const

describe('published answers', () => {
  const jst = { app_key: '5b53060f23d84ddf9703056e84fa5a2d', timestamp: '1639128407', charset: 'utf-8' }
  const jstSecret = 'e9c5ca33fecb404b8e6cdbd0ef4a6d25'
  const vop =
    '{"end_date":null,"optional_fields":null,"order_state":"WAIT_SELLER_STOCK_OUT","page":"1","page_size":"200","start_date":null}'
  it.each<[string, Omit<FormSignature, 'secret'>, string, Record<string, string>, string]>([
    // ieu/jst-java, DefaultJstDigestTest
    [
      'a token of Jushuitan',
      lower,
      jstSecret,
      { ...jst, grant_type: 'authorization_code', code: '123456' },
      '05e3a51e19e0883afd1882ccd309e0b9',
    ],
    [
      'a question to Jushuitan',
      lower,
      jstSecret,
      {
        ...jst,
        access_token: 'd7b01bf0842a4742a9450e21ffd95f60',
        version: '2',
        biz: '{"page_index":"1","page_size":"100","nicks":["老板"]}',
      },
      '395f5a78b446be465ac03a02491296c7',
    ],
    // developer.alibaba.com articleId=101617
    [
      'a question to TOP',
      framed,
      'helloworld',
      {
        method: 'taobao.item.seller.get',
        app_key: '12345678',
        session: 'test',
        timestamp: '2016-01-01 12:00:00',
        format: 'json',
        v: '2.0',
        sign_method: 'md5',
        fields: 'num_iid,title,nick,price,num',
        num_iid: '11223344',
      },
      '66987CB115214E59E6EC978214934FB8',
    ],
    // jos.jd.com, commondoc 33/32/298
    [
      'a question to JOS',
      framed,
      'yourappSecret',
      {
        '360buy_param_json': vop,
        access_token: 'yourtoken',
        app_key: 'yourappkey',
        method: 'jingdong.pop.order.search',
        timestamp: '2021-05-07 09:20:39.683+0800',
        v: '2.0',
      },
      'D70825340F4084360B9362B60DFD7930',
    ],
  ])('%s', (_, rule, secret, fields, digest) => {
    expect(signFields(rule, secret, fields).sign).toBe(digest)
    expect(signFields(rule, secret, { ...fields, sign: 'an older one', empty: '' })).toEqual({ ...fields, sign: digest })
  })
})

const text = { type: 'string' }
const secretText = { type: 'string', writeOnly: true }
const tokens: NonNullable<SignedForm['tokens']> = {
  first: { method: 'POST', path: '/token', form: { code: '{nonce}' } },
  refresh: { method: 'POST', path: '/refresh', form: { refresh_token: '{refresh}' } },
  access: 'data.access',
  next: 'data.refresh',
  lifeSeconds: 'data.life',
  given: '{config.given}',
}
const auth: SignedForm = {
  kind: 'signed-form',
  fields: { key: '{config.key}', token: '{token}', time: '{seconds}' },
  signature: { ...lower, secret: '{config.secret}' },
  tokens,
}
const connector = (change: Partial<SignedForm> = {}): Connector => ({
  ...smallConnector({
    http: {
      auth: { ...auth, ...change },
      faults: [
        { path: 'code', in: [100, 150], then: 'reauth', code: 'no-token' },
        { path: 'code', in: [200], then: 'retry', code: 'too-fast', waitMs: 60_000 },
      ],
    },
    stream: {
      call: { method: 'POST', path: '/orders', form: { since: '{since}', page: '{page.number}', size: '{page.size}' } },
      byKey: {
        method: 'POST',
        path: '/order',
        form: { biz: { json: { ids: ['{key|integer}'], deep: { text: '{config.key}', none: '{config.given}' } } } },
        records: '',
      },
    },
  }),
  check: { method: 'POST', path: '/me', form: { biz: { json: {} } } },
  config: {
    type: 'object',
    required: ['url', 'key', 'secret'],
    properties: { url: text, key: text, secret: secretText, given: secretText },
  },
})

const fieldsOf = ({ body }: PartnerRequest): Record<string, string> => Object.fromEntries(new URLSearchParams(body))

/** Gives the tokens token-1, token-2 …, takes only forms that are signed, with a token it calls good. */
async function partnerOf(answer: (request: PartnerRequest) => PartnerAnswer | undefined = () => undefined) {
  let given = 0
  const good = new Set<string>(['given-token-1'])
  const partner = await startPartner((request) => {
    const { sign, ...fields } = fieldsOf(request)
    if (signFields(lower, 'the-secret-9', fields).sign !== sign) return { status: 400, body: { code: 10 } }
    const own = answer(request)
    if (own !== undefined) return own
    if (request.path === '/token' || request.path === '/refresh') {
      given++
      good.add(`token-number-${given}`)
      return { body: { code: 0, data: { access: `token-number-${given}`, refresh: `refresh-number-${given}`, life: 3600 } } }
    }
    return { body: good.has(fields.token ?? '') ? { code: 0 } : { code: 100 } }
  })
  closing.push(() => partner.close())
  return { ...partner, refuse: (token: string) => good.delete(token), paths: () => partner.requests.map(({ path }) => path) }
}

function accessOf(
  url: string,
  of: { readonly config?: object; readonly tokens?: Tokens; readonly clock?: Clock; readonly connector?: Connector } = {},
): Access {
  const access = openAccess(
    {
      name: 'shop',
      connector: of.connector ?? connector(),
      config: { url, key: 'the-key', secret: 'the-secret-9', ...of.config },
      concurrency: 8,
      allowPrivate: ['127.0.0.0/8'],
    },
    { clock: of.clock ?? handClock(), ...(of.tokens === undefined ? {} : { tokens: of.tokens }) },
  )
  closing.push(() => access.close())
  return access
}
describe('a signed form', () => {
  it('carries JSON in a field as its text, and is signed over what is sent', async () => {
    const partner = await partnerOf()
    await accessOf(partner.url, { config: { given: 'given-token-1' } })
      .readKey('orders', '12345678901234567890')
      .catch(() => {})
    const [request] = partner.requests
    expect(fieldsOf(request as PartnerRequest)).toMatchObject({
      key: 'the-key',
      token: 'given-token-1',
      time: String(Date.UTC(2026, 10, 23) / 1000),
      biz: '{"ids":[12345678901234567890],"deep":{"text":"the-key","none":"given-token-1"}}',
    })
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  it('is all that is ever sent: a call that forgot to be one is not', async () => {
    const partner = await partnerOf()
    const { check: _, ...rest } = connector()
    const access = accessOf(partner.url, {
      config: { given: 'given-token-1' },
      connector: { ...rest, check: { method: 'POST', path: '/me', json: { a: 1 } } },
    })
    expect(await checked(access)).toBe('unsigned-call/bug')
    expect(partner.requests).toEqual([])
  })

  it('needs no token where the signature is all there is', async () => {
    const partner = await partnerOf(() => ({ body: {} }))
    expect(
      await checked(
        accessOf(partner.url, { connector: connector({ tokens: undefined, fields: { key: '{config.key}' } } as Partial<SignedForm>) }),
      ),
    ).toBe('good')
    expect(fieldsOf(partner.requests[0] as PartnerRequest)).toEqual({ key: 'the-key', biz: '{}', sign: expect.any(String) })
  })
})

describe('its token', () => {
  it('is asked for once, kept before it is used, and shared by all processes', async () => {
    const seen: string[] = []
    const partner = await partnerOf(({ path }) => {
      seen.push(path)
      return undefined
    })
    const clock = { ...handClock(), sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }
    const inner = memoryTokens(clock)
    const kept: Tokens = {
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
    const processes = Array.from({ length: 3 }, () => accessOf(partner.url, { clock, tokens: kept }))
    await Promise.all(processes.map((access) => access.check()))
    expect(seen).toEqual(['/token', 'kept', '/me', '/me', '/me'])
    expect(fieldsOf(partner.requests[0] as PartnerRequest)).toEqual({
      code: expect.stringMatching(/^[0-9a-z]{6}$/),
      key: 'the-key',
      time: expect.any(String),
      sign: expect.any(String),
    })
  })

  it('is renewed before its end by the refresh token that came last', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const access = accessOf(partner.url, { clock })
    for (let i = 0; i < 3; i++) {
      await access.check()
      clock.forward(56 * 60_000)
    }
    expect(partner.paths()).toEqual(['/token', '/me', '/refresh', '/me', '/refresh', '/me'])
    expect(partner.requests.filter(({ path }) => path === '/refresh').map((request) => fieldsOf(request).refresh_token)).toEqual([
      'refresh-number-1',
      'refresh-number-2',
    ])
  })

  it('is asked for anew where the partner renews it no more, but not after an outage', async () => {
    let answer: PartnerAnswer | undefined
    const partner = await partnerOf(({ path }) => (path === '/refresh' ? answer : undefined))
    const clock = handClock()
    const access = accessOf(partner.url, { clock })
    await access.check()
    clock.forward(56 * 60_000)
    answer = { status: 503 }
    expect(await checked(access)).toBe('http-503/retry')
    answer = { body: { code: 150 } }
    expect(await checked(access)).toBe('good')
    expect(partner.paths()).toEqual(['/token', '/me', '/refresh', '/refresh', '/token', '/me'])
  })

  it('that the partner takes no more is renewed once, and the request goes again', async () => {
    const partner = await partnerOf()
    const clock = handClock()
    const access = accessOf(partner.url, { clock })
    await access.check()
    clock.forward(120_000)
    partner.refuse('token-number-1')
    expect(await checked(access)).toBe('good')
    expect(partner.paths()).toEqual(['/token', '/me', '/me', '/refresh', '/me'])
  })

  it('stands in no error, nor does the secret', async () => {
    const partner = await partnerOf((request) =>
      request.path === '/me' ? { status: 400, body: { message: `no: ${request.body} the-secret-9` } } : undefined,
    )
    const error = await accessOf(partner.url)
      .check()
      .catch((thrown: unknown) => thrown)
    const told = JSON.stringify([String(error), isHubError(error) && error.detail])
    expect(told).not.toContain('token-number-1')
    expect(told).not.toContain('the-secret-9')
  })
})

describe('patience that is asked for by a code', () => {
  it('holds all requests of the connection for as long as the rule says', async () => {
    let busy = true
    const partner = await partnerOf(({ path }) => (path === '/me' && busy ? { body: { code: 200 } } : undefined))
    const clock = handClock()
    const access = accessOf(partner.url, { clock })
    const error = await access.check().catch((thrown: unknown) => thrown)
    expect(isHubError(error) && [error.detail.code, error.detail.retryAfterMs]).toEqual(['too-fast', 60_000])
    busy = false
    const count = partner.requests.length
    expect(await checked(access)).toBe('rate-limited/retry')
    expect(partner.requests).toHaveLength(count)
    clock.forward(60_000)
    expect(await checked(access)).toBe('good')
  })
})

describe('the linter', () => {
  const codes = (change: Partial<SignedForm>, more: Partial<Connector> = {}) =>
    lintConnector({ ...connector(change), ...more })
      .filter(({ severity }) => severity === 'error')
      .map(({ code }) => code)
  const signature = (change: Partial<FormSignature>) => codes({ signature: { ...auth.signature, ...change } })
  it('takes a good one, and objects to what would go unsigned or unproved', () => {
    expect(codes({})).toEqual([])
    expect(signature({ secret: '{config.key}' })).toEqual(['open-secret'])
    expect(signature({ text: '{fields}' })).toEqual(['secret-in-text'])
    expect(signature({ algorithm: 'hmac-sha256' })).toEqual(['secret-in-text'])
    expect(signature({ text: '{secret}{body}' })).toEqual(['bad-text'])
    expect(signature({ field: 'key' })).toEqual(['field-twice'])
    expect(codes({ fields: { key: '{config.key}' } })).toEqual(['token-not-sent'])
    expect(codes({ tokens: { ...tokens, given: '{config.key}' } })).toEqual(['open-secret'])
    expect(codes({ tokens: { ...tokens, refresh: { method: 'POST', path: '/refresh', form: {} } } })).toEqual(['refresh-not-sent'])
    expect(codes({}, { check: { path: '/me' } })).toEqual(['unsigned-call'])
  })
})
