import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { compileMapping } from '../mapping/compile.ts'
import { compileExpression } from '../mapping/expression.ts'
import type { MapContext } from '../mapping/types.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import { randomMapping } from './random-mapping.ts'
import { randomRecord } from './random-record.ts'

declare global {
  var touched: unknown
}
const context: MapContext = { connection: 'shop', books: 'b', config: {}, zone: 'UTC', codes: () => undefined, link: () => undefined }

const hostile = [
  '__proto__',
  'constructor',
  'prototype',
  "');globalThis.touched=1;('",
  '");globalThis.touched=1;("',
  '`;globalThis.touched=1;`',
  `$${'{'}globalThis.touched=1}`,
  '*/globalThis.touched=1;/*',
  '\u2028globalThis.touched=1\u2028',
  '\u2029globalThis.touched=1//',
  '</script><script>globalThis.touched=1',
  "\\');globalThis.touched=1//",
  "constructor.constructor('globalThis.touched=1')()",
  "a['constructor']['constructor']",
  '$.__proto__',
  "[prototype='x']",
  'x\u0000y',
  '\ud800',
  'run.context',
  'k0',
  '',
]
const piece = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 8 }))

/** Every text of a mapping file is one of its names or values: some become hostile ones. */
function poisoned(value: Json | undefined, put: (text: string) => string): Json {
  if (typeof value === 'string') return put(value)
  if (Array.isArray(value)) return value.map((item: Json) => poisoned(item, put))
  if (!isObject(value)) return value ?? null
  const made: JsonObject = Object.create(null) as JsonObject
  for (const [name, field] of Object.entries(value))
    Object.defineProperty(made, put(name), { value: poisoned(field, put), enumerable: true, configurable: true })
  return made
}

/** Compiles and runs, whatever it is; answers the codes of its faults. */
function survive(text: string): readonly string[] {
  const start = performance.now()
  const { mapping, faults } = compileMapping(text, { file: 'hostile.json' })
  for (const { code } of faults) expect(code).toMatch(/^[EW]_[A-Z_]+$/)
  expect(faults.some(({ severity }) => severity === 'error')).toBe(mapping === undefined)
  const document: Json = { a: 'x', l: [{ id: 1, t: 'y' }], o: { n: '1' } }
  if (mapping !== undefined && mapping.direction !== 'push') mapping.pull(document, context)
  if (mapping !== undefined && mapping.direction !== 'pull') mapping.push(document, context, document)
  expect(performance.now() - start).toBeLessThan(5_000)
  return faults.map(({ code }) => code)
}

const before = Object.getOwnPropertyNames(Object.prototype).length
afterEach(() => {
  expect(globalThis.touched).toBeUndefined()
  expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
})

describe('a hostile mapping file executes nothing, ends soon, and each refusal has a code', () => {
  it.each(['pull', 'push', 'both'] as const)('with hostile texts in any place: %s', (mode) => {
    fc.assert(
      fc.property(fc.gen(), fc.array(fc.tuple(fc.nat(60), piece), { minLength: 1, maxLength: 4 }), (g, poison) => {
        let at = 0
        const put = (text: string): string => poison.find(([place]) => place === at++)?.[1] ?? text
        const file = poisoned(JSON.parse(randomMapping(g, mode)) as Json, put)
        survive(JSON.stringify(file))
      }),
      { numRuns: 120, endOnFailure: true },
    )
  })

  it('as text that is cut, doubled and overwritten', () => {
    fc.assert(
      fc.property(fc.gen(), fc.nat(2_000), fc.nat(40), piece, (g, at, gone, more) => {
        const text = randomMapping(g, 'pull')
        survive(text.slice(0, at % text.length) + more + text.slice((at % text.length) + gone))
      }),
      { numRuns: 150, endOnFailure: true },
    )
  })

  const token = fc.constantFrom(
    ...'()[]?:,.^$@-!'.split(''),
    '&&',
    '||',
    '==',
    '<',
    '??',
    '*',
    '+',
    "'x'",
    'a',
    'sum',
    'count',
    'has',
    'div',
    '12.5',
    'true',
    ' ',
    ...hostile,
  )
  it('as expressions and paths of any tokens', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 25 }), (tokens) => {
        const text = tokens.join('')
        const { expression, faults } = compileExpression(text, { file: 'x' })
        if (expression === undefined) for (const { code } of faults) expect(code).toMatch(/^E_/)
        else expression.evaluate({ a: 'x' }, context)
        survive(JSON.stringify({ mapping: 'm', version: '1', source: 'a', target: 'b', direction: 'pull', fields: { x: text } }))
      }),
      { numRuns: 300, endOnFailure: true },
    )
  })

  it('with documents that name what objects inherit', () => {
    fc.assert(
      fc.property(fc.gen(), fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString'), (g, name) => {
        const { mapping } = compileMapping(randomMapping(g, 'both'), { file: 'x' })
        const record: JsonObject = JSON.parse(JSON.stringify(randomRecord(g)).replace(/"(?:o|n|code)":/g, `${JSON.stringify(name)}:`))
        const pulled = mapping?.pull(record, context)
        if (pulled?.ok === true) mapping?.push(pulled.value, context, record)
      }),
      { numRuns: 100, endOnFailure: true },
    )
  })
})

describe('a file that is too much is refused with E_LIMIT before it costs anything', () => {
  const head = { mapping: 'm', version: '1', source: 'a', target: 'b', direction: 'pull' }
  const many = (n: number): Record<string, string> => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, 'a']))
  const nested = (levels: number): Json => (levels === 0 ? 'a' : { fields: { x: nested(levels - 1) } })
  const doubling = Object.fromEntries(
    Array.from({ length: 14 }, (_, i) => [`p${i}`, i === 0 ? { x: 'a' } : { x: { use: `p${i - 1}` }, y: { use: `p${i - 1}` } }]),
  )
  const lets = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`l${i}`, i === 0 ? 'a' : `a > 0 ? l${i - 1} : -l${i - 1}`]))
  it.each<[string, string]>([
    ['ten megabytes', JSON.stringify({ ...head, fields: { x: { value: 'y'.repeat(10_000_000) } } })],
    ['deep brackets', '['.repeat(200_000)],
    ['deep groups', JSON.stringify({ ...head, fields: { x: nested(20) } })],
    ['many rules', JSON.stringify({ ...head, fields: many(5_001) })],
    ['a huge table', JSON.stringify({ ...head, lookups: { t: many(20_001) }, fields: { x: { from: 'a', lookup: 't' } } })],
    ['parts that double', JSON.stringify({ ...head, parts: doubling, fields: { x: { use: 'p13' } } })],
    ['names that double', JSON.stringify({ ...head, let: lets, fields: { x: { expr: 'l199' } } })],
    ['a long expression', JSON.stringify({ ...head, fields: { x: { expr: `${'a + '.repeat(600)}a` } } })],
    ['many tokens', JSON.stringify({ ...head, fields: { x: { expr: `a${'+a'.repeat(400)}` } } })],
    ['deep parentheses', JSON.stringify({ ...head, fields: { x: { expr: '('.repeat(900) + ')'.repeat(900) } } })],
    ['deep signs', JSON.stringify({ ...head, fields: { x: { expr: `${'-'.repeat(400)}a` } } })],
    ['a long number', JSON.stringify({ ...head, fields: { x: { expr: '9'.repeat(41) } } })],
  ])('%s', (_, text) => {
    expect(survive(text)).toContain('E_LIMIT')
  })

  it('numbers that grow without end are an error of the document', () => {
    const grow = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`g${i}`, i === 0 ? 'a' : `g${i - 1} * g${i - 1}`]))
    const { mapping } = compileMapping(JSON.stringify({ ...head, let: grow, fields: { x: { expr: 'round(g11, 2)' } } }), { file: 'x' })
    expect(mapping?.pull({ a: '123456789.123456789' }, context)).toMatchObject({ ok: false, errors: [{ code: 'LIMIT' }] })
  })
})

it('compiles and runs where code from strings is forbidden', () => {
  const script = `
    import { compileMapping } from './src/mapping/compile.ts'
    let forbidden = false
    try { new Function('return 1')() } catch { forbidden = true }
    const text = JSON.stringify({ mapping: 'm', version: '1', source: 'a', target: 'b', fields: { x: 'a', l: { each: 'l', key: 'id', fields: { id: 'id' } } } })
    const { mapping } = compileMapping(text, { file: 'm.json' })
    const context = { connection: 'c', books: 'b', config: {}, codes: () => undefined }
    const pulled = mapping.pull({ a: 1, l: [{ id: 2 }] }, context)
    const pushed = mapping.push({ x: 3, l: [] }, context, { a: 1, l: [{ id: 2 }] })
    console.log(JSON.stringify([forbidden, pulled.value, pushed.value]))`
  const out = execFileSync(process.execPath, ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script], {
    cwd: join(packageRoot),
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect(JSON.parse(out)).toEqual([true, { x: 1, l: [{ id: 2 }] }, { a: 3, l: [] }])
})
