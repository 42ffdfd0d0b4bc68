import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { QueryResult as Answer, FieldPacket, PoolConnection } from 'mysql2/promise'
import mysql from 'mysql2/promise'
import { bug } from '../model/errors.ts'
import { classed } from './mysql-errors.ts'
import type { Prepare } from './mysql-statements.ts'

/** Column types of the protocol (dev.mysql.com, Field Types). */
const longLong = 8
const newDecimal = 246

/** One connection of a pool as Kysely uses it: prepared statements, whole numbers bound as BIGINT, integers read exactly. */
export function mysqlConnection(connection: PoolConnection, prepare: Prepare, timeoutMs: number): DatabaseConnection {
  return {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const values = parameters.map(bound)
      try {
        await prepare(connection, sql)
        const [answer, fields] = await connection.execute({ sql, values, timeout: timeoutMs })
        return resultOf(answer, fields) as QueryResult<R>
      } catch (error) {
        throw classed(error, sql)
      }
    },
    streamQuery: noStreams,
  }
}

export const noStreams = (): never => {
  throw bug(
    'store-stream',
    'stream() is not offered: an open cursor would hold the connection. Read pages with `where … > last order by … limit n` instead',
  )
}

function resultOf(answer: Answer, fields: readonly FieldPacket[]): QueryResult<Record<string, unknown>> {
  if (!Array.isArray(answer)) {
    // an UPDATE counts the rows it found, as SQLite does; affectedRows would leave out those that were equal already
    const matched = 'info' in answer ? /^Rows matched: (\d+)/.exec(answer.info)?.[1] : undefined
    return { rows: [], numAffectedRows: BigInt(matched ?? answer.affectedRows), insertId: BigInt(answer.insertId) }
  }
  const rows = answer as Record<string, unknown>[]
  const integers = fields.filter(({ columnType, decimals }) => columnType === longLong || (columnType === newDecimal && decimals === 0))
  for (const row of rows)
    for (const { name } of integers) {
      const value = row[name]
      if (typeof value === 'string') row[name] = exact(value)
    }
  return { rows }
}

/** Sums of integers come as decimals, large integers as text: a number where one holds them. */
function exact(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

// mysql2 loads its module anew for every look at this
const { LONGLONG } = mysql.TypedParameter

/** A plain number would be sent as DOUBLE, and the server would compute `quantity + ?` in floating point. */
function bound(value: unknown) {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw bug('store-number', `${value} is no exact integer: give amounts and quantities as bigint, other figures as text`)
    return LONGLONG(value)
  }
  if (typeof value === 'bigint') return LONGLONG(value)
  if (value === null || typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  throw bug('store-value', `a value of type ${typeof value} cannot be stored: give null, text, a whole number, a bigint or bytes`)
}
