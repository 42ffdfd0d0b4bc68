import type { Database } from './database.ts'
import type { Cell, Context, Field, Row } from './fields.ts'
import { labelOf } from './fields.ts'
import { faultyCall } from './refusal.ts'

const empty: Context = {}

/** What the field `inverse` of a row holds when it belongs to this owner: an id, or `model,id` for a reference. */
export const ownerMark = (db: Database, to: string, inverse: string, owner: string, id: number): Cell =>
  db.field(to, inverse).kind === 'reference' ? `${owner},${id}` : id

/** Ids of a list field in no particular order. */
export const unordered = (db: Database, model: string, row: Row, field: Field & { readonly kind: 'many' }): readonly number[] => {
  if (field.get) {
    const ids = field.get(db, row, empty)
    return Array.isArray(ids) ? ids : []
  }
  if (field.inverse === undefined) return []
  const ids = db.where(field.to, field.inverse, ownerMark(db, field.to, field.inverse, model, row.id))
  const { only } = field
  return only ? ids.filter((id) => only(db, row, db.need(field.to, id))) : ids
}

/** The value of a field that is no list. */
export const cellOf = (db: Database, row: Row, name: string, field: Field, context: Context): Cell => {
  if (!field.get) return row[name] ?? null
  const value = field.get(db, row, context)
  return typeof value === 'object' ? null : value
}

export type Reach = {
  /** The last field of the path. */
  readonly field: Field
  /** Every value at the end of the path; a list on the way gives one for each row, an empty list null. */
  values(row: Row, context: Context): readonly Cell[]
}

/** The model that a path goes on in; `within` names it for a reference. */
const nextModel = (field: Field, model: string, name: string, within: string | undefined): string => {
  if (field.kind === 'many' || field.kind === 'many2one') return field.to
  if (field.kind === 'reference' && within !== undefined) return within
  throw faultyCall(`Invalid path through field "${labelOf(name, field)}" in "${model}".`)
}

const rowsAt = (db: Database, model: string, row: Row, name: string, field: Field, target: string): readonly Row[] => {
  if (field.kind === 'many') return unordered(db, model, row, field).flatMap((id) => db.row(target, id) ?? [])
  const value = cellOf(db, row, name, field, empty)
  if (field.kind === 'reference') {
    const [owner, id] = String(value).split(',')
    return owner === target ? [db.row(target, Number(id))].filter((found) => found !== undefined) : []
  }
  return typeof value === 'number' ? [db.row(target, value)].filter((found) => found !== undefined) : []
}

/**
 * A dotted path over the fields of a model.
 * @throws Refusal for a field that does not exist or that can not be searched.
 */
export const reach = (db: Database, model: string, path: readonly string[], within?: string): Reach => {
  const [name = '', ...rest] = path
  const field = db.field(model, name)
  if (field.searchable === false) {
    throw faultyCall(`Missing search function for field "${labelOf(name, field)}" in "${db.table(model).model.label}".`)
  }
  if (rest.length === 0) {
    return {
      field,
      values: (row, context) => {
        if (field.kind !== 'many') return [cellOf(db, row, name, field, context)]
        const ids = unordered(db, model, row, field)
        return ids.length === 0 ? [null] : ids
      },
    }
  }
  const target = nextModel(field, db.table(model).model.label, name, within)
  const further = reach(db, target, rest, within)
  return {
    field: further.field,
    values: (row, context) => rowsAt(db, model, row, name, field, target).flatMap((found) => further.values(found, context)),
  }
}
