import type { Json, JsonObject } from '../../src/model/json.ts'

/**
 * Tryton's typed JSON as plain JSON: Decimal -> its digits, datetime -> ISO UTC with microseconds, date -> YYYY-MM-DD. A field read through a
 * relation comes under `lines.`; it takes the place of the bare ids under `lines`. Source: trytond/protocols/jsonrpc, checked on a real 6.0 server.
 */
export function decode(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(decode)
  const object = value as JsonObject
  if (typeof object.__class__ === 'string') return typed(object.__class__, object)
  const plain: Record<string, Json> = {}
  for (const [name, field] of Object.entries(object)) {
    if (field === undefined) continue
    if (name.endsWith('.')) plain[name.slice(0, -1)] = decode(field)
    else if (!Object.hasOwn(object, `${name}.`)) plain[name] = decode(field)
  }
  return plain
}

/** A moment as Tryton's domains want it. */
export const datetime = (time: Date): Json => ({
  __class__: 'datetime',
  year: time.getUTCFullYear(),
  month: time.getUTCMonth() + 1,
  day: time.getUTCDate(),
  hour: time.getUTCHours(),
  minute: time.getUTCMinutes(),
  second: time.getUTCSeconds(),
  microsecond: time.getUTCMilliseconds() * 1000,
})

/** The moment behind a decoded datetime. Microseconds are cut, so the time is never later than the truth. */
export const moment = (value: Json): Date => new Date(`${String(value).slice(0, 23)}Z`)

function typed(name: string, value: JsonObject): Json {
  const two = (field: string) => String(value[field]).padStart(2, '0')
  const day = () => `${String(value.year).padStart(4, '0')}-${two('month')}-${two('day')}`
  const time = () => `${two('hour')}:${two('minute')}:${two('second')}.${String(value.microsecond).padStart(6, '0')}`
  switch (name) {
    case 'Decimal':
      return String(value.decimal)
    case 'date':
      return day()
    case 'datetime':
      return `${day()}T${time()}Z`
    case 'time':
      return time()
    case 'timedelta':
      return String(value.seconds)
    case 'bytes':
      return String(value.base64)
    default:
      return value
  }
}
