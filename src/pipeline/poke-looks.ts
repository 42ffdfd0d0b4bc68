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
  const rows = records.filter(({ poke, version }) => poke === true && version === null)
  if (rows.length === 0) return new Set()
  const known = await lastRecords(
    tx,
    tenant,
    rows.map(({ key }) => ({ connection, stream, key: columnKey(key) })),
  )
  const same = new Set(
    rows.filter(({ key, bodyHash }) => known.get(recordName(connection, stream, columnKey(key)))?.body_hash === bodyHash),
  )
  const looks = rows
    .filter((row) => !same.has(row))
    .map(({ key, bodyHash }) => ({
      tenant,
      connection,
      stream,
      key: columnKey(key),
      version: null,
      body_hash: bodyHash,
      envelope: receipt,
      at,
    }))
  await saveRecords(tx, looks)
  return same
}
