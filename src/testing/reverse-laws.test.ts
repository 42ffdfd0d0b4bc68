import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileMapping } from '../mapping/compile.ts'
import type { CompiledMapping, MapContext, Note } from '../mapping/types.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { interpreter } from './interpret.ts'
import { type Draw, one } from './random-expression.ts'
import { randomMapping } from './random-mapping.ts'
import { randomRecord, textSchema } from './random-record.ts'

const context: MapContext = {
  connection: 'shop',
  books: 'harbour',
  config: { timeZone: 'Asia/Shanghai', warehouse: 'WH1' },
  zone: 'America/New_York',
  codes: () => undefined,
  link: () => undefined,
}

const fieldOf = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
const step = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

/** Where one document holds what the other does not; what a note speaks of may differ, and an empty list is as good as none. */
function differences(wanted: Json | undefined, found: Json | undefined, notes: readonly Note[], at = ''): readonly string[] {
  if (wanted === undefined || notes.some(({ code, to }) => code === 'PULL_ONLY' && to === at)) return []
  if (Array.isArray(wanted) && wanted.length === 0 && found === undefined) return []
  if (isObject(wanted) && (isObject(found) || found === undefined))
    return Object.keys(wanted).flatMap((name) => differences(wanted[name], fieldOf(found, name), notes, at + step(name)))
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length)
    return wanted.flatMap((item: Json, i: number) => differences(item, found[i] as Json, notes, `${at}/${i}`))
  return JSON.stringify(wanted) === JSON.stringify(found) ? [] : [at]
}

/** Whether a rule at or around a place may write what nobody asked for: a constant, a default, a computed value. */
function mayAppear({ report }: CompiledMapping, at: string, file: string): boolean {
  const rules = new Map(report.map((entry) => [entry.rule, entry.class]))
  let rule = ''
  return (
    file.includes('"default"') ||
    at.split('/').some((name, i) => {
      rule = i === 0 ? '' : /^\d+$/.test(name) ? `${rule}[]` : rule === '' ? name : `${rule}.${name}`
      return ['pull-only', 'constant'].includes(rules.get(rule) ?? '')
    })
  )
}

/** A document with one of its texts changed. */
function edited(g: Draw, document: JsonObject): JsonObject {
  const made = structuredClone(document) as JsonObject
  const texts: (() => void)[] = []
  const visit = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, field] of Object.entries(value))
      if (typeof field === 'string') texts.push(() => Object.assign(value, { [key]: one(g, 'A', 'B', 'edited') }))
      else visit(field as Json)
  }
  visit(made)
  if (texts.length > 0) one(g, ...texts)()
  return made
}

describe('a random mapping with direction both', () => {
  const own = { kept: [1, { a: null }] }

  it('GetPut: a document that has not changed gives the partner its own record back', () => {
    let held = 0
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const { mapping } = compileMapping(randomMapping(g, 'both'), { file: 'random.json' })
        for (let i = 0; mapping !== undefined && i < 3; i++) {
          const record = { ...randomRecord(g), own }
          const pulled = mapping.pull(record, context)
          if (!pulled.ok) continue
          const result = mapping.push(pulled.value, context, record)
          if (!result.ok && result.errors.every(({ code }) => code === 'DUPLICATE_KEY')) continue
          expect(JSON.stringify(result)).toBe(JSON.stringify({ ok: true, value: record, notes: [] }))
          held++
        }
      }),
      { numRuns: 120, endOnFailure: true },
    )
    expect(held).toBeGreaterThan(60)
  })

  it.each([
    ['a schema of the partner', { sourceSchema: textSchema }],
    ['no schema', {}],
  ])('PutGet with %s: what was written reads back as wanted, by the interpreter, or is refused; fields nobody maps stay', (_, options) => {
    let held = 0
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const file = randomMapping(g, 'both')
        const { mapping } = compileMapping(file, { file: 'random.json', ...options })
        if (mapping === undefined) return
        const oracle = interpreter(file, options)
        const records = [1, 2, 3].map(() => ({ ...randomRecord(g), own }))
        const pulled = records.flatMap((record) => {
          const result = oracle.pull(record, context)
          return result.ok ? [{ record, document: result.value }] : []
        })
        const crossed = pulled.flatMap(({ document }) => [undefined, ...records].map((base) => ({ document, base })))
        const changed = pulled.flatMap(({ record, document }) => [1, 2, 3].map(() => ({ document: edited(g, document), base: record })))
        for (const { document, base } of [...crossed, ...changed]) {
          const result = mapping.push(document, context, base)
          if (!result.ok) continue
          const again = oracle.pull(result.value, context)
          if (!again.ok) expect.unreachable(JSON.stringify(again))
          else {
            expect(differences(document, again.value, result.notes)).toEqual([])
            const more = differences(again.value, document, result.notes).filter((at) => !mayAppear(mapping, at, file))
            expect(more).toEqual([])
          }
          expect(result.value.own).toEqual(base === undefined ? undefined : own)
          held++
        }
      }),
      { numRuns: 60, endOnFailure: true },
    )
    expect(held).toBeGreaterThan(60)
  })
})

describe('items with a key', () => {
  const { mapping } = compileMapping(
    JSON.stringify({
      mapping: 'keyed',
      version: '1',
      source: 'a',
      target: 'b',
      fields: {
        lines: {
          each: 'rows',
          key: 'id',
          where: "kind == 'p'",
          fields: { key: 'id', name: 'name', price: { from: 'price', convert: 'decimal' } },
        },
      },
    }),
    { file: 'keyed.json' },
  )
  const keyed = mapping ?? expect.unreachable()
  const row = (id: number): fc.Arbitrary<JsonObject> =>
    fc.record({
      id: fc.constant(id),
      kind: fc.constantFrom('p', 'p', 's'),
      name: fc.string(),
      price: fc.constantFrom('1', 2.5, '007.10'),
      own: fc.nat(),
    })
  const rows = fc.uniqueArray(fc.nat(20), { maxLength: 6 }).chain((ids) => fc.tuple(...ids.map(row)))
  const listOf = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly JsonObject[]) : [])

  it('find theirs after any reorder, removal and insert; all else of an item stays, and items left out by where stay', () => {
    fc.assert(
      fc.property(
        rows,
        fc.infiniteStream(fc.nat()),
        fc.array(fc.integer({ min: 100, max: 104 }), { maxLength: 2 }),
        (list, order, added) => {
          const base = { rows: list, own: 1 }
          const pulled = keyed.pull(base, context)
          const lines = listOf(pulled.ok ? pulled.value.lines : expect.unreachable())
          const kept = lines.map((line) => ({ line, at: order.next().value ?? 0 })).filter(({ at }) => at % 3 !== 0)
          const moved = kept.sort((a, b) => a.at - b.at).map(({ line }) => line)
          const wanted = [...moved, ...new Set(added)].map((line) =>
            typeof line === 'number' ? { key: line, name: 'new', price: '3' } : line,
          )
          const result = keyed.push({ lines: wanted }, context, base)
          const made = listOf(result.ok ? result.value.rows : expect.unreachable(JSON.stringify(result)))
          expect(made.filter(({ kind }) => kind === 'p').map(({ id }) => id)).toEqual(wanted.map(({ key }) => key))
          for (const item of made) {
            const old = list.find(({ id }) => id === item.id)
            expect(item).toEqual(old ?? { kind: 'p', id: item.id, name: 'new', price: '3' })
          }
          const left = (items: readonly JsonObject[]): readonly JsonObject[] =>
            items.filter(({ kind }) => kind === 's').sort((a, b) => Number(a.id) - Number(b.id))
          expect(left(made)).toEqual(left(list))
        },
      ),
    )
  })

  it('with one key twice are refused, on either side', () => {
    const line = { key: 1, name: 'a', price: '1' }
    const item = { id: 1, kind: 'p', name: 'a', price: '1' }
    const codes = (document: Json, base: Json): unknown => {
      const result = keyed.push(document, context, base)
      return result.ok ? [] : result.errors.map(({ code, from }) => [code, from])
    }
    expect(codes({ lines: [line, line] }, { rows: [] })).toEqual([['DUPLICATE_KEY', '/lines/1/key']])
    expect(codes({ lines: [line] }, { rows: [item, item] })).toEqual([['DUPLICATE_KEY', '/lines/1/key']])
    expect(codes({ lines: [line, { ...line, name: 'b' }] }, { rows: [item, item] })).toEqual([['DUPLICATE_KEY', '/lines/1/key']])
  })
})
