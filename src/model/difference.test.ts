import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differences } from './difference.ts'
import { canonicalJson, type Json } from './json.ts'

test('names each field that differs, with both values', () => {
  const before = { number: '1', lines: [{ sku: 'a', quantity: '1' }, { sku: 'b' }], note: null }
  const after = { number: '1', lines: [{ sku: 'a', quantity: '2' }], note: null, total: { grand: '3' } }
  expect(differences(before, after, 10)).toEqual([
    { path: 'lines.0.quantity', before: '1', after: '2' },
    { path: 'lines.1', before: { sku: 'b' }, after: null },
    { path: 'total', before: null, after: { grand: '3' } },
  ])
  expect(differences(before, after, 1)).toHaveLength(1)
  expect(differences(undefined, after, 10)).toEqual([{ path: '', before: null, after }])
})

test('there is none exactly when the values are the same', () => {
  const value = fc.jsonValue({ maxDepth: 4 }).map((json) => JSON.parse(JSON.stringify(json)) as Json)
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(differences(a, structuredClone(a), 1000)).toEqual([])
      if (canonicalJson(a) !== canonicalJson(b)) expect(differences(a, b, 1000).length).toBeGreaterThan(0)
    }),
  )
})
