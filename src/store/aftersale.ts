import { type RawBuilder, sql } from 'kysely'
import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { AftersaleTable } from './tables-ledger.ts'

export const aftersalesOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<AftersaleTable[]> =>
  inLists(keys, (list) => read.selectFrom('aftersale').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveAftersales = (tx: Tx, rows: readonly AftersaleTable[]): Promise<number> =>
  insertMany(tx, 'aftersale', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: ['origin', 'kind', 'status', 'requested_at', 'deadline'],
  })

export const deleteAftersales = (tx: Tx, tenant: string, keys: Iterable<string>): Promise<unknown> =>
  inLists(keys, (list) => tx.deleteFrom('aftersale').where('tenant', '=', tenant).where('key', 'in', list).execute())

/** By when a document that says no deadline is due, counted from its request, in ms: an answer, and its end. Undefined: it is due at no time. */
export interface Deadlines {
  readonly answerMs?: number | undefined
  readonly finishMs?: number | undefined
}

/** When the next step of a document is due: its own deadline, else what the settings say of one in one of `open` states; the same as the queries here count with. */
export function deadlineOf(
  { deadline, status, requested_at }: AftersaleTable,
  open: readonly string[],
  { answerMs, finishMs }: Deadlines,
): number | null {
  if (deadline !== null || !open.includes(status) || Number(requested_at) <= 0) return deadline
  const within = status === 'requested' ? answerMs : finishMs
  return within === undefined ? null : Number(requested_at) + within
}

/** The same as a column. */
function due({ answerMs, finishMs }: Deadlines): RawBuilder<number | null> {
  const own = sql.ref<number | null>('deadline')
  if (answerMs === undefined && finishMs === undefined) return own
  const after = (ms: number | undefined) => (ms === undefined ? sql`null` : sql`requested_at + ${sql.lit(ms)}`)
  return sql`coalesce(${own}, case when requested_at <= 0 then null when status = 'requested' then ${after(answerMs)} else ${after(finishMs)} end)`
}

export interface AftersaleFilter {
  readonly status?: string
  readonly kind?: string
  readonly origin?: string
  /** key of a sales order */
  readonly order?: string
  /** epoch ms; those whose next step is due before */
  readonly dueBefore?: number
}

/** A page of after-sale documents after a place: the newest first; with `dueBefore` those in one of `open` states, the most urgent first. */
export function aftersalePage(
  read: Reader,
  tenant: string,
  filter: AftersaleFilter,
  {
    open,
    deadlines,
    after,
    limit,
  }: {
    readonly open: readonly string[]
    readonly deadlines: Deadlines
    readonly after?: { readonly at: number; readonly key: string }
    readonly limit: number
  },
): Promise<AftersaleTable[]> {
  let rows = read.selectFrom('aftersale').selectAll().where('tenant', '=', tenant)
  if (filter.status !== undefined) rows = rows.where('status', '=', filter.status)
  if (filter.kind !== undefined) rows = rows.where('kind', '=', filter.kind)
  if (filter.origin !== undefined) rows = rows.where('origin', '=', filter.origin)
  const { order, dueBefore } = filter
  if (order !== undefined)
    rows = rows.where('key', 'in', (from) =>
      from
        .selectFrom('reference')
        .select('from_key')
        .where('reference.tenant', '=', tenant)
        .where('from_type', '=', 'return')
        .where('path', '=', 'order')
        .where('to_type', '=', 'sales-order')
        .where('to_key', '=', order),
    )
  if (dueBefore !== undefined) {
    const at = due(deadlines)
    rows = rows.where('status', 'in', open).where(at, '<', dueBefore)
    if (after !== undefined) rows = rows.where(at, '>=', after.at).where((is) => is.or([is(at, '>', after.at), is('key', '>', after.key)]))
    return rows.orderBy(at).orderBy('key').limit(limit).execute()
  }
  if (after !== undefined)
    rows = rows.where('requested_at', '<=', after.at).where((is) => is.or([is('requested_at', '<', after.at), is('key', '<', after.key)]))
  return rows.orderBy('requested_at', 'desc').orderBy('key', 'desc').limit(limit).execute()
}

/** How many are in one of these states and due before a time, and the most urgent of them. */
export async function dueAftersales(
  read: Reader,
  tenant: string,
  open: readonly string[],
  { from, before, deadlines }: { readonly from: number; readonly before: number; readonly deadlines: Deadlines },
): Promise<{ readonly count: number; readonly first: string | undefined }> {
  const at = due(deadlines)
  const rows = read
    .selectFrom('aftersale')
    .where('tenant', '=', tenant)
    .where('status', 'in', open)
    .where(at, '>=', from)
    .where(at, '<', before)
  const count = await rows.select(({ fn }) => fn.countAll().as('count')).executeTakeFirst()
  const first = await rows.select('key').orderBy(at).orderBy('key').limit(1).executeTakeFirst()
  return { count: Number(count?.count ?? 0), first: first?.key }
}
