import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { ShapeTable } from './tables.ts'

/** Everything that the records of one stream have shown, in no order. */
export const shapeOf = (read: Reader, tenant: string, connection: string, stream: string): Promise<ShapeTable[]> =>
  read
    .selectFrom('shape')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .execute()

/** Writes what was seen; what another transaction wrote first stays as it is. */
export const insertShapes = (tx: Tx, rows: readonly ShapeTable[]): Promise<number> =>
  insertMany(tx, 'shape', rows, { keys: ['tenant', 'connection', 'stream', 'hash'], then: 'ignore' })

/** Changes that nobody has accepted yet, the oldest first; `stream`: with those of its children. */
export const openShapes = (
  read: Reader,
  tenant: string,
  of: { readonly connection?: string; readonly stream?: string; readonly limit?: number } = {},
): Promise<ShapeTable[]> => {
  const { connection, stream, limit = mostOpen } = of
  let query = read.selectFrom('shape').selectAll().where('tenant', '=', tenant).where('accepted_at', 'is', null)
  if (connection !== undefined) query = query.where('connection', '=', connection)
  if (stream !== undefined)
    query = query.where((is) =>
      is.or([is('stream', '=', stream), is.and([is('stream', '>=', `${stream}/`), is('stream', '<', `${stream}0`)])]),
    )
  return query.orderBy('id').limit(limit).execute()
}
/** More than one stream with its children has. */
const mostOpen = 20_000

/** Changes after the first read, newest first. */
export const listShapes = (
  read: Reader,
  tenant: string,
  of: { readonly connection?: string; readonly open?: boolean; readonly before?: string; readonly limit: number },
): Promise<ShapeTable[]> => {
  let query = read.selectFrom('shape').selectAll().where('tenant', '=', tenant).where('how', '=', 'drift')
  if (of.connection !== undefined) query = query.where('connection', '=', of.connection)
  if (of.open !== undefined) query = query.where('accepted_at', of.open ? 'is' : 'is not', null)
  if (of.before !== undefined) query = query.where('id', '<', of.before)
  return query.orderBy('id', 'desc').limit(of.limit).execute()
}

export async function acceptShapes(
  tx: Tx,
  tenant: string,
  rows: readonly Pick<ShapeTable, 'connection' | 'stream' | 'hash'>[],
  by: { readonly who: string; readonly at: number },
): Promise<void> {
  for (const { connection, stream, hash } of rows)
    await tx
      .updateTable('shape')
      .set({ accepted_at: by.at, accepted_by: by.who })
      .where('tenant', '=', tenant)
      .where('connection', '=', connection)
      .where('stream', '=', stream)
      .where('hash', '=', hash)
      .where('accepted_at', 'is', null)
      .execute()
}
