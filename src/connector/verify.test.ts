import { describe, expect, it } from 'vitest'
import type { Webhook } from './types.ts'
import { verifyWebhook } from './verify.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const base: Omit<Webhook, 'verify'> = { topic: { header: 'X-Topic' }, topics: {}, ack: { status: 200 } }

describe('Standard Webhooks', () => {
  /** Known answer of the specification's own test suite (standard-webhooks, libraries/javascript, webhook.test.ts). */
  const known = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const webhook: Webhook = {
    ...base,
    verify: { kind: 'standard', secret: '{config.secret}' },
    topic: { path: 'type' },
    eventId: { header: 'webhook-id', signed: true },
  }
  const headers = { 'webhook-id': known.id, 'webhook-timestamp': known.timestamp, 'webhook-signature': known.signature }
  const at = (offsetMs: number) => new Date(1614265330_000 + offsetMs)
  const verify = (change: Readonly<Record<string, string>> = {}, body = known.body, offset = 0, config = { secret }) =>
    verifyWebhook(webhook, config, { ...headers, ...change }, bytes(body), at(offset))

  it('takes the known answer, also among others and with an old secret beside the new one', () => {
    expect(verify()).toEqual({ kind: 'accepted', topic: '', eventId: { value: known.id, signed: true } })
    expect(verify({ 'webhook-signature': `v1a,xx v2,yy v1,AAAA ${known.signature}` })).toMatchObject({ kind: 'accepted' })
    expect(verify({}, known.body, 0, { secret: `whsec_${Buffer.alloc(24, 7).toString('base64')} ${secret}` })).toMatchObject({
      kind: 'accepted',
    })
  })
  it.each([
    ['one changed byte', {}, known.body.replace('4}', '5}')],
    ['another id', { 'webhook-id': 'msg_2' }, known.body],
    ['another time', { 'webhook-timestamp': '1614265331' }, known.body],
    ['a time with a sign', { 'webhook-timestamp': '+1614265330' }, known.body],
    ['a time with a fraction', { 'webhook-timestamp': '1614265330.0' }, known.body],
    ['another scheme', { 'webhook-signature': known.signature.replace('v1,', 'v1a,') }, known.body],
    ['a cut signature', { 'webhook-signature': known.signature.slice(0, -4) }, known.body],
    ['a signature with a tail', { 'webhook-signature': `${known.signature}x` }, known.body],
  ])('refuses %s', (_, change, body) => {
    expect(verify(change, body)).toEqual({ kind: 'refused', code: 'wrong-signature' })
  })
  it('refuses what is too old or from the future, and only then says so', () => {
    expect(verify({}, known.body, 300_000)).toMatchObject({ kind: 'accepted' })
    expect(verify({}, known.body, 300_001)).toEqual({ kind: 'refused', code: 'stale-timestamp' })
    expect(verify({}, known.body, -300_001)).toEqual({ kind: 'refused', code: 'stale-timestamp' })
    expect(verify({ 'webhook-id': 'msg_2' }, known.body, 900_000)).toEqual({ kind: 'refused', code: 'wrong-signature' })
  })
  it('looks at eight signatures at most', () => {
    expect(verify({ 'webhook-signature': [...Array.from({ length: 8 }, () => 'v1,AAAA'), known.signature].join(' ') })).toEqual({
      kind: 'refused',
      code: 'wrong-signature',
    })
  })
  it('refuses without a secret, with a short one, or without headers', () => {
    expect(verifyWebhook(webhook, {}, headers, bytes(known.body), at(0))).toEqual({ kind: 'refused', code: 'wrong-signature' })
    expect(verify({}, known.body, 0, { secret: 'whsec_AAAA' })).toEqual({ kind: 'refused', code: 'wrong-signature' })
    expect(verify({ 'webhook-signature': '' })).toEqual({ kind: 'refused', code: 'missing-signature' })
  })
})

describe('HMAC over the body', () => {
  /** Made by openssl: printf '{"id":1001,"updated_at":"2026-01-02T03:04:05Z"}' | openssl dgst -sha256 -hmac hub_test_secret [-binary | base64] */
  const body = '{"id":1001,"updated_at":"2026-01-02T03:04:05Z"}'
  const hex = 'f3a8b4cdf82177b9072d242c5247616ec836a703d02840546daa46e92279ad72'
  const base64 = '86i0zfghd7kHLSQsUkdhbsg2pwPQKEBUbapG6SJ5rXI='
  const webhook = (encoding: 'hex' | 'base64', prefix?: string): Webhook => ({
    ...base,
    verify: {
      kind: 'hmac',
      header: 'X-Sig',
      algorithm: 'sha256',
      encoding,
      secret: '{config.s}',
      ...(prefix === undefined ? {} : { prefix }),
    },
    eventId: { path: 'id', signed: true },
  })
  const verify = (hook: Webhook, signature: string | undefined, text = body, s = 'hub_test_secret') =>
    verifyWebhook(
      hook,
      { s },
      { 'x-topic': 'order.updated', ...(signature === undefined ? {} : { 'x-sig': signature }) },
      bytes(text),
      new Date(0),
    )

  it('takes the known answer in its encoding and with its prefix', () => {
    expect(verify(webhook('base64'), base64)).toEqual({
      kind: 'accepted',
      topic: 'order.updated',
      eventId: { value: '1001', signed: true },
    })
    expect(verify(webhook('hex'), hex)).toMatchObject({ kind: 'accepted' })
    expect(verify(webhook('hex', 'sha256='), `sha256=${hex}`)).toMatchObject({ kind: 'accepted' })
    expect(verify(webhook('hex'), hex, body, 'old-secret hub_test_secret')).toMatchObject({ kind: 'accepted' })
  })
  it('refuses the other encoding, another secret, a changed byte, a missing prefix, nothing', () => {
    for (const refused of [
      verify(webhook('hex'), base64),
      verify(webhook('base64'), hex),
      verify(webhook('base64'), base64, body, 'other'),
      verify(webhook('base64'), base64, `${body} `),
      verify(webhook('hex', 'sha256='), hex),
    ])
      expect(refused).toEqual({ kind: 'refused', code: 'wrong-signature' })
    expect(verify(webhook('base64'), undefined)).toEqual({ kind: 'refused', code: 'missing-signature' })
    expect(verify(webhook('base64'), base64, body, '')).toEqual({ kind: 'refused', code: 'wrong-signature' })
  })
  it('answers a ping without looking at a signature', () => {
    expect(verify({ ...webhook('base64'), ping: (_, sent) => sent.byteLength < 5 }, undefined, 'ping')).toEqual({ kind: 'ping' })
  })
})
