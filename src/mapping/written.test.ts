import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { compiled, file } from './testbed.ts'
import type { RuleOrPath } from './types.ts'
import { writerOf } from './written.ts'

const rulesIn = (fields: Record<string, RuleOrPath>, more: Record<string, unknown>, document: Json) => {
  const { written } = compiled(file(fields, more))
  return (...steps: (string | number)[]) => writerOf(written, document, steps)?.rule
}

describe('the rule that wrote a value of the partner', () => {
  const document: Json = {
    name: '1',
    total: '3',
    parties: [
      { role: 'SU', name: 'x' },
      { role: 'ST', name: 'y', zip: '1' },
    ],
    items: [{ id: 1, sub: { sku: 'a' }, price: '3' }],
    source: { kind: 'hub' },
  }
  const fields: Record<string, RuleOrPath> = {
    number: 'name',
    shipTo: { from: "parties[role='ST']", fields: { name: 'name', of: '$.name' } },
    lines: { each: 'items', key: 'id', fields: { key: 'id', product: { from: 'sub', fields: { sku: 'sku', of: '^.^.name' } } } },
    amount: { expr: 'sum(items, price)', onPush: 'keep' },
    total: { expr: 'total + 0', onPush: 'keep' },
  }
  it('is found by its place there, for the derived rules and the written ones', () => {
    const at = rulesIn(fields, { direction: 'both', push: { source: { value: { kind: 'hub' } }, 'items[0].price': 'total' } }, document)
    expect(at('name')).toBe('number')
    expect(at('parties', 1, 'name')).toBe('shipTo.name')
    expect(at('parties', 1, 'role')).toBe('shipTo.name')
    expect(at('items', 0, 'id')).toBe('lines[].key')
    expect(at('items', 0, 'sub', 'sku')).toBe('lines[].product.sku')
    expect(at('items', 0, 'price')).toBe('push.items[0].price')
    expect(at('source', 'kind')).toBe('push.source')
  })
  it('is none for what stood in the base', () => {
    const at = rulesIn(fields, { direction: 'both' }, document)
    expect(at('total')).toBeUndefined()
    expect(at('parties', 0, 'name')).toBeUndefined()
    expect(at('parties', 1, 'zip')).toBeUndefined()
    expect(at('items', 0, 'price')).toBeUndefined()
  })
  it('stands in push for a mapping that only pushes, and nowhere for one that only pulls', () => {
    const push = { "refs[kind='PO'].value": 'number', 'order.lines': { each: 'lines', fields: { unit: 'unit' } } }
    const made: Json = { refs: [{ kind: 'PO', value: '7' }], order: { lines: [{ unit: 'u' }] } }
    const at = rulesIn({}, { fields: undefined, direction: 'push', push }, made)
    expect(at('refs', 0, 'value')).toBe("refs[kind='PO'].value")
    expect(at('refs', 0, 'kind')).toBe("refs[kind='PO'].value")
    expect(at('order', 'lines', 0, 'unit')).toBe('order.lines[].unit')
    expect(compiled(file({ x: 'y' })).written).toEqual([])
  })
})
