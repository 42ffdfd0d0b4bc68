import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'

/** Stored position of (connection, stream) as text; null until something was read. */
export async function readPosition(tx: Tx, tenant: string, connection: string, stream: string): Promise<string | null> {
  const row = await tx
    .selectFrom('cursor')
    .select('position')
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .executeTakeFirst()
  return row?.position ?? null
}

export async function savePosition(
  tx: Tx,
  tenant: string,
  connection: string,
  stream: string,
  position: string | null,
  at: number,
): Promise<void> {
  await insertMany(tx, 'cursor', [{ tenant, connection, stream, position, moved_at: at }], {
    keys: ['tenant', 'connection', 'stream'],
    then: 'update',
    columns: ['position', 'moved_at'],
  })
}
