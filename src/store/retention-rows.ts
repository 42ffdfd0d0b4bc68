import type { EnvelopeState } from '../model/envelope.ts'
import { firstId } from '../model/id.ts'
import type { Tx } from './database.ts'
import { inLists } from './in-list.ts'
import { lastRecords, recordName } from './record.ts'
import { type Removed, removeTries, type settledStates, triesByOutcome } from './retention.ts'

/** Rows made before a time, and after the row at which the last look ended. */
interface Of {
  readonly before: number
  readonly after: string
  readonly limit: number
}

const removed = (rows: readonly { readonly id: string }[], gone: readonly string[], { limit }: Of): Removed => ({
  rows: gone.length,
  next: rows.length < limit ? undefined : rows.at(-1)?.id,
})

/** Deletes alarms that were over before a time, with what was told of them. */
export async function removeAlarms(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await tx
    .selectFrom('alarm')
    .select(['id', 'closed_at'])
    .where('tenant', '=', tenant)
    .where('id', '>', of.after)
    .where('id', '<', firstId(of.before))
    .orderBy('id')
    .limit(of.limit)
    .execute()
  const gone = rows.filter(({ closed_at }) => closed_at !== null && closed_at < of.before).map(({ id }) => id)
  await inLists(gone, (list) => tx.deleteFrom('notice').where('tenant', '=', tenant).where('alarm', 'in', list).execute())
  await inLists(gone, (list) => tx.deleteFrom('alarm').where('tenant', '=', tenant).where('id', 'in', list).execute())
  return removed(rows, gone, of)
}

/** Deletes plans that were refused or carried out, and were decided before a time. */
export async function removePlans(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await tx
    .selectFrom('plan')
    .select(['id', 'state', 'created_at', 'decided_at'])
    .where('tenant', '=', tenant)
    .where('id', '>', of.after)
    .where('id', '<', firstId(of.before))
    .orderBy('id')
    .limit(of.limit)
    .execute()
  const gone = rows
    .filter((row) => (row.state === 'refused' || row.state === 'done') && (row.decided_at ?? row.created_at) < of.before)
    .map(({ id }) => id)
  await inLists(gone, (list) => tx.deleteFrom('plan').where('tenant', '=', tenant).where('id', 'in', list).execute())
  return removed(rows, gone, of)
}

/** Deletes ranges that were read to their end, or cancelled, before a time. One that was given up waits for a person. */
export async function removeRanges(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await tx
    .selectFrom('backfill')
    .select(['id', 'state', 'ended_at'])
    .where('tenant', '=', tenant)
    .where('id', '>', of.after)
    .where('id', '<', firstId(of.before))
    .orderBy('id')
    .limit(of.limit)
    .execute()
  const gone = rows
    .filter(({ state, ended_at }) => (state === 'done' || state === 'cancelled') && ended_at !== null && ended_at < of.before)
    .map(({ id }) => id)
  await inLists(gone, (list) => tx.deleteFrom('backfill').where('tenant', '=', tenant).where('id', 'in', list).execute())
  return removed(rows, gone, of)
}

/** Deletes what people did before a time. */
export async function removeAudit(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await tx
    .selectFrom('audit')
    .select('id')
    .where('tenant', '=', tenant)
    .where('id', '>', of.after)
    .where('id', '<', firstId(of.before))
    .orderBy('id')
    .limit(of.limit)
    .execute()
  const gone = rows.map(({ id }) => id)
  await inLists(gone, (list) => tx.deleteFrom('audit').where('tenant', '=', tenant).where('id', 'in', list).execute())
  return removed(rows, gone, of)
}

/** States of envelopes that changed nothing in the ledger. */
export const quietStates = ['unchanged', 'duplicate', 'stale', 'ignored'] as const satisfies readonly EnvelopeState[]

/** Deletes envelopes of one quiet state that came before a time; not the last one of its key, which a comparison may have worked on once more. */
export const removeQuiet =
  (state: (typeof quietStates)[number]) =>
  async (tx: Tx, tenant: string, of: Of): Promise<Removed> => {
    const rows = await tx
      .selectFrom('envelope')
      .select(['id', 'connection', 'stream', 'key'])
      .where('tenant', '=', tenant)
      .where('state', '=', state)
      .where('id', '>', of.after)
      .where('id', '<', firstId(of.before))
      .orderBy('id')
      .limit(of.limit)
      .execute()
    const last = await lastRecords(tx, tenant, rows)
    const gone = rows.filter((row) => last.get(recordName(row.connection, row.stream, row.key))?.envelope !== row.id).map(({ id }) => id)
    await inLists(gone, (list) =>
      tx.deleteFrom('envelope').where('tenant', '=', tenant).where('id', 'in', list).where('state', '=', state).execute(),
    )
    return removed(rows, gone, of)
  }

/** Deletes webhooks that came before a time, whose bytes were let go and of whose envelopes none is left. Rows of pages stay: envelopes of other pages of the same read may name them. */
export async function removeWebhooks(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await tx
    .selectFrom('receipt')
    .select(['id', 'kind'])
    .where('tenant', '=', tenant)
    .where('state', '=', 'removed')
    .where('id', '>', of.after)
    .where('id', '<', firstId(of.before))
    .orderBy('id')
    .limit(of.limit)
    .execute()
  const ids = rows.filter(({ kind }) => kind === 'webhook').map(({ id }) => id)
  const used = await inLists(ids, (list) =>
    tx.selectFrom('envelope').select('receipt').distinct().where('tenant', '=', tenant).where('receipt', 'in', list).execute(),
  )
  const kept = new Set(used.map(({ receipt }) => receipt))
  const gone = ids.filter((id) => !kept.has(id))
  await inLists(gone, (list) => tx.deleteFrom('receipt').where('tenant', '=', tenant).where('id', 'in', list).execute())
  return { ...removed(rows, gone, of), counted: new Map([['receipts', gone.length]]) }
}

/** Deletes pushes of figures in one settled state, made before a time, with their tries. Commands stay: their effect keys are what keeps one from being done twice. */
export const removePushes =
  (state: (typeof settledStates)[number]) =>
  async (tx: Tx, tenant: string, of: Of): Promise<Removed> => {
    const rows = await tx
      .selectFrom('delivery')
      .select(['id', 'op', 'settled_at'])
      .where('tenant', '=', tenant)
      .where('state', '=', state)
      .where('id', '>', of.after)
      .where('id', '<', firstId(of.before))
      .orderBy('id')
      .limit(of.limit)
      .execute()
    const gone = rows.filter(({ op, settled_at }) => op === 'state' && settled_at !== null && settled_at < of.before).map(({ id }) => id)
    const tries = await inLists(gone, (list) =>
      tx.selectFrom('attempt').select(['id', 'outcome', 'n']).where('tenant', '=', tenant).where('delivery', 'in', list).execute(),
    )
    await removeTries(tx, tenant, tries)
    await inLists(gone, (list) =>
      tx.deleteFrom('delivery').where('tenant', '=', tenant).where('id', 'in', list).where('state', '=', state).execute(),
    )
    return { ...removed(rows, gone, of), counted: triesByOutcome(tries) }
  }
