import { isUtf8 } from 'node:buffer'
import { maxDepth } from './json.ts'

/** Why the bytes of an item are not given as text. */
export type SliceFault = 'too-large' | 'too-deep' | 'not-utf8'

/**
 * One item of a list: its number from 0, its bytes in the file (`from` inclusive, `to` exclusive) and its JSON text; nothing but its
 * brackets and quotes has been looked at. `counted`: its nesting is known to be allowed.
 */
export type Slice =
  | {
      readonly ok: true
      readonly index: number
      readonly from: number
      readonly to: number
      readonly text: string
      readonly counted: boolean
    }
  | { readonly ok: false; readonly index: number; readonly from: number; readonly to: number; readonly fault: SliceFault }

export const quote = 34
export const comma = 44
export const backslash = 92
export const openList = 91
export const closeList = 93
export const openObject = 123
export const closeObject = 125
export const newline = 10

export const isSpace = (c: number): boolean => c === 32 || c === newline || c === 13 || c === 9

/** Finds where one JSON value ends. Only brackets and quotes are watched; what is inside is judged when it is parsed. */
export function openValue() {
  let depth = 0
  let most = 0
  let inText = false
  let escaped = false
  let scalar = false

  /** Told of the first byte; false when no value begins so. */
  function begin(c: number): boolean {
    depth = c === openObject || c === openList ? 1 : 0
    most = depth
    inText = c === quote
    escaped = false
    scalar = depth === 0 && !inText
    return !scalar || c === 45 || (c >= 48 && c <= 57) || (c >= 97 && c <= 122)
  }

  /** The end of the text that `i` stands in; -1 when it is not in this chunk. */
  function endText(chunk: Buffer, start: number): number {
    const { length } = chunk
    let i = start
    if (escaped && i < length) {
      escaped = false
      i++
    }
    for (; i < length; i++) {
      const c = chunk[i]
      if (c === quote) return i
      if (c === backslash) i++
    }
    // i > length: the escaped byte is in the next chunk
    escaped = i > length
    return -1
  }

  /** Index behind the value; -1 when it goes on in the next chunk. The first byte was given to `begin` unless the value is a scalar. */
  function skip(chunk: Buffer, start: number): number {
    const { length } = chunk
    let i = start
    if (scalar) {
      for (; i < length; i++) {
        const c = chunk[i] ?? 0
        if (c === comma || c === closeList || c === closeObject || isSpace(c)) return i
      }
      return -1
    }
    for (;;) {
      if (inText) {
        i = endText(chunk, i)
        if (i < 0) return -1
        inText = false
        i++
        if (depth === 0) return i
      }
      for (; i < length; i++) {
        const c = chunk[i] ?? 0
        if (c === quote) break
        if (c < openList) continue
        const kind = c & 0xdf
        if (kind === openList) {
          if (++depth > most) most = depth
        } else if (kind === closeList && --depth === 0) return i + 1
      }
      if (i >= length) return -1
      inText = true
      i++
    }
  }

  return { begin, skip, deepest: () => most, isScalar: () => scalar }
}

/** Keeps the bytes of the item that is being read. */
export function openItem(limit: number) {
  let number = -1
  let from = 0
  let held: Buffer[] = []
  let bytes = 0

  function begin(at: number, again?: number): void {
    number = again ?? number + 1
    from = at
    held = []
    bytes = 0
  }

  /** Keeps what this chunk has of the item; of one that is too large, nothing. */
  function hold(chunk: Buffer, before: number): void {
    const part = chunk.subarray(Math.max(0, from - before))
    bytes += part.length
    if (bytes > limit) held = []
    else if (part.length > 0) held.push(Buffer.from(part))
  }

  /** The item that ends before index `to` of this chunk; `depth` is its nesting where somebody counted. */
  function end(chunk: Buffer, to: number, before: number, depth?: number): Slice {
    const part = chunk.subarray(Math.max(0, from - before), to)
    const size = bytes + part.length
    const place = { index: number, from, to: before + to }
    if (size > limit) return { ...place, ok: false, fault: 'too-large' }
    if (depth !== undefined && depth > maxDepth) return { ...place, ok: false, fault: 'too-deep' }
    const whole = held.length === 0 ? part : Buffer.concat([...held, part])
    held = []
    if (!isUtf8(whole)) return { ...place, ok: false, fault: 'not-utf8' }
    return { ...place, ok: true, text: whole.toString('utf8'), counted: depth !== undefined }
  }

  return { begin, hold, end, index: () => number }
}
