import { listSubscriptions } from './event-subscription.ts'
import type { Reader } from './in-list.ts'
import type { EventMessageTable, EventSubscriptionTable } from './tables.ts'

/** How far one receiver of events is. `oldest`: when the oldest of what waits was written (epoch ms). */
export interface ReceiverFigures {
  readonly name: string
  readonly state: EventSubscriptionTable['state']
  readonly waiting: number
  readonly oldest: number | undefined
  readonly dead: number
}

/** Messages of a receiver that are counted in each state: whoever is further behind is at least so far. */
const mostCounted = 100_000

/** Every receiver with what waits for it and what was given up. */
export async function receiverFigures(read: Reader, tenant: string): Promise<readonly ReceiverFigures[]> {
  const found: ReceiverFigures[] = []
  for (const { id, name, state } of await listSubscriptions(read, tenant)) {
    const [waiting, dead] = [await counted(read, tenant, id, 'due'), await counted(read, tenant, id, 'dead')]
    found.push({ name, state, waiting: waiting.count, oldest: waiting.oldest, dead: dead.count })
  }
  return found
}

async function counted(read: Reader, tenant: string, subscription: string, state: EventMessageTable['state']) {
  const rows = read
    .selectFrom('event_message')
    .select('created_at')
    .where('tenant', '=', tenant)
    .where('subscription', '=', subscription)
    .where('state', '=', state)
    .orderBy('due_at')
    .limit(mostCounted)
  const row = await read
    .selectFrom(rows.as('counted'))
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min<number>('created_at').as('oldest')])
    .executeTakeFirst()
  return { count: Number(row?.count ?? 0), oldest: row?.oldest == null ? undefined : Number(row.oldest) }
}
