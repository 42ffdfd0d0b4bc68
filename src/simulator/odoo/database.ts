import type { Json, JsonObject } from '../../model/json.ts'
import { type Fields, fieldsOf, modelNames, type Series } from './models.ts'
import { missing, valueError } from './refusal.ts'

/** What is stored: no value is `false`, a relation its id, a datetime microseconds since 1970. */
export type Value = string | number | boolean | readonly number[]
export type Row = { id: number; [field: string]: Value }

export interface Database {
  fields(model: string): Fields
  rows(model: string): readonly Row[]
  /** @throws Refusal MissingError */
  row(model: string, id: number): Row
  create(model: string, values: JsonObject): Row
  write(model: string, id: number, values: JsonObject): Row
  remove(model: string, id: number): void
  /** everything that `act` does carries the time it began, and is undone when it throws */
  transaction<T>(act: () => T): T
  /** microseconds: when the transaction began */
  readonly now: () => number
}

/** `stamp`: microseconds. `changed` hears of every row made or written, and the fields that changed. */
export function createDatabase(
  series: Series,
  stamp: () => number,
  changed: (model: string, row: Row, fields: readonly string[]) => void,
): Database {
  const tables = new Map(modelNames.map((name) => [name, new Map<number, Row>()]))
  const counters = new Map<string, number>()
  let began: number | undefined
  /** rows as they were before the transaction that is under way; undefined: not there */
  const before = new Map<string, { readonly model: string; readonly id: number; readonly row: Row | undefined }>()
  const remember = (model: string, id: number): void => {
    const place = `${model},${id}`
    if (began === undefined || before.has(place)) return
    const row = table(model).get(id)
    before.set(place, { model, id, row: row && { ...row } })
  }
  const now = (): number => began ?? stamp()
  const table = (model: string): Map<number, Row> => {
    const found = tables.get(model)
    if (found === undefined) throw valueError(`Unknown model ${model}`)
    return found
  }
  const fields = (model: string): Fields => fieldsOf(model, series) ?? {}
  const row = (model: string, id: number): Row => {
    const found = table(model).get(id)
    if (found === undefined) throw missing()
    return found
  }

  const put = (model: string, target: Row, values: JsonObject): readonly string[] => {
    const known = fields(model)
    const touched: string[] = []
    for (const [name, value] of Object.entries(values)) {
      const field = known[name]
      if (field === undefined) throw valueError(`Invalid field '${name}' on model '${model}'`)
      touched.push(name)
      if (field.type === 'one2many') inLines(field.to, field.by, target.id, value ?? false)
      else if (field.type === 'many2many') target[name] = linked(value ?? false)
      else target[name] = stored(field.type, value ?? false)
    }
    return touched
  }
  /** Commands of a one2many: [0,0,values], [1,id,values], [2,id,0], [5,0,0]. */
  const inLines = (model: string, by: string, parent: number, commands: Json) => {
    if (!Array.isArray(commands)) throw valueError(`Wrong value for ${model}`)
    for (const command of commands as readonly Json[]) {
      const [code, id, values] = command as readonly [number, number, JsonObject]
      if (code === 0) create(model, { ...values, [by]: parent })
      else if (code === 1) write(model, id, values)
      else if (code === 2) remove(model, id)
      else if (code === 5) for (const line of [...table(model).values()]) if (line[by] === parent) remove(model, line.id)
    }
  }
  const create = (model: string, values: JsonObject): Row => {
    const id = (counters.get(model) ?? 0) + 1
    counters.set(model, id)
    const fresh: Row = { id }
    for (const [name, { type }] of Object.entries(fields(model)))
      if (name !== 'id') fresh[name] = type === 'float' || type === 'integer' ? 0 : type === 'many2many' ? [] : name === 'active'
    fresh.create_date = now()
    fresh.write_date = now()
    remember(model, id)
    table(model).set(id, fresh)
    const touched = put(model, fresh, values)
    changed(model, fresh, touched)
    return fresh
  }
  const write = (model: string, id: number, values: JsonObject): Row => {
    const target = row(model, id)
    remember(model, id)
    const touched = put(model, target, values)
    target.write_date = now()
    changed(model, target, touched)
    return target
  }
  const remove = (model: string, id: number) => {
    const gone = row(model, id)
    remember(model, id)
    for (const [name, field] of Object.entries(fields(model)))
      if (field.type === 'one2many')
        for (const line of [...table(field.to).values()]) if (line[field.by] === id && name) remove(field.to, line.id)
    table(model).delete(id)
    changed(model, gone, ['id'])
  }

  return {
    fields,
    rows: (model) => [...table(model).values()],
    row,
    create,
    write,
    remove,
    now,
    transaction: (act) => {
      if (began !== undefined) return act()
      began = stamp()
      try {
        return act()
      } catch (error) {
        for (const { model, id, row: old } of before.values())
          if (old === undefined) table(model).delete(id)
          else table(model).set(id, old)
        throw error
      } finally {
        began = undefined
        before.clear()
      }
    },
  }
}

const linked = (value: Json): readonly number[] => {
  if (!Array.isArray(value)) return []
  return (value as readonly Json[]).flatMap((item) => {
    if (typeof item === 'number') return [item]
    const [code, id, ids] = item as readonly [number, number, readonly number[]]
    return code === 4 ? [id] : code === 6 ? ids : []
  })
}

function stored(type: string, value: Json): Value {
  if (value === false || value === null || value === '') return type === 'float' || type === 'integer' ? 0 : false
  switch (type) {
    case 'datetime':
      return typeof value === 'number' ? value : microseconds(String(value))
    case 'float':
    case 'integer':
    case 'many2one': {
      if (typeof value !== 'number') throw valueError(`could not convert ${JSON.stringify(value)} to a number`)
      return value
    }
    case 'boolean':
      return value === true
    default: {
      if (typeof value !== 'string') throw valueError(`Wrong value ${JSON.stringify(value)} for a text`)
      return value
    }
  }
}

/** `2026-11-23 10:00:05` as Odoo parses it: no T, no offset, no fraction. */
export function microseconds(text: string): number {
  if (!/^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$/.test(text))
    throw valueError(`time data ${JSON.stringify(text)} does not match format '%Y-%m-%d %H:%M:%S'`)
  return Date.parse(`${text.length === 10 ? `${text} 00:00:00` : text}`.replace(' ', 'T').concat('Z')) * 1000
}
/** Cut to the second. */
export const shownTime = (micros: number): string =>
  new Date(Math.floor(micros / 1_000_000) * 1000).toISOString().slice(0, 19).replace('T', ' ')
