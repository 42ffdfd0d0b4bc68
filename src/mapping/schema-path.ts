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

interface Rooted {
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
    if (typeof schema.$ref === 'string') visit(byRef(library, root, schema.$ref), depth + 1)
    for (const key of ['allOf', 'anyOf', 'oneOf']) {
      const list = schema[key]
      if (Array.isArray(list)) for (const part of list) visit({ schema: part, root }, depth + 1)
    }
  }
  for (const rooted of given) visit(rooted, 0)
  return schemas.length === 0 ? undefined : { library, schemas, roots }
}

/** What `#/$defs/x` or `values@1#/$defs/x` names. */
function byRef(library: SchemaLibrary, root: JsonSchema, ref: string): Rooted {
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

/** Names that every object here must have. */
export function requiredAt(cursor: Cursor | undefined): readonly string[] {
  const names = new Set<string>()
  const visit = ({ schema, root }: Rooted, depth: number): void => {
    if (cursor === undefined || !isObject(schema) || depth > maxRefs) return
    if (Array.isArray(schema.required)) for (const name of schema.required) names.add(String(name))
    if (typeof schema.$ref === 'string') visit(byRef(cursor.library, root, schema.$ref), depth + 1)
    if (Array.isArray(schema.allOf)) for (const part of schema.allOf) visit({ schema: part, root }, depth + 1)
  }
  const [schema] = cursor?.schemas ?? []
  if (schema !== undefined) visit({ schema, root: cursor?.roots[0] ?? schema }, 0)
  return [...names]
}

/** Whether values here must not be shown. */
export const isSensitive = (cursor: Cursor | undefined): boolean =>
  cursor?.schemas.some((schema) => schema['x-sensitive'] === true) ?? false

/** Whether null may stand here, and whether numbers must. */
export const allowsType = (cursor: Cursor | undefined, type: string): boolean =>
  cursor?.schemas.some((schema) => schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type))) ?? false
