import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, canonicalJson, type Json, maxDepth, parseJson } from './json.ts'

describe('parseJson', () => {
  test.each([
    ['9223372036854775807', '9223372036854775807'],
    ['0.1000000000000000055', '0.1000000000000000055'],
    ['12345678901234567.89', '12345678901234567.89'],
    ['1e400', '1e400'],
    ['-0', '-0'],
    ['5.0', 5],
    ['19.99', 19.99],
    ['9007199254740991', 9007199254740991],
    ['"0000004500"', '0000004500'],
  ])('%s keeps its digits', (text, value) => {
    expect(parseJson(`{"n":${text}}`)).toEqual({ n: value })
  })

  test('refuses prototype names and nesting beyond the limit', () => {
    expect(() => parseJson('{"__proto__":{"a":1}}')).toThrow('not allowed')
    expect(() => parseJson('{"\\u005f_proto__":{"a":1}}')).toThrow('not allowed')
    expect(() => parseJson(`${'['.repeat(maxDepth + 1)}${']'.repeat(maxDepth + 1)}`)).toThrow('nested deeper')
    expect(parseJson(`${'['.repeat(maxDepth)}${']'.repeat(maxDepth)}`)).toBeDefined()
    expect(parseJson('{"text":"[[[[{{{{"}')).toEqual({ text: '[[[[{{{{' })
  })

  test('gives back what JSON.stringify wrote, for values a double holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        if (!/e[+-]?\d|-0|__proto__|[\d.]{16}/.test(text)) expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })
})

test('canonicalJson does not depend on the order of fields', () => {
  const shuffled: Json = { b: [1, { y: 'z', x: null }], a: 'text' }
  expect(canonicalJson(shuffled)).toBe('{"a":"text","b":[1,{"x":null,"y":"z"}]}')
})

test('at reads own properties only', () => {
  expect(at({ a: [{ b: 1 }] }, 'a.0.b')).toBe(1)
  expect(at({ a: 1 }, 'constructor.name')).toBeUndefined()
  expect(at({ a: 1 }, '')).toEqual({ a: 1 })
})
