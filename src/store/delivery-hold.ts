import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'

/** Why nothing is delivered at present. `restored`: the database was restored, so what it calls open may have been done. Times in epoch ms. */
export interface DeliveryHold {
  readonly at: number
  readonly who: string
  readonly reason: string | null
  readonly restored: boolean
}

const place = { connection: '', stream: 'delivery-hold' }

export async function readDeliveryHold(read: Reader, tenant: string): Promise<DeliveryHold | undefined> {
  const row = await read
    .selectFrom('cursor')
    .select('position')
    .where('tenant', '=', tenant)
    .where('connection', '=', place.connection)
    .where('stream', '=', place.stream)
    .executeTakeFirst()
  return row?.position == null ? undefined : (JSON.parse(row.position) as DeliveryHold)
}

/** Holds all deliveries of a tenant, or lets them go. A hold after a restore stays one, whoever else holds. */
export async function saveDeliveryHold(
  tx: Tx,
  tenant: string,
  hold: DeliveryHold | undefined,
  now: number,
): Promise<DeliveryHold | undefined> {
  const before = hold === undefined ? undefined : await readDeliveryHold(tx, tenant)
  const next = hold === undefined ? undefined : { ...hold, restored: hold.restored || before?.restored === true }
  const row = { tenant, ...place, position: next === undefined ? null : JSON.stringify(next), moved_at: now }
  await insertMany(tx, 'cursor', [row], { keys: ['tenant', 'connection', 'stream'], then: 'update', columns: ['position', 'moved_at'] })
  return next
}

/** Open commands may have had their effect: each is looked up, or sent under its old effect key, or parked as unknown. Answers how many. */
export async function doubtOpenCommands(tx: Tx, tenant: string): Promise<number> {
  const doubted = await tx
    .updateTable('delivery')
    .set({ ambiguous: 1 })
    .where('tenant', '=', tenant)
    .where('state', 'in', ['due', 'waiting', 'parked', 'sending'])
    .where('op', '!=', 'state')
    .where('shadow', '=', 0)
    .where('ambiguous', '=', 0)
    .executeTakeFirst()
  return Number(doubted.numUpdatedRows)
}
