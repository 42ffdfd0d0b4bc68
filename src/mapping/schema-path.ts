import { isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'
import type { Segment } from './path.ts'

/** A place in a JSON Schema: every schema that applies there, with `$ref`, `allOf`, `anyOf` and `oneOf` opened. */
export interface Cursor {
  readonly root: JsonSchema
  readonly schemas: readonly JsonObject[]
}
export type Found =
  | { readonly kind: 'found'; readonly cursor: Cursor }
  /** the schema does not say */
  | { readonly kind: 'unknown' }
  /** the schema lists its fields and this is none of them; `closed`: it allows no others */
  | { readonly kind: 'absent'; readonly names: readonly string[]; readonly closed: boolean }

const maxRefs = 32

export function cursorAt(schema: JsonSchema | undefined): Cursor | undefined {
  return schema === undefined ? undefined : opened(schema, [schema])
}

function opened(root: JsonSchema, given: readonly (Json | undefined)[]): Cursor | undefined {
  const schemas: JsonObject[] = []
  const visit = (schema: Json | undefined, depth: number): void => {
    if (!isObject(schema) || depth > maxRefs || schemas.includes(schema)) return
    schemas.push(schema)
    if (typeof schema.$ref === 'string') visit(byRef(root, schema.$ref), depth + 1)
    for (const key of ['allOf', 'anyOf', 'oneOf']) {
      const list = schema[key]
      if (Array.isArray(list)) for (const part of list) visit(part, depth + 1)
    }
  }
  for (const schema of given) visit(schema, 0)
  return schemas.length === 0 ? undefined : { root, schemas }
}

function byRef(root: JsonSchema, ref: string): Json | undefined {
  if (!ref.startsWith('#')) return undefined
  let here: Json | undefined = root
  for (const step of ref
    .slice(1)
    .split('/')
    .filter((part) => part !== '')) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    here = isObject(here) && Object.hasOwn(here, name) ? here[name] : undefined
  }
  return here
}

/** The field `name` of an object. */
export function fieldAt(cursor: Cursor | undefined, name: string): Found {
  if (cursor === undefined) return { kind: 'unknown' }
  const found: Json[] = []
  const names: string[] = []
  let open = false
  let closed = false
  for (const schema of cursor.schemas) {
    const properties = isObject(schema.properties) ? schema.properties : undefined
    if (properties !== undefined) {
      names.push(...Object.keys(properties))
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (property !== undefined) found.push(property)
    }
    const more = schema.additionalProperties
    if (more === true || isObject(more) || schema.patternProperties !== undefined) open = true
    if (more === false || schema.unevaluatedProperties === false) closed = true
  }
  if (found.length > 0) {
    const next = opened(cursor.root, found)
    return next === undefined ? { kind: 'unknown' } : { kind: 'found', cursor: next }
  }
  return open || names.length === 0 ? { kind: 'unknown' } : { kind: 'absent', names, closed }
}

/** The items of a list. */
export function itemsAt(cursor: Cursor | undefined): Cursor | undefined {
  return (
    cursor &&
    opened(
      cursor.root,
      cursor.schemas.map((schema) => schema.items),
    )
  )
}

/** The place a path leads to; undefined when the schema does not say. */
export function cursorOf(cursor: Cursor | undefined, segments: readonly Segment[]): Cursor | undefined {
  return segments.reduce<Cursor | undefined>((here, segment) => {
    if (segment.kind !== 'name') return itemsAt(here)
    const found = fieldAt(here, segment.name)
    return found.kind === 'found' ? found.cursor : undefined
  }, cursor)
}

/** Names that every object here must have. */
export function requiredAt(cursor: Cursor | undefined): readonly string[] {
  const names = new Set<string>()
  const visit = (schema: Json | undefined, depth: number): void => {
    if (cursor === undefined || !isObject(schema) || depth > maxRefs) return
    if (Array.isArray(schema.required)) for (const name of schema.required) names.add(String(name))
    if (typeof schema.$ref === 'string') visit(byRef(cursor.root, schema.$ref), depth + 1)
    if (Array.isArray(schema.allOf)) for (const part of schema.allOf) visit(part, depth + 1)
  }
  visit(cursor?.schemas[0], 0)
  return [...names]
}

/** Whether values here must not be shown. */
export const isSensitive = (cursor: Cursor | undefined): boolean =>
  cursor?.schemas.some((schema) => schema['x-sensitive'] === true) ?? false

/** Whether null may stand here, and whether numbers must. */
export const allowsType = (cursor: Cursor | undefined, type: string): boolean =>
  cursor?.schemas.some((schema) => schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type))) ?? false
