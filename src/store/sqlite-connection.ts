import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { bug, isHubError, retry } from '../model/errors.ts'

export interface ConnectionSettings {
  /** how long a statement waits, blocking the process, for another process that holds the file */
  readonly busyTimeoutMs: number
  /** prepared statements kept, the least recently used go first */
  readonly statements: number
  readonly readOnly: boolean
  /** called with every handle that is opened, the write connection's and the read connection's */
  readonly onOpen?: (handle: DatabaseSync) => void
}

interface Prepared {
  readonly statement: StatementSync
  readonly answers: boolean
}
type Row = Record<string, SQLOutputValue>

/**
 * One connection to a SQLite file: sets the pragmas, keeps prepared statements, reads every integer as BigInt and hands it on as a number only
 * where that is exact. All calls run to the end before they return; nothing stays open between two of them.
 */
export type Control =
  | 'BEGIN'
  | 'BEGIN IMMEDIATE'
  | 'COMMIT'
  | 'ROLLBACK'
  | 'SAVEPOINT work'
  | 'ROLLBACK TO work'
  | 'RELEASE work'
  | 'PRAGMA incremental_vacuum(2000)'

export class SqliteConnection implements DatabaseConnection {
  readonly #file: string
  readonly #settings: ConnectionSettings
  readonly #prepared = new Map<string, Prepared>()
  #handle: DatabaseSync
  #closed = false

  constructor(file: string, settings: ConnectionSettings) {
    this.#file = file
    this.#settings = settings
    this.#handle = openHandle(file, settings)
  }

  /** whether BEGIN was answered and neither COMMIT nor ROLLBACK happened, by SQLite's own account */
  get inTransaction(): boolean {
    return this.#handle.isOpen && this.#handle.isTransaction
  }

  /** @throws HubError (retry) `database-busy`, `disk-full`, `database-io`; otherwise the error of node:sqlite, its message with the SQL */
  run(text: string, parameters: readonly unknown[] = []): QueryResult<Row> {
    this.#reopen()
    try {
      const { statement, answers } = this.#prepare(text)
      if (answers)
        return {
          rows: exactRows(statement.all(...parameters.map(bound))),
        }
      const { changes, lastInsertRowid } = statement.run(...parameters.map(bound))
      return {
        rows: [],
        numAffectedRows: BigInt(changes),
        insertId: BigInt(lastInsertRowid),
      }
    } catch (error) {
      throw classed(error, text)
    }
  }

  /** Transactions and savepoints: parsed anew each time, so that no kept statement can answer for them. @throws like `run` */
  control(text: Control): void {
    this.#reopen()
    try {
      this.#handle.exec(text)
    } catch (error) {
      throw classed(error, text)
    }
  }

  /** The same connection as a door for reads: SQLite refuses every statement that writes. */
  reading(): DatabaseConnection {
    return {
      executeQuery: async (query) => {
        this.#handle.exec('PRAGMA query_only = ON')
        try {
          return await this.executeQuery(query)
        } finally {
          this.#handle.exec('PRAGMA query_only = OFF')
        }
      },
      streamQuery: () => this.streamQuery(),
    }
  }

  // `R` is what the caller of Kysely names, as in Kysely's own drivers
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.run(query.sql, query.parameters) as QueryResult<R>
  }

  streamQuery(): never {
    throw bug(
      'store-stream',
      'stream() is not offered: an open cursor would hold the connection. Read pages with `where … > last order by … limit n` instead',
    )
  }

  /** Drops what the connection holds, a transaction too. The next use opens a new one, and so does every later one for as long as that fails: a full disk refuses it as well. */
  drop(): void {
    this.#prepared.clear()
    if (this.#handle.isOpen) this.#handle.close()
  }

  close(): void {
    this.#closed = true
    this.drop()
  }

  #reopen(): void {
    if (!this.#handle.isOpen && !this.#closed) this.#handle = openHandle(this.#file, this.#settings)
  }

  #prepare(text: string): Prepared {
    const kept = this.#prepared.get(text)
    if (kept) {
      this.#prepared.delete(text)
      this.#prepared.set(text, kept)
      return kept
    }
    const statement = this.#handle.prepare(text)
    statement.setReadBigInts(true)
    const prepared = { statement, answers: statement.columns().length > 0 }
    if (/^\s*(create|alter|drop|analyze|pragma|vacuum)/i.test(text)) {
      this.#prepared.clear()
      return prepared
    }
    this.#prepared.set(text, prepared)
    const [oldest] = this.#prepared.size > this.#settings.statements ? this.#prepared.keys() : []
    if (oldest !== undefined) this.#prepared.delete(oldest)
    return prepared
  }
}

/** First SQLite without the WAL-reset corruption (sqlite.org/wal.html). */
const oldestSqlite = [3, 51, 3] as const

/** @throws HubError `sqlite-too-old` (bug) */
export function checkSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number)
  for (const [i, least] of oldestSqlite.entries()) {
    const part = parts[i] ?? 0
    if (part > least) return
    if (part < least)
      throw bug(
        'sqlite-too-old',
        `SQLite ${version} can damage a database in WAL mode: run on a Node.js that carries SQLite ${oldestSqlite.join('.')} or newer (Node 26)`,
      )
  }
}

/** auto_vacuum can only be chosen before the first page is written, so it comes first. */
const writerPragmas =
  'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864'

/** Pages that a connection keeps: the system keeps the file as well, and an order costs the same with 8 MB as with 128 MB (40,000 of them). */
const writerCacheKb = 24_576
const readerCacheKb = 8192

function openHandle(file: string, settings: ConnectionSettings): DatabaseSync {
  checkSqliteVersion(process.versions.sqlite ?? '0')
  let handle: DatabaseSync
  try {
    handle = new DatabaseSync(file, {
      timeout: settings.busyTimeoutMs,
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: false,
      readOnly: settings.readOnly,
    })
  } catch (error) {
    throw classed(error, `open ${file}`)
  }
  try {
    if (!settings.readOnly) handle.exec(writerPragmas)
    handle.exec(
      `PRAGMA cache_size = -${settings.readOnly ? readerCacheKb : writerCacheKb}; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF`,
    )
    settings.onOpen?.(handle)
    return handle
  } catch (error) {
    handle.close()
    throw classed(error, `open ${file}`)
  }
}

/**
 * node:sqlite binds every number as REAL, and SQLite then computes `quantity + ?` in floating point. Whole numbers are bound as integers; others are refused,
 * because no column holds them.
 */
function bound(value: unknown): SQLInputValue {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw bug('store-number', `${value} is no exact integer: give amounts and quantities as bigint, other figures as text`)
    return BigInt(value)
  }
  if (value === null || typeof value === 'string' || typeof value === 'bigint' || value instanceof Uint8Array) return value
  throw bug('store-value', `a value of type ${typeof value} cannot be stored: give null, text, a whole number, a bigint or bytes`)
}

/** In place: a bigint that a number holds exactly becomes that number. */
function exactRows(rows: Row[]): Row[] {
  for (const row of rows)
    for (const column in row) {
      const value = row[column]
      if (typeof value === 'bigint' && value <= 9007199254740991n && value >= -9007199254740991n) row[column] = Number(value)
    }
  return rows
}

/** Result codes (sqlite.org/rescode.html) of faults that pass without a change of program or data. */
const passing: Readonly<Record<number, readonly [code: string, advice: string]>> = {
  5: ['database-busy', 'another process holds the database file: end it, or try again later'],
  6: ['database-busy', 'another statement holds the table: try again later'],
  10: ['database-io', 'the disk refused: look at its health and free space'],
  13: ['disk-full', 'the disk is full: free some space'],
}

function classed(error: unknown, text: string): unknown {
  if (!(error instanceof Error) || isHubError(error)) return error
  const known = passing[errorCode(error) & 0xff]
  if (known)
    return retry(known[0], `${error.message}; ${known[1]} (${brief(text)})`, {
      cause: error,
    })
  error.message += ` (${brief(text)})`
  return error
}

const brief = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text)

/** Extended result code of an error of node:sqlite; 0 for any other. */
export function errorCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
}
