import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'

/** Kept in the table of lanes, which nothing rings for. */
const kind = 'bulk'

/**
 * Takes the turn of a connection for a bulk job, or keeps it: one read has it at a time. false: another one has it. It is free again at `until`, unless it is kept by then.
 */
export async function takeBulkTurn(
  tx: Tx,
  tenant: string,
  connection: string,
  of: { readonly who: string; readonly now: number; readonly until: number },
): Promise<boolean> {
  await insertMany(tx, 'lane', [{ tenant, kind, lane: connection, ready_at: null, lease_until: 0, lease_token: null, fails: 0 }], {
    keys: ['tenant', 'kind', 'lane'],
    then: 'ignore',
  })
  const taken = await tx
    .updateTable('lane')
    .set({ lease_token: of.who, lease_until: of.until })
    .where('tenant', '=', tenant)
    .where('kind', '=', kind)
    .where('lane', '=', connection)
    .where((is) => is.or([is('lease_token', '=', of.who), is('lease_until', '<=', of.now)]))
    .executeTakeFirst()
  return taken.numUpdatedRows > 0n
}

/** Gives the turn back; one that another read has by now is left alone. */
export async function endBulkTurn(tx: Tx, tenant: string, connection: string, who: string): Promise<void> {
  await tx
    .updateTable('lane')
    .set({ lease_token: null, lease_until: 0 })
    .where('tenant', '=', tenant)
    .where('kind', '=', kind)
    .where('lane', '=', connection)
    .where('lease_token', '=', who)
    .execute()
}
