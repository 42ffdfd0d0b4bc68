import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'

/** One recorded call with the masked answer of the real server. */
export type Step = {
  readonly name: string
  readonly method: string
  /** `{"$": name}` stands for a value bound before, `{"$ref": [model, name]}` for a reference, `{"$today": n}` for a day. */
  readonly params: readonly Json[]
  readonly at?: 'root' | 'nosuch'
  readonly auth?: 'none' | 'dead'
  /** Values of the answer that later calls need, by their path. */
  readonly bind?: Readonly<Record<string, readonly (string | number)[]>>
  /** `status`: only the HTTP status counts; `shape`: an error of any words. */
  readonly only?: 'status' | 'shape'
  readonly status: number
  readonly type: string
  readonly result?: Json
  readonly error?: Json
}

export type Bound = Map<string, Json>

const day = (offset: number): Json => {
  const date = new Date(Date.now() + offset * 86_400_000)
  return { __class__: 'date', year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

const stampsOf = ([model, id, stamp]: readonly Json[], bound: Bound): Json => ({
  [`${String(model)},${String(bound.get(String(id)))}`]: bound.get(String(stamp)) ?? stamp ?? null,
})

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/** Parameters with their placeholders filled in. */
export const filled = (value: Json, bound: Bound): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => filled(item, bound))
  if (!isObject(value)) return value
  if ('$' in value) return bound.get(String(value.$)) ?? null
  if ('$today' in value) return day(Number(value.$today))
  if ('$moves' in value) return []
  if ('$stampOf' in value) return stampsOf(listOf(value.$stampOf), bound)
  const [model, name] = listOf(value.$ref)
  if (name !== undefined) return `${String(model)},${String(bound.get(String(name)))}`
  const context = value.$context
  if (isObject(context)) return { company: 1, language: 'en', ...Object(filled(context, bound)) }
  return Object.fromEntries(Object.entries(value).map(([key, item = null]) => [key, filled(item, bound)]))
}

const floatOutsideText = /("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+))/g

/** JSON in which a number that was written as a float stays one: `2.0` becomes `{"float": "2.0"}`. */
export const parsed = (text: string): Json =>
  JSON.parse(text.replace(floatOutsideText, (_, quoted: string | undefined, float: string) => quoted ?? `{"float":"${float}"}`))

const stampKeys = 'day,hour,microsecond,minute,month,second,year'
const dateKeys = 'day,month,year'

const isTyped = (value: Json, name: string, keys: string): boolean =>
  isObject(value) &&
  value.__class__ === name &&
  Object.keys(value)
    .filter((key) => key !== '__class__')
    .sort()
    .join(',') === keys

const whole = (value: Json): boolean => Number.isInteger(value)

const maskHolds = (mask: string, value: Json): boolean | undefined => {
  if (mask === '<id>') return whole(value)
  if (mask === '<text>') return typeof value === 'string'
  if (mask === '<object>') return isObject(value)
  if (mask === '<datetime>') return isTyped(value, 'datetime', stampKeys)
  if (mask === '<date>') return isTyped(value, 'date', dateKeys)
  if (mask.startsWith('<ids:')) return Array.isArray(value) && value.length === Number(mask.slice(5, -1)) && value.every(whole)
  if (mask.startsWith('<ref:')) return typeof value === 'string' && value.startsWith(`${mask.slice(5, -1)},`)
  return undefined
}

const objectDifferences = (expected: JsonObject, actual: Json | undefined, path: string): readonly string[] => {
  if (!isObject(actual)) return [`${path}: expected an object, got ${JSON.stringify(actual)}`]
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...keys].flatMap((key) => {
    if (!(key in actual)) return [`${path}.${key}: missing`]
    if (!(key in expected)) return [`${path}.${key}: not in the real answer`]
    return differences(expected[key] ?? null, actual[key] ?? null, `${path}.${key}`)
  })
}

/** Where an answer differs from the real one: other keys, other JSON types, other values where no mask stands. */
export const differences = (expected: Json, actual: Json, path = '$'): readonly string[] => {
  if (typeof expected === 'string') {
    const held = maskHolds(expected, actual)
    if (held === true || (held === undefined && expected === actual)) return []
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return [`${path}: expected ${expected.length} items, got ${JSON.stringify(actual)}`]
    }
    return expected.flatMap((item: Json, index) => differences(item, actual[index] ?? null, `${path}[${index}]`))
  } else if (isObject(expected)) return objectDifferences(expected, actual, path)
  else if (expected === actual) return []
  return [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`]
}

/** Words of a refusal without its numbers, which differ between two databases. */
export const withoutNumbers = (value: Json): Json =>
  Array.isArray(value)
    ? value.map((item: Json) => withoutNumbers(item))
    : typeof value === 'string'
      ? value.replace(/\d+/g, '#')
      : typeof value === 'number'
        ? 0
        : value

/** The value at a path of an answer. */
export const valueAt = (value: Json, path: readonly (string | number)[]): Json =>
  path.reduce<Json>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)] ?? null
    return isObject(at) ? (at[String(key)] ?? null) : null
  }, value)
