import { differences, type FieldChange } from '../model/difference.ts'
import type { EnvelopeState } from '../model/envelope.ts'
import type { Context } from '../pipeline/context.ts'
import {
  type Again,
  maxReplay,
  type Rehearsal,
  rehearse,
  rehearseDelivery,
  replayDelivery,
  replayEnvelopes,
  settleByHand,
} from '../pipeline/replay.ts'
import { deliveriesIn } from '../store/delivery-range.ts'
import { type EnvelopeRange, envelopesIn } from '../store/envelope.ts'
import { wantConnection } from './absent.ts'
import { ProblemError } from './problem.ts'
import { route } from './route.ts'
import { anything, count, described, fields, flag, list, nullable, type Of, oneOf, optional, type Shape, text, time } from './shape.ts'
import { epochOr, id, key, name, note, stored } from './values.ts'

const maxChanges = 500
/** Envelopes a dry run looks at one by one; the count is of all. */
export const maxRehearsals = 50

const change: Shape<FieldChange> = fields({ path: text(), before: anything, after: anything })
export const rehearsal = fields({
  envelope: text(),
  state: text(),
  reason: nullable(text()),
  detail: anything,
  documents: list(fields({ type: text(), key: text(), isNew: flag, changes: list(change) })),
})
export const shownRehearsal = (one: Rehearsal): Of<typeof rehearsal> => ({
  envelope: one.envelope,
  state: one.state,
  reason: one.reason,
  detail: stored(one.detail),
  documents: one.documents.map(({ type, key, before, after }) => ({
    type,
    key,
    isNew: before === null,
    changes: differences(before ?? {}, after, maxChanges),
  })),
})

const replayed = fields({
  dryRun: flag,
  matched: count,
  replayed: count,
  rehearsals: described(list(rehearsal), `of a dry run: what each of the first ${maxRehearsals} would do, field by field`),
})

/** Envelopes by id again, or what that would do. */
export async function replayThese(hub: Context, ids: readonly string[], dryRun: boolean): Promise<Of<typeof replayed>> {
  if (!dryRun) return { dryRun, matched: ids.length, replayed: await replayEnvelopes(hub, { ids }), rehearsals: [] }
  const rehearsals = ids.length === 0 ? [] : await rehearse(hub, { ids: ids.slice(0, maxRehearsals) })
  return { dryRun, matched: ids.length, replayed: 0, rehearsals: rehearsals.map(shownRehearsal) }
}

const states = ['applied', 'unchanged', 'stale', 'parked', 'dead', 'ignored'] as const satisfies readonly EnvelopeState[]
type Replayable = (typeof states)[number]
const dryRun = optional(described(flag, 'only say what would happen'))

export const replayRoutes = [
  route({
    id: 'replayEnvelopes',
    method: 'POST',
    path: '/v1/envelopes/replay',
    tag: 'envelopes',
    scope: 'replay',
    audit: { act: 'envelopes-replayed', asked: ['connection', 'stream', 'key', 'states', 'reason', 'from', 'to'], answered: ['replayed'] },
    summary: {
      en: `Process a range of envelopes again with the current workspace, at most ${maxReplay}`,
      zh: `用当前工作区重新处理一批信封（最多 ${maxReplay} 个）`,
    },
    body: fields({
      connection: name,
      stream: optional(text(100)),
      key: optional(key),
      states: optional(list(oneOf<Replayable>(...states), states.length)),
      reason: optional(text(100)),
      from: optional(described(time, 'received at or after')),
      to: optional(described(time, 'received at or before')),
      dryRun,
    }),
    answer: replayed,
    handle: async ({ hub, body }) => {
      await wantConnection(hub, body.connection)
      const range: EnvelopeRange = {
        connection: body.connection,
        ...(body.stream === undefined ? {} : { stream: body.stream }),
        ...(body.key === undefined ? {} : { key: body.key }),
        ...(body.states === undefined ? {} : { states: body.states }),
        ...(body.reason === undefined ? {} : { reason: body.reason }),
        from: epochOr('from', body.from),
        to: epochOr('to', body.to),
      }
      const found = await hub.database.write((tx) => envelopesIn(tx, hub.tenant, range, maxReplay))
      return {
        body: await replayThese(
          hub,
          found.map((one) => one.id),
          body.dryRun === true,
        ),
      }
    },
  }),
  route({
    id: 'replayDeliveries',
    method: 'POST',
    path: '/v1/deliveries/replay',
    tag: 'deliveries',
    scope: 'replay',
    audit: { act: 'deliveries-replayed', asked: ['connection', 'route', 'type', 'states', 'reason', 'from', 'to'], answered: ['replayed'] },
    summary: {
      en: `Try dead and parked deliveries of a filter again, at most ${maxReplay}; with their frozen bytes and effect keys, so nothing happens twice`,
      zh: `按条件重试死信与停放的投递（最多 ${maxReplay} 个）；沿用原字节与效果键，不会重复生效`,
    },
    body: fields({
      connection: optional(name),
      route: optional(name),
      type: optional(name),
      states: optional(list(oneOf<'dead' | 'parked'>('dead', 'parked'), 2)),
      reason: optional(text(100)),
      from: optional(described(time, 'made at or after')),
      to: optional(described(time, 'made at or before')),
      dryRun,
    }),
    answer: fields({
      dryRun: flag,
      matched: count,
      replayed: count,
      rehearsals: described(
        list(fields({ delivery: text(), problem: nullable(text()), changes: list(change) })),
        `of a dry run: what each of the first ${maxRehearsals} would send now beside its frozen bytes, field by field`,
      ),
    }),
    handle: async ({ hub, body }) => {
      await wantConnection(hub, body.connection)
      const { from, to, dryRun, states = ['dead', 'parked'], ...same } = body
      const range = { ...same, states, from: epochOr('from', from), to: epochOr('to', to) }
      const ids = await deliveriesIn(hub.database.read, hub.tenant, range, maxReplay)
      if (dryRun !== true) {
        for (const one of ids) await replayDelivery(hub, one, 'same')
        return { body: { dryRun: false, matched: ids.length, replayed: ids.length, rehearsals: [] } }
      }
      const rehearsals = []
      for (const one of ids.slice(0, maxRehearsals)) {
        const { frozen, now, problem } = await rehearseDelivery(hub, one)
        const changes = now === null ? [] : differences(stored(frozen) ?? {}, now, maxChanges)
        rehearsals.push({ delivery: one, problem: problem ?? null, changes })
      }
      return { body: { dryRun: true, matched: ids.length, replayed: 0, rehearsals } }
    },
  }),
  route({
    id: 'replayEnvelope',
    method: 'POST',
    path: '/v1/envelopes/{id}/replay',
    tag: 'envelopes',
    scope: 'replay',
    audit: { act: 'envelopes-replayed', answered: ['replayed'] },
    summary: { en: 'Process one envelope again with the current workspace', zh: '用当前工作区重新处理一个信封' },
    params: { id },
    body: fields({ dryRun }),
    answer: replayed,
    handle: async ({ hub, params, body }) => ({ body: await replayOne(hub, params.id, body.dryRun === true) }),
  }),
  route({
    id: 'replayDelivery',
    method: 'POST',
    path: '/v1/deliveries/{id}/replay',
    tag: 'deliveries',
    scope: 'replay',
    audit: { act: 'deliveries-replayed', unless: ['as', 'new'] },
    summary: { en: 'Try a delivery again', zh: '重新投递' },
    params: { id },
    body: fields({
      as: described(
        oneOf<'same' | 'new'>('same', 'new'),
        'same: the frozen bytes under the same effect key, so that nothing happens twice; new: rendered anew under a new key, when a person knows that the partner does not have it',
      ),
      reason: optional(described(note, 'of a new one: why it is to happen again; kept with who asked')),
      dryRun,
    }),
    answer: fields({ dryRun: flag, frozen: anything, now: anything, problem: nullable(text()) }),
    handle: async ({ hub, params, body, who }) => {
      const dryRun = body.dryRun === true
      const again = body.as === 'new' ? againOf(body.reason, who.id, dryRun) : 'same'
      const { frozen, now, problem } = await rehearseDelivery(hub, params.id)
      if (!dryRun) await replayDelivery(hub, params.id, again)
      return { body: { dryRun, frozen: stored(frozen), now, problem: problem ?? null } }
    },
  }),
  route({
    id: 'settleDelivery',
    method: 'POST',
    path: '/v1/deliveries/{id}/settle',
    tag: 'deliveries',
    scope: 'replay',
    audit: { act: 'delivery-settled', asked: ['state', 'key'] },
    summary: {
      en: 'Say what a person found at the partner: it is there (with its key), or it is not and shall not be',
      zh: '人工确认：合作方已有（附其键），或没有且不再需要',
    },
    params: { id },
    body: fields({ state: oneOf<'delivered' | 'cancelled'>('delivered', 'cancelled'), key: optional(key) }),
    answer: fields({ state: oneOf<'delivered' | 'cancelled'>('delivered', 'cancelled') }),
    handle: async ({ hub, params, body }) => {
      await settleByHand(
        hub,
        params.id,
        body.state === 'delivered' ? { state: 'delivered', ...(body.key === undefined ? {} : { key: body.key }) } : { state: 'cancelled' },
      )
      return { body: { state: body.state } }
    },
  }),
]

/** @throws ProblemError 400 without a reason */
function againOf(reason: string | undefined, who: string, dryRun: boolean): Again {
  if (reason === undefined && !dryRun)
    throw new ProblemError(400, 'no-reason', 'Say why it is to happen again (`reason`): the partner may have it already.')
  return { who, reason: reason ?? '' }
}

/** @throws ProblemError 409 for bytes that nobody can read */
export async function replayOne(hub: Context, id: string, dryRun: boolean): Promise<Of<typeof replayed>> {
  const result = await replayThese(hub, [id], dryRun)
  if (!dryRun && result.replayed === 0)
    throw new ProblemError(
      409,
      'not-replayable',
      'These bytes could not be cut into records, so there is nothing to process again. Ask the partner to send it again.',
    )
  return result
}
