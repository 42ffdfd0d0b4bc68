import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, isObject, type Json, type JsonObject } from './json.ts'
import { type KeyedChange, keyedDifferences, pointerOf, type Step } from './keyed-difference.ts'

/** Does changes to a value, as a reader of the change journal would. */
const applied = (value: Json | undefined, changes: Iterable<KeyedChange>): Json | undefined =>
  [...changes].reduce((now, change) => at(now, change.steps, change), value)

function at(value: Json | undefined, [step, ...rest]: readonly Step[], change: KeyedChange): Json | undefined {
  if (step === undefined) {
    if (change.change !== 'ordered') return change.change === 'removed' ? undefined : change.after
    const elements = list(value)
    return (change.after as readonly string[]).map((key) => elements.find((element) => element.key === key) ?? null)
  }
  if ('name' in step) {
    const fields = new Map(isObject(value) ? Object.entries(value) : [])
    const next = at(fields.get(step.name), rest, change)
    if (next === undefined) fields.delete(step.name)
    else fields.set(step.name, next)
    return Object.fromEntries(fields)
  }
  const elements = list(value)
  const next = at(
    elements.find(({ key }) => key === step.key),
    rest,
    change,
  )
  if (next === undefined) return elements.filter(({ key }) => key !== step.key)
  return elements.some(({ key }) => key === step.key)
    ? elements.map((element) => (element.key === step.key ? next : element))
    : [...elements, next]
}

const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly JsonObject[]) : [])

const leaf = fc.oneof(fc.constantFrom('1', '2', ''), fc.integer({ min: 0, max: 2 }), fc.boolean(), fc.constant(null))
const line = fc.record(
  {
    key: fc.constantFrom('a', 'b', 'c', 'd', '/~'),
    number: fc.constantFrom('1', '2'),
    quantity: leaf,
    product: fc.record({ sku: leaf }, { requiredKeys: [] }),
  },
  { requiredKeys: ['key'] },
)
const lines = fc.oneof(
  fc.uniqueArray(line, { selector: ({ key }) => key, maxLength: 5 }),
  fc.array(line, { maxLength: 3 }),
  fc.array(leaf, { maxLength: 3 }),
)
const body = fc.record(
  { lines, shipTo: fc.oneof(leaf, fc.dictionary(fc.constantFrom('city', 'street', '__proto__'), leaf)), discounts: lines },
  { requiredKeys: [] },
)

describe('changes between two values', () => {
  test('done to the first, they give the second', () => {
    fc.assert(
      fc.property(fc.array(body, { minLength: 2, maxLength: 6 }), (versions) => {
        const changes = versions
          .slice(1)
          .flatMap((after, place) => [...keyedDifferences(versions[place] as JsonObject, after as JsonObject)])
        expect(canonicalJson(applied(versions[0] as JsonObject, changes))).toBe(canonicalJson(versions.at(-1) as JsonObject))
      }),
      { numRuns: 2000 },
    )
  })

  test('a value without a change has none', () => {
    fc.assert(
      fc.property(body, (one) => {
        expect([...keyedDifferences(one as JsonObject, structuredClone(one) as JsonObject)]).toEqual([])
      }),
    )
  })

  test('lines are known by their keys, wherever they stand', () => {
    const before = {
      lines: [
        { key: '7', number: '10', quantity: '5' },
        { key: '8', quantity: '1' },
      ],
    }
    const after = {
      lines: [
        { key: '8', quantity: '1' },
        { key: '7', number: '10', quantity: '3' },
      ],
    }
    expect([...keyedDifferences(before, after)].map((change) => ({ ...change, steps: pointerOf(change.steps) }))).toEqual([
      { steps: '/lines/7/quantity', change: 'changed', before: '5', after: '3' },
      { steps: '/lines', change: 'ordered', before: ['7', '8'], after: ['8', '7'] },
    ])
  })

  test('a list without keys changes as a whole', () => {
    expect([...keyedDifferences({ taxes: [{ amount: '1' }] }, { taxes: [{ amount: '2' }] })]).toMatchObject([
      { steps: [{ name: 'taxes' }], change: 'changed', before: [{ amount: '1' }], after: [{ amount: '2' }] },
    ])
  })
})
