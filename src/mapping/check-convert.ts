import { computed, describeOf, isNumeric } from './check-expression.ts'
import { type Env, readPath } from './check-scope.ts'
import { type Kind, type Type, unionOf } from './check-types.ts'
import type { ConvertCall } from './program.ts'

const scalars: readonly Kind[] = ['text', 'decimal', 'integer', 'number', 'boolean']
const times: ReadonlySet<string> = new Set(['date', 'date-time', 'utc'])

/** The type of a converted value, with the fault when the converter cannot take what is there. */
export function convertType(call: ConvertCall, value: Type, env: Env): Type {
  for (const argument of [call.currency, call.zone]) if (typeof argument === 'object') readPath(env, argument.path, { at: argument.at })
  const problem = refusal(call, value, env.check.mode)
  if (problem !== undefined) {
    const [code, expected, suggestion] = problem
    const what = value.path === undefined ? 'the value' : `'${value.path}'`
    env.check.faults.add(code, { at: call.at }, env.rule, `'${call.name}' needs ${expected}, ${what} is ${describeOf(value)}`, suggestion)
  }
  const result = resultOf(call, value, env.check.mode)
  const { presence, inferred, path } = value
  return { ...result, presence, ...(inferred ? { inferred } : {}), ...(path === undefined ? {} : { path }) }
}

type Refusal = readonly [code: string, expected: string, suggestion?: string] | undefined

function refusal(call: ConvertCall, value: Type, mode: 'pull' | 'push'): Refusal {
  const { kinds } = value
  if (kinds.length === 0) return undefined
  const only = (allowed: readonly Kind[]): boolean => kinds.every((kind) => allowed.includes(kind))
  const never = (allowed: readonly Kind[]): boolean => kinds.every((kind) => !allowed.includes(kind))
  const compound = kinds.includes('object') ? 'name a field inside it' : 'name an item of it, or use "each"'
  switch (call.name) {
    case 'text':
      return only(scalars) ? undefined : ['E_TYPE', 'text, a number or true/false', compound]
    case 'number':
    case 'decimal':
    case 'amount':
    case 'abs':
    case 'negate': {
      if (kinds.some((kind) => isNumeric({ ...value, computed: false }, kind))) return wide(call, value)
      return ['E_TYPE', 'a number, or text that holds one', never(['list', 'object']) ? 'name a field that holds a number' : compound]
    }
    case 'boolean':
      return never(['list', 'object']) ? undefined : ['E_TYPE', 'true/false, 1/0 or yes/no', compound]
    case 'lower':
    case 'upper':
    case 'html':
      return kinds.includes('text') ? undefined : ['E_TYPE', 'text', only(scalars) ? `leave "${call.name}" out` : compound]
    case 'list': {
      const takes: readonly Kind[] = mode === 'pull' ? ['text', 'list'] : ['list']
      return never(takes) ? ['E_TYPE', mode === 'pull' ? 'text with commas' : 'a list of texts', 'leave "list" out'] : undefined
    }
    case 'seconds':
    case 'millis':
      if (mode === 'pull')
        return kinds.some((kind) => isNumeric({ ...value, computed: false }, kind))
          ? undefined
          : ['E_FORMAT', 'a count since 1970', 'use "utc" for text']
      return timeText(call, value)
    case 'ymd':
      if (mode === 'pull') {
        if (kinds.includes('text') && !times.has(value.format ?? '')) return undefined
        return kinds.includes('integer') ? undefined : ['E_FORMAT', 'a date like 20261123', 'use "date" for a date-time']
      }
      return timeText(call, value)
    default:
      return timeText(call, value)
  }
}

/** Converters of dates and times, where they read text. */
function timeText(call: ConvertCall, value: Type): Refusal {
  const { format, kinds } = value
  if (!kinds.includes('text'))
    return [
      'E_FORMAT',
      'a date or date-time',
      kinds.includes('integer') || kinds.includes('number') ? 'use "seconds" or "millis"' : undefined,
    ]
  if (call.name === 'date' && format === 'utc' && call.zone === undefined)
    return ['E_FORMAT', 'a date, or a time in its own zone', 'add "zone": a time in UTC has a business date only in a zone']
  if (call.name === 'ymd' && (format === 'utc' || format === 'date-time'))
    return ['E_FORMAT', 'a date', 'convert to a date first: "convert": ["date", "ymd"]']
  if (format === 'date' && (call.name === 'utc' || call.name === 'local') && call.zone === undefined)
    return ['E_FORMAT', 'a date-time with offset', 'add "zone": midnight is a time only in a zone']
  return undefined
}

/** More decimals than the converter keeps, where an expression made them: they are hardly ever zero. */
function wide(call: ConvertCall, value: Type): Refusal {
  const keeps = call.name === 'amount' ? 4 : call.name === 'decimal' ? call.digits : undefined
  if (keeps === undefined || value.scale === undefined || value.scale <= keeps || !value.computed) return undefined
  return ['E_SCALE', `at most ${keeps} decimals`, `use round(…, ${keeps}): nothing is rounded unless you say so`]
}

function resultOf(call: ConvertCall, value: Type, mode: 'pull' | 'push'): Type {
  const { scale } = value
  const decimal = (digits: number | undefined): Type => computed('decimal', digits === undefined ? {} : { scale: digits })
  const time = (format: string): Type => computed('text', { format })
  switch (call.name) {
    case 'text':
      return textType(value)
    case 'number':
      return scale === 0 || (scale === undefined && !value.kinds.includes('number'))
        ? computed('integer', { scale: 0 })
        : computed('number', scale === undefined ? {} : { scale })
    case 'decimal':
      return decimal(call.digits ?? scale)
    case 'amount':
      return decimal(4)
    case 'abs':
    case 'negate':
      return decimal(scale)
    case 'boolean':
      return computed('boolean', { values: ['true', 'false'] })
    case 'lower':
    case 'upper': {
      const change = (text: string): string => (call.name === 'upper' ? text.toUpperCase() : text.toLowerCase())
      return computed('text', value.values === undefined ? {} : { values: [...new Set(value.values.map(change))] })
    }
    case 'list':
      return mode === 'pull' ? { kinds: ['list'], presence: 'always', item: computed('text') } : computed('text')
    case 'html':
      return computed('text')
    case 'date':
      return time('date')
    case 'ymd':
      return mode === 'pull' ? time('date') : computed('text')
    case 'local':
      return mode === 'pull' ? time('utc') : computed('text')
    case 'utc':
      return time(mode === 'pull' ? 'utc' : call.zone === undefined ? 'utc' : 'date-time')
    default:
      return mode === 'pull' ? time('utc') : computed('integer', { scale: 0 })
  }
}

/** A number as text is a decimal. */
function textType(value: Type): Type {
  const { values, format, scale } = value
  const parts = value.kinds.map((kind): Type => {
    if (kind === 'text')
      return computed('text', { ...(values === undefined ? {} : { values }), ...(format === undefined ? {} : { format }) })
    if (kind === 'boolean') return computed('text', { values: ['true', 'false'] })
    const known = kind === 'integer' ? { scale: 0 } : scale === undefined ? {} : { scale }
    return computed('decimal', { ...known, ...(values === undefined ? {} : { values }) })
  })
  return parts.length === 0 ? computed('text') : unionOf(parts)
}
