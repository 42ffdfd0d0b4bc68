import { isObject, type Json } from '../model/json.ts'
import { type Branch, fieldOf, itemsOf, type Spot, typesOf } from './check-schema.ts'

/** `decimal` is a decimal written as text, `number` and `integer` are JSON numbers. */
export type Kind = 'text' | 'decimal' | 'integer' | 'number' | 'boolean' | 'list' | 'object'

/** Kinds that a value may be of, by the path of the rule: what a schema left open and a run looks at. */
export type Unproven = ReadonlyMap<string, readonly Kind[]>

/** How surely there is a value (absent, null and blank text are none). `unknown`: no schema says. */
export type Presence = 'always' | 'maybe blank' | 'unknown' | 'maybe missing'

/** What is known of a value before any document is read. */
export interface Type {
  /** one of these; none: not known */
  readonly kinds: readonly Kind[]
  readonly presence: Presence
  /** every value there can be, as text */
  readonly values?: readonly string[]
  /** of text: `date`, `utc` (a date-time in UTC with milliseconds), `date-time`, or a vendor's */
  readonly format?: string
  /** most decimals */
  readonly scale?: number
  /** of an object or a list: what its schema says */
  readonly spot?: Spot
  /** of a list that the mapping made: its items */
  readonly item?: Type
  /** of an object that the mapping made: its constant fields */
  readonly fields?: Readonly<Record<string, readonly string[]>>
  /** an expression computed it: it is what `kinds` says, not text that is read as a number */
  readonly computed?: boolean
  /** known from samples only */
  readonly inferred?: boolean
  /** the path it was read from, for people */
  readonly path?: string
}

export const notKnown: Type = { kinds: [], presence: 'unknown' }

const order: readonly Presence[] = ['always', 'maybe blank', 'unknown', 'maybe missing']
/** Presence of something that needs all of these. */
export const needsAll = (parts: readonly Presence[]): Presence =>
  parts.reduce<Presence>((worst, part) => (order.indexOf(part) > order.indexOf(worst) ? part : worst), 'always')
/** Presence of something that one of these is enough for. */
export const needsOne = (parts: readonly Presence[]): Presence =>
  parts.reduce<Presence>((best, part) => (order.indexOf(part) < order.indexOf(best) ? part : best), 'maybe missing')

/** The type of values at a spot; `presence` is that of the field itself. */
export function typeAt(spot: Spot | undefined, presence: Presence, path?: string): Type {
  const named = path === undefined ? {} : { path }
  if (spot === undefined) return { ...notKnown, presence: presence === 'maybe missing' ? presence : 'unknown', ...named }
  const parts = spot.branches.map((branch) => branchType(branch))
  const type = unionOf(parts)
  const there = spot.nullable ? 'maybe missing' : needsAll([presence, type.presence])
  return { ...type, presence: there, spot, ...(spot.inferred ? { inferred: true } : {}), ...named }
}

function branchType(branch: Branch): Type {
  const kinds = kindsOf(branch)
  const values = valuesOf(branch)
  const format = formatOf(branch)
  const scale = scaleOf(branch)
  const canBlank = (kinds.length === 0 || kinds.includes('text')) && (values === undefined ? !neverBlank(branch) : values.includes(''))
  return {
    kinds,
    presence: kinds.length === 0 && values === undefined ? 'unknown' : canBlank ? 'maybe blank' : 'always',
    ...(values === undefined ? {} : { values: values.filter((value) => value !== '') }),
    ...(format === undefined ? {} : { format }),
    ...(scale === undefined ? {} : { scale }),
  }
}

/** What holds for a value of any of these types. */
export function unionOf(types: readonly Type[]): Type {
  const [first, ...others] = types
  if (first === undefined) return { kinds: [], presence: 'maybe missing' }
  return others.reduce(union, first)
}

function union(a: Type, b: Type): Type {
  const open = a.kinds.length === 0 || b.kinds.length === 0
  const presence = needsAll([a.presence, b.presence])
  const values = a.values !== undefined && b.values !== undefined ? [...new Set([...a.values, ...b.values])] : undefined
  const format = isText(a) && isText(b) ? commonFormat(a.format, b.format) : (a.format ?? b.format)
  const scale = a.scale !== undefined && b.scale !== undefined ? Math.max(a.scale, b.scale) : undefined
  const computed = a.computed === true && b.computed === true && a.kinds.join() === b.kinds.join()
  const spot = a.spot !== undefined && b.spot !== undefined ? eitherSpot(a.spot, b.spot) : (a.spot ?? b.spot)
  return {
    kinds: open ? [] : [...new Set([...a.kinds, ...b.kinds])],
    presence,
    ...(values === undefined ? {} : { values }),
    ...(format === undefined ? {} : { format }),
    ...(scale === undefined ? {} : { scale }),
    ...(spot === undefined ? {} : { spot }),
    ...(computed ? { computed } : {}),
    ...(a.inferred || b.inferred ? { inferred: true } : {}),
  }
}
const commonFormat = (a: string | undefined, b: string | undefined): string | undefined =>
  a === b ? a : [a, b].every((format) => format === 'utc' || format === 'date-time') ? 'date-time' : undefined
const eitherSpot = (a: Spot, b: Spot): Spot => ({
  ...a,
  branches: [...a.branches, ...b.branches],
  nullable: a.nullable || b.nullable,
  inferred: a.inferred || b.inferred,
})
const isText = (type: Type): boolean => type.kinds.includes('text')

function kindsOf(branch: Branch): readonly Kind[] {
  const types = typesOf(branch) ?? guessTypes(branch)
  const kinds: Kind[] = []
  const isDecimal = branch.some(({ schema }) => isObject(schema) && schema.format === 'decimal')
  for (const type of types) {
    if (type === 'string') kinds.push(isDecimal ? 'decimal' : 'text')
    else if (type === 'array') kinds.push('list')
    else if (type === 'integer') {
      if (!types.has('number')) kinds.push('integer')
    } else if (type === 'number' || type === 'boolean' || type === 'object') kinds.push(type)
  }
  return kinds
}

/** Types of a schema without `type`. */
function guessTypes(branch: Branch): ReadonlySet<string> {
  const types = new Set<string>()
  for (const { schema } of branch) {
    if (!isObject(schema)) continue
    for (const value of constantsOf(schema) ?? []) types.add(typeOfJson(value))
    if (types.size > 0) return types
    if (isObject(schema.properties)) types.add('object')
    if (schema.items !== undefined) types.add('array')
  }
  return types
}

function typeOfJson(value: Json): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

const constantsOf = (schema: Json | undefined): readonly Json[] | undefined =>
  !isObject(schema) ? undefined : schema.const !== undefined ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : undefined

/** `enum` and `const` as text; undefined when there is none, or objects and lists among them. */
function valuesOf(branch: Branch): readonly string[] | undefined {
  let values: readonly string[] | undefined
  const types = typesOf(branch)
  if (types?.size === 1 && types.has('boolean')) values = ['true', 'false']
  for (const { schema } of branch) {
    const own = constantsOf(schema)?.filter((value) => value !== null)
    if (own === undefined || own.some((value) => typeof value === 'object')) continue
    const texts = own.map(String)
    values = values === undefined ? texts : values.filter((value) => texts.includes(value))
  }
  return values
}

/** Text that a pattern holds to UTC with milliseconds is `utc`. */
function formatOf(branch: Branch): string | undefined {
  let format: string | undefined
  let endsInZ = false
  for (const { schema } of branch) {
    if (!isObject(schema)) continue
    if (typeof schema.format === 'string' && schema.format !== 'decimal') format ??= schema.format
    if (typeof schema.pattern === 'string' && /Z\)?\$$/.test(schema.pattern)) endsInZ = true
  }
  return format === 'date-time' && endsInZ ? 'utc' : format
}

function scaleOf(branch: Branch): number | undefined {
  const types = typesOf(branch)
  let scale: number | undefined = types?.has('integer') && !types.has('number') && !types.has('string') ? 0 : undefined
  for (const { schema } of branch) {
    const own = isObject(schema) ? schema['x-scale'] : undefined
    if (typeof own === 'number') scale = Math.min(own, scale ?? own)
  }
  return scale
}

/** A pattern, a format or a length that blank text does not have. Patterns are not run: nearly all refuse it. */
const neverBlank = (branch: Branch): boolean =>
  branch.some(
    ({ schema }) =>
      isObject(schema) &&
      (schema.pattern !== undefined || schema.format !== undefined || (typeof schema.minLength === 'number' && schema.minLength > 0)),
  )

/** The type of one item of a list. */
export function itemType(list: Type, path?: string): Type {
  if (list.item !== undefined) return list.item
  const items = list.spot === undefined ? undefined : itemsOf(list.spot).spot
  return typeAt(items, items === undefined ? 'unknown' : 'always', path)
}

/** Codes a field of an object can have, by its schema; undefined when it is not closed. */
export function codesOf(spot: Spot, name: string): readonly string[] | undefined {
  const field = fieldOf(spot, name)
  return field.kind === 'found' ? typeAt(field.spot, 'always').values : undefined
}

const words: Readonly<Record<Kind, string>> = {
  text: 'text',
  decimal: 'a decimal as text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  object: 'an object',
}
/** `an integer or text`, for messages. */
export const describeKinds = (kinds: readonly Kind[]): string => kinds.map((kind) => words[kind]).join(' or ')

/** `a, b, c, …`. */
export const shortList = (values: readonly string[], most = 8): string =>
  values.length > most ? `${values.slice(0, most).join(', ')}, …` : values.join(', ')
