import { CompiledQuery, type DialectAdapter } from 'kysely'
import { bug } from '../model/errors.ts'
import type { InsertMany, Tx } from './database.ts'

export type ConflictRule =
  | { readonly keys: readonly string[]; readonly then: 'ignore' }
  | {
      readonly keys: readonly string[]
      readonly then: 'update'
      readonly columns: readonly string[]
    }

/** What a dialect has to know to insert many rows; it travels with the transaction as part of the dialect's adapter. */
export interface Bulk {
  /** statements made so far: as many as there are tables, chunk sizes and conflict rules in the program */
  readonly texts: Map<string, string>
  readonly maxParameters: number
  quote(name: string): string
  /** how a value is bound where it is stored as it is */
  bind?(value: unknown): unknown
  /** the clause after VALUES that carries the rule out; an ignored row must count 0 among the affected rows */
  conflict(rule: ConflictRule): string
}

export interface BulkAdapter extends DialectAdapter {
  readonly bulk: Bulk
}

const largestChunk = 64
const step = 8

/** Chunks have few sizes, so that their statements stay prepared, and yet two of them serve most numbers of rows. With `update` every row counts as written. */
export const insertMany: InsertMany = async (tx, table, rows, onConflict) => {
  const [first] = rows
  if (!first) return 0
  const bulk = bulkOf(tx)
  const columns = Object.keys(first)
  let written = 0
  for (let at = 0; at < rows.length; ) {
    const size = chunkSize(rows.length - at, Math.floor(bulk.maxParameters / columns.length))
    const chunk = rows.slice(at, at + size)
    const constants = columns.map((column) => constantOf(column, chunk))
    const result = await tx.executeQuery(
      CompiledQuery.raw(
        textOf(bulk, table, columns, constants, size, onConflict),
        parametersOf(
          table,
          columns.filter((_, place) => constants[place] === undefined),
          chunk,
          bulk.bind,
        ),
      ),
    )
    written += onConflict?.then === 'ignore' ? Number(result.numAffectedRows ?? 0n) : size
    at += size
  }
  return written
}

/** The most that the rows left, the dialect's parameters and `largestChunk` allow: a multiple of `step`, or less than that. */
export function chunkSize(left: number, most: number): number {
  const size = Math.max(1, Math.min(left, most, largestChunk))
  return size < step ? size : size - (size % step)
}

function bulkOf(tx: Tx): Bulk {
  const { adapter } = tx.getExecutor()
  if (!('bulk' in adapter)) throw bug('store-bulk', 'insertMany needs a transaction of Database.write()')
  return (adapter as BulkAdapter).bulk
}

/** What a whole chunk has in a column, where that is nothing or zero: it stands in the text, because every parameter has its price. */
function constantOf(column: string, rows: readonly object[]): 'null' | '0' | undefined {
  const value = valueIn(rows[0], column)
  if (value !== null && value !== 0 && value !== 0n) return undefined
  for (const row of rows) if (valueIn(row, column) !== value) return undefined
  return value === null ? 'null' : '0'
}

const valueIn = (row: object | undefined, column: string): unknown => (row as Readonly<Record<string, unknown>> | undefined)?.[column]

function textOf(
  bulk: Bulk,
  table: string,
  columns: readonly string[],
  constants: readonly (string | undefined)[],
  size: number,
  rule: ConflictRule | undefined,
): string {
  const name = `${table} ${size} ${columns} ${constants} ${rule ? `${rule.then} ${rule.keys} ${rule.then === 'update' ? rule.columns : ''}` : ''}`
  const made = bulk.texts.get(name)
  if (made) return made
  const row = `(${constants.map((constant) => constant ?? '?').join(', ')})`
  const text = `insert into ${bulk.quote(table)} (${columns.map(bulk.quote).join(', ')}) values ${Array(size).fill(row).join(', ')}${rule ? ` ${bulk.conflict(rule)}` : ''}`
  bulk.texts.set(name, text)
  return text
}

function parametersOf(table: string, columns: readonly string[], rows: readonly object[], bind: Bulk['bind']): unknown[] {
  const parameters: unknown[] = []
  for (const row of rows) {
    const values = row as Readonly<Record<string, unknown>>
    for (const column of columns) {
      const value = values[column]
      if (value === undefined)
        throw bug(
          'store-row',
          `a row for table ${table} lacks column ${column}: give every row the same columns, null where there is nothing`,
        )
      parameters.push(bind === undefined ? value : bind(value))
    }
  }
  return parameters
}
