import type { CutRecord } from '../connector/access.ts'
import type { Connector, Stream, Version } from '../connector/types.ts'
import type { EnvelopeReason, EnvelopeState, Slice } from '../model/envelope.ts'
import { laneOf, sha256 } from '../model/id.ts'
import type { Json } from '../model/json.ts'
import type { Tx } from '../store/database.ts'
import { insertHashes, knownHashes } from '../store/dedupe.ts'
import { insertEnvelopes } from '../store/envelope.ts'
import { readyLanes } from '../store/lane.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { DedupeTable } from '../store/tables-workspace.ts'
import { backgroundLanes, liveLanes } from './lanes.ts'

/** Longest key a column holds. */
const maxKey = 191

/** A record that was cut out of receipts of one connection, not an envelope yet. */
export interface Draft {
  readonly record: CutRecord
  /** ids of the receipts that the record's slices name by index; the first is the envelope's own */
  readonly receipts: readonly string[]
  readonly asOf: number
  readonly receivedAt: number
  readonly baseline: boolean
  /** the answer to a question for this very key: applied without a further one */
  readonly authoritative: boolean
  /** it only says that the record changed: it is read again */
  readonly poke: boolean
  /** such a row that looks as it did when it was last read */
  readonly unmoved?: boolean
  /** id of the event, where the partner signed it */
  readonly eventId?: string
  /** read again from the past, beside what is live */
  readonly background?: boolean
  /** of a list, which shows most of its rows again and again: what it repeats is counted and leaves no envelope, so that reading what has not changed fills no table */
  readonly listed?: true
}

export interface Written {
  /** ingest lanes that have work now */
  readonly lanes: readonly number[]
  readonly pokes: number
  /** records that stand here as they are already, by version and content: they leave no row */
  readonly repeated: number
}

/** The stream a record belongs to: child records stand under their parent's (`orders/refunds`). */
export const streamOf = (connector: Connector, name: string): Stream | undefined => connector.streams[name.split('/', 1)[0] ?? '']

/** How versions of a stream's records, or of its child records, are ordered. */
export function versionOf(connector: Connector, name: string): Version | undefined {
  const [parent, child] = name.split('/')
  const stream = connector.streams[parent ?? '']
  if (child === undefined) return stream?.version
  const as = stream?.children?.find((one) => one.name === child)?.as
  return as?.kind === 'records' ? as.version : undefined
}

export const refetchLane = (connection: string, stream: string, key: string): string => `${connection}/${stream}/${key}`
/** Whether one record of this stream can be asked for again. */
export const canRefetch = (connector: Connector, connection: string, stream: string, key: string): boolean =>
  connector.streams[stream]?.byKey !== undefined && refetchLane(connection, stream, key).length <= maxKey

/** Ingest lane of a record: everything of one parent key is in one lane of its class. */
export function laneFor(connection: string, record: Pick<CutRecord, 'stream' | 'laneKey'>, background = false): number {
  const name = [connection, record.stream.split('/', 1)[0] ?? '', record.laneKey]
  return background ? liveLanes + laneOf(backgroundLanes, ...name) : laneOf(liveLanes, ...name)
}

interface Hashes {
  readonly event?: string
  readonly content?: string
}

interface Of {
  readonly tenant: string
  readonly connection: string
  readonly connector: Connector
  readonly newId: () => string
  readonly now: number
}

/** Envelopes made of drafts, not written yet. */
export interface Judged {
  readonly rows: readonly EnvelopeTable[]
  readonly fresh: readonly DedupeTable[]
  /** refetch lanes of records to be read again */
  readonly pokes: readonly string[]
  /** records that are parsed already, by envelope */
  readonly values: ReadonlyMap<string, Json>
  /** those of lists that stand here as they are already, by version and content */
  readonly repeated: readonly Draft[]
}

/**
 * Makes envelopes of drafts that belong to one connection and finds out duplicates and conflicts (design.md invariant 2). A record without a version is only known again by a signed event id;
 * otherwise it is compared with the last of its key when it is applied.
 */
export async function judgeDrafts(tx: Tx, of: Of, drafts: readonly Draft[]): Promise<Judged> {
  const hashes = drafts.map((draft) => hashesOf(draft))
  const known = await knownHashes(
    tx,
    of.tenant,
    of.connection,
    hashes.flatMap(({ event, content }) => [event, content].filter((hash) => hash !== undefined)),
  )
  const fresh: DedupeTable[] = []
  const rows: EnvelopeTable[] = []
  const pokes: string[] = []
  const values = new Map<string, Json>()
  const repeated: Draft[] = []
  for (const [index, draft] of drafts.entries()) {
    const { event, content } = hashes[index] ?? {}
    const row = rowOf(of, draft)
    const verdict = judge(draft, row, known, event, content, canRefetch(of.connector, of.connection, draft.record.stream, draft.record.key))
    if (draft.listed && verdict.state === 'duplicate') {
      repeated.push(draft)
      continue
    }
    if (draft.record.value !== undefined) values.set(row.id, draft.record.value)
    rows.push({ ...row, ...verdict, settled_at: verdict.state === 'received' ? null : of.now })
    if (verdict.reason === 'refetch') pokes.push(refetchLane(of.connection, draft.record.stream, draft.record.key))
    for (const hash of [event, content]) {
      if (hash === undefined || known.has(hash)) continue
      const entry = { tenant: of.tenant, connection: of.connection, hash, body_hash: row.body_hash, envelope: row.id, at: of.now }
      known.set(hash, entry)
      fresh.push(entry)
    }
  }
  return { rows, fresh, pokes, values, repeated }
}

/** Writes judged envelopes and makes the lanes ready of those that are still to be applied. Answers these lanes. */
export async function saveJudged(
  tx: Tx,
  tenant: string,
  { rows, fresh, pokes }: Pick<Judged, 'rows' | 'fresh' | 'pokes'>,
  now: number,
): Promise<number[]> {
  const lanes = [...new Set(rows.filter(({ state }) => state === 'received').map(({ lane }) => lane))]
  await readyLanes(tx, tenant, 'ingest', lanes.map(String), now)
  await readyLanes(tx, tenant, 'refetch', pokes, now)
  await insertEnvelopes(tx, rows)
  await insertHashes(tx, fresh)
  return lanes
}

/** Writes the envelopes of records that were read and makes their lanes ready. `receipts` writes the receipts first, unless everything was a repetition. */
export async function writeRead(tx: Tx, of: Of, drafts: readonly Draft[], receipts: () => Promise<unknown>): Promise<Written> {
  const judged = await judgeDrafts(tx, of, drafts)
  const { rows, pokes, repeated } = judged
  if (rows.length > 0) await receipts()
  const lanes = rows.length === 0 ? [] : await saveJudged(tx, of.tenant, judged, of.now)
  return { lanes, pokes: pokes.length, repeated: repeated.length }
}

type Verdict = { readonly state: EnvelopeState; readonly reason: EnvelopeReason | null; readonly detail: string | null }
const received: Verdict = { state: 'received', reason: null, detail: null }

function judge(
  draft: Draft,
  row: EnvelopeTable,
  known: ReadonlyMap<string, DedupeTable>,
  event: string | undefined,
  content: string | undefined,
  again: boolean,
): Verdict {
  if (draft.unmoved === true) return { state: 'duplicate', reason: null, detail: null }
  const seen = event === undefined ? undefined : known.get(event)
  if (seen !== undefined && seen.body_hash !== row.body_hash && !draft.poke)
    return again
      ? { state: 'ignored', reason: 'refetch', detail: JSON.stringify({ conflictsWith: seen.envelope }) }
      : {
          state: 'dead',
          reason: 'conflict',
          detail: JSON.stringify({ conflictsWith: seen.envelope, message: 'the same signed event id came with another body' }),
        }
  const twin = seen ?? (content === undefined || draft.authoritative ? undefined : known.get(content))
  if (twin !== undefined) return { state: 'duplicate', reason: null, detail: JSON.stringify({ of: twin.envelope }) }
  const refused = keyFault(draft.record.key)
  if (refused !== undefined) return { state: 'dead', reason: 'invalid', detail: JSON.stringify({ message: refused }) }
  if (!draft.poke) return received
  return again
    ? { state: 'ignored', reason: 'refetch', detail: null }
    : {
        state: 'dead',
        reason: 'invalid',
        detail: JSON.stringify({
          message: `the message only names the record, and stream ${row.stream} has no way to read one record (byKey)`,
        }),
      }
}

/** Two keys that a column would keep as one must not become one record. */
function keyFault(key: string): string | undefined {
  if (key.length > maxKey) return `the key has ${key.length} characters, more than ${maxKey}`
  return key.isWellFormed() && !key.includes('\0') ? undefined : 'the key has half of a character or a NUL, which no column keeps'
}

/** A message that only points at a record may say the same twice; a polled row that does is the same row, seen again by the look-back. */
function hashesOf(draft: Draft): Hashes {
  const { stream, key, version, bodyHash, op, poke } = draft.record
  return {
    ...(draft.eventId === undefined ? {} : { event: sha256('event', draft.eventId, stream, key) }),
    ...(version === null || (draft.poke && poke === undefined) ? {} : { content: sha256('content', stream, key, version, bodyHash, op) }),
  }
}

/** A key as columns keep it: of one that they cannot keep its hash. */
export const columnKey = (key: string): string => (keyFault(key) === undefined ? key : sha256(key))

function rowOf(
  of: { readonly tenant: string; readonly connection: string; readonly connector: Connector; readonly newId: () => string },
  draft: Draft,
): EnvelopeTable {
  const { record, receipts } = draft
  const slices: Slice[] = record.slices.map(({ body, ...where }) => ({ receipt: receipts[body] ?? '', ...where }))
  return {
    tenant: of.tenant,
    id: of.newId(),
    receipt: receipts[0] ?? '',
    connection: of.connection,
    stream: record.stream,
    lane: laneFor(of.connection, record, draft.background),
    key: columnKey(record.key),
    version: record.version,
    op: record.op,
    slices: JSON.stringify(slices),
    body_hash: record.bodyHash,
    as_of: draft.asOf,
    baseline: draft.baseline ? 1 : 0,
    authoritative: draft.authoritative ? 1 : 0,
    state: 'received',
    reason: null,
    detail: null,
    waits_for: null,
    crashes: 0,
    revision: null,
    received_at: draft.receivedAt,
    settled_at: null,
  }
}
