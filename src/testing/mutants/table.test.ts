import { expect, test } from 'vitest'
import { readPage, withTable } from './table.ts'

test('ARCHITECTURE.md has the table of now (node src/testing/mutants/table.ts --write)', () => {
  const text = readPage()
  expect(text).toBe(withTable(text))
})

test('a page without the marks, or with a mark twice, is refused', () => {
  for (const text of ['', '<!-- invariants -->', '<!-- /invariants --><!-- invariants -->', withTable(marked).repeat(2)])
    expect(() => withTable(text)).toThrow('once each')
})

const marked = 'before\n<!-- invariants -->\nold\n<!-- /invariants -->\nafter\n'
test('only what stands between the marks changes', () => {
  const text = withTable(marked)
  expect(text).toMatch(/^before\n<!-- invariants -->\n\| invariant /)
  expect(text).toMatch(/\|\n<!-- \/invariants -->\nafter\n$/)
  expect(withTable(text)).toBe(text)
})
