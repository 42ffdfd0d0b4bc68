import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote } from './code.ts'
import { compileMapping } from './compile.ts'
import { compileExpression } from './expression.ts'
import { compiled, context, file } from './testbed.ts'

declare global {
  var pwned: unknown
}

const attacks = [
  "');globalThis.pwned=1;('",
  '");globalThis.pwned=1;("',
  '`;globalThis.pwned=1;`',
  `$${'{'}globalThis.pwned=1}`,
  '*/globalThis.pwned=1;/*',
  '\u2028globalThis.pwned=1\u2028',
  '\u2029globalThis.pwned=1//',
  '\n;globalThis.pwned=1;\n',
  '\\");globalThis.pwned=1//',
  "\\');globalThis.pwned=1//",
  '</script><!--globalThis.pwned=1',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'length',
  'run',
  'fail',
  'k0',
  'v0',
  'process.exit(1)',
  "constructor('globalThis.pwned=1')()",
  '\u0000',
  '\ud800',
  '𝒳',
  'a b',
  "it's",
]

/** Every place of a mapping file where a text of its author ends up. */
const places: readonly ((text: string) => Record<string, unknown>)[] = [
  (text) => ({ fields: { [text]: 'a' } }),
  (text) => ({ fields: { x: text } }),
  (text) => ({ fields: { x: `['${text.replace(/[\\']/g, '\\$&')}'].y` } }),
  (text) => ({ fields: { x: `list[role='${text.replace(/[\\']/g, '\\$&')}'].y` } }),
  (text) => ({ fields: { x: { value: text } } }),
  (text) => ({ fields: { x: { value: { [text]: [text] } } } }),
  (text) => ({ fields: { x: { from: 'a', default: text } } }),
  (text) => ({ fields: { x: { expr: `'${text.replace(/[\\']/g, '\\$&')}'` } } }),
  (text) => ({ fields: { x: { expr: text } } }),
  (text) => ({ fields: { x: { when: text, value: 1 } } }),
  (text) => ({ fields: { x: { from: 'a', convert: text } } }),
  (text) => ({ fields: { x: { from: 'a', convert: `amount:${text}` } } }),
  (text) => ({ fields: { x: { from: 'a', convert: 'utc', zone: text } } }),
  (text) => ({ fields: { x: { from: 'a', lookup: 't', else: text } }, lookups: { t: { [text]: text } } }),
  (text) => ({ fields: { x: { from: 'a', lookup: text } } }),
  (text) => ({ fields: { x: { from: 'a', link: text } } }),
  (text) => ({ fields: { x: { each: 'list', let: { [text]: '1' }, where: text, fields: { [text]: text } } } }),
  (text) => ({ fields: { x: { use: text } }, parts: { [text]: { y: 'a' } } }),
  (text) => ({ mapping: text, version: text, fields: { x: { from: 'a', missing: 'reject', convert: 'decimal' } } }),
  (text) => ({ direction: 'push', push: { [text]: 'a' } }),
  (text) => ({
    direction: 'both',
    fields: { x: { from: 'a', when: `b == '${text.replace(/[\\']/g, '\\$&')}'` } },
    push: { [`['${text.replace(/[\\']/g, '\\$&')}']`]: { value: text } },
  }),
]

const head = { mapping: 'm', version: '1', source: 'a', target: 'b', direction: 'pull' }
const document = { a: 'x', list: [{ role: 'a', y: 1 }] }

function attack(text: string): void {
  for (const place of places) {
    const { mapping } = compileMapping(JSON.stringify({ ...head, ...place(text) }), { file: 'm.json' })
    if (mapping === undefined) continue
    if (mapping.direction !== 'push') mapping.pull(document, context())
    if (mapping.direction !== 'pull') mapping.push(document, context(), document)
  }
  compileExpression(text, { file: text, path: text }).expression?.evaluate(document, context())
}

describe('a text of a mapping file', () => {
  it.each(attacks)('%j executes nothing in any place', (text) => {
    delete globalThis.pwned
    const before = Object.getOwnPropertyNames(Object.prototype)
    attack(text)
    expect(globalThis.pwned).toBeUndefined()
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })

  it('made at random executes nothing and breaks no code', () => {
    const pieces = fc.array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary', maxLength: 6 })), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(pieces, (parts) => {
        attack(parts.join(''))
        expect(globalThis.pwned).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  it('is quoted so that it reads back and stays on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { source } = quote(text)
        expect(JSON.parse(source)).toBe(text)
        expect(source).toMatch(/^"[\x20-\x7e]*"$/)
      }),
    )
  })
})

describe('names that every object has', () => {
  const names = ['toString', 'valueOf', 'hasOwnProperty', 'length', 'map', 'at']
  it.each(names)('%s is a field only when the document has it', (name) => {
    const mapping = compiled(file({ x: name, y: `list.${name}`, z: `a.${name}`, w: { expr: `has(${name})` } }))
    expect(mapping.pull({ list: [1], a: 'text' }, context())).toMatchObject({ ok: true, value: { w: false } })
    const result = mapping.pull({ [name]: 'own' }, context())
    expect(result).toEqual({ ok: true, value: { x: 'own', w: true }, notes: [] })
  })

  it('do not come from codes of the partner either', () => {
    const mapping = compiled(file({ x: { from: 'c', lookup: 't', else: 'none' } }, { lookups: { t: { a: 'b' } } }))
    for (const c of ['constructor', '__proto__', 'toString'])
      expect(mapping.pull({ c }, context())).toMatchObject({ ok: true, value: { x: 'none' } })
  })

  it('cannot be set by what a document holds', () => {
    const evil: unknown = JSON.parse('{"a":{"__proto__":{"polluted":true}},"list":[{"id":1}]}')
    const mapping = compiled(file({ a: 'a', list: { each: 'list', key: 'id', fields: { id: 'id' } } }, { direction: 'both' }))
    const result = mapping.push({ a: { b: 1 }, list: [{ id: 1 }] }, context(), evil as never)
    expect(result.ok).toBe(true)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

it('code is put together in one file only', () => {
  const others = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'code.ts')
  for (const name of others) {
    const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8')
    expect(text, name).not.toMatch(/new Function|\beval\(|runIn|new Script|\bas Code\b/)
    if (/^(emit-|scope)/.test(name)) expect(text, name).not.toMatch(/\.source \+|\+ \w+\.source|code\(/)
    if (name !== 'build.ts') expect(text, name).not.toMatch(/compileFunction/)
  }
})

it('does not run where somebody has added to what every object inherits', () => {
  const mapping = compiled(file({ x: 'inherited', y: { expr: 'inherited.deep' } }))
  Object.defineProperty(Object.prototype, 'inherited', { value: 'bad', enumerable: true, configurable: true, writable: true })
  try {
    expect(() => mapping.pull({}, context())).toThrow("inherits 'inherited'")
  } finally {
    Reflect.deleteProperty(Object.prototype, 'inherited')
  }
  expect(mapping.pull({}, context())).toEqual({ ok: true, value: {}, notes: [] })
})

it('reads own properties only, whatever kind of value it stands on', () => {
  const names = [
    'toString',
    'valueOf',
    'hasOwnProperty',
    'length',
    'push',
    'at',
    'name',
    'size',
    '0',
    'map',
    'toLocaleString',
    '__proto',
    'link',
    'toFixed',
  ]
  const fields = Object.fromEntries(names.map((name) => [name, { expr: `v['${name}'] ?? l[0]['${name}'] ?? w.x['${name}']` }]))
  const mapping = compiled(file(fields))
  for (const value of [[1, 2], 'text', 5, true, null, {}, [], [['x']], { x: [] }])
    expect(mapping.pull({ v: value, l: [value], w: { x: value } }, context())).toEqual({ ok: true, value: {}, notes: [] })
  const own = Object.fromEntries(names.map((name) => [name, 'own']))
  const result = mapping.pull({ v: own }, context())
  expect(result.ok && Object.keys(result.value)).toHaveLength(names.length)
})
