import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { CursorTable } from './tables.ts'

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

/** Stored positions of a connection's streams. */
export async function positionsOf(read: Reader, tenant: string, connection: string): Promise<ReadonlyMap<string, string | null>> {
  const rows = await read
    .selectFrom('cursor')
    .select(['stream', 'position'])
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .execute()
  return new Map(rows.map((row) => [row.stream, row.position]))
}

/** When a stream's position moved last. */
export const findCursor = (read: Reader, tenant: string, connection: string, stream: string): Promise<CursorTable | undefined> =>
  read
    .selectFrom('cursor')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .executeTakeFirst()

/** Every stored position. */
export const allCursors = (read: Reader, tenant: string): Promise<CursorTable[]> =>
  read.selectFrom('cursor').selectAll().where('tenant', '=', tenant).execute()

/** Forgets where a stream stands. */
export async function dropPosition(tx: Tx, tenant: string, connection: string, stream: string): Promise<void> {
  await tx.deleteFrom('cursor').where('tenant', '=', tenant).where('connection', '=', connection).where('stream', '=', stream).execute()
}
