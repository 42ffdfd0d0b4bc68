import { closeSync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { ConnectionProvider } from 'kysely'
import { bug, type HubError, retry } from '../model/errors.ts'
import type { Database, Tx } from './database.ts'
import { groupWrites } from './group-writes.ts'
import { type RunningWrite, transactionEnded, withinLimit, writeChain } from './running-write.ts'
import { type ConnectionSettings, SqliteConnection } from './sqlite-connection.ts'
import { sqliteDoors } from './sqlite-dialect.ts'
import { takeTurns } from './turns.ts'

export interface SqliteOptions {
  /** how long a statement waits for another process that holds the file; the whole process stands still meanwhile. 2,000 */
  readonly busyTimeoutMs?: number
  /** prepared statements kept per connection. 512 */
  readonly statements?: number
  /** a write that has not ended by then is rolled back. 30,000 */
  readonly writeLimitMs?: number
  /** writes that may wait for their turn. 10,000 */
  readonly maxWaiting?: number
  /** what `Database.now` answers. Date.now: the database's host is this one */
  readonly now?: () => number
  readonly onOpen?: (handle: DatabaseSync) => void
}

/**
 * Opens, and creates where there is none, a SQLite file in WAL mode with full synchronisation, or a private store in memory (`:memory:`). One write runs at
 * a time, in the order they were asked for; writes that wait at the same moment share one COMMIT, because the disk's answer is what a write costs; reads use a second connection and see what was committed (in memory they wait for the running write).
 * The folder has to exist, be local and belong to this process.
 */
export async function openSqlite(file: string, options: SqliteOptions = {}): Promise<Database> {
  const inMemory = file === ':memory:'
  if (!inMemory) createPrivately(file)
  const settings: ConnectionSettings = {
    busyTimeoutMs: options.busyTimeoutMs ?? 2000,
    statements: options.statements ?? 512,
    readOnly: false,
    onOpen: options.onOpen,
  }
  const writeLimitMs = options.writeLimitMs ?? 30_000
  const writer = new SqliteConnection(file, settings)
  const reader = inMemory ? undefined : openReader(file, settings, writer)
  const doors = sqliteDoors()
  const turns = takeTurns(options.maxWaiting ?? 10_000)
  const moments = inMemory ? turns : takeTurns(options.maxWaiting ?? 10_000)
  let still: SqliteConnection | undefined
  const chain = writeChain()
  const writing = new Set<Promise<unknown>>()
  let unusable: HubError | undefined

  const checkDoor = (what: string) => {
    chain.check(what)
    if (unusable) throw unusable
  }

  const discard = () => {
    if (!inMemory) return writer.drop()
    writer.close()
    unusable = bug('store-lost', 'the store in memory was lost when a rollback failed: open a new one')
  }

  const rollBack = () => {
    try {
      if (writer.inTransaction) writer.control('ROLLBACK')
    } catch {
      discard()
    }
  }

  const commit = () => {
    try {
      writer.control('COMMIT')
    } catch (cause) {
      rollBack()
      if (!unusable) discard()
      throw retry(
        'commit-unknown',
        `COMMIT failed, so nobody knows whether the write took effect: read again before repeating it (${messageOf(cause)})`,
        {
          cause,
        },
      )
    }
  }

  /** Undoes one work. When SQLite refuses, the whole transaction goes with the connection. */
  const undo = () => {
    try {
      if (!writer.inTransaction) return
      writer.control('ROLLBACK TO work')
      writer.control('RELEASE work')
    } catch {
      discard()
    }
  }

  const lost = () => retry('transaction-lost', 'SQLite ended the transaction by itself after an earlier error: nothing of it was written')

  /** One work inside the open transaction: its own statements are undone when it fails, those of others stay. */
  const runWork = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const running: RunningWrite = { ended: undefined }
    const tx = doors.transaction({
      provideConnection(consumer) {
        if (running.ended) throw running.ended()
        if (!writer.inTransaction) throw lost()
        return consumer(writer)
      },
    })
    writer.control('SAVEPOINT work')
    try {
      const result = await withinLimit(
        chain.run(running, () => work(tx)),
        writeLimitMs,
      )
      running.ended = transactionEnded
      if (!writer.inTransaction) throw lost()
      writer.control('RELEASE work')
      return result
    } catch (error) {
      running.ended ??= transactionEnded
      undo()
      throw error
    }
  }

  const group = groupWrites({
    begin() {
      if (unusable && unusable.detail.code !== 'store-closed') throw unusable
      writer.control('BEGIN IMMEDIATE')
    },
    run: runWork,
    commit() {
      if (!writer.inTransaction) throw lost()
      commit()
    },
    turn: turns.take,
    maxWaiting: options.maxWaiting ?? 10_000,
  })

  /** The connection of a moment is its own: a snapshot on the one of all reads would show others what is past. */
  const stillConnection = (): SqliteConnection => {
    if (unusable) throw unusable
    still ??= new SqliteConnection(file, { ...settings, readOnly: true })
    return still
  }

  const moment = async <T>(work: (read: Database['read']) => Promise<T>): Promise<T> => {
    const done = await moments.take()
    try {
      if (unusable) throw unusable
      const connection = inMemory ? writer.reading() : stillConnection()
      const running: RunningWrite = { ended: undefined }
      const read = doors.read({
        provideConnection(consumer) {
          if (running.ended) throw running.ended()
          return consumer(connection)
        },
      })
      still?.control('BEGIN')
      try {
        return await withinLimit(
          chain.run(running, () => work(read)),
          writeLimitMs,
        )
      } finally {
        running.ended = transactionEnded
        if (still?.inTransaction) still.control('ROLLBACK')
      }
    } finally {
      done()
    }
  }

  const provider: ConnectionProvider = {
    async provideConnection(consumer) {
      checkDoor('Database.read')
      if (reader) return consumer(reader)
      const done = await turns.take()
      try {
        if (unusable) throw unusable
        return await consumer(writer.reading())
      } finally {
        done()
      }
    },
  }

  return {
    dialect: 'sqlite',
    read: doors.read(provider),
    write(work) {
      try {
        checkDoor('Database.write')
      } catch (error) {
        return Promise.reject(error)
      }
      const written = group(work)
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
    now: async () => (options.now ?? Date.now)(),
    async shrink() {
      checkDoor('Database.shrink')
      const done = await turns.take()
      try {
        if (unusable) throw unusable
        writer.control('PRAGMA incremental_vacuum(2000)')
      } finally {
        done()
      }
    },
    // one process owns the file
    alone: (work) => work(),
    async close() {
      chain.check('Database.close')
      if (unusable?.detail.code === 'store-closed') return
      unusable = bug('store-closed', 'the store was closed: nothing may read or write after Database.close()')
      // those that wait share no COMMIT with the one that runs
      await Promise.all(writing)
      if (!inMemory) (await moments.take())()
      const done = await turns.take()
      try {
        still?.close()
        reader?.close()
        writer.close()
      } finally {
        done()
      }
    },
  }
}

/** The file holds sealed secrets and people's addresses: only its owner reads it. The -wal and -shm files take over its mode. */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (cause) {
    throw bug('store-open', `the database file ${file} cannot be opened: create its folder and make it writable (${messageOf(cause)})`, {
      cause,
    })
  }
}

function openReader(file: string, settings: ConnectionSettings, writer: SqliteConnection): SqliteConnection {
  try {
    return new SqliteConnection(file, { ...settings, readOnly: true })
  } catch (error) {
    writer.close()
    throw error
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
