import type { CutSlice } from '../connector/access.ts'
import { openJoiner } from '../connector/join.ts'
import type { CodePart, DocumentPart, Part } from '../connector/types.ts'
import type { Incoming } from '../ledger/types.ts'
import type { MapContext } from '../mapping/types.ts'
import type { PartnerLine } from '../model/delivery.ts'
import type { EnvelopeReason, Slice } from '../model/envelope.ts'
import { bug } from '../model/errors.ts'
import { at, isObject, type Json, type JsonObject } from '../model/json.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { Catalogue, ConnectionSetup, Context } from './context.ts'
import { streamOf } from './drafts.ts'

/** A record read and mapped: what each of its parts asks the ledger for. Made without the ledger. */
export type Mapped =
  | { readonly kind: 'dead'; readonly reason: EnvelopeReason; readonly detail: JsonObject }
  | {
      readonly kind: 'parts'
      readonly hubRef?: { readonly document: string; readonly value: string; readonly lines: readonly PartnerLine[] }
      readonly parts: readonly MappedPart[]
    }

export type MappedPart =
  | { readonly kind: 'incoming'; readonly incoming: Incoming }
  | { readonly kind: 'filtered'; readonly document: string }
  | { readonly kind: 'dead'; readonly document: string; readonly detail: JsonObject }

/** Faults shown of one part. */
const maxShown = 10

export const mapContextOf = (setup: ConnectionSetup, catalogue: Catalogue): MapContext => ({
  connection: setup.name,
  books: setup.books,
  ...(setup.organisation === undefined ? {} : { organisation: setup.organisation }),
  config: setup.openConfig,
  ...(typeof setup.openConfig.timeZone === 'string' ? { zone: setup.openConfig.timeZone } : {}),
  codes: (kind) => catalogue.codes.get(kind),
})

/** Reads and maps the records of one transaction; bodies that are not JSON are parsed once each. */
export function openMapper(
  context: Context,
  catalogue: Catalogue,
  bodies: ReadonlyMap<string, Uint8Array>,
): (envelope: EnvelopeTable) => Mapped {
  const joiners = new Map<string, ReturnType<typeof openJoiner>>()
  return (envelope) => {
    const setup = catalogue.connections.get(envelope.connection)
    const stream = setup && streamOf(setup.connector, envelope.stream)
    const shape = setup && partsOf(setup, envelope.stream)
    if (setup === undefined || stream === undefined || shape === undefined)
      return dead(
        'invalid',
        `the workspace has no stream '${envelope.stream}' of a connection '${envelope.connection}' any more: put it back, then replay`,
      )
    const joiner = joiners.get(setup.name) ?? openJoiner(setup.connector.http.codec)
    joiners.set(setup.name, joiner)
    const slices = JSON.parse(envelope.slices) as readonly Slice[]
    if (envelope.op === 'delete') return { kind: 'parts', parts: deletedParts(context, shape.parts, envelope, setup) }
    const read = readRecord(slices, bodies, joiner)
    if ('fault' in read) return dead('unparseable', read.fault)
    const fault = shape.schema && context.compiled.schema(shape.schema, `${setup.connector.name}/${envelope.stream}`)(read.record)
    if (fault !== undefined)
      return {
        kind: 'dead',
        reason: 'invalid',
        detail: { message: 'the record does not have the shape the stream promises', path: fault.path, fault: fault.message },
      }
    const mapContext = mapContextOf(setup, catalogue)
    const parts = shape.parts.map((part) => mapPart(context, catalogue, setup, mapContext, part, envelope, read.record))
    const hubRef = envelope.stream.includes('/') ? undefined : hubRefOf(stream.hubRef, stream.hubLines, read.record)
    return { kind: 'parts', parts, ...(hubRef === undefined ? {} : { hubRef }) }
  }
}

const dead = (reason: EnvelopeReason, message: string): Mapped => ({ kind: 'dead', reason, detail: { message } })

function readRecord(
  slices: readonly Slice[],
  bodies: ReadonlyMap<string, Uint8Array>,
  join: ReturnType<typeof openJoiner>,
): { readonly record: Json } | { readonly fault: string } {
  const names = [...new Set(slices.map(({ receipt }) => receipt))]
  const bytes = names.map((name) => {
    const body = bodies.get(name)
    if (body === undefined) throw bug('receipt-missing', `receipt ${name} is gone although an envelope stands on it`)
    return body
  })
  const cut: CutSlice[] = slices.map(({ receipt, ...place }) => ({ body: names.indexOf(receipt), ...place }))
  try {
    return { record: join(cut, bytes) }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

/** Parts of a stream, or of its child records (`products/variations`); children have no schema of their own. */
function partsOf(setup: ConnectionSetup, name: string): { readonly parts: readonly Part[]; readonly schema?: JsonObject } | undefined {
  const [parent = '', child] = name.split('/')
  const stream = setup.connector.streams[parent]
  if (stream === undefined || child === undefined) return stream
  const as = stream.children?.find((one) => one.name === child)?.as
  return as?.kind === 'records' ? { parts: as.parts } : undefined
}

/**
 * A delete says it of the document that the record itself is: parts with a key of their own (the payment of an order, its customer) are facts that stay.
 */
function deletedParts(context: Context, parts: readonly Part[], envelope: EnvelopeTable, setup: ConnectionSetup): MappedPart[] {
  return parts.flatMap((part): MappedPart[] => {
    if ('link' in part) return []
    const own = part.key === undefined || parts.length === 1
    const externalKey = part.key === undefined ? envelope.key : context.compiled.template(part.key)({ key: envelope.key })
    return own && externalKey !== undefined
      ? [{ kind: 'incoming', incoming: incomingOf(envelope, setup, part, externalKey, null, null) }]
      : []
  })
}

function mapPart(
  context: Context,
  catalogue: Catalogue,
  setup: ConnectionSetup,
  mapContext: MapContext,
  part: Part,
  envelope: EnvelopeTable,
  record: Json,
): MappedPart {
  if ('link' in part) return mapCode(context, catalogue, setup, part, envelope, record)
  const document = part.document
  if (part.when !== undefined && !context.compiled.condition(part.when).test(record, mapContext)) return { kind: 'filtered', document }
  const externalKey = part.key === undefined ? envelope.key : context.compiled.template(part.key)({ key: envelope.key, record })
  if (externalKey === undefined)
    return { kind: 'dead', document, detail: { message: `the key template ${part.key} finds no value in the record` } }
  const made = bodyOf(catalogue, part, mapContext, record)
  if ('detail' in made) return { kind: 'dead', document, detail: made.detail }
  const fault = made.body === null ? undefined : catalogue.validate(document, made.body)
  if (fault !== undefined)
    return {
      kind: 'dead',
      document,
      detail: {
        message: `what the mapping made is no ${document}`,
        path: fault.path,
        fault: fault.message,
        ...(part.mapping ? { mapping: part.mapping } : {}),
      },
    }
  return { kind: 'incoming', incoming: incomingOf(envelope, setup, part, externalKey, made.body, made.mapping) }
}

function bodyOf(
  catalogue: Catalogue,
  part: DocumentPart,
  mapContext: MapContext,
  record: Json,
): { readonly body: JsonObject | null; readonly mapping: string | null } | { readonly detail: JsonObject } {
  if (part.body !== undefined) {
    const body = at(record, part.body)
    return isObject(body) ? { body, mapping: null } : { detail: { message: `there is no document at ${part.body}` } }
  }
  if (part.mapping === undefined) return { body: null, mapping: null }
  const mapping = catalogue.mappings.get(part.mapping)
  if (mapping === undefined) throw bug('mapping-missing', `the mapping ${part.mapping} is not in revision ${catalogue.revision}`)
  const result = mapping.pull(record, mapContext)
  if (result.ok) return { body: result.value, mapping: mapping.hash }
  const errors = result.errors
    .slice(0, maxShown)
    .map(({ code, rule, to, from, found, expected }) => ({ code, rule, to, from, found, expected }))
  return { detail: { message: `the mapping refused the record in ${result.errors.length} places`, mapping: part.mapping, errors } }
}

function mapCode(
  context: Context,
  catalogue: Catalogue,
  setup: ConnectionSetup,
  part: CodePart,
  envelope: EnvelopeTable,
  record: Json,
): MappedPart {
  const found = at(record, part.code)
  const externalKey = part.key === undefined ? envelope.key : context.compiled.template(part.key)({ key: envelope.key, record })
  if (typeof found !== 'string' || found === '' || externalKey === undefined) return { kind: 'filtered', document: part.link }
  const code = (part.codes === undefined ? undefined : catalogue.codes.get(part.codes)?.get(found)) ?? found
  return { kind: 'incoming', incoming: incomingOf(envelope, setup, part, externalKey, { code }, null) }
}

const incomingOf = (
  envelope: EnvelopeTable,
  setup: ConnectionSetup,
  part: Part,
  externalKey: string,
  body: JsonObject | null,
  mapping: string | null,
): Incoming => ({
  envelope: envelope.id,
  connection: envelope.connection,
  books: setup.books,
  stream: envelope.stream,
  part,
  externalKey,
  version: envelope.version,
  asOf: envelope.as_of,
  baseline: envelope.baseline === 1,
  op: envelope.op,
  body,
  mapping,
})

function hubRefOf(
  hubRef: { readonly path: string; readonly document: string } | undefined,
  hubLines: { readonly each: string; readonly key: string; readonly number: string } | undefined,
  record: Json,
): { readonly document: string; readonly value: string; readonly lines: readonly PartnerLine[] } | undefined {
  const value = hubRef === undefined ? undefined : at(record, hubRef.path)
  if (hubRef === undefined || (typeof value !== 'string' && typeof value !== 'number') || value === '') return undefined
  return { document: hubRef.document, value: String(value), lines: hubLines === undefined ? [] : linesOf(hubLines, record) }
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
