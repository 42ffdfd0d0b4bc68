import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { PartnerAnswer } from '../loopback-partner.ts'
import { tinyOrder } from '../tiny-partner.ts'
import { secrets } from './bed.ts'
import type { PartnerRow } from './row.ts'

const at = (minute: number): string => `2026-11-23T08:${String(minute).padStart(2, '0')}:00.000Z`
const records = (ids: readonly number[]) => ids.map((id) => tinyOrder(id, { at: at(id) }))
const page = (ids: readonly number[], more: object = {}): PartnerAnswer => ({ body: { orders: records(ids), ...more } })
const linked = (ids: readonly number[], link: string): PartnerAnswer => ({
  headers: { link: `<${link}>; rel="next"` },
  body: { orders: records(ids) },
})
const html = '<!doctype html><html><body>Please log in</body></html>'
const ill = (b: number, name: string, answer: PartnerRow['answer'], more: Partial<PartnerRow>): PartnerRow => ({
  kind: 'partner',
  b,
  name,
  stream: 'orders',
  answer,
  ...more,
})
/** The bed clamps Retry-After to 30 to 90 s; without one the next try is in 30 to 60 s. */
const patient = (name: string, retryAfter: string | undefined, more: Partial<PartnerRow> = {}): PartnerRow =>
  ill(61, name, () => ({ status: 429, headers: { 'retry-after': retryAfter }, body: {} }), {
    error: /^http-429: /,
    waitsMs: [29_000, 61_000],
    ...more,
  })
const mostPatient = {
  asks: 1,
  waitsMs: [89_000, 100_000],
  next: /^rate-limited: .*asked for patience, for another (?:8\d\d|900) s; nothing was sent/,
} as const
const rawAnswer = (write: (response: ServerResponse) => void) => (): PartnerAnswer => write
const overTls = (name: string, tls: NonNullable<PartnerRow['tls']>, error: RegExp): PartnerRow =>
  ill(64, name, () => page([1]), { tls, error, asks: 0, next: error })

/** What partners answer. Each is told in the schedule, keeps what was read, and is read whole once it is well. */
export const partnerRows: readonly PartnerRow[] = [
  ill(59, 'a web page with 200', () => ({ headers: { 'content-type': 'text/html' }, body: html }), {
    error: /^html-answer: .*web page/,
    asks: 1,
  }),
  ill(59, 'a web page that says it is JSON', () => ({ body: html }), { error: /^html-answer: / }),
  ill(59, 'nothing with 200', () => ({}), { error: /^empty-answer: .*without a body/ }),
  ill(59, 'no content with 204', () => ({ status: 204 }), { error: /^empty-answer: / }),
  ill(59, 'half a JSON', () => ({ body: '{"orders":[{"id":1,' }), { error: /^bad-shape: / }),
  ill(59, 'an error with 200', () => ({ body: { error: 'no' } }), { error: /^bad-shape: .*orders/ }),
  ill(6, 'two lists of records under one name', () => ({ body: `{"orders":[${JSON.stringify(tinyOrder(1))}],"orders":[]}` }), {
    error: /^bad-shape: .*orders.* twice/,
    asks: 1,
  }),
  ill(
    6,
    'a record with a name that stands twice, alone set aside',
    (_, n) =>
      n > 1
        ? page([])
        : { body: `{"orders":[${JSON.stringify(tinyOrder(1))},${JSON.stringify(tinyOrder(2)).replace('{', '{"total":"99.00",')}]}` },
    { kept: [1], holds: '{"total":"99.00","id":2' },
  ),
  ill(4, 'an answer nested without end', () => ({ body: '['.repeat(100_000) }), { error: /^bad-shape: / }),
  ill(38, 'XML', () => ({ headers: { 'content-type': 'application/xml' }, body: '<!DOCTYPE o [<!ENTITY a "b">]><orders>&a;</orders>' }), {
    error: /^wrong-content-type: .*application\/xml/,
  }),
  ill(39, 'XML without its end that says it is JSON', () => ({ body: '<a><b>1</a>' }), { error: /^bad-shape: / }),
  ill(60, 'ten megabytes', () => ({ body: `{"orders":["${'x'.repeat(10_000_000)}"]}` }), {
    error: /^body-too-large: .*larger than 262144 bytes/,
  }),
  ill(60, 'a bomb in gzip', () => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(20_000_000, ' ')) }), {
    error: /^body-too-large: /,
  }),
  ill(60, 'an encoding that is none', () => ({ headers: { 'content-encoding': 'nonsense' }, body: '{}' }), { error: /^bad-encoding: / }),
  ill(
    60,
    'byte by byte',
    rawAnswer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(timer))
    }),
    { error: /^timeout: / },
  ),
  ill(
    60,
    'headers without end',
    rawAnswer((response) => {
      const { socket } = response
      socket?.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => socket?.write(`x-${'a'.repeat(1000)}: ${'b'.repeat(8000)}\r\n`), 5)
      socket?.once('close', () => clearInterval(timer))
    }),
    { error: /^(headers-too-large|connection-lost): / },
  ),
  ill(
    60,
    'a flood of 1xx',
    rawAnswer((response) => {
      const timer = setInterval(() => response.writeProcessing(), 1)
      response.once('close', () => clearInterval(timer))
    }),
    { error: /^(timeout|connection-lost): / },
  ),
  ill(60, 'no answer', () => 'hang', { error: /^timeout: / }),
  ill(60, 'a connection that breaks', () => 'lost', { error: /^connection-lost: / }),
  patient('patience of 30000 years', '999999999999', mostPatient),
  patient('patience until 2099', 'Fri, 01 Jan 2099 00:00:00 GMT', mostPatient),
  patient('patience of nothing', '0'),
  patient('patience below nothing', '-1'),
  patient('patience until 1999', 'Fri, 01 Jan 1999 00:00:00 GMT'),
  patient('patience that is nonsense', 'soon'),
  patient('429 without a word', undefined, {
    b: 63,
    differs:
      'the pace is what connector and operator say, held back by each 429; it is not learned, for a pace that follows yesterday fails today and nobody can tell why',
  }),
  ill(63, 'throttled with 200', () => ({ body: { throttled: true } }), { error: /^throttled: / }),
  ill(62, 'the same page for ever', () => page([1, 2]), { error: /^repeated-page: .*does not move on/, kept: [1, 2], asks: 2 }),
  ill(62, 'a token that leads to itself', (request) => page([request.query.has('token') ? 2 : 1], { next: 'here' }), {
    stream: 'tokens',
    error: /^repeated-page: .*token/,
    kept: [1],
    asks: 2,
  }),
  ill(62, 'a link to itself', (request, _, url) => linked([1, 2], `${url}${request.path}?${request.query}`), {
    stream: 'links',
    error: /^repeated-page: /,
    asks: 1,
  }),
  ill(62, 'empty pages that say there is more', (_, n) => page([], { next: `t${n}` }), {
    stream: 'tokens',
    error: /^endless-list: .*empty pages/,
    asks: 3,
  }),
  ill(
    62,
    'an error on a later page',
    (_, n) => (n === 1 ? page([1, 2], { next: 'b' }) : { status: 500, body: { error: 'out of order' } }),
    {
      stream: 'ascending',
      error: /^http-500: .*out of order/,
      kept: [1, 2],
      checkpoint: at(2),
    },
  ),
  ill(62, 'pages that go back in time', (request) => (request.query.has('token') ? page([3]) : page([5], { next: 'b' })), {
    stream: 'ascending',
    error: /^cursor-back: .*promises ascending/,
    kept: [5],
    checkpoint: at(5),
  }),
  ill(
    62,
    'pages larger than asked for',
    (request) => page(request.query.get('page') === '1' ? [1, 2, 3] : request.query.get('page') === '2' ? [4, 5] : []),
    { kept: [1, 2, 3, 4, 5] },
  ),
  ill(
    62,
    'pages smaller than asked for',
    (request, _, url) => {
      const number = Number(request.query.get('page') ?? 1)
      return number < 5 ? linked([number], `${url}${request.path}?page=${number + 1}`) : page([number])
    },
    { stream: 'links', kept: [1, 2, 3, 4, 5], asks: 5 },
  ),
  ill(58, 'a next page at another origin', () => linked([1, 2], 'http://127.0.0.2:1/orders?page=2'), {
    stream: 'links',
    error: /^foreign-link: .*127\.0\.0\.2.* not followed/,
    asks: 1,
  }),
  ill(58, 'a next page in a file', () => linked([1, 2], 'file:///etc/passwd'), { stream: 'links', error: /^foreign-link: /, asks: 1 }),
  ill(56, 'a redirect', (_, __, url) => ({ status: 302, headers: { location: `${url}/elsewhere/orders` } }), {
    error: /^redirect: .*not followed/,
    asks: 1,
  }),
  ill(56, 'a redirect inside', () => ({ status: 308, headers: { location: 'http://169.254.169.254/latest/meta-data' } }), {
    error: /^redirect: /,
    asks: 1,
  }),
  ill(56, 'a redirect to a file', () => ({ status: 301, headers: { location: 'file:///etc/passwd' } }), { error: /^redirect: /, asks: 1 }),
  ill(65, '401 in the middle of a run', (_, n) => (n === 1 ? page([1, 2], { next: 'b' }) : { status: 401, body: { error: 'expired' } }), {
    stream: 'ascending',
    error: /^http-401: /,
    kept: [1, 2],
    checkpoint: at(2),
    asks: 2,
  }),
  ill(66, 'our secret in its words', () => ({ status: 400, body: { error: `the key ${secrets.shop} may not do this` } }), {
    error: /^http-400: .*the key .* may not do this/,
    asks: 1,
  }),
  ill(
    21,
    'line ends and colours in its words',
    () => ({ status: 400, body: { error: 'no\r\n{"level":50,"msg":"forged"}\u001b[31m red' } }),
    {
      error: /^http-400: \P{Cc}*forged\P{Cc}*$/u,
      asks: 1,
    },
  ),
  ill(
    67,
    'a clock that stands in 1999',
    (_, n) => ({ ...Object(page(n === 1 ? [1, 2] : [])), headers: { date: 'Fri, 01 Jan 1999 00:00:00 GMT' } }),
    {
      kept: [1, 2],
    },
  ),
  ill(
    67,
    'a clock that stands in 2099',
    (_, n) => ({ ...Object(page(n === 1 ? [1, 2] : [])), headers: { date: 'Thu, 01 Jan 2099 00:00:00 GMT' } }),
    {
      kept: [1, 2],
    },
  ),
  ill(64, 'a certificate that holds', (_, n) => page(n === 1 ? [1, 2] : []), { tls: 'good', kept: [1, 2] }),
  overTls('a certificate of nobody', 'lonely', /self-signed|SELF_SIGNED|unable to verify/i),
  overTls('a certificate that ended', 'expired', /EXPIRED|expired/),
  overTls('a certificate of another host', 'elsewhere', /ALTNAME|altnames/i),
  overTls('TLS 1.1', 'old', /protocol|version|connection-lost/i),
]
