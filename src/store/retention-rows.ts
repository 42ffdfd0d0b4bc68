import type { EnvelopeState } from '../model/envelope.ts'
import { aged, drop, type Of, type Removed, removed } from './aged.ts'
import type { Tx } from './database.ts'
import { inLists } from './in-list.ts'
import { lastRecords, recordName } from './record.ts'
import { removeTries, type settledStates, triesByOutcome } from './retention.ts'

const idsOf = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id)

/** Deletes alarms that were over before a time, with what was told of them. */
export async function removeAlarms(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await aged(tx.selectFrom('alarm').select(['id', 'closed_at']), tenant, of).execute()
  const gone = idsOf(rows.filter(({ closed_at }) => closed_at !== null && closed_at < of.before))
  await inLists(gone, (list) => tx.deleteFrom('notice').where('tenant', '=', tenant).where('alarm', 'in', list).execute())
  await drop(tx.deleteFrom('alarm'), tenant, gone)
  return removed(rows, gone, of)
}

/** Deletes plans that were refused or carried out, and were decided before a time. */
export async function removePlans(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await aged(tx.selectFrom('plan').select(['id', 'state', 'created_at', 'decided_at']), tenant, of).execute()
  const isOver = ({ state }: (typeof rows)[number]) => state === 'refused' || state === 'done'
  const gone = idsOf(rows.filter((row) => isOver(row) && (row.decided_at ?? row.created_at) < of.before))
  await drop(tx.deleteFrom('plan'), tenant, gone)
  return removed(rows, gone, of)
}

/** Deletes ranges that were read to their end, or cancelled, before a time. One that was given up waits for a person. */
export async function removeRanges(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await aged(tx.selectFrom('backfill').select(['id', 'state', 'ended_at']), tenant, of).execute()
  const isOver = ({ state }: (typeof rows)[number]) => state === 'done' || state === 'cancelled'
  const gone = idsOf(rows.filter((row) => isOver(row) && row.ended_at !== null && row.ended_at < of.before))
  await drop(tx.deleteFrom('backfill'), tenant, gone)
  return removed(rows, gone, of)
}

/** Deletes what people did before a time. */
export async function removeAudit(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await aged(tx.selectFrom('audit').select('id'), tenant, of).execute()
  await drop(tx.deleteFrom('audit'), tenant, idsOf(rows))
  return removed(rows, rows, of)
}

/** States of envelopes that changed nothing in the ledger. */
export const quietStates = ['unchanged', 'duplicate', 'stale', 'ignored'] as const satisfies readonly EnvelopeState[]

/** Deletes envelopes of one quiet state that came before a time; not the last one of its key, which a comparison may have worked on once more. */
export const removeQuiet =
  (state: (typeof quietStates)[number]) =>
  async (tx: Tx, tenant: string, of: Of): Promise<Removed> => {
    const rows = await aged(
      tx.selectFrom('envelope').select(['id', 'connection', 'stream', 'key']).where('state', '=', state),
      tenant,
      of,
    ).execute()
    const last = await lastRecords(tx, tenant, rows)
    const gone = idsOf(rows.filter((row) => last.get(recordName(row.connection, row.stream, row.key))?.envelope !== row.id))
    await drop(tx.deleteFrom('envelope').where('state', '=', state), tenant, gone)
    return removed(rows, gone, of)
  }

/** Deletes webhooks that came before a time, whose bytes were let go and of whose envelopes none is left. Rows of pages stay: envelopes of other pages of the same read may name them. */
export async function removeWebhooks(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await aged(tx.selectFrom('receipt').select(['id', 'kind']).where('state', '=', 'removed'), tenant, of).execute()
  const ids = idsOf(rows.filter(({ kind }) => kind === 'webhook'))
  const used = await inLists(ids, (list) =>
    tx.selectFrom('envelope').select('receipt').distinct().where('tenant', '=', tenant).where('receipt', 'in', list).execute(),
  )
  const kept = new Set(used.map(({ receipt }) => receipt))
  const gone = ids.filter((id) => !kept.has(id))
  await drop(tx.deleteFrom('receipt'), tenant, gone)
  return { ...removed(rows, gone, of), counted: new Map([['receipts', gone.length]]) }
}

/** Deletes pushes of figures in one settled state, made before a time, with their tries. Commands stay: their effect keys are what keeps one from being done twice. */
export const removePushes =
  (state: (typeof settledStates)[number]) =>
  async (tx: Tx, tenant: string, of: Of): Promise<Removed> => {
    const rows = await aged(tx.selectFrom('delivery').select(['id', 'op', 'settled_at']).where('state', '=', state), tenant, of).execute()
    const gone = idsOf(rows.filter(({ op, settled_at }) => op === 'state' && settled_at !== null && settled_at < of.before))
    const tries = await inLists(gone, (list) =>
      tx.selectFrom('attempt').select(['id', 'outcome', 'n']).where('tenant', '=', tenant).where('delivery', 'in', list).execute(),
    )
    await removeTries(tx, tenant, tries)
    await drop(tx.deleteFrom('delivery').where('state', '=', state), tenant, gone)
    return { ...removed(rows, gone, of), counted: triesByOutcome(tries) }
  }
