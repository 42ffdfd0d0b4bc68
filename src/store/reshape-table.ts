import { sql } from 'kysely'
import type { Tx } from './database.ts'
import type { TableShape } from './table-shape.ts'

/** What a dialect has to say about the tables that are there. */
export interface Reshaping {
  /** columns of a table; [] when there is none */
  columnsOf(tx: Tx, table: string): Promise<readonly string[]>
  createTable(tx: Tx, name: string, shape: TableShape): Promise<void>
}

/** The old rows wait under `<name>_before` while the table is made, so that a step that was interrupted between two statements goes on where it was. */
export async function reshapeTable(
  { columnsOf, createTable }: Reshaping,
  tx: Tx,
  name: string,
  shape: TableShape,
  added: Readonly<Record<string, string>>,
): Promise<void> {
  const before = `${name}_before`
  const old = await columnsOf(tx, name)
  const isNew = Object.keys(added).every((column) => old.includes(column))
  if (old.length > 0 && !isNew) await tx.schema.alterTable(name).renameTo(before).execute()
  await createTable(tx, name, shape)
  const kept = await columnsOf(tx, before)
  if (kept.length === 0) return
  const columns = [...kept, ...Object.keys(added)].map((column) => sql.ref(column))
  const values = [...kept.map((column) => sql.ref(column)), ...Object.values(added).map((text) => sql.lit(text))]
  await sql`delete from ${sql.table(name)}`.execute(tx)
  await sql`insert into ${sql.table(name)} (${sql.join(columns)}) select ${sql.join(values)} from ${sql.table(before)}`.execute(tx)
  await tx.schema.dropTable(before).execute()
}
