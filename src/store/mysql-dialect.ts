import { MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely'
import { type Doors, openDoors } from './doors.ts'
import type { Bulk, BulkAdapter } from './insert-many.ts'

export const mysqlDoors = (): Doors =>
  openDoors(new MysqlBulkAdapter(mysqlBulk()), new MysqlQueryCompiler(), (db) => new MysqlIntrospector(db))

class MysqlBulkAdapter extends MysqlAdapter implements BulkAdapter {
  readonly bulk: Bulk

  constructor(bulk: Bulk) {
    super()
    this.bulk = bulk
  }
}

/**
 * MySQL's side of insertMany. A prepared statement takes 65,535 parameters (the protocol counts them in two bytes). An ignored row sets a key to itself: without CLIENT_FOUND_ROWS that counts 0 rows, and unlike
 * INSERT IGNORE it hides no other fault. VALUES() is what both MariaDB and MySQL know.
 */
const mysqlBulk = (): Bulk => ({
  texts: new Map(),
  maxParameters: 65_535,
  quote,
  // the server reads digits into its BIGINT exactly; mysql2 needs several bigints to check one of its own
  bind: (value) => (typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : value),
  conflict(rule) {
    const written = (column: string, value: string) => `${quote(column)} = ${value}`
    const columns =
      rule.then === 'ignore'
        ? rule.keys.slice(0, 1).map((key) => written(key, quote(key)))
        : rule.columns.map((column) => written(column, `values(${quote(column)})`))
    return `on duplicate key update ${columns.join(', ')}`
  },
})

export const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``
