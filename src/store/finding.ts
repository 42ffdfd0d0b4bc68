import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { FindingTable } from './tables-ledger.ts'

/** Findings of documents, open and closed. */
export const findingsOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<FindingTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('finding').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

export const saveFindings = (tx: Tx, rows: readonly FindingTable[]): Promise<number> =>
  insertMany(tx, 'finding', rows, {
    keys: ['tenant', 'type', 'key', 'code', 'path'],
    then: 'update',
    columns: ['detail', 'state', 'opened_at', 'closed_at'],
  })

/** Open findings, of one code when it is named, the oldest first. */
export function openFindings(read: Reader, tenant: string, limit: number, code?: string): Promise<FindingTable[]> {
  const query = read.selectFrom('finding').selectAll().where('tenant', '=', tenant).where('state', '=', 'open')
  return (code === undefined ? query : query.where('code', '=', code))
    .orderBy('opened_at')
    .orderBy('type')
    .orderBy('key')
    .orderBy('code')
    .orderBy('path')
    .limit(limit)
    .execute()
}
