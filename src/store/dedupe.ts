import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import type { DedupeTable } from './tables.ts'

/** What is known under these hashes, by hash. */
export async function knownHashes(
  tx: Tx,
  tenant: string,
  connection: string,
  hashes: readonly string[],
): Promise<Map<string, DedupeTable>> {
  const known = new Map<string, DedupeTable>()
  for (let at = 0; at < hashes.length; at += 500) {
    const rows = await tx
      .selectFrom('dedupe')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('connection', '=', connection)
      .where('hash', 'in', hashes.slice(at, at + 500))
      .execute()
    for (const row of rows) known.set(row.hash, row)
  }
  return known
}

/** Remembers hashes; answers how many were new. */
export const insertHashes = (tx: Tx, rows: readonly DedupeTable[]): Promise<number> =>
  insertMany(tx, 'dedupe', rows, { keys: ['tenant', 'connection', 'hash'], then: 'ignore' })
