import type { PoolConnection } from 'mysql2/promise'
import { maxPreparedStatements } from './mysql-pool.ts'

/** Prepares a statement on a connection unless it is; `execute` finds it then. */
export type Prepare = (connection: PoolConnection, sql: string) => Promise<void>

/**
 * With each prepared statement mysql2 keeps an object, and the bytes under it, for every parameter that the server tells of: over a hundred megabytes for the long inserts of a few connections. They only
 * help to guess types, and here every number is bound with its own, so they are let go.
 */
export function leanStatements(): Prepare {
  const known = new WeakMap<object, Set<string>>()
  return async (connection, sql) => {
    const texts = known.get(connection.connection) ?? new Set()
    if (texts.has(sql)) return
    // what was prepared since then is all kept by mysql2, the rest may have been thrown out and come back whole
    if (texts.size >= maxPreparedStatements) texts.clear()
    const prepared = await connection.prepare(sql)
    if ('statement' in prepared) Object.assign(prepared.statement as object, { parameters: none, columns: none })
    known.set(connection.connection, texts.add(sql))
  }
}

const none: readonly never[] = Object.freeze([])
