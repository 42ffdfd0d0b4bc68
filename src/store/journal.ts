import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { JournalTable } from './tables-ledger.ts'

export const insertJournal = (tx: Tx, rows: readonly JournalTable[]): Promise<number> => insertMany(tx, 'journal', rows)

/** What happened to one document, the first effect first. */
export const journalOf = (read: Reader, tenant: string, type: string, key: string, limit: number): Promise<JournalTable[]> =>
  read
    .selectFrom('journal')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .orderBy('id')
    .limit(limit)
    .execute()
