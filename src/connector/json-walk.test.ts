import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findValue } from './slice.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
const isWalked = (text: string): boolean => {
  try {
    findValue(bytes(text), '')
    return true
  } catch (error) {
    expect(error).toMatchObject({ detail: { code: 'bad-shape', recovery: 'retry' } })
    return false
  }
}

describe('a walk over a JSON text', () => {
  it.each([
    '0',
    '-0',
    '10',
    '01',
    '-',
    '+1',
    '1.',
    '.5',
    '1.5e+10',
    '1e',
    '1E-2',
    '1e5.0',
    '0x1',
    'NaN',
    'Infinity',
    'true',
    'tru',
    'trueish',
    'nul',
    'null',
    'False',
    '"\\u00e9"',
    '"\\u00g0"',
    '"\\x"',
    '"\\"',
    '"a\tb"',
    '"a\\tb"',
    '"\u2028"',
    '"\\ud800"',
    '[]',
    '[,]',
    '[1,]',
    '[1 2]',
    '[1}',
    '{"a":1}',
    '{"a":1,}',
    '{a:1}',
    '{"a"}',
    '{"a":}',
    '{1:1}',
    '{"a":1 "b":2}',
    '{]',
    '',
    ' ',
    '1 1',
    '/* */1',
    '\u00a01',
    '\v1',
    ' [ 1 , { "a" : [ ] , "b" : { } } ] \r\n\t',
  ])('believes %j as JSON.parse does', (text) => {
    expect(isWalked(text)).toBe(parses(text))
  })

  it('believes exactly what JSON.parse believes, of texts that were written well and then altered', () => {
    const alteration = fc.record({
      at: fc.nat(),
      drop: fc.nat(2),
      put: fc.constantFrom(
        '',
        '"',
        '\\',
        ',',
        ':',
        '[',
        ']',
        '{',
        '}',
        '0',
        '1',
        '-',
        '.',
        'e',
        'E',
        '+',
        't',
        'n',
        'u',
        ' ',
        '\n',
        '\u0001',
        'é',
        '\\u00',
        'true',
        'null',
      ),
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue({ maxDepth: 4 }),
          fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
          fc.array(fc.string({ unit: 'binary' })),
        ),
        fc.constantFrom(undefined, 1, '\t'),
        fc.array(alteration, { maxLength: 2 }),
        (value, space, alterations) => {
          let text = JSON.stringify(value, null, space)
          for (const { at, drop, put } of alterations) {
            const place = at % (text.length + 1)
            text = text.slice(0, place) + put + text.slice(place + drop)
          }
          fc.pre(text.isWellFormed())
          expect(isWalked(text)).toBe(parses(text))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
