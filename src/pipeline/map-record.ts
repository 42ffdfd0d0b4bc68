import type { CutSlice } from '../connector/access.ts'
import { keptCodec } from '../connector/body.ts'
import { openJoiner, type RowShape } from '../connector/join.ts'
import type { Part, Stream } from '../connector/types.ts'
import type { HubRef } from '../ledger/links.ts'
import type { MapContext } from '../mapping/types.ts'
import type { PartnerLine } from '../model/delivery.ts'
import type { EnvelopeReason, Slice } from '../model/envelope.ts'
import { reject } from '../model/errors.ts'
import { at, type Json, type JsonObject } from '../model/json.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { CodeBook } from './code-book.ts'
import type { Catalogue, ConnectionSetup, Context } from './context.ts'
import { streamOf } from './drafts.ts'
import { deletedParts, type MappedPart, mapPart } from './map-part.ts'

/** A record read and mapped: what each of its parts asks the ledger for. Made without the ledger. */
export type Mapped =
  | { readonly kind: 'dead'; readonly reason: EnvelopeReason; readonly detail: JsonObject }
  | {
      readonly kind: 'parts'
      readonly hubRef?: HubRef & { readonly lines: readonly PartnerLine[] }
      readonly parts: readonly MappedPart[]
    }

/** What mappings may know of a connection; codes of the workspace's file alone, where no others are given. */
export const mapContextOf = (setup: ConnectionSetup, catalogue: Catalogue, codes?: MapContext['codes']): MapContext => ({
  connection: setup.name,
  books: setup.books,
  ...(setup.organisation === undefined ? {} : { organisation: setup.organisation }),
  config: setup.openConfig,
  ...(typeof setup.openConfig.timeZone === 'string' ? { zone: setup.openConfig.timeZone } : {}),
  codes: codes ?? ((kind) => catalogue.codes.get(kind)),
})

/** Reads and maps the records of one transaction; bodies that are not JSON are parsed once each. */
export function openMapper(
  context: Context,
  catalogue: Catalogue,
  book: CodeBook,
  bodies: ReadonlyMap<string, Uint8Array>,
  values: ReadonlyMap<string, Json> = new Map(),
  see: (envelope: EnvelopeTable, record: Json) => void = () => {},
): (envelope: EnvelopeTable) => Mapped {
  const read = openReader(context)
  return (envelope) => {
    const found = placeOf(catalogue, envelope)
    if ('kind' in found) return found
    const { setup, stream, parts } = found
    if (envelope.op === 'delete') return { kind: 'parts', parts: deletedParts(context, parts, envelope, setup) }
    const given = read(envelope, found, bodies, values.get(envelope.id))
    if (given.record !== undefined) see(envelope, given.record)
    if (given.kind === 'dead') return given
    const mapContext = mapContextOf(setup, catalogue)
    const mapped = parts.flatMap((part) => mapPart(context, catalogue, setup, { mapContext, book }, part, envelope, given.record))
    const hubRef = envelope.stream.includes('/') ? undefined : hubRefOf(stream.hubRef, stream.hubLines, given.record)
    return { kind: 'parts', parts: mapped, ...(hubRef === undefined ? {} : { hubRef }) }
  }
}

type Dead = Extract<Mapped, { kind: 'dead' }>
/** `record`: it was read, and does not have the shape its stream promises */
type Unfit = Dead & { readonly record?: Json }
const dead = (reason: EnvelopeReason, message: string): Dead => ({ kind: 'dead', reason, detail: { message } })

/** Where an envelope's record belongs: its connection and the parts that its stream is made of. */
export interface RecordPlace {
  readonly setup: ConnectionSetup
  readonly stream: Stream
  readonly parts: readonly Part[]
  readonly schema?: JsonObject
}

export function placeOf(catalogue: Catalogue, envelope: Pick<EnvelopeTable, 'connection' | 'stream'>): RecordPlace | Dead {
  const setup = catalogue.connections.get(envelope.connection)
  const stream = setup && streamOf(setup.connector, envelope.stream)
  const shape = setup && partsOf(setup, envelope.stream)
  return setup === undefined || stream === undefined || shape === undefined
    ? dead(
        'invalid',
        `the workspace has no stream '${envelope.stream}' of a connection '${envelope.connection}' any more: put it back, then replay`,
      )
    : { setup, stream, ...shape }
}

/** Reads records as their mappings see them, and holds them against the shape their stream promises. Bodies that are not JSON are parsed once each. */
export function openReader(context: Context): (
  envelope: Pick<EnvelopeTable, 'stream' | 'slices'>,
  place: RecordPlace,
  bodies: ReadonlyMap<string, Uint8Array>,
  /** the record, where it was parsed already */
  known?: Json,
) => { readonly kind: 'record'; readonly record: Json } | Unfit {
  const joiners = new Map<string, ReturnType<typeof openJoiner>>()
  return (envelope, { setup, stream, schema }, bodies, known) => {
    const joiner = joiners.get(setup.name) ?? openJoiner(keptCodec(setup.connector))
    joiners.set(setup.name, joiner)
    const read =
      known === undefined
        ? readRecord(slicesOf(envelope), bodies, joiner, envelope.stream.includes('/') ? undefined : stream)
        : { record: known }
    if ('fault' in read) return dead('unparseable', read.fault)
    const fault = schema && context.compiled.schema(schema, `${setup.connector.name}/${envelope.stream}`)(read.record)
    return fault === undefined
      ? { kind: 'record', record: read.record }
      : {
          kind: 'dead',
          reason: 'invalid',
          record: read.record,
          detail: { message: 'the record does not have the shape the stream promises', path: fault.path, fault: fault.message },
        }
  }
}

export const slicesOf = ({ slices }: Pick<EnvelopeTable, 'slices'>): readonly Slice[] => JSON.parse(slices) as readonly Slice[]

function readRecord(
  slices: readonly Slice[],
  bodies: ReadonlyMap<string, Uint8Array>,
  join: ReturnType<typeof openJoiner>,
  rows: RowShape | undefined,
): { readonly record: Json } | { readonly fault: string } {
  const names = [...new Set(slices.map(({ receipt }) => receipt))]
  const bytes = names.map((name) => {
    const body = bodies.get(name)
    if (body === undefined)
      throw reject(
        'receipt-missing',
        `the bytes of receipt ${name} were removed: they were older than settings.retention.bodiesDays of the workspace`,
      )
    return body
  })
  const cut: CutSlice[] = slices.map(({ receipt, ...place }) => ({ body: names.indexOf(receipt), ...place }))
  try {
    return { record: join(cut, bytes, rows) }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

/** Parts of a stream, or of its child records (`products/variations`); children have no schema of their own. */
export function partsOf(
  setup: ConnectionSetup,
  name: string,
): { readonly parts: readonly Part[]; readonly schema?: JsonObject } | undefined {
  const [parent = '', child] = name.split('/')
  const stream = setup.connector.streams[parent]
  if (stream === undefined || child === undefined) return stream
  const as = stream.children?.find((one) => one.name === child)?.as
  return as?.kind === 'records' ? { parts: as.parts } : undefined
}

function hubRefOf(
  hubRef: Stream['hubRef'],
  hubLines: { readonly each: string; readonly key: string; readonly number: string } | undefined,
  record: Json,
): (HubRef & { readonly lines: readonly PartnerLine[] }) | undefined {
  const value = hubRef === undefined ? undefined : at(record, hubRef.path)
  if (hubRef === undefined || (typeof value !== 'string' && typeof value !== 'number') || value === '') return undefined
  const by = hubRef.by === undefined ? {} : { by: hubRef.by }
  return { document: hubRef.document, value: String(value), ...by, lines: hubLines === undefined ? [] : linesOf(hubLines, record) }
}

function linesOf(hubLines: { readonly each: string; readonly key: string; readonly number: string }, record: Json): PartnerLine[] {
  const list = at(record, hubLines.each)
  if (!Array.isArray(list)) return []
  return list.flatMap((line: Json) => {
    const [key, number] = [at(line, hubLines.key), at(line, hubLines.number)]
    return (typeof key === 'string' || typeof key === 'number') && (typeof number === 'string' || typeof number === 'number')
      ? [{ externalKey: String(key), number: String(number) }]
      : []
  })
}
