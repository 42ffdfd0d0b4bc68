import { firstId } from '../model/id.ts'
import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { AuditTable } from './tables.ts'

/** What a person did. `detail`: what stood before and after. */
export type AuditLine = Omit<AuditTable, 'detail' | 'connection' | 'stream'> & {
  readonly connection?: string
  readonly stream?: string
  readonly detail?: object
}

/** Writes down what a person did, in the transaction that does it. */
export const writeAudit = (tx: Tx, line: AuditLine): Promise<number> => writeAudits(tx, [line])

export const writeAudits = (tx: Tx, lines: readonly AuditLine[]): Promise<number> =>
  insertMany(
    tx,
    'audit',
    lines.map(({ detail, connection, stream, ...kept }) => ({
      ...{ ...kept, connection: connection ?? null, stream: stream ?? null },
      detail: detail === undefined ? null : JSON.stringify(detail),
    })),
  )

/** Lines of the audit, newest first; `since`: epoch ms, `before`: an id. */
export const listAudit = (
  read: Reader,
  tenant: string,
  of: {
    readonly connection?: string | undefined
    readonly stream?: string | undefined
    readonly who?: string | undefined
    readonly act?: string | undefined
    readonly since?: number | undefined
    readonly before?: string | undefined
  },
  limit: number,
): Promise<AuditTable[]> => {
  let query = read.selectFrom('audit').selectAll().where('tenant', '=', tenant)
  for (const column of ['connection', 'stream', 'who', 'act'] as const) {
    const wanted = of[column]
    if (wanted !== undefined) query = query.where(column, '=', wanted)
  }
  if (of.since !== undefined) query = query.where('id', '>', firstId(of.since))
  if (of.before !== undefined) query = query.where('id', '<', of.before)
  return query.orderBy('id', 'desc').limit(limit).execute()
}
