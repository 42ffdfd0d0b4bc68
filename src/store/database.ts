import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/**
 * One store behind both dialects. Reads outside a transaction go through `read`; every write happens in `write`, one transaction that commits or leaves
 * no trace. Using `read` or `write` inside a running `write` of the same call chain throws: the transaction handed in is the only door.
 */
export interface Database {
  readonly dialect: 'sqlite' | 'mysql'
  /** under which the tables' texts compare byte for byte; undefined where that is how texts compare anyway */
  readonly collation?: string
  readonly read: Kysely<Tables>
  /**
   * Runs `work` in one write transaction (BEGIN IMMEDIATE; READ COMMITTED) and commits. Deadlocks and lost connections before COMMIT are tried again as a whole, so
   * `work` must have no effect but on `tx`. @throws what `work` throws, after the rollback; HubError `commit-unknown` (retry) when COMMIT itself failed.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Runs reads that all see what was committed at one moment, whatever is written meanwhile. To be short: the store keeps what others overwrite until it ends, and a store in memory writes nothing so long.
   * @throws what `work` throws; HubError `write-too-long` (retry) after the limit of a write
   */
  moment<T>(work: (read: Kysely<Tables>) => Promise<T>): Promise<T>
  /** epoch ms by the clock that leases are compared with: the database host's own */
  now(): Promise<number>
  /** Runs `work` while no other process does so on this database (migrations). */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** gives pages of the file that hold nothing any more back to the file system, some thousand at a time; absent where the server does that */
  shrink?(): Promise<void>
  close(): Promise<void>
}

export interface Tx extends Transaction<Tables> {}

/**
 * Multi-row insert through a prepared statement, in chunks (hot path: receipts, envelopes, documents, journal, deliveries). `ignore`: rows whose unique key
 * exists are left out and the number of rows really written is returned (never INSERT IGNORE: it hides other faults). `update`: the named columns are overwritten.
 */
export type InsertMany = <T extends keyof Tables & string>(
  tx: Tx,
  table: T,
  rows: readonly Tables[T][],
  onConflict?:
    | { readonly keys: readonly (keyof Tables[T] & string)[]; readonly then: 'ignore' }
    | {
        readonly keys: readonly (keyof Tables[T] & string)[]
        readonly then: 'update'
        readonly columns: readonly (keyof Tables[T] & string)[]
      },
) => Promise<number>
