import type { DocumentPart } from '../connector/types.ts'
import { codeDate } from '../ledger/codes.ts'
import { businessDateOf } from '../ledger/document-head.ts'
import { type UnknownCode, waitsForCode } from '../ledger/types.ts'
import type { CompiledMapping, MapContext, MapError } from '../mapping/types.ts'
import { bug } from '../model/errors.ts'
import { at, isObject, type Json, type JsonObject } from '../model/json.ts'
import { type CodeBook, codesFor } from './code-book.ts'
import { type Catalogue, mappingOf } from './context.ts'

/** What a mapping reads beside the record. */
export interface MapAround {
  readonly mapContext: MapContext
  readonly book: CodeBook
}

export type MadeBody =
  | {
      readonly kind: 'body'
      readonly body: JsonObject | null
      readonly mapping: string | null
      /** codes it went on without; absent: it looked into no code list */
      readonly unknown?: readonly UnknownCode[]
    }
  | { readonly kind: 'refused'; readonly detail: JsonObject; readonly waitsFor?: string }

/** Faults shown of one part. */
const maxShown = 10
/** Longest name a column holds. */
const maxName = 191

/** The body that a part makes of a record. @param asOf when the record was read, epoch ms: the date of what has none of its own */
export function bodyOf(catalogue: Catalogue, part: DocumentPart, around: MapAround, record: Json, asOf: number): MadeBody {
  if (part.body !== undefined) {
    const body = at(record, part.body)
    return isObject(body)
      ? { kind: 'body', body, mapping: null }
      : { kind: 'refused', detail: { message: `there is no document at ${part.body}` } }
  }
  if (part.mapping === undefined) return { kind: 'body', body: null, mapping: null }
  const { connection } = around.mapContext
  const mapping = mappingOf(catalogue, connection, part.mapping)
  if (mapping === undefined) throw bug('mapping-missing', `the mapping ${part.mapping} is not in revision ${catalogue.revision}`)
  const { result, unknown } = pullWithCodes(mapping, around, record, asOf)
  if (result.ok) return { kind: 'body', body: result.value, mapping: mapping.hash, ...(unknown === undefined ? {} : { unknown }) }
  const errors = result.errors
    .slice(0, maxShown)
    .map(({ code, rule, to, from, found, expected }) => ({ code, rule, to, from, found, expected }))
  const waitsFor = awaitedCode(result.errors, connection)
  return {
    kind: 'refused',
    detail: { message: `the mapping refused the record in ${result.errors.length} places`, mapping: part.mapping, errors },
    ...(waitsFor === undefined ? {} : { waitsFor }),
  }
}

/**
 * Runs a mapping with the codes that hold on the document's own business date. Where codes have a beginning or an end the date is not known before the document is made: it is made once with whatever code there ever
 * was, and once more with those of its date.
 */
export function pullWithCodes(
  mapping: CompiledMapping,
  { mapContext, book }: MapAround,
  record: Json,
  asOf: number,
  options?: Parameters<CompiledMapping['pull']>[2],
): {
  readonly result: ReturnType<CompiledMapping['pull']>
  readonly unknown: readonly UnknownCode[] | undefined
  readonly date: string | undefined
} {
  const dated = book.isDated(mapContext)
  const first = dated ? mapping.pull(record, { ...mapContext, codes: codesFor(book, mapContext, undefined) }) : undefined
  if (first?.ok === false) return { result: first, unknown: undefined, date: undefined }
  const date = first === undefined ? undefined : codeDate(businessDateOf(first.value), first.value, asOf)
  const unknown = new Map<string, UnknownCode>()
  let asked = false
  const codes = codesFor(book, mapContext, date, (code) => unknown.set(`${code.kind}\0${code.code}`, code))
  const result = mapping.pull(
    record,
    {
      ...mapContext,
      codes: (kind) => {
        asked = true
        return codes(kind)
      },
    },
    options,
  )
  return { result, unknown: asked ? [...unknown.values()] : undefined, date }
}

/** The first code that is missing, where nothing but codes is. */
export function awaitedCode(errors: readonly MapError[], connection: string): string | undefined {
  const [first] = errors
  if (first?.list === undefined || !errors.every(({ list }) => list !== undefined)) return undefined
  const name = waitsForCode(first.list.kind, connection, first.list.code)
  return name.length <= maxName ? name : undefined
}
