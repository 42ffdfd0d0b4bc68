import { expect, test } from 'vitest'
import type { Json } from '../model/json.ts'
import { bulkRows } from './bulk-rows.ts'
import { joinRecord } from './join.ts'
import type { Bulk } from './types.ts'

const children: NonNullable<Bulk['children']> = {
  id: 'id',
  parent: '__parentId',
  type: '__typename',
  of: { Line: { into: 'lines', list: 'nodes', with: { pageInfo: { more: false } } }, Note: { into: 'notes' } },
}
const of = { children, size: 2 }
const file = (...lines: readonly (Json | string)[]): Uint8Array =>
  Buffer.from(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))
const order = (id: string) => ({ __typename: 'Order', id, no: id.toUpperCase() })
const line = (parent: string, sku: string) => ({ __typename: 'Line', sku, __parentId: parent })
const record = (no: string, ...skus: readonly string[]) => ({
  no,
  lines: { pageInfo: { more: false }, nodes: skus.map((sku) => ({ sku })) },
  notes: [],
})
const values = (bytes: Uint8Array, atEnd: boolean, which: Pick<Bulk, 'children' | 'size'> = of) => {
  const { drafts, used } = bulkRows(bytes, which, atEnd)
  return { values: drafts.map(({ value }) => value), rest: Buffer.from(bytes.subarray(used)).toString() }
}

test('children become fields of the record they follow, and what joins them is no part of it', () => {
  const bytes = file(order('a'), line('a', 'X'), line('a', 'Y'), order('b'), { __typename: 'Note', __parentId: 'b', text: 'hi' })
  const { drafts } = bulkRows(bytes, of, true)
  const expected = [record('A', 'X', 'Y'), { ...record('B'), notes: [{ text: 'hi' }] }]
  expect(drafts.map(({ value }) => value)).toEqual(expected)
  // and so it is read again from its bytes
  const kept = drafts.map(({ pieces }) => pieces.map(({ place, into }) => ({ body: 0, ...place, ...(into === undefined ? {} : { into }) })))
  expect(kept.map((slices) => joinRecord(slices, [bytes], undefined, { bulk: { children } }))).toEqual(expected)
})

test('the last record waits for children that may come, and no more than a page is taken', () => {
  const bytes = file(order('a'), line('a', 'X'), order('b'), order('c'), line('c', 'Z'))
  expect(values(bytes, false)).toEqual({ values: [record('A', 'X'), record('B')], rest: file(order('c'), line('c', 'Z')).toString() })
  const cut = bytes.subarray(0, bytes.length - 60)
  expect(values(cut, false).values).toHaveLength(1)
  expect(values(file(order('a'), line('a', 'X')), false)).toEqual({ values: [], rest: file(order('a'), line('a', 'X')).toString() })
  expect(values(file(order('a')), true)).toEqual({ values: [record('A')], rest: '' })
})

test('wherever the file is cut, the same records come out', () => {
  const bytes = file(order('a'), line('a', 'X'), '', order('b'), line('b', '灯 "q"'), line('b', 'Y'), order('c'))
  const whole = values(bytes, true, { children, size: 100 }).values
  for (let cut = 0; cut <= bytes.length; cut++) {
    const first = bulkRows(bytes.subarray(0, cut), { children, size: 100 }, false)
    const second = bulkRows(bytes.subarray(first.used), { children, size: 100 }, true)
    expect([...first.drafts, ...second.drafts].map(({ value }) => value)).toEqual(whole)
  }
})

test('a child without its record before it, a line of another type and one that is no JSON are refused', () => {
  const refusal = (code: string) => expect.objectContaining({ detail: expect.objectContaining({ code }) })
  expect(() => bulkRows(file(order('a'), line('b', 'X')), of, true)).toThrow(refusal('bulk-orphan'))
  expect(() => bulkRows(file(line('b', 'X')), of, true)).toThrow(refusal('bulk-orphan'))
  expect(() => bulkRows(file(order('a'), { __typename: 'Tax', __parentId: 'a' }), of, true)).toThrow(refusal('bulk-type'))
  expect(() => bulkRows(file('{"id":'), of, true)).toThrow(refusal('bad-shape'))
})

test('lines of a flat file are records as they stand', () => {
  expect(values(file({ id: 1, __parentId: 2 }), true, { size: 5 }).values).toEqual([{ id: 1, __parentId: 2 }])
})
