import { retry } from '../model/errors.ts'
import type { Tx } from './database.ts'
import { grouped, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { IdentifierTable } from './tables-ledger.ts'

export interface Identifier {
  readonly type: string
  readonly scheme: string
  readonly value: string
}
export const identifierName = ({ type, scheme, value }: Identifier): string => `${type}\0${scheme}\0${value}`

export async function identifiersOf(read: Reader, tenant: string, wanted: Iterable<Identifier>): Promise<IdentifierTable[]> {
  const rows: IdentifierTable[] = []
  for (const group of grouped(wanted, ({ type, scheme }) => `${type}\0${scheme}`).values()) {
    const [first] = group
    if (!first) continue
    rows.push(
      ...(await inLists(
        group.map(({ value }) => value),
        (list) =>
          read
            .selectFrom('identifier')
            .selectAll()
            .where('tenant', '=', tenant)
            .where('type', '=', first.type)
            .where('scheme', '=', first.scheme)
            .where('value', 'in', list)
            .execute(),
      )),
    )
  }
  return rows
}

/** Insert or lock: never check, then insert. @throws HubError `identifier-race` (retry) when one of the values was taken by another transaction meanwhile. */
export async function insertIdentifiers(tx: Tx, rows: readonly IdentifierTable[]): Promise<void> {
  const written = await insertMany(tx, 'identifier', rows, { keys: ['tenant', 'type', 'scheme', 'value'], then: 'ignore' })
  if (written !== rows.length)
    throw retry('identifier-race', 'an identifier was taken by another transaction meanwhile: nothing of this one is kept, run it again')
}

export const identifiersOfKey = (read: Reader, tenant: string, type: string, key: string): Promise<IdentifierTable[]> =>
  read
    .selectFrom('identifier')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .orderBy('scheme')
    .orderBy('value')
    .execute()

/** Identifiers name another document from here on. */
export const moveIdentifiers = (tx: Tx, rows: readonly IdentifierTable[], key: string): Promise<number> =>
  insertMany(
    tx,
    'identifier',
    rows.map((row) => ({ ...row, key })),
    { keys: ['tenant', 'type', 'scheme', 'value'], then: 'update', columns: ['key'] },
  )
