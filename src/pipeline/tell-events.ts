import { type OutwardReceiver, openReceiverOf } from '../connector/outward.ts'
import { defaultRetryTable } from '../model/delivery.ts'
import { isHubError, recoveryOf } from '../model/errors.ts'
import { delaySubject, openMessages } from '../store/event-message.ts'
import { claimSubscription, holdSubscription, releaseSubscription } from '../store/event-subscription.ts'
import { journalLines } from '../store/journal.ts'
import type { EventMessageTable, EventSubscriptionTable } from '../store/tables.ts'
import type { Context } from './context.ts'
import { cloudEventOf, cloudEventType } from './event-body.ts'
import { afterRound, circuitFails, type Told } from './event-round.ts'
import { eventSecrets } from './event-secret.ts'
import { type Halt, keepLease, noHalt } from './halt.ts'

/** Messages under way to one receiver at once, each of another subject. */
const atOnce = 16
/** After so long another receiver has its turn; the sweep rings for the rest. */
const turnMs = 10_000

/**
 * Tells a receiver what is due, one process at a time, until nothing is. Messages about one document go in the order of its events, and one that waits for its next try holds back only those. A receiver may get
 * one twice; it has the same id then. Answers how many were tried.
 */
export async function tellEvents(context: Context, subscription: string, halt: Halt = noHalt()): Promise<number> {
  const { database, tenant, settings } = context
  const claimed = await claimSubscription(database, tenant, subscription, await database.now(), settings.leaseMs)
  if (claimed === undefined) return 0
  const hold = async () => {
    await database.write(async (tx) => holdSubscription(tx, claimed, (await database.now()) + settings.leaseMs))
  }
  try {
    return await keepLease(settings.leaseMs, hold, halt.abort, (signal) => takeTurn(context, claimed, halt, signal))
  } finally {
    await database.write((tx) => releaseSubscription(tx, claimed))
  }
}

async function takeTurn(context: Context, claimed: EventSubscriptionTable, halt: Halt, signal: AbortSignal): Promise<number> {
  const { database, tenant, settings, clock } = context
  const { id, name, url } = claimed
  const secret = await secretOf(context, claimed)
  if (secret === undefined) return 0
  const receiver = openReceiverOf({ name: `of events ${name}`, url, secret, allowPrivate: settings.eventNetworks ?? [] }, atOnce)
  const until = clock.now() + turnMs
  let fails = claimed.fails
  let tried = 0
  try {
    while (!halt.stop.aborted && !signal.aborted && clock.now() < until) {
      const now = await database.now()
      const { heads, blocked } = headsOf(await openMessages(database.read, tenant, id, now), now)
      if (blocked.length > 0)
        await database.write(async (tx) => {
          await holdSubscription(tx, claimed, now + settings.leaseMs)
          for (const { subject, due_at } of blocked) await delaySubject(tx, tenant, id, subject, due_at)
        })
      const round = heads.slice(0, fails >= circuitFails ? 1 : atOnce)
      // what was put off hid others that are due
      if (round.length === 0 && blocked.length > 0) continue
      if (round.length === 0) break
      const told = await sendAll(context, claimed, receiver, round, signal)
      tried += told.length
      const next = await afterRound(context, claimed, told, halt)
      if (next === 'rest') break
      fails = next.fails
    }
  } finally {
    await receiver.close()
  }
  return tried
}

/** A receiver whose secret cannot be opened is told nothing: the events wait until it can. */
async function secretOf(context: Context, claimed: EventSubscriptionTable): Promise<string | undefined> {
  const { database, log } = context
  const now = await database.now()
  try {
    const secret = await eventSecrets(database.read, context, claimed, now)
    if (secret !== '') return secret
    log.error({ subscription: claimed.id }, 'a receiver of events has no secret: rotate it')
  } catch (error) {
    if (recoveryOf(error) !== 'reject') throw error
    log.error({ subscription: claimed.id, error }, 'the secret of a receiver of events does not open')
  }
  await database.write(async (tx) => {
    await holdSubscription(tx, claimed, now)
    await releaseSubscription(tx, claimed, now + (defaultRetryTable.waitsMs[2] ?? 0))
  })
  return undefined
}

interface Heads {
  readonly heads: readonly EventMessageTable[]
  /** subjects whose first message is not due yet, with its time */
  readonly blocked: readonly Pick<EventMessageTable, 'subject' | 'due_at'>[]
}

function headsOf(open: ReadonlyMap<string, readonly EventMessageTable[]>, now: number): Heads {
  const first = [...open.values()].flatMap(([head]) => head ?? [])
  return {
    heads: first.filter(({ due_at }) => due_at <= now).sort((a, b) => (a.event < b.event ? -1 : 1)),
    blocked: first.filter(({ due_at }) => due_at > now),
  }
}

async function sendAll(
  context: Context,
  subscription: EventSubscriptionTable,
  receiver: OutwardReceiver,
  round: readonly EventMessageTable[],
  signal: AbortSignal,
): Promise<readonly Told[]> {
  const { database, tenant } = context
  const lines = new Map(
    (
      await journalLines(
        database.read,
        tenant,
        round.map(({ event }) => event),
      )
    ).map((line) => [line.id, line]),
  )
  const rendering = { read: database.read, tenant, catalogue: context.catalogue(), content: subscription.content }
  return Promise.all(
    round.map(async (message): Promise<Told> => {
      try {
        const line = lines.get(message.event)
        const event = line === undefined ? undefined : await cloudEventOf(rendering, line)
        if (event === undefined) return { message, error: undefined, gone: true }
        await receiver.send({ id: event.id, body: JSON.stringify(event), contentType: cloudEventType }, context.clock.now(), signal)
        return { message, error: undefined }
      } catch (error) {
        if (!isHubError(error)) context.log.error({ event: message.event, error }, 'an event could not be told by a fault of the hub')
        return { message, error }
      }
    }),
  )
}
