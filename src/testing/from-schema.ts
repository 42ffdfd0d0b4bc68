import fc from 'fast-check'
import { type Rooted, resolveRef, type SchemaLibrary } from '../mapping/schema-path.ts'
import { isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'

/** How deep documents nest; below it fields that are not required are left out. */
const maxDepth = 6

/**
 * Documents that a JSON Schema describes, as far as its own words for shape go: types, codes, patterns, formats, bounds, references and
 * alternatives. What a validator still refuses is for the caller to filter.
 */
export const fromSchema = (schema: JsonSchema, library: SchemaLibrary): fc.Arbitrary<Json> =>
  documentOf(library, { schema, root: schema }, 0)

function documentOf(library: SchemaLibrary, given: Rooted, depth: number): fc.Arbitrary<Json> {
  const { schema, root } = opened(library, given)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom<Json>(...schema.enum)
  const either = [schema.anyOf, schema.oneOf].find((list) => Array.isArray(list)) as readonly JsonObject[] | undefined
  if (either !== undefined) {
    const { anyOf: _, oneOf: __, ...rest } = schema
    return fc.oneof(
      ...either.map((one) => documentOf(library, { schema: merged(rest, opened(library, { schema: one, root }).schema), root }, depth)),
    )
  }
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? (schema.properties === undefined ? 'string' : 'object')]
  return fc.oneof(...types.map((type) => ofType(library, String(type), schema, root, depth)))
}

function ofType(library: SchemaLibrary, type: string, schema: JsonObject, root: JsonSchema, depth: number): fc.Arbitrary<Json> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return fc.integer({ min: Number(schema.minimum ?? 0), max: Number(schema.maximum ?? 10_000) })
    case 'array':
      return listOf(schema, documentOf(library, { schema: schema.items ?? {}, root }, depth + 1), depth)
    case 'object':
      return objectOf(library, schema, root, depth)
    default:
      return textOf(schema)
  }
}

function listOf(schema: JsonObject, item: fc.Arbitrary<Json>, depth: number): fc.Arbitrary<Json> {
  const minLength = Number(schema.minItems ?? 0)
  const bounds = { minLength, maxLength: Math.max(minLength, depth < 2 ? 3 : 1) }
  return schema.uniqueItems === true ? fc.uniqueArray(item, { ...bounds, selector: (one) => JSON.stringify(one) }) : fc.array(item, bounds)
}

function objectOf(library: SchemaLibrary, schema: JsonObject, root: JsonSchema, depth: number): fc.Arbitrary<Json> {
  const required: readonly Json[] = Array.isArray(schema.required) ? schema.required : []
  const fields = Object.entries(isObject(schema.properties) ? schema.properties : {})
    .filter(([name]) => depth < maxDepth || required.includes(name))
    .map(([name, field]) => [name, documentOf(library, { schema: field, root }, depth + 1)] as const)
  const requiredKeys = fields.map(([name]) => name).filter((name) => required.includes(name))
  const beside = Object.entries(isObject(schema.dependentRequired) ? schema.dependentRequired : {})
  return fc.record(Object.fromEntries(fields), { requiredKeys }).map((made) => {
    const alone = ([name, others]: readonly [string, Json | undefined]): boolean =>
      made[name] !== undefined && Array.isArray(others) && others.some((other) => made[String(other)] === undefined)
    return Object.fromEntries(Object.entries(made).filter(([name]) => !beside.some((one) => one[0] === name && alone(one))))
  })
}

function textOf(schema: JsonObject): fc.Arbitrary<Json> {
  const { minLength, maxLength, pattern, format } = schema
  const day = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  if (format === 'date') return day.map((date) => date.toISOString().slice(0, 10))
  if (format === 'date-time') return day.map((date) => date.toISOString())
  if (format === 'uri') return fc.constant('https://example.com/a')
  if (format === 'decimal') return fc.integer({ min: 0, max: 99_999 }).map((units) => (units / 100).toFixed(2))
  const [least, most] = [Number(minLength ?? 0), Number(maxLength ?? 1_000)]
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern), { maxLength: Math.min(most, 40) })
  return fc.string({ minLength: least, maxLength: Math.min(most, least + 20) })
}

/** The schema with what it refers to and all of `allOf` in one. */
function opened(library: SchemaLibrary, { schema, root }: Rooted, depth = 0): { readonly schema: JsonObject; readonly root: JsonSchema } {
  if (!isObject(schema) || depth > 20) return { schema: {}, root }
  const { $ref, allOf, ...own } = schema
  let made: JsonObject = own
  let home = root
  if (typeof $ref === 'string') {
    const target = opened(library, resolveRef(library, root, $ref), depth + 1)
    made = merged(target.schema, made)
    home = target.root
  }
  for (const part of Array.isArray(allOf) ? allOf : []) made = merged(made, opened(library, { schema: part, root }, depth + 1).schema)
  return { schema: made, root: home }
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
  const fields = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
  const more: { [key: string]: Json } = {}
  if (a.properties !== undefined || b.properties !== undefined) {
    const [one, other] = [fields(a.properties), fields(b.properties)]
    const both = Object.keys(one).filter((name) => Object.hasOwn(other, name))
    more.properties = {
      ...one,
      ...other,
      ...Object.fromEntries(both.map((name) => [name, merged(fields(one[name]), fields(other[name]))])),
    }
  }
  if (a.required !== undefined || b.required !== undefined) more.required = [...list(a.required), ...list(b.required)]
  return { ...a, ...b, ...more }
}
