import type { Cell, Field, Model, Row, Values } from './fields.ts'
import { char, integer, timestamp } from './fields.ts'
import { unknownName } from './refusal.ts'
import { createTable, type Table } from './table.ts'

/** Sees every change of one model's rows, also when it is taken back. `undefined`: the row does not exist on that side. */
export type Watcher = (before: Row | undefined, after: Row | undefined) => void

export type Database = {
  /** @throws Refusal `'name'` for a model that does not exist. */
  table(model: string): Table
  /** A field of a model, the computed ones too. @throws Refusal `'name'`. */
  field(model: string, name: string): Field
  row(model: string, id: number): Row | undefined
  /** A row that must exist: a missing one is a fault of the simulator or of its staff's day, not of an API client. */
  need(model: string, id: number): Row
  /** Ids of the rows whose indexed field holds the value. */
  where(model: string, field: string, value: Cell): readonly number[]
  insert(model: string, values: Values): Row
  update(model: string, id: number, changes: Values): Row
  remove(model: string, id: number): void
  /** Runs the work as one transaction with one stamp; an error takes everything back. Transactions do not nest. */
  transaction<T>(work: () => T): T
  /** The next number of a named sequence, from 1. */
  next(sequence: string): string
  today(): string
  watch(model: string, watcher: Watcher): void
}

const everyModel: Readonly<Record<string, Field>> = {
  id: integer({ label: 'ID' }),
  create_date: timestamp({ label: 'Created at' }),
  write_date: timestamp({ label: 'Edited at' }),
  create_uid: { kind: 'many2one', to: 'res.user', label: 'Created by' },
  write_uid: { kind: 'many2one', to: 'res.user', label: 'Edited by' },
  rec_name: char({ label: 'Record Name' }),
  _timestamp: char(),
}

const completed = (model: Model): Model => ({
  ...model,
  fields: {
    ...model.fields,
    ...everyModel,
    rec_name: char({
      label: 'Record Name',
      get: (db, row) => model.recName?.(db, row) ?? (row.name === undefined ? String(row.id) : row.name),
    }),
    _timestamp: char({ get: (_, row) => String(Math.floor(Number(row.write_date ?? row.create_date) / 1_000_000)) }),
  },
})

/** An empty database. `now` is the true clock in epoch ms, `skew` what the system's own clock is wrong by. */
export const createDatabase = (models: readonly Model[], now: () => number, skew: () => number): Database => {
  const tables = new Map(models.map((model) => [model.name, createTable(completed(model))]))
  const watchers = new Map<string, Watcher[]>()
  const numbers = new Map<string, number>()
  let undo: (() => void)[] = []
  let lastTick = 0
  let stamp = 0

  const table = (name: string): Table => {
    const found = tables.get(name)
    if (!found) throw unknownName(name)
    return found
  }
  const tell = (model: string, before: Row | undefined, after: Row | undefined): void => {
    for (const watcher of watchers.get(model) ?? []) watcher(before, after)
  }
  const put = (model: string, before: Row | undefined, after: Row | undefined): void => {
    table(model).put(before, after)
    tell(model, before, after)
    undo.push(() => {
      table(model).put(after, before)
      tell(model, after, before)
    })
  }

  const db: Database = {
    table,
    field(model, name) {
      const found = table(model).model.fields[name]
      if (!found) throw unknownName(name)
      return found
    },
    row: (model, id) => table(model).rows.get(id),
    need(model, id) {
      const row = table(model).rows.get(id)
      if (!row) throw new RangeError(`${model} ${id} does not exist in this ERP; look the id up with a staff method first`)
      return row
    },
    where: (model, field, value) => table(model).where(field, value),
    insert(model, values) {
      const target = table(model)
      const row: Row = { ...values, id: target.nextId(), create_date: stamp, write_date: null, create_uid: 1, write_uid: null }
      put(model, undefined, row)
      return row
    },
    update(model, id, changes) {
      const before = db.need(model, id)
      const after: Row = { ...before, ...changes, id, write_date: stamp, write_uid: 1 }
      put(model, before, after)
      return after
    },
    remove(model, id) {
      put(model, db.need(model, id), undefined)
    },
    transaction(work) {
      lastTick = Math.max(lastTick + 1, now() * 1000)
      stamp = lastTick + skew() * 1000
      undo = []
      try {
        return work()
      } catch (error) {
        for (const takeBack of undo.reverse()) takeBack()
        throw error
      } finally {
        undo = []
      }
    },
    next(sequence) {
      const number = (numbers.get(sequence) ?? 0) + 1
      numbers.set(sequence, number)
      undo.push(() => {
        numbers.set(sequence, number - 1)
      })
      return String(number)
    },
    today: () => new Date(now() + skew()).toISOString().slice(0, 10),
    watch(model, watcher) {
      watchers.set(model, [...(watchers.get(model) ?? []), watcher])
    },
  }
  return db
}
