import { waitMoreThan } from '../store/event-message.ts'
import { changeSubscription, listSubscriptions } from '../store/event-subscription.ts'
import type { EventSubscriptionTable } from '../store/tables.ts'
import type { Condition } from './alarms.ts'
import type { Context } from './context.ts'
import { circuitFails } from './event-round.ts'

/** Receivers that hear nothing, though a person did not want that: none answers, it was paused for that, or it is closed. */
export async function deafReceivers({ database, tenant }: Context): Promise<readonly Condition[]> {
  return (await listSubscriptions(database.read, tenant)).flatMap((row) => {
    const message = whatIsWrong(row)
    if (message === undefined) return []
    const { id, name, state, reason, fails, failing_since, last_error } = row
    const since = failing_since === null ? null : new Date(failing_since).toISOString()
    return [
      {
        subject: `events/${id}`,
        kind: 'events' as const,
        connection: '',
        message,
        detail: { subscription: id, name, state, reason, fails, since, error: last_error },
      },
    ]
  })
}

/** Why a person paused it. */
export const byPerson = 'person'

function whatIsWrong({ name, state, reason, fails }: EventSubscriptionTable): string | undefined {
  if (state === 'closed')
    return reason === tooFarBehind
      ? `the receiver of events ${name} is closed: it was more than ${mostWaiting} events behind; remove it, make another one and replay what it missed`
      : `the receiver of events ${name} answered that it wants nothing more and is closed; remove it`
  if (state === 'paused' && reason !== byPerson)
    return `the receiver of events ${name} is paused (${reason}): mend it, and resume it; nothing it has to be told is lost`
  return state === 'active' && fails >= circuitFails ? `the receiver of events ${name} has not answered ${fails} times in a row` : undefined
}

/** Events that may wait for one receiver. */
const mostWaiting = 500_000
const tooFarBehind = 'too-far-behind'

/** Closes receivers that are hopelessly behind, so that what waits for them does not grow for ever: the journal has it all. */
export async function boundBacklogs({ database, tenant, log }: Context, most = mostWaiting): Promise<void> {
  for (const { id, name, state } of await listSubscriptions(database.read, tenant)) {
    if (state === 'closed' || !(await waitMoreThan(database.read, tenant, id, most))) continue
    const now = await database.now()
    await database.write((tx) => changeSubscription(tx, tenant, id, { state: 'closed', reason: tooFarBehind, changed_at: now }))
    log.error({ subscription: id, name }, 'a receiver of events was too far behind and is closed')
  }
}
