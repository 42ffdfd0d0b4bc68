import { type CreateTableBuilder, sql } from 'kysely'
import type { Tx } from './database.ts'
import { reshapeTable } from './reshape-table.ts'
import { tellStatistics } from './sqlite-statistics.ts'
import { type ColumnKind, indexName, type SchemaMaker } from './table-shape.ts'

const types: Readonly<Record<ColumnKind, 'text' | 'integer' | 'blob'>> = {
  id: 'text',
  word: 'text',
  key: 'text',
  hash: 'text',
  text: 'text',
  document: 'text',
  blob: 'blob',
  whole: 'integer',
  exact: 'integer',
}

/** STRICT tables, so that SQLite keeps no text in an integer column; its default collation BINARY compares bytes. */
export const sqliteSchema: SchemaMaker = {
  reshapeTable: (tx, name, shape, added) => reshapeTable({ columnsOf, createTable: sqliteSchema.createTable }, tx, name, shape, added),
  async createTable(tx, name, shape) {
    let table: CreateTableBuilder<string, string> = tx.schema.createTable(name).ifNotExists()
    for (const [column, written] of Object.entries(shape.columns)) {
      const optional = written.endsWith('?')
      const kind = written.replace('?', '') as ColumnKind
      table = table.addColumn(column, types[kind], (made) => (optional ? made : made.notNull()))
    }
    table = table.addPrimaryKeyConstraint(`${name}_primary`, [...shape.primary])
    for (const columns of shape.unique ?? []) table = table.addUniqueConstraint(`${name}_one_${columns.at(-1)}`, [...columns])
    await table.modifyEnd(shape.compact ? sql`strict, without rowid` : sql`strict`).execute()
    for (const columns of shape.index ?? [])
      await tx.schema
        .createIndex(indexName(name, columns))
        .ifNotExists()
        .on(name)
        .columns([...columns])
        .execute()
    if (shape.primary.length > 1) await tellStatistics(tx, name, shape)
  },
  async replaceIndex(tx, name, shape, before) {
    await tx.schema.dropIndex(indexName(name, before)).ifExists().execute()
    await sqliteSchema.createTable(tx, name, shape)
  },
  async addColumn(tx, table, column, kind) {
    if ((await columnsOf(tx, table)).includes(column)) return
    await tx.schema.alterTable(table).addColumn(column, types[kind]).execute()
  },
}

async function columnsOf(tx: Tx, table: string): Promise<readonly string[]> {
  const known = await sql<{ name: string }>`select name from pragma_table_info(${table})`.execute(tx)
  return known.rows.map(({ name }) => name)
}
