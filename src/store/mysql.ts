import { setTimeout as wait } from 'node:timers/promises'
import type { PoolConnection, RowDataPacket } from 'mysql2/promise'
import { bug, type HubError, isHubError, retry } from '../model/errors.ts'
import type { Database, Tx } from './database.ts'
import { mysqlAddress } from './mysql-address.ts'
import { mysqlConnection, noStreams } from './mysql-connection.ts'
import { mysqlDoors } from './mysql-dialect.ts'
import { isLost, isWorthAnother } from './mysql-errors.ts'
import { type MysqlPool, openPool } from './mysql-pool.ts'
import { askServer, sessionOf } from './mysql-server.ts'
import { leanStatements } from './mysql-statements.ts'
import { type RunningWrite, transactionEnded, withinLimit, writeChain } from './running-write.ts'
import { serverClock } from './server-clock.ts'

export interface MysqlOptions {
  /** transactions at once; further ones wait. 8 */
  readonly writers?: number
  /** reads outside transactions at once. 8 */
  readonly readers?: number
  /** what may wait for a connection. 10,000 */
  readonly maxWaiting?: number
  /** a write that has not ended by then is rolled back. 30,000 */
  readonly writeLimitMs?: number
  /** a statement that was not answered by then costs its connection. 40,000 */
  readonly statementLimitMs?: number
  /** what `Database.now` answers. The server's clock */
  readonly now?: () => number
}

/** Runs of one write, the first counted; before each further one a moment that grows. */
const maxRuns = 12
const pauseMs = 10
const mostPauseMs = 200
const connectMs = 10_000
const closeMs = 5000
/** How long a migration waits for another process to end its own. */
const aloneSeconds = 120

/**
 * Opens a database of MariaDB 10.11 or MySQL 8.0.22 and newer; `migrate` makes its tables. Writes run side by side at READ COMMITTED and are run again as a whole after deadlocks, lock waits,
 * lost connections and races with other transactions. A connection whose rollback fails is destroyed: the next BEGIN on it would commit what is left.
 * @throws HubError `bad-database-url`, `database-too-old` (reject), `database-lost` (retry) when it cannot be reached
 */
export async function openMysql(url: string, options: MysqlOptions = {}): Promise<Database> {
  const address = mysqlAddress(url)
  const server = await askServer(address, connectMs)
  const statementLimitMs = options.statementLimitMs ?? 40_000
  const writeLimitMs = options.writeLimitMs ?? 30_000
  const pool = (connections: number, readOnly: boolean) =>
    openPool(address, sessionOf(server, readOnly), connections, options.maxWaiting ?? 10_000)
  const writers = pool(options.writers ?? 8, false)
  const readers = pool(options.readers ?? 8, true)
  const doors = mysqlDoors()
  const prepare = leanStatements()
  const chain = writeChain()
  const writing = new Set<Promise<unknown>>()
  let closed: HubError | undefined

  const checkDoor = (what: string) => {
    chain.check(what)
    if (closed) throw closed
  }

  const read = doors.read({
    async provideConnection(consumer) {
      checkDoor('Database.read')
      return consumer({
        executeQuery: (query) => again(readers, (connection) => mysqlConnection(connection, prepare, statementLimitMs).executeQuery(query)),
        streamQuery: noStreams,
      })
    },
  })

  const moment = <T>(work: (read: Database['read']) => Promise<T>): Promise<T> =>
    again(readers, async (connection) => {
      const running: RunningWrite = { ended: undefined }
      const door = mysqlConnection(connection, prepare, statementLimitMs)
      const still = doors.read({
        provideConnection(consumer) {
          if (running.ended) throw running.ended()
          return consumer(door)
        },
      })
      await connection.query('set transaction isolation level repeatable read')
      await connection.query('start transaction with consistent snapshot, read only')
      try {
        return await withinLimit(
          chain.run(running, () => work(still)),
          writeLimitMs,
        )
      } finally {
        running.ended = transactionEnded
        await connection.query({ sql: 'rollback', timeout: connectMs })
      }
    })

  const run = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const connection = await writers.take()
    const running: RunningWrite = { ended: undefined }
    const door = mysqlConnection(connection, prepare, statementLimitMs)
    const tx = doors.transaction({
      provideConnection(consumer) {
        if (running.ended) throw running.ended()
        return consumer(door)
      },
    })
    let result: T
    try {
      result = await withinLimit(
        chain.run(running, () => work(tx)),
        writeLimitMs,
      )
      running.ended = transactionEnded
    } catch (error) {
      running.ended ??= transactionEnded
      await undo(connection, error)
      throw error
    }
    await commit(connection)
    connection.release()
    return result
  }

  const write = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    for (let runs = 1; ; runs++)
      try {
        return await run(work)
      } catch (error) {
        if (runs >= maxRuns || !isWorthAnother(error)) throw error
        await wait(Math.min(mostPauseMs, pauseMs * 2 ** (runs - 1)) * (0.5 + Math.random()))
      }
  }

  const clock = await serverClock(() =>
    again(readers, async (connection) => {
      const [rows] = await connection.query<RowDataPacket[]>('select cast(unix_timestamp(now(3)) * 1000 as signed) as now')
      return Number(rows[0]?.now)
    }),
  )

  return {
    dialect: 'mysql',
    collation: server.collation,
    read,
    write(work) {
      try {
        checkDoor('Database.write')
      } catch (error) {
        return Promise.reject(error)
      }
      const written = write(work)
      const ended = written.then(
        () => undefined,
        () => undefined,
      )
      writing.add(ended)
      void ended.then(() => writing.delete(ended))
      return written
    },
    async moment(work) {
      checkDoor('Database.moment')
      return moment(work)
    },
    now: options.now === undefined ? clock.now : async () => options.now?.() ?? 0,
    alone: (work) => alone(writers, `crossdock ${address.options.database}`, work),
    async close() {
      chain.check('Database.close')
      if (closed) return
      closed = bug('store-closed', 'the store was closed: nothing may read or write after Database.close()')
      clock.close()
      await Promise.all(writing)
      await Promise.race([Promise.all([writers.end(), readers.end()]), wait(closeMs, undefined, { ref: false })])
    },
  }
}

/** A read is asked again on another connection when its own was lost: pooled ones die unseen when the server is restarted, all of them at once. */
async function again<T>(pool: MysqlPool, ask: (connection: PoolConnection) => Promise<T>): Promise<T> {
  for (let left = pool.connections; ; left--) {
    const connection = await pool.take()
    try {
      const answer = await ask(connection)
      connection.release()
      return answer
    } catch (error) {
      if (isLost(error)) connection.destroy()
      else connection.release()
      if (left === 0 || !isLost(error)) throw error
    }
  }
}

/** Nothing of a failed write may stay: where that cannot be known, the connection goes, and the server rolls back. */
async function undo(connection: PoolConnection, error: unknown): Promise<void> {
  const stillBusy = isHubError(error) && error.detail.code === 'write-too-long'
  if (isLost(error) || stillBusy) return connection.destroy()
  try {
    await connection.query({ sql: 'rollback', timeout: connectMs })
    connection.release()
  } catch {
    connection.destroy()
  }
}

async function commit(connection: PoolConnection): Promise<void> {
  try {
    await connection.query({ sql: 'commit', timeout: connectMs })
  } catch (cause) {
    connection.destroy()
    throw retry(
      'commit-unknown',
      `COMMIT failed, so nobody knows whether the write took effect: read again before repeating it (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    )
  }
}

/** A lock of the server's, held by one connection while the work runs on others. */
async function alone<T>(pool: MysqlPool, name: string, work: () => Promise<T>): Promise<T> {
  const connection = await pool.take()
  try {
    const [rows] = await connection.query<RowDataPacket[]>({ sql: 'select get_lock(?, ?) as mine', timeout: (aloneSeconds + 10) * 1000 }, [
      name.slice(0, 64),
      aloneSeconds,
    ])
    if (Number(rows[0]?.mine) !== 1)
      throw retry('database-locked', `another process has been migrating this database for ${aloneSeconds} s: look at it, then try again`)
    return await work()
  } finally {
    // with its connection the lock goes as well
    connection.destroy()
  }
}
