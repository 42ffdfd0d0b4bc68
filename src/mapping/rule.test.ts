import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { brief, compiled, context, file, outcome } from './testbed.ts'
import type { Rule } from './types.ts'

const document: Json = {
  a: 1,
  blank: '',
  none: null,
  code: 'J',
  nested: { b: 'two' },
  parties: [
    { role: 'SU', name: 'Ningbo' },
    { role: 'ST', name: 'Dock 4' },
  ],
  lines: [
    { id: 1, price: '2.00', qty: 3, kind: 'p', tags: ['x', 'y'] },
    { id: 2, price: '1.50', qty: 2, kind: 's' },
    { id: 3, price: '4.00', qty: 1, kind: 'p', tags: [] },
  ],
  fees: [{ amount: '1.00' }],
}

describe('a rule', () => {
  it.each<[string, Rule | string, Json | undefined]>([
    ['copies a path', 'a', 1],
    ['copies an object', 'nested', { b: 'two' }],
    ['leaves a blank out', 'blank', undefined],
    ['leaves null out', 'none', undefined],
    ['leaves an absent path out', 'no.such.path', undefined],
    ['reads through a scalar as nothing', 'a.b.c', undefined],
    ['takes the first path with a value', { from: ['blank', 'none', 'nested.b', 'a'] }, 'two'],
    ['picks a list item by its code', "parties[role='ST'].name", 'Dock 4'],
    ['writes a constant', { value: { unit: 'EA', list: [1, true, null] } }, { unit: 'EA', list: [1, true, null] }],
    ['uses a default', { from: 'blank', default: 'D' }, 'D'],
    ['converts a default', { from: 'blank', default: 5, convert: 'text' }, '5'],
    ['does not default a value', { from: 'a', default: 9 }, 1],
    ['looks a code up', { from: 'code', lookup: 'yes' }, 'yes'],
    ['looks up in a code list of the workspace', { value: undefined, from: 'unit', default: 'pcs', lookup: 'unit' }, 'EA'],
    ['uses else for an unknown code', { from: 'nested.b', lookup: 'yes', else: 'unknown' }, 'unknown'],
    ['makes a ref of a number', { from: 'a', link: 'party' }, { type: 'party', connection: 'shop', externalKey: '1' }],
    ['reads the connection', '@.books', 'harbour'],
    ['holds under its condition', { when: 'a == 1', value: 'x' }, 'x'],
    ['is left out otherwise', { when: 'a == 2', value: 'x', missing: 'reject' }, undefined],
    ['moves into an object', { from: 'nested', fields: { c: 'b', d: '$.a', e: '^.code' } }, { c: 'two', d: 1, e: 'J' }],
    ['leaves a group without values out', { from: 'nested', fields: { c: 'x' } }, undefined],
    ['leaves a group of a missing object out', { from: 'none', fields: { c: { value: 1 } } }, undefined],
    ['groups in place', { fields: { a: 'a', b: 'nested.b' } }, { a: 1, b: 'two' }],
    ['takes the first object', { from: ['none', 'nested'], fields: { c: 'b' } }, { c: 'two' }],
    ['makes a list', { each: 'lines', fields: { id: 'id' } }, [{ id: 1 }, { id: 2 }, { id: 3 }]],
    [
      'filters a list and counts what is left',
      { each: 'lines', where: "kind == 'p'", fields: { id: 'id', n: { expr: 'position()' } } },
      [
        { id: 1, n: 1 },
        { id: 3, n: 2 },
      ],
    ],
    ['makes a list of values', { each: 'lines', item: { expr: 'price * qty' } }, ['6.00', '3.00', '4.00']],
    ['skips items without a value', { each: 'lines', item: 'tags[0]' }, ['x']],
    ['keeps an empty list', { from: 'lines[2].tags' }, []],
    ['leaves the list of a missing one out', { each: 'nothing', fields: { id: 'id' } }, undefined],
    ['nests lists', { each: 'lines', item: { each: 'tags', item: { expr: "join('', ^.id, .)" } } }, [['1x', '1y'], []]],
    [
      'names what it computes',
      {
        each: 'lines',
        let: { net: 'price * qty', tax: 'net * 0.1' },
        where: "kind == 's'",
        fields: { t: { expr: 'net + tax' }, g: { fields: { n: 'net' } } },
      },
      [{ t: '3.300', g: { n: '3.00' } }],
    ],
    [
      'puts a list together',
      {
        list: [
          'a',
          'blank',
          { when: 'a == 2', value: 'no' },
          { each: 'lines', where: 'qty > 1', item: 'id' },
          { fields: { b: 'nested.b' } },
        ],
      },
      [1, 1, 2, { b: 'two' }],
    ],
    ['leaves a list of nothing out', { list: ['blank', 'none'] }, undefined],
    [
      'adds all items of an entry with conditions and policies of its own',
      {
        list: [
          { each: 'lines', when: 'a == 1', item: 'id' },
          { each: 'lines', when: 'a == 2', item: 'id', missing: 'reject' },
          { each: 'fees', onError: 'omit', item: { from: 'amount', convert: 'ymd' } },
          { each: 'fees', missing: 'reject', item: { expr: 'position()' } },
        ],
      },
      [1, 2, 3, 4],
    ],
  ])('%s', (_, rule, expected) => {
    expect(outcome(rule, document)).toEqual(expected)
  })

  it.each<[string, Rule, readonly string[]]>([
    ['a required value that is missing', { from: 'nested.x', missing: 'reject' }, ['MISSING /nested/x']],
    ['a required list among entries', { list: ['a', { each: 'nothing', missing: 'reject', fields: {} }] }, ['MISSING /nothing']],
    ['a required list', { each: 'nothing', missing: 'reject', fields: {} }, ['MISSING /nothing']],
    ['an unknown code', { from: 'nested.b', lookup: 'yes' }, ['LOOKUP_MISS /nested/b two']],
    ['a code list that is not there', { from: 'code', lookup: 'colour' }, ['LOOKUP_MISS /code J']],
    ['a key that is an object', { from: 'nested', link: 'party' }, ['TYPE /nested {"b":"two"}']],
    ['fields of a text', { from: 'code', fields: { x: 'y' } }, ['TYPE /code J']],
    ['a list that is none', { each: 'code', fields: { x: 'y' } }, ['TYPE /code J']],
    [
      'a bad item, once for all its uses',
      {
        each: 'parties',
        fields: { n: { from: 'name', convert: 'decimal' }, m: { expr: 'name + 1' }, k: { expr: 'name * 2', missing: 'reject' } },
      },
      ['DECIMAL /parties/0/name Ningbo', 'DECIMAL /parties/1/name Dock 4'],
    ],
    ['the place behind a qualifier', { from: "parties[role='ST'].name", convert: 'decimal' }, ['DECIMAL /parties/1/name Dock 4']],
    ['no MISSING after another error', { from: 'code', convert: 'decimal', missing: 'reject' }, ['DECIMAL /code J']],
  ])('reports %s', (_, rule, expected) => {
    expect(outcome(rule, document)).toEqual(expected)
  })

  it('says where in the result and in the rules an error lies', () => {
    const mapping = compiled(file({ lines: { each: 'lines', where: "kind == 's'", fields: { price: { from: 'id', convert: 'date' } } } }))
    const result = mapping.pull(document, context())
    expect(result).toEqual({
      ok: false,
      errors: [
        {
          code: 'DATE',
          mapping: 'test@1',
          rule: 'lines[].price',
          to: '/lines/0/price',
          from: '/lines/1/id',
          found: '2',
          expected: 'a date, or a date-time (one in UTC needs "zone")',
        },
      ],
    })
    expect(mapping.lines.get('lines[].price')).toEqual({ line: 1, column: expect.any(Number) })
  })

  it('never shows what a schema marks sensitive', () => {
    const sourceSchema = {
      type: 'object',
      properties: { person: { type: 'object', 'x-sensitive': true, properties: { phone: { type: 'string' } } } },
    }
    const result = compiled(file({ phone: { from: 'person', fields: { p: { from: 'phone', convert: 'decimal' } } } }), {
      sourceSchema,
    }).pull({ person: { phone: 'secret' } }, context())
    expect(JSON.stringify(result)).not.toContain('secret')
    expect(result).toMatchObject({ ok: false, errors: [{ found: '***' }] })
  })

  it('stops at limits instead of running long', () => {
    const long = { list: Array.from({ length: 2_000 }, () => 1) }
    const mapping = compiled(file({ n: { expr: 'sum(list, sum(^.list, sum(^.^.list, .)))' } }))
    const result = mapping.pull(long, context())
    expect(result.ok ? [] : result.errors.map((error) => error.code)).toContain('LIMIT')
    const huge = compiled(file({ n: { expr: 'round(x * x * x, 2)' } })).pull({ x: '9'.repeat(200) }, context())
    expect(huge.ok ? [] : huge.errors.map((error) => error.code)).toEqual(['LIMIT'])
  })

  it('makes a new constant each time', () => {
    const mapping = compiled(file({ x: { value: { list: [] } } }))
    const [one, two] = [mapping.pull({}, context()), mapping.pull({}, context())]
    expect(one).toEqual(two)
    expect(one.ok && two.ok && one.value.x !== two.value.x).toBe(true)
  })

  it('takes whatever a document is', () => {
    const mapping = compiled(file({ a: 'a', l: { each: 'l', fields: { x: 'x.y' } }, s: { expr: 'sum(l, x.y) + a' } }))
    for (const odd of [null, 5, 'text', [], [[]], true, { l: [null, 5, [], { x: null }] }, { l: {} }])
      expect(() => mapping.pull(odd, context())).not.toThrow()
  })
})

describe('a push file', () => {
  const text = JSON.stringify({
    mapping: 'erp.sale',
    version: '2',
    source: 'hub',
    target: 'erp',
    direction: 'push',
    lookups: { unit: { EA: 'u', XBX: 'u', KGM: 'kg' } },
    parts: {
      line: {
        product: { from: 'product', link: 'product', convert: 'number' },
        unit: { from: 'unit', lookup: 'unit' },
        qty: { from: 'quantity', convert: 'number' },
      },
    },
    push: {
      party: { from: 'buyer', link: 'party', missing: 'reject' },
      'head.date': { from: 'issueDate', convert: 'ymd' },
      "head.refs[kind='PO'].value": 'number',
      tags: { from: 'tags', convert: 'list' },
      lines: { list: [{ fields: { op: { value: 'create' } } }, { each: 'lines', use: 'line' }] },
    },
  })
  const order: Json = {
    number: 'PO-1',
    issueDate: '2026-11-23',
    buyer: { type: 'party', key: 'harbour' },
    tags: ['a', 'b'],
    lines: [{ product: 'S1', unit: 'XBX', quantity: '2.50' }],
  }
  const links = (missing: string) => ({
    link: (type: string, ref: Json): string | undefined =>
      JSON.stringify(ref).includes(missing) ? undefined : type === 'party' ? '77' : '5',
  })

  it('builds the partner document, with converters, lookups and links running outwards', () => {
    expect(compiled(text).push(order, context(links('none')))).toEqual({
      ok: true,
      notes: [],
      value: {
        party: '77',
        head: { date: '20261123', refs: [{ kind: 'PO', value: 'PO-1' }] },
        tags: 'a, b',
        lines: [{ op: 'create' }, { product: 5, unit: 'u', qty: 2.5 }],
      },
    })
  })

  it('keeps what the partner holds besides', () => {
    const base = { id: 9, head: { refs: [{ kind: 'X' }, { kind: 'PO', value: 'old', own: 1 }] } }
    const result = compiled(text).push(order, context(links('none')), base)
    expect(result).toMatchObject({ ok: true, value: { id: 9, head: { refs: [{ kind: 'X' }, { kind: 'PO', value: 'PO-1', own: 1 }] } } })
    expect(base.head.refs[1]?.value).toBe('old')
  })

  it('names the link it misses', () => {
    const result = compiled(text).push(order, context(links('S1')))
    expect(result).toMatchObject({
      ok: false,
      errors: [{ code: 'LINK_MISSING', rule: 'lines[1][].product', from: '/lines/0/product', link: { type: 'product', ref: 'S1' } }],
    })
  })

  it('resolves a ref of the same connection by itself', () => {
    const own: Json = { buyer: { type: 'party', connection: 'shop', externalKey: '4' } }
    expect(compiled(text).push(own, context())).toMatchObject({ ok: true, value: { party: '4' } })
  })

  it('looks codes of the workspace up backwards', () => {
    const mapping = compiled(
      JSON.stringify({
        mapping: 'm',
        version: '1',
        source: 'hub',
        target: 'app',
        direction: 'push',
        push: { u: { from: 'unit', lookup: 'unit' } },
      }),
    )
    expect(mapping.push({ unit: 'XBX' }, context())).toMatchObject({ ok: true, value: { u: 'box' } })
    const miss = mapping.push({ unit: 'ZZ' }, context())
    expect(miss.ok ? [] : miss.errors.map(brief)).toEqual(['LOOKUP_MISS /unit ZZ'])
  })

  it('does not pull', () => {
    expect(() => compiled(text).pull({}, context())).toThrow(/direction push/)
    expect(() => compiled(file({ a: 'a' })).push({}, context())).toThrow(/direction pull/)
  })
})

describe('lineage', () => {
  it('names the paths, tables and converters of a field', () => {
    const mapping = compiled(
      file({
        lines: {
          each: 'items',
          let: { net: 'price * qty' },
          fields: {
            t: { expr: 'round(net - sum(discounts, amount), 2)' },
            u: { from: ['unit', '^.unit'], lookup: 'unit', default: 'pcs' },
            d: { from: 'day', convert: 'utc', zone: '@.config.timeZone' },
          },
        },
      }),
    )
    expect(mapping.sources('lines[3].t')).toEqual({
      paths: ['items[].price', 'items[].qty', 'items[].discounts[].amount'],
      context: [],
      lookups: [],
      converters: [],
      constants: [],
    })
    expect(mapping.sources('lines[].u')).toEqual({
      paths: ['items[].unit', 'unit'],
      context: [],
      lookups: ['unit'],
      converters: [],
      constants: ['pcs'],
    })
    expect(mapping.sources('lines[].d')).toEqual({
      paths: ['items[].day'],
      context: ['@.config.timeZone'],
      lookups: [],
      converters: ['utc'],
      constants: [],
    })
    expect(mapping.sources('nothing')).toBeUndefined()
  })
})
