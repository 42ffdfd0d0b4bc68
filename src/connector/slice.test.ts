import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, type Json } from '../model/json.ts'
import { findValue, parseRecord, parseSlice, sliceRecords } from './slice.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const cut = (text: string, path: string) =>
  sliceRecords(bytes(text), path).map((range) => new TextDecoder().decode(bytes(text).subarray(range.from, range.to)))

describe('records', () => {
  it.each([
    ['[]', '', []],
    [' [ ] ', '', []],
    ['[{"a":1},{"b":[1,[2]]}]', '', ['{"a":1}', '{"b":[1,[2]]}']],
    ['{"data":{"orders":[ {"id":1} , {"id":2} ]},"x":1}', 'data.orders', ['{"id":1}', '{"id":2}']],
    ['{"result":[[{"a":"]"}]]}', 'result.0', ['{"a":"]"}']],
    ['{"id":7,"t":"a\\"}{"}', '', ['{"id":7,"t":"a\\"}{"}']],
    ['{"or\\u0064ers":[1,"x",null]}', 'orders', ['1', '"x"', 'null']],
    ['\uFEFF[{"a":1}]', '', ['{"a":1}']],
  ])('%s at "%s"', (text, path, expected) => {
    expect(cut(text, path)).toEqual(expected)
  })
  it.each([
    ['', ''],
    ['{"orders":null}', 'orders'],
    ['{"error":"x"}', 'orders'],
    ['{"orders":"none"}', 'orders'],
    ['[{"a":1}', ''],
    ['[{"a":1},', ''],
    ['[{"a":1}] trailing', ''],
    ['{"a" 1}', 'a'],
    ['<html></html>', ''],
    ['"text', ''],
    ['['.repeat(100) + ']'.repeat(100), ''],
  ])('refuses %s at "%s"', (text, path) => {
    expect(() => cut(text, path)).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ code: 'bad-shape', recovery: 'retry' }) }),
    )
  })
  it('refuses bytes that are no UTF-8 when they are parsed', () => {
    const body = new Uint8Array([...bytes('["'), 0xff, ...bytes('"]')])
    const [range = { from: 0, to: 0 }] = sliceRecords(body, '')
    expect(() => parseSlice(body, range)).toThrow(/no JSON/)
  })
  it.each([
    ['{"a":[1],"a":[2]}', 'a', 'a'],
    ['{"a":[1],"\\u0061":[2]}', 'a', 'a'],
    ['{"name":1,"a":[1],"name":2}', 'a', 'name'],
    ['{"d":{"a":[1],"é":1,"\\u00e9":2}}', 'd.a', 'é'],
  ])('refuses %s at "%s": another reader may find other records', (text, path, name) => {
    expect(() => cut(text, path)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`has the name "${name}" twice`),
        detail: expect.objectContaining({ code: 'bad-shape', recovery: 'retry' }),
      }),
    )
  })
  it('looks at a value whose name stands twice as JSON.parse does', () => {
    const body = bytes('{"a":[1],"a":{"b":2,"b":3}}')
    expect(findValue(body, 'a.b')).toEqual({ from: 24, to: 25 })
    expect(parseSlice(body, { from: 0, to: body.length })).toEqual({ a: { b: 3 } })
  })
  it('does not mind one name in several objects', () => {
    const text = '{"a":[{"a":1,"b":{"a":2}},{"a":3}],"b":{"a":4}}'
    expect(cut(text, 'a')).toEqual(['{"a":1,"b":{"a":2}}', '{"a":3}'])
    expect(parseRecord(bytes(text), { from: 0, to: text.length })).not.toHaveProperty('twin')
  })
  it('keeps long numbers', () => {
    const body = bytes('[{"id":12345678901234567890,"price":10.10}]')
    expect(sliceRecords(body, '').map((range) => parseSlice(body, range))).toEqual([{ id: '12345678901234567890', price: 10.1 }])
  })
})

describe('laws', () => {
  it('finds what a parser finds, however the text is spaced', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.array(fc.constantFrom('a', 'b', '0', '1', ''), { maxLength: 3 }),
        (value, space, names) => {
          const wrapped: Json = { a: value as Json, b: [value as Json, { a: value as Json }] }
          const text = JSON.stringify(wrapped, null, space)
          const path = names.join('.')
          fc.pre(!names.includes('') || names.length === 0)
          const body = bytes(text)
          const found = findValue(body, path)
          const expected = at(JSON.parse(text) as Json, path)
          expect(found === undefined ? undefined : JSON.parse(new TextDecoder().decode(body.subarray(found.from, found.to)))).toEqual(
            expected,
          )
        },
      ),
    )
  })
  it('never throws anything but its own fault on torn bodies', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(60), (value, keep) => {
        try {
          for (const range of sliceRecords(bytes(JSON.stringify([value, value]).slice(0, keep)), ''))
            expect(range.to).toBeGreaterThan(range.from)
        } catch (error) {
          expect(error).toMatchObject({ detail: { code: 'bad-shape' } })
        }
      }),
    )
  })
})
