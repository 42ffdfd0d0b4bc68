import type { Recognised } from '../ledger/types.ts'
import { endOpenAttempts } from '../store/attempt.ts'
import type { Tx } from '../store/database.ts'
import { changeDelivery, dutiesOf } from '../store/delivery.ts'
import { seizeLane } from '../store/lane.ts'
import type { DeliveryTable } from '../store/tables.ts'
import type { Context } from './context.ts'

/**
 * A record that carries our key or number proves that a create had its effect, whether its answer came or not: the open delivery is settled as delivered, unless steps follow the effect. Its lane is taken from
 * whoever holds it, so that a sender under way finds its token gone and writes nothing (canonical model section 3, step 2).
 */
export async function settleRecognised(
  context: Context,
  tx: Tx,
  recognised: readonly (Recognised & { readonly connection: string; readonly externalKey: string })[],
  now: number,
): Promise<{ readonly connections: readonly string[] }> {
  const connections = new Set<string>()
  const byType = Map.groupBy(recognised, ({ type }) => type)
  for (const [type, group] of byType) {
    const duties = await dutiesOf(
      tx,
      context.tenant,
      type,
      group.map(({ key }) => key),
    )
    for (const { key, connection, externalKey } of group) {
      const creates = duties.filter(
        (duty) => duty.key === key && duty.connection === connection && duty.op === 'create' && duty.shadow === 0,
      )
      // a record that an earlier create made says nothing of a later one
      if (creates.some((create) => create.state === 'delivered' && create.partner_key === externalKey)) continue
      const open = creates.filter((create) => create.state !== 'delivered' && create.state !== 'cancelled' && create.state !== 'superseded')
      const [create, ...others] = open
      if (create === undefined || others.length > 0 || hasMoreToDo(context, create)) continue
      if (await settleCreate(tx, context.tenant, create, externalKey, now)) connections.add(connection)
    }
  }
  return { connections: [...connections] }
}

/** A create with steps behind its call is done when they are: its own retry finds the thing by the once-rule and goes on from there. */
function hasMoreToDo(context: Context, { connection, action }: DeliveryTable): boolean {
  const known = context.catalogue().connections.get(connection)?.connector.actions[action]
  return known?.kind === 'command' && (known.create.then?.length ?? 0) > 0
}

async function settleCreate(tx: Tx, tenant: string, create: DeliveryTable, externalKey: string, now: number): Promise<boolean> {
  await seizeLane(tx, tenant, 'deliver', create.lane, now)
  const settled = await changeDelivery(tx, tenant, create.id, ['due', 'sending', 'waiting', 'parked', 'dead'], {
    state: 'delivered',
    reason: 'recognised',
    waits_for: null,
    partner_key: externalKey,
    settled_at: now,
  })
  if (settled) await endOpenAttempts(tx, tenant, create.id, 'recognised', now)
  return settled
}
