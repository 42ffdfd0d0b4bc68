import { sha256 } from '../model/id.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { exampleOf, openShape, type Strange } from '../model/record-shape.ts'
import { readPosition } from '../store/cursor.ts'
import type { Database, Tx } from '../store/database.ts'
import { acceptShapes, insertShapes, openShapes, shapeOf } from '../store/shape.ts'
import type { EnvelopeTable, ShapeTable } from '../store/tables.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { positionOf } from './position.ts'
import { releaseNames } from './release.ts'

/** What a change of a stream's records does: it is written down only, raises an alarm too, or stops the stream before the first record that shows it. */
export type DriftPolicy = 'accept' | 'warn' | 'stop'

/** A stream that nobody reads whole (webhooks only) shows in its first day what its records look like. */
const learningMs = 24 * 3_600_000
/** Traits kept of one stream: beyond them its records are taken for a table of anything, and nothing new is told. */
export const mostTraits = 2000

/** Watches the records of one transaction. */
export interface DriftWatch {
  /** a record that was read, before anything judged it */
  see(envelope: EnvelopeTable, record: Json): void
  /** once all were seen: writes down what is new */
  settle(): Promise<void>
  /** why an envelope may not be applied now; undefined: it may */
  held(envelope: EnvelopeTable): Held | undefined
}
export interface Held {
  readonly waitsFor: string
  readonly detail: JsonObject
}

/** `orders/refunds` belongs to `orders`: a stream stops as a whole. */
export const parentOf = (stream: string): string => stream.split('/', 1)[0] ?? stream
/** What the envelopes of a stopped stream wait for. */
export const driftName = (connection: string, stream: string): string => `drift:${connection}/${parentOf(stream)}`

/** Of such names those whose stream nothing stops any more: its change was accepted at the moment at which a record began to wait, or the workspace lets it go on. */
export async function goneOn({ database, tenant, catalogue }: Context, names: readonly string[]): Promise<string[]> {
  const free: string[] = []
  for (const name of new Set(names)) {
    const [, connection = '', stream = ''] = /^drift:([^/]+)\/(.+)$/s.exec(name) ?? []
    const setup = catalogue().connections.get(connection)
    if (setup !== undefined && !(await isStopped(database, tenant, setup, stream))) free.push(name)
  }
  return free
}

/** Whether a change that nobody has accepted holds the stream. */
export async function isStopped(database: Database, tenant: string, setup: ConnectionSetup, stream: string): Promise<boolean> {
  if (setup.streams.get(stream)?.drift !== 'stop') return false
  return (await openShapes(database.read, tenant, { connection: setup.name, stream, limit: 1 })).length > 0
}

/**
 * Holds the records of a transaction against what those of their streams looked like so far. What the first read shows is how they look, and what comes by webhook while it goes on; a field, a type or a word that appears after it is a change. Where the stream is
 * set to stop, the first record that shows one and all that follow wait, in order, until a person accepts it: none of them is applied before.
 */
export async function openDriftWatch(
  context: Context,
  tx: Tx,
  setups: ReadonlyMap<string, ConnectionSetup>,
  envelopes: readonly EnvelopeTable[],
  now: number,
): Promise<DriftWatch> {
  const { tenant, compiled } = context
  const policyOf = ({ connection, stream }: Pick<EnvelopeTable, 'connection' | 'stream'>): DriftPolicy =>
    setups.get(connection)?.streams.get(parentOf(stream))?.drift ?? 'accept'
  const stopped = new Map<string, ShapeTable>()
  const stop = (row: ShapeTable): void => {
    const name = driftName(row.connection, row.stream)
    if (policyOf(row) === 'stop' && !stopped.has(name)) stopped.set(name, row)
  }
  const mayStop = envelopes.filter((envelope) => policyOf(envelope) === 'stop')
  for (const [, [one]] of Map.groupBy(mayStop, ({ connection, stream }) => driftName(connection, stream))) {
    if (one === undefined) continue
    const [row] = await openShapes(tx, tenant, { connection: one.connection, stream: parentOf(one.stream), limit: 1 })
    if (row !== undefined) stop(row)
  }
  const wordsOf = ({ connection, stream }: EnvelopeTable): readonly string[] =>
    (stream.includes('/') ? undefined : setups.get(connection)?.connector.streams[stream]?.words) ?? []
  const keyOf = ({ connection, stream }: EnvelopeTable): string => `${tenant}\0${connection}\0${stream}`
  const suspects: { readonly envelope: EnvelopeTable; readonly record: Json }[] = []
  /** by envelope, the change it shows first */
  const shows = new Map<string, ShapeTable>()

  const settleStream = async (key: string): Promise<void> => {
    const mine = suspects.filter(({ envelope }) => keyOf(envelope) === key)
    const [first] = mine
    if (first === undefined) return
    const { connection, stream } = first.envelope
    const rows = await shapeOf(tx, tenant, connection, stream)
    const shape = openShape(rows, wordsOf(first.envelope))
    compiled.shapes.set(key, shape)
    if (rows.length >= mostTraits) return
    const young = !rows.some(({ how }) => how === 'first') && now < Math.min(now, ...rows.map(({ seen_at }) => seen_at)) + learningMs
    const early = young || positionOf(await readPosition(tx, tenant, connection, parentOf(stream)))?.baseline === true
    const known = new Map(rows.map((row) => [row.hash, row]))
    const fresh: ShapeTable[] = []
    for (const { envelope, record } of mine)
      for (const strange of shape.strange(record)) {
        const hash = sha256(strange.path, strange.type, strange.word)
        const row = known.get(hash) ?? rowOf(context, envelope, strange, { hash, early, now, accept: policyOf(envelope) === 'accept' })
        if (!known.has(hash)) fresh.push(row)
        known.set(hash, row)
        if (row.accepted_at === null && !shows.has(envelope.id)) shows.set(envelope.id, row)
      }
    await insertShapes(tx, fresh.slice(0, mostTraits - rows.length))
  }
  return {
    see(envelope, record) {
      const shape = compiled.shapes.get(keyOf(envelope))
      if (shape === undefined || (shape.size < mostTraits && shape.strange(record).length > 0)) suspects.push({ envelope, record })
    },
    async settle() {
      for (const key of new Set(suspects.map(({ envelope }) => keyOf(envelope)))) await settleStream(key)
    },
    held(envelope) {
      const own = shows.get(envelope.id)
      if (own !== undefined) stop(own)
      const name = driftName(envelope.connection, envelope.stream)
      const row = stopped.get(name)
      return row === undefined ? undefined : { waitsFor: name, detail: told(row, envelope) }
    },
  }
}

function rowOf(
  { tenant, newId }: Context,
  envelope: EnvelopeTable,
  { path, type, word, former, value, plain }: Strange,
  of: { readonly hash: string; readonly early: boolean; readonly now: number; readonly accept: boolean },
): ShapeTable {
  const how = envelope.baseline === 1 ? 'first' : of.early || plain ? 'early' : 'drift'
  return {
    tenant,
    connection: envelope.connection,
    stream: envelope.stream,
    hash: of.hash,
    id: newId(),
    path,
    type,
    word,
    how,
    former: how === 'drift' ? JSON.stringify(former) : null,
    example: how === 'drift' ? (type === 'word' ? JSON.stringify(word) : exampleOf(value)) : null,
    envelope: envelope.id,
    seen_at: of.now,
    accepted_at: how !== 'drift' || of.accept ? of.now : null,
    accepted_by: null,
  }
}

/**
 * A person takes what changed in a stream, or only what changed at some paths. When nothing of it is left open all that waited is worked on again, in order: answers the lanes to ring.
 * `missing`: a path at which nothing waits; then nothing was done.
 */
export async function acceptDrift(
  tx: Tx,
  tenant: string,
  of: { readonly connection: string; readonly stream: string; readonly paths?: readonly string[] | undefined },
  by: { readonly who: string; readonly at: number },
): Promise<
  { readonly missing: string } | { readonly accepted: readonly ShapeTable[]; readonly open: number; readonly lanes: readonly number[] }
> {
  const { connection, stream, paths } = of
  const open = await openShapes(tx, tenant, { connection, stream })
  const missing = paths?.find((path) => !open.some((row) => row.path === path))
  if (missing !== undefined) return { missing }
  const accepted = open.filter(({ path }) => paths === undefined || paths.includes(path))
  await acceptShapes(tx, tenant, accepted, by)
  const left = open.length - accepted.length
  const { lanes } = left > 0 ? { lanes: [] } : await releaseNames(tx, tenant, [driftName(connection, stream)], by.at)
  return { accepted, open: left, lanes }
}

/** What an open change says to a person, and what to do. */
export function driftText({ connection, stream, path, type, former, example }: ShapeTable): string {
  const before = former === null ? [] : (JSON.parse(former) as readonly string[])
  const place = `${path === '' ? 'the record' : `'${path}'`} of ${connection} ${stream}`
  const what =
    type === 'word'
      ? `${place} has the word ${example ?? ''}, which it never had before (${before.join(', ')})`
      : before.length === 0
        ? `${place} is a new field: ${type}, such as ${example ?? ''}`
        : `${place} was ${before.join(' or ')} and is ${type} now, such as ${example ?? ''}`
  return `${what}; see that the mapping takes it, then accept it: crossdock drift accept ${connection} ${parentOf(stream)}`
}

const told = (row: ShapeTable, envelope: EnvelopeTable): JsonObject => ({
  message: `${row.envelope === envelope.id ? '' : 'waits behind another record: '}${driftText(row)}`,
  path: row.path,
  type: row.type,
  former: row.former === null ? [] : (JSON.parse(row.former) as readonly string[]),
  example: row.example,
})
