import { afterEach, describe, expect, it } from 'vitest'
import { isHubError } from '../model/errors.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Budget, Limiter } from './limiter.ts'
import { memoryLimiter } from './limiter.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Call, Connector } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const path = '/graphql.json'
const points = {
  at: 'extensions.cost',
  asked: 'requestedQueryCost',
  spent: 'actualQueryCost',
  left: 'throttleStatus.currentlyAvailable',
  most: 'throttleStatus.maximumAvailable',
  perSecond: 'throttleStatus.restoreRate',
}
const list =
  'query Orders($after: String, $query: String) { orders(after: $after, query: $query) { nodes { id updated } pageInfo { hasNextPage endCursor } } }'
const shop = (check: Call['graphql'] = { query: 'query Shop { shop { id } }' }): Connector => ({
  ...smallConnector({
    page: { kind: 'token', next: 'data.orders.pageInfo.endCursor', more: 'data.orders.pageInfo.hasNextPage' },
    stream: {
      call: { path, graphql: { query: list, variables: { after: '{page.token}', query: 'updated_at:>={since}' } } },
      records: 'data.orders.nodes',
    },
    http: { points },
  }),
  check: { path, cost: 7, ...(check === undefined ? {} : { graphql: check }) },
})
const cost = (asked: number, spent: number | null, left: number, most = 2000.0, rate = 100.0) => ({
  extensions: {
    cost: {
      requestedQueryCost: asked,
      actualQueryCost: spent,
      throttleStatus: { maximumAvailable: most, currentlyAvailable: left, restoreRate: rate },
    },
  },
})
const error = (code: string | undefined, message = 'Throttled') => ({
  errors: [{ message, ...(code === undefined ? {} : { extensions: { code } }) }],
})

async function open(
  answer: (request: PartnerRequest, count: number) => PartnerAnswer,
  of: {
    readonly connector?: Connector
    readonly limiter?: Limiter
    readonly clock?: { now(): number; sleep(ms: number): Promise<void> }
  } = {},
) {
  let count = 0
  const partner = await startPartner((request) => answer(request, ++count))
  const access = openAccess(
    {
      name: 'shop',
      connector: of.connector ?? shop(),
      config: { url: partner.url, token: 'tok-5f1c9a77e2d0' },
      concurrency: 2,
      allowPrivate: ['127.0.0.0/8'],
    },
    { ...(of.limiter === undefined ? {} : { limiter: of.limiter }), ...(of.clock === undefined ? {} : { clock: of.clock }) },
  )
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  return { access, partner }
}
function jumpingClock() {
  const clock = {
    at: Date.UTC(2026, 10, 23),
    slept: [] as number[],
    now: () => clock.at,
    sleep: async (ms: number) => {
      clock.slept.push(ms)
      clock.at += ms
    },
  }
  return clock
}

describe('an operation', () => {
  it('goes by POST with its text as it stands and variables from templates; pages end where the partner says so, not where a token is missing', async () => {
    const node = (id: number) => ({ id, updated: `2026-11-20T10:0${id}:00.000Z` })
    const { access, partner } = await open(({ body }) => {
      const { variables } = JSON.parse(body)
      const last = variables.after === 'c1'
      return {
        body: { data: { orders: { nodes: [node(last ? 2 : 1)], pageInfo: { hasNextPage: !last, endCursor: last ? 'c2' : 'c1' } } } },
      }
    })
    const keys: string[] = []
    for await (const page of access.read('orders', { time: '2026-11-20T09:00:00.000Z' }, { lookbackMs: 0 }))
      keys.push(...page.records.map(({ key }) => key))
    expect(keys).toEqual(['1', '2'])
    expect(partner.requests.map(({ method, body }) => [method, JSON.parse(body)])).toEqual([
      ['POST', { query: list, variables: { query: 'updated_at:>=2026-11-20T09:00:00.000Z' } }],
      ['POST', { query: list, variables: { after: 'c1', query: 'updated_at:>=2026-11-20T09:00:00.000Z' } }],
    ])
  })

  it.each([
    ['ACCESS_DENIED', 'access-denied', 'reject', false],
    ['MAX_COST_EXCEEDED', 'max-cost-exceeded', 'reject', false],
    ['undefinedField', 'undefined-field', 'reject', false],
    ['UNAUTHENTICATED', 'unauthenticated', 'reauth', false],
    ['FORBIDDEN', 'forbidden', 'reauth', false],
    ['INTERNAL_SERVER_ERROR', 'internal-server-error', 'retry', true],
    ['TIMEOUT', 'timeout', 'retry', true],
    [undefined, 'graphql-error', 'reject', false],
  ])('that is refused inside a 200 with %s is %s, %s', async (code, word, recovery, ambiguous) => {
    const { access } = await open(() => ({ body: { data: { shop: null }, ...error(code, 'Access denied for shop field.') } }))
    const failure: unknown = await access.check().catch((failure: unknown) => failure)
    expect(isHubError(failure) && { ...failure.detail, sample: '' }).toMatchObject({ code: word, recovery, sent: ambiguous })
    expect(String(failure)).toContain('Access denied for shop field.')
  })

  it('says what of its input was refused, with code and field', async () => {
    const connector = shop({ query: 'mutation Set { inventorySetQuantities { userErrors { code field message } } }' })
    const userErrors = [
      { code: 'INVALID_QUANTITY_NEGATIVE', field: ['input', 'quantities', '0', 'quantity'], message: 'The quantity is negative.' },
    ]
    const { access } = await open(
      (_, count) => ({ body: { data: { inventorySetQuantities: { userErrors: count === 1 ? userErrors : [] } } } }),
      {
        connector,
      },
    )
    await expect(access.check()).rejects.toMatchObject({
      message: expect.stringContaining(
        'Set (POST /graphql.json) of shop: inventorySetQuantities: INVALID_QUANTITY_NEGATIVE at input.quantities.0.quantity: The quantity is negative.',
      ),
      detail: { code: 'invalid-quantity-negative', recovery: 'reject', sent: false },
    })
    await access.check()
  })

  const refusal = (errorCode: string) => ({ __typename: 'SomeError', errorCode, message: 'This cannot be.' })
  it.each([
    ['one result', refusal('ITEMS_ALREADY_FULFILLED_ERROR'), 'items-already-fulfilled-error', 'reject'],
    ['one of several results', [{ id: '1' }, refusal('NOT_FOUND_ERROR')], 'not-found-error', 'reject'],
    ['a login', refusal('INVALID_CREDENTIALS_ERROR'), 'invalid-credentials-error', 'reauth'],
  ])('says that %s is the refusing member of its union', async (_, result, code, recovery) => {
    const connector = shop({ query: 'mutation Move { move { __typename ... on Parcel { id } ... on ErrorResult { errorCode message } } }' })
    const { access } = await open(() => ({ body: { data: { move: result } } }), { connector })
    await expect(access.check()).rejects.toMatchObject({
      message: expect.stringContaining('This cannot be.'),
      detail: { code, recovery, sent: false },
    })
  })

  it('is good where the result of a union is the wanted one', async () => {
    const connector = shop({ query: 'mutation Move { move { __typename ... on Parcel { id } ... on ErrorResult { errorCode message } } }' })
    const { access } = await open(() => ({ body: { data: { move: { __typename: 'Parcel', id: '1', errorCode: null } } } }), { connector })
    await access.check()
  })

  it('is not refused for a field of the partner that looks like one of a mutation', async () => {
    const { access } = await open(() => ({ body: { data: { log: { userErrors: [{ message: 'old' }], errorCode: 'OLD' } } } }))
    await access.check()
  })
})

describe('points', () => {
  it('that lack are waited for as long as the partner needs to restore them, for all requests of the connection', async () => {
    const clock = jumpingClock()
    const { access, partner } = await open(
      (_, count) =>
        count === 1 ? { body: { ...error('THROTTLED'), ...cost(502, null, 52) } } : { body: { data: {}, ...cost(502, 12, 1488) } },
      { clock },
    )
    await access.check()
    expect(partner.requests).toHaveLength(2)
    expect(clock.slept).toEqual([4500])
  })

  it.each(['THROTTLED', undefined])('that never come make it a retry with the wait, sent by nobody (%s)', async (code) => {
    const clock = jumpingClock()
    const { access, partner } = await open(() => ({ body: { ...error(code), ...cost(900, null, 100) } }), { clock })
    await expect(access.check()).rejects.toMatchObject({
      detail: { code: 'throttled', recovery: 'retry', retryAfterMs: 8000, sent: false },
    })
    expect(partner.requests).toHaveLength(3)
  })

  it('asked for are taken before, and what was not spent goes back; the partner’s bucket stands in for ours', async () => {
    const taken: (Budget & { unused?: number | undefined })[] = []
    const limiter: Limiter = {
      take: async (_, budget) => {
        const mine: Budget & { unused?: number | undefined } = { ...budget }
        taken.push(mine)
        return (unused) => {
          mine.unused = unused
        }
      },
      hold: () => {},
    }
    const { access } = await open(() => ({ body: { data: {}, ...cost(101, 46, 1954) } }), { limiter })
    await access.check()
    await access.check()
    expect(taken).toEqual([
      { concurrency: 2, cost: 7, unused: 0 },
      { concurrency: 2, cost: 101, limit: { requests: 2000, perMs: 20_000 }, unused: 55 },
    ])
  })

  it('that go back are there for the next', async () => {
    const clock = jumpingClock()
    const limiter = memoryLimiter(clock)
    const budget = { concurrency: 1, limit: { requests: 100, perMs: 100_000 }, cost: 100 }
    ;(await limiter.take('shop', budget))(90)
    ;(await limiter.take('shop', { ...budget, cost: 90 }))()
    expect(clock.slept).toEqual([])
    ;(await limiter.take('shop', { ...budget, cost: 5 }))()
    expect(clock.slept).toEqual([5000])
  })

  it.each([{ cost: 'much' }, { cost: { requestedQueryCost: 5, throttleStatus: { maximumAvailable: 0, restoreRate: 0 } } }, null])(
    'that make no sense are not believed: %j',
    async (extensions) => {
      const { access } = await open(() => ({ body: { data: {}, extensions } }))
      await access.check()
      await access.check()
    },
  )
})

describe('the linter', () => {
  const codes = (graphql: NonNullable<Call['graphql']>, more: Partial<Call> = {}) =>
    lintConnector({ ...shop(), check: { path, graphql, ...more } })
      .filter(({ severity }) => severity === 'error')
      .map(({ path, code }) => `${path} ${code}`)
  it('takes a good one, and objects to variables that are not sent or not declared', () => {
    expect(codes({ query: 'query Shop { shop { id } }' })).toEqual([])
    expect(codes({ query: 'query Shop($first: Int!) { x }', variables: { frist: 1 } })).toEqual([
      'check.graphql variable-not-sent',
      'check.graphql variable-not-declared',
    ])
    expect(codes({ query: '{ shop { id } }' })).toEqual(['check.graphql no-operation'])
    expect(codes({ query: 'query Shop { x }' }, { json: {} })).toEqual(['check two-bodies'])
    expect(codes({ query: 'query Shop { x }' }, { method: 'PUT' })).toEqual(['check.graphql graphql-method'])
    expect(codes({ query: 'query Shop($a: ID) { x }', variables: { a: '{confg.url}' } })).toEqual(['check unknown-variable'])
  })
  it('objects to a mutation that asks for one member of a union and would not see a refusal', () => {
    const move = (rest: string) => codes({ query: `mutation Move { move { __typename ... on Parcel { id } ${rest} } }` })
    expect(move('')).toEqual(['check.graphql refusal-not-asked'])
    expect(move('... on ErrorResult { errorCode message }')).toEqual([])
  })
})
