import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import type { PushedTable } from './tables-ledger.ts'

export async function findPushed(tx: Tx, tenant: string, connection: string, type: string, key: string): Promise<PushedTable | undefined> {
  return tx
    .selectFrom('pushed')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('type', '=', type)
    .where('key', '=', key)
    .executeTakeFirst()
}

/** Figures of one type that a connection was sent. */
export async function countPushed(tx: Tx, tenant: string, connection: string, type: string): Promise<number> {
  const row = await tx
    .selectFrom('pushed')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('type', '=', type)
    .executeTakeFirst()
  return row?.count ?? 0
}

export const savePushed = (tx: Tx, row: PushedTable): Promise<number> =>
  insertMany(tx, 'pushed', [row], { keys: ['tenant', 'connection', 'type', 'key'], then: 'update', columns: ['value', 'sold', 'at'] })
