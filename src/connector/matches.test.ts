import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { firstDifference } from './matches.ts'
import type { Matches } from './types.ts'

const matches: Matches = {
  equal: [
    ['comment', 'note'],
    ['party.id', 'party'],
  ],
  decimal: [['total', 'total.digits']],
  lists: [
    {
      rows: ['lines', 'rows'],
      key: ['seq', 'number'],
      equal: [['product', 'product']],
      decimal: [['quantity', 'quantity']],
    },
  ],
}
const input: Json = {
  note: 'ring twice',
  party: 7,
  total: { digits: '12.50' },
  rows: [
    { number: '1', product: 3, quantity: '2.000' },
    { number: '2', quantity: '0.1' },
  ],
}
const lines = [
  { seq: 2, product: null, quantity: 0.1 },
  { seq: 1, product: 3, quantity: 2 },
]
const record = { comment: 'ring twice', party: { id: 7, name: 'x' }, total: '12.5', lines }
const difference = (change: object, sent: object = {}) =>
  firstDifference(matches, { ...record, ...change } as Json, { ...input, ...sent } as Json)

describe('a record that shows what was sent', () => {
  it.each<[string, object, object]>([
    ['as it was sent, rows in any order', {}, {}],
    ['with white space cut off', {}, { note: ' ring twice\n' }],
    ['an empty text for one that was not sent', { comment: '' }, { note: undefined }],
    ['a value of its own where none was sent', { comment: 'fragile', total: 9 }, { note: '', total: undefined }],
    ['decimals beyond binary floats', { total: '12345678901234567890.1' }, { total: { digits: '12345678901234567890.10' } }],
    ['no rows for none', { lines: null }, { rows: [] }],
  ])('%s', (_, change, sent) => {
    expect(difference(change, sent)).toBeUndefined()
  })
})

describe('a difference is named', () => {
  it.each<[string, object, object, string]>([
    ['another text, which is not told', { comment: 'do not ring' }, {}, '"comment" differs'],
    ['a text that is gone', { comment: null }, {}, '"comment" differs'],
    ['another key', { party: { id: 8 } }, {}, '"party.id" is 8 instead of 7'],
    ['a key as text', { party: { id: '7' } }, {}, '"party.id" differs'],
    ['another decimal', { total: '12.51' }, {}, '"total" is 12.51 instead of 12.50'],
    [
      'the last digit of a long decimal',
      { total: '12345678901234567890.2' },
      { total: { digits: '12345678901234567890.1' } },
      '"total" is 12345678901234567890.2 instead of 12345678901234567890.1',
    ],
    ['no decimal', { total: 'twelve' }, {}, '"total" differs'],
    ['a decimal that is gone', { total: null }, {}, '"total" is empty instead of 12.50'],
    ['a missing row', { lines: [lines[1]] }, {}, '"lines" 2 is missing'],
    ['a row that was not sent', { lines: [...lines, { seq: 3 }] }, {}, '"lines" 3 was not sent'],
    ['a row without key', { lines: [...lines, { seq: null }] }, {}, '"lines" without key was not sent'],
    ['a row that is there twice', { lines: [...lines, lines[1]] }, {}, '"lines" 1 is there more than once'],
    ['a value in a row', { lines: [lines[0], { seq: 1, product: 3, quantity: 3 }] }, {}, '"lines" 1: "quantity" is 3 instead of 2.000'],
    [
      'a value in a row where none was sent',
      { lines: [{ seq: 2, product: 4, quantity: 0.1 }, lines[1]] },
      {},
      '"lines" 2: "product" is 4 instead of empty',
    ],
    ['no list', { lines: null }, {}, '"lines" 1 is missing'],
  ])('%s', (_, change, sent, expected) => {
    expect(difference(change, sent)).toBe(expected)
  })
  it('and only the first of them', () => {
    expect(difference({ comment: 'x', total: '1', lines: [] })).toBe('"comment" differs')
  })
})

it('further rows of the partner do not count where they were not ours to write', () => {
  const { lists: [list = expect.unreachable()] = [] } = matches
  const more: Matches = { ...matches, lists: [{ ...list, more: true }] }
  const record = { comment: 'ring twice', party: { id: 7 }, total: '12.5', lines: [...lines, { seq: 3, quantity: 1 }] }
  expect(firstDifference(matches, record, input)).toBe('"lines" 3 was not sent')
  expect(firstDifference(more, record, input)).toBeUndefined()
  expect(firstDifference(more, { ...record, lines: lines.slice(1) }, input)).toBe('"lines" 2 is missing')
})
