import { isObject, type Json, type JsonObject } from '../../model/json.ts'

/** One field of a selection, with its arguments and directives filled in. */
export interface Field {
  readonly name: string
  readonly alias: string
  readonly args: JsonObject
  readonly directives: Readonly<Record<string, JsonObject>>
  readonly fields: readonly Field[]
  /** an inline fragment: the fields of objects of this type */
  readonly on?: string
}
export interface Operation {
  readonly kind: 'query' | 'mutation'
  readonly name: string
  readonly fields: readonly Field[]
}

/** A text that is no GraphQL this simulator reads: named fragments and subscriptions are not. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
}

const tokens = /\s*(?:#[^\n]*\n\s*|,\s*)*(\.\.\.|[{}()[\]:!$=@|]|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|\w+)/y

/** Reads one operation (GraphQL October 2021, section 2). @throws OperationError */
export function readOperation(text: string, variables: JsonObject): Operation {
  const words: string[] = []
  tokens.lastIndex = 0
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) words.push(match[1] ?? '')
  let at = 0
  const peek = () => words[at]
  const take = (wanted?: string): string => {
    const word = words[at++]
    if (word === undefined || (wanted !== undefined && word !== wanted))
      throw new OperationError(`syntax error, expected ${wanted ?? 'more'}, found ${word ?? 'the end'}`)
    return word
  }

  const value = (): Json => {
    const word = take()
    if (word === '$') return variables[take()] ?? null
    if (word === '[') {
      const list: Json[] = []
      while (peek() !== ']') list.push(value())
      take(']')
      return list
    }
    if (word === '{') {
      const object: Record<string, Json> = {}
      while (peek() !== '}') {
        const name = take()
        take(':')
        object[name] = value()
      }
      take('}')
      return object
    }
    return /^["\d-]/.test(word) || ['true', 'false', 'null'].includes(word) ? (JSON.parse(word) as Json) : word
  }
  const args = (): JsonObject => {
    if (peek() !== '(') return {}
    const found: Record<string, Json> = {}
    take('(')
    while (peek() !== ')') {
      const name = take()
      take(':')
      const given = value()
      if (given !== null) found[name] = given
    }
    take(')')
    return found
  }
  const selection = (): readonly Field[] => {
    if (peek() !== '{') return []
    const fields: Field[] = []
    take('{')
    while (peek() !== '}') {
      if (peek() === '...') {
        take()
        take('on')
        fields.push({ name: '...', alias: '...', args: {}, directives: {}, on: take(), fields: selection() })
        continue
      }
      const first = take()
      const aliased = peek() === ':'
      if (aliased) take(':')
      const name = aliased ? take() : first
      const given = args()
      const directives: Record<string, JsonObject> = {}
      while (peek() === '@') {
        take('@')
        directives[take()] = args()
      }
      fields.push({ name, alias: first, args: given, directives, fields: selection() })
    }
    take('}')
    return fields
  }

  const kind = take()
  if (kind !== 'query' && kind !== 'mutation') throw new OperationError('only named queries and mutations are answered')
  const name = take()
  if (peek() === '(') while (take() !== ')');
  return { kind, name, fields: selection() }
}

export type Resolved = Json | undefined | Resolver | readonly Resolved[] | { readonly [name: string]: Resolved }
export type Resolver = (args: JsonObject, field: Field) => Resolved

/** The fields that were asked for, of a value whose functions take arguments. @throws OperationError for a field that is not there */
export function project(value: Resolved, fields: readonly Field[], type: string): Json {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return value.map((item: Resolved) => project(item, fields, type))
  if (typeof value !== 'object') return value as Json
  if (fields.length === 0) throw new OperationError(`Field '${type}' must have selections`)
  const object = value as { readonly [name: string]: Resolved }
  return Object.fromEntries(
    fields.flatMap((field): (readonly [string, Json])[] => {
      if (field.on !== undefined) return isOf(object, field.on) ? Object.entries(project(object, field.fields, field.on) as object) : []
      if (!Object.hasOwn(object, field.name)) throw new OperationError(`Field '${field.name}' doesn't exist on type '${type}'`)
      const found = object[field.name]
      return [[field.alias, project(typeof found === 'function' ? found(field.args, field) : found, field.fields, field.name)]]
    }),
  )
}

/** By its `__typename`, or by the interface that every refusal has. */
const isOf = (object: { readonly [name: string]: Resolved }, type: string): boolean =>
  object.__typename === type || (type === 'ErrorResult' && object.errorCode !== undefined)

/** Points that an operation asks for: one for each object it may answer, of lists as many as asked for. Shopify's own figures are lower for long lists. */
export const askedPoints = (fields: readonly Field[], times = 1): number =>
  fields.reduce((sum, field) => {
    const most = typeof field.args.first === 'number' ? Math.ceil(Math.sqrt(field.args.first)) : 1
    return field.fields.length === 0 ? sum : sum + times * most + askedPoints(field.fields, Math.min(times * most, 40))
  }, 0)

/** Objects in an answer. */
export const spentPoints = (value: Json | undefined): number =>
  Array.isArray(value)
    ? value.reduce((sum: number, item: Json) => sum + spentPoints(item), 0)
    : isObject(value)
      ? 1 + Object.values(value).reduce((sum: number, field) => sum + spentPoints(field), 0)
      : 0
