import type { Tx } from './database.ts'
import { grouped, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { External } from './link.ts'
import type { FormerReferenceTable, ReferenceTable } from './tables-ledger.ts'

/** What documents refer to. */
export const referencesFrom = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<ReferenceTable[]> =>
  inLists(keys, (list) =>
    read
      .selectFrom('reference')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('from_type', '=', type)
      .where('from_key', 'in', list)
      .execute(),
  )

/** What refers to documents. */
export const referencesTo = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<ReferenceTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('reference').selectAll().where('tenant', '=', tenant).where('to_type', '=', type).where('to_key', 'in', list).execute(),
  )

/** References that wait for one of these external keys to be linked. */
export async function waitingReferences(read: Reader, tenant: string, externals: Iterable<External>): Promise<ReferenceTable[]> {
  const rows: ReferenceTable[] = []
  for (const group of grouped(externals, ({ type, connection }) => `${type}\0${connection}`).values()) {
    const [first] = group
    if (!first) continue
    rows.push(
      ...(await inLists(
        group.map(({ externalKey }) => externalKey),
        (list) =>
          read
            .selectFrom('reference')
            .selectAll()
            .where('tenant', '=', tenant)
            .where('to_type', '=', first.type)
            .where('connection', '=', first.connection)
            .where('external_key', 'in', list)
            .where('to_key', 'is', null)
            .execute(),
      )),
    )
  }
  return rows
}

export const saveReferences = (tx: Tx, rows: readonly ReferenceTable[]): Promise<number> =>
  insertMany(tx, 'reference', rows, {
    keys: ['tenant', 'from_type', 'from_key', 'path'],
    then: 'update',
    columns: ['to_type', 'connection', 'external_key', 'to_key'],
  })

export async function deleteReferences(tx: Tx, rows: readonly ReferenceTable[]): Promise<void> {
  for (const group of grouped(rows, (row) => `${row.from_type}\0${row.from_key}`).values()) {
    const [first] = group
    if (!first) continue
    const { tenant, from_type, from_key } = first
    await inLists(
      group.map(({ path }) => path),
      (list) =>
        tx
          .deleteFrom('reference')
          .where('tenant', '=', tenant)
          .where('from_type', '=', from_type)
          .where('from_key', '=', from_key)
          .where('path', 'in', list)
          .execute(),
    )
  }
}

/** Notes what documents no longer refer to, so that it can be told what they referred to before. */
export const noteFormer = (tx: Tx, rows: readonly FormerReferenceTable[]): Promise<number> =>
  insertMany(tx, 'former_reference', rows, { keys: ['tenant', 'to_type', 'to_key', 'from_type', 'from_key'], then: 'ignore' })

/** Documents that refer to these, or did in an earlier version. */
export async function everReferring(
  read: Reader,
  tenant: string,
  type: string,
  keys: readonly string[],
): Promise<{ type: string; key: string }[]> {
  const now = await referencesTo(read, tenant, type, keys)
  const former = await inLists(keys, (list) =>
    read
      .selectFrom('former_reference')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('to_type', '=', type)
      .where('to_key', 'in', list)
      .execute(),
  )
  const names = new Map([...now, ...former].map((row) => [`${row.from_type}\0${row.from_key}`, { type: row.from_type, key: row.from_key }]))
  return [...names.values()]
}
