import { type RawBuilder, sql } from 'kysely'
import { hasRivals } from './hold.ts'
import type { Reader } from './in-list.ts'

/** A table that is read through this index of its, whatever the planner would choose. */
export const through = (on: Reader, table: string, index: string): RawBuilder<unknown> =>
  hasRivals(on) ? sql`${sql.table(table)} force index (${sql.ref(index)})` : sql`${sql.table(table)} indexed by ${sql.ref(index)}`
