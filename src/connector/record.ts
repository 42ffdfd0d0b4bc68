import { sha256 } from '../model/id.ts'
import { at, canonicalJson, type Json } from '../model/json.ts'
import type { CutRecord, CutSlice } from './access.ts'
import type { Place, Row } from './body.ts'
import { withLists } from './join.ts'
import type { Version } from './types.ts'
import { versionOf } from './version.ts'

/** A record while it is put together: its rows and children as bytes of bodies, and its value. */
export interface Draft {
  readonly value: Json
  readonly pieces: readonly Piece[]
}
export interface Piece {
  readonly bytes: Uint8Array
  readonly place: Place
  readonly into?: string
  readonly twin?: true
}

export const draftOf = (row: Row): Draft => ({ value: row.value, pieces: [pieceOf(row)] })
const pieceOf = ({ bytes, place, twin }: Row): Piece => ({ bytes, place, ...(twin === undefined ? {} : { twin }) })

/** The record with one more list in it, made of rows; an empty list leaves its mark too. */
export function embed(draft: Draft, name: string, rows: readonly Row[]): Draft {
  const [own] = draft.pieces
  const none: readonly Piece[] = own === undefined ? [] : [{ bytes: own.bytes, place: { from: 0, to: 0 }, into: name }]
  const pieces = rows.length === 0 ? none : rows.map((row) => ({ ...pieceOf(row), into: name }))
  return { value: withLists(draft.value, new Map([[name, rows.map((row) => row.value)]])), pieces: [...draft.pieces, ...pieces] }
}

/** The record with another one in it, as a list of one, by that one's own bytes. */
export function embedDraft(draft: Draft, name: string, whole: Draft): Draft {
  const [own] = whole.pieces
  return own === undefined
    ? draft
    : {
        value: withLists(draft.value, new Map([[name, [whole.value]]])),
        pieces: [
          ...draft.pieces,
          { bytes: own.bytes, place: own.place, into: name, ...(own.twin === undefined ? {} : { twin: own.twin }) },
        ],
      }
}

export interface RecordShape {
  /** `orders`, `products/variations` */
  readonly stream: string
  readonly keyPath: string
  readonly version: Version
  readonly op: 'upsert' | 'delete'
}

/**
 * The cut record of a draft; `bodies` in the order the page names them. A record without a key gets one of its content (`#<hash>`): it fails the stream's schema and ends as
 * a dead envelope instead of holding its whole page. The content of one with a name twice is its bytes, so that the mended record is none of its duplicates.
 */
export function finish(draft: Draft, shape: RecordShape, bodies: readonly Uint8Array[], asOf: number, laneKey?: string): CutRecord {
  const bodyHash = sha256(
    canonicalJson(draft.value),
    ...draft.pieces.filter(({ twin }) => twin).map(({ bytes, place }) => textAt(bytes, place)),
  )
  const key = keyText(at(draft.value, shape.keyPath)) ?? `#${bodyHash.slice(0, 16)}`
  return {
    stream: shape.stream,
    key,
    version: versionOf(shape.version, draft.value, asOf),
    op: shape.op,
    slices: draft.pieces.map((piece) => sliceOf(piece, bodies)),
    bodyHash,
    laneKey: laneKey ?? key,
  }
}

const textAt = (bytes: Uint8Array, place: Place): string =>
  'index' in place ? '' : Buffer.from(bytes.subarray(place.from, place.to)).toString('latin1')

/** A key as text; undefined for nothing, an empty text, an object or a list. */
export function keyText(value: Json | undefined): string | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined
}

function sliceOf({ bytes, place, into }: Piece, bodies: readonly Uint8Array[]): CutSlice {
  const body = bodies.indexOf(bytes)
  return { body, ...place, ...(into === undefined ? {} : { into }) }
}
