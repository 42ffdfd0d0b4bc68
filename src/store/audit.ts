import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { AuditTable } from './tables.ts'

/** Writes down what a person did, in the transaction that does it. `detail`: what stood before and after. */
export const writeAudit = (
  tx: Tx,
  row: Omit<AuditTable, 'detail' | 'connection' | 'stream'> & {
    readonly connection?: string
    readonly stream?: string
    readonly detail?: object
  },
): Promise<number> => {
  const { detail, connection, stream, ...kept } = row
  return insertMany(tx, 'audit', [
    { ...kept, connection: connection ?? null, stream: stream ?? null, detail: detail === undefined ? null : JSON.stringify(detail) },
  ])
}

/** What people did to one stream, or to a connection as a whole, newest first. */
export const auditsOf = (
  read: Reader,
  tenant: string,
  of: { readonly connection: string; readonly stream?: string },
  limit: number,
): Promise<AuditTable[]> => {
  let query = read.selectFrom('audit').selectAll().where('tenant', '=', tenant).where('connection', '=', of.connection)
  if (of.stream !== undefined) query = query.where('stream', '=', of.stream)
  return query.orderBy('id', 'desc').limit(limit).execute()
}
