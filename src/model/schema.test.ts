import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileSchemas, maxValueFaults, readSchemas } from './schema.ts'

const file = (name: string, schema: object): { file: string; text: string } => ({ file: name, text: JSON.stringify(schema) })
const object = (id: string, properties: object, more: object = {}): { file: string; text: string } =>
  file(`${id}.json`, { $id: id, type: 'object', additionalProperties: false, properties, ...more })

describe('compileSchemas', () => {
  it('resolves references between files by $id, whatever their order', () => {
    const { validators, faults } = compileSchemas([
      object('order@1', { total: { $ref: 'values@1#/$defs/amount', title: 'Total' } }),
      file('values.json', { $id: 'values@1', $defs: { amount: { type: 'string', format: 'decimal', 'x-scale': 4 } } }),
    ])
    expect(faults).toEqual([])
    expect(validators.get('order@1')?.({ total: '1.50' })).toBeUndefined()
    expect(validators.get('order@1')?.({ total: '1,50' })).toEqual({ path: '/total', message: 'must be a decimal', keyword: 'format' })
  })

  it('refuses schemas that would be slow to compile or to hold a value against', () => {
    const faultsOf = (schema: object) => compileSchemas([object('big@1', { field: schema })]).faults
    expect(faultsOf({ enum: Array.from({ length: 49_000 }, (_, at) => at) })).toEqual([])
    expect(faultsOf({ enum: Array.from({ length: 50_000 }, (_, at) => at) })).toMatchObject([
      { path: '', message: expect.stringContaining('more than 50000 values') },
    ])
    const compared = [{ path: '/properties/field/uniqueItems', message: expect.stringContaining('compared with every other') }]
    for (const schema of [{}, { items: { type: 'object' } }, { items: {}, maxItems: 1001 }])
      expect(faultsOf({ type: 'array', uniqueItems: true, ...schema })).toMatchObject(compared)
    for (const schema of [{ items: { type: 'string' } }, { items: { type: 'object' }, maxItems: 1000 }])
      expect(faultsOf({ type: 'array', uniqueItems: true, ...schema })).toEqual([])
  })

  it('keeps patterns apart', () => {
    const { validators } = compileSchemas([
      object('two@1', { letters: { type: 'string', pattern: '^[a-z]+$' }, digits: { type: 'string', pattern: '^[0-9]+$' } }),
    ])
    expect(validators.get('two@1')?.({ letters: 'abc', digits: '123' })).toBeUndefined()
    expect(validators.get('two@1')?.({ letters: '123' })?.path).toBe('/letters')
    expect(validators.get('two@1')?.({ digits: 'abc' })?.path).toBe('/digits')
  })

  it('runs a pattern in linear time that takes a back-tracking engine for ever', () => {
    const { validators } = compileSchemas([object('slow@1', { text: { type: 'string', pattern: '^(a+)+$' } })])
    const started = performance.now()
    expect(validators.get('slow@1')?.({ text: `${'a'.repeat(50_000)}!` })?.keyword).toBe('pattern')
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it.each([
    ['text that is no JSON', { file: 'bad.json', text: '{' }, '', /not JSON/],
    ['a list', { file: 'bad.json', text: '[]' }, '', /must be a JSON object/],
    ['no $id', file('bad.json', { type: 'object' }), '/$id', /has no "\$id"/],
    ['a misspelt keyword', file('bad.json', { $id: 'bad@1', type: 'string', maxLenght: 3 }), '/maxLenght', /unknown keyword: "maxLenght"/],
    [
      'a keyword of the wrong type',
      file('bad.json', { $id: 'bad@1', type: 'string', maxLength: 'three' }),
      '/maxLength',
      /must be integer/,
    ],
    ['an unknown format', file('bad.json', { $id: 'bad@1', type: 'string', format: 'gtin-99' }), '/format', /unknown format "gtin-99"/],
    ['a missing reference', file('bad.json', { $id: 'bad@1', $ref: 'nowhere@1#/$defs/x' }), '/$ref', /nowhere@1/],
    ['look-ahead in a pattern', file('bad.json', { $id: 'bad@1', type: 'string', pattern: '^(?=a)b' }), '/pattern', /\(\?=/],
    ['required without a property', object('bad@1', {}, { required: ['x'] }), '', /required property "x" is not defined/],
  ])('%s is a fault with its file, and the others still compile', (_name, bad, path, message) => {
    const { validators, faults } = compileSchemas([bad, object('good@1', { a: { type: 'string' } })])
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({ file: bad.file, path })
    expect(faults[0]?.message).toMatch(message)
    expect([...validators.keys()]).toEqual(['good@1'])
  })

  it('tells everything that is wrong with one', () => {
    const { faults } = compileSchemas([file('bad.json', { $id: 'bad@1', type: 'objekt', properties: { a: { minimum: '3' } } })])
    expect(faults.map(({ path }) => path).sort()).toEqual(['/properties/a/minimum', '/type'])
  })

  it.each<[string, object, readonly string[]]>([
    [
      'the words of one',
      {
        a: { $ref: '#/$defs/x' },
        b: { type: 'string', minLenght: 1 },
        c: { type: 'array', items: { type: 'string', format: 'dat' } },
        d: { anyOf: [{ $ref: 'good@1#/properties/a' }, { $ref: 'good@1#/properties/b' }, { $ref: 'bad@1#/%' }] },
        $ref: { type: 'string', pattern: '(?=x)' },
        format: { type: 'string', format: 'date' },
        'x/y': { $ref: '#/properties/x~1y' },
      },
      ['a/$ref', 'b/minLenght', 'c/items/format', 'd/anyOf/1/$ref', 'd/anyOf/2/$ref', '$ref/pattern'],
    ],
    [
      'all that strict mode finds',
      { a: { type: 'string', minimum: 1 }, b: { type: 'number', minLength: 1 }, c: { type: 'array', prefixItems: [{}] } },
      ['a', 'b', 'c'],
    ],
  ])('tells %s, each with its place', (_, properties, places) => {
    const { faults } = compileSchemas([object('bad@1', properties), object('good@1', { a: { type: 'string' } })])
    expect(faults.map(({ file: name, path }) => `${name} ${path}`)).toEqual(places.map((place) => `bad@1.json /properties/${place}`))
  })

  it('names both files of an $id given twice', () => {
    const { faults } = compileSchemas([
      { ...object('a@1', {}), file: 'one.json' },
      { ...object('a@1', {}), file: 'two.json' },
    ])
    expect(faults).toEqual([
      { file: 'two.json', path: '/$id', message: '"a@1" is already the $id of one.json; every schema needs its own' },
    ])
  })
})

describe('faults of a value', () => {
  const { validators, inspectors } = compileSchemas([
    object(
      'thing@1',
      {
        status: { type: 'string', enum: ['open', 'closed'] },
        amount: { type: 'string', pattern: '^[0-9]+$', 'x-sensitive': true },
        when: { type: 'string', format: 'date-time' },
        connection: { type: 'string' },
        externalKey: { type: 'string' },
        from: { anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: false, properties: { path: { type: 'string' } } }] },
      },
      { required: ['status'], dependentRequired: { connection: ['externalKey'] } },
    ),
  ])
  const validate = validators.get('thing@1')

  it.each([
    [{}, '', "'status' is missing"],
    [{ status: 'opened' }, '/status', 'must be one of open, closed'],
    [{ status: 'open', amuont: '1' }, '', "'amuont' is not known here (did you mean 'amount'?)"],
    [{ status: 'open', zzz: '1' }, '', "'zzz' is not known here"],
    [{ status: 'open', when: '2026-02-30T00:00:00Z' }, '/when', 'must be a date-time'],
    [{ status: 'open', connection: 'a' }, '', "'externalKey' is missing beside 'connection'"],
    [{ status: 'open', from: { path: 1 } }, '/from/path', 'must be string'],
    [{ status: 'open', from: { paht: 'x' } }, '/from', "'paht' is not known here (did you mean 'path'?)"],
    [[], '', 'must be object'],
  ])('%j', (value, path, message) => {
    expect(validate?.(value)).toMatchObject({ path, message })
  })

  it('never repeat the value, which may be personal', () => {
    expect(JSON.stringify(validate?.({ status: 'open', amount: 'Josef K.' }))).not.toContain('Josef')
  })

  it('are all found for a file that a person writes, up to a limit', () => {
    const inspect = inspectors.get('thing@1')
    expect(inspect?.({ amount: 'x', when: 'y' }).map((fault) => fault.path)).toEqual(['', '/amount', '/when'])
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field-${index}`, 1]))
    expect(inspect?.(many)).toHaveLength(maxValueFaults)
    expect(inspect?.({ status: 'open' })).toEqual([])
  })
})

it('reads every JSON file of a folder in the order of names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-schemas-'))
  try {
    await writeFile(join(folder, 'b.json'), '{}')
    await writeFile(join(folder, 'a.json'), '{"$id":"a@1"}')
    await writeFile(join(folder, 'notes.md'), 'x')
    expect(await readSchemas(folder)).toEqual([
      { file: join(folder, 'a.json'), text: '{"$id":"a@1"}' },
      { file: join(folder, 'b.json'), text: '{}' },
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
