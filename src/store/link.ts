import { retry } from '../model/errors.ts'
import type { Tx } from './database.ts'
import { grouped, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { LineLinkTable, LinkTable } from './tables-ledger.ts'

/** A key at a connection. */
export interface External {
  readonly type: string
  readonly connection: string
  readonly externalKey: string
}
export const externalName = ({ type, connection, externalKey }: External): string => `${type}\0${connection}\0${externalKey}`

export async function linksOf(read: Reader, tenant: string, externals: Iterable<External>): Promise<LinkTable[]> {
  const rows: LinkTable[] = []
  for (const group of grouped(externals, ({ type, connection }) => `${type}\0${connection}`).values()) {
    const [first] = group
    if (!first) continue
    rows.push(
      ...(await inLists(
        group.map(({ externalKey }) => externalKey),
        (list) =>
          read
            .selectFrom('link')
            .selectAll()
            .where('tenant', '=', tenant)
            .where('type', '=', first.type)
            .where('connection', '=', first.connection)
            .where('external_key', 'in', list)
            .execute(),
      )),
    )
  }
  return rows
}

/** Links of one document at every connection. */
export const linksTo = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<LinkTable[]> =>
  inLists(keys, (list) =>
    read
      .selectFrom('link')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', 'in', list)
      .orderBy('connection')
      .orderBy('external_key')
      .execute(),
  )

/** What the hub itself brought to a connection, in the order of the keys there, after `after`. */
export const deliveredLinks = (
  read: Reader,
  tenant: string,
  type: string,
  connection: string,
  after: string,
  limit: number,
): Promise<LinkTable[]> =>
  read
    .selectFrom('link')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('connection', '=', connection)
    .where('external_key', '>', after)
    .where('linked_by', '=', 'delivery')
    .orderBy('external_key')
    .limit(limit)
    .execute()

/** @throws HubError `link-race` (retry) when another transaction linked one of the external keys meanwhile. */
export async function insertLinks(tx: Tx, rows: readonly LinkTable[]): Promise<void> {
  const written = await insertMany(tx, 'link', rows, { keys: ['tenant', 'type', 'connection', 'external_key'], then: 'ignore' })
  if (written !== rows.length)
    throw retry('link-race', 'an external key was linked by another transaction meanwhile: nothing of this one is kept, run it again')
}

export const updateLinks = (tx: Tx, rows: readonly LinkTable[]): Promise<number> =>
  insertMany(tx, 'link', rows, {
    keys: ['tenant', 'type', 'connection', 'external_key'],
    then: 'update',
    columns: ['key', 'version', 'image_hash', 'linked_by', 'at'],
  })

export async function deleteLink(tx: Tx, { tenant, type, connection, external_key }: LinkTable): Promise<void> {
  await tx
    .deleteFrom('link')
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('connection', '=', connection)
    .where('external_key', '=', external_key)
    .execute()
}

/** Line links of documents, by document. */
export const lineLinksOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<LineLinkTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('line_link').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

/** A line that is linked already goes to the line named last: partners renumber lines. */
export const saveLineLinks = (tx: Tx, rows: readonly LineLinkTable[]): Promise<number> =>
  insertMany(tx, 'line_link', rows, {
    keys: ['tenant', 'type', 'connection', 'key', 'external_line'],
    then: 'update',
    columns: ['line', 'at'],
  })
