import { expect, test } from 'vitest'
import type { Json } from './json.ts'
import { exampleOf, openShape, type RecordShape, type Trait } from './record-shape.ts'

/** What these records show, learned one after the other. */
function learned(records: readonly Json[], words: readonly string[] = []): RecordShape {
  const traits: Trait[] = []
  for (const record of records) traits.push(...openShape(traits, words).strange(record))
  return openShape(traits, words)
}
const told = (shape: RecordShape, record: Json) =>
  shape
    .strange(record)
    .map(({ path, type, word, former, plain }) => `${path} ${word || type} (${former.join(' ')})${plain ? ' plain' : ''}`)

const order = { id: 1, total: '10.00', 'a.b': true, lines: [{ sku: 'LAMP', qty: 1 }], note: null, tags: [], address: { zip: '1' } }

test('records that look like those before show nothing', () => {
  const shape = learned([order])
  expect(told(shape, { ...order, id: 2, total: '0', lines: [], address: {} })).toEqual([])
  expect(told(shape, { id: 3 })).toEqual([])
})

test('one record shows all it has, however many fields that are', () => {
  const wide = Object.fromEntries(
    Array.from({ length: 1500 }, (_, place) => [`f${place % 10}${String.fromCharCode(97 + (place % 26))}x${place % 150}`, { n: place }]),
  )
  expect(learned([wide]).strange(wide)).toEqual([])
})

test('another type, a new field and one deep inside are told by their paths', () => {
  const shape = learned([order])
  const changed = { ...order, total: 10, 'a.b': 'yes', lines: [{ sku: 'LAMP', qty: 1, lot: 'A' }], colour: 'red' }
  expect(told(shape, changed)).toEqual(['total number (string)', 'a\\.b string (boolean)', 'lines.*.lot string ()', 'colour string ()'])
  expect(told(shape, { ...order, address: 'Main Street 1' })).toEqual(['address string (object)'])
})

test('the first value of a field that was always null, and the first item of a list that was always empty, are plain', () => {
  const shape = learned([order])
  expect(told(shape, { ...order, note: { text: 'x' }, tags: [{ name: 'x' }] })).toEqual([
    'note object () plain',
    'note.text string () plain',
    'tags.* object () plain',
    'tags.*.name string () plain',
  ])
  expect(told(shape, { ...order, total: null })).toEqual([])
})

test('a new word of a field with words is told, and no other text is', () => {
  const shape = learned([{ state: 'open', name: 'a', lines: [{ kind: 'x' }] }], ['state', 'lines.*.kind'])
  expect(told(shape, { state: 'open', name: 'b', lines: [{ kind: 'x' }, { kind: 'y' }] })).toEqual(['lines.*.kind y (x)'])
  expect(told(shape, { state: 'on-hold', name: 'b' })).toEqual(['state on-hold (open)'])
})

test('numbers that arrive as text because of their digits are numbers', () => {
  const shape = learned([{ id: 5, rate: 1.5 }])
  expect(told(shape, { id: '12345678901234567890', rate: '0.1234567890123456789' })).toEqual([])
  expect(told(shape, { id: 'A5' })).toEqual(['id string (number)'])
})

test('an object whose names are ids is a table of one row', () => {
  const shape = learned([{ prices: { '100200': { net: 1 } } }])
  expect(told(shape, { prices: { '999888': { net: 2 }, '999889': { net: 3 } } })).toEqual([])
  expect(told(shape, { prices: { '999888': { net: '2' } } })).toEqual(['prices.*.net string (number)'])
})

test('an example tells the form of a value and nothing of it', () => {
  expect(exampleOf('Ada Lovelace, +44 20 7946')).toBe('"Aaa Aaaaaaaa, +99 99 9999"')
  expect(exampleOf('王芳')).toBe('"aa"')
  expect(exampleOf(-12.5)).toBe('-99.9')
  expect(exampleOf({ secret: 'x' })).toBe('an object of 1 fields')
  expect(exampleOf(['x'])).toBe('a list of 1')
})
