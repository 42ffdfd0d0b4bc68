import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { MapContext, MapResult } from '../mapping/types.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { compileSchemas } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'
import { fromSchema } from './from-schema.ts'
import { interpreter } from './interpret.ts'
import { bend, type CasesFile, casesFiles, contextOf, inputOf, type MappingBench, mappingOf, validatorsFor } from './mapping-kit.ts'

const files = await casesFiles(join(packageRoot, 'mappings'))
const shown = (result: MapResult): string => JSON.stringify(result.ok ? [result.value, result.notes] : result.errors)

/** Some places of a document, each taken away, made null or blank, or of another kind. */
type Damage = { readonly at: number; readonly how: 'drop' | 'null' | 'blank' | 'text' | 'list' | 'number' }
const damage = (hows: readonly Damage['how'][]): fc.Arbitrary<readonly Damage[]> =>
  fc.array(fc.record({ at: fc.nat(400), how: fc.constantFrom(...hows) }), { minLength: 1, maxLength: 4 })

function damaged(document: Json, all: readonly Damage[]): Json {
  const made = structuredClone(document) as { [key: string]: Json }
  const places: (readonly [{ [key: string]: Json }, string])[] = []
  const walk = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return
    for (const key of Object.keys(value)) {
      if (!Array.isArray(value)) places.push([value as { [key: string]: Json }, key])
      walk((value as JsonObject)[key])
    }
  }
  walk(made)
  const becomes = { null: null, blank: '', text: 'x,1', list: [{ a: 1 }], number: -1.5 } as const
  for (const { at, how } of all) {
    const [holder, key] = places[at % places.length] ?? [made, '']
    if (how === 'drop') delete holder[key]
    else holder[key] = becomes[how] as Json
  }
  return made
}

/** What a case says, and what it leaves out from another document: cases name no more than their mapping reads. */
function completed(said: Json, other: Json | undefined): Json {
  if (Array.isArray(said)) return said.map((item) => completed(item, Array.isArray(other) ? other[0] : undefined))
  if (!isObject(said) || !isObject(other)) return said
  return {
    ...other,
    ...Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value === undefined ? value : completed(value, other[name])])),
  }
}

describe('every mapping of the package', () => {
  let bench: MappingBench
  beforeAll(async () => {
    const catalog = await loadCatalog()
    bench = { catalog, schemas: compileSchemas(catalog.schemas) }
  })

  async function setupOf(file: string) {
    const text = bench.catalog.mappings.find(({ name }) => name === mappingOf(file))?.text ?? expect.unreachable(file)
    const cases = JSON.parse(await readFile(file, 'utf8')) as CasesFile
    const options = { codes: cases.context?.codes ?? {}, schemas: bench.schemas.schemas }
    const { mapping, faults } = compileMapping(text, { file, ...options })
    if (mapping === undefined) throw new Error(JSON.stringify(faults))
    const connector = bench.catalog.connectors.get(basename(dirname(file)))
    const inputs = await Promise.all(
      cases.cases.map(async (one) => ({ ...one, input: bend(await inputOf(one.input, { connector, folder: dirname(file) }), one.change) })),
    )
    const direction = mapping.direction === 'push' ? ('push' as const) : ('pull' as const)
    const run = (document: Json, base?: Json): MapResult =>
      direction === 'push' ? mapping.push(document, context, base) : mapping.pull(document, context)
    const context: MapContext = contextOf(cases.context)
    return { text, options, mapping, context, inputs, direction, run, validators: validatorsFor({ mapping, connector, bench }, direction) }
  }

  test.each(files.map((file) => [mappingOf(file), file]))(
    '%s does with its cases, and with damaged ones, what the interpreter does',
    async (_, file) => {
      const { text, options, context, inputs, direction, run } = await setupOf(file)
      const oracle = interpreter(text, options)
      const any = damage(['drop', 'null', 'blank', 'text', 'list', 'number'])
      fc.assert(
        fc.property(fc.constantFrom(...inputs), fc.option(any), ({ input }, harm) => {
          const document = harm === null ? input : damaged(input, harm)
          const wanted = direction === 'push' ? oracle.push(document, context) : oracle.pull(document, context)
          expect(shown(run(document))).toBe(shown(wanted))
        }),
        { numRuns: 60 },
      )
    },
  )

  test.each(files.map((file) => [mappingOf(file), file]))(
    '%s, where it writes to a partner, does so with any valid document',
    async (_, file) => {
      const { text, options, mapping, context, inputs, direction, validators } = await setupOf(file)
      if (direction === 'pull') return
      const schema = bench.schemas.schemas.get(mapping.source) ?? expect.unreachable(mapping.source)
      const isValid = bench.schemas.validators.get(mapping.source) ?? expect.unreachable(mapping.source)
      const oracle = interpreter(text, options)
      const linked: MapContext = { ...context, link: () => '77' }
      const seen = { valid: 0, fitting: 0 }
      const random = fromSchema(schema, bench.schemas.schemas)
      // texts that have to be numbers, and all that a partner must have at once, are rare among random ones
      const filled = fc.tuple(random, fc.constantFrom(...inputs)).map(([any, { input }]) => completed(input, any))
      fc.assert(
        fc.property(fc.oneof(random, filled), (document) => {
          if (isValid(document) !== undefined) return
          seen.valid++
          const result = mapping.push(document, linked)
          expect(shown(result)).toBe(shown(oracle.push(document, linked)))
          if (result.ok) expect(shown(mapping.push(document, linked, result.value)), 'written twice').toBe(shown(result))
          if (result.ok && validators.every(([, validate]) => validate(result.value) === undefined)) seen.fitting++
        }),
        { numRuns: 60 },
      )
      expect(seen.valid).toBeGreaterThan(30)
      expect(seen.fitting).toBeGreaterThan(0)
    },
  )
})
