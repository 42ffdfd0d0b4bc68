import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkedAgainst } from '../catalog/partner-schemas.ts'
import { loadCatalog } from '../catalog.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { LookupTable, MappingFile, Note } from '../mapping/types.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { compileSchemas } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'
import { fromSchema } from './from-schema.ts'
import { type CasesFile, casesFiles, contextOf, type MappingBench, mappingOf } from './mapping-kit.ts'

const files = await casesFiles(join(packageRoot, 'mappings'))

/** The mapping as `crossdock map reverse` looks at it: with direction `both`, and of codes that mean the same the first to write back. */
function bothWays(file: MappingFile): string {
  const settled = (table: string | LookupTable): string | LookupTable => {
    if (typeof table === 'string') return table
    const codes = Object.entries(table).flatMap(([code, ours]) => (typeof ours === 'string' ? [[ours, code] as const] : []))
    return { ...table, $back: { ...Object.fromEntries(codes.toReversed()), ...(table.$back as object | undefined) } }
  }
  const lookups = Object.fromEntries(Object.entries(file.lookups ?? {}).map(([name, table]) => [name, settled(table)]))
  return JSON.stringify({ ...file, direction: 'both', lookups })
}

/** Texts in the form that they have at the partner and that its schema, made from samples, does not tell, or knows only one of. */
function formed(document: Json): Json {
  const { id, legacyResourceId } = isObject(document) ? document : {}
  const number = typeof id === 'number' ? id : String(legacyResourceId ?? id ?? '').length
  const visit = (value: Json, name: string, around: string): Json => {
    if (Array.isArray(value) && name === 'fee_lines')
      return value.map((_, i) => ({ id: i, name: `fee ${number}`, total: `-${number % 100}.50`, total_tax: '0.00', taxes: [] }))
    if (Array.isArray(value)) return value.map((item: Json) => visit(item, '', name))
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, visit(field ?? null, key, name || around)]))
    if (name === 'number' && value === null) return '1001'
    if (name === 'price' && around === 'surcharges') return -100 - number
    if (typeof value !== 'string') return value
    if (name === 'name' && around === 'quantities') return 'available'
    if (
      name === 'currency' ||
      name === 'currencyCode' ||
      (name === 'code' && around === 'currency') ||
      (name === 'name' && around === 'currency_id')
    )
      return number % 2 === 0 ? 'EUR' : 'USD'
    if (name === 'carrier' && around === '') return value.length % 2 === 0 ? 'UPS' : 'FedEx'
    if (name === 'com') return value.length % 2 === 0 ? 'shunfeng' : 'yuantong'
    if (name === 'ftime') return `2026-11-${10 + (value.length % 20)} 09:30:00`
    if (name === 'payment_method') return number % 2 === 0 ? 'bacs' : 'paypal'
    if (name === 'key' && around === 'meta_data') return '_refunded_item_id'
    if (name === 'tax_amount') return `${value.length}.50`
    return name.startsWith('date_') && !value.endsWith('Z') ? `2026-11-${10 + (value.length % 20)}T09:30:00` : value
  }
  return visit(document, '', '')
}

const stepsOf = (rule: string): readonly string[] =>
  rule
    .replaceAll('[]', '.0')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
const within = (value: Json | undefined, steps: readonly string[]): Json | undefined =>
  steps.reduce<Json | undefined>(
    (here, step) => (Array.isArray(here) ? here[Number(step)] : isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined),
    value,
  )

/** The document with another value in a place that has one; undefined where it has none, or the same. */
function edited(document: JsonObject, steps: readonly string[], value: Json | undefined): JsonObject | undefined {
  const made = structuredClone(document) as JsonObject
  const holder = within(made, steps.slice(0, -1))
  const old = within(made, steps)
  if (value === undefined || old === undefined || JSON.stringify(old) === JSON.stringify(value)) return undefined
  Object.assign(holder as object, { [steps.at(-1) ?? '']: value })
  return made
}

interface Expected {
  readonly notes: readonly Note[]
  readonly computed: ReadonlySet<string>
}

/** Pointers where two documents differ, without what a note speaks of, and without what the partner computes anew where nothing was wanted. */
function differing(a: Json | undefined, b: Json | undefined, expected: Expected, at = ''): readonly string[] {
  const { notes, computed } = expected
  if (notes.some(({ to }) => to === at) || JSON.stringify(a) === JSON.stringify(b)) return []
  if (a === undefined && computed.has(at.slice(1).replaceAll('/', '.').replaceAll(/\.\d+/g, '[]'))) return []
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return [at]
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].flatMap((key) => differing(within(a, [key]), within(b, [key]), expected, `${at}/${key}`))
}

/** Two rules on one place of the partner, by the first of a list and by each of it: they are edited together, one alone is refused. */
const shared: Readonly<Record<string, readonly string[]>> = {
  'odoo/return': ['order', 'lines[].order'],
  'odoo/shipment': ['order', 'lines[].order'],
  'tryton/return': ['order', 'lines[].order'],
  'tryton/shipment': ['order', 'lines[].order'],
}

/** Fields of the head that items lean on where they say nothing of their own: the head alone may be refused to change, since its items would say something then. */
const leanedOn: Readonly<Record<string, readonly string[]>> = { 'kingdee/receipt': ['location.ref', 'location.code'] }

describe('a mapping of the package that reads, run backwards over documents that its partner may have', () => {
  let bench: MappingBench
  beforeAll(async () => {
    const catalog = await loadCatalog()
    bench = { catalog, schemas: compileSchemas(catalog.schemas) }
  })

  async function setupOf(path: string) {
    const { text, file, name } = bench.catalog.mappings.find((one) => one.name === mappingOf(path)) ?? expect.unreachable(path)
    const written = JSON.parse(text) as MappingFile
    if (written.direction === 'push') return undefined
    const cases = JSON.parse(await readFile(path, 'utf8')) as CasesFile
    const checked = checkedAgainst(bench.catalog, bench.schemas, name)
    const { mapping, faults } = compileMapping(bothWays(written), { file, codes: cases.context?.codes ?? {}, ...checked })
    const schema = checked.schemas?.get(written.source)
    if (mapping === undefined || schema === undefined) throw new Error(JSON.stringify(faults))
    return {
      name,
      mapping,
      context: contextOf(cases.context),
      records: fromSchema(schema, checked.schemas ?? new Map()).map(formed),
    }
  }

  test.each(files.map((file) => [mappingOf(file), file]))(
    '%s: GetPut, nothing changed gives the record back as it was',
    async (_, file) => {
      const setup = await setupOf(file)
      if (setup === undefined) return
      const { mapping, context, records } = setup
      let held = 0
      fc.assert(
        fc.property(records, (record) => {
          const pulled = mapping.pull(record, context)
          if (!pulled.ok) return
          const result = mapping.push(pulled.value, context, record)
          if (!result.ok && result.errors.every(({ code }) => code === 'DUPLICATE_KEY')) return
          expect(JSON.stringify(result)).toBe(JSON.stringify({ ok: true, value: record, notes: [] }))
          held++
        }),
      )
      expect(held).toBeGreaterThan(20)
    },
  )

  test.each(files.map((file) => [mappingOf(file), file]))(
    '%s: PutGet, an edit of a field that goes back exactly reads back, and changes nothing else',
    async (_, file) => {
      const setup = await setupOf(file)
      if (setup === undefined) return
      const { name, mapping, context, records } = setup
      // an item with another key is another item
      const exact = mapping.report.filter((entry) => entry.class === 'exact' && !entry.rule.endsWith('[].key')).map(({ rule }) => rule)
      const computed = new Set(mapping.report.filter((entry) => entry.class === 'pull-only').map(({ rule }) => rule))
      const held = new Set<string>()
      const law = fc.property(records, records, (record, other) => {
        const [pulled, donor] = [mapping.pull(record, context), mapping.pull(other, context)]
        if (!pulled.ok || !donor.ok) return
        for (const rule of exact) {
          const value = within(donor.value, stepsOf(rule))
          const twins = shared[name]?.includes(rule) ? shared[name] : [rule]
          const wanted = twins.reduce<JsonObject | undefined>((made, twin) => made && edited(made, stepsOf(twin), value), pulled.value)
          if (wanted === undefined) continue
          const result = mapping.push(wanted, context, record)
          if (!result.ok) {
            const refused = leanedOn[name]?.includes(rule) ? ['DUPLICATE_KEY', 'NO_WAY_BACK'] : ['DUPLICATE_KEY']
            if (!result.errors.every(({ code }) => refused.includes(code))) expect.unreachable(`${rule} ${JSON.stringify(result.errors)}`)
            continue
          }
          const again = mapping.pull(result.value, context)
          expect(differing(wanted, again.ok ? again.value : undefined, { notes: result.notes, computed }), rule).toEqual([])
          held.add(rule)
        }
      })
      const unheld = (): readonly string[] => exact.filter((rule) => !held.has(rule))
      for (let round = 0; round === 0 || (round < 100 && unheld().length > 0); round++) fc.assert(law)
      expect(unheld()).toEqual([])
    },
  )
})
