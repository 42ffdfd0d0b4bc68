import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkDigit, isValidIdentifier, maxWrong, withBarcode, wrongIdentifiers } from './check-digit.ts'

describe('check digits', () => {
  test.each([
    ['gtin', '96385074'],
    ['gtin', '036000291452'],
    ['gtin', '4006381333931'],
    ['gtin', '14006381333938'],
    ['gln', '6901234000009'],
    ['sscc', '340123450000000017'],
    ['sscc', '106141411234567897'],
    ['sku', '1'],
    ['code', '0000'],
  ])('%s %s can be one', (scheme, value) => {
    expect(isValidIdentifier(scheme, value)).toBe(true)
  })

  test.each([
    ['gtin', '4006381333930'],
    ['gtin', '400638133393'],
    ['gtin', '40063813339310'],
    ['gtin', '4006381333931 '],
    ['gtin', '４006381333931'],
    ['gtin', 'LAMP-RED'],
    ['gtin', '0000000000000'],
    ['gtin', ''],
    ['gln', '96385074'],
    ['gln', '6901234000008'],
    ['sscc', '340123450000000018'],
  ])('%s %s cannot', (scheme, value) => {
    expect(isValidIdentifier(scheme, value)).toBe(false)
  })

  const lengths = fc.constantFrom(7, 11, 12, 13)
  const numbers = lengths
    .chain((length) => fc.array(fc.nat(9), { minLength: length, maxLength: length }))
    .filter((list) => list.some((digit) => digit > 0))

  test('padding with zeros keeps it; one other digit breaks it, and so does a swap of neighbours that differ by anything but five', () => {
    fc.assert(
      fc.property(numbers, fc.nat(12), fc.integer({ min: 1, max: 9 }), (list, at, by) => {
        const body = list.join('')
        const whole = body + checkDigit(body)
        expect(isValidIdentifier('gtin', whole)).toBe(true)
        expect(isValidIdentifier('gtin', whole.padStart(14, '0'))).toBe(true)
        const place = at % whole.length
        const digit = Number(whole[place])
        expect(isValidIdentifier('gtin', whole.slice(0, place) + ((digit + by) % 10) + whole.slice(place + 1))).toBe(false)
        const next = Number(whole[place + 1])
        if (place + 1 < whole.length && next !== digit && Math.abs(next - digit) !== 5)
          expect(isValidIdentifier('gtin', whole.slice(0, place) + next + digit + whole.slice(place + 2))).toBe(false)
      }),
    )
  })
})

test('wrong ones are found wherever the model has them, with a pointer', () => {
  expect(
    wrongIdentifiers({
      gtins: ['4006381333931', '4006381333930'],
      barcode: '4006381333932',
      seller: { gln: '6901234000008' },
      parcels: [{ sscc: '340123450000000018' }, { sscc: '340123450000000017' }],
      lines: [{ product: { gtin: '96385075', sku: '4006381333930' } }],
      ext: { gtin: '1' },
    }),
  ).toEqual([
    { path: '/gtins/1', scheme: 'gtin', found: '4006381333930' },
    { path: '/seller/gln', scheme: 'gln', found: '6901234000008' },
    { path: '/parcels/0/sscc', scheme: 'sscc', found: '340123450000000018' },
    { path: '/lines/0/product/gtin', scheme: 'gtin', found: '96385075' },
    { path: '/barcode', scheme: 'gtin', found: '4006381333932' },
  ])
  expect(wrongIdentifiers({ barcode: 'A-1', gtins: [] })).toEqual([])
  expect(wrongIdentifiers({ barcode: '12345678' })).toEqual([])
  expect(wrongIdentifiers({ lines: Array.from({ length: 100 }, () => ({ gtin: '1' })) })).toHaveLength(maxWrong)
})

test('a code that is no GTIN becomes the barcode, and none is lost', () => {
  const wrong = { gtins: ['4006381333930', '4006381333931', '123'] }
  expect(withBarcode('product', wrong)).toEqual({ gtins: ['4006381333931', '123'], barcode: '4006381333930' })
  expect(withBarcode('product', { ...wrong, barcode: 'A-1' })).toEqual({ ...wrong, barcode: 'A-1' })
  expect(withBarcode('party', wrong)).toBe(wrong)
  const right = { gtins: ['4006381333931'] }
  expect(withBarcode('product', right)).toBe(right)
})
