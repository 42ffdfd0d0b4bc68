import { compare as compareDecimals } from '../../model/decimal.ts'
import type { Database } from './database.ts'
import type { Cell, Context, Field, Row, Sort } from './fields.ts'
import { faultyCall } from './refusal.ts'
import { reach, unordered } from './relations.ts'

/** Two stored values that are not null: decimals by amount, the rest by their own order. */
export const compareCells = (field: Field, a: Cell, b: Cell): number => {
  if (field.kind === 'numeric') return compareDecimals(String(a), String(b))
  if (a === b) return 0
  return (a as number | string) < (b as number | string) ? -1 : 1
}

type Direction = { readonly sign: 1 | -1; readonly nullsFirst: boolean }

const directionOf = (text: string): Direction => {
  const upper = text.toUpperCase()
  const match = /^(ASC|DESC)(?: NULLS (FIRST|LAST))?$/.exec(upper)
  if (!match) throw faultyCall(`Wrong order: ${text}`)
  const sign = match[1] === 'ASC' ? 1 : -1
  return { sign, nullsFirst: match[2] ? match[2] === 'FIRST' : sign === 1 }
}

type Key = { readonly field: Field; readonly direction: Direction; readonly path: readonly string[] }

/** Rows in the given order; without a word about it null counts as the smallest value, as in the recorded server. */
export const sorted = (db: Database, model: string, rows: readonly Row[], order: readonly Sort[], context: Context): readonly Row[] => {
  const keys: readonly Key[] = order.map(([name, direction]) => {
    const path = name.split('.')
    return { path, direction: directionOf(direction), field: reach(db, model, path).field }
  })
  if (rows.length < 2) return rows
  const keyed = rows.map((row) => ({ row, cells: keys.map(({ path }) => reach(db, model, path).values(row, context)[0] ?? null) }))
  keyed.sort((a, b) => {
    for (const [index, { field, direction }] of keys.entries()) {
      const left = a.cells[index] ?? null
      const right = b.cells[index] ?? null
      if (left === right) continue
      if (left === null || right === null) return (left === null) === direction.nullsFirst ? -1 : 1
      const result = compareCells(field, left, right)
      if (result !== 0) return result * direction.sign
    }
    return 0
  })
  return keyed.map(({ row }) => row)
}

const empty: Context = {}

/** Ids of a list field in the order of its model. */
export const listed = (db: Database, model: string, row: Row, field: Field & { readonly kind: 'many' }): readonly number[] => {
  const rows = unordered(db, model, row, field).flatMap((id) => db.row(field.to, id) ?? [])
  return sorted(db, field.to, rows, db.table(field.to).model.order, empty).map(({ id }) => id)
}
