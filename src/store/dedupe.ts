import type { Tx } from './database.ts'
import { inLists } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { DedupeTable } from './tables-workspace.ts'

/** What is known under these hashes, by hash. */
export async function knownHashes(
  tx: Tx,
  tenant: string,
  connection: string,
  hashes: readonly string[],
): Promise<Map<string, DedupeTable>> {
  const rows = await inLists(hashes, (list) =>
    tx
      .selectFrom('dedupe')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('connection', '=', connection)
      .where('hash', 'in', list)
      .execute(),
  )
  return new Map(rows.map((row) => [row.hash, row]))
}

/** Remembers hashes; answers how many were new. */
export const insertHashes = (tx: Tx, rows: readonly DedupeTable[]): Promise<number> =>
  insertMany(tx, 'dedupe', rows, { keys: ['tenant', 'connection', 'hash'], then: 'ignore' })

/** Forgets one: what comes with it next is new again. */
export async function forgetHash(tx: Tx, tenant: string, connection: string, hash: string): Promise<void> {
  await tx.deleteFrom('dedupe').where('tenant', '=', tenant).where('connection', '=', connection).where('hash', '=', hash).execute()
}
