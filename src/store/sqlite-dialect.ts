import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { type Doors, openDoors } from './doors.ts'
import type { Bulk, BulkAdapter } from './insert-many.ts'
import { sqliteBulk } from './sqlite-bulk.ts'

export const sqliteDoors = (): Doors =>
  openDoors(new SqliteBulkAdapter(sqliteBulk()), new SqliteQueryCompiler(), (db) => new SqliteIntrospector(db))

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
