import { type ConnectionProvider, DefaultQueryExecutor, type Dialect, type Driver, Kysely, type QueryCompiler, Transaction } from 'kysely'
import { bug } from '../model/errors.ts'
import type { Tx } from './database.ts'
import type { BulkAdapter } from './insert-many.ts'
import type { Tables } from './tables.ts'

/** Kysely over a given door to a connection: one for reads, a new one for each transaction. */
export interface Doors {
  read(provider: ConnectionProvider): Kysely<Tables>
  transaction(provider: ConnectionProvider): Tx
}

/**
 * Kysely only builds and compiles here. Its own dialects begin plainly, hold a mutex that a query inside a callback waits for, and give a connection back whose rollback failed:
 * connections, turns and transactions belong to the store.
 */
export function openDoors(adapter: BulkAdapter, compiler: QueryCompiler, createIntrospector: Dialect['createIntrospector']): Doors {
  const dialect: Dialect = {
    createAdapter: () => adapter,
    createDriver: () => noTransactions,
    createIntrospector,
    createQueryCompiler: () => compiler,
  }
  const props = (provider: ConnectionProvider) => ({
    config: { dialect },
    dialect,
    driver: noTransactions,
    executor: new DefaultQueryExecutor(compiler, adapter, provider),
  })
  return {
    read: (provider) => new Kysely<Tables>(props(provider)),
    transaction: (provider) => new Transaction<Tables>(props(provider)),
  }
}

const refuse = async (): Promise<never> => {
  throw bug(
    'store-transaction',
    'transactions are made by Database.write() and ended by it, connections by Database.close(): do not begin, commit or destroy through Kysely',
  )
}

const noTransactions: Driver = {
  init: async () => undefined,
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: refuse,
  destroy: refuse,
}
