import type { DocumentPart, Part } from '../connector/types.ts'
import { type CompareReport, type Comparison, type Outcome, openComparison, type RuleDifference } from '../mapping/compare-report.ts'
import { ruleAt } from '../mapping/rule-at.ts'
import type { CompiledMapping, MapContext } from '../mapping/types.ts'
import { isHubError, reject } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { type EnvelopeRecord, recordsBack } from '../store/envelope.ts'
import { receiptBodies } from '../store/receipt.ts'
import { type CodeBook, codeScope, codesFor, openCodeBook } from './code-book.ts'
import type { Catalogue, Context } from './context.ts'
import { eachRecord } from './each-item.ts'
import { mapContextOf, openReader, partsOf, placeOf, slicesOf } from './map-record.ts'
import type { VersionedMapping } from './mapping-version.ts'

/** Two versions of the mapping that streams name `name`. */
export interface MappingPair {
  readonly name: string
  readonly before: VersionedMapping
  readonly after: VersionedMapping
}
export interface CompareWhich {
  readonly connection?: string
  /** received at or after, epoch ms */
  readonly from?: number
  /** only envelopes before this one */
  readonly before?: string
  /** numbers that are apart by no more than this decimal are equal */
  readonly tolerance?: string
}

export interface Compared {
  readonly report: Omit<CompareReport, 'rules'>
  /** with the line of the rule in the version after, or where it is gone in the one before */
  readonly rules: readonly (RuleDifference & { readonly line: number | null })[]
  /** records that cannot be read, or have another shape than their stream promises */
  readonly unreadable: number
  /** records that the condition of their stream keeps from this mapping */
  readonly filtered: number
  /** the last envelope looked at, when there are more; they go on before it */
  readonly next: string | null
}

/** Records of one call. */
export const maxCompared = 500
/** Bytes of receipts held at once, and how long one call works. */
const maxHeldBytes = 16 * 1024 * 1024
const longestMs = 10_000

/**
 * Runs two versions of a mapping over the records that came in, the newest first, and tells what differs. Touches nothing: no transaction, no ledger.
 * @throws HubError (reject) `not-a-pull` for a mapping that reads no records, `no-stream` when no stream of the connection names it
 */
export async function compareMappings(context: Context, pair: MappingPair, which: CompareWhich, limit: number): Promise<Compared> {
  const catalogue = context.catalogue()
  for (const { id, version, direction } of [pair.before(), pair.after()])
    if (direction === 'push')
      throw reject('not-a-pull', `${id} ${version} has direction push: no record that came in is read by it; compare the cases beside it`)
  const streams = streamsOf(catalogue, pair.name, which.connection)
  if (streams.length === 0)
    throw reject('no-stream', `no stream of ${which.connection ?? 'any connection'} reads records with the mapping ${pair.name}`)
  const until = context.clock.now() + longestMs
  const rows = await recordsBack(context.database.read, context.tenant, { ...which, streams }, Math.min(limit, maxCompared) + 1)
  const asked = rows.slice(0, Math.min(limit, maxCompared))
  const versions = [pair.after, pair.before].flatMap((of) => [of(), ...streams.map(({ connection }) => of(connection))])
  const comparison = openComparison(
    (rule) => ({
      sensitive: versions.some((mapping) => mapping.facts(rule).sensitive),
      amount: versions.some((mapping) => mapping.facts(rule).amount),
    }),
    which.tolerance,
  )
  const compare = openPair(context, catalogue, await openCodeBook(context, catalogue, context.database.read), pair, comparison)
  const counts = { unreadable: 0, filtered: 0 }
  const held = new Map<string, Uint8Array>()
  let last: string | undefined
  for (const row of asked) {
    await hold(context, held, [...new Set(slicesOf(row).map(({ receipt }) => receipt))])
    const found = compare(row, held)
    if (found !== 'compared') counts[found]++
    last = row.id
    if (context.clock.now() > until) break
  }
  const more = last !== undefined && last !== rows.at(-1)?.id
  const { rules, ...report } = comparison.report()
  const lineOf = (rule: string) =>
    versions.map((mapping) => ruleAt(mapping, rule)).find((found) => found !== undefined)?.position.line ?? null
  return { report, rules: rules.map((one) => ({ ...one, line: lineOf(one.rule) })), ...counts, next: more ? (last ?? null) : null }
}

/** Streams, and lists of child records, one of whose parts names the mapping. */
function streamsOf(catalogue: Catalogue, mapping: string, only: string | undefined) {
  return [...catalogue.connections.values()]
    .filter(({ name }) => only === undefined || name === only)
    .flatMap((setup) =>
      Object.entries(setup.connector.streams)
        .flatMap(([name, stream]) => [name, ...(stream.children ?? []).map((child) => `${name}/${child.name}`)])
        .filter((stream) => partsOf(setup, stream)?.parts.some((part) => reads(part, mapping)))
        .map((stream) => ({ connection: setup.name, stream })),
    )
}

export const reads = (part: Part, mapping: string): part is DocumentPart => !('link' in part) && part.mapping === mapping

/** Keeps what the record stands on, and forgets other bytes once they are many. */
async function hold(context: Context, held: Map<string, Uint8Array>, receipts: readonly string[]): Promise<void> {
  const size = [...held.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (size > maxHeldBytes) for (const id of [...held.keys()]) if (!receipts.includes(id)) held.delete(id)
  const missing = receipts.filter((id) => !held.has(id))
  for (const { id, body } of await receiptBodies(context.database.read, context.tenant, missing)) held.set(id, body)
}

function openPair(context: Context, catalogue: Catalogue, book: CodeBook, pair: MappingPair, comparison: Comparison) {
  const read = openReader(context)
  return (row: EnvelopeRecord, bodies: ReadonlyMap<string, Uint8Array>): 'compared' | 'unreadable' | 'filtered' => {
    const place = placeOf(catalogue, row)
    if ('kind' in place) return 'unreadable'
    const given = recordOr(() => read(row, place, bodies))
    if (given?.kind !== 'record') return 'unreadable'
    const mapContext = mapContextOf(place.setup, catalogue, codesFor(book, codeScope(place.setup), undefined))
    const part = place.parts.find(
      (one): one is DocumentPart =>
        reads(one, pair.name) && (one.when === undefined || context.compiled.condition(one.when).test(given.record, mapContext)),
    )
    const records = part === undefined ? [] : (eachRecord(part, given.record) ?? [])
    if (part === undefined || records.length === 0) return 'filtered'
    for (const { record } of records) {
      const outcome = (of: VersionedMapping) => outcomeOf(catalogue, part, of(row.connection), record, mapContext)
      comparison.add(row.id, outcome(pair.before), outcome(pair.after))
    }
    return 'compared'
  }
}

/** Bytes that retention took away are no record any more. */
function recordOr<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isHubError(error) && error.detail.code === 'receipt-missing') return undefined
    throw error
  }
}

/** What a version makes of a record; a document that does not fit its schema is refused by the hub, so that counts as an error too. */
function outcomeOf(catalogue: Catalogue, part: DocumentPart, mapping: CompiledMapping, record: Json, mapContext: MapContext): Outcome {
  const result = mapping.pull(record, mapContext)
  if (!result.ok) return { errors: result.errors }
  const fault = part.identity.kind === 'mirror' ? undefined : catalogue.validate(part.document, result.value)
  if (fault === undefined) return { value: result.value }
  const rule = fault.path
    .slice(1)
    .replaceAll('/', '.')
    .replace(/\.\d+(?=\.|$)/g, '[]')
  return { errors: [{ code: 'INVALID', rule, to: fault.path, expected: fault.message }] }
}
