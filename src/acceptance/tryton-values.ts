import { isObject, type Json, type JsonObject } from '../model/json.ts'

/** Values as Tryton's JSON-RPC types them. */
export const decimal = (text: string): JsonObject => ({ __class__: 'Decimal', decimal: text })

export const day = (date: Date): JsonObject => ({
  __class__: 'date',
  year: date.getUTCFullYear(),
  month: date.getUTCMonth() + 1,
  day: date.getUTCDate(),
})

/** What a row of an answer holds under a name: digits of a Decimal, a number as text, `YYYY-MM-DD` of a date; '' for null and for what is not there. */
export function textOf(row: Json | undefined, name: string): string {
  const value = isObject(row) ? row[name] : undefined
  if (value === null || value === undefined) return ''
  if (!isObject(value)) return typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (value.__class__ === 'Decimal') return String(value.decimal)
  if (value.__class__ === 'date') return [value.year, value.month, value.day].map((part) => String(part).padStart(2, '0')).join('-')
  return JSON.stringify(value)
}

export const numberOf = (row: Json | undefined, name: string): number => Number(textOf(row, name))

/** The row behind a relation, which Tryton puts under the name with a dot; undefined when the relation is empty. */
export const related = (row: Json | undefined, name: string): JsonObject | undefined => {
  const value = isObject(row) ? row[`${name}.`] : undefined
  return isObject(value) ? value : undefined
}

/** The rows behind a relation to many. */
export const rowsOf = (row: Json | undefined, name: string): readonly JsonObject[] => {
  const value = isObject(row) ? row[`${name}.`] : undefined
  return Array.isArray(value) ? value.filter(isObject) : []
}
