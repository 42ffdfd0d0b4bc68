import { connect } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { tinyOrder } from '../tiny-partner.ts'
import { secrets, signed } from './bed.ts'
import { maxHookBytes } from './bed-workspace.ts'
import type { KeptRow, Row } from './row.ts'
import { statusOf } from './run-row.ts'

const text = JSON.stringify(tinyOrder(7))
const unreadable = (b: number, name: string, body: KeptRow['body'], says: RegExp): KeptRow => ({
  kind: 'kept',
  b,
  name,
  body,
  state: 'dead',
  reason: 'unparseable',
  says,
})
/** An order that is taken although it looks strange; `id` is its own. */
const taken = (b: number, name: string, id: number, write: (text: string) => KeptRow['body'], shows: object = {}): KeptRow => ({
  kind: 'kept',
  b,
  name,
  body: write(JSON.stringify(tinyOrder(id, { note: 'NOTE' }))),
  state: 'applied',
  order: [String(id), shows],
})
const compressed = (encoding: string, body: Uint8Array, name = `a body in ${encoding}`): Row => ({
  kind: 'refused',
  b: 14,
  name,
  status: 415,
  code: 'content-encoding',
  send: (bed) => bed.send('shop', body, { 'content-encoding': encoding }),
})
const big = 'x'.repeat(maxHookBytes + 1)
const utf16 = (body: string): Buffer => Buffer.from(`\ufeff${body}`, 'utf16le')

/** What a partner posts that is no good JSON, or no good body at all. */
export const bodyRows: readonly Row[] = [
  unreadable(1, 'cut off', text.slice(0, -20), /ends in the middle/),
  unreadable(1, 'a trailing comma', text.replace(/}$/, ',}'), /is no JSON/),
  unreadable(1, 'no JSON', 'order=7&state=open', /is no JSON/),
  unreadable(1, 'NaN', text.replace('"10.00"', 'NaN'), /is no JSON/),
  unreadable(1, 'a comment', text.replace('{', '{/* mine */'), /no JSON/),
  unreadable(1, 'a second value after the first', `${text}{}`, /JSON/),
  {
    kind: 'refused',
    b: 1,
    name: 'cut off and unsigned',
    differs:
      'the signature is looked at before the body, so an unsigned body that is no JSON is a 401 like every unsigned one: who may not speak learns nothing of what would be read',
    status: 401,
    code: 'signature',
    send: async (bed) => bed.post(await bed.hookOf('shop'), text.slice(0, -20), {}),
  },
  unreadable(2, 'nothing', '', /is empty/),
  unreadable(2, 'blanks', ' \n ', /is empty/),
  unreadable(2, 'null', 'null', /found null/),
  unreadable(2, 'a number', '7', /found 7/),
  unreadable(2, 'a text', '"order"', /found .+order/),
  {
    kind: 'refused',
    b: 3,
    name: 'too large by its own word',
    status: 413,
    code: 'too-large',
    send: (bed) => bed.send('shop', big),
  },
  {
    kind: 'refused',
    b: 3,
    name: 'fifty megabytes in chunks, of which no more than the cap is read',
    status: 413,
    code: 'too-large',
    send: async (bed) => {
      // who still writes when the hub closes may lose the answer with the connection (RFC 9112 9.6), and sends again
      for (let tries = 1; ; tries++) {
        let left = 50
        const chunks = new ReadableStream({ pull: (to) => (left-- > 0 ? to.enqueue(Buffer.alloc(1024 * 1024, 'y')) : to.close()) })
        const answer = await bed.post(await bed.hookOf('shop'), chunks, { 'x-signature': signed(big) }).catch((error: unknown) => {
          if (tries === 5) throw error
        })
        expect(left).toBeGreaterThan(30)
        if (answer !== undefined) return answer
      }
    },
  },
  {
    kind: 'play',
    b: 3,
    name: 'shorter than it says: the sender goes away, and nothing is stored',
    play: async (bed) => {
      const before = await bed.receipts()
      const path = new URL(await bed.hookOf('shop')).pathname
      const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nx-topic: order\r\nx-signature: ${signed(text)}\r\nconnection: close\r\n`
      // longer than it says: what is signed is what was announced, and the rest belongs to no request
      expect([400, 401]).toContain(await statusOf(bed.port, `${head}content-length: ${text.length - 1}\r\n\r\n${text}`))
      await new Promise<void>((resolve) => {
        const socket = connect(bed.port, '127.0.0.1', () => socket.end(`${head}content-length: ${text.length + 10}\r\n\r\n${text}`))
        socket.on('close', () => resolve()).resume()
      })
      expect(await bed.receipts()).toBe(before)
    },
  },
  unreadable(4, 'nested 1500 deep', `{"id":7,"x":${'['.repeat(1500)}${']'.repeat(1500)}}`, /deeper than 64/),
  unreadable(4, 'nested 100000 deep without an end', '['.repeat(100_000), /deeper than 64|JSON/),
  unreadable(5, 'a prototype name', text.replace('{', '{"__proto__":{"admin":true},'), /__proto__.*not allowed/),
  unreadable(5, 'an escaped prototype name', text.replace('{', '{"\\u005f_proto__":{"admin":true},'), /__proto__.*not allowed/),
  unreadable(5, 'a constructor', text.replace('{', '{"constructor":{"prototype":{"admin":true}},'), /not allowed/),
  {
    ...unreadable(6, 'a name that stands twice, once escaped', text.replace('"sku":', '"sk\\u0075":"OTHER","sku":'), /sku.* twice/),
    differs: 'refused everywhere, not only in strict sources: which of two values of an order counts is nowhere said',
  },
  {
    kind: 'play',
    b: 6,
    name: 'the mended event is no duplicate of the one with a name twice',
    play: async (bed) => {
      const mended = JSON.stringify(tinyOrder(7200))
      const twice = mended.replace('"state":"open"', '"state":"cancelled","state":"open"')
      expect((await bed.send('shop', twice)).status).toBe(202)
      expect(await bed.settled(twice)).toMatchObject({ key: '7200', state: 'dead', reason: 'unparseable' })
      expect((await bed.send('shop', mended)).status).toBe(202)
      expect(await bed.settled(mended)).toMatchObject({ state: 'applied' })
      expect(await bed.orderOf('shop/7200')).toMatchObject({ status: 'open' })
    },
  },
  unreadable(
    10,
    'no UTF-8',
    Buffer.from(text.replace('LAMP', 'L\u0001MP'), 'latin1').map((byte) => (byte === 1 ? 0xff : byte)),
    /not valid for encoding utf-8/,
  ),
  unreadable(10, 'UTF-16 with its mark', utf16(text), /JSON|utf-8/),
  unreadable(
    10,
    'GBK',
    Buffer.concat([Buffer.from('{"id":7,"note":"'), Buffer.from([0xb5, 0xc6]), Buffer.from('"}')]),
    /not valid for encoding utf-8/,
  ),
  {
    ...unreadable(10, 'Latin-1, declared', Buffer.from(text.replace('LAMP', 'L\u00c4MP'), 'latin1'), /not valid for encoding utf-8/),
    headers: { 'content-type': 'application/json; charset=iso-8859-1' },
    differs: 'a declared charset is not followed: JSON between systems is UTF-8 (RFC 8259 8.1); the bytes are kept, so nothing is lost',
  },
  taken(10, 'UTF-8 with a mark before it', 7210, (order) => `\ufeff${order}`, { note: 'NOTE' }),
  taken(11, 'four-byte signs, both directions and nothing at all', 7211, (order) => order.replace('NOTE', '\u{1f4a1} \u202eabc\u200b'), {
    note: '\u{1f4a1} \u202eabc\u200b',
  }),
  taken(11, 'a decomposed letter stays decomposed', 7212, (order) => order.replace('LAMP', 'LA\u0308MP'), {
    lines: [{ product: { sku: 'LA\u0308MP' } }],
  }),
  {
    ...taken(11, 'half a pair of surrogates in a note', 7213, (order) => order.replace('NOTE', '\\ud800'), { note: '\ud800' }),
    differs:
      'an order is not refused for a sign that was cut in half in its note: JSON can say it, the ledger says it back as it came. In a key it is refused',
  },
  taken(11, 'a NUL in a note', 7214, (order) => order.replace('NOTE', 'a\\u0000b'), { note: 'a\0b' }),
  ...['9\\ud800', '9\\u0000'].map(
    (key): KeptRow => ({
      kind: 'kept',
      b: 11,
      name: `the key ${key}`,
      door: 'std',
      body: text.replace('"id":7', `"id":"${key}"`),
      state: 'dead',
      reason: 'invalid',
      says: /no column keeps/,
    }),
  ),
  {
    ...taken(12, 'ten thousand fields that nobody reads', 7220, (order) =>
      order.replace('{', `{${Array.from({ length: 10_000 }, (_, n) => `"f${n}":${n}`).join(',')},`),
    ),
    differs:
      'what is capped is the body (1 MiB unless the connector says so, 8 at most), its depth and the length of a key: names, lists and texts inside that cost no more than their bytes',
  },
  taken(12, 'a list of a hundred thousand', 7221, (order) => order.replace('{', `{"list":[${'0,'.repeat(99_999)}0],`)),
  taken(12, 'a name of 300 KB', 7222, (order) => order.replace('{', `{"${'n'.repeat(300_000)}":1,`)),
  {
    kind: 'kept',
    b: 12,
    name: 'a key of 300 KB',
    body: text.replace('"id":7', `"id":"${'9'.repeat(300_000)}"`),
    state: 'dead',
    reason: 'invalid',
    says: /the key has 300000 characters/,
  },
  {
    ...taken(13, 'a body that says it is a web page', 7230, (order) => order),
    headers: { 'content-type': 'text/html' },
    differs:
      'a webhook is known by its signature over its bytes; partners that send JSON as form or text would otherwise lose orders to a header. The API does look (415)',
  },
  compressed('gzip', gzipSync(text)),
  compressed('gzip, gzip', gzipSync(gzipSync(text))),
  compressed('deflate', deflateSync(text)),
  compressed('gzip', gzipSync(Buffer.alloc(20_000_000)), 'a bomb in gzip'),
  compressed('nonsense', Buffer.from(text)),
  {
    ...unreadable(
      38,
      'XML with a billion laughs',
      '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
      /JSON/,
    ),
    differs:
      'the hub reads no XML of its own, so there is no entity to blow up; a connector with a codec of its own is pure code of the person who wrote it',
  },
  unreadable(38, 'XML that asks for a file', '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>', /JSON/),
  { ...unreadable(39, 'XML with tags that do not match', '<a><b>1</a>', /JSON/), differs: 'as 38: no XML is read' },
  {
    ...unreadable(40, 'an EDI interchange', "UNB+UNOC:3+A+B+261123:0800+1'UNZ+2+2'", /JSON/),
    differs: 'the hub reads no EDI: an interchange is kept whole as unreadable, and no acknowledgement is made up',
  },
  {
    kind: 'play',
    b: 46,
    name: 'a pattern that takes a back-tracking engine for ever ends at once',
    play: async (bed) => {
      const body = text.replace('{', `{"slug":"${'a'.repeat(50_000)}!",`)
      const began = performance.now()
      expect((await bed.send('shop', body)).status).toBe(202)
      expect(await bed.settled(body)).toMatchObject({ state: 'dead', reason: 'invalid', detail: expect.stringMatching(/slug/) })
      expect(performance.now() - began).toBeLessThan(10_000)
    },
  },
  {
    kind: 'refused',
    b: 22,
    name: 'unsigned',
    status: 401,
    code: 'signature',
    send: async (bed) => bed.post(await bed.hookOf('shop'), text, {}),
  },
  {
    kind: 'refused',
    b: 22,
    name: 'an empty signature',
    status: 401,
    code: 'signature',
    send: (bed) => bed.send('shop', text, { 'x-signature': '' }),
  },
  {
    kind: 'refused',
    b: 22,
    name: 'the signature of another connection',
    status: 401,
    code: 'signature',
    send: (bed) => bed.send('shop', text, { 'x-signature': signed(text, secrets.other) }),
  },
  {
    kind: 'refused',
    b: 22,
    name: 'a good request at the address of another connection',
    status: 401,
    code: 'signature',
    send: async (bed) => bed.post(await bed.hookOf('other'), text, { 'x-signature': signed(text) }),
  },
  {
    kind: 'refused',
    b: 23,
    name: 'signed, then written anew',
    status: 401,
    code: 'signature',
    send: (bed) => bed.send('shop', `${text} `, { 'x-signature': signed(text) }),
  },
  {
    kind: 'refused',
    b: 23,
    name: 'a byte 0xff where U+FFFD was signed',
    status: 401,
    code: 'signature',
    send: (bed) => bed.send('shop', Buffer.from('{"id":7,"x":"\xff"}', 'latin1'), { 'x-signature': signed('{"id":7,"x":"\ufffd"}') }),
  },
]
