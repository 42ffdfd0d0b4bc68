import { expect, test } from 'vitest'
import { eachRecord, maxEach } from './each-item.ts'

test('without a list the record is read as it is', () => {
  expect(eachRecord({}, { a: 1 })).toEqual([{ record: { a: 1 }, places: new Map() }])
})
test('one record for each item, with the item in it', () => {
  const record = { number: 'P1', events: [{ at: 1 }, { at: 2 }] }
  expect(eachRecord({ each: [{ of: 'events', as: 'event' }] }, record)).toEqual([
    { record: { ...record, event: { at: 1 } }, places: new Map([['event', 'events.0']]) },
    { record: { ...record, event: { at: 2 } }, places: new Map([['event', 'events.1']]) },
  ])
})
test('lists inside items, and an object in place of a list', () => {
  const record = {
    legs: [
      { by: 'A', scans: [1] },
      { by: 'B', scans: [] },
      { by: 'C', scans: [2, 3] },
    ],
    last: { scans: [4] },
  }
  const legs = [
    { of: 'legs', as: 'leg' },
    { of: 'scans', as: 'scan' },
  ]
  expect(
    eachRecord({ each: legs }, record)?.map((one) => [Object(one.record).leg.by, Object(one.record).scan, one.places.get('scan')]),
  ).toEqual([
    ['A', 1, 'legs.0.scans.0'],
    ['C', 2, 'legs.2.scans.0'],
    ['C', 3, 'legs.2.scans.1'],
  ])
  const last = [
    { of: 'last', as: 'leg' },
    { of: 'scans', as: 'scan' },
  ]
  expect(eachRecord({ each: last }, record)?.map((one) => [Object(one.record).scan, one.places.get('scan')])).toEqual([[4, 'last.scans.0']])
  const own = [
    { of: '', as: 'leg' },
    { of: 'last.scans', as: 'scan' },
  ]
  expect(eachRecord({ each: own }, record)?.map(({ places }) => places.get('scan'))).toEqual(['last.scans.0'])
})
test('no list, no records; too many are refused', () => {
  expect(eachRecord({ each: [{ of: 'events', as: 'event' }] }, { events: null })).toEqual([])
  const many = { events: Array.from({ length: maxEach + 1 }, (_, index) => index) }
  expect(eachRecord({ each: [{ of: 'events', as: 'event' }] }, many)).toBeUndefined()
})
