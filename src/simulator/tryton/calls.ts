import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import { type Button, buttonsOf, ignoreCancelled } from './buttons.ts'
import type { Database } from './database.ts'
import type { Context } from './fields.ts'
import { textOf } from './fields.ts'
import { hooks } from './hooks.ts'
import { read } from './read.ts'
import { faultyCall, modifiedMeanwhile, userError } from './refusal.ts'
import { count, search } from './search.ts'
import type { StockBook } from './stock-book.ts'
import { lastTouch } from './table.ts'
import type { Wire } from './values.ts'
import { createWriter } from './write.ts'

/** One effect of an API client's call, as it stays in the log. A button that passed a record over leaves none. */
export type Effect = {
  readonly at: number
  readonly kind: 'created' | 'written' | 'deleted' | 'button'
  readonly model: string
  /** Name of the button. */
  readonly button?: string
  readonly ids: readonly number[]
  /** The values as the client sent them: one object for each created record, or the one that was written. */
  readonly values?: Json
}

/** `notFound` is the HTTP 403 of a method that a model does not offer. */
export type Call = (method: string, parameters: readonly Json[]) => Wire | 'not offered'

const idsOf = (value: Json | undefined): readonly number[] => {
  if (typeof value === 'number') return [value]
  return Array.isArray(value) ? value.map(Number) : []
}

const namesOf = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

const need = (model: string, args: readonly Json[], least: number, most: number): void => {
  if (args.length < least) throw faultyCall(`${model} missing ${least - args.length} required positional arguments`)
  if (args.length > most)
    throw faultyCall(`${model} takes from ${least + 1} to ${most + 1} positional arguments but ${args.length + 1} were given`)
}

/** Refuses when the caller's `_timestamp` of a record is older than its last change. Whole seconds, as the field of that name shows them. */
const checkStamps = (db: Database, model: string, ids: readonly number[], context: Context): void => {
  const stamps = context._timestamp
  if (typeof stamps !== 'object' || stamps === null) return
  const known = new Map(Object.entries(stamps))
  for (const id of ids) {
    const stamp = known.get(`${model},${id}`)
    const row = db.row(model, id)
    if (stamp !== undefined && row && Math.floor(lastTouch(row) / 1_000_000) > Number(stamp)) throw modifiedMeanwhile()
  }
}

/** The calls on models (`model.<name>.<method>`) over one database. Each runs as one transaction; what it refuses leaves nothing behind. */
export const createCalls = (db: Database, stock: StockBook, log: (effect: Omit<Effect, 'at'>) => void): Call => {
  const writer = createWriter(db, hooks)
  const buttons = buttonsOf(stock)

  const press = (model: string, name: string, button: Button, ids: readonly number[], context: Context): Wire => {
    const { label, ofCompany } = db.table(model).model
    const missing = ids.filter((id) => !db.row(model, id))
    if (missing.length > 0) {
      throw userError(
        ofCompany
          ? `You are not allowed to read records "${missing.join(', ')}" of "${label}" because of at least one of these rules:\nUser in companies`
          : `You are trying to read records "${missing.join(', ')}" of "${label}" that don't exist anymore.`,
      )
    }
    return db.transaction(() => {
      const meant = ids.filter((id) => button.from.includes(textOf(db.need(model, id), 'state')))
      checkStamps(db, model, meant, context)
      const answers = meant.map((id) => button.run(db, db.need(model, id)))
      if (meant.length > 0) log({ kind: 'button', model, button: name, ids: meant })
      const told = answers.filter((answer) => answer !== undefined)
      return told.length === 0 ? null : told.every(Boolean)
    })
  }

  const create = (model: string, values: Json | undefined): Wire => {
    const records = Array.isArray(values) ? values.filter(isObject) : []
    const ids = db.transaction(() => writer.create(model, records))
    log({ kind: 'created', model, ids, values: records })
    return ids
  }
  const write = (model: string, ids: readonly number[], values: JsonObject, context: Context): null => {
    db.transaction(() => {
      checkStamps(db, model, ids, context)
      writer.write(model, ids, values)
    })
    log({ kind: 'written', model, ids, values })
    return null
  }
  const remove = (model: string, ids: readonly number[], context: Context): null => {
    db.transaction(() => {
      checkStamps(db, model, ids, context)
      writer.remove(model, ids)
    })
    log({ kind: 'deleted', model, ids })
    return null
  }

  const onModel = (model: string, method: string, args: readonly Json[], context: Context): Wire | 'not offered' => {
    const [first, second = null, third = null, fourth = null] = args
    const asked = { domain: first ?? null, offset: second, limit: third, order: fourth }
    const name = `${model}.${method}()`
    switch (method) {
      case 'search':
        need(name, args, 1, 6)
        return search(db, model, asked, context).map(({ id }) => id)
      case 'search_read': {
        need(name, args, 1, 5)
        const ids = search(db, model, asked, context).map(({ id }) => id)
        return read(db, model, ids, namesOf(args[4]), context)
      }
      case 'search_count':
        need(name, args, 1, 3)
        return count(db, model, first ?? null, context)
      case 'read':
        need(name, args, 2, 2)
        return read(db, model, idsOf(first), namesOf(second), context)
      case 'create':
        need(name, args, 1, 1)
        return create(model, first)
      case 'write':
        need(name, args, 2, 2)
        return write(model, idsOf(first), isObject(second) ? second : {}, context)
      case 'delete':
        need(name, args, 1, 1)
        return remove(model, idsOf(first), context)
    }
    const button = buttons[model]?.[method]
    return button ? press(model, method, button, idsOf(first), context) : 'not offered'
  }

  const exceptionForm = (method: string, context: Context): Wire | 'not offered' => {
    if (method === 'create') return [1, 'ask', 'end']
    if (method === 'delete') return null
    if (method !== 'execute') return 'not offered'
    const sale = Number(context.active_id)
    db.transaction(() => ignoreCancelled(db, sale))
    log({ kind: 'button', model: 'sale.sale', button: 'handle_shipment_exception', ids: [sale] })
    return {}
  }

  return (method, parameters) => {
    const context = parameters.at(-1)
    if (!isObject(context)) throw faultyCall('Missing context argument')
    const args = parameters.slice(0, -1)
    const dot = method.lastIndexOf('.')
    const called = method.slice(dot + 1)
    if (method.startsWith('wizard.sale.handle.shipment.exception.')) return exceptionForm(called, context)
    const model = method.slice('model.'.length, dot)
    db.table(model)
    return onModel(model, called, args, context)
  }
}
