import type { CutRecord } from '../connector/access.ts'
import type { Tx } from '../store/database.ts'
import { lastRecords, recordName, saveRecords } from '../store/record.ts'
import { columnKey } from './drafts.ts'

/**
 * Rows that only say which record changed, and state no version, are told by how they look beside the last one of their key. Only others have their record read again, so that a watch over many records asks for few. A look
 * that comes back after another one is another one. Answers the rows that look as before.
 */
export async function sameLooks(
  tx: Tx,
  of: { readonly tenant: string; readonly connection: string; readonly stream: string; readonly receipt: string; readonly at: number },
  records: readonly CutRecord[],
): Promise<ReadonlySet<CutRecord>> {
  const { tenant, connection, stream, receipt, at } = of
  const rows = records.filter(({ poke, version }) => poke === true && version === null).map((row) => ({ row, key: columnKey(row.key) }))
  if (rows.length === 0) return new Set()
  const known = await lastRecords(
    tx,
    tenant,
    rows.map(({ key }) => ({ connection, stream, key })),
  )
  const isSame = ({ row, key }: (typeof rows)[number]) => known.get(recordName(connection, stream, key))?.body_hash === row.bodyHash
  const looks = rows
    .filter((one) => !isSame(one))
    .map(({ row, key }) => ({ tenant, connection, stream, key, version: null, body_hash: row.bodyHash, envelope: receipt, at }))
  await saveRecords(tx, looks)
  return new Set(rows.filter(isSame).map(({ row }) => row))
}
