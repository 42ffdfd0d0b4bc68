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
  /** the clause after VALUES that carries the rule out; an ignored row must count 0 among the affected rows */
  conflict(rule: ConflictRule): string
}

export interface BulkAdapter extends DialectAdapter {
  readonly bulk: Bulk
}

const largestChunk = 64

/** Chunks are powers of two, so that few statements serve any number of rows and stay prepared. With `update` every row counts as written. */
export const insertMany: InsertMany = async (tx, table, rows, onConflict) => {
  const [first] = rows
  if (!first) return 0
  const bulk = bulkOf(tx)
  const columns = Object.keys(first)
  let written = 0
  for (let at = 0; at < rows.length; ) {
    const size = chunkSize(rows.length - at, Math.floor(bulk.maxParameters / columns.length))
    const chunk = rows.slice(at, at + size)
    const result = await tx.executeQuery(
      CompiledQuery.raw(textOf(bulk, table, columns, size, onConflict), parametersOf(table, columns, chunk)),
    )
    written += onConflict?.then === 'ignore' ? Number(result.numAffectedRows ?? 0n) : size
    at += size
  }
  return written
}

/** Largest power of two that neither the rows left, nor the dialect's parameters, nor `largestChunk` forbid. */
export function chunkSize(left: number, most: number): number {
  let size = largestChunk
  while (size > 1 && (size > left || size > most)) size /= 2
  return size
}

function bulkOf(tx: Tx): Bulk {
  const { adapter } = tx.getExecutor()
  if (!('bulk' in adapter)) throw bug('store-bulk', 'insertMany needs a transaction of Database.write()')
  return (adapter as BulkAdapter).bulk
}

function textOf(bulk: Bulk, table: string, columns: readonly string[], size: number, rule: ConflictRule | undefined): string {
  const name = `${table} ${size} ${columns} ${rule ? `${rule.then} ${rule.keys} ${rule.then === 'update' ? rule.columns : ''}` : ''}`
  const made = bulk.texts.get(name)
  if (made) return made
  const row = `(${columns.map(() => '?').join(', ')})`
  const text = `insert into ${bulk.quote(table)} (${columns.map(bulk.quote).join(', ')}) values ${Array(size).fill(row).join(', ')}${rule ? ` ${bulk.conflict(rule)}` : ''}`
  bulk.texts.set(name, text)
  return text
}

function parametersOf(table: string, columns: readonly string[], rows: readonly object[]): unknown[] {
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
      parameters.push(value)
    }
  }
  return parameters
}
