import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileJson, compilePath, compileString, compileText, parseTemplate, placeholders } from './template.ts'

describe('texts', () => {
  it('keep the type of a single placeholder', () => {
    expect(compileText('{input.lines}')({ input: { lines: [{ a: 1 }] } })).toEqual([{ a: 1 }])
    expect(compileText('{page.number}')({ page: { number: 2 } })).toBe(2)
    expect(compileText('{since}')({})).toBeUndefined()
  })
  it('join literals and values, and have no value when one is missing', () => {
    expect(compileString('Bearer {config.token}')({ config: { token: 't' } })).toBe('Bearer t')
    expect(compileString('Bearer {config.token}')({ config: {} })).toBeUndefined()
    expect(compileString('{a}-{b}')({ a: 1, b: null })).toBeUndefined()
  })
  it('write a brace twice', () => {
    expect(compileString('{{ orders(first: {page.size}) {{ id }} }}')({ page: { size: 5 } })).toBe('{ orders(first: 5) { id } }')
  })
  it('know filters', () => {
    expect(compileText('{key|integer}')({ key: '7' })).toBe(7)
    expect(JSON.stringify(compileText('{key|integer}')({ key: '12345678901234567890' }))).toBe('12345678901234567890')
    expect(() => compileText('{key|integer}')({ key: '7; drop' })).toThrow(/whole number/)
    expect(compileText('{key|base64}')({ key: 'aé' })).toBe('YcOp')
    expect(compileText("FNumber='{key|quoted}'")({ key: "a' or ''='" })).toBe("FNumber='a'' or ''''='''")
    expect(compileText("FNumber in ('{keys|quoted}')")({ keys: ["a'b", 7] })).toBe("FNumber in ('a''b','7')")
  })
  it('refuse what is no placeholder', () => {
    for (const text of ['{', '{ a }', '{a b}', '{}', '{a|b}', '{a..b}']) expect(() => parseTemplate(text), text).toThrow(/template/)
  })
  it('give back any text without braces, and any text with its braces doubled', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(compileString(text.replaceAll('{', '{{').replaceAll('}', '}}'))({}) ?? '').toBe(text)
      }),
    )
  })
  it('list their placeholders', () => {
    expect(placeholders({ a: ['{since}', { b: '{page.size}' }] }).map((found) => found.path)).toEqual(['since', 'page.size'])
  })
})

describe('paths', () => {
  it('encode values', () => {
    expect(compilePath('/orders/{key}/x')({ key: 'a/b?c#é' })).toBe('/orders/a%2Fb%3Fc%23%C3%A9/x')
    expect(compilePath('/products/{key|path}')({ key: '12/variations/34' })).toBe('/products/12/variations/34')
  })
  it.each([undefined, null, '', '.', '..'])('refuse %j, which would address something else', (key) => {
    expect(() => compilePath('/orders/{key}')({ key })).toThrow(/needs a value/)
  })
  it('refuse climbing in a value that is a path', () => {
    expect(() => compilePath('/p/{key|path}')({ key: '1/../2' })).toThrow(/needs a value/)
  })
})

describe('JSON', () => {
  it('leaves fields without value out', () => {
    expect(compileJson({ a: '{x}', b: '{y}', c: null })({ y: 1 })).toEqual({ b: 1, c: null })
  })
  it('leaves a condition without its operand out', () => {
    const domain = compileJson([['OR', ['write_date', '>=', '{since}']], 5])
    expect(domain({})).toEqual([['OR'], 5])
    expect(domain({ since: 't' })).toEqual([['OR', ['write_date', '>=', 't']], 5])
  })
  it('refuses a hole in a list whose places mean something', () => {
    expect(() => compileJson({ params: ['{key}', 1] })({})).toThrow(/missing in the list/)
    expect(() => compileJson(['{key}'])({})).toThrow(/missing in the list/)
    expect(() => compileJson([['{key}'], 1])({})).toThrow(/missing in the list/)
    expect(() => compileJson(['write', '{key}'])({})).toThrow(/missing in the list/)
  })
})
