import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import { check } from './checks.ts'
import type { Database } from './database.ts'
import type { Cell, Field, Row, Values } from './fields.ts'
import { faultyCall, userError } from './refusal.ts'
import { ownerMark } from './relations.ts'
import { fromWire } from './values.ts'

type Many = Field & { readonly kind: 'many' }

/** What the system does by itself around a write of one model. */
export type Hooks = {
  /** After a row was made, before it is checked: numbers from sequences for example. */
  readonly made?: (db: Database, row: Row) => void
  /** @throws Refusal when the row may not go. */
  readonly removing?: (db: Database, row: Row) => void
}

export type HookTable = Readonly<Record<string, Hooks>>

const readOnly = new Set(['id', 'create_date', 'write_date', 'create_uid', 'write_uid', 'rec_name', '_timestamp'])

/** Own values of a record as they are stored, without its lists. Values of computed fields are ignored, as the system does. */
const ownValues = (db: Database, model: string, values: JsonObject): Values => {
  const stored: Record<string, Cell> = {}
  for (const [name, value = null] of Object.entries(values)) {
    const field = db.field(model, name)
    if (field.kind === 'many' || field.get || readOnly.has(name)) continue
    stored[name] = fromWire(field, value)
  }
  return stored
}

const initials = (db: Database, model: string, given: Values): Values => {
  const stored: Record<string, Cell> = {}
  for (const [name, field] of Object.entries(db.table(model).model.fields)) {
    if (field.get || field.kind === 'many' || readOnly.has(name)) continue
    stored[name] = given[name] ?? field.initial?.(db, given) ?? null
  }
  return stored
}

const idsIn = (value: Json | undefined): readonly number[] => (Array.isArray(value) ? value.map(Number) : [])
const objectsIn = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

const may = (db: Database, model: string, ids: readonly number[]): void => {
  const missing = ids.filter((id) => !db.row(model, id))
  if (missing.length === 0) return
  const { label, ofCompany } = db.table(model).model
  throw ofCompany
    ? userError(
        `You are not allowed to write to records "${missing.join(', ')}" of "${label}" because of at least one of these rules:\nUser in companies`,
      )
    : userError(`You are trying to read records "${missing.join(', ')}" of "${label}" that don't exist anymore.`)
}

export type Writer = {
  create(model: string, values: readonly JsonObject[]): readonly number[]
  write(model: string, ids: readonly number[], values: JsonObject): void
  remove(model: string, ids: readonly number[]): void
}

/** Creates, writes and deletes as an API client may: typed values, lists of commands, defaults and every check. */
export const createWriter = (db: Database, hooks: HookTable): Writer => {
  const command = (model: string, id: number, field: Many & { readonly inverse: string }, [verb, first, second]: readonly Json[]): void => {
    const mark = ownerMark(db, field.to, field.inverse, model, id)
    switch (verb) {
      case 'create':
        for (const values of objectsIn(first)) make(field.to, values, { [field.inverse]: mark })
        return
      case 'write':
        if (isObject(second)) writer.write(field.to, idsIn(first), second)
        return
      case 'delete':
        writer.remove(field.to, idsIn(first))
        return
      case 'add':
      case 'remove':
        may(db, field.to, idsIn(first))
        for (const target of idsIn(first))
          check(db, field.to, db.update(field.to, target, { [field.inverse]: verb === 'add' ? mark : null }))
        return
      default:
        throw faultyCall(`'${String(verb)}'`)
    }
  }
  const lists = (model: string, id: number, values: JsonObject): void => {
    for (const [name, value] of Object.entries(values)) {
      const field = db.field(model, name)
      if (field.kind !== 'many' || field.inverse === undefined || !Array.isArray(value)) continue
      for (const part of value) {
        if (Array.isArray(part)) command(model, id, { ...field, inverse: field.inverse }, part)
      }
    }
  }
  const make = (model: string, values: JsonObject, owned: Values): number => {
    const given = { ...ownValues(db, model, values), ...owned }
    const { id } = db.insert(model, initials(db, model, given))
    hooks[model]?.made?.(db, db.need(model, id))
    lists(model, id, values)
    check(db, model, db.need(model, id))
    return id
  }
  const writer: Writer = {
    create: (model, values) => values.map((each) => make(model, each, {})),
    write(model, ids, values) {
      const stored = ownValues(db, model, values)
      may(db, model, ids)
      for (const id of ids) {
        db.update(model, id, stored)
        lists(model, id, values)
        check(db, model, db.need(model, id))
      }
    },
    remove(model, ids) {
      may(db, model, ids)
      for (const id of ids) {
        const row = db.need(model, id)
        hooks[model]?.removing?.(db, row)
        for (const field of Object.values(db.table(model).model.fields)) {
          if (field.kind !== 'many' || field.inverse === undefined || !db.field(field.to, field.inverse).required) continue
          for (const child of db.where(field.to, field.inverse, ownerMark(db, field.to, field.inverse, model, id)))
            db.remove(field.to, child)
        }
        db.remove(model, id)
      }
    },
  }
  return writer
}
