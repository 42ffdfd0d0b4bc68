import { isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'
import { type Rooted, resolveRef, type SchemaLibrary } from './schema-path.ts'

/** Schemas that all apply to one value, with `$ref` and `allOf` opened. Without any, nothing is known. */
export type Branch = readonly Rooted[]

/**
 * What schemas say of one place: the value fits at least one of the branches (`oneOf`, `anyOf`, `if`, `type` lists stay inside one branch).
 * Branches that contradict themselves and those that only allow null are not among them.
 */
export interface Spot {
  readonly reader: SchemaReader
  readonly branches: readonly Branch[]
  readonly nullable: boolean
  /** below a schema that says `x-inferred`: guessed from samples */
  readonly inferred: boolean
}

/** Opens schemas, each once. */
export interface SchemaReader {
  readonly library: SchemaLibrary
  readonly opened: Map<JsonObject, readonly Branch[]>
}
export const schemaReader = (library: SchemaLibrary | undefined): SchemaReader => ({ library: library ?? new Map(), opened: new Map() })

const maxBranches = 64
const maxRefs = 32
const unknown: readonly Branch[] = [[]]

export const spotOf = (reader: SchemaReader, schema: JsonSchema | undefined): Spot | undefined =>
  schema === undefined ? undefined : makeSpot(reader, open(reader, { schema, root: schema }, 0), false)

function makeSpot(reader: SchemaReader, found: readonly Branch[], inferred: boolean): Spot {
  const branches: Branch[] = []
  let nullable = false
  for (const branch of found) {
    const types = typesOf(branch)
    if (types?.has('null') || (types === undefined && allowsNull(branch))) nullable = true
    if (types === undefined || types.size > (types.has('null') ? 1 : 0)) branches.push(branch)
  }
  return {
    reader,
    branches: branches.length > 0 || nullable ? branches : found,
    nullable,
    inferred: inferred || found.some((branch) => branch.some(({ schema }) => saysInferred(schema))),
  }
}

const saysInferred = (schema: Json | undefined): boolean => isObject(schema) && schema['x-inferred'] === true
const allowsNull = (branch: Branch): boolean => branch.some(({ schema }) => isObject(schema) && schema.const === null)

/** The alternatives of a schema. A schema that leads to itself, or into too many alternatives, says nothing. */
function open(reader: SchemaReader, rooted: Rooted, depth: number): readonly Branch[] {
  const { schema, root } = rooted
  if (schema === false) return []
  if (!isObject(schema) || depth > maxRefs) return unknown
  const known = reader.opened.get(schema)
  if (known !== undefined) return known
  reader.opened.set(schema, unknown)
  let branches: readonly Branch[] = [[rooted]]
  const both = (more: readonly Branch[]): void => {
    if (branches.length * more.length > maxBranches) return
    branches = branches.flatMap((one) => more.map((other) => [...one, ...other]))
  }
  const inside = (part: Json | undefined): readonly Branch[] => open(reader, { schema: part, root }, depth + 1)
  if (typeof schema.$ref === 'string') both(open(reader, resolveRef(reader.library, root, schema.$ref), depth + 1))
  if (Array.isArray(schema.allOf)) for (const part of schema.allOf) both(inside(part))
  for (const key of ['oneOf', 'anyOf']) {
    const list = schema[key]
    if (Array.isArray(list)) both(list.flatMap(inside))
  }
  if (schema.if !== undefined) both([schema.then, schema.else].flatMap((part) => (part === undefined ? unknown : inside(part))))
  if (isObject(schema.dependentSchemas)) for (const part of Object.values(schema.dependentSchemas)) both([...inside(part), []])
  reader.opened.set(schema, branches)
  return branches
}

/** JSON types that a value may have in this branch; undefined when no schema says. */
export function typesOf(branch: Branch): ReadonlySet<string> | undefined {
  let types: Set<string> | undefined
  for (const { schema } of branch) {
    if (!isObject(schema) || schema.type === undefined) continue
    const own = new Set(Array.isArray(schema.type) ? schema.type.map(String) : [String(schema.type)])
    if (own.has('number')) own.add('integer')
    types = types === undefined ? own : new Set([...types].filter((type) => own?.has(type)))
  }
  return types
}

/** What a branch, or a whole spot, says of a field. */
export type FieldFound =
  | { readonly kind: 'found'; readonly spot: Spot; readonly optional: boolean }
  /** only some branches have it */
  | { readonly kind: 'partly'; readonly spot: Spot; readonly names: readonly string[] }
  /** `open`: other fields are allowed in so many words, or nothing is said of fields at all */
  | { readonly kind: 'unnamed'; readonly names: readonly string[]; readonly open: boolean }
  /** no branch allows it */
  | { readonly kind: 'absent'; readonly names: readonly string[] }

/** The field `name` of the object at a spot. */
export function fieldOf(spot: Spot, name: string): FieldFound {
  const found: Branch[] = []
  const names = new Set<string>()
  let [has, optional, lets, open] = [0, false, 0, false]
  for (const branch of spot.branches) {
    const field = fieldIn(spot.reader, branch, name, names)
    if (field.kind === 'found') {
      has++
      found.push(...field.branches)
      if (!field.required) optional = true
    } else if (field.kind === 'unnamed') {
      lets++
      open ||= field.open
    }
  }
  if (has > 0) {
    const next = makeSpot(spot.reader, found.slice(0, maxBranches), spot.inferred)
    if (has === spot.branches.length) return { kind: 'found', spot: next, optional }
    return { kind: 'partly', spot: next, names: [...names] }
  }
  return lets > 0 ? { kind: 'unnamed', names: [...names], open } : { kind: 'absent', names: [...names] }
}

type InBranch =
  | { readonly kind: 'found'; readonly branches: readonly Branch[]; readonly required: boolean }
  | { readonly kind: 'unnamed'; readonly open: boolean }
  | { readonly kind: 'closed' }

function fieldIn(reader: SchemaReader, branch: Branch, name: string, names: Set<string>): InBranch {
  let branches: readonly Branch[] | undefined
  let [required, isOpen, isClosed] = [false, false, false]
  let more: Rooted | undefined
  for (const { schema, root } of branch) {
    if (!isObject(schema)) continue
    if (Array.isArray(schema.required) && schema.required.includes(name)) required = true
    const { properties, patternProperties, additionalProperties } = schema
    if (isObject(properties)) for (const key of Object.keys(properties)) names.add(key)
    if (isObject(properties) && Object.hasOwn(properties, name)) {
      const own = open(reader, { schema: properties[name], root }, 0)
      branches = branches === undefined ? own : crossed(branches, own)
      continue
    }
    if (patternProperties !== undefined || additionalProperties === true) isOpen = true
    else if (isObject(additionalProperties)) more = { schema: additionalProperties, root }
    else if (additionalProperties === false || schema.unevaluatedProperties === false) isClosed = true
  }
  if (branches !== undefined) return branches.length === 0 ? { kind: 'closed' } : { kind: 'found', branches, required }
  const types = typesOf(branch)
  if (isClosed || (types !== undefined && !types.has('object'))) return { kind: 'closed' }
  if (more !== undefined) return { kind: 'found', branches: open(reader, more, 0), required }
  return { kind: 'unnamed', open: isOpen || !branch.some(({ schema }) => isObject(schema) && isObject(schema.properties)) }
}

const crossed = (some: readonly Branch[], others: readonly Branch[]): readonly Branch[] =>
  some.length * others.length > maxBranches ? some : some.flatMap((one) => others.map((other) => [...one, ...other]))

/** The items of the list at a spot; undefined when nothing is known of them. `always`: an item with this number is there. */
export function itemsOf(spot: Spot, index?: number): { readonly spot: Spot | undefined; readonly always: boolean } {
  const found: Branch[] = []
  let [known, always] = [true, index !== undefined]
  for (const branch of spot.branches) {
    let own: readonly Branch[] | undefined
    let least = 0
    for (const { schema, root } of branch) {
      if (!isObject(schema)) continue
      if (typeof schema.minItems === 'number') least = Math.max(least, schema.minItems)
      const prefix = Array.isArray(schema.prefixItems) && index !== undefined ? schema.prefixItems[index] : undefined
      const items = prefix ?? (Array.isArray(schema.prefixItems) && index === undefined ? true : schema.items)
      if (items !== undefined) own = crossed(own ?? [[]], open(spot.reader, { schema: items, root }, 0))
    }
    if (index !== undefined && least <= index) always = false
    if (own === undefined) known = false
    else found.push(...own)
  }
  return { spot: known && found.length > 0 ? makeSpot(spot.reader, found.slice(0, maxBranches), spot.inferred) : undefined, always }
}

/** Fields that every object here must have. */
export function requiredOf(spot: Spot): readonly string[] {
  const [first, ...others] = spot.branches.map((branch) =>
    branch.flatMap(({ schema }) => (isObject(schema) && Array.isArray(schema.required) ? schema.required.map(String) : [])),
  )
  return [...new Set(first)].filter((name) => others.every((names) => names.includes(name)))
}

/** The spot with the branches that `keep` holds for; all of them when it holds for none. */
export function narrowed(spot: Spot, keep: (branch: Spot) => boolean): Spot {
  if (spot.branches.length < 2) return spot
  const branches = spot.branches.filter((branch) => keep({ ...spot, branches: [branch] }))
  return branches.length === 0 ? spot : { ...spot, branches }
}
