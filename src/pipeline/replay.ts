import { openBooks } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { addLink } from '../ledger/links.ts'
import { fetchDocument } from '../ledger/shelf.ts'
import { reject } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import type { JsonObject } from '../model/json.ts'
import { endOpenAttempts } from '../store/attempt.ts'
import { writeAudit } from '../store/audit.ts'
import type { Tx } from '../store/database.ts'
import { forgetHash } from '../store/dedupe.ts'
import { changeDelivery, findDelivery } from '../store/delivery.ts'
import { type EnvelopeRange, envelopesIn, findEnvelope, receiptsUnder, reopenEnvelopes, settleEnvelopes } from '../store/envelope.ts'
import { readyLanes, seizeLane } from '../store/lane.ts'
import { reopenReceipt } from '../store/receipt.ts'
import { removedAmong } from '../store/retention.ts'
import type { DeliveryTable } from '../store/tables.ts'
import { applyEnvelopes } from './apply-batch.ts'
import type { Context } from './context.ts'
import { connectionsOf, release } from './release.ts'
import { render } from './render.ts'
import { wantFunded } from './want-funded.ts'
import { wholeHash } from './whole-receipts.ts'

/** Envelopes of one range replay; a longer range is replayed in parts. */
export const maxReplay = 10_000

/**
 * Processes envelopes again with the current revision, in their old places. What a newer record of the same key replaced meanwhile stays stale. One that stands for a whole receipt, because it gave no
 * records, is a duplicate from then on of what the receipt gives when it is cut again. Answers how many.
 */
export async function replayEnvelopes(context: Context, which: { readonly ids: readonly string[] } | EnvelopeRange): Promise<number> {
  const { database, tenant } = context
  const lanes = new Set<number>()
  const count = await database.write(async (tx) => {
    const found = await chosen(tx, tenant, which)
    await readyLanes(
      tx,
      tenant,
      'ingest',
      found.map(({ lane }) => String(lane)),
      await database.now(),
    )
    await reopenEnvelopes(
      tx,
      tenant,
      found.map(({ id }) => id),
    )
    for (const { lane } of found) lanes.add(lane)
    const wholes = 'ids' in which ? await cutAgain(context, tx, which.ids) : 0
    return found.length + wholes
  })
  if ('ids' in which) context.bell.ring({ kind: 'split' })
  for (const lane of lanes) context.bell.ring({ kind: 'ingest', lane })
  return count
}

/** Receipts that gave no records and are cut once more. */
async function cutAgain({ database, tenant, catalogue }: Context, tx: Tx, ids: readonly string[]): Promise<number> {
  let count = 0
  for (const id of ids.slice(0, maxReplay)) {
    const row = await findEnvelope(tx, tenant, id)
    if (row === undefined || row.key !== '' || row.state === 'duplicate') continue
    const receipt = await reopenReceipt(tx, tenant, row.receipt)
    if (receipt === undefined) continue
    await forgetHash(tx, tenant, row.connection, wholeHash(receipt))
    const settlement = {
      id,
      state: 'duplicate',
      reason: null,
      detail: JSON.stringify({ message: 'its receipt was cut again' }),
      waitsFor: null,
    } as const
    await settleEnvelopes(tx, tenant, [settlement], catalogue().revision, await database.now())
    count++
  }
  return count
}

async function chosen(
  tx: Tx,
  tenant: string,
  which: { readonly ids: readonly string[] } | EnvelopeRange,
): Promise<{ id: string; lane: number }[]> {
  const found = await named(tx, tenant, which)
  const standOn = await receiptsUnder(
    tx,
    tenant,
    found.map(({ id }) => id),
  )
  const removed = await removedAmong(
    tx,
    tenant,
    standOn.map(({ receipt }) => receipt),
  )
  const gone = standOn.filter(({ receipt }) => removed.has(receipt))
  if (gone.length > 0)
    throw reject(
      'bytes-removed',
      `the bytes of ${gone.length} of ${found.length} envelopes were removed, they were older than settings.retention.bodiesDays (the newest is ${gone.at(-1)?.id}): replay from a later time, or read the range again with \`crossdock pull\``,
    )
  return found
}

async function named(
  tx: Tx,
  tenant: string,
  which: { readonly ids: readonly string[] } | EnvelopeRange,
): Promise<{ id: string; lane: number }[]> {
  if (!('ids' in which)) return envelopesIn(tx, tenant, which, maxReplay)
  const rows = []
  for (const id of which.ids.slice(0, maxReplay)) {
    const row = await findEnvelope(tx, tenant, id)
    if (row === undefined) throw reject('unknown-envelope', `there is no envelope ${id}`)
    if (row.key !== '') rows.push({ id, lane: row.lane })
  }
  return rows
}

/** What one envelope would do now. `documents`: those whose content would differ. */
export interface Rehearsal {
  readonly envelope: string
  readonly state: string
  readonly reason: string | null
  readonly detail: string | null
  readonly documents: readonly {
    readonly type: string
    readonly key: string
    readonly before: JsonObject | null
    readonly after: JsonObject
  }[]
}

/** Like {@link replayEnvelopes} without any effect: each envelope by itself against the ledger as it stands. */
export async function rehearse(
  context: Context,
  which: { readonly ids: readonly string[] } | EnvelopeRange,
): Promise<readonly Rehearsal[]> {
  const { database, tenant } = context
  const catalogue = context.catalogue()
  return database.write(async (tx) => {
    const rehearsals: Rehearsal[] = []
    for (const { id } of await chosen(tx, tenant, which)) {
      const envelope = await findEnvelope(tx, tenant, id)
      if (envelope === undefined) continue
      const books = await openBooks(tx, {
        tenant,
        now: await database.now(),
        newId: context.newId,
        revision: catalogue.revision,
        matching: catalogue.matching,
      })
      const { settlements } = await applyEnvelopes(context, catalogue, books, [envelope])
      const [settled] = settlements
      const documents = [...books.data.drafts.values()].filter(({ versions }) => versions.length > 0)
      rehearsals.push({
        envelope: id,
        state: settled?.state ?? 'received',
        reason: settled?.reason ?? null,
        detail: settled?.detail ?? null,
        documents: documents.map(({ before, now }) => ({ type: now.type, key: now.key, before: before?.body ?? null, after: now.body })),
      })
    }
    return rehearsals
  })
}

/**
 * Tries a delivery again that is dead or parked. `same`: the frozen bytes and the effect key of before, so that a partner which has it already does nothing twice. `new`: rendered anew
 * under a new effect key, on the word of a person that the partner does not have it or shall do it again; also for one that was cancelled, superseded or delivered. Who asked for it and why is written down.
 * @throws HubError (reject) `unknown-delivery`, `not-replayable`
 */
export async function replayDelivery(context: Context, id: string, as: 'same' | Again): Promise<void> {
  const { database, tenant } = context
  const connection = await database.write(async (tx) => {
    const now = await database.now()
    const delivery = wantFunded(await deliveryOf(tx, tenant, id))
    const again = { state: 'due', reason: null, waits_for: null, attempts: 0, due_at: now, settled_at: null } as const
    const done =
      as === 'same'
        ? await changeDelivery(tx, tenant, id, ['dead', 'parked'], again)
        : await changeDelivery(tx, tenant, id, ['dead', 'parked', 'cancelled', 'superseded', 'delivered'], {
            ...again,
            ...renewed(delivery),
          })
    if (!done)
      throw reject(
        'not-replayable',
        `the delivery ${id} is ${delivery.state}: ${as === 'same' ? 'only dead and parked ones can be tried again as they are' : 'it is under way'}`,
      )
    await readyLanes(tx, tenant, 'deliver', [delivery.lane], now)
    if (as !== 'same') {
      const detail = { delivery: id, generation: delivery.generation + 1, before: delivery.state, reason: as.reason }
      await writeAudit(tx, {
        tenant,
        id: context.newId(),
        at: now,
        who: as.who,
        act: 'sent-again',
        connection: delivery.connection,
        detail,
      })
    }
    return delivery.connection
  })
  context.bell.ring({ kind: 'deliver', connection })
}

/** A person's word that the effect is to happen once more. */
export interface Again {
  readonly who: string
  readonly reason: string
}

const renewed = (delivery: DeliveryTable) => ({
  generation: delivery.generation + 1,
  effect_key: sha256(delivery.effect_key, String(delivery.generation + 1)),
  body: null,
  partner_key: null,
  ambiguous: 0 as const,
})

/**
 * A person looked at the partner: the effect is there (`key` names it), or it is not and shall not be. Ends a parked or dead delivery and lets the lane go on.
 * @throws HubError (reject) `unknown-delivery`, `not-open`, `link-conflict`
 */
export async function settleByHand(
  context: Context,
  id: string,
  as: { readonly state: 'delivered'; readonly key?: string } | { readonly state: 'cancelled' },
): Promise<void> {
  const { database, tenant } = context
  const rings = await database.write(async (tx) => {
    const now = await database.now()
    const delivery = await deliveryOf(tx, tenant, id)
    await seizeLane(tx, tenant, 'deliver', delivery.lane, now)
    const key = as.state === 'delivered' ? (as.key ?? null) : null
    if (
      !(await changeDelivery(tx, tenant, id, ['dead', 'parked', 'waiting', 'due'], {
        state: as.state,
        reason: 'by-hand',
        waits_for: null,
        partner_key: key,
        settled_at: now,
      }))
    )
      throw reject('not-open', `the delivery ${id} is ${delivery.state}: only one that waits, is parked or dead is settled by hand`)
    await endOpenAttempts(tx, tenant, id, 'lost', now)
    await readyLanes(tx, tenant, 'deliver', [delivery.lane], now)
    if (key === null) return { lanes: [], connections: connectionsOf([delivery.lane]) }
    const { type, connection } = delivery
    const books = await openBooks(tx, {
      tenant,
      now,
      newId: context.newId,
      revision: context.catalogue().revision,
      matching: context.catalogue().matching,
    })
    await addLink(books, { type, connection, externalKey: key, key: delivery.key, linkedBy: 'person' })
    const released = await release(tx, tenant, (await finish(books)).links, now)
    return { lanes: released.lanes, connections: [...released.connections, connection] }
  })
  for (const connection of rings.connections) context.bell.ring({ kind: 'deliver', connection })
  for (const lane of rings.lanes) context.bell.ring({ kind: 'ingest', lane })
}

/** What a delivery would send now, beside what was frozen. @throws HubError (reject) `unknown-delivery` */
export async function rehearseDelivery(
  context: Context,
  id: string,
): Promise<{ readonly frozen: string | null; readonly now: JsonObject | null; readonly problem?: string }> {
  const { database, tenant } = context
  const catalogue = context.catalogue()
  return database.write(async (tx) => {
    const delivery = await deliveryOf(tx, tenant, id)
    const setup = catalogue.connections.get(delivery.connection)
    const action = setup?.connector.actions[delivery.action]
    const by = action?.kind === 'state' ? action : delivery.op === 'state' ? undefined : action?.[delivery.op]
    const books = await openBooks(tx, {
      tenant,
      now: await database.now(),
      newId: context.newId,
      revision: catalogue.revision,
      matching: catalogue.matching,
    })
    const { shelf } = books.data
    const document = await fetchDocument(shelf, delivery.type, delivery.key)
    if (setup === undefined || by === undefined || document === undefined)
      return { frozen: delivery.body, now: null, problem: 'the workspace has no such connection, action or document any more' }
    const rendered = await render(context, catalogue, setup, shelf, by, document)
    if (rendered.kind === 'body') return { frozen: delivery.body, now: rendered.body }
    return { frozen: delivery.body, now: null, problem: rendered.kind === 'invalid' ? rendered.message : `waits for ${rendered.waitsFor}` }
  })
}

async function deliveryOf(tx: Tx, tenant: string, id: string): Promise<DeliveryTable> {
  const delivery = await findDelivery(tx, tenant, id)
  if (delivery === undefined) throw reject('unknown-delivery', `there is no delivery ${id}`)
  return delivery
}
