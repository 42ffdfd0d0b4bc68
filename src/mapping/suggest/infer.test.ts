import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Json, type JsonObject, parseJson } from '../../model/json.ts'
import { compileSchemas } from '../../model/schema.ts'
import { inferSchema } from './infer.ts'
import { maxPaths } from './steps.ts'

const infer = (...texts: readonly string[]): JsonObject => {
  const { properties } = inferSchema(texts.map(parseJson), 'sample/record@1')
  return properties as JsonObject
}
const repeated = (values: readonly Json[], times: number): readonly string[] =>
  Array.from({ length: values.length * times }, (_, i) => JSON.stringify({ a: values[i % values.length] }))

describe('what is inferred', () => {
  test('the head, and what every record has', () => {
    expect(inferSchema([{ a: 1, b: 'x' }, { a: 2 }], 'shop/order@1')).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'shop/order@1',
      'x-inferred': true,
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'integer' }, b: { type: 'string' } },
    })
  })
  test.each([
    ['a date', ['"2026-11-23"', '"2026-02-28"'], { type: 'string', format: 'date' }],
    ['no date in February', ['"2026-02-30"'], { type: 'string' }],
    ['a time with offset', ['"2026-11-23T08:30:00Z"', '"2026-11-23T08:30:00.5+02:00"'], { type: 'string', format: 'date-time' }],
    ['a time without', ['"2026-11-23T08:30:00"'], { type: 'string' }],
    ['decimal text', ['"12.5"', '"3"', '"0.125"'], { type: 'string', format: 'decimal', 'x-scale': 3 }],
    ['digits are no decimal', ['"0012"', '"13"'], { type: 'string' }],
    ['decimals where blanks stand too', ['"12.50"', '""'], { type: 'string' }],
    ['numbers', ['12.5', '3'], { type: 'number', 'x-scale': 2 }],
    ['integers', ['1', '-2'], { type: 'integer' }],
    ['an integer no double holds', ['9007199254740993'], { anyOf: [{ type: 'integer' }, { type: 'string' }] }],
    ['such beside small ones', ['9007199254740993', '12'], { anyOf: [{ type: 'integer' }, { type: 'string' }] }],
    ['nothing yet', ['null'], { type: 'null' }],
    ['nothing at times', ['null', 'true'], { type: ['boolean', 'null'] }],
    [
      'two kinds',
      ['"a"', '{"b":1}', 'null'],
      {
        anyOf: [{ type: 'object', required: ['b'], properties: { b: { type: 'integer' } } }, { type: 'string' }, { type: 'null' }],
      },
    ],
    ['a list', ['[1]', '[2.25]', '[]'], { type: 'array', items: { type: 'number', 'x-scale': 2 } }],
    ['an empty list', ['[]'], { type: 'array' }],
    ['names that are keys', ['{"1001":{"q":1},"1002":{"q":2}}'], { type: 'object', additionalProperties: true }],
  ] as const)('%s', (_, values, schema) => {
    expect(infer(...values.map((value) => `{"a":${value}}`)).a).toEqual(schema)
  })
  test('codes are what came back again and again', () => {
    expect(infer(...repeated(['open', 'closed', null], 5)).a).toEqual({ type: ['string', 'null'], enum: ['closed', 'open', null] })
    expect(infer(...repeated(['open', 'closed', 'paid'], 2)).a).toEqual({ type: 'string' })
    expect(infer(...repeated(['a@b.example', 'c@d.example'], 9)).a).toEqual({ type: 'string' })
  })
})

/** JSON objects as partners send them: few names, so that places meet, and values of every form. */
const value = fc.letrec<{ readonly any: Json }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(
      null,
      true,
      '',
      'open',
      'closed',
      '12.50',
      '2026-11-23',
      '2026-11-23T08:30:00Z',
      '9007199254740993',
      0,
      12,
      0.125,
    ),
    fc.string({ maxLength: 5 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => parseJson(JSON.stringify(number))),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'toString', '1001', '1002', '名称'), tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any
const record = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'hasOwnProperty'), value, { noNullPrototype: true })

describe('laws', () => {
  test('every sample fits the schema inferred from it', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 14 }), (records) => {
        const { faults, validators } = compileSchemas([{ file: 'x', text: JSON.stringify(inferSchema(records, 'x@1')) }])
        expect(faults).toEqual([])
        for (const one of records) expect(validators.get('x@1')?.(one), JSON.stringify(one)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })
  test('the order of records and of names does not matter', () => {
    const turned = (json: Json): Json =>
      Array.isArray(json)
        ? json.map(turned)
        : typeof json === 'object' && json !== null
          ? Object.fromEntries(
              Object.entries(json)
                .reverse()
                .map(([name, field]) => [name, turned(field as Json)]),
            )
          : json
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 14 }), (records) => {
        const one = JSON.stringify(inferSchema(records, 'x@1'))
        expect(JSON.stringify(inferSchema([...records].reverse().map(turned), 'x@1'))).toBe(one)
      }),
      { numRuns: 150 },
    )
  })
  test('too many paths are refused', () => {
    const wide = Object.fromEntries(Array.from({ length: maxPaths + 1 }, (_, i) => [`f${i}`, 1]))
    expect(() => inferSchema([wide], 'x@1')).toThrow(/more than 5000 paths/)
  })
})
