import { describe, expect, test } from 'vitest'
import { compareRecords, plain, type Records, recordsOf } from './compare.ts'

const records = (...rows: readonly (readonly [string, Readonly<Record<string, string>>])[]): Records =>
  recordsOf(
    rows,
    ([name]) => name,
    ([, fields]) => fields,
  )
const compared = (ledger: Records, systems: Records) => compareRecords({ name: 'sales', ledger, systems })

describe('compareRecords', () => {
  test('counts the fields of equal records and finds nothing', () => {
    const side = records(['1', { state: 'open', total: '5.00' }], ['2', { state: 'closed' }])
    expect(compared(side, side)).toEqual({ name: 'sales', ledger: 2, systems: 2, fields: 3, lost: [], doubled: [], differences: [] })
  })

  test('takes decimals for equal when their values are, and nothing else', () => {
    const same = compared(records(['1', { quantity: '4.000000', total: '120.00' }]), records(['1', { quantity: '4', total: '120.0' }]))
    expect(same.differences).toEqual([])
    const other = compared(records(['1', { quantity: '40' }]), records(['1', { quantity: '4' }]))
    expect(other.differences).toEqual(['sales 1, quantity: ledger 40, system 4'])
  })

  test('names a record that stands on one side only, whichever it is', () => {
    const result = compared(records(['1', {}], ['2', {}]), records(['2', {}], ['3', {}]))
    expect(result.lost).toEqual(['sales 1: in the ledger only', 'sales 3: not in the ledger'])
  })

  test('names a record that stands twice under one name, and counts it', () => {
    const result = compared(records(['1', {}]), records(['1', {}], ['1', {}]))
    expect(result).toMatchObject({ systems: 2, doubled: ['sales 1: 2 in the systems'] })
    expect(compared(records(['1', {}], ['1', {}]), records(['1', {}])).doubled).toEqual(['sales 1: 2 in the ledger'])
  })

  test('takes a field that one side lacks for a difference', () => {
    const result = compared(
      records(['1', { 'line 1 article': 'LAMP-01', 'line 2 article': 'LAMP-02' }]),
      records(['1', { 'line 1 article': 'LAMP-01' }]),
    )
    expect(result.differences).toEqual(['sales 1, line 2 article: ledger LAMP-02, system missing'])
  })
})

test('a whole number keeps its zeros', () => {
  expect([plain('100'), plain('100.00'), plain('0.00'), plain('LAMP-10'), plain(undefined)]).toEqual([
    '100',
    '100',
    '0',
    'LAMP-10',
    'missing',
  ])
})
