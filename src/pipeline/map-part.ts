import type { CodePart, DocumentPart, Identity, Part } from '../connector/types.ts'
import { codeDate } from '../ledger/codes.ts'
import type { Incoming } from '../ledger/types.ts'
import { sha256 } from '../model/id.ts'
import { at, canonicalJson, type Json, type JsonObject } from '../model/json.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { Catalogue, ConnectionSetup, Context } from './context.ts'
import { eachRecord, maxEach } from './each-item.ts'
import { bodyOf, type MapAround } from './map-body.ts'

export type MappedPart =
  | { readonly kind: 'incoming'; readonly incoming: Incoming }
  | { readonly kind: 'filtered'; readonly document: string }
  | { readonly kind: 'dead'; readonly document: string; readonly detail: JsonObject }
  /** a code list lacks a code of it */
  | { readonly kind: 'parked'; readonly document: string; readonly detail: JsonObject; readonly waitsFor: string }

/** Longest key a column holds. */
const maxKey = 191

/**
 * A delete says it of the document that the record itself is: parts with a key of their own (the payment of an order, its customer) are facts that stay.
 */
export function deletedParts(context: Context, parts: readonly Part[], envelope: EnvelopeTable, setup: ConnectionSetup): MappedPart[] {
  return parts.flatMap((part): MappedPart[] => {
    if ('link' in part || part.identity.kind === 'fact') return []
    const own = part.key === undefined || parts.length === 1
    const externalKey = part.key === undefined ? envelope.key : context.compiled.template(part.key)({ key: envelope.key })
    return own && externalKey !== undefined
      ? [{ kind: 'incoming', incoming: incomingOf(envelope, setup, part, externalKey, null, null) }]
      : []
  })
}

export function mapPart(
  context: Context,
  catalogue: Catalogue,
  setup: ConnectionSetup,
  around: MapAround,
  part: Part,
  envelope: EnvelopeTable,
  record: Json,
): MappedPart[] {
  if ('link' in part) return [mapCode(context, setup, around, part, envelope, record)]
  const { document } = part
  const records = eachRecord(part, record)
  if (records === undefined)
    return [
      { kind: 'dead', document, detail: { message: `the record holds more than ${maxEach} of them: ask the partner for fewer at once` } },
    ]
  if (records.length === 0) return [{ kind: 'filtered', document }]
  return records.map((each) => mapDocument(context, catalogue, setup, around, part, envelope, each.record))
}

function mapDocument(
  context: Context,
  catalogue: Catalogue,
  setup: ConnectionSetup,
  around: MapAround,
  part: DocumentPart,
  envelope: EnvelopeTable,
  record: Json,
): MappedPart {
  const document = part.document
  if (part.when !== undefined && !context.compiled.condition(part.when).test(record, around.mapContext))
    return { kind: 'filtered', document }
  const externalKey = part.key === undefined ? envelope.key : context.compiled.template(part.key)({ key: envelope.key, record })
  if (externalKey === undefined)
    return { kind: 'dead', document, detail: { message: `the key template ${part.key} finds no value in the record` } }
  const made = bodyOf(catalogue, part, around, record, envelope.as_of)
  if (made.kind === 'refused')
    return made.waitsFor === undefined
      ? { kind: 'dead', document, detail: made.detail }
      : { kind: 'parked', document, detail: made.detail, waitsFor: made.waitsFor }
  if (part.identity.kind === 'mirror' && made.body !== null) {
    const message = mirrorFault(part.identity, made.body)
    if (message !== undefined) return { kind: 'dead', document, detail: { message } }
    return { kind: 'incoming', incoming: incomingOf(envelope, setup, part, externalKey, made.body, made.mapping) }
  }
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
  const key = part.identity.kind === 'fact' && made.body !== null ? factKey(made.body, part.identity.of) : externalKey
  return { kind: 'incoming', incoming: incomingOf(envelope, setup, part, key, made.body, made.mapping, made.unknown) }
}

/** Key of a fact at its connection. */
export const factKey = (body: JsonObject, of: readonly string[]): string =>
  sha256(canonicalJson(of.map((path) => at(body, path) ?? null))).slice(0, 40)

/**
 * Nothing of a mirror's body is kept, so it need not be a whole document (an article of a shop without a SKU): who cannot name one waits to be linked. What it is
 * named by is looked up and waited for, and has to fit the columns that hold it.
 */
function mirrorFault({ identifiers }: Extract<Identity, { kind: 'mirror' }>, body: JsonObject): string | undefined {
  for (const { scheme, path } of identifiers) {
    const found = at(body, path)
    const long = (Array.isArray(found) ? found : [found]).some(
      (value: Json | undefined) => typeof value === 'string' && value.length > maxKey,
    )
    if (long)
      return `its ${scheme} at ${path} is longer than ${maxKey} characters, so no document can be found by it: shorten it at the partner`
  }
  return undefined
}

function mapCode(
  context: Context,
  setup: ConnectionSetup,
  { mapContext, book }: MapAround,
  part: CodePart,
  envelope: EnvelopeTable,
  record: Json,
): MappedPart {
  const found = at(record, part.code)
  const externalKey = part.key === undefined ? envelope.key : context.compiled.template(part.key)({ key: envelope.key, record })
  if (typeof found !== 'string' || found === '' || externalKey === undefined) return { kind: 'filtered', document: part.link }
  const date = codeDate(null, {}, envelope.as_of)
  const code = (part.codes === undefined ? undefined : book.table(part.codes, mapContext, date)?.get(found)) ?? found
  return { kind: 'incoming', incoming: incomingOf(envelope, setup, part, externalKey, { code }, null) }
}

const incomingOf = (
  envelope: EnvelopeTable,
  setup: ConnectionSetup,
  part: Part,
  externalKey: string,
  body: JsonObject | null,
  mapping: string | null,
  unknown?: Incoming['unknown'],
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
  ...(unknown === undefined ? {} : { unknown }),
})
