import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Catalog, loadCatalog } from '../../catalog.ts'
import { at, isObject, type JsonObject, parseJson } from '../../model/json.ts'
import { compileSchemas } from '../../model/schema.ts'
import { packageRoot } from '../../package-root.ts'
import { compileMapping } from '../compile.ts'
import type { SchemaLibrary } from '../schema-path.ts'
import { profile } from './profile.ts'
import { suggestMapping } from './suggest.ts'

let catalog: Catalog
let schemas: SchemaLibrary
beforeAll(async () => {
  catalog = await loadCatalog()
  schemas = compileSchemas(catalog.schemas).schemas
})

/** Records of a recorded answer, as the connector's codec gives them. */
function records(connector: string, answer: string): readonly JsonObject[] {
  const value = parseJson(readFileSync(join(packageRoot, 'connectors', connector, 'fixtures/answers', `${answer}.json`), 'utf8'))
  const plain = catalog.connectors.get(connector)?.http.codec?.decode?.(value) ?? value
  const found = at(plain, 'result') ?? plain
  return (Array.isArray(found) ? found : [found]).filter(isObject)
}

/** `shipTo.contacts[phone].value` and `shipTo.contacts[0].value` are one, and so are a list and the rule for its items. */
const plainField = (field: string): string => field.replaceAll(/\[[^\]]+\]/g, '').replace(/\[\]$/, '')

/** What the shipped mapping reads from these records, and how much of it the suggestion reads into the same field from the same place. */
function share(name: string, samples: readonly JsonObject[]): { readonly found: readonly string[]; readonly missed: readonly string[] } {
  const text = catalog.mappings.find((mapping) => mapping.name === name)?.text ?? ''
  const { mapping } = compileMapping(text, { file: name, schemas })
  if (mapping === undefined) throw new Error(`${name} does not compile`)
  const target = schemas.get(mapping.target) ?? {}
  const { lines } = suggestMapping(samples, { id: 'sample.draft', target, schemas, tell: ({ code }) => code })
  const there = pathsIn(samples)
  const suggested = new Map<string, Set<string>>()
  for (const { field, from } of lines) {
    const key = plainField(field)
    suggested.set(key, new Set([...(suggested.get(key) ?? []), ...from]))
  }
  const wanted = new Map<string, Set<string>>()
  for (const rule of mapping.lines.keys()) {
    const paths = mapping.sources(rule)?.paths.filter((path) => there.has(path)) ?? []
    const key = plainField(rule)
    if (paths.length > 0) wanted.set(key, new Set([...(wanted.get(key) ?? []), ...paths]))
  }
  const isFound = (field: string): boolean => [...(wanted.get(field) ?? [])].some((path) => suggested.get(field)?.has(path))
  // what only leads to fields (`"from": "billing"`) holds no value of its own
  const fields = [...wanted.keys()].filter((field) => ![...wanted.keys()].some((other) => other.startsWith(`${field}.`)))
  return { found: fields.filter(isFound), missed: fields.filter((field) => !isFound(field)) }
}

/** Every path of the samples that has a value: only what is there can be suggested. */
function pathsIn(samples: readonly JsonObject[]): ReadonlySet<string> {
  const paths = new Set<string>()
  const walk = (place: ReturnType<typeof profile>, path: string): void => {
    if (place.filled > 0) paths.add(path)
    for (const field of place.fields) walk(field, path === '' ? field.name : `${path}.${field.name}`)
    if (place.item !== undefined) walk(place.item, `${path}[]`)
  }
  walk(profile(samples, { left: 1_000_000 }), '')
  return paths
}

/** Mapping, the recorded answer it reads, and the share of its fields that a suggestion has to place. */
const shipped = [
  ['woocommerce/order', 'orders', 0.85],
  ['woocommerce/refund', 'refunds', 0.85],
  ['woocommerce/product', 'product', 1],
  ['tryton/purchase', 'purchases', 0.8],
  ['tryton/receipt', 'receipts', 0.7],
  ['tryton/shipment', 'shipments', 0.7],
  ['tryton/supplier-invoice', 'invoices', 0.7],
  ['tryton/product', 'products', 0.7],
  ['tryton/location', 'locations', 0.8],
  ['tryton/party', 'parties', 0.85],
] as const

describe('a suggestion places what the shipped mapping reads', () => {
  const shareOf = (name: string, answer: string) => share(name, records(name.split('/')[0] ?? '', answer))
  test.each(shipped)('%s', (name, answer, least) => {
    const { found, missed } = shareOf(name, answer)
    expect(found.length / (found.length + missed.length), `missed: ${missed.join(', ')}`).toBeGreaterThanOrEqual(least)
  })
  test('four fields of five, all in all: docs/suggest.md says so', () => {
    const all = shipped.map(([name, answer]) => shareOf(name, answer))
    const found = all.reduce((sum, one) => sum + one.found.length, 0)
    const missed = all.reduce((sum, one) => sum + one.missed.length, 0)
    expect(found / (found + missed), `${found} placed, ${missed} missed`).toBeGreaterThanOrEqual(0.8)
  })
})
