import { describe, expect, it } from 'vitest'
import type { Json, JsonSchema } from '../model/json.ts'
import { compileMapping } from './compile.ts'
import { brief, compiled, context, file } from './testbed.ts'
import type { MapResult, Rule, RuleOrPath } from './types.ts'

const lookups = { yes: { J: 'yes', N: 'no' } }
const pull = (fields: Record<string, RuleOrPath>, document: Json, options = {}): MapResult =>
  compiled(file(fields, { lookups })).pull(document, context(), options)
const push = (rules: Record<string, Rule>, document: Json): MapResult =>
  compiled(file({}, { fields: undefined, direction: 'push', push: rules, lookups })).push(document, context())

const notesOf = (result: MapResult): readonly string[] => (result.ok ? result.notes.map((note) => `${note.code} ${note.to}`) : [])

describe('onError', () => {
  const lines: Rule = {
    each: 'lines',
    onError: 'skipItem',
    fields: { id: 'id', total: { expr: 'price * qty' }, again: { from: 'price', convert: 'decimal:2' } },
  }
  const document: Json = {
    lines: [
      { id: 1, price: '2', qty: 3 },
      { id: 2, price: '2,5', qty: 1 },
      { id: 3, price: '1', qty: 'x' },
      { id: 4, price: '1', qty: 1 },
    ],
  }

  it('skipItem leaves an item with any error out and says so once for each bad input', () => {
    const result = pull({ lines }, document)
    expect(result.ok && result.value).toEqual({
      lines: [
        { id: 1, total: '6', again: '2.00' },
        { id: 4, total: '1', again: '1.00' },
      ],
    })
    expect(notesOf(result)).toEqual(['ERROR_SKIPPED /lines/1/total', 'ERROR_SKIPPED /lines/1/total'])
    const [first] = result.ok ? result.notes : []
    expect(first).toMatchObject({
      from: '/lines/1/price',
      rule: 'lines[].total',
      error: { code: 'DECIMAL', found: '2,5', mapping: 'test@1' },
    })
    expect(first?.message).toContain('/lines/1/price')
  })

  it('an error outside the items still rejects', () => {
    const result = pull({ lines, a: { from: 'a', missing: 'reject' } }, document)
    expect(result.ok ? [] : result.errors.map(brief)).toEqual(['MISSING /a'])
  })

  it('the condition of an item counts as the item', () => {
    const result = pull({ l: { each: 'lines', where: 'qty > 0', onError: 'skipItem', item: 'id' } }, document)
    expect(result.ok && result.value).toEqual({ l: [1, 2, 4] })
    expect(notesOf(result)).toEqual(['ERROR_SKIPPED /l/2'])
  })

  it('is the policy of an item that is no object, too', () => {
    const odd = [1, { id: 2 }, 'x', [3], { id: 4 }]
    const skipping = pull({ l: { each: 'l', onError: 'skipItem', fields: { id: 'id', at: { expr: 'position()' } } } }, { l: odd })
    expect(skipping.ok && skipping.value).toEqual({
      l: [
        { id: 2, at: 1 },
        { id: 4, at: 2 },
      ],
    })
    expect(skipping.ok && skipping.notes.map(({ rule, to, error }) => [rule, to, error && brief(error)])).toEqual([
      ['l[]', '/l/0', 'TYPE /l/0 1'],
      ['l[]', '/l/1', 'TYPE /l/2 x'],
      ['l[]', '/l/1', 'TYPE /l/3 [3]'],
    ])
    const omitting = pull({ l: { each: 'l', onError: 'omit', item: 'id' }, a: 'a' }, { l: odd, a: 1 })
    expect(omitting.ok && omitting.value).toEqual({ a: 1 })
    expect(notesOf(omitting)).toEqual(['ERROR_SKIPPED /l/0', 'ERROR_SKIPPED /l/2', 'ERROR_SKIPPED /l/3'])
  })

  it('omit leaves a field or a group out', () => {
    const bad = { a: 'x', b: { c: 'x', d: 1 } }
    const result = pull(
      {
        a: { from: 'a', convert: 'decimal', onError: 'omit' },
        b: { from: 'b', onError: 'omit', fields: { c: { from: 'c', convert: 'decimal' }, d: 'd' } },
        k: { value: 1 },
      },
      bad,
    )
    expect(result.ok && result.value).toEqual({ k: 1 })
    expect(notesOf(result)).toEqual(['ERROR_SKIPPED /a', 'ERROR_SKIPPED /b/c'])
  })

  it('a value that one field omits is still an error where another field needs it, in either order', () => {
    const omit: Rule = { from: 'a', convert: 'decimal', onError: 'omit' }
    const needs: Rule = { expr: 'a + 1' }
    for (const fields of [
      { omit, needs },
      { needs, omit },
    ]) {
      const result = pull(fields, { a: 'x' })
      expect(result.ok ? [] : result.errors.map(brief)).toEqual(['DECIMAL /a x'])
    }
  })

  it('policies nest: a field left out keeps its item', () => {
    const result = pull(
      {
        l: {
          each: 'lines',
          onError: 'skipItem',
          fields: { id: 'id', p: { from: 'price', convert: 'decimal', onError: 'omit' }, q: { from: 'qty', convert: 'number' } },
        },
      },
      document,
    )
    expect(result.ok && result.value).toEqual({
      l: [
        { id: 1, p: '2', q: 3 },
        { id: 2, q: 1 },
        { id: 4, p: '1', q: 1 },
      ],
    })
  })

  it('leaves out a thousand errors, not more', () => {
    const many = (n: number): Json => ({ lines: Array.from({ length: n }, (_, id) => ({ id, price: 'x', qty: 1 })) })
    const few = pull({ lines }, many(1_000))
    expect(few.ok && few.notes).toHaveLength(1_000)
    const result = pull({ lines }, many(1_001))
    expect(result.ok ? [] : result.errors.map(brief)).toEqual(['LIMIT /lines/1000/price x'])
  })

  it('goes with what it can stand beside', () => {
    const faults = (rule: Rule): readonly string[] => compileMapping(file({ x: rule }), { file: 'f' }).faults.map((fault) => fault.message)
    expect(faults({ from: 'a', onError: 'skipItem' })[0]).toContain("stands on a rule with 'each'")
    expect(faults({ from: 'a', onError: 'omit', missing: 'reject' })[0]).toContain('choose one')
    expect(faults({ from: 'a', onError: 'reject', missing: 'reject', null: 'none' })).toEqual([])
    expect(faults({ value: 1, null: 'clear' })[0]).toContain('"from"')
  })
})

describe('null', () => {
  it('pull: clear keeps an explicit null of the first path', () => {
    const fields: Record<string, Rule> = {
      a: { from: ['a', 'b'], null: 'clear' },
      b: { from: 'b', null: 'clear', convert: 'decimal', default: 7 },
      c: { from: ['c', 'a'], null: 'clear', default: 'none' },
      d: { from: 'c', null: 'clear', missing: 'omit' },
      e: { from: 'a' },
      f: { from: 'a', null: 'clear', fields: { x: 'x' } },
      g: { from: 'c', null: 'clear', fields: { x: 'x' } },
    }
    const result = pull(fields, { a: null, b: '3' })
    expect(result.ok && result.value).toEqual({ a: null, b: '3', c: 'none', f: null })
  })
  it('push: clear writes null where the hub has no value', () => {
    const result = push(
      {
        a: { from: 'a', null: 'clear' },
        b: { from: 'b', null: 'clear', lookup: 'yes' },
        c: { from: 'c' },
        d: { from: 'd', null: 'clear' },
      },
      { b: 'J', c: null, d: '' },
    )
    expect(result.ok && result.value).toEqual({ a: null, b: 'yes', d: null })
  })
})

describe('notes', () => {
  it.each([
    ['2026-03-08 02:30:00', '2026-03-08T07:30:00.000Z', ['ZONE_GAP /at']],
    ['2026-11-01 01:30:00', '2026-11-01T05:30:00.000Z', ['ZONE_OVERLAP /at']],
    ['2026-11-01T01:30:00-05:00', '2026-11-01T06:30:00.000Z', []],
    ['2026-07-01 02:30:00', '2026-07-01T06:30:00.000Z', []],
  ])('tells of wall-clock times that a zone skips or has twice: %s', (text, utc, notes) => {
    for (const convert of ['utc', 'local']) {
      const result = pull({ at: { from: 'at', convert, zone: 'America/New_York' } }, { at: text })
      expect(result.ok && result.value).toEqual({ at: utc })
      expect(notesOf(result)).toEqual(notes)
    }
  })
  it('tells of a wall-clock time that is written and there twice', () => {
    const result = push({ at: { from: 'at', convert: 'local', zone: 'America/New_York' } }, { at: '2026-11-01T06:30:00.000Z' })
    expect(result.ok && result.value).toEqual({ at: '2026-11-01 01:30:00' })
    expect(notesOf(result)).toEqual(['ZONE_OVERLAP /at'])
  })
  it('tells of an amount with more decimals than its currency', () => {
    const result = pull(
      { a: { from: 'a', convert: 'amount' }, b: { from: 'b', convert: "amount:'KWD'" } },
      { a: '1.5', b: '1.125', currency: 'JPY' },
    )
    expect(result.ok && result.value).toEqual({ a: '1.5', b: '1.125' })
    expect(notesOf(result)).toEqual(['AMOUNT_SCALE /a'])
  })
})

it('records exceptional choices when asked', () => {
  const fields: Record<string, Rule> = {
    a: { from: ['x', 'y', 'z'] },
    b: { from: 'x', default: 1 },
    c: { from: 'z', lookup: 'yes', else: 'other' },
    d: { from: 'j', lookup: 'yes', else: 'other', default: 'N' },
    l: { each: 'l', fields: { v: { from: 'v', default: 0 }, o: { from: ['p', '^.o'], fields: { q: 'q' } } } },
  }
  const document: Json = { z: 'Z', j: 'J', l: [{ v: 1 }, {}], o: { q: 1 } }
  const result = pull(fields, document, { choices: true })
  expect(result.ok && result.choices).toEqual([
    { rule: 'a', items: [], branch: 2 },
    { rule: 'b', items: [], branch: 'default' },
    { rule: 'c', items: [], branch: 'else' },
    { rule: 'l[].o', items: [0], branch: 1 },
    { rule: 'l[].v', items: [1], branch: 'default' },
    { rule: 'l[].o', items: [1], branch: 1 },
  ])
  expect(pull(fields, document)).toEqual({ ok: true, value: result.ok && result.value, notes: [] })
})

it('one bad input gives one error, however many fields it reaches', () => {
  const fields: Record<string, Rule> = {
    l: {
      each: 'l',
      let: { net: 'price * qty' },
      fields: {
        a: { expr: 'net' },
        b: { expr: 'net + price' },
        c: { from: 'price', convert: 'decimal' },
        d: { expr: "join(' ', text(net), name)" },
      },
    },
    sum: { expr: 'sum(l, price * qty)' },
    max: { expr: 'max(l[0].price, 1) > 3 ? l[0].price : 2' },
  }
  const result = pull(fields, {
    l: [
      { price: '1,2', qty: 2 },
      { price: 3, qty: [] },
    ],
  })
  expect(result.ok ? [] : result.errors.map((error) => error.from)).toEqual(['/l/0/price', '/l/1/qty'])
})

it('no sensitive value is in errors or notes', () => {
  const secret: JsonSchema = { type: 'string', 'x-sensitive': true }
  const sourceSchema: JsonSchema = {
    type: 'object',
    properties: { iban: secret, people: { type: 'array', items: { type: 'object', properties: { pin: secret } } } },
  }
  const fields: Record<string, Rule> = {
    a: { from: 'iban', convert: 'decimal', onError: 'omit' },
    b: { expr: "join('-', iban, 'x')", convert: 'number', onError: 'omit' },
    c: { from: ['none', 'iban'], convert: 'ymd', onError: 'omit' },
    d: { from: 'hidden', convert: 'number', onError: 'omit' },
    e: { each: 'people', onError: 'skipItem', let: { p: 'pin' }, item: { from: 'p', convert: 'number' } },
    f: { from: 'iban', convert: 'utc', zone: 'America/New_York', when: "iban != '1'", onError: 'omit' },
  }
  const mapping = compiled(file(fields, { let: { hidden: "iban ?? 'y'" } }), { sourceSchema })
  const text = JSON.stringify(mapping.pull({ iban: 'S3CRET', people: [{ pin: 'S3CRET' }] }, context()))
  expect(text).toContain('ERROR_SKIPPED')
  expect(text).not.toContain('S3CRET')
})
