import {
  type ConnectionProvider,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  Transaction,
} from 'kysely'
import { bug } from '../model/errors.ts'
import type { Tx } from './database.ts'
import type { Bulk, BulkAdapter } from './insert-many.ts'
import type { Tables } from './tables.ts'

/** Kysely over a given door to a connection: one for reads, a new one for each transaction. */
export interface SqliteDoors {
  read(provider: ConnectionProvider): Kysely<Tables>
  transaction(provider: ConnectionProvider): Tx
}

/**
 * Kysely's own SqliteDialect locks one connection with a mutex and begins plainly: a query outside the transaction that runs inside its callback waits for
 * ever, and a read that turns into a write fails at once with SQLITE_BUSY_SNAPSHOT. Here Kysely only builds and compiles; connections, turns and
 * transactions belong to sqlite.ts.
 */
export function sqliteDoors(bulk: Bulk): SqliteDoors {
  const adapter = new SqliteBulkAdapter(bulk)
  const compiler = new SqliteQueryCompiler()
  const dialect: Dialect = {
    createAdapter: () => adapter,
    createDriver: () => noTransactions,
    createIntrospector: (db) => new SqliteIntrospector(db),
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

class SqliteBulkAdapter extends SqliteAdapter implements BulkAdapter {
  readonly bulk: Bulk

  constructor(bulk: Bulk) {
    super()
    this.bulk = bulk
  }

  override get supportsTransactionalDdl(): boolean {
    return true
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
