import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redact, redactCut, redactor } from './redact.ts'

/** How others write a value: in URLs, forms, JSON in JSON, HTML, hexadecimal, and inside a longer text in base 64. */
const writers: readonly ((secret: string, before: string) => string)[] = [
  (secret, before) => `${before} ${secret} after`,
  (secret) => `https://x.example/?key=${encodeURIComponent(secret)}`,
  (secret) => `https://x.example/?key=${encodeURIComponent(secret).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())}`,
  (secret) => new URLSearchParams({ key: secret }).toString(),
  (secret) => JSON.stringify({ secret }),
  (secret) => JSON.stringify({ inner: JSON.stringify({ secret }) }),
  (secret) => `key: ${Buffer.from(secret).toString('hex')}`,
  (secret, before) => `Basic ${Buffer.from(`${before}:${secret}`).toString('base64')}`,
  (secret, before) => `Basic ${Buffer.from(`${before}:${secret}:x`).toString('base64url')}`,
]

test('no way to write a secret gets through', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 12, maxLength: 40 }).filter((text) => text.trim().length >= 12),
      fc.stringMatching(/^[a-z]{0,6}$/),
      (secret, before) => {
        for (const [index, write] of writers.entries()) {
          const clean = redact(write(secret, before), ['another-secret', secret])
          expect(clean, `writer ${index}`).toContain('[secret]')
          expect(clean, `writer ${index}`).not.toContain(secret)
          // of the bytes in base 64 at most the two letters at either end that its neighbours share
          for (const [word = ''] of clean.matchAll(/[A-Za-z0-9+/_-]{8,}={0,2}/g))
            expect(Buffer.from(word, 'base64').includes(Buffer.from(secret).subarray(3, -3))).toBe(false)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('a secret that holds another one leaves no rest of itself', () => {
  expect(redact('pw=abcd-efgh-ijkl', ['abcd', 'abcd-efgh-ijkl'])).toBe('pw=[secret]')
})

test('an API key is known by its form, whoever made it', () => {
  const key = `cdk_01ABC_${'0f'.repeat(32)}deadbeef`
  expect(redact(`Authorization: Bearer ${key}.`, [])).toBe('Authorization: Bearer [secret].')
  expect(redact('cdk_ is how keys begin', [])).toBe('cdk_ is how keys begin')
})

test('a redactor follows its list, and leaves values below its length', () => {
  let secrets: readonly string[] = ['monday-password']
  const clean = redactor(() => secrets, 8)
  expect(clean('monday-password tuesday-password')).toBe('[secret] tuesday-password')
  secrets = ['tuesday-password', 'shop']
  expect(clean('tuesday-password of the shop')).toBe('[secret] of the shop')
})

test('a text that was cut inside a secret shows no beginning of it', () => {
  const secret = 'correct-horse-battery'
  for (let length = 4; length <= secret.length; length++)
    expect(redactCut(`key: ${secret} again: ${secret.slice(0, length)}`, [secret])).toBe('key: [secret] again: [secret]')
  expect(redactCut('a cat', [secret])).toBe('a cat')
  expect(redactCut(`in base 64: ${Buffer.from(`x:${secret}`).toString('base64').slice(0, 20)}`, [secret])).not.toContain('Y29y')
})
