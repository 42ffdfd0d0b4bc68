import type { Json } from '../../model/json.ts'
import type { Database } from './database.ts'
import { compile, names } from './domain.ts'
import type { Context, Row, Sort } from './fields.ts'
import { faultyCall } from './refusal.ts'
import { sorted } from './sorting.ts'

/** What a search may be called with, in the system's own order. */
export type Search = { readonly domain: Json; readonly offset: Json; readonly limit: Json; readonly order: Json }

const matching = (db: Database, model: string, domain: Json, context: Context): readonly Row[] => {
  const table = db.table(model)
  const condition = compile(db, model, domain)
  const onlyActive = table.model.fields.active !== undefined && !names(domain, 'active') && context.active_test !== false
  const rows = condition.candidates ? condition.candidates.flatMap((id) => table.rows.get(id) ?? []) : [...table.rows.values()]
  return rows.filter((row) => (!onlyActive || row.active !== false) && condition.test(row, context))
}

const isSort = (value: Json): value is readonly [string, string] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string'

const orderOf = (db: Database, model: string, order: Json): readonly Sort[] => {
  if (order === null) return db.table(model).model.order
  if (!Array.isArray(order)) throw faultyCall('order is not a list')
  return order.map((sort: Json) => {
    if (!isSort(sort)) throw faultyCall('not enough values to unpack (expected 2, got 1)')
    return sort
  })
}

/** Rows that pass the domain, in order. Rows with `active` false are left out unless the domain speaks of `active`. */
export const search = (db: Database, model: string, { domain, offset, limit, order }: Search, context: Context): readonly Row[] => {
  const rows = sorted(db, model, matching(db, model, domain, context), orderOf(db, model, order), context)
  const from = typeof offset === 'number' ? offset : 0
  return rows.slice(from, typeof limit === 'number' ? from + limit : undefined)
}

export const count = (db: Database, model: string, domain: Json, context: Context): number => matching(db, model, domain, context).length
