import { type Json, namesOf, parseJson, parseTwins } from '../model/json.ts'
import {
  backslash,
  badShape,
  closeList,
  closeObject,
  colon,
  comma,
  openList,
  openObject,
  quote,
  skipSpace,
  skipText,
  skipValue,
  unexpected,
} from './json-walk.ts'

/** Bytes `from` (inclusive) to `to` (exclusive) of a body. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Records of one body; a page that holds more is not a page. */
export const maxRecords = 100_000

/**
 * Where the value at a dotted path stands in a JSON text; undefined when there is none. The text is walked over to its end, so that one that is cut off, or is no JSON, is noticed;
 * of a name that occurs twice the last counts, as JSON.parse has it, unless `twins` are refused.
 * @throws HubError `bad-shape` (retry) for what is no JSON at this level, deeper than 64, or followed by something else; for twins on the way to the value.
 */
export const findValue = (body: Uint8Array, path: string): Range | undefined => find(body, path, { twins: 'last' })

interface Looking {
  readonly twins: 'last' | 'refused'
  /** gets the ranges of the items, where the value is a list */
  readonly items?: Range[]
}

function find(body: Uint8Array, path: string, looking: Looking): Range | undefined {
  const { found, end } = lookInto(body, skipSpace(body, hasMark(body) ? 3 : 0), namesOf(path), looking)
  if (skipSpace(body, end) !== body.length) throw badShape(`the JSON text ends at byte ${end}, but ${body.length - end} more bytes follow`)
  return found
}

/**
 * The byte ranges of the records of a body, nothing parsed and nothing written anew. The value at `path` is the list of records, or one record itself.
 * @throws HubError `bad-shape` (retry) when there is no such value (an error that answers 200 often looks so), when it is null, when it holds more than {@link maxRecords},
 * or when an object on the way to it has one name twice: the other value may hold records too (reliability B6).
 */
export function sliceRecords(body: Uint8Array, path: string): readonly Range[] {
  const items: Range[] = []
  const found = find(body, path, { twins: 'refused', items })
  const where = path === '' ? 'the body' : `"${path}"`
  if (found === undefined) throw badShape(`${where} of the answer, where the records should be, does not exist`)
  if (body[found.from] === openList) return items
  if (body[found.from] === openObject) return [found]
  throw badShape(
    `${where} of the answer should be a list of records, found ${new TextDecoder().decode(body.subarray(found.from, Math.min(found.to, found.from + 40)))}`,
  )
}

/**
 * The value of a range; of a name that occurs twice the last counts.
 * @throws HubError `bad-shape` (retry) when the bytes are no UTF-8 or no JSON.
 */
export const parseSlice = (body: Uint8Array, range: Range): Json => readRange(body, range, parseJson)

/**
 * The value of a record's range, and a name that stands twice in one of its objects.
 * @throws HubError `bad-shape` (retry) when the bytes are no UTF-8 or no JSON.
 */
export const parseRecord = (body: Uint8Array, range: Range): ReturnType<typeof parseTwins> => readRange(body, range, parseTwins)

/** A name twice in one object: what the partner meant is not said, and nobody here guesses (reliability B6). */
export const ambiguous = (name: string, from: number, to: number) =>
  badShape(
    `the JSON object in bytes ${from} to ${to} has the name ${JSON.stringify(name.slice(0, 100))} twice: which of the two values counts is not said`,
  )

function readRange<T>(body: Uint8Array, range: Range, read: (text: string) => T): T {
  try {
    return read(utf8.decode(body.subarray(range.from, range.to)))
  } catch (error) {
    throw badShape(
      `bytes ${range.from} to ${range.to} of the answer are no JSON: ${error instanceof Error ? error.message.slice(0, 120) : 'unreadable'}`,
    )
  }
}
const utf8 = new TextDecoder('utf-8', { fatal: true })

interface Found {
  readonly found: Range | undefined
  readonly end: number
}

/** Walks over the value that begins at `from`, once; finds what lies at the end of these names in it, and where the whole ends. */
function lookInto(body: Uint8Array, from: number, [name, ...deeper]: readonly string[], looking: Looking): Found {
  if (name === undefined) {
    const end = looking.items !== undefined && body[from] === openList ? skipItems(body, from, looking.items) : skipValue(body, from)
    return { found: { from, to: end }, end }
  }
  const kind = body[from]
  if (kind !== openObject && kind !== openList) return { found: undefined, end: skipValue(body, from) }
  const close = kind === openObject ? closeObject : closeList
  const wanted = latin1(utf8Encoder.encode(name))
  const names = new Set<string>()
  let found: Range | undefined
  let i = skipSpace(body, from + 1)
  if (body[i] === close) return { found, end: i + 1 }
  for (let place = 0; ; place++) {
    let hit = String(place) === name
    if (kind === openObject) {
      if (body[i] !== quote) throw unexpected(body, i)
      const end = skipText(body, i)
      const text = nameOf(body, i, end)
      hit = text === wanted
      if (looking.twins === 'refused') {
        if (names.has(text)) throw ambiguous(Buffer.from(text, 'latin1').toString(), from, body.length)
        names.add(text)
      }
      i = skipSpace(body, end)
      if (body[i] !== colon) throw unexpected(body, i)
      i = skipSpace(body, i + 1)
    }
    const step: Found = hit ? lookInto(body, i, deeper, looking) : { found, end: skipValue(body, i) }
    found = step.found
    i = skipSpace(body, step.end)
    if (body[i] === close) return { found, end: i + 1 }
    if (body[i] !== comma) throw unexpected(body, i)
    i = skipSpace(body, i + 1)
  }
}

/** Walks over the list that begins at `from`, and gives the ranges of its items. */
function skipItems(body: Uint8Array, from: number, ranges: Range[]): number {
  let i = skipSpace(body, from + 1)
  if (body[i] === closeList) return i + 1
  for (;;) {
    const to = skipValue(body, i)
    ranges.push({ from: i, to })
    if (ranges.length > maxRecords) throw badShape(`more than ${maxRecords} records in one answer`)
    i = skipSpace(body, to)
    if (body[i] === closeList) return i + 1
    if (body[i] !== comma) throw unexpected(body, i)
    i = skipSpace(body, i + 1)
  }
}

/** The text between the quotes, one character for each byte; a name with escapes is unescaped first. */
function nameOf(body: Uint8Array, from: number, to: number): string {
  const raw = body.subarray(from + 1, to - 1)
  return latin1(raw.includes(backslash) ? utf8Encoder.encode(String(parseSlice(body, { from, to }))) : raw)
}
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
const utf8Encoder = new TextEncoder()

const hasMark = (body: Uint8Array): boolean => body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
