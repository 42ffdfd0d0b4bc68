import { isObject, type Json, type JsonObject, type JsonSchema } from '../../model/json.ts'
import { follow, objectsOf } from './openapi-read.ts'

/** Deeper parts of a record are left open: they are seldom relied on, and descriptions refer in circles. */
const deepest = 4
const mostFields = 200
const scalars: ReadonlySet<Json | undefined> = new Set(['string', 'integer', 'number', 'boolean'])

/** A schema of OpenAPI 3.0 or 3.1 as JSON Schema 2020-12, without `required`: descriptions promise more than answers keep. */
export function recordSchema(spec: JsonObject, given: Json | undefined, depth = 0): JsonSchema {
  const schema = merged(spec, given)
  if (schema === undefined || depth > deepest) return {}
  const types = typesOf(schema)
  const [type] = types.filter((one) => one !== 'null')
  if (types.filter((one) => one !== 'null').length !== 1) return {}
  const nullable = types.includes('null') || schema.nullable === true
  const told = { type: nullable ? [type ?? 'string', 'null'] : (type ?? 'string') }
  if (type === 'array') return { ...told, items: recordSchema(spec, schema.items, depth + 1) }
  if (type === 'object') {
    const properties = Object.entries(isObject(schema.properties) ? schema.properties : {}).slice(0, mostFields)
    return properties.length === 0
      ? told
      : { ...told, properties: Object.fromEntries(properties.map(([name, field]) => [name, recordSchema(spec, field, depth + 1)])) }
  }
  return scalars.has(type) ? told : {}
}

const typesOf = ({ type, properties, items }: JsonObject): readonly string[] =>
  Array.isArray(type)
    ? type.filter((one: Json) => typeof one === 'string')
    : typeof type === 'string'
      ? [type]
      : properties !== undefined
        ? ['object']
        : items !== undefined
          ? ['array']
          : []

/** A schema with the parts of its `allOf` in it; of a choice with `null` the other branch. */
export function merged(spec: JsonObject, given: Json | undefined, depth = 0): JsonObject | undefined {
  const schema = follow(spec, given)
  if (schema === undefined || depth > 10) return undefined
  const choices = objectsOf(spec, schema.anyOf ?? schema.oneOf).filter((one) => one.type !== 'null')
  const [only] = choices
  if (schema.type === undefined && choices.length === 1 && only !== undefined) return merged(spec, only, depth + 1)
  if (!Array.isArray(schema.allOf)) return schema
  const parts = [...schema.allOf.map((part: Json) => merged(spec, part, depth + 1)), schema].filter((part) => part !== undefined)
  const properties = parts.flatMap((part) => Object.entries(isObject(part.properties) ? part.properties : {}))
  return { ...Object.fromEntries(parts.flatMap((part) => Object.entries(part))), properties: Object.fromEntries(properties) }
}

/** Where the rows of an answer stand and what one is; undefined when it is no list of objects. */
export function rowsOf(
  spec: JsonObject,
  answer: Json | undefined,
): { readonly records: string; readonly row: JsonObject; readonly envelope?: JsonObject } | undefined {
  const schema = merged(spec, answer)
  if (schema === undefined) return undefined
  if (schema.type === 'array' || schema.items !== undefined) {
    const row = merged(spec, schema.items)
    return row?.properties === undefined ? undefined : { records: '', row }
  }
  const lists = listsIn(spec, schema, '').concat(
    Object.entries(isObject(schema.properties) ? schema.properties : {}).flatMap(([name, field]) => {
      const inner = merged(spec, field)
      return inner === undefined || inner.type === 'array' ? [] : listsIn(spec, inner, `${name}.`)
    }),
  )
  // one list at the top is the list; several, or one deeper, only when there is no other
  const [first] = lists
  return first === undefined || (lists.length > 1 && !usual.test(first.records)) ? undefined : { ...first, envelope: schema }
}
const usual = /(^|\.)(data|items|results?|records|rows|list|value|entries|content|elements)$/i

const listsIn = (spec: JsonObject, { properties }: JsonObject, head: string) =>
  Object.entries(isObject(properties) ? properties : {})
    .flatMap(([name, field]) => {
      const list = merged(spec, field)
      const row = list?.type === 'array' ? merged(spec, list.items) : undefined
      return row?.properties === undefined ? [] : [{ records: `${head}${name}`, row }]
    })
    .sort((a, b) => Number(usual.test(b.records)) - Number(usual.test(a.records)))
