import { type DeleteQueryBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { firstId } from '../model/id.ts'
import { inLists } from './in-list.ts'

/** Rows made before a time, and after the row at which the last look ended. */
export interface Of {
  readonly before: number
  readonly after: string
  readonly limit: number
}

/** What one small transaction removed. `next`: where to go on; undefined: there is nothing more that is old enough. */
export interface Removed {
  readonly rows: number
  readonly next: string | undefined
  /** what went, by the names of removedCounts: figures that only grow count it on */
  readonly counted?: ReadonlyMap<string, number>
}

/** Narrows a query on a table whose ids sort by time to the oldest rows of a tenant in that span. */
export const aged = <DB, Table extends keyof DB, Row>(rows: SelectQueryBuilder<DB, Table, Row>, tenant: string, of: Of) =>
  rows
    .where(ref('tenant'), '=', tenant)
    .where(ref('id'), '>', of.after)
    .where(ref('id'), '<', firstId(of.before))
    .orderBy(ref('id'))
    .limit(of.limit)

/** Deletes a tenant's rows by their ids. */
export const drop = <DB, Table extends keyof DB, Row>(rows: DeleteQueryBuilder<DB, Table, Row>, tenant: string, ids: readonly string[]) =>
  inLists(ids, (list) => rows.where(ref('tenant'), '=', tenant).where(ref('id'), 'in', list).execute())

const ref = (column: string) => sql.ref<string>(column)

/** `rows`: what was looked at, oldest first; `gone`: what of it was deleted. */
export const removed = (rows: readonly { readonly id: string }[], gone: readonly unknown[], { limit }: Of): Removed => ({
  rows: gone.length,
  next: rows.length < limit ? undefined : rows.at(-1)?.id,
})
