import { reject } from '../model/errors.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Place } from './body.ts'
import type { Draft, Piece } from './record.ts'
import { parseRecord, type Range } from './slice.ts'
import type { Bulk, BulkChildren } from './types.ts'

/** Records of a file of JSON lines, and where the first that is not among them begins. */
export interface BulkRows {
  readonly drafts: readonly Draft[]
  /** bytes that they take */
  readonly used: number
}

const lineFeed = 10
const quoted = (value: Json | undefined): string => JSON.stringify(value ?? null).slice(0, 80)

/**
 * The first `size` records of the lines in `bytes`, each with the children that follow it. The last one is among them only `atEnd` of the file, since more of its children may come. Places are those in `bytes`.
 * @throws HubError `bad-shape` (retry) for a line that is no JSON; `bulk-orphan` (reject) for a child that does not follow its record, `bulk-type` for a line of a type that the connector does not name
 */
export function bulkRows(bytes: Uint8Array, { children, size }: Pick<Bulk, 'children' | 'size'>, atEnd: boolean): BulkRows {
  const drafts: Draft[] = []
  let open: Open | undefined
  let from = 0
  const close = (): boolean => {
    if (open === undefined) return false
    drafts.push(draftOf(bytes, open, children))
    open = undefined
    return drafts.length === size
  }
  while (from < bytes.length) {
    const feed = bytes.indexOf(lineFeed, from)
    if (feed < 0 && !atEnd) break
    const line: Range = { from, to: feed < 0 ? bytes.length : feed }
    const next = feed < 0 ? bytes.length : feed + 1
    if (isBlank(bytes, line)) {
      from = next
      continue
    }
    const { value, twin } = parseRecord(bytes, line)
    const row: Line = { place: line, value, ...(twin === undefined ? {} : { twin: true }) }
    const parent = children === undefined ? undefined : fieldOf(value, children.parent)
    if (children === undefined || parent === undefined) {
      if (close()) return { drafts, used: from }
      open = { root: row, lists: new Map() }
    } else addChild(open, row, parent, children)
    from = next
  }
  if (atEnd) close()
  return { drafts, used: atEnd ? bytes.length : (open?.root.place.from ?? from) }
}

interface Line {
  readonly place: Range
  readonly value: Json
  readonly twin?: true
}
interface Open {
  readonly root: Line
  readonly lists: Map<string, Line[]>
}

function addChild(open: Open | undefined, row: Line, parent: Json, children: BulkChildren): void {
  if (open === undefined || fieldOf(open.root.value, children.id) !== parent)
    throw reject(
      'bulk-orphan',
      `a line of the file names the record ${quoted(parent)}, and does not follow it: the file must keep children after their record`,
    )
  const type = fieldOf(row.value, children.type)
  const place = typeof type === 'string' && Object.hasOwn(children.of, type) ? children.of[type] : undefined
  if (place === undefined)
    throw reject('bulk-type', `a line of the file is of the type ${quoted(type)}, which is none of ${Object.keys(children.of).join(', ')}`)
  open.lists.set(place.into, [...(open.lists.get(place.into) ?? []), row])
}

/** Every list leaves its mark, an empty one too: by these a record is known to be one of a file. */
function draftOf(bytes: Uint8Array, { root, lists }: Open, children: BulkChildren | undefined): Draft {
  const own = pieceOf(bytes, root)
  if (children === undefined) return { value: root.value, pieces: [own] }
  const none: Place = { from: 0, to: 0 }
  const found = new Map(Object.values(children.of).map(({ into }) => [into, lists.get(into) ?? []]))
  const pieces = [...found].flatMap(([into, rows]) =>
    rows.length === 0 ? [{ bytes, place: none, into }] : rows.map((row) => ({ ...pieceOf(bytes, row), into })),
  )
  const values = new Map([...found].map(([into, rows]) => [into, rows.map(({ value }) => childOf(value, children))]))
  return { value: joinBulk(root.value, values, children), pieces: [own, ...pieces] }
}

const pieceOf = (bytes: Uint8Array, { place, twin }: Line): Piece => ({ bytes, place, ...(twin === undefined ? {} : { twin }) })

/** The record as a page has it: its own line with the lists of its children, without what only joins them. */
export function joinBulk(root: Json, lists: ReadonlyMap<string, readonly Json[]>, { id, type, of }: BulkChildren): Json {
  const record: Record<string, Json | undefined> = { ...(without(root, [id, type]) as JsonObject) }
  for (const { into, list, with: beside } of Object.values(of)) {
    const rows = lists.get(into)
    if (rows !== undefined) record[into] = list === undefined ? rows : { ...beside, [list]: rows }
  }
  return record
}

/** A child's line as the record has it. */
export const childOf = (value: Json, { parent, type }: BulkChildren): Json => without(value, [parent, type])

function without(value: Json, names: readonly string[]): Json {
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) : value
}

const fieldOf = (value: Json, name: string): Json | undefined => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined)

function isBlank(bytes: Uint8Array, { from, to }: Range): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 32 && bytes[i] !== 13 && bytes[i] !== 9) return false
  return true
}
