import type { Database } from './database.ts'
import type { Context, Row } from './fields.ts'
import { parted } from './order-relations.ts'
import { userError } from './refusal.ts'
import { cellOf } from './relations.ts'
import { listed } from './sorting.ts'
import { toWire, type Wire } from './values.ts'

type Wanted = { readonly plain: ReadonlySet<string>; readonly dotted: ReadonlyMap<string, readonly string[]> }

/** Splits `lines`, `lines.quantity`, `lines.product.code` into plain names and what is wanted of each relation. */
const wantedOf = (names: readonly string[]): Wanted => {
  const plain = new Set<string>(['id'])
  const dotted = new Map<string, string[]>()
  for (const name of names) {
    const dot = name.indexOf('.')
    if (dot < 0) {
      plain.add(name)
      continue
    }
    const relation = name.slice(0, dot)
    dotted.set(relation, [...(dotted.get(relation) ?? []), name.slice(dot + 1)])
  }
  return { plain, dotted }
}

const gone = (db: Database, model: string, ids: readonly number[]): Error => {
  const { label, ofCompany } = db.table(model).model
  return ofCompany
    ? userError(
        `You are not allowed to read records "${ids.join(', ')}" of "${label}" because of at least one of these rules:\nUser in companies`,
      )
    : userError(`You are trying to read records "${ids.join(', ')}" of "${label}" that don't exist anymore.`)
}

const related = (db: Database, model: string, row: Row, name: string, names: readonly string[], context: Context): Wire => {
  const field = db.field(model, name)
  if (field.kind === 'many') return read(db, field.to, listed(db, model, row, field), names, context)
  const value = cellOf(db, row, name, field, context)
  const target =
    field.kind === 'reference'
      ? parted(value)
      : field.kind === 'many2one' && typeof value === 'number'
        ? { model: field.to, id: value }
        : undefined
  return target ? (read(db, target.model, [target.id], names, context)[0] ?? null) : null
}

const shown = (db: Database, model: string, row: Row, name: string, context: Context): Wire => {
  const field = db.field(model, name)
  return field.kind === 'many' ? listed(db, model, row, field) : toWire(field, cellOf(db, row, name, field, context))
}

/**
 * Records as the wire shows them: `id` always, plain names as ids or values, dotted names under `<relation>.` as an object, a list of objects or
 * null.
 * @throws Refusal when a record or a field does not exist, also one that a dotted name leads to.
 */
export const read = (
  db: Database,
  model: string,
  ids: readonly number[],
  names: readonly string[],
  context: Context,
): readonly { readonly [key: string]: Wire }[] => {
  const { plain, dotted } = wantedOf(names)
  for (const name of [...plain, ...dotted.keys()]) db.field(model, name)
  const missing = ids.filter((id) => !db.row(model, id))
  if (missing.length > 0) throw gone(db, model, missing)
  return [...new Set(ids)].map((id) => {
    const row = db.need(model, id)
    const record: Record<string, Wire> = {}
    for (const name of plain) record[name] = shown(db, model, row, name, context)
    for (const [relation, inner] of dotted) record[`${relation}.`] = related(db, model, row, relation, inner, context)
    return record
  })
}
