/** Columns of the crosswalk's own tables, beside links. Kinds of columns as in tables.ts. */

/**
 * A code of a partner beside ours. '' in `connection`, `organisation`, `product`: of all. Valid on business dates from `valid_from` to `valid_to`, both included, null: without end.
 * A row is never changed, it ends: what was known at any time can be read again.
 */
export interface CodeTable {
  tenant: string
  id: string
  kind: string
  connection: string
  organisation: string
  product: string
  code: string
  hub: string
  /** base units of the product in one of `hub`, as decimal text; only where a product stands */
  factor: string | null
  valid_from: string | null
  valid_to: string | null
  saved_at: number
  saved_by: string
  ended_at: number | null
  ended_by: string | null
}
/** `revision` is another whenever a code of the kind is saved or ended. */
export interface CodeListTable {
  tenant: string
  kind: string
  revision: string
}
/** What was one thing and became two, or the other way round. `moved`: JSON of what went from one key to the other. */
export interface IdentityChangeTable {
  tenant: string
  id: string
  at: number
  kind: 'merge' | 'split'
  type: string
  from_key: string
  into_key: string
  reason: string
  who: string
  moved: string
}
