import { isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'
import type { Segment } from './path.ts'

/** Schemas by their `$id`, so that one can refer to another. */
export type SchemaLibrary = ReadonlyMap<string, JsonSchema>

/** A place in a JSON Schema: every schema that applies there, with `$ref`, `allOf`, `anyOf` and `oneOf` opened. */
export interface Cursor {
  readonly library: SchemaLibrary
  readonly schemas: readonly JsonObject[]
  /** the schema that holds each of `schemas`: where its local references start */
  readonly roots: readonly JsonSchema[]
}
export type Found =
  | { readonly kind: 'found'; readonly cursor: Cursor }
  /** the schema does not say */
  | { readonly kind: 'unknown' }
  /** the schema lists its fields and this is none of them; `closed`: it allows no others */
  | { readonly kind: 'absent'; readonly names: readonly string[]; readonly closed: boolean }

/** A schema, and the one that holds it: where its local references start. */
export interface Rooted {
  readonly schema: Json | undefined
  readonly root: JsonSchema
}

const maxRefs = 32

export function cursorAt(schema: JsonSchema | undefined, library: SchemaLibrary = new Map()): Cursor | undefined {
  return schema === undefined ? undefined : opened(library, [{ schema, root: schema }])
}

function opened(library: SchemaLibrary, given: readonly Rooted[]): Cursor | undefined {
  const schemas: JsonObject[] = []
  const roots: JsonSchema[] = []
  const visit = ({ schema, root }: Rooted, depth: number): void => {
    if (!isObject(schema) || depth > maxRefs || schemas.includes(schema)) return
    schemas.push(schema)
    roots.push(root)
    if (typeof schema.$ref === 'string') visit(resolveRef(library, root, schema.$ref), depth + 1)
    for (const key of ['allOf', 'anyOf', 'oneOf']) {
      const list = schema[key]
      if (Array.isArray(list)) for (const part of list) visit({ schema: part, root }, depth + 1)
    }
  }
  for (const rooted of given) visit(rooted, 0)
  return schemas.length === 0 ? undefined : { library, schemas, roots }
}

/** What `#/$defs/x` or `values@1#/$defs/x` names. */
export function resolveRef(library: SchemaLibrary, root: JsonSchema, ref: string): Rooted {
  const hash = ref.indexOf('#')
  const id = hash < 0 ? ref : ref.slice(0, hash)
  const home = id === '' ? root : library.get(id)
  let here: Json | undefined = home
  for (const step of hash < 0 ? [] : ref.slice(hash + 1).split('/')) {
    if (step === '') continue
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    here = isObject(here) && Object.hasOwn(here, name) ? here[name] : undefined
  }
  return { schema: here, root: home ?? root }
}

/** The field `name` of an object. */
export function fieldAt(cursor: Cursor | undefined, name: string): Found {
  if (cursor === undefined) return { kind: 'unknown' }
  const found: Rooted[] = []
  const names: string[] = []
  let open = false
  let closed = false
  for (const [i, schema] of cursor.schemas.entries()) {
    const properties = isObject(schema.properties) ? schema.properties : undefined
    if (properties !== undefined) {
      names.push(...Object.keys(properties))
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (property !== undefined) found.push({ schema: property, root: cursor.roots[i] ?? schema })
    }
    const more = schema.additionalProperties
    if (more === true || isObject(more) || schema.patternProperties !== undefined) open = true
    if (more === false || schema.unevaluatedProperties === false) closed = true
  }
  if (found.length > 0) {
    const next = opened(cursor.library, found)
    return next === undefined ? { kind: 'unknown' } : { kind: 'found', cursor: next }
  }
  return open || names.length === 0 ? { kind: 'unknown' } : { kind: 'absent', names, closed }
}

/** The items of a list. */
export const itemsAt = (cursor: Cursor | undefined): Cursor | undefined =>
  cursor &&
  opened(
    cursor.library,
    cursor.schemas.map((schema, i) => ({ schema: schema.items, root: cursor.roots[i] ?? schema })),
  )

/** The place a path leads to; undefined when the schema does not say. */
export function cursorOf(cursor: Cursor | undefined, segments: readonly Segment[]): Cursor | undefined {
  return segments.reduce<Cursor | undefined>((here, segment) => {
    if (segment.kind !== 'name') return itemsAt(here)
    const found = fieldAt(here, segment.name)
    return found.kind === 'found' ? found.cursor : undefined
  }, cursor)
}

/** Whether values here must not be shown. */
export const isSensitive = (cursor: Cursor | undefined): boolean =>
  cursor?.schemas.some((schema) => schema['x-sensitive'] === true) ?? false

const concealing = new WeakMap<JsonObject, boolean>()

/** Whether values here, or anything below them, must not be shown: an object that holds a secret is one. */
export const conceals = (cursor: Cursor | undefined): boolean =>
  cursor?.schemas.some((schema, i) => {
    const known = concealing.get(schema)
    const found = known ?? hasMark(cursor.library, { schema, root: cursor.roots[i] ?? schema }, new Set())
    if (known === undefined) concealing.set(schema, found)
    return found
  }) ?? false

function hasMark(library: SchemaLibrary, { schema, root }: Rooted, seen: Set<Json>): boolean {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return false
  seen.add(schema)
  if (isObject(schema) && (schema['x-sensitive'] === true || hasMark(library, targetOf(library, { schema, root }), seen))) return true
  return Object.values(schema).some((part) => hasMark(library, { schema: part, root }, seen))
}

const targetOf = (library: SchemaLibrary, { schema, root }: Rooted): Rooted =>
  isObject(schema) && typeof schema.$ref === 'string' ? resolveRef(library, root, schema.$ref) : { schema: undefined, root }

/** Whether null may stand here, and whether numbers must. */
export const allowsType = (cursor: Cursor | undefined, type: string): boolean =>
  cursor?.schemas.some((schema) => schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type))) ?? false
