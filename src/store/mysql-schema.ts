import { sql } from 'kysely'
import { quote } from './mysql-dialect.ts'
import type { ColumnKind, SchemaMaker } from './table-shape.ts'

const types: Readonly<Record<ColumnKind, string>> = {
  id: 'varchar(26)',
  word: 'varchar(64)',
  key: 'varchar(191)',
  hash: 'varchar(64)',
  text: 'mediumtext',
  document: 'mediumtext',
  blob: 'mediumblob',
  whole: 'bigint',
  exact: 'bigint',
}

/**
 * InnoDB tables whose text compares byte for byte, spaces at the end included: with the usual collations `abc`, `ABC`, `abc ` and `ábc` are one key, and events are lost. The collation's name differs
 * between MariaDB and MySQL. Keys and indices stand in the one CREATE TABLE, because every DDL statement commits by itself.
 */
export const mysqlSchema = (collation: string): SchemaMaker => ({
  async createTable(tx, name, shape) {
    const list = (columns: readonly string[]) => columns.map(quote).join(', ')
    const columns = Object.entries(shape.columns).map(([column, written]) => {
      const kind = written.replace('?', '') as ColumnKind
      return `${quote(column)} ${types[kind]} ${written.endsWith('?') ? 'null' : 'not null'}`
    })
    const keys = [
      `primary key (${list(shape.primary)})`,
      ...(shape.unique ?? []).map((key) => `unique key ${quote(`${name}_one_${key.at(-1)}`)} (${list(key)})`),
      ...(shape.index ?? []).map(
        (key) => `key ${quote(`${name}_by_${key.filter((column) => column !== 'tenant').join('_')}`)} (${list(key)})`,
      ),
    ]
    const text = `create table if not exists ${quote(name)} (${[...columns, ...keys].join(', ')}) engine=InnoDB row_format=dynamic default character set utf8mb4 collate ${collation}`
    await sql.raw(text).execute(tx)
  },
  async addColumn(tx, table, column, kind) {
    const known = await sql<{ name: string }>`
      select column_name as name from information_schema.columns where table_schema = database() and table_name = ${table} and column_name = ${column}`.execute(
      tx,
    )
    if (known.rows.length > 0) return
    // refused, not done slowly, where the server would have to copy the table
    await sql.raw(`alter table ${quote(table)} add column ${quote(column)} ${types[kind]} null, algorithm=instant`).execute(tx)
  },
})
