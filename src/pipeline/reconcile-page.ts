import type { PageRead } from '../connector/access.ts'
import type { DocumentPart } from '../connector/types.ts'
import { applyPart } from '../ledger/apply.ts'
import { contentOf } from '../ledger/body.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { businessDateOf } from '../ledger/document-head.ts'
import { recognise } from '../ledger/links.ts'
import { documentName, fetchDocument, fetchLink } from '../ledger/shelf.ts'
import type { Applied, Books, Incoming, LedgerDocument } from '../ledger/types.ts'
import { differences, type FieldChange } from '../model/difference.ts'
import { sha256 } from '../model/id.ts'
import { unsettledEnvelope } from '../store/envelope.ts'
import { isUncut } from '../store/receipt.ts'
import { lastRecords, recordName } from '../store/record.ts'
import type { EnvelopeTable, LinkTable, RecordTable } from '../store/tables.ts'
import { openCodeBook } from './code-book.ts'
import type { Catalogue, ConnectionSetup, Context } from './context.ts'
import { type Mapped, openMapper } from './map-record.ts'
import { type DifferenceKind, type Findings, maxFields, note, type ReconcileAsk } from './reconcile-report.ts'
import { figuresOf, type Tally } from './reconcile-tally.ts'

/** A comparison under way. */
export interface Comparison {
  readonly context: Context
  readonly setup: ConnectionSetup
  readonly catalogue: Catalogue
  readonly ask: ReconcileAsk
  readonly tally: Tally
  readonly findings: Findings
  /** records the partner showed, by recordName */
  readonly seen: Set<string>
  /** the record there that a document here was met in first */
  readonly recordOf: Map<string, string>
}

/** Records of a page that healing reads or processes again. */
export interface Ailing {
  readonly again: ReadonlySet<string>
  /** envelopes whose record is the same there, and whose document is another one by now */
  readonly replay: readonly string[]
}

/** Whether a document of this day is part of the comparison. Documents without a date always are. */
export const isInRange = ({ from, until }: ReconcileAsk, day: string): boolean =>
  day === '' || ((from === null || day >= from) && (until === null || day <= until))

/**
 * Holds one page of the partner's records against the ledger: each is mapped and applied by the rules of the live run, in a unit of work that is thrown away. `byItself`: a live run is still to bring this page.
 */
export async function comparePage(comparison: Comparison, page: PageRead, byItself: boolean): Promise<Ailing> {
  const { context, setup, catalogue, seen } = comparison
  const { tenant, database } = context
  const fresh = page.records.filter(({ stream, key }) => !seen.has(recordName(setup.name, stream, key)))
  for (const { stream, key } of fresh) seen.add(recordName(setup.name, stream, key))
  const rows = fresh.map((record, place) => rowOf(comparison, page, record, place))
  const bodies = new Map(page.bodies.map(({ bytes }, place) => [String(place), bytes]))
  return database.write(async (tx) => {
    const books = await openBooks(tx, {
      tenant,
      now: await database.now(),
      newId: context.newId,
      revision: catalogue.revision,
      matching: catalogue.matching,
    })
    const last = await lastRecords(tx, tenant, rows)
    const map = openMapper(context, catalogue, await openCodeBook(context, catalogue, tx), bodies)
    const mapped = rows.map((row) => ({ row, made: map(row), last: last.get(recordName(setup.name, row.stream, row.key)) }))
    await preload(
      books,
      mapped.flatMap(({ made }) => incomingsOf(made)),
    )
    const again = new Set<string>()
    const replay: string[] = []
    for (const one of mapped) {
      const kinds = await compareRecord(comparison, books, { ...one, byItself })
      if (kinds.some((kind) => kind === 'late' || kind === 'lost' || kind === 'edited-there')) again.add(one.row.id)
      if (kinds.includes('remapped') && one.last?.envelope) replay.push(one.last.envelope)
    }
    return { again: new Set(rows.filter(({ id }) => again.has(id)).map(({ stream, key }) => recordName(setup.name, stream, key))), replay }
  })
}

const incomingsOf = (made: Mapped): readonly Incoming[] =>
  made.kind === 'parts' ? made.parts.flatMap((part) => (part.kind === 'incoming' ? [part.incoming] : [])) : []

interface OneRecord {
  readonly row: EnvelopeTable
  readonly made: Mapped
  readonly last: RecordTable | undefined
  readonly byItself: boolean
}

async function compareRecord(comparison: Comparison, books: Books, one: OneRecord): Promise<readonly DifferenceKind[]> {
  const { made, row } = one
  if (made.kind === 'dead') return [refused(comparison, one, '', made.detail.message)]
  const kinds: DifferenceKind[] = []
  for (const part of made.parts)
    if (part.kind === 'dead' || part.kind === 'parked') kinds.push(refused(comparison, one, part.document, part.detail.message))
  const incomings = incomingsOf(made).flatMap((incoming) => ('link' in incoming.part ? [] : [{ incoming, part: incoming.part }]))
  const links = new Map<Incoming, LinkTable | undefined>()
  for (const { incoming, part } of incomings)
    links.set(
      incoming,
      await fetchLink(books.data.shelf, { type: part.document, connection: row.connection, externalKey: incoming.externalKey }),
    )
  if (made.hubRef !== undefined) {
    const { lines, ...hubRef } = made.hubRef
    const { connection, stream, key: externalKey, version } = row
    await recognise(books, { connection, stream, externalKey, hubRef, lines, version })
  }
  for (const { incoming, part } of incomings) {
    kinds.push(...(await comparePart(comparison, books, one, { incoming, part, link: links.get(incoming) })))
  }
  return kinds
}

function refused({ findings }: Comparison, { row, byItself }: OneRecord, type: string, message: unknown): DifferenceKind {
  note(findings, {
    kind: 'refused',
    type,
    day: '',
    externalKey: row.key,
    key: null,
    byItself,
    detail: String(message),
    changes: [],
    heal: null,
  })
  return 'refused'
}

interface OnePart {
  readonly incoming: Incoming
  readonly part: DocumentPart
  readonly link: LinkTable | undefined
}

async function comparePart(
  comparison: Comparison,
  books: Books,
  { row, last, byItself }: OneRecord,
  { incoming, part, link }: OnePart,
): Promise<readonly DifferenceKind[]> {
  const { tally, findings, ask } = comparison
  const { shelf } = books.data
  const type = part.document
  const known = part.identity.kind === 'fact' ? `${row.connection}/${incoming.externalKey}` : link?.key
  const before = known === undefined ? undefined : await fetchDocument(shelf, type, known)
  const applied = await applyPart(books, incoming)
  if (applied.state === 'ignored') return []
  const after = applied.state === 'parked' ? undefined : shelf.documents.get(documentName({ type, key: applied.key }))
  const day = after?.businessDate ?? (incoming.body === null ? null : businessDateOf(incoming.body)) ?? ''
  if (!isInRange(ask, day)) return []
  const own = after !== undefined && after.origin === row.connection
  const entry = (document: LedgerDocument | undefined) => ({
    type,
    day,
    key: incoming.externalKey,
    hash: own && document !== undefined ? sha256(contentOf(type, document.body)) : '',
    figures: own && document !== undefined ? figuresOf(document.body) : [],
  })
  tally.add('there', entry(after))
  const key = applied.state === 'parked' ? null : applied.key
  const tell = (kind: DifferenceKind, detail: string | null, changes: readonly FieldChange[] = []): readonly DifferenceKind[] => {
    note(findings, { kind, type, day, externalKey: incoming.externalKey, key, byItself, detail, changes, heal: healOf(comparison, kind) })
    return [kind]
  }
  if (key !== null && part.mode !== 'snapshot') {
    const first = comparison.recordOf.get(documentName({ type, key })) ?? incoming.externalKey
    comparison.recordOf.set(documentName({ type, key }), first)
    if (first !== incoming.externalKey) return tell('duplicated', `the record ${first} stands for the same document`)
  }
  if (before === undefined || before.deleted) {
    const waiting = await unsettledEnvelope(books.tx, books.tenant, row)
    if (waiting === undefined && (await isUncut(books.tx, books.tenant, row.connection)))
      return tell('late', 'something that came of this connection is not cut yet')
    if (waiting === undefined) return tell(byItself ? 'late' : 'lost', waitsFor(applied))
    return tell('late', `the envelope ${waiting.id} is ${waiting.state}`)
  }
  tally.add('here', entry(before))
  if (!own || contentOf(type, before.body) === contentOf(type, after.body)) return []
  const isKnown = last !== undefined && last.body_hash === row.body_hash
  return tell(isKnown ? 'remapped' : 'edited-there', null, differences(before.body, after.body, maxFields))
}

const waitsFor = (applied: Applied): string | null =>
  applied.state === 'parked' ? `${applied.reason}: waits for ${applied.waitsFor}` : null

/** What healing by reading does about a difference. */
function healOf({ ask }: Comparison, kind: DifferenceKind): 'read-again' | 'replayed' | null {
  if (ask.heal !== 'pull') return null
  if (kind === 'late' || kind === 'lost' || kind === 'edited-there') return 'read-again'
  return kind === 'remapped' ? 'replayed' : null
}

/** A record as an envelope would hold it; its slices name the page's bodies by their place. */
function rowOf({ context, setup }: Comparison, page: PageRead, record: PageRead['records'][number], place: number): EnvelopeTable {
  return {
    tenant: context.tenant,
    id: `reconcile-${place}`,
    receipt: '',
    connection: setup.name,
    stream: record.stream,
    lane: 0,
    key: record.key,
    version: record.version,
    op: record.op,
    slices: JSON.stringify(record.slices.map(({ body, ...where }) => ({ receipt: String(body), ...where }))),
    body_hash: record.bodyHash,
    as_of: Math.floor(page.asOf),
    baseline: 0,
    authoritative: 0,
    state: 'received',
    reason: null,
    detail: null,
    waits_for: null,
    crashes: 0,
    revision: null,
    received_at: Math.floor(page.asOf),
    settled_at: null,
  }
}
