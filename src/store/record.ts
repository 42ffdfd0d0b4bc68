import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { RecordTable } from './tables.ts'

/** In place of a body hash: the source said that the record is gone. */
export const goneHash = 'gone'

export const recordName = (connection: string, stream: string, key: string): string => `${connection}\0${stream}\0${key}`

/** Last records of these keys that took effect, by {@link recordName}. */
export async function lastRecords(
  tx: Tx,
  tenant: string,
  wanted: readonly { readonly connection: string; readonly stream: string; readonly key: string }[],
): Promise<Map<string, RecordTable>> {
  const byStream = new Map<string, { connection: string; stream: string; keys: Set<string> }>()
  for (const { connection, stream, key } of wanted) {
    const name = `${connection}\0${stream}`
    const group = byStream.get(name) ?? { connection, stream, keys: new Set<string>() }
    group.keys.add(key)
    byStream.set(name, group)
  }
  const found = new Map<string, RecordTable>()
  for (const { connection, stream, keys } of byStream.values()) {
    const rows = await inLists(keys, (list) =>
      tx
        .selectFrom('record')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('connection', '=', connection)
        .where('stream', '=', stream)
        .where('key', 'in', list)
        .execute(),
    )
    for (const row of rows) found.set(recordName(connection, stream, row.key), row)
  }
  return found
}

export const saveRecords = (tx: Tx, rows: readonly RecordTable[]): Promise<number> =>
  insertMany(tx, 'record', rows, {
    keys: ['tenant', 'connection', 'stream', 'key'],
    then: 'update',
    columns: ['version', 'body_hash', 'envelope', 'at'],
  })

/** Keys of a stream that the source had when they were last seen, at most `limit`; `until`: only those that did not change since. */
export async function presentKeys(
  read: Reader,
  tenant: string,
  connection: string,
  stream: string,
  limit: number,
  until = Number.MAX_SAFE_INTEGER,
): Promise<string[]> {
  const rows = await read
    .selectFrom('record')
    .select('key')
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .where('body_hash', '!=', goneHash)
    .where('at', '<=', until)
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

/** Last records of a stream in the order of their keys, after `after`. */
export const recordsAfter = (
  read: Reader,
  tenant: string,
  connection: string,
  stream: string,
  after: string,
  limit: number,
): Promise<RecordTable[]> =>
  read
    .selectFrom('record')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
