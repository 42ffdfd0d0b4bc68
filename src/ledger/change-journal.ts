import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { type KeyedChange, keyedDifferences, type Step } from '../model/keyed-difference.ts'
import { versionsOf } from '../store/document.ts'
import { envelopeSources } from '../store/envelope.ts'
import type { Reader } from '../store/in-list.ts'
import { journalRange } from '../store/journal.ts'
import type { DocumentVersionTable, JournalTable } from '../store/tables.ts'
import { listOf } from './shelf.ts'

/**
 * One field of a document that changed, or one derived figure of an order: from what to what, when (epoch ms), and because of whom or what. A command has `actor` and `why`; a record of a connection
 * has `connection`, `stream` and `envelope` (null once it was let go), with the mapping and revision that read it.
 */
export interface ChangeEntry extends KeyedChange {
  /** 1 for the first change of the document */
  readonly sequence: number
  readonly at: number
  /** null for a derived figure */
  readonly version: number | null
  readonly derived: boolean
  readonly actor: string | null
  readonly why: string | null
  readonly envelope: string | null
  readonly connection: string | null
  readonly stream: string | null
  readonly mapping: string | null
  readonly revision: string | null
}

/** How far a reader has come: all of a version and of a line of the journal, then `skip` changes of what comes next, which is a version or a line. */
export interface ChangePlace {
  readonly version: number
  readonly line: string
  readonly next: 'version' | 'line'
  readonly skip: number
  readonly sequence: number
}
export const firstPlace: ChangePlace = { version: 0, line: '', next: 'version', skip: 0, sequence: 0 }

/** Kind of the journal's lines that tell what moved in the derived state of an order. */
const moved = 'order-state-changed'
/** Versions and lines of the journal that one page looks at; most change something. */
const mostLooks = 400
/** Bodies held at once, in characters, beside the two that are compared. */
const heldCharacters = 4_000_000

type Source = Omit<ChangeEntry, keyof KeyedChange | 'sequence'>
interface Look {
  readonly source: Source
  readonly changes: Iterable<KeyedChange>
  /** where the reader stands when all of it was told */
  readonly end: Pick<ChangePlace, 'version' | 'line'>
}

/**
 * The change journal of a document, the first change first: one entry for each field that differs between two versions that follow each other, and for each figure of an order's derived state. It is
 * computed from the versions and the journal each time, so it cannot say anything else than they do. At most `limit` entries after `place`; `next` is undefined at the end. Memory does not grow with
 * the number of versions.
 */
export async function changeJournal(
  read: Reader,
  tenant: string,
  name: { readonly type: string; readonly key: string },
  place: ChangePlace,
  limit: number,
): Promise<{ readonly items: readonly ChangeEntry[]; readonly next: ChangePlace | undefined }> {
  const entries: ChangeEntry[] = []
  let here = place
  let looks = 0
  for await (const { source, changes, end } of merged(read, tenant, name, place)) {
    if (looks++ >= mostLooks) return { items: await sourced(read, tenant, entries), next: here }
    here = { ...here, next: source.derived ? 'line' : 'version' }
    let told = 0
    for (const change of changes) {
      if (told++ < here.skip) continue
      if (entries.length >= limit) return { items: await sourced(read, tenant, entries), next: here }
      here = { ...here, skip: told, sequence: here.sequence + 1 }
      entries.push({ ...change, ...source, sequence: here.sequence })
    }
    here = { ...here, ...end, skip: 0 }
  }
  return { items: await sourced(read, tenant, entries), next: undefined }
}

/** Versions and moves of derived figures in one order: a version goes first when both are of one moment, as what follows from it comes after it. */
async function* merged(
  read: Reader,
  tenant: string,
  { type, key }: { readonly type: string; readonly key: string },
  place: ChangePlace,
): AsyncGenerator<Look, undefined, undefined> {
  const versions = allVersions(read, tenant, type, key, Math.max(0, place.version - 1))
  const moves = allMoves(read, tenant, type, key, place.line)
  let end: Look['end'] = { version: place.version, line: place.line }
  let before: JsonObject | undefined
  let version = await nextOf(versions)
  if (version !== undefined && version.version <= place.version) {
    before = bodyOf(version)
    version = await nextOf(versions)
  }
  let move = await nextOf(moves)
  // what was told in part goes on, whatever came meanwhile
  let first = place.skip > 0 ? place.next : undefined
  while (version !== undefined || move !== undefined) {
    const isVersion = first === undefined ? move === undefined || (version !== undefined && version.at <= move.at) : first === 'version'
    first = undefined
    if (version !== undefined && isVersion) {
      const body = bodyOf(version)
      end = { ...end, version: version.version }
      yield { source: versionSource(version), changes: keyedDifferences(before, body), end }
      before = body
      version = await nextOf(versions)
    } else if (move !== undefined) {
      end = { ...end, line: move.id }
      yield { source: moveSource(move), changes: figuresMoved(move), end }
      move = await nextOf(moves)
    }
  }
}

async function nextOf<T>(rows: AsyncGenerator<T, undefined, undefined>): Promise<T | undefined> {
  const { value } = await rows.next()
  return value
}

/** Versions after one, as many at a time as are not too long. */
async function* allVersions(
  read: Reader,
  tenant: string,
  type: string,
  key: string,
  from: number,
): AsyncGenerator<DocumentVersionTable, undefined, undefined> {
  for (let after = from, most = 2; ; ) {
    const rows = await versionsOf(read, tenant, type, key, after, most)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < most) return
    after = last.version
    most = Math.min(50, Math.max(1, Math.floor(heldCharacters / Math.max(1, last.body.length))))
  }
}

const linesAtOnce = 100

async function* allMoves(
  read: Reader,
  tenant: string,
  type: string,
  key: string,
  from: string,
): AsyncGenerator<JournalTable, undefined, undefined> {
  for (let after = from; ; ) {
    const rows = await journalRange(read, tenant, {
      selections: [{ kinds: [moved] }],
      type,
      key,
      after,
      order: 'oldest',
      limit: linesAtOnce,
    })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < linesAtOnce) return
    after = last.id
  }
}

function bodyOf({ body }: Pick<DocumentVersionTable, 'body'>): JsonObject {
  const value: Json = JSON.parse(body)
  return isObject(value) ? value : {}
}

const versionSource = (row: DocumentVersionTable): Source => ({
  at: row.at,
  version: row.version,
  derived: false,
  actor: row.actor,
  why: row.why,
  envelope: row.envelope,
  connection: null,
  stream: null,
  mapping: row.mapping,
  revision: row.revision,
})

const moveSource = (row: JournalTable): Source => ({
  at: row.at,
  version: null,
  derived: true,
  actor: row.actor,
  why: row.why,
  envelope: row.envelope,
  connection: null,
  stream: null,
  mapping: null,
  revision: null,
})

/** Each figure that a line of the journal tells of; those of lines by the key of the line. */
function* figuresMoved({ detail }: JournalTable): Generator<KeyedChange, undefined, undefined> {
  const told: Json = detail === null ? null : JSON.parse(detail)
  if (!isObject(told)) return
  const [before, after] = [told.before, told.after].map((side) => (isObject(side) ? side : {}))
  yield* figuresOf(before, after, [])
  const old = new Map(listOf(before?.lines).map((line) => [line.line, line]))
  for (const line of listOf(after?.lines))
    if (typeof line.line === 'string')
      yield* figuresOf(old.get(line.line) ?? {}, line, [{ name: 'lines' }, { key: line.line, number: line.line }])
}

function* figuresOf(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  steps: readonly Step[],
): Generator<KeyedChange, undefined, undefined> {
  for (const [name, value] of Object.entries(after ?? {})) {
    if (name === 'lines' || name === 'line' || value === undefined) continue
    const old = before?.[name]
    if (old !== value)
      yield { steps: [...steps, { name }], change: old === undefined ? 'added' : 'changed', before: old ?? null, after: value }
  }
}

/** The connection and stream that each envelope came from. */
async function sourced(read: Reader, tenant: string, entries: readonly ChangeEntry[]): Promise<readonly ChangeEntry[]> {
  const sources = await envelopeSources(read, tenant, new Set(entries.flatMap(({ envelope }) => envelope ?? [])))
  return entries.map((entry) => ({ ...entry, ...sources.get(entry.envelope ?? '') }))
}
