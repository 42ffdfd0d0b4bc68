import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { recognise } from '../ledger/links.ts'
import { fetchLink } from '../ledger/shelf.ts'
import type { Applied, Books, Recognised } from '../ledger/types.ts'
import { compareVersionText } from '../ledger/version.ts'
import { combineStates, type EnvelopeReason, type EnvelopeState, type Slice } from '../model/envelope.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Tx } from '../store/database.ts'
import { type Settlement, settleEnvelopes, takeEnvelopes } from '../store/envelope.ts'
import { holdLanes, type Lease, readyLanes, releaseLanes } from '../store/lane.ts'
import { goneHash, lastRecords, recordName, saveRecords } from '../store/record.ts'
import type { EnvelopeTable, RecordTable } from '../store/tables.ts'
import { bodiesOf } from './bodies.ts'
import { breathing } from './breath.ts'
import { openCodeBook } from './code-book.ts'
import type { Catalogue, Context } from './context.ts'
import { decide } from './decide.ts'
import { canRefetch, refetchLane, versionOf } from './drafts.ts'
import { type DriftWatch, openDriftWatch } from './drift.ts'
import type { MappedPart } from './map-part.ts'
import { type Mapped, openMapper } from './map-record.ts'
import { settleRecognised } from './recognised.ts'
import { release } from './release.ts'
import { route } from './route.ts'
import { traceEnvelopes } from './traced.ts'

/** What one transaction did, for the rings after it. */
export interface Batch {
  readonly settled: number
  /** the lanes are empty and given back */
  readonly ended: boolean
  readonly lanes: readonly number[]
  readonly connections: readonly string[]
  readonly pokes: readonly string[]
  /** receivers of events that have something to be told */
  readonly told: readonly string[]
}

const nothing: Batch = { settled: 0, ended: true, lanes: [], connections: [], pokes: [], told: [] }

/** One batch of lanes that are held: ledger effects, journal, duties and envelope states, all in `tx`. */
export async function applyBatch(context: Context, tx: Tx, leases: readonly Lease[], limit: number): Promise<Batch> {
  const { tenant } = context
  const now = await context.database.now()
  const held = new Set(leases.map(({ lane }) => Number(lane)))
  await holdLanes(tx, tenant, leases, now + context.settings.leaseMs)
  const envelopes = await takeEnvelopes(tx, tenant, [...held], limit)
  if (envelopes.length === 0) {
    await releaseLanes(tx, tenant, leases, null)
    return nothing
  }
  const catalogue = context.catalogue()
  const applied = await applyTogether(context, tx, catalogue, { envelopes }, now, (settlements) =>
    settleEnvelopes(tx, tenant, settlements, catalogue.revision, now),
  )
  // all that the lanes held was taken, unless a link of this very batch released something into one
  const ended = envelopes.length < limit && !applied.lanes.some((lane) => held.has(lane))
  if (ended) await releaseLanes(tx, tenant, leases, null)
  return { ...applied, settled: envelopes.length, ended, lanes: applied.lanes.filter((other) => !held.has(other)) }
}

/**
 * What envelopes of lanes that nobody else works on bring about: ledger effects, journal, duties, their settlements through `settle`, and what they release. Answers the lanes and connections that
 * have work now.
 */
export async function applyTogether(
  context: Context,
  tx: Tx,
  catalogue: Catalogue,
  { envelopes, values }: { readonly envelopes: readonly EnvelopeTable[]; readonly values?: ReadonlyMap<string, Json> },
  now: number,
  settle: (settlements: readonly Settlement[]) => Promise<void>,
): Promise<Pick<Batch, 'lanes' | 'connections' | 'pokes' | 'told'>> {
  const { tenant } = context
  const books = await openBooks(tx, { tenant, now, newId: context.newId, revision: catalogue.revision, matching: catalogue.matching })
  const traced = await traceEnvelopes(context, tx, envelopes)
  const drift = await openDriftWatch(context, tx, catalogue.connections, envelopes, now)
  const applied = await applyEnvelopes(context, catalogue, books, envelopes, values, drift)
  await readyLanes(tx, tenant, 'refetch', applied.refetch, now)
  const finished = await finish(books)
  const routed = await route(context, books, catalogue, finished.changes, traced.of)
  const own = await settleRecognised(context, tx, applied.recognised, now)
  await settle(applied.settlements)
  await saveRecords(tx, applied.records)
  const released = await release(tx, tenant, finished.links, now)
  traced.end(applied.settlements)
  return {
    lanes: released.lanes,
    connections: [...new Set([...routed.connections, ...own.connections, ...released.connections])],
    pokes: [...new Set(applied.refetch.map((name) => name.split('/', 1)[0] ?? ''))],
    told: [...new Set([...finished.told, ...routed.told])],
  }
}

export interface AppliedEnvelopes {
  readonly settlements: readonly Settlement[]
  readonly records: readonly RecordTable[]
  readonly refetch: readonly string[]
  readonly recognised: readonly (Recognised & { readonly connection: string; readonly externalKey: string })[]
}

/** Reads (those that `values` does not have by their id), maps and applies envelopes in order into `books`; nothing is written before `finish`. */
export async function applyEnvelopes(
  context: Context,
  catalogue: Catalogue,
  books: Books,
  envelopes: readonly EnvelopeTable[],
  values: ReadonlyMap<string, Json> = new Map(),
  drift?: DriftWatch,
): Promise<AppliedEnvelopes> {
  const last = await lastRecords(books.tx, books.tenant, envelopes)
  const bodies = await bodiesOf(
    context,
    books.tx,
    envelopes.flatMap((envelope) =>
      needsBytes(envelope) && !values.has(envelope.id)
        ? (JSON.parse(envelope.slices) as readonly Slice[]).map(({ receipt }) => receipt)
        : [],
    ),
  )
  const book = await openCodeBook(context, catalogue, books.tx)
  const map = openMapper(context, catalogue, book, bodies, values, drift?.see)
  const mapped = new Map<string, Mapped>()
  const mappedOf = (envelope: EnvelopeTable): Mapped => {
    const made = mapped.get(envelope.id) ?? map(envelope)
    mapped.set(envelope.id, made)
    return made
  }
  // versions only grow within the batch: what is held back now is held back then
  const breathe = breathing()
  for (const envelope of envelopes) {
    if (decisionOf(catalogue, last, envelope).kind === 'apply') mappedOf(envelope)
    await breathe()
  }
  await drift?.settle()
  await preload(
    books,
    [...mapped.values()].flatMap((one) =>
      one.kind === 'parts' ? one.parts.flatMap((part) => (part.kind === 'incoming' ? [part.incoming] : [])) : [],
    ),
  )

  const settlements: Settlement[] = []
  const records = new Map<string, RecordTable>()
  const refetch: string[] = []
  const recognised: (Recognised & { readonly connection: string; readonly externalKey: string })[] = []
  for (const envelope of envelopes) {
    await breathe()
    const held = drift?.held(envelope)
    if (held !== undefined) {
      settlements.push(settlement(envelope, 'parked', 'drift', held.detail, held.waitsFor))
      continue
    }
    const decision = decisionOf(catalogue, last, envelope)
    if (decision.kind === 'settle') {
      if (decision.refetch) refetch.push(refetchLane(envelope.connection, envelope.stream, envelope.key))
      settlements.push(settlement(envelope, decision.state, decision.reason))
      continue
    }
    const made = mappedOf(envelope)
    if (made.kind === 'dead') {
      settlements.push(settlement(envelope, 'dead', made.reason, made.detail))
      continue
    }
    const { connection, stream, key } = envelope
    if (made.hubRef !== undefined) {
      const { lines, ...hubRef } = made.hubRef
      const found = await recognise(books, {
        connection,
        stream,
        externalKey: key,
        hubRef,
        lines,
        version: envelope.version,
      })
      if (found !== undefined) recognised.push({ ...found, connection, externalKey: key })
    }
    const outcome = await applyParts(books, envelope, made.parts)
    settlements.push(outcome.settlement)
    if (!outcome.tookEffect) continue
    const record = recordOf(envelope, last.get(recordName(connection, stream, key)))
    last.set(recordName(connection, stream, key), record)
    records.set(recordName(connection, stream, key), record)
  }
  return { settlements, records: [...records.values()], refetch, recognised }
}

const needsBytes = (envelope: EnvelopeTable): boolean => envelope.op !== 'delete'

function decisionOf(catalogue: Catalogue, last: ReadonlyMap<string, RecordTable>, envelope: EnvelopeTable) {
  const { connection, stream, key } = envelope
  const connector = catalogue.connections.get(connection)?.connector
  const kind = connector && versionOf(connector, stream)?.kind
  return decide(last.get(recordName(connection, stream, key)), envelope, {
    again: connector !== undefined && canRefetch(connector, connection, stream, key),
    byTimeOfReading: kind === 'read',
    additive: kind === 'additive',
  })
}

/** The version kept only grows, so that nothing older than what was known before a delete, or before an answer without version, comes back. */
function recordOf(envelope: EnvelopeTable, before: RecordTable | undefined): RecordTable {
  const version = envelope.version ?? before?.version ?? null
  return {
    tenant: envelope.tenant,
    connection: envelope.connection,
    stream: envelope.stream,
    key: envelope.key,
    version,
    body_hash: envelope.op === 'delete' ? goneHash : envelope.body_hash,
    envelope: envelope.id,
    at: Math.max(envelope.as_of, before?.at ?? 0),
  }
}

interface PartOutcome {
  readonly document: string
  readonly state: EnvelopeState
  readonly reason: EnvelopeReason | null
  readonly waitsFor?: string
  readonly detail?: JsonObject
}

async function applyParts(
  books: Books,
  envelope: EnvelopeTable,
  parts: readonly MappedPart[],
): Promise<{ readonly settlement: Settlement; readonly tookEffect: boolean }> {
  const outcomes: PartOutcome[] = []
  for (const part of parts) outcomes.push(await applyOne(books, envelope, part))
  const state = combineStates(outcomes.map((outcome) => outcome.state))
  const deciding = outcomes.find((outcome) => outcome.state === state)
  const reason = deciding === undefined ? 'filtered' : deciding.reason
  const tell = outcomes.some((outcome) => outcome.state === 'dead' || outcome.state === 'parked')
  const parked = outcomes.find((outcome) => outcome.state === 'parked')
  return {
    settlement: {
      id: envelope.id,
      state,
      reason,
      detail: tell
        ? JSON.stringify({ parts: toldOf(outcomes).map(({ document, state, reason, detail }) => ({ document, state, reason, ...detail })) })
        : null,
      waitsFor: state === 'parked' ? (parked?.waitsFor ?? null) : null,
    },
    tookEffect:
      outcomes.every((outcome) => outcome.state === 'ignored') ||
      outcomes.some((outcome) => ['applied', 'unchanged', 'stale'].includes(outcome.state)),
  }
}

/** Outcomes of one record that are told; of many, those that want a person. */
const maxTold = 50
const toldOf = (outcomes: readonly PartOutcome[]): readonly PartOutcome[] =>
  outcomes.length <= maxTold ? outcomes : outcomes.filter(({ state }) => state === 'dead' || state === 'parked').slice(0, maxTold)

async function applyOne(books: Books, envelope: EnvelopeTable, part: MappedPart): Promise<PartOutcome> {
  if (part.kind === 'filtered') return { document: part.document, state: 'ignored', reason: 'filtered' }
  if (part.kind === 'dead') return { document: part.document, state: 'dead', reason: 'invalid', detail: part.detail }
  if (part.kind === 'parked')
    return { document: part.document, state: 'parked', reason: 'missing-code', detail: part.detail, waitsFor: part.waitsFor }
  const { incoming } = part
  const document = 'link' in incoming.part ? incoming.part.link : incoming.part.document
  if (await isEcho(books, envelope, document, incoming.externalKey)) return { document, state: 'unchanged', reason: 'echo' }
  const applied: Applied = await applyPart(books, incoming)
  return {
    document,
    state: applied.state,
    reason: applied.reason ?? null,
    ...(applied.state === 'parked' ? { waitsFor: applied.waitsFor } : {}),
  }
}

/** Our own write come back: the version that the partner returned for it; an older one cannot say anything that the write did not replace. */
async function isEcho(books: Books, envelope: EnvelopeTable, type: string, externalKey: string): Promise<boolean> {
  if (envelope.version === null || envelope.op === 'delete') return false
  const link = await fetchLink(books.data.shelf, { type, connection: envelope.connection, externalKey })
  if (link === undefined || link.version === null) return false
  const order = compareVersionText(envelope.version, link.version)
  return link.linked_by === 'delivery' ? order <= 0 : order === 0
}

const settlement = (
  envelope: EnvelopeTable,
  state: EnvelopeState,
  reason: EnvelopeReason | null,
  detail?: JsonObject,
  waitsFor: string | null = null,
): Settlement => ({
  id: envelope.id,
  state,
  reason,
  detail: detail === undefined ? null : JSON.stringify(detail),
  waitsFor,
})
