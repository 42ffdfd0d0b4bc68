import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isHubError } from './errors.ts'
import { newKeyText, open, readKeyring, type Sealed, seal } from './sealing.ts'

const place = { tenant: 'default', name: 'SHOP', generation: 1 }
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return isHubError(error) ? error.detail.code : `no hub error: ${String(error)}`
  }
  return 'nothing was thrown'
}
const flip = (sealed: Sealed): Sealed => {
  const bytes = Buffer.from(sealed.sealed)
  bytes[0] = (bytes[0] ?? 0) ^ 1
  return { ...sealed, sealed: bytes }
}

test('what was sealed opens to the same text, and two sealings of it have nothing in common', () => {
  const ring = readKeyring(newKeyText(), 'CROSSDOCK_KEK')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (value) => {
      const [one, two] = [seal(ring, place, value), seal(ring, place, value)]
      expect(open(ring, place, one)).toBe(value)
      expect(one.nonce).not.toBe(two.nonce)
      expect(one.nonce).toMatch(/^[0-9a-f]{24}$/)
      expect(one.tag).toMatch(/^[0-9a-f]{32}$/)
      if (value.length > 3) expect(Buffer.from(one.sealed).includes(value)).toBe(false)
    }),
  )
})

test('a value opens in its own place only', () => {
  const ring = readKeyring(newKeyText(), 'CROSSDOCK_KEK')
  const sealed = seal(ring, place, 'password')
  for (const other of [
    { ...place, tenant: 'other' },
    { ...place, name: 'SHOP2' },
    { ...place, generation: 2 },
    // the parts are told apart, wherever one of them ends
    { ...place, tenant: 'default","SHOP' },
  ])
    expect(codeOf(() => open(ring, other, sealed))).toBe('sealed-broken')
})

test('a changed value, nonce or tag does not open, nor does a short tag', () => {
  const ring = readKeyring(newKeyText(), 'CROSSDOCK_KEK')
  const sealed = seal(ring, place, 'password')
  for (const bad of [
    flip(sealed),
    { ...sealed, nonce: randomBytes(12).toString('hex') },
    { ...sealed, tag: randomBytes(16).toString('hex') },
    { ...sealed, tag: sealed.tag.slice(0, 8) },
    { ...sealed, nonce: sealed.nonce.slice(0, 8) },
  ])
    expect(codeOf(() => open(ring, place, bad))).toBe('sealed-broken')
})

test('the newest key seals, older ones open, and a missing one is named', () => {
  const [old, next] = [newKeyText(), newKeyText()]
  const before = readKeyring(old, 'CROSSDOCK_KEK')
  const sealed = seal(before, place, 'password')
  const both = readKeyring(`${next}  # since November\n${old},`, 'CROSSDOCK_KEK')
  expect(both.byId.size).toBe(2)
  expect(open(both, place, sealed)).toBe('password')
  expect(seal(both, place, 'password').kek).not.toBe(sealed.kek)
  const after = readKeyring(next, 'CROSSDOCK_KEK')
  expect(codeOf(() => open(after, place, sealed))).toBe('sealed-locked')
  expect(() => open(after, place, sealed)).toThrow(before.newest.id)
})

test.each([
  ['nothing', '', 'no-sealing-key'],
  ['a remark only', '# none', 'no-sealing-key'],
  ['a word', 'password', 'bad-sealing-key'],
  ['too short', randomBytes(16).toString('base64'), 'bad-sealing-key'],
  ['too long', randomBytes(33).toString('base64'), 'bad-sealing-key'],
  ['no base 64', `${newKeyText().slice(0, -2)}!=`, 'bad-sealing-key'],
  ['zeros', Buffer.alloc(32).toString('base64'), 'bad-sealing-key'],
  ['a repeated piece', Buffer.from(randomBytes(8).toString('hex').repeat(2)).toString('base64'), 'bad-sealing-key'],
  ['a sentence', Buffer.from('correct horse battery staple, ok').toString('base64'), 'bad-sealing-key'],
  ['counting up', Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7 + 1)).toString('base64'), 'bad-sealing-key'],
  ['too many', Array.from({ length: 17 }, newKeyText).join('\n'), 'bad-sealing-key'],
])('%s is no key', (_, text, code) => {
  expect(codeOf(() => readKeyring(text, 'CROSSDOCK_KEK'))).toBe(code)
})

test('a random key is never called weak, in either alphabet of base 64', () => {
  for (let i = 0; i < 2000; i++) readKeyring(i % 2 ? newKeyText() : randomBytes(32).toString('base64url'), 'CROSSDOCK_KEK')
})

test('neither an error nor a printed ring shows a key', () => {
  const text = newKeyText()
  const ring = readKeyring(text, 'CROSSDOCK_KEK')
  const bytes = Buffer.from(text, 'base64')
  const shown = inspect(ring, { depth: 9, showHidden: true }) + JSON.stringify({ ...ring, byId: [...ring.byId.values()] })
  for (const form of [text, bytes.toString('hex'), bytes.toString('base64url')]) expect(shown).not.toContain(form)
  expect(() => readKeyring(`${text} ${text.slice(0, -4)}`, 'CROSSDOCK_KEK')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(text.slice(0, 12)) }),
  )
})
