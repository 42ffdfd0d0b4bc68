import { retry } from '../model/errors.ts'
import { type Json, maxDepth, namesOf, parseJson, parseTwins } from '../model/json.ts'

/** Bytes `from` (inclusive) to `to` (exclusive) of a body. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Records of one body; a page that holds more is not a page. */
export const maxRecords = 100_000

const quote = 34
const backslash = 92
const comma = 44
const colon = 58
const openList = 91
const closeList = 93
const openObject = 123
const closeObject = 125

const badShape = (message: string) => retry('bad-shape', message, { sent: true })

/**
 * Where the value at a dotted path stands in a JSON text; undefined when there is none. The text is read to its end, so that a cut-off one is noticed;
 * of a name that occurs twice the last counts, as JSON.parse has it, unless `twins` are refused.
 * @throws HubError `bad-shape` (retry) for what is no JSON at this level, deeper than 64, or followed by something else; for twins on the way to the value.
 */
export function findValue(body: Uint8Array, path: string, twins: 'last' | 'refused' = 'last'): Range | undefined {
  const start = skipSpace(body, hasMark(body) ? 3 : 0)
  const names = namesOf(path)
  let found: Range | undefined
  let end: number
  const [first] = names
  if (first === undefined) {
    end = skipValue(body, start)
    found = { from: start, to: end }
  } else {
    const step = member(body, start, first, twins)
    end = step.end
    found = step.found
  }
  if (skipSpace(body, end) !== body.length) throw badShape(`the JSON text ends at byte ${end}, but ${body.length - end} more bytes follow`)
  for (const name of names.slice(1)) found = found === undefined ? undefined : member(body, found.from, name, twins).found
  return found
}

/**
 * The byte ranges of the records of a body, nothing parsed and nothing written anew. The value at `path` is the list of records, or one record itself.
 * @throws HubError `bad-shape` (retry) when there is no such value (an error that answers 200 often looks so), when it is null, when it holds more than {@link maxRecords},
 * or when an object on the way to it has one name twice: the other value may hold records too (reliability B6).
 */
export function sliceRecords(body: Uint8Array, path: string): readonly Range[] {
  const found = findValue(body, path, 'refused')
  const where = path === '' ? 'the body' : `"${path}"`
  if (found === undefined) throw badShape(`${where} of the answer, where the records should be, does not exist`)
  if (body[found.from] === openList) return items(body, found)
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

/** The ranges of the items of a list that stands at `from`. */
function items(body: Uint8Array, list: Range): readonly Range[] {
  const ranges: Range[] = []
  let i = skipSpace(body, list.from + 1)
  if (body[i] === closeList) return ranges
  for (;;) {
    const to = skipValue(body, i)
    ranges.push({ from: i, to })
    if (ranges.length > maxRecords) throw badShape(`more than ${maxRecords} records in one answer`)
    i = skipSpace(body, to)
    if (body[i] === closeList) return ranges
    if (body[i] !== comma) throw unexpected(body, i)
    i = skipSpace(body, i + 1)
  }
}

/** Walks over one object or list; finds the member of that name (its place, for a list) and where the whole ends. */
function member(
  body: Uint8Array,
  from: number,
  name: string,
  twins: 'last' | 'refused',
): { readonly found: Range | undefined; readonly end: number } {
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
      if (twins === 'refused') {
        if (names.has(text)) throw ambiguous(Buffer.from(text, 'latin1').toString(), from, body.length)
        names.add(text)
      }
      i = skipSpace(body, end)
      if (body[i] !== colon) throw unexpected(body, i)
      i = skipSpace(body, i + 1)
    }
    const to = skipValue(body, i)
    if (hit) found = { from: i, to }
    i = skipSpace(body, to)
    if (body[i] === close) return { found, end: i + 1 }
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

/** Index behind the value that begins at `from`. Only brackets and quotes are watched; what is inside is judged when it is parsed. */
function skipValue(body: Uint8Array, from: number): number {
  const first = body[from]
  if (first === quote) return skipText(body, from)
  if (first !== openObject && first !== openList) return skipScalar(body, from)
  let depth = 0
  for (let i = from; i < body.length; ) {
    const c = body[i]
    if (c === quote) {
      i = skipText(body, i)
      continue
    }
    i++
    if (c === openObject || c === openList) {
      if (++depth > maxDepth) throw badShape(`the answer is nested deeper than ${maxDepth} levels`)
    } else if ((c === closeObject || c === closeList) && --depth === 0) return i
  }
  throw badShape('the answer ends in the middle of a JSON value')
}

function skipText(body: Uint8Array, from: number): number {
  for (let i = from + 1; i < body.length; i++) {
    const c = body[i]
    if (c === backslash) i++
    else if (c === quote) return i + 1
  }
  throw badShape('the answer ends in the middle of a JSON text')
}

function skipScalar(body: Uint8Array, from: number): number {
  let i = from
  for (; i < body.length; i++) {
    const c = body[i] ?? 0
    if (c === comma || c === closeList || c === closeObject || isSpace(c)) break
    if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 122) || c === 43 || c === 45 || c === 46 || c === 69)) throw unexpected(body, i)
  }
  if (i === from) throw body.length === from ? badShape('the answer is empty or ends too early') : unexpected(body, i)
  return i
}

function skipSpace(body: Uint8Array, from: number): number {
  let i = from
  while (i < body.length && isSpace(body[i] ?? 0)) i++
  return i
}

const isSpace = (c: number): boolean => c === 32 || c === 10 || c === 13 || c === 9
const hasMark = (body: Uint8Array): boolean => body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf

function unexpected(body: Uint8Array, i: number) {
  return i >= body.length
    ? badShape('the answer ends in the middle of a JSON value')
    : badShape(`the answer is no JSON: unexpected ${JSON.stringify(String.fromCharCode(body[i] ?? 0))} at byte ${i}`)
}
