import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { type Database, type Row, shownTime } from './database.ts'
import { compileDomain } from './domain.ts'
import type { Field } from './models.ts'
import { valueError } from './refusal.ts'

export interface Search {
  readonly domain: Json
  readonly offset?: number
  readonly limit?: number | null
  readonly order?: string | null
  /** archived rows too */
  readonly all: boolean
}

/** Rows of a search. A model with `active` shows its archived rows only where the context or the domain asks for them. */
export function search(db: Database, model: string, { domain, offset = 0, limit, order, all }: Search): readonly Row[] {
  const holds = compileDomain(db, model, domain)
  const named = JSON.stringify(domain).includes('"active"')
  const shown = db.rows(model).filter((row) => (all || named || db.fields(model).active === undefined || row.active === true) && holds(row))
  const keys = (order ?? 'id asc').split(',').map((part) => {
    const [name = '', way = 'asc'] = part.trim().split(/\s+/)
    if (db.fields(model)[name] === undefined || !/^(asc|desc)$/i.test(way)) throw valueError(`Invalid "order" specified (${order})`)
    return [name, /^desc$/i.test(way) ? -1 : 1] as const
  })
  const sorted = [...shown].sort((a, b) => {
    for (const [name, way] of keys) {
      const [x, y] = [a[name] ?? false, b[name] ?? false]
      if (x !== y) return (x < y ? -1 : 1) * way
    }
    return a.id - b.id
  })
  return sorted.slice(offset, typeof limit === 'number' && limit > 0 ? offset + limit : undefined)
}

const fieldOf = (db: Database, model: string, name: string): Field => {
  const field = db.fields(model)[name]
  if (field === undefined) throw valueError(`Invalid field '${name}' on model '${model}'`)
  return field
}
export const linesOf = (db: Database, model: string, by: string, id: number): readonly Row[] =>
  db.rows(model).filter((row) => row[by] === id)

/** As `read` answers: a relation is [id, name], several are ids. */
export function readRow(db: Database, model: string, row: Row, names: readonly string[]): JsonObject {
  const shown: Record<string, Json> = { id: row.id }
  for (const name of names) {
    const field = fieldOf(db, model, name)
    if (field.type === 'many2one') {
      const to = row[name]
      shown[name] = typeof to === 'number' ? [to, nameOf(db, field.to, to)] : false
    } else shown[name] = plain(db, row, name, field)
  }
  return shown
}
const nameOf = (db: Database, model: string, id: number): string => String(db.row(model, id).name ?? `${model},${id}`)

/** As `web_read` answers: what the specification says of a relation, as objects. */
export function webRead(db: Database, model: string, row: Row, specification: JsonObject): JsonObject {
  const shown: Record<string, Json> = { id: row.id }
  for (const [name, wanted] of Object.entries(specification)) {
    const field = fieldOf(db, model, name)
    const below = isObject(wanted) && isObject(wanted.fields) ? wanted.fields : undefined
    const value = plain(db, row, name, field)
    if (below === undefined || !('to' in field)) shown[name] = value
    else if (field.type === 'many2one')
      shown[name] = typeof value === 'number' ? webRead(db, field.to, db.row(field.to, value), below) : false
    else shown[name] = (value as readonly number[]).map((id) => webRead(db, field.to, db.row(field.to, id), below))
  }
  return shown
}

function plain(db: Database, row: Row, name: string, field: Field): Json {
  const value = row[name] ?? false
  if (field.type === 'one2many') return linesOf(db, field.to, field.by, row.id).map(({ id }) => id)
  if (field.type === 'datetime') return typeof value === 'number' ? shownTime(value) : false
  return value as Json
}
