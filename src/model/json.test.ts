import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, canonicalJson, isObject, type Json, maxDepth, parseJson, parseTwins } from './json.ts'

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

  test('a number is a double only where no digit is lost, whatever stands beside it', () => {
    const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})([.][0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/)
    const shortest = (text: string) => (text.includes('.') ? text.replace(/[.]?0+$/, '') : text)
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), fc.constantFrom('', ' '), (texts, space) => {
        const read = parseJson(`[${texts.join(`${space},`)}${space}]`) as readonly Json[]
        read.forEach((value, place) => {
          const text = texts[place] ?? ''
          if (typeof value === 'number') expect([text, shortest(text)]).toContain(String(value))
          else expect(value).toBe(text)
        })
      }),
    )
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
        if (!/e[+-]?\d|-0|__proto__|"constructor"|"prototype"|[\d.]{16}/.test(text)) expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })
})

describe('parseTwins', () => {
  test.each([
    ['{"a":1,"a":2}', 'a', { a: 2 }],
    ['[{"a":1},{"b":{"x":1,"\\u0078" : 12345678901234567890}}]', 'x', [{ a: 1 }, { b: { x: '12345678901234567890' } }]],
    ['{"":1,"\\\\":2,"":{}}', '', { '': {}, '\\': 2 }],
    ['{"a":"}\\"{:","b\\"":[{}],"b\\"":null}', 'b"', { a: '}"{:', 'b"': null }],
    ['{"1":true,"0":false,"1":true}', '1', { 1: true, 0: false }],
  ])('%s names the twin', (text, twin, value) => {
    expect(parseTwins(text)).toEqual({ value, twin })
    expect(parseJson(text)).toEqual(value)
  })

  test('finds a twin exactly where there is one, however the text is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        fc.pre(!/__proto__|"constructor"|"prototype"/.test(text))
        expect(parseTwins(text)).toEqual({ value: parseJson(text) })
        const first = isObject(value as Json) ? Object.keys(value as object)[0] : undefined
        if (first === undefined) return
        const doubled = `${text.replace(/}$/, '')},${JSON.stringify(first)} :0}`
        expect(parseTwins(`[1,${doubled}]`).twin).toBe(first)
      }),
    )
  })

  test('reads a long text of escapes in one go', () => {
    const long = `${'\\\\'.repeat(200_000)}${'\\"'.repeat(200_000)}${'\\u00e9'.repeat(200_000)}`
    const started = performance.now()
    expect(parseTwins(`{"a":"${long}","b":1,"b":2}`).twin).toBe('b')
    expect(performance.now() - started).toBeLessThan(2000)
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
