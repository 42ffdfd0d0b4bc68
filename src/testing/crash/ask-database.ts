import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'

export type Row = Readonly<Record<string, string | number | bigint | null>>
/** Looks into the hub's database by SQL of its own: never through the hub's code, its API or its counters. */
export type Ask = (sql: string) => Promise<Row[]>

const patienceMs = 30_000

/** `address`: of the server itself, not of a proxy before it. Waits for a server that is starting. */
export const askMysql =
  (address: string): Ask =>
  async (sql) => {
    for (const limit = performance.now() + patienceMs; ; )
      try {
        const connection = await createConnection({ uri: address, connectTimeout: 2000, supportBigNumbers: true, bigNumberStrings: false })
        try {
          const [rows] = await connection.query({ sql, timeout: 20_000 })
          return rows as Row[]
        } finally {
          connection.destroy()
        }
      } catch (error) {
        if (
          performance.now() > limit ||
          (error instanceof Error && 'sqlState' in error && 'errno' in error && Number(error.errno) === 1064)
        )
          throw error
        await wait(50)
      }
  }

/** Reads the file beside the process that owns it. */
export const askSqlite =
  (file: string): Ask =>
  async (sql) => {
    for (const limit = performance.now() + patienceMs; ; )
      try {
        const database = new DatabaseSync(file, { readOnly: true })
        try {
          return database.prepare(sql).all() as Row[]
        } finally {
          database.close()
        }
      } catch (error) {
        if (performance.now() > limit || (error instanceof Error && /syntax error|no such column/.test(error.message))) throw error
        await wait(50)
      }
  }
