import { reject } from './errors.ts'
import {
  backslash,
  closeList,
  closeObject,
  comma,
  isSpace,
  newline,
  openItem,
  openList,
  openObject,
  openValue,
  quote,
  type Slice,
} from './slice.ts'

/**
 * Cuts the items out of a JSON text of any size, fed in chunks of any size; nothing is parsed and nothing but the unfinished item is kept.
 * `push` and `end` throw a HubError `stream-shape` (class reject) where the text around the items is no JSON, has no list at the path,
 * has a name on the way to it twice, or stops early; what was cut before stays valid.
 */
export interface Slicer {
  /** The items that end in this chunk; its bytes may be overwritten afterwards. */
  readonly push: (chunk: Buffer) => readonly Slice[]
  /** The last line of a file of lines, and the proof that the text was complete. */
  readonly end: () => readonly Slice[]
}

/** `list`: the JSON list at `path` (names from the root). `lines`: one JSON value a line. `any`: a list when the text begins with `[`, else lines. */
export interface SlicerOptions {
  readonly shape: 'list' | 'lines' | 'any'
  readonly path?: readonly string[]
  readonly maxItemBytes?: number
}

/** Largest item of a streamed list. */
export const maxItemBytes = 16_777_216
const maxNameBytes = 4_000

const colon = 58
const mark = [0xef, 0xbb, 0xbf]

/** What the next byte belongs to. */
type Phase =
  | 'mark'
  | 'root'
  | 'member-or-end'
  | 'member'
  | 'name'
  | 'colon'
  | 'member-value'
  | 'skip'
  | 'after-member'
  | 'item-or-end'
  | 'item'
  | 'in-item'
  | 'after-item'
  | 'done'
  | 'line'

export function openSlicer(options: SlicerOptions): Slicer {
  const path = options.path ?? []
  const limit = options.maxItemBytes ?? maxItemBytes
  const value = openValue()
  const item = openItem(limit)
  let phase: Phase = 'mark'
  /** bytes of all chunks before this one */
  let before = 0
  /** objects around: the number of names of the path that have been entered */
  let level = 0
  const met: boolean[] = path.map(() => false)
  const name: number[] = []
  let escaped = false
  let wanted = false

  const fault = (at: number, what: string, mend: string) => reject('stream-shape', `byte ${at}: ${what}; ${mend}`)
  const unexpected = (c: number, at: number, expected: string) =>
    fault(at, `found ${JSON.stringify(String.fromCharCode(c))} where ${expected} should be`, 'the file is no JSON (UTF-8) from there on')

  function root(c: number, at: number): Phase {
    if (options.shape === 'lines' || (options.shape === 'any' && c !== openList)) {
      item.begin(at)
      return 'line'
    }
    if (path.length > 0) {
      if (c !== openObject)
        throw fault(at, `the file holds no object with '${path[0]}'`, 'give the path of the list from the root of the file')
      return 'member-or-end'
    }
    if (c !== openList) throw fault(at, 'the file is no list', 'give the path of the list from the root of the file')
    return 'item-or-end'
  }

  function beginValue(c: number, at: number): Phase {
    if (!wanted) {
      if (!value.begin(c)) throw unexpected(c, at, 'a value')
      return 'skip'
    }
    const shown = path.slice(0, level + 1).join('.')
    if (met[level] === true) throw fault(at, `'${shown}' stands twice`, 'which of the two counts is not said; ask the sender')
    met[level] = true
    if (level + 1 < path.length) {
      if (c !== openObject) throw fault(at, `'${shown}' is no object`, 'give the path of the list from the root of the file')
      level++
      return 'member-or-end'
    }
    if (c !== openList) throw fault(at, `'${shown}' is no list`, 'give the path of the list from the root of the file')
    return 'item-or-end'
  }

  function endObject(): Phase {
    if (level === 0) return 'done'
    level--
    return 'after-member'
  }

  const endList = (): Phase => (path.length === 0 ? 'done' : 'after-member')

  function beginItem(c: number, at: number): Phase {
    if (!value.begin(c)) throw unexpected(c, at, 'an item of the list')
    item.begin(at)
    return 'in-item'
  }

  function endName(): void {
    const bytes = Buffer.from(name)
    const text = bytes.includes(backslash) ? unescaped(bytes) : bytes.toString('utf8')
    wanted = text === path[level]
    name.length = 0
  }

  /** One byte outside of items, names and skipped values. */
  function step(c: number, at: number): Phase {
    switch (phase) {
      case 'root':
        return root(c, at)
      case 'member-or-end':
        if (c === closeObject) return endObject()
        if (c !== quote) throw unexpected(c, at, 'a name or }')
        return 'name'
      case 'member':
        if (c !== quote) throw unexpected(c, at, 'a name')
        return 'name'
      case 'colon':
        if (c !== colon) throw unexpected(c, at, ':')
        return 'member-value'
      case 'member-value':
        return beginValue(c, at)
      case 'after-member':
        if (c === closeObject) return endObject()
        if (c !== comma) throw unexpected(c, at, ', or }')
        return 'member'
      case 'item-or-end':
        return c === closeList ? endList() : beginItem(c, at)
      case 'item':
        return beginItem(c, at)
      case 'after-item':
        if (c === closeList) return endList()
        if (c !== comma) throw unexpected(c, at, ', or ]')
        return 'item'
      default:
        throw fault(at, 'more stands behind the end of the JSON text', 'send one JSON text, or one value a line')
    }
  }

  let broken: unknown

  /** What was cut before a fault comes first, the fault with the next call. */
  function push(chunk: Buffer): readonly Slice[] {
    const found: Slice[] = []
    try {
      if (broken !== undefined) throw broken
      cut(chunk, found)
    } catch (error) {
      if (found.length === 0) throw error
      broken = error
    }
    return found
  }

  function cut(chunk: Buffer, found: Slice[]): void {
    const { length } = chunk
    let i = 0
    while (i < length) {
      if (phase === 'in-item' || phase === 'skip') {
        const to = value.skip(chunk, i)
        if (to < 0) break
        i = to
        if (phase === 'in-item') {
          found.push(item.end(chunk, i, before, value.deepest()))
          phase = 'after-item'
        } else phase = 'after-member'
        continue
      }
      if (phase === 'line') {
        const end = chunk.indexOf(newline, i)
        if (end < 0) break
        const line = item.end(chunk, end, before)
        const blank = isBlank(line)
        if (!blank) found.push(line)
        i = end + 1
        item.begin(before + i, blank ? line.index : undefined)
        continue
      }
      const c = chunk[i] ?? 0
      if (phase === 'name') {
        i++
        if (escaped) escaped = false
        else if (c === backslash) escaped = true
        else if (c === quote) {
          endName()
          phase = 'colon'
          continue
        }
        if (name.length < maxNameBytes) name.push(c)
        continue
      }
      if (phase === 'mark') {
        if (before + i < 3 && c === mark[before + i]) {
          i++
          continue
        }
        phase = 'root'
      }
      const next = isSpace(c) ? phase : step(c, before + i)
      // a line and a scalar are read from this byte on
      if (next !== 'line' && !((next === 'in-item' || next === 'skip') && value.isScalar())) i++
      phase = next
    }
    if (phase === 'in-item' || phase === 'line') item.hold(chunk, before)
    before += length
  }

  function end(): readonly Slice[] {
    if (broken !== undefined) throw broken
    if (phase === 'line') {
      const line = item.end(Buffer.alloc(0), 0, before)
      return isBlank(line) ? [] : [line]
    }
    if (phase === 'mark' || phase === 'root') {
      if (options.shape !== 'list') return []
      throw fault(before, 'the file is empty', 'send the whole file')
    }
    if (phase === 'done') {
      const absent = met.indexOf(false)
      if (absent < 0) return []
      throw fault(before, `the file has no '${path.slice(0, absent + 1).join('.')}'`, 'give the path of the list from the root of the file')
    }
    const where = phase === 'in-item' ? `in the middle of item ${item.index()}` : 'before the JSON text is complete'
    throw fault(before, `the file ends ${where}`, 'it was cut off: send the whole file')
  }

  return { push, end }
}

const isBlank = (line: Slice): boolean => line.ok && line.text.trim() === ''

function unescaped(bytes: Buffer): string | undefined {
  try {
    return JSON.parse(`"${bytes.toString('utf8')}"`) as string
  } catch {
    return undefined
  }
}
