import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Fields } from './compare.ts'
import { related, rowsOf, textOf } from './tryton-values.ts'

/** The hub's names of Tryton's units, as the codes of the workspace translate them. */
const unitCode: Readonly<Record<string, string>> = { u: 'C62', cs: 'XCS' }

export const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
export const part = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? value[name] : undefined)
export const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value))

/** Code of the article in a Tryton line or move; '' when it has none, as freight. */
export const article = (row: JsonObject): string => textOf(related(row, 'product'), 'code')
export const unitOf = (row: JsonObject, field = 'unit'): string => unitCode[textOf(related(row, field), 'symbol')] ?? 'unknown'

/** Lines of a Tryton order that hold goods. */
export const goods = (row: JsonObject): readonly JsonObject[] => rowsOf(row, 'lines').filter((line) => article(line) !== '')

/** Fields of each line under its number. */
export function eachLine<L>(lines: readonly L[], of: (line: L) => readonly [string, Fields]): Fields {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [number, fields] = of(line)
      return Object.entries(fields).map(([name, value]) => [`line ${number} ${name}`, value])
    }),
  )
}
