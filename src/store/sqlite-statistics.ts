import { sql } from 'kysely'
import type { Tx } from './database.ts'
import type { ColumnKind, TableShape } from './table-shape.ts'

/** How many rows the planner is told a table has. */
const rowsTold = 1_000_000

/** Into how many parts a column of a kind divides rows; the others (ids, keys, hashes) leave `rowsPerKey`. */
const parts: Partial<Readonly<Record<ColumnKind, number>>> = { word: 8, whole: 64 }
const rowsPerKey = 4

/**
 * Tells SQLite's planner, in the table it keeps for this (sqlite.org/fileformat2.html#stat1tab), what the columns are like: few tenants, types and states, many keys.
 * Without it the planner takes each column for equally telling and searches links, references and reservations by the tenant alone, which is
 * the whole table. The figures are fixed, so that a statement has the same plan on every file and on every day.
 */
export async function tellStatistics(tx: Tx, name: string, shape: TableShape): Promise<void> {
  await sql`analyze ${sql.table(name)}`.execute(tx)
  // of a table with rows it has measured some
  await sql`delete from sqlite_stat1 where tbl = ${name}`.execute(tx)
  const indices = await sql<{ name: string; origin: string }>`select name, origin from pragma_index_list(${name})`.execute(tx)
  for (const index of indices.rows) {
    const columns = await sql<{ name: string }>`select name from pragma_index_info(${index.name}) order by seqno`.execute(tx)
    const told = figures(
      columns.rows.map((column) => column.name),
      shape,
      index.origin !== 'c',
    )
    const known = shape.compact && index.origin === 'pk' ? name : index.name
    await sql`insert into sqlite_stat1 (tbl, idx, stat) values (${name}, ${known}, ${told})`.execute(tx)
  }
  await sql`analyze sqlite_schema`.execute(tx)
}

/** `1000000 1000000 125000 4`: all rows, then how many are left when the first column is known, the first two, and so on. */
export function figures(columns: readonly string[], shape: TableShape, unique: boolean): string {
  let left = rowsTold
  const told = [left]
  for (const column of columns) {
    const kind = (shape.columns[column] ?? 'key').replace('?', '') as ColumnKind
    if (column !== 'tenant') left = Math.max(1, Math.min(left, parts[kind] ? Math.ceil(left / (parts[kind] ?? 1)) : rowsPerKey))
    told.push(left)
  }
  if (unique) told[told.length - 1] = 1
  return told.join(' ')
}
