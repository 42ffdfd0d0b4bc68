import { createPool, type Pool, type PoolConnection } from 'mysql2/promise'
import { retry } from '../model/errors.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { classed } from './mysql-errors.ts'

/** Prepared statements kept for each connection. */
export const maxPreparedStatements = 512
const connectTimeout = 10_000
/** A pooled connection that nobody used for so long is closed. */
const idleTimeout = 60_000

export interface MysqlPool {
  /** at most at once */
  readonly connections: number
  /** @throws HubError `database-lost`, `store-busy` (retry) */
  take(): Promise<PoolConnection>
  end(): Promise<void>
}

/** Connections that are set up before their first use; one whose set-up fails is never used. */
export function openPool(address: MysqlAddress, session: readonly string[], connections: number, maxWaiting: number): MysqlPool {
  const pool: Pool = createPool({
    ...address.options,
    connectionLimit: connections,
    maxIdle: connections,
    idleTimeout,
    queueLimit: maxWaiting,
    waitForConnections: true,
    connectTimeout,
    enableKeepAlive: true,
    charset: 'utf8mb4',
    // 1 row for a changed one, 0 for one that was equal already: how an ignored duplicate is told from a new row
    flags: ['-FOUND_ROWS'],
    supportBigNumbers: true,
    bigNumberStrings: false,
    dateStrings: true,
    jsonStrings: true,
    timezone: 'Z',
    maxPreparedStatements,
    // a stack for each statement, in case it fails: an error names its statement instead
    trace: false,
  })
  // commands of one connection run in order, so that these come first
  pool.pool.on('connection', (connection) => {
    for (const statement of session)
      connection.query(statement, (error: Error | null) => {
        if (error) connection.destroy()
      })
  })
  return {
    connections,
    async take() {
      try {
        return await pool.getConnection()
      } catch (error) {
        if (error instanceof Error && /queue limit/i.test(error.message))
          throw retry(
            'store-busy',
            `the store has ${maxWaiting} works waiting for a connection: try again later, or look for a write that takes too long`,
          )
        throw classed(error, `connect to ${address.shown}`)
      }
    },
    end: () => pool.end(),
  }
}
