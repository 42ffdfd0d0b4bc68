import { describe, expect, it } from 'vitest'
import type { Json, JsonSchema } from '../model/json.ts'
import { interpreter } from '../testing/interpret.ts'
import { compileMapping } from './compile.ts'
import { awaited } from './missing-link.ts'
import { compileStream } from './stream.ts'
import { brief, compiled, context, file, outcome } from './testbed.ts'
import type { CompileOptions, RuleOrPath } from './types.ts'

const errors = (fields: Record<string, RuleOrPath>, document: Json, more: Record<string, unknown> = {}): readonly string[] => {
  const result = compiled(file(fields, more)).pull(document, context())
  return result.ok ? [] : result.errors.map(brief)
}

describe('one bad input gives one error', () => {
  const zero = { a: 1, n: 0, m: 0 }
  it('wherever the name of a let is used', () => {
    const each: Record<string, RuleOrPath> = {
      x: { when: 'a == 1', expr: 'q' },
      y: { expr: 'has(a) ? q : 1' },
      z: { expr: 'q' },
      g: { fields: { v: { expr: 'q + 1' } } },
    }
    expect(errors(each, zero, { let: { q: 'div(1, n, 2)' } })).toEqual(['DECIMAL /n 0'])
    expect(errors(each, zero, { let: { q: 'div(1, n * m, 2)' } })).toEqual(['DECIMAL /x 0'])
    expect(errors(each, { ...zero, n: 'x' }, { let: { p: 'n', q: 'p * 2' } })).toEqual(['DECIMAL /n x'])
    expect(errors(each, { ...zero, l: ['x', 'y'] }, { let: { q: 'sum(l, div(1, ^.n + ^.m, 2))' } })).toEqual([
      'DECIMAL /x 0',
      'DECIMAL /x 0',
    ])
  })
  it('at its place where several paths were tried, whichever rule asks', () => {
    const group = { from: ['p', 'o'], fields: { x: { expr: 'n + 1' }, y: { expr: 'n * 2' }, z: { from: ['t', 'n'], convert: 'decimal' } } }
    expect(errors({ g: group, h: { expr: '$.o.n - 1' } }, { o: { n: 'x' } })).toEqual(['DECIMAL /o/n x'])
    const nested = { each: 'l', fields: { g: { from: ['p', 'o'], fields: { x: { each: 'k', fields: { y: { expr: 'n + 1' } } } } } } }
    const item = (name: string, n: Json): Json => ({ [name]: { k: [{ n: 1 }, { n }] } })
    expect(errors({ nested }, { l: [item('p', 'a'), item('o', 'b'), item('o', 2)] })).toEqual([
      'DECIMAL /l/0/p/k/1/n a',
      'DECIMAL /l/1/o/k/1/n b',
    ])
  })
  it('in the connection, and for a rule whose error stands although another one was left out', () => {
    const fields: Record<string, RuleOrPath> = {
      x: { expr: '@.books + 1', onError: 'omit' },
      y: { expr: '@.books + 1' },
      z: { expr: '@.books + 2' },
    }
    expect(errors(fields, {})).toEqual(['DECIMAL /y harbour'])
  })
  it('in the order in which expressions ask', () => {
    expect(errors({ x: { expr: 'join(s, a, b)' } }, { s: [1], a: [2], b: [3] })).toEqual(['TYPE /s [1]', 'TYPE /a [2]', 'TYPE /b [3]'])
  })
  it('a missing value that a let computes has no place', () => {
    expect(errors({ x: { from: 'q', missing: 'reject' } }, {}, { let: { q: 'a + 1' } })).toEqual(['MISSING /x'])
  })
})

describe('an item that is no object', () => {
  const lines: RuleOrPath = { each: 'l', fields: { sku: 'sku' } }
  const odd = { l: [5, { sku: 'A', n: 1 }, 'x', [1], true] }
  const places = ['TYPE /l/0 5', 'TYPE /l/2 x', 'TYPE /l/3 [1]', 'TYPE /l/4 true']

  it.each<[string, RuleOrPath]>([
    ['a field', lines],
    ['a condition, before it can leave the item out,', { each: 'l', where: 'n > 0', item: { value: 1 } }],
    ['the condition of a rule', { each: 'l', item: { value: 1, when: 'has(sku)' } }],
    ['an object in it', { each: 'l', item: { from: 'o', fields: { x: 'x' } } }],
    ['an inner list', { each: 'l', item: { each: 'k', item: '^.sku' } }],
    ['an expression', { each: 'l', item: { expr: "join(' ', sku, n)" } }],
    ['a name of its let', { each: 'l', let: { x: 'n + 1' }, item: 'x' }],
    ['an entry of a list', { list: [{ each: 'l', item: 'sku' }] }],
    ['the currency of an amount', { each: 'l', item: { from: '$.total', convert: 'amount:cur' } }],
    ['a sum', { expr: 'sum(l, n)' }],
    ['a count', { expr: "count(l, sku == 'A')" }],
  ])('is an error for each item where it reads %s', (_, rule) => {
    expect(errors({ x: rule }, odd)).toEqual(places)
  })

  it('is told once, however many rules read it', () => {
    expect(errors({ lines, again: lines, total: { expr: 'sum(l, n)' } }, odd)).toEqual(places)
  })

  it('adds nothing where it is null or blank', () => {
    const fields: Record<string, RuleOrPath> = {
      lines: { each: 'l', fields: { n: { expr: 'position()' }, unit: { value: 'EA' }, sku: { from: 'sku', missing: 'reject' } } },
      total: { expr: 'sum(l, n)' },
      others: { expr: "count(l, sku != 'A')" },
    }
    const result = compiled(file(fields)).pull({ l: [null, { sku: 'A', n: 1 }, '', { sku: 'B', n: 2 }] }, context(), { choices: true })
    expect(result).toMatchObject({
      ok: true,
      value: {
        lines: [
          { n: 1, sku: 'A' },
          { n: 2, sku: 'B' },
        ],
        total: '3',
        others: 1,
      },
    })
    expect(result.ok && [...(result.kept?.values() ?? [])]).toEqual([[1, 3]])
  })

  it.each<[string, RuleOrPath, Json, Record<string, unknown>?]>([
    ['the item itself', { each: 'l', fields: { name: '.' } }, [{ name: 5 }, { name: 'x' }]],
    ['a field or the item itself', { each: 'l', fields: { name: { from: ['name', '.'] } } }, [{ name: 5 }, { name: 'x' }]],
    [
      'nothing of the item',
      { each: 'l', fields: { n: { expr: 'position()' }, c: '$.c' } },
      [
        { n: 1, c: 1 },
        { n: 2, c: 1 },
      ],
    ],
    ['a name of let around it', { each: 'l', item: 'sku' }, ['2', '2'], { let: { sku: 'c + 1', net: 'c' } }],
    ['a sum of the items themselves', { expr: 'sum(m, .)' }, '3'],
  ])('is nothing wrong where a rule reads %s', (_, rule, wanted, more = {}) => {
    const result = compiled(file({ x: rule }, more)).pull({ l: [5, 'x'], m: [1, 2], c: 1 }, context())
    expect(result).toMatchObject({ ok: true, value: { x: wanted } })
  })
  it('is nothing wrong where a rule reads places in a list', () => {
    expect(outcome({ each: 'l', fields: { a: '[0]', b: '[1].c' } }, { l: [[1, { c: 2 }]] })).toEqual([{ a: 1, b: 2 }])
  })

  it('is an error in a stream, and on the way back from a base', () => {
    const { stream } = compileStream(file({ lines: { ...(lines as object), where: "sku != 'B'" } }), 'lines', { file: 'test.json' })
    const map = stream?.start(context())
    const said = [...odd.l, null].map((item, i) => map?.(item, i))
    expect(said.map((one) => (one?.kind === 'failed' ? one.errors.map(brief) : one?.kind))).toEqual([
      ['TYPE /l/0 5'],
      'written',
      ...places.slice(1).map((place) => [place]),
      'left-out',
    ])
    const both = compiled(file({ lines }, { direction: 'both' }))
    const result = both.push({ lines: [{ sku: 'A' }] }, context(), odd)
    expect(result.ok ? [] : result.errors.map(brief)).toEqual(places)
  })

  it('stays where it is in the base when it is null', () => {
    const both = compiled(file({ lines }, { direction: 'both' }))
    const result = both.push({ lines: [{ sku: 'B' }] }, context(), { l: [null, { sku: 'A' }] })
    expect(result).toMatchObject({ ok: true, value: { l: [null, { sku: 'B' }] } })
  })
})

describe('a value that a schema marks x-sensitive', () => {
  const secret: JsonSchema = { 'x-sensitive': true }
  const person: JsonSchema = { type: ['object', 'array', 'string'], properties: { pin: secret }, additionalProperties: true }
  const marked: JsonSchema = {
    properties: { iban: secret, person, people: { type: ['array', 'string', 'object'], items: person } },
    additionalProperties: true,
  }
  const document = {
    iban: 'S3CRET',
    person: { pin: 'S3CRET' },
    people: [{ pin: 'S3CRET' }],
    odd: 'S3CRET',
    odds: ['S3CRET'],
    plain: 'shown',
  }
  const told = (fields: Record<string, RuleOrPath>, schemas: Partial<CompileOptions>, more: Record<string, unknown> = {}): string => {
    const result = compiled(file(fields, more), schemas).pull(document, context())
    expect(result).toMatchObject({ ok: false, errors: [expect.anything()] })
    return JSON.stringify(result)
  }

  it.each<[string, Record<string, RuleOrPath>, Record<string, unknown>?]>([
    ['through a let', { x: { expr: 'p + 1' } }, { let: { p: 'iban' } }],
    ['through ??', { x: { expr: '(iban ?? plain) + 1' } }],
    ['through ?:', { x: { expr: '(has(iban) ? iban : plain) + 1' } }],
    ['as a condition', { x: { when: 'iban', value: 1 } }],
    ['as an object among several', { x: { from: ['nobody', 'iban'], fields: { y: 'z' } } }],
    ['inside an object', { x: { from: 'person', convert: 'decimal' } }],
    ['inside a list', { x: { from: 'people', fields: { pin: 'pin' } } }],
    ['as the list itself', { x: { each: 'person', item: 'pin' } }],
  ])('of what is read is not shown: %s', (_, fields, more) => {
    expect(told(fields, { sourceSchema: marked }, more)).not.toContain('S3CRET')
  })

  it.each<[string, Record<string, RuleOrPath>]>([
    ['a field', { iban: { from: 'odd', convert: 'decimal' } }],
    ['a field in a group', { person: { fields: { pin: { from: 'odd', convert: 'decimal' } } } }],
    ['a field in a list', { people: { each: 'people', fields: { pin: { from: '^.odd', convert: 'decimal' } } } }],
    ['an object that holds one', { person: { from: 'odd', fields: { pin: 'x' } } }],
    ['a list that holds one', { people: { each: 'odd', fields: { pin: 'x' } } }],
    ['an item that holds one', { people: { each: 'odds', fields: { pin: 'x' } } }],
  ])('of what is written is not shown: %s', (_, fields) => {
    expect(told(fields, { targetSchema: marked })).not.toContain('S3CRET')
  })

  it.each<[string, Record<string, RuleOrPath>, Json, Json | undefined, string]>([
    [
      'a key that stands twice',
      { people: { each: 'people', key: 'pin', fields: { pin: 'pin' } } },
      { people: [{ pin: 'S3CRET' }, { pin: 'S3CRET' }] },
      undefined,
      'DUPLICATE_KEY',
    ],
    [
      'a computed value that was edited',
      { x: { expr: "join('-', iban, 'x')" } },
      { x: 'edited S3CRET' },
      { iban: 'S3CRET' },
      'NO_WAY_BACK',
    ],
    ['a constant that was edited', { iban: { value: 'EA' } }, { iban: 'S3CRET' }, undefined, 'CONSTANT_CHANGED'],
    ['a text where an object goes', { person: { from: 'odd', fields: { pin: 'pin' } } }, { person: 'S3CRET' }, undefined, 'NO_WAY_BACK'],
  ])('is not shown on the way back: %s', (_, fields, wanted, base, code) => {
    for (const schemas of [{ sourceSchema: marked }, { targetSchema: marked }, { sourceSchema: marked, targetSchema: marked }]) {
      const result = compiled(file(fields, { direction: 'both' }), schemas).push(wanted, context(), base)
      expect(result).toMatchObject({ ok: false, errors: [{ code }] })
      if (schemas.sourceSchema !== undefined && schemas.targetSchema !== undefined) expect(JSON.stringify(result)).not.toContain('S3CRET')
    }
  })

  it('is not shown as a reference either, and is still what a delivery waits for', () => {
    const push = file(
      {},
      { fields: undefined, direction: 'push', push: { a: { from: 'iban', link: 'party' }, b: { from: 'plain', link: 'party' } } },
    )
    const both = file({ iban: { from: 'iban', link: 'party' }, plain: { from: 'plain', link: 'party' } }, { direction: 'both' })
    const shown = [
      ['party', '***'],
      ['party', 'shown'],
    ]
    for (const result of [
      compiled(push, { sourceSchema: marked }).push(document, context()),
      compiled(both, { targetSchema: marked }).push(document, context()),
      interpreter(push, { sourceSchema: marked }).push(document, context()),
    ])
      expect(result.ok ? [] : result.errors.map(({ link }) => [link?.type, link?.ref])).toEqual(shown)
    const result = compiled(push, { sourceSchema: marked }).push(document, context())
    expect(result.ok ? [] : result.errors.map(({ link }) => link && awaited(link))).toEqual(['S3CRET', 'shown'])
  })

  it('hides nothing else on the way back', () => {
    const fields: Record<string, RuleOrPath> = { x: { expr: 'plain + 1' }, y: { expr: "join('-', iban, 'x')" } }
    const { push } = compiled(file(fields, { direction: 'both' }), { sourceSchema: marked })
    const result = push({ x: '9', y: 'edited' }, context(), { plain: '1', iban: 'S3CRET' })
    expect(result.ok ? [] : result.errors.map(({ found, expected }) => [found, /'(.*?)'/.exec(expected)?.[1]])).toEqual([
      ['9', '2'],
      ['***', '***'],
    ])
  })

  it('hides nothing else', () => {
    expect(told({ x: { from: 'plain', convert: 'decimal' } }, { sourceSchema: marked })).toContain('shown')
  })
})

describe('expressions that unfold', () => {
  const chain = (n: number, text: (before: string) => string): Record<string, string> =>
    Object.fromEntries([['l0', 'a'], ...Array.from({ length: n }, (_, i) => [`l${i + 1}`, text(`l${i}`)])])
  it('are compiled once where they are computed once', () => {
    const result = compiled(file({ x: { expr: 'l60' } }, { let: chain(60, (before) => `${before} + ${before}`) })).pull({ a: 1 }, context())
    expect(result).toEqual({ ok: true, value: { x: String(2n ** 60n) }, notes: [] })
  })
  it('are refused where each use needs code of its own', () => {
    const text = file({ x: { expr: 'l60' } }, { let: chain(60, (before) => `has(a) ? ${before} : ${before} + 1`) })
    const { mapping, faults } = compileMapping(text, { file: 'bomb.json' })
    expect(mapping).toBeUndefined()
    expect(faults.map((fault) => fault.code)).toContain('E_LIMIT')
  })
})

describe('what the schema of the record leaves open', () => {
  const sourceSchema: JsonSchema = { type: 'object', properties: { meta: { type: 'object' }, items: { type: 'array' } } }
  const targetSchema: JsonSchema = {
    type: 'object',
    properties: {
      text: { type: 'string' },
      whole: { type: ['integer', 'null'] },
      flag: { type: 'boolean' },
      either: { anyOf: [{ type: 'string' }, { type: 'object', properties: {} }] },
      any: {},
      lines: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
    },
  }
  const fields: Record<string, RuleOrPath> = {
    text: { from: ['meta.text', 'meta.other'] },
    whole: { from: 'meta.whole', null: 'clear' },
    flag: 'meta.flag',
    either: 'meta.either',
    any: 'meta.any',
    lines: { each: 'items', fields: { sku: 'sku' } },
  }
  const open = { file: 'm.json', sourceSchema, targetSchema }
  const runs = (given: Json, more: Record<string, unknown> = {}) => {
    const text = file(fields, more)
    const { mapping } = compileMapping(text, open)
    const result = mapping?.pull(given, context())
    const oracle = interpreter(text, open).pull(given, context())
    expect(JSON.stringify(result?.ok ? result.value : result?.errors)).toBe(JSON.stringify(oracle.ok ? oracle.value : oracle.errors))
    return result
  }
  it('is looked at when it runs, and told where it stands', () => {
    const bad = { meta: { text: '', other: 5, whole: 1.5, flag: 'yes', either: 7, any: 7 }, items: [{ sku: 'A' }, { sku: 9 }] }
    const result = runs(bad)
    expect(result?.ok ? [] : result?.errors.map((error) => `${brief(error)}, expected ${error.expected}`)).toEqual([
      'TYPE /meta/other 5, expected text',
      'TYPE /meta/whole 1.5, expected an integer',
      'TYPE /meta/flag yes, expected true or false',
      'TYPE /meta/either 7, expected text or an object',
      'TYPE /items/1/sku 9, expected text',
    ])
  })
  it('goes through where it fits', () => {
    const good = { text: 'x', whole: null, flag: false, either: {}, any: [1] }
    const result = runs({ meta: good, items: [{ sku: 'A' }, {}] })
    expect(result?.ok && result.value).toEqual({ ...good, lines: [{ sku: 'A' }] })
  })
  it('is looked at on the way back as well, before anything is written over it', () => {
    const { mapping } = compileMapping(file(fields, { direction: 'both' }), open)
    const result = mapping?.push({ text: 'y' }, context(), { meta: { text: 'x', flag: 'yes' } })
    expect(result?.ok ? [] : result?.errors.map(brief)).toEqual(['TYPE /meta/flag yes'])
  })
  it('is looked at item by item in a stream', () => {
    const { stream } = compileStream(file(fields), 'lines', open)
    const map = stream?.start(context())
    expect([map?.({ sku: 'A' }, 0).kind, map?.({ sku: 9 }, 1).kind]).toEqual(['written', 'failed'])
  })
})
