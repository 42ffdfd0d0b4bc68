import { insertBackfill, openBackfill } from '../store/backfill.ts'
import type { Tx } from '../store/database.ts'
import type { BackfillTable } from '../store/tables.ts'
import type { Context } from './context.ts'

/** What somebody wants read again. */
export interface Range {
  readonly connection: string
  readonly stream: string
  readonly kind: BackfillTable['kind']
  /** epoch ms; null: from the beginning */
  readonly from: number | null
  readonly until: number
  /** what first appears in it makes no commands */
  readonly quiet: boolean
  readonly pagesPerMinute: number
  readonly askedBy: string
}

export const defaultPagesPerMinute = 60

/** Writes a range down and answers its row. Of a full pass or a gap there is one at a time for each stream: another one is answered as it is. */
export async function wantRange(context: Pick<Context, 'tenant' | 'newId'>, tx: Tx, range: Range, now: number): Promise<BackfillTable> {
  const { connection, stream, kind } = range
  const open = kind === 'range' ? undefined : await openBackfill(tx, context.tenant, { connection, stream, kind })
  if (open !== undefined) return open
  const row: BackfillTable = {
    tenant: context.tenant,
    id: context.newId(),
    connection,
    stream,
    kind,
    from_at: range.from,
    until_at: range.until,
    position: null,
    quiet: range.quiet ? 1 : 0,
    pages_per_minute: range.pagesPerMinute,
    pages: 0,
    records: 0,
    state: 'open',
    reason: null,
    next_at: now,
    lease_until: 0,
    lease_token: null,
    fails: 0,
    asked_by: range.askedBy,
    created_at: now,
    ended_at: null,
  }
  await insertBackfill(tx, row)
  return row
}
