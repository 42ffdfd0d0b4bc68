import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { PartyDocumentTable } from './tables-access.ts'
import type { DocumentTable } from './tables-ledger.ts'

/** Whose books connections keep, by their names. */
export interface Bookkeeper {
  readonly name: string
  readonly books: string | null
  readonly organisation: string | null
  /** its documents are being given their parties again */
  readonly restating: string | null
  /** JSON of the terms by which its payouts are watched; null: they are not */
  readonly settlement: string | null
}
export const bookkeepers = (read: Reader, tenant: string): Promise<Bookkeeper[]> =>
  read.selectFrom('connection').select(['name', 'books', 'organisation', 'restating', 'settlement']).where('tenant', '=', tenant).execute()

export const partyRowsOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<PartyDocumentTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('party_document').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

export const savePartyRows = (tx: Tx, rows: readonly PartyDocumentTable[]): Promise<number> =>
  insertMany(tx, 'party_document', rows, {
    keys: ['tenant', 'party', 'type', 'key', 'role', 'organisation', 'valid_from'],
    then: 'update',
    columns: ['valid_to'],
  })

export async function deletePartyRows(tx: Tx, rows: readonly PartyDocumentTable[]): Promise<void> {
  for (const row of rows)
    await tx
      .deleteFrom('party_document')
      .where('tenant', '=', row.tenant)
      .where('party', '=', row.party)
      .where('type', '=', row.type)
      .where('key', '=', row.key)
      .where('role', '=', row.role)
      .where('organisation', '=', row.organisation)
      .where('valid_from', '=', row.valid_from)
      .execute()
}

/** Before every document. */
export const fromTheFirst = JSON.stringify(['', ''])

/** What connections bring that keep the books of these parties has to be given its parties again. */
export async function wantRestating(tx: Tx, tenant: string, parties: readonly string[]): Promise<void> {
  if (parties.length > 0)
    await tx.updateTable('connection').set({ restating: fromTheFirst }).where('tenant', '=', tenant).where('books', 'in', parties).execute()
}

/** A connection whose documents have to be given their parties again, with the last one that was: one transaction at a time has it. */
export async function nextRestating(
  tx: Tx,
  tenant: string,
): Promise<{ readonly name: string; readonly type: string; readonly key: string } | undefined> {
  const row = await tx
    .selectFrom('connection')
    .select(['name', 'restating'])
    .where('tenant', '=', tenant)
    .where('restating', 'is not', null)
    .orderBy('name')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.restating === null) return undefined
  const [type = '', key = '']: readonly string[] = JSON.parse(row.restating)
  return { name: row.name, type, key }
}

/** `last` undefined: all of them were. */
export async function restatedTo(
  tx: Tx,
  tenant: string,
  name: string,
  last: { readonly type: string; readonly key: string } | undefined,
): Promise<void> {
  await tx
    .updateTable('connection')
    .set({ restating: last === undefined ? null : JSON.stringify([last.type, last.key]) })
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .execute()
}

/** Documents that a connection keeps, after one, in the order of type and key. */
export const keptBy = (
  tx: Tx,
  tenant: string,
  { name, type, key }: { readonly name: string; readonly type: string; readonly key: string },
  limit: number,
): Promise<{ type: string; key: string }[]> =>
  tx
    .selectFrom('document')
    .select(['type', 'key'])
    .where('tenant', '=', tenant)
    .where('origin', '=', name)
    .where((is) => is.or([is('type', '>', type), is.and([is('type', '=', type), is('key', '>', key)])]))
    .orderBy('type')
    .orderBy('key')
    .limit(limit)
    .execute()

/** Statuses of a party's contracts, each once. */
export async function contractStatuses(read: Reader, tenant: string, party: string): Promise<readonly (string | null)[]> {
  const rows = await read
    .selectFrom('party_document as p')
    .innerJoin('document as d', (join) =>
      join.onRef('d.tenant', '=', 'p.tenant').onRef('d.type', '=', 'p.type').onRef('d.key', '=', 'p.key'),
    )
    .select('d.status')
    .distinct()
    .where('p.tenant', '=', tenant)
    .where('p.party', '=', party)
    .where('p.type', '=', 'contract')
    .where('d.deleted', '=', 0)
    .execute()
  return rows.map(({ status }) => status)
}

/** How many documents of which type these parties have, by their role. */
export async function partyCounts(
  read: Reader,
  tenant: string,
  parties: Iterable<string>,
): Promise<readonly { readonly party: string; readonly type: string; readonly role: string; readonly count: number }[]> {
  const rows = await inLists(parties, (list) =>
    read
      .selectFrom('party_document')
      .select((is) => ['party', 'type', 'role', is.fn.countAll().as('count')])
      .where('tenant', '=', tenant)
      .where('party', 'in', list)
      .groupBy(['party', 'type', 'role'])
      .execute(),
  )
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** Party documents that may have one of these roles, after a key: their bodies say whether they have. */
export const tradingParties = (
  read: Reader,
  tenant: string,
  roles: readonly string[],
  after: string,
  limit: number,
): Promise<DocumentTable[]> =>
  read
    .selectFrom('document')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', 'party')
    .where('key', '>', after)
    .where('deleted', '=', 0)
    .where((is) => is.or(roles.map((role) => is('body', 'like', `%"${role}"%`))))
    .orderBy('key')
    .limit(limit)
    .execute()

/** Keys of the contracts of these parties. */
export const contractRows = (read: Reader, tenant: string, parties: Iterable<string>): Promise<{ party: string; key: string }[]> =>
  inLists(parties, (list) =>
    read
      .selectFrom('party_document')
      .select(['party', 'key'])
      .distinct()
      .where('tenant', '=', tenant)
      .where('party', 'in', list)
      .where('type', '=', 'contract')
      .execute(),
  )

/** Keys of documents of one type that the party of this reader has; undefined: more than `most`. */
export async function ownKeys(read: Reader, tenant: string, type: string, most: number): Promise<readonly string[] | undefined> {
  const rows = await read
    .selectFrom('party_document')
    .select('key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .limit(most + 1)
    .execute()
  return rows.length > most ? undefined : rows.map(({ key }) => key)
}
