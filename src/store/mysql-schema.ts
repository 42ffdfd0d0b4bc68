import { sql } from 'kysely'
import type { Tx } from './database.ts'
import { quote } from './mysql-dialect.ts'
import { reshapeTable } from './reshape-table.ts'
import { type ColumnKind, indexName, type SchemaMaker } from './table-shape.ts'

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
const list = (columns: readonly string[]): string => columns.map(quote).join(', ')
const indexText = (table: string, columns: readonly string[]): string => `key ${quote(indexName(table, columns))} (${list(columns)})`

export function mysqlSchema(collation: string): SchemaMaker {
  const createTable: SchemaMaker['createTable'] = async (tx, name, shape) => {
    const columns = Object.entries(shape.columns).map(([column, written]) => {
      const kind = written.replace('?', '') as ColumnKind
      return `${quote(column)} ${types[kind]} ${written.endsWith('?') ? 'null' : 'not null'}`
    })
    const keys = [
      `primary key (${list(shape.primary)})`,
      ...(shape.unique ?? []).map((key) => `unique key ${quote(`${name}_one_${key.at(-1)}`)} (${list(key)})`),
      ...(shape.index ?? []).map((key) => indexText(name, key)),
    ]
    const text = `create table if not exists ${quote(name)} (${[...columns, ...keys].join(', ')}) engine=InnoDB row_format=dynamic default character set utf8mb4 collate ${collation}`
    await sql.raw(text).execute(tx)
  }
  return {
    createTable,
    async replaceIndex(tx, table, shape, before) {
      const there = await indicesOf(tx, table)
      const changes = [
        ...(shape.index ?? []).filter((key) => !there.includes(indexName(table, key))).map((key) => `add ${indexText(table, key)}`),
        ...(there.includes(indexName(table, before)) ? [`drop key ${quote(indexName(table, before))}`] : []),
      ]
      if (changes.length > 0) await sql.raw(`alter table ${quote(table)} ${changes.join(', ')}`).execute(tx)
    },
    async addColumn(tx, table, column, kind) {
      if ((await columnsOf(tx, table)).includes(column)) return
      // refused, not done slowly, where the server would have to copy the table
      await sql.raw(`alter table ${quote(table)} add column ${quote(column)} ${types[kind]} null, algorithm=instant`).execute(tx)
    },
    reshapeTable: (tx, name, shape, added) => reshapeTable({ columnsOf, createTable }, tx, name, shape, added),
  }
}

async function columnsOf(tx: Tx, table: string): Promise<readonly string[]> {
  const known = await sql<{ name: string }>`
    select column_name as name from information_schema.columns where table_schema = database() and table_name = ${table} order by ordinal_position`.execute(
    tx,
  )
  return known.rows.map(({ name }) => name)
}

async function indicesOf(tx: Tx, table: string): Promise<readonly string[]> {
  const known = await sql<{ name: string }>`
    select distinct index_name as name from information_schema.statistics where table_schema = database() and table_name = ${table}`.execute(
    tx,
  )
  return known.rows.map(({ name }) => name)
}
