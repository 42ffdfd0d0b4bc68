import { createHmac } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxPages, openGuard } from '../connector/page.ts'
import type { Page, Stream } from '../connector/types.ts'
import { type Hub, startHub } from '../main.ts'
import { requestPull } from '../pipeline/schedule.ts'
import { readPosition } from '../store/cursor.ts'
import { type LoopbackPartner, type PartnerAnswer, type PartnerRequest, startPartner } from './loopback-partner.ts'
import { tinyMappings, tinyShop } from './tiny-connectors.ts'
import { tinyOrder } from './tiny-partner.ts'

/** Issue-level bad input against a whole hub: a clear error at the right place, nothing good lost. */

const secrets = { shop: 'secret-of-the-shop', other: 'secret-of-the-other' }
const orders = tinyShop.streams.orders as Stream
const paged = (page: Page, order: 'asc' | 'none' = 'none'): Stream => ({
  ...orders,
  call: {
    path: '/orders',
    query: {
      since: '{since}',
      ...(page.kind === 'token' ? { token: '{page.token}' } : { page: '{page.number}', size: '{page.size}' }),
    },
  },
  page,
  cursor: { paths: ['at'], format: 'iso', zone: null, order, lookbackMs: 1000 },
})
/** The tiny shop with one stream for each kind of page. */
const connector = {
  ...tinyShop,
  http: { ...tinyShop.http, baseUrl: '{config.url}', maxBodyBytes: 256 * 1024 },
  streams: {
    orders: paged({ kind: 'number', first: 1, size: 2 }),
    ascending: paged({ kind: 'token', next: 'next' }, 'asc'),
    tokens: paged({ kind: 'token', next: 'next' }),
    links: paged({ kind: 'link', size: 2 }),
  },
  actions: {},
  webhook: { ...tinyShop.webhook, eventId: undefined, ping: undefined },
}

/** How one partner behaves while it is ill; `n` counts its requests from 1. */
interface Illness {
  readonly name: string
  readonly stream: keyof typeof connector.streams
  readonly answer: (request: PartnerRequest, n: number, url: string) => PartnerAnswer
  /** last_error of the schedule */
  readonly error: RegExp
  /** ids of orders that were read before it failed */
  readonly kept?: readonly number[]
  /** most requests it may have cost */
  readonly asks?: number
  /** what becomes of a run that a person asks for at once, where the partner asked for patience: refused for a quarter of an hour at most */
  readonly next?: RegExp
  /** where the checkpoint stands afterwards; null: it never moved */
  readonly checkpoint?: string
}

const at = (minute: number): string => `2026-11-23T08:${String(minute).padStart(2, '0')}:00.000Z`
const page = (ids: readonly number[], more: object = {}): PartnerAnswer => ({
  body: { orders: ids.map((id) => tinyOrder(id, { at: at(id) })), ...more },
})
const linked = (ids: readonly number[], link: string): PartnerAnswer => ({
  headers: { link: `<${link}>; rel="next"` },
  body: { orders: ids.map((id) => tinyOrder(id, { at: at(id) })) },
})
const html = '<!doctype html><html><body>Please log in</body></html>'

const illnesses: readonly Illness[] = [
  {
    name: 'a web page with 200',
    stream: 'orders',
    answer: () => ({ headers: { 'content-type': 'text/html' }, body: html }),
    error: /^html-answer: .*web page/,
    asks: 1,
  },
  { name: 'a web page that says it is JSON', stream: 'orders', answer: () => ({ body: html }), error: /^html-answer: / },
  { name: 'nothing with 200', stream: 'orders', answer: () => ({}), error: /^empty-answer: .*without a body/ },
  { name: 'no content with 204', stream: 'orders', answer: () => ({ status: 204 }), error: /^empty-answer: / },
  {
    name: 'another content type',
    stream: 'orders',
    answer: () => ({ headers: { 'content-type': 'application/xml' }, body: '<orders/>' }),
    error: /^wrong-content-type: .*application\/xml/,
  },
  { name: 'half a JSON', stream: 'orders', answer: () => ({ body: '{"orders":[{"id":1,' }), error: /^bad-shape: / },
  { name: 'records that are not there', stream: 'orders', answer: () => ({ body: { error: 'no' } }), error: /^bad-shape: .*orders/ },
  {
    name: 'two lists of records under one name',
    stream: 'orders',
    answer: () => ({ body: `{"orders":[${JSON.stringify(tinyOrder(1))}],"orders":[]}` }),
    error: /^bad-shape: .*orders.* twice/,
    asks: 1,
  },
  { name: 'an answer nested without end', stream: 'orders', answer: () => ({ body: '['.repeat(100_000) }), error: /^bad-shape: / },
  {
    name: 'the same page for ever',
    stream: 'orders',
    answer: () => page([1, 2]),
    error: /^repeated-page: .*does not move on/,
    kept: [1, 2],
    asks: 2,
  },
  {
    name: 'a token that leads to itself',
    stream: 'tokens',
    answer: (request) => page([request.query.has('token') ? 2 : 1], { next: 'here' }),
    error: /^repeated-page: .*token/,
    kept: [1],
    asks: 2,
  },
  {
    name: 'a link to another origin',
    stream: 'links',
    answer: () => linked([1, 2], 'http://127.0.0.2:1/orders?page=2'),
    error: /^foreign-link: .*127\.0\.0\.2.* not followed/,
    asks: 1,
  },
  {
    name: 'a link to itself',
    stream: 'links',
    answer: (request, _, url) => linked([1, 2], `${url}${request.path}?${request.query}`),
    error: /^repeated-page: /,
    asks: 1,
  },
  {
    name: 'empty pages that say there is more',
    stream: 'tokens',
    answer: (_, n) => page([], { next: `t${n}` }),
    error: /^endless-list: .*empty pages/,
    asks: 3,
  },
  {
    name: 'an error on a later page',
    stream: 'ascending',
    answer: (_, n) => (n === 1 ? page([1, 2], { next: 'b' }) : { status: 500, body: { error: 'out of order' } }),
    error: /^http-500: .*out of order/,
    kept: [1, 2],
    checkpoint: at(2),
  },
  {
    name: 'a body of ten megabytes',
    stream: 'orders',
    answer: () => ({ body: `{"orders":["${'x'.repeat(10_000_000)}"]}` }),
    error: /^body-too-large: .*larger than 262144 bytes/,
  },
  {
    name: 'a body that comes byte by byte',
    stream: 'orders',
    answer: () => (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(timer))
    },
    error: /^timeout: /,
  },
  { name: 'no answer at all', stream: 'orders', answer: () => 'hang', error: /^timeout: / },
  { name: 'a connection that breaks', stream: 'orders', answer: () => 'lost', error: /^connection-lost: / },
  {
    name: 'a redirect',
    stream: 'orders',
    answer: (_, __, url) => ({ status: 302, headers: { location: `${url}/elsewhere/orders` } }),
    error: /^redirect: .*not followed/,
    asks: 1,
  },
  {
    name: '429 that asks for thirty thousand years',
    stream: 'orders',
    answer: () => ({ status: 429, headers: { 'retry-after': '999999999999' }, body: {} }),
    error: /^http-429: /,
    asks: 1,
    next: /^rate-limited: .*asked for patience, for another (?:8\d\d|900) s; nothing was sent/,
  },
  {
    name: '429 that asks for nonsense',
    stream: 'orders',
    answer: () => ({ status: 429, headers: { 'retry-after': 'soon' } }),
    error: /^http-429: /,
  },
]
const connectionOf = (illness: Illness): string => `ill-${illnesses.indexOf(illness)}`

let folder: string
let partner: LoopbackPartner
let hub: Hub
/** connections whose partner is well again */
const well = new Set<string>()
const goodId = 59

beforeAll(async () => {
  const counts = new Map<string, number>()
  partner = await startPartner((request) => {
    const name = request.path.split('/')[1] ?? ''
    const number = Number(request.query.get('page'))
    if (name === 'large') return page(number === 1 ? [1, 2, 3] : number === 2 ? [4, 5] : [])
    if (name === 'small') return number < 5 ? linked([number], `${partner.url}${request.path}?page=${number + 1}`) : page([number])
    if (name === 'twins')
      return number > 1
        ? page([])
        : { body: `{"orders":[${JSON.stringify(tinyOrder(1))},${JSON.stringify(tinyOrder(2)).replace('{', '{"total":"99.00",')}]}` }
    if (name === 'elsewhere') return page([1])
    const illness = illnesses.find((one) => connectionOf(one) === name)
    if (illness === undefined || well.has(name)) return page([goodId])
    const n = (counts.get(name) ?? 0) + 1
    counts.set(name, n)
    return illness.answer(request, n, partner.url)
  })
  folder = await mkdtemp(join(tmpdir(), 'crossdock-bad-inputs-'))
  const connection = (name: string, more: object) => ({
    connector: 'tiny-shop',
    books: 'HARBOUR',
    config: { url: `${partner.url}/${name}`, timeZone: 'UTC', ...more },
    allowPrivate: ['127.0.0.0/8'],
    timeoutMs: 1500,
  })
  const workspace = {
    connections: {
      shop: connection('shop', { secret: `$\{env:SHOP}` }),
      other: connection('other', { secret: `$\{env:OTHER}` }),
      large: { ...connection('large', {}), streams: { orders: { every: '1h' } } },
      twins: { ...connection('twins', {}), streams: { orders: { every: '1h' } } },
      small: { ...connection('small', {}), streams: { orders: { every: '1h' } } },
      ...Object.fromEntries(
        illnesses.map((illness) => [
          connectionOf(illness),
          { ...connection(connectionOf(illness), {}), streams: { [illness.stream]: { every: '1h' } } },
        ]),
      ),
    },
    settings: { sweepMs: 20, retry: { waitsMs: [60_000], retryAfterMinMs: 1000, retryAfterMaxMs: 90_000 } },
  }
  const files: Readonly<Record<string, string>> = {
    'crossdock.json': JSON.stringify(workspace),
    'connectors/tiny-shop/connector.js': `export default ${JSON.stringify(connector)}\n`,
    'mappings/tiny/order.json': tinyMappings['tiny/order'] ?? '',
    'mappings/tiny/item.json': tinyMappings['tiny/item'] ?? '',
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  hub = await startHub(
    { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'silent', watch: false },
    { env: { SHOP: secrets.shop, OTHER: secrets.other } },
  )
})
afterAll(async () => {
  await hub?.stop(1000)
  await partner?.close()
  await rm(folder, { recursive: true, force: true })
})

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 1000; tries++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`this never came: ${what}`)
}
const read = () => hub.context.database.read

const documentOf = async (key: string) => {
  const row = await read().selectFrom('document').select('body').where('type', '=', 'sales-order').where('key', '=', key).executeTakeFirst()
  return row && (JSON.parse(row.body) as Record<string, unknown>)
}

describe('a webhook', () => {
  const hookOf = async (name: string): Promise<string> => {
    const row = await read().selectFrom('connection').select('hook_token').where('name', '=', name).executeTakeFirstOrThrow()
    return `${hub.address}/hooks/${row.hook_token}`
  }
  const sign = (body: string | Uint8Array, secret = secrets.shop): string => createHmac('sha256', secret).update(body).digest('hex')
  const send = async (body: string | Uint8Array | ReadableStream, headers: Readonly<Record<string, string>>, address?: string) =>
    fetch(address ?? (await hookOf('shop')), {
      method: 'POST',
      headers: { 'x-topic': 'order', ...headers },
      body: body instanceof Uint8Array ? new Uint8Array(body) : body,
      duplex: 'half',
    })
  const signed = (body: string | Uint8Array) => send(body, { 'x-signature': sign(body) })
  const receipts = async (): Promise<number> =>
    Number(
      (
        await read()
          .selectFrom('receipt')
          .select((to) => to.fn.countAll<number>().as('n'))
          .where('kind', '=', 'webhook')
          .executeTakeFirstOrThrow()
      ).n,
    )
  const receiptOf = async (body: Uint8Array) =>
    (await read().selectFrom('receipt').select(['id', 'body']).where('kind', '=', 'webhook').execute()).findLast((row) =>
      Buffer.from(body).equals(row.body),
    )

  let nextId = 1000
  /** A good event after the bad one: taken, and applied. */
  async function goodOneIsApplied(): Promise<void> {
    const id = nextId++
    expect((await signed(JSON.stringify(tinyOrder(id)))).status).toBe(202)
    await until(`the order ${id}`, () => documentOf(`shop/${id}`))
  }

  const text = JSON.stringify(tinyOrder(7))
  const accepted: readonly {
    readonly name: string
    readonly body: string | Uint8Array
    readonly reason: string
    readonly says: RegExp
  }[] = [
    { name: 'that is cut off', body: text.slice(0, -20), reason: 'unparseable', says: /ends in the middle/ },
    { name: 'with a trailing comma', body: text.replace(/}$/, ',}'), reason: 'unparseable', says: /are no JSON/ },
    { name: 'that is no JSON', body: 'order=7&state=open', reason: 'unparseable', says: /is no JSON/ },
    { name: 'with NaN', body: text.replace('"10.00"', 'NaN'), reason: 'unparseable', says: /are no JSON/ },
    { name: 'without a body', body: '', reason: 'unparseable', says: /is empty/ },
    { name: 'of blanks', body: ' \n ', reason: 'unparseable', says: /is empty/ },
    { name: 'that is null', body: 'null', reason: 'unparseable', says: /found null/ },
    { name: 'that is a number', body: '7', reason: 'unparseable', says: /found 7/ },
    {
      name: 'nested without end',
      body: `{"id":7,"x":${'['.repeat(1500)}${']'.repeat(1500)}}`,
      reason: 'unparseable',
      says: /deeper than 64/,
    },
    {
      name: 'with a name that stands twice, once escaped',
      body: text.replace('"sku":', '"sk\\u0075":"OTHER","sku":'),
      reason: 'unparseable',
      says: /sku.* twice: which of the two values counts is not said/,
    },
    {
      name: 'with a prototype name',
      body: text.replace('{', '{"__proto__":{"admin":true},'),
      reason: 'unparseable',
      says: /__proto__.*not allowed/,
    },
    {
      name: 'with an escaped prototype name',
      body: text.replace('{', '{"\\u005f_proto__":{"admin":true},'),
      reason: 'unparseable',
      says: /__proto__.*not allowed/,
    },
    {
      name: 'that is no UTF-8',
      body: Buffer.from(text.replace('LAMP', 'L\u0001MP'), 'latin1').map((byte) => (byte === 1 ? 0xff : byte)),
      reason: 'unparseable',
      says: /not valid for encoding utf-8/,
    },
    { name: 'without its key', body: text.replace('"id":7', '"idd":7'), reason: 'invalid', says: /'id' is missing/ },
    {
      name: 'with a list for an amount',
      body: text.replace('"total":"10.00"', '"total":["10.00"]'),
      reason: 'invalid',
      says: /must be string/,
    },
    {
      name: 'with another amount notation',
      body: text.replace('"total":"10.00"', '"total":"1.234,56"'),
      reason: 'invalid',
      says: /grandTotal/,
    },
    {
      name: 'with a day that there is not',
      body: text.replace('"placed":"2026-11-23', '"placed":"2026-02-30'),
      reason: 'invalid',
      says: /2026-02-30/,
    },
  ]
  test.each(accepted)('$name is kept byte for byte, set aside with its reason, and holds nobody up', async ({ body, reason, says }) => {
    expect((await signed(body)).status).toBe(202)
    const receipt = await until('the receipt', () => receiptOf(Buffer.from(body)))
    const envelope = await until('its envelope', () =>
      read()
        .selectFrom('envelope')
        .select(['state', 'reason', 'detail'])
        .where('receipt', '=', receipt.id)
        .where('state', '!=', 'received')
        .executeTakeFirst(),
    )
    expect(envelope).toMatchObject({ state: 'dead', reason, detail: expect.stringMatching(says) })
    await goodOneIsApplied()
    expect(await documentOf('shop/7')).toBeUndefined()
  })

  const big = 'x'.repeat(5000)
  const refused: readonly {
    readonly name: string
    readonly status: number
    readonly type: string
    readonly send: () => Promise<Response>
  }[] = [
    { name: 'too large by its own word', status: 413, type: 'too-large', send: () => signed(big) },
    {
      name: 'too large in chunks',
      status: 413,
      type: 'too-large',
      send: () =>
        send(
          new ReadableStream({
            start: (to) => {
              for (let i = 0; i < 50; i++) to.enqueue(Buffer.from('y'.repeat(1000)))
              to.close()
            },
          }),
          { 'x-signature': sign(big) },
        ),
    },
    { name: 'unsigned', status: 401, type: 'signature', send: () => send(text, {}) },
    { name: 'with an empty signature', status: 401, type: 'signature', send: () => send(text, { 'x-signature': '' }) },
    { name: 'with a signature that is no hex', status: 401, type: 'signature', send: () => send(text, { 'x-signature': 'zz'.repeat(32) }) },
    {
      name: 'with the signature of other bytes',
      status: 401,
      type: 'signature',
      send: () => send(`${text} `, { 'x-signature': sign(text) }),
    },
    {
      name: 'with the signature of another connection',
      status: 401,
      type: 'signature',
      send: () => send(text, { 'x-signature': sign(text, secrets.other) }),
    },
    {
      name: 'at the address of another connection',
      status: 401,
      type: 'signature',
      send: async () => send(text, { 'x-signature': sign(text) }, await hookOf('other')),
    },
    {
      name: 'at an unknown address',
      status: 404,
      type: 'not-found',
      send: () => send(text, { 'x-signature': sign(text) }, `${hub.address}/hooks/${'0'.repeat(32)}`),
    },
    {
      name: 'at an address that is none',
      status: 404,
      type: 'not-found',
      send: () => send(text, { 'x-signature': sign(text) }, `${hub.address}/hooks/constructor`),
    },
    {
      name: 'compressed',
      status: 415,
      type: 'content-encoding',
      send: () => send(gzipSync(text), { 'content-encoding': 'gzip', 'x-signature': sign(gzipSync(text)) }),
    },
  ]
  test.each(refused)('$name is refused with $status, stores nothing, and holds nobody up', async ({ status, type, send: ask }) => {
    const before = await receipts()
    const answer = await ask()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await answer.json()) as { type: string; detail: string }
    expect(problem).toMatchObject({ type: expect.stringMatching(new RegExp(`${type}$`)), status })
    expect(JSON.stringify(problem)).not.toMatch(/secret|\.ts|at \w+ \(/)
    expect(await receipts()).toBe(before)
    await goodOneIsApplied()
  })

  test('with numbers that no double holds reaches the ledger digit for digit', async () => {
    const body = text
      .replace('"id":7,', '"id":7100,')
      .replace('"state"', '"note":12345678901234567890,"more":[0.1000000000000000055,1e400,-0,9007199254740993],"state"')
      .replace('"qty":"1"', '"qty":123456789.123456')
    expect((await signed(body)).status).toBe(202)
    const document = await until('the order', () => documentOf('shop/7100'))
    expect(document).toMatchObject({ note: '12345678901234567890', lines: [{ quantity: '123456789.123456' }] })
    const receipt = await receiptOf(Buffer.from(body))
    expect(Buffer.from(receipt?.body ?? '').toString()).toBe(body)
  })

  test('with a name that stands twice is set aside, and the mended one is no duplicate of it', async () => {
    const mended = text.replace('"id":7,', '"id":7200,')
    const body = mended.replace('"state":"open"', '"state":"cancelled","state":"open"')
    expect((await signed(body)).status).toBe(202)
    const receipt = await until('the receipt', () => receiptOf(Buffer.from(body)))
    const envelope = await until('its envelope', () =>
      read()
        .selectFrom('envelope')
        .select(['state', 'reason', 'detail', 'key'])
        .where('receipt', '=', receipt.id)
        .where('state', '!=', 'received')
        .executeTakeFirst(),
    )
    expect(envelope).toMatchObject({ key: '7200', state: 'dead', reason: 'unparseable', detail: expect.stringMatching(/state.* twice/) })
    expect(await documentOf('shop/7200')).toBeUndefined()
    expect((await signed(mended)).status).toBe(202)
    expect(await until('the order', () => documentOf('shop/7200'))).toMatchObject({ status: 'open' })
  })
})

describe('a partner that answers with', () => {
  const scheduleOf = (connection: string) =>
    read().selectFrom('schedule').selectAll().where('connection', '=', connection).where('kind', '=', 'pull').executeTakeFirstOrThrow()

  test.each(illnesses)('$name is told in the schedule, keeps what was read, and is read whole once it is well', async (illness) => {
    const name = connectionOf(illness)
    const failed = await until(`the failure of ${name}`, async () => {
      const row = await scheduleOf(name)
      return row.last_ended_at === null ? undefined : row
    })
    expect(failed.last_error).toMatch(illness.error)
    expect(failed.last_error).not.toMatch(/secret|\bat \w+ \(/)
    expect(failed.last_error?.length).toBeLessThan(2001)
    expect(failed.next_at - (failed.last_ended_at ?? 0)).toBeGreaterThan(0)
    expect(failed.next_at - (failed.last_ended_at ?? 0)).toBeLessThan(100_000)
    const asked = partner.requests.filter(({ path }) => path.startsWith(`/${name}/`)).length
    expect(asked).toBeLessThanOrEqual(illness.asks ?? 3)
    const position = await hub.context.database.write((tx) => readPosition(tx, 'default', name, illness.stream))
    const time = position === null ? null : (JSON.parse(position) as { time: string | null }).time
    expect(time === null ? null : Date.parse(time)).toBe(illness.checkpoint === undefined ? null : Date.parse(illness.checkpoint))
    for (const id of illness.kept ?? []) await until(`the order ${name}/${id}`, () => documentOf(`${name}/${id}`))

    well.add(name)
    expect(await requestPull(hub.context, name, illness.stream)).toBe(true)
    const { next } = illness
    if (next !== undefined) {
      const again = await until(`the next run of ${name}`, async () => {
        const row = await scheduleOf(name)
        return row.fails > 1 ? row : undefined
      })
      expect(again.last_error).toMatch(next)
      expect(again.next_at - (again.last_ended_at ?? 0)).toBeLessThan(100_000)
      expect(partner.requests.filter(({ path }) => path.startsWith(`/${name}/`))).toHaveLength(asked)
      return
    }
    await until(`the order ${name}/${goodId}`, () => documentOf(`${name}/${goodId}`))
    expect(await scheduleOf(name)).toMatchObject({ last_error: null, fails: 0 })
    expect(partner.requests.some(({ path }) => path.startsWith('/elsewhere'))).toBe(false)
  })

  test.each(['large', 'small'])('pages of its own size, %s ones, is read whole', async (name) => {
    for (const id of [1, 2, 3, 4, 5]) await until(`the order ${name}/${id}`, () => documentOf(`${name}/${id}`))
    expect(await scheduleOf(name)).toMatchObject({ last_error: null, fails: 0 })
  })

  test('a record with a name that stands twice is set aside alone: the rest of its page is taken', async () => {
    await until('the order twins/1', () => documentOf('twins/1'))
    const envelope = await until('its envelope', () =>
      read()
        .selectFrom('envelope')
        .selectAll()
        .where('connection', '=', 'twins')
        .where('key', '=', '2')
        .where('state', '!=', 'received')
        .executeTakeFirst(),
    )
    expect(envelope).toMatchObject({ state: 'dead', reason: 'unparseable', detail: expect.stringMatching(/total.* twice/) })
    expect(await documentOf('twins/2')).toBeUndefined()
    expect(await scheduleOf('twins')).toMatchObject({ last_error: null, fails: 0 })
    const { body } = await read().selectFrom('receipt').select('body').where('id', '=', envelope.receipt).executeTakeFirstOrThrow()
    expect(Buffer.from(body).toString()).toContain('{"total":"99.00","id":2')
  })

  test('pages that never end is cut off', () => {
    const guard = openGuard('orders', { now: () => 0 })
    expect(() => {
      for (let n = 0; n <= maxPages; n++) guard.page([Buffer.from(String(n))], true)
    }).toThrow(new RegExp(`more than ${maxPages} pages`))
  })
})
