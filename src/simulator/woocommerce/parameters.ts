import { type Fault, invalidParameters } from './refusal.ts'
import { type SiteTime, wallFrom } from './site-time.ts'

/** Kinds of query parameters. `many` takes a comma-separated or repeated (`status[]=`) list. */
export type ParameterKind =
  | { readonly kind: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'text' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'date' }
  | { readonly kind: 'ids' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'many'; readonly values?: readonly string[] }

export type ParameterKinds = Readonly<Record<string, ParameterKind>>

/** What was given, read by kind; a date is site wall time in ms. A parameter that was not given is absent. */
export type Parameters = {
  integer(name: string): number | undefined
  text(name: string): string | undefined
  flag(name: string): boolean
  ids(name: string): readonly number[] | undefined
  many(name: string): readonly string[] | undefined
}

type Value = number | string | boolean | readonly number[] | readonly string[]

/** Every route takes these: the two key parameters of a host that strips the Authorization header, the view and the field filter. */
const everywhere: ParameterKinds = {
  consumer_key: { kind: 'text' },
  consumer_secret: { kind: 'text' },
  context: { kind: 'enum', values: ['view', 'edit'] },
  _fields: { kind: 'many' },
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const notOfType = (name: string, type: string): Fault => ({
  code: 'rest_invalid_type',
  message: `${name} is not of type ${type}.`,
  data: { param: name },
})
const notInEnum = (name: string, values: readonly string[]): Fault => ({
  code: 'rest_not_in_enum',
  message: `${name} is not one of ${values.join(', ')}.`,
})

const readInteger = (name: string, text: string, { min, max }: { readonly min?: number; readonly max?: number }): Value | Fault => {
  if (!/^-?\d{1,15}$/.test(text)) return notOfType(name, 'integer')
  const value = Number(text)
  if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
    const bounds = max === undefined ? `greater than or equal to ${min}` : `between ${min} (inclusive) and ${max} (inclusive)`
    return { code: 'rest_out_of_bounds', message: `${name} must be ${bounds}` }
  }
  return value
}

const read = (name: string, text: string, kind: ParameterKind, site: SiteTime): Value | Fault => {
  switch (kind.kind) {
    case 'text':
      return text
    case 'integer':
      return readInteger(name, text, kind)
    case 'boolean':
      return ['true', '1', 'false', '0'].includes(text.toLowerCase())
        ? ['true', '1'].includes(text.toLowerCase())
        : notOfType(name, 'boolean')
    case 'date':
      return wallFrom(text, site) ?? { code: 'rest_invalid_date', message: 'Invalid date.' }
    case 'ids': {
      const parts = listOf(text)
      return parts.every((part) => /^\d{1,15}$/.test(part)) ? parts.map(Number) : notOfType(`${name}[0]`, 'integer')
    }
    case 'enum':
      return kind.values.includes(text) ? text : notInEnum(name, kind.values)
    case 'many': {
      const parts = listOf(text)
      return parts.every((part) => kind.values?.includes(part) ?? true) ? parts : notInEnum(`${name}[0]`, kind.values ?? [])
    }
  }
}

const isFault = (value: Value | Fault): value is Fault => typeof value === 'object' && 'code' in value

const gathered = (query: URLSearchParams): Map<string, string> => {
  const texts = new Map<string, string>()
  for (const [written, text] of query) {
    const name = written.replace(/\[\d*\]$/, '')
    const before = texts.get(name)
    texts.set(name, before === undefined ? text : `${before},${text}`)
  }
  return texts
}

/**
 * Reads the query of a request. Throws 400 `rest_invalid_param` for a wrong type, range, date or choice as WordPress does, and, unlike
 * WordPress, which ignores them, for an unknown name too: a misspelt filter must be found in tests, not in a shop.
 */
export const readParameters = (query: URLSearchParams, kinds: ParameterKinds, site: SiteTime): Parameters => {
  const values = new Map<string, Value>()
  const faults = new Map<string, Fault>()
  for (const [name, text] of gathered(query)) {
    const kind = kinds[name] ?? everywhere[name]
    if (kind === undefined) {
      faults.set(name, { code: 'rest_unknown_param', message: `${name} is not a parameter of this route; a real shop would ignore it.` })
      continue
    }
    const value = read(name, text, kind, site)
    if (isFault(value)) faults.set(name, value)
    else values.set(name, value)
  }
  if (faults.size > 0) throw invalidParameters(faults)

  return {
    integer: (name) => {
      const value = values.get(name)
      return typeof value === 'number' ? value : undefined
    },
    text: (name) => {
      const value = values.get(name)
      return typeof value === 'string' ? value : undefined
    },
    flag: (name) => values.get(name) === true,
    ids: (name) => {
      const value = values.get(name)
      return Array.isArray(value) ? value.map(Number) : undefined
    },
    many: (name) => {
      const value = values.get(name)
      return Array.isArray(value) ? value.map(String) : undefined
    },
  }
}
