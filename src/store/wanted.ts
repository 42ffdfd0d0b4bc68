import type { Tx } from './database.ts'
import type { Identifier } from './identifier.ts'
import { grouped, inLists } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { WantedTable } from './tables.ts'

export const insertWanted = (tx: Tx, rows: readonly WantedTable[]): Promise<number> =>
  insertMany(tx, 'wanted', rows, { keys: ['tenant', 'type', 'scheme', 'value', 'connection', 'external_key'], then: 'ignore' })

/** Records that wait for one of these identifiers to appear. */
export async function wantedFor(tx: Tx, tenant: string, identifiers: Iterable<Identifier>): Promise<WantedTable[]> {
  const rows: WantedTable[] = []
  for (const group of grouped(identifiers, ({ type, scheme }) => `${type}\0${scheme}`).values()) {
    const [first] = group
    if (first === undefined) continue
    rows.push(
      ...(await inLists(
        group.map(({ value }) => value),
        (list) =>
          tx
            .selectFrom('wanted')
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
