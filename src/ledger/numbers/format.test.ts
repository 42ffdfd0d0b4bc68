import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkOf } from './check.ts'
import { patternOf, periodOf, readFormat } from './format.ts'
import { makerOf } from './pattern.ts'

const read = (text: string, more: { readonly alphabet?: string; readonly maxLength?: number } = {}) =>
  readFormat(text, { alphabet: 'digits', maxLength: 32, values: { biz: 'PO', shop: 'S1' }, ...more })
const at = Date.parse('2026-12-31T16:30:05Z')

describe('check characters', () => {
  test('are those of the published examples', () => {
    expect(checkOf('luhn', '7992739871')).toBe('3')
    expect(checkOf('mod97', '794')).toBe('44')
    // the IBAN GB82 WEST 1234 5698 7654 32 has its country at the end
    expect(checkOf('mod97', 'WEST12345698765432GB')).toBe('82')
  })

  test('find a wrong digit and two that changed places', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 20 })
    fc.assert(
      fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (list, place, by) => {
        const text = list.join('')
        const i = place % list.length
        const wrong = list.map((digit, j) => (j === i ? (digit + by) % 10 : digit)).join('')
        expect(checkOf('luhn', wrong)).not.toBe(checkOf('luhn', text))
        expect(checkOf('mod97', wrong)).not.toBe(checkOf('mod97', text))
        const j = (i + 1) % list.length
        const swapped = list.map((digit, k) => (k === i ? (list[j] ?? 0) : k === j ? (list[i] ?? 0) : digit)).join('')
        if (swapped !== text && i < j) expect(checkOf('mod97', swapped)).not.toBe(checkOf('mod97', text))
      }),
    )
  })
})

describe('formats', () => {
  test('make numbers, and know how many', () => {
    const format = read('{biz}-{ts:yyyyMMddHHmmss,Asia/Shanghai}-{shop}{seq:4,day}{check:mod97}')
    expect(format).toMatchObject({ length: 3 + 14 + 3 + 4 + 2, capacity: 9999 })
    const number = makerOf(patternOf(format, at))(42)
    expect(number).toBe(`PO-20270101003005-S10042${checkOf('mod97', 'PO20270101003005S10042')}`)
    expect(number).toHaveLength(format.length)
    expect(periodOf(format, at)).toBe('20270101')
    const short = read('{seq:3}', { alphabet: 'crockford' })
    expect(short.capacity).toBe(32 ** 3 - 1)
    expect(makerOf(patternOf(short, at))(32)).toBe('010')
    expect(periodOf(short, at)).toBe('')
  })

  test('have another number of the same length for every sequence', () => {
    const format = read('A{seq:3}{check:mod97}', { alphabet: '01234' })
    const make = makerOf(patternOf(format, at))
    const all = Array.from({ length: format.capacity }, (_, i) => make(i + 1))
    expect(new Set(all).size).toBe(124)
    expect(new Set(all.map((number) => number.length))).toEqual(new Set([format.length]))
  })

  test.each([
    ['A{seq:4', /brace/],
    ['A', /one sequence/],
    ['{seq:2}{seq:3}', /one sequence/],
    ['{seq:4,day}', /begins anew each day.*lacks yy, MM, dd/],
    ['{ts:yyMM}{seq:4,day}', /lacks dd/],
    ['{ts:MMdd}{seq:4,year}', /lacks yy/],
    ['{ts:yy,Mars/Base}{seq:4}', /no time zone/],
    ['{ts:YYYY}{seq:4}', /a time is made of/],
    ['{ts:yy,UTC}{ts:MM,Asia/Tokyo}{seq:2}', /two zones/],
    ['{check:mod97}{seq:4}', /at the end/],
    ['A{seq:4}{check:luhn}', /digits only/],
    ['{seq:16}', /1 to 15/],
    ['{seq:4,week}', /begins anew never/],
    ['{customer}{seq:4}', /no token/],
    ['{seq:4}{check:damm}', /no token/],
    ['a b{seq:4}', /letters, digits/],
    ['{ts:yyyyMMddHHmmss}{ts:yyyyMMddHHmmss}{seq:5}', /33 characters, and 32/],
  ])('%s is refused', (text, words) => {
    expect(() => read(text)).toThrow(words)
  })

  test('refuse an alphabet with a character twice, one that makes too many, and a value that is missing', () => {
    expect(() => read('{seq:2}', { alphabet: '0120' })).toThrow(/each once/)
    expect(() => read('{seq:15}', { alphabet: 'crockford' })).toThrow(/make it shorter/)
    expect(() => readFormat('{biz}{seq:2}', { alphabet: 'digits', maxLength: 9, values: {} })).toThrow(/needs a value/)
    expect(() => read('{seq:2}{check:luhn}', { alphabet: 'crockford' })).toThrow(/digits only/)
  })
})
