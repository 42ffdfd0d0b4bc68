import type { Fault } from './refusal.ts'
import { invalidParameters, refusal } from './refusal.ts'

/** How a field of a request body may look; `readonly` fields are accepted and ignored, as WordPress does. */
export type FieldKind = 'string' | 'integer' | 'boolean' | 'object' | 'array' | 'readonly' | { readonly oneOf: readonly string[] }

export type FieldKinds = Readonly<Record<string, FieldKind>>

/** A checked request body. Readers give undefined for what was not sent. */
export type Body = {
  readonly raw: Readonly<Record<string, unknown>>
  has(name: string): boolean
  text(name: string): string | undefined
  integer(name: string): number | undefined
  flag(name: string): boolean | undefined
  object(name: string): Readonly<Record<string, unknown>> | undefined
  array(name: string): readonly unknown[] | undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isInteger = (value: unknown): boolean =>
  (typeof value === 'number' && Number.isInteger(value)) || (typeof value === 'string' && /^-?\d{1,15}$/.test(value))

const isBoolean = (value: unknown): boolean =>
  typeof value === 'boolean' || (typeof value === 'string' && ['true', 'false', '1', '0', ''].includes(value.toLowerCase()))

const wrongType = (name: string, type: string): Fault => ({
  code: 'rest_invalid_type',
  message: `${name} is not of type ${type}.`,
  data: { param: name },
})

const check = (name: string, value: unknown, kind: FieldKind): Fault | undefined => {
  if (kind === 'readonly') return undefined
  if (typeof kind === 'object') {
    if (typeof value !== 'string') return wrongType(name, 'string')
    return kind.oneOf.includes(value) ? undefined : { code: 'rest_not_in_enum', message: `${name} is not one of ${kind.oneOf.join(', ')}.` }
  }
  const fits = {
    string: typeof value === 'string',
    integer: isInteger(value),
    boolean: isBoolean(value),
    object: isObject(value),
    array: Array.isArray(value),
  }
  return fits[kind] ? undefined : wrongType(name, kind)
}

/** Parses a JSON body. Throws 400 `rest_invalid_json`; an empty body is an empty object. */
export const parseBody = (text: string): Readonly<Record<string, unknown>> => {
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Falls through to the same refusal: WordPress answers alike for no JSON and for JSON that is no object.
  }
  throw refusal(400, 'rest_invalid_json', 'Invalid JSON body passed.', { json_error_code: 4, json_error_message: 'Syntax error' })
}

/**
 * Checks a body field by field. Throws 400 `rest_invalid_param` for wrong types and choices and, unlike WordPress, which ignores them, for
 * unknown top-level fields: a misspelt field must be found in tests, not in a shop.
 */
export const readBody = (raw: Readonly<Record<string, unknown>>, kinds: FieldKinds): Body => {
  const faults = new Map<string, Fault>()
  for (const [name, value] of Object.entries(raw)) {
    const kind = kinds[name]
    const fault = kind
      ? check(name, value, kind)
      : { code: 'rest_unknown_param', message: `${name} is not a field of this route; a real shop would ignore it.` }
    if (fault) faults.set(name, fault)
  }
  if (faults.size > 0) throw invalidParameters(faults)
  return {
    raw,
    has: (name) => raw[name] !== undefined,
    text: (name) => {
      const value = raw[name]
      return typeof value === 'string' ? value : undefined
    },
    integer: (name) => (raw[name] === undefined ? undefined : Number(raw[name])),
    flag: (name) => (raw[name] === undefined ? undefined : ['true', '1'].includes(String(raw[name]).toLowerCase())),
    object: (name) => {
      const value = raw[name]
      return isObject(value) ? value : undefined
    },
    array: (name) => {
      const value = raw[name]
      return Array.isArray(value) ? value : undefined
    },
  }
}

/** The entries of a list field as objects. Throws 400 `rest_invalid_param` for an entry that is none. */
export const objectsOf = (body: Body, name: string): readonly Readonly<Record<string, unknown>>[] | undefined =>
  body.array(name)?.map((entry, index) => {
    if (isObject(entry)) return entry
    throw invalidParameters(new Map([[name, wrongType(`${name}[${index}]`, 'object')]]))
  })

/** `meta_data` of a body. Throws 400 `rest_invalid_param` for an entry without a text key. */
export const metaOf = (body: Body): readonly { id?: number; key: string; value: unknown }[] | undefined =>
  objectsOf(body, 'meta_data')?.map(({ id, key, value }, index) => {
    if (typeof key !== 'string') throw invalidParameters(new Map([['meta_data', wrongType(`meta_data[${index}][key]`, 'string')]]))
    return { ...(typeof id === 'number' ? { id } : {}), key, value: value ?? null }
  })
