import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../package-root.ts'
import type { Webhook } from './types.ts'
import { verifyWebhook } from './verify.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const now = new Date(0)

describe('an HMAC whose secret is brought into a form of Unicode', () => {
  const webhook: Webhook = {
    verify: {
      kind: 'hmac',
      header: 'X-Hmac-Signature',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: 'hmac-sha256-hex=',
      normalize: 'NFKD',
      secret: '{config.secret}',
    },
    topic: { path: 'description' },
    topics: {},
    ack: { status: 200 },
  }
  /** Published by EasyPost: EasyPost/examples, official/fixtures (event-body.json without its last newline, client-library-fixtures.json). */
  const body = readFileSync(join(packageRoot, 'connectors/easypost/fixtures/event-body.json')).subarray(0, 3550)
  const signature = 'hmac-sha256-hex=38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db'
  const verify = (secret: string, given = signature, of: Uint8Array = body) =>
    verifyWebhook(webhook, { secret }, { 'x-hmac-signature': given }, of, now)

  it('takes the known answer, however the secret was typed', () => {
    for (const secret of ['s\u00e9cret', 'se\u0301cret']) expect(verify(secret)).toEqual({ kind: 'accepted', topic: 'tracker.updated' })
  })
  it('judges the raw bytes: a weight written anew is another body', () => {
    const again = bytes(Buffer.from(body).toString('utf8').replace('614.4', '614.40'))
    expect(verify('s\u00e9cret', signature, again)).toEqual({ kind: 'refused', code: 'wrong-signature' })
    expect(verify('secret')).toEqual({ kind: 'refused', code: 'wrong-signature' })
    expect(verify('s\u00e9cret', signature.slice('hmac-sha256-hex='.length))).toEqual({ kind: 'refused', code: 'wrong-signature' })
  })
})

describe('a plain hash', () => {
  const ofBody: Webhook = {
    verify: {
      kind: 'hash',
      algorithm: 'sha256',
      signature: { header: 'sign' },
      signed: 'body',
      text: '{signed}/{secret}',
      secret: '{config.key}',
    },
    topic: { path: 'event' },
    topics: {},
    ack: { status: 200 },
  }
  const body = '{"event":"TRACKING_UPDATED","data":{}}'
  /** printf '%s/%s' "$body" testkey | sha256sum */
  const sign = '512d0055800c103d050c73d5aed69080d79ea41ca38014953d586da57290f129'

  it('of the body, a text and the secret', () => {
    const verify = (text: string, key: string, headers: Readonly<Record<string, string>>) =>
      verifyWebhook(ofBody, { key }, headers, bytes(text), now)
    expect(verify(body, 'testkey', { sign })).toEqual({ kind: 'accepted', topic: 'TRACKING_UPDATED' })
    expect(verify(body, 'old testkey', { sign: sign.toUpperCase() })).toMatchObject({ kind: 'accepted' })
    for (const [text, key, headers] of [
      [`${body} `, 'testkey', { sign }],
      [body, 'testke', { sign }],
      [body, 'testkey', { sign: sign.slice(2) }],
      [body, '', { sign }],
    ] as const)
      expect(verify(text, key, headers)).toEqual({ kind: 'refused', code: 'wrong-signature' })
    expect(verify(body, 'testkey', {})).toEqual({ kind: 'refused', code: 'missing-signature' })
  })

  const ofForm: Webhook = {
    verify: {
      kind: 'hash',
      algorithm: 'md5',
      signature: { field: 'sign' },
      signed: { field: 'param' },
      text: '{signed}{secret}',
      secret: '{config.salt}',
    },
    form: 'param',
    topic: { path: 'status' },
    topics: {},
    ack: { status: 200 },
  }
  /** printf '%s%s' '{"status":"polling"}' testsalt | md5sum */
  const known = 'sign=966E28E52BAAF2E6A4944681CB952510&param=%7B%22status%22%3A%22polling%22%7D'

  it('of a field of the form that the body is', () => {
    const verify = (text: string, salt = 'testsalt') => verifyWebhook(ofForm, { salt }, {}, bytes(text), now)
    expect(verify(known)).toEqual({ kind: 'accepted', topic: 'polling' })
    expect(verify(known.replace('%7B', '%7b'))).toMatchObject({ kind: 'accepted' })
    expect(verify(known, 'other')).toEqual({ kind: 'refused', code: 'wrong-signature' })
    expect(verify(known.replace('polling', 'abort'))).toEqual({ kind: 'refused', code: 'wrong-signature' })
  })
  it('of a field that stands there twice proves nothing', () => {
    const twice = `${known}&param=%7B%22status%22%3A%22abort%22%7D`
    expect(verifyWebhook(ofForm, { salt: 'testsalt' }, {}, bytes(twice), now)).toEqual({ kind: 'refused', code: 'wrong-signature' })
    expect(verifyWebhook(ofForm, { salt: 'testsalt' }, {}, bytes(`${known}&sign=0`), now)).toEqual({
      kind: 'refused',
      code: 'missing-signature',
    })
    expect(verifyWebhook(ofForm, { salt: 'testsalt' }, {}, bytes('{"status":"polling"}'), now)).toMatchObject({ kind: 'refused' })
  })
})
