import { connect } from 'node:net'
import { expect } from 'vitest'
import { maxPages, openGuard } from '../../connector/page.ts'
import { listen } from '../../http/listen.ts'
import type { AskRow, Row, WireRow } from './row.ts'
import { statusOf } from './run-row.ts'

const ending = 'host: x\r\nconnection: close\r\n\r\n'
const wire = (b: number, name: string, bytes: string, status: number): WireRow => ({ kind: 'wire', b, name, bytes, status })
const asked = (b: number, path: string, status: number, code: string, says?: RegExp): AskRow => ({
  kind: 'ask',
  b,
  name: `GET ${path.slice(0, 80)}`,
  method: 'GET',
  path,
  status,
  code,
  ...(says === undefined ? {} : { says }),
})
const query = (text: string, says: RegExp, b = 18): AskRow => asked(b, `/v1/envelopes?${text}`, 400, 'invalid-request', says)
const pause = (b: number, name: string, body: string | Uint8Array, code: string, more: Partial<AskRow> = {}): AskRow => ({
  kind: 'ask',
  b,
  name,
  method: 'POST',
  path: '/v1/connections/other/pause',
  body,
  status: 400,
  code,
  ...more,
})
const jwt = (header: object): string =>
  `${[header, { sub: 'admin', scope: 'admin', aud: 'crossdock', exp: 4_102_444_800 }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

/** What programs and attackers send to the server itself. */
export const apiRows: readonly Row[] = [
  pause(1, 'a body that is cut off', '{"reason":', 'malformed-json'),
  pause(1, 'a body with a trailing comma', '{"reason":"x",}', 'malformed-json'),
  pause(2, 'blanks for a body', '   ', 'malformed-json'),
  pause(2, 'null for a body', 'null', 'invalid-request'),
  pause(2, 'a number for a body', '7', 'invalid-request'),
  pause(3, 'a body over the cap', `{"reason":"${'x'.repeat(1024 * 1024)}"}`, 'too-large', { status: 413 }),
  pause(4, 'a body nested without end', '['.repeat(100_000), 'malformed-json'),
  pause(5, 'a body with a prototype name', '{"__proto__":{"reason":"x"}}', 'malformed-json'),
  pause(6, 'a name that stands twice', '{"reason":"a","re\\u0061son":"b"}', 'twin-name'),
  pause(10, 'a body that is no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'malformed-json'),
  pause(13, 'a body of another type', '{}', 'content-type', { status: 415, headers: { 'content-type': 'text/html' } }),
  pause(13, 'a body of two types', '{}', 'content-type', { status: 415, headers: { 'content-type': 'application/json, text/html' } }),
  pause(14, 'a compressed body', '{}', 'content-encoding', { status: 415, headers: { 'content-encoding': 'gzip' } }),
  wire(15, 'both lengths', 'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400),
  wire(15, 'two lengths', 'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd', 400),
  wire(15, 'an encoding that is none', 'POST /healthz HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n', 400),
  wire(15, 'no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400),
  wire(15, 'headers of 20 KB', `GET /healthz HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n${ending}`, 431),
  {
    kind: 'play',
    b: 16,
    name: 'a head and a body that never end are cut, with the spans of a test',
    play: async (bed) => {
      const spans = { headersTimeout: 400, requestTimeout: 800, connectionsCheckingInterval: 100 }
      const listening = await listen(bed.hub.app, { port: 0, limits: spans })
      const path = new URL(await bed.hookOf('shop')).pathname
      const before = await bed.receipts()
      try {
        const ends = await Promise.all([
          statusOf(listening.port, 'GET /healthz HTTP/1.1\r\nhost: x\r\n'),
          statusOf(listening.port, `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{`),
          statusOf(listening.port, `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n`),
        ])
        for (const status of ends) expect([0, 408]).toContain(status)
      } finally {
        await listening.close(0)
      }
      expect(await bed.receipts()).toBe(before)
    },
  },
  {
    kind: 'play',
    b: 16,
    name: 'two hundred connections that say nothing hold nobody up',
    play: async (bed) => {
      const idle = Array.from({ length: 200 }, () => connect(bed.port, '127.0.0.1').on('error', () => {}))
      try {
        expect((await fetch(`${bed.hub.address}/healthz`)).status).toBe(200)
      } finally {
        for (const socket of idle) socket.destroy()
      }
    },
  },
  {
    kind: 'play',
    b: 16,
    name: 'a client that asks for much and reads nothing holds nobody up',
    play: async (bed) => {
      const socket = connect(bed.port, '127.0.0.1').on('error', () => {})
      try {
        socket.pause().write('GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(200))
        const began = performance.now()
        expect((await fetch(`${bed.hub.address}/healthz`)).status).toBe(200)
        expect(performance.now() - began).toBeLessThan(10_000)
      } finally {
        socket.destroy()
      }
    },
  },
  wire(17, 'an unknown method', `BREW /healthz HTTP/1.1\r\n${ending}`, 400),
  wire(17, 'TRACE', `TRACE /healthz HTTP/1.1\r\n${ending}`, 405),
  wire(17, 'HEAD on a POST route', `HEAD /v1/connections/x/pause HTTP/1.1\r\n${ending}`, 405),
  wire(17, 'a path of 8 KB', `GET /${'a'.repeat(8000)} HTTP/1.1\r\n${ending}`, 414),
  wire(17, 'escaped dots', `GET /v1/%2e%2e%2fhealthz HTTP/1.1\r\n${ending}`, 400),
  wire(17, 'plain dots', `GET /v1/../healthz HTTP/1.1\r\n${ending}`, 400),
  wire(17, 'a broken escape', `GET /v1/connections/%ff%zz HTTP/1.1\r\n${ending}`, 400),
  query('limit=1&limit=9', /limit is repeated/),
  query('limit=-1', /limit must be >= 1/),
  query('limit=abc', /limit must be integer/),
  query('nope=1', /nope is not known here/),
  query('__proto__=1', /__proto__ is not known here/),
  query('after=***', /after must be the `next`/),
  {
    kind: 'ask',
    b: 18,
    name: 'a limit of a thousand million counts as the documented one',
    method: 'GET',
    path: '/v1/envelopes?limit=1000000000',
    status: 200,
  },
  asked(19, '/v1/connections/constructor', 404, 'not-found'),
  asked(19, '/v1/connections/__proto__', 404, 'not-found'),
  asked(19, '/v1/connections/toString', 404, 'not-found'),
  asked(19, '/v1/documents/constructor', 404, 'not-found'),
  asked(20, '/v1/connections/shop%2f..%2f..', 400, 'bad-target'),
  asked(20, '/v1/connections/%00', 400, 'bad-target'),
  asked(20, '/v1/connections/CON', 404, 'not-found'),
  {
    kind: 'play',
    b: 21,
    name: 'line ends and colours in a path, a header and a reason forge no line of the log',
    play: async (bed) => {
      const forged = '\r\n{"level":50,"msg":"forged"}\u001b[31m'
      expect((await bed.ask('GET', `/v1/connections/${encodeURIComponent(`a${forged}`)}`)).status).toBe(400)
      const body = JSON.stringify({ reason: `a reason${forged}` })
      expect((await bed.ask('POST', '/v1/connections/other/pause', { body })).status).toBe(200)
      expect((await bed.ask('POST', '/v1/connections/other/resume')).status).toBe(200)
      const lines = bed.log.join('').split('\n')
      const told = lines.filter((text) => text.includes('forged'))
      expect(told.length).toBeGreaterThan(0)
      for (const text of told) {
        expect(text).not.toMatch(/\p{Cc}/u)
        expect(JSON.parse(text)).not.toMatchObject({ msg: 'forged' })
      }
    },
  },
  ...[{ alg: 'none' }, { alg: 'HS256', kid: "' OR 1=1 --", jku: 'https://evil.example/keys' }].map(
    (header): Row => ({
      kind: 'ask',
      b: 28,
      name: `a token of the algorithm ${header.alg}`,
      differs: 'the hub knows API keys of its own form and no JWT, so a token is a wrong key like any other; nothing of it is read',
      method: 'GET',
      path: '/v1/connections',
      headers: { authorization: `Bearer ${jwt(header)}` },
      status: 401,
      code: 'unauthorized',
    }),
  ),
  query("connection=x'%20OR%201=1%20--", /connection/, 49),
  asked(49, "/v1/documents/sales-order/one?key=x'%20UNION%20SELECT%20*%20FROM%20api_key%20--", 404, 'not-found'),
  asked(49, '/v1/envelopes?sort=id;DROP%20TABLE%20envelope', 400, 'invalid-request', /sort is not known here/),
  query('connection[]=a', /is not known here/, 50),
  query('limit[0]=1&limit[1]=2', /is not known here/, 50),
  pause(50, 'a list for a text', '{"reason":["a","b"]}', 'invalid-request'),
  pause(50, 'an object for a text', '{"reason":{"$ne":""}}', 'invalid-request'),
  {
    kind: 'play',
    b: 62,
    name: 'a list of more pages than anyone has is cut off',
    play: async () => {
      const guard = openGuard('orders', { now: () => 0 })
      expect(() => {
        for (let n = 0; n <= maxPages; n++) guard.page(1, Buffer.from(String(n)), true)
      }).toThrow(new RegExp(`more than ${maxPages} pages`))
    },
  },
  {
    kind: 'play',
    b: 66,
    name: 'no secret stands in the log, whatever was refused',
    play: async (bed) => {
      expect(bed.log.length).toBeGreaterThan(10)
      expect(bed.log.join('')).not.toMatch(/secret-of|whsec_|c2VjcmV0/)
    },
  },
]
