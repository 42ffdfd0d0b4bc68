import { isDecimal } from '../../model/decimal.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import type { Cell, Field } from './fields.ts'
import { faultyCall } from './refusal.ts'

/** A number that the wire shows as a float: `2` becomes `2.0`. */
export class Float {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

export type Wire = null | boolean | number | string | Float | readonly Wire[] | { readonly [key: string]: Wire | undefined }

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

export const dateWire = (day: string): Wire => {
  const [year = 0, month = 0, dayOfMonth = 0] = day.split('-').map(Number)
  return { __class__: 'date', year, month, day: dayOfMonth }
}

export const stampWire = (micros: number): Wire => {
  const at = new Date(Math.floor(micros / 1000))
  return {
    __class__: 'datetime',
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    microsecond: micros % 1_000_000,
  }
}

/** A stored value as the wire shows it. Stored booleans are 1 and 0, as with the recorded server. */
export const toWire = (field: Field, value: Cell): Wire => {
  if (value === null) return null
  switch (field.kind) {
    case 'numeric':
      return { __class__: 'Decimal', decimal: String(value) }
    case 'float':
      return new Float(Number(value))
    case 'boolean':
      return field.logical ? Boolean(value) : value ? 1 : 0
    case 'date':
      return dateWire(String(value))
    case 'timestamp':
      return stampWire(Number(value))
    case 'timedelta':
      return { __class__: 'timedelta', seconds: new Float(Number(value)) }
    default:
      return value
  }
}

/** JSON text of an answer; the system writes characters outside ASCII as escapes. */
export const encode = (value: Wire): string => {
  if (value instanceof Float) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value)
  if (Array.isArray(value)) return `[${value.map(encode).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item = null]) => `${JSON.stringify(key)}:${encode(item)}`)
      .join(',')}}`
  }
  return JSON.stringify(value)
}

/** The exact decimal of a binary float, as Python's Decimal shows it: 0.1 has 55 places. */
const exactly = (value: number): string => {
  if (Number.isInteger(value)) return String(value)
  let halvings = 0
  let scaled = Math.abs(value)
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    halvings += 1
  }
  const digits = (BigInt(scaled) * 5n ** BigInt(halvings)).toString().padStart(halvings + 1, '0')
  return `${value < 0 ? '-' : ''}${digits.slice(0, -halvings)}.${digits.slice(-halvings)}`
}

const typed = (value: Json, name: string): JsonObject | undefined => (isObject(value) && value.__class__ === name ? value : undefined)

const decimalOf = (value: Json): string | undefined => {
  const object = typed(value, 'Decimal')
  return object ? String(object.decimal) : undefined
}

const toNumeric = (value: Json): string => {
  const given = decimalOf(value) ?? (typeof value === 'number' ? exactly(value) : String(value))
  if (!isDecimal(given)) throw faultyCall("[<class 'decimal.ConversionSyntax'>]")
  return given
}

const toFloat = (value: Json): number => {
  const given = decimalOf(value) ?? value
  const number = given === '' ? Number.NaN : Number(given)
  if (Number.isNaN(number)) throw faultyCall(`could not convert string to float: '${String(given)}'`)
  return number
}

const toInteger = (value: Json): number => {
  const number = value === '' ? Number.NaN : Number(value)
  if (!Number.isFinite(number)) throw faultyCall(`invalid literal for int() with base 10: '${String(value)}'`)
  return Math.trunc(number)
}

const toDate = (value: Json): string => {
  const parts = typed(value, 'date') ?? typed(value, 'datetime')
  if (parts) return `${pad(Number(parts.year), 4)}-${pad(Number(parts.month))}-${pad(Number(parts.day))}`
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value
  throw faultyCall(`invalid literal for int() with base 10: '${String(value)}'`)
}

const stampText = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?)?$/

const toStamp = (value: Json): number => {
  const parts = typed(value, 'datetime') ?? typed(value, 'date')
  const [year, month, day, hour, minute, second, micro] = parts
    ? [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second, parts.microsecond].map((part) => Number(part ?? 0))
    : (typeof value === 'string' ? (stampText.exec(value) ?? []) : [])
        .slice(1)
        .map((part, index) => Number(index === 6 ? (part ?? '').padEnd(6, '0') : (part ?? 0)))
  if (year === undefined) throw faultyCall(`invalid literal for int() with base 10: '${String(value)}'`)
  return Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second) * 1000 + (micro ?? 0)
}

const toReference = (value: Json): string | null => {
  if (Array.isArray(value)) return `${String(value[0])},${String(value[1])}`
  return value === '' ? null : String(value)
}

/** A value of a call as it is stored. Takes what the real system takes: numbers and texts for most kinds, `__class__` objects for the rest. */
export const fromWire = (field: Field, value: Json): Cell => {
  if (value === null) return null
  switch (field.kind) {
    case 'numeric':
      return toNumeric(value)
    case 'float':
      return toFloat(value)
    case 'timedelta':
      return Number(typed(value, 'timedelta')?.seconds ?? value)
    case 'integer':
    case 'many2one':
      return toInteger(value)
    case 'boolean':
      return Boolean(value)
    case 'date':
      return toDate(value)
    case 'timestamp':
      return toStamp(value)
    case 'reference':
      return toReference(value)
    default:
      return String(value)
  }
}
