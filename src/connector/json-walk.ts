import { isUtf8 } from 'node:buffer'
import { retry } from '../model/errors.ts'
import { maxDepth } from '../model/json.ts'

/*
 * One walk over the bytes of a JSON text (RFC 8259) that keeps nothing: it finds where values end, and refuses what JSON.parse refuses, in a third of its time and without any garbage. So a page may be
 * believed, and stored, before anybody parses it.
 */

export const quote = 34
export const backslash = 92
export const comma = 44
export const colon = 58
export const openList = 91
export const closeList = 93
export const openObject = 123
export const closeObject = 125

export const badShape = (message: string) => retry('bad-shape', message, { sent: true })

/** @throws HubError `bad-shape` (retry): what a walk does not look at is what its texts are made of */
export function checkUtf8(body: Uint8Array): void {
  if (!isUtf8(body)) throw badShape('the answer is no UTF-8')
}

/** Whether the value that a walk is in is an object, by its depth. Walks end before another begins, so that they share it. */
const isObjectAt = new Uint8Array(maxDepth + 1)

/**
 * Index behind the value that begins at `from`.
 * @throws HubError `bad-shape` (retry) for what is no JSON, and for what is nested deeper than 64 levels
 */
export function skipValue(body: Uint8Array, from: number): number {
  let depth = 0
  let isObject = false
  let i = from
  for (;;) {
    const c = body[i]
    if (c === quote) i = skipText(body, i)
    else if (c === openObject || c === openList) {
      if (++depth > maxDepth) throw badShape(`the answer is nested deeper than ${maxDepth} levels`)
      isObject = c === openObject
      isObjectAt[depth] = isObject ? 1 : 0
      i = afterSpace(body, i + 1)
      if (body[i] !== (isObject ? closeObject : closeList)) {
        if (isObject) i = skipName(body, i)
        continue
      }
      isObject = isObjectAt[--depth] === 1
      i++
    } else i = skipScalar(body, i)
    for (;;) {
      if (depth === 0) return i
      i = afterSpace(body, i)
      const next = body[i]
      if (next === comma) {
        i = afterSpace(body, i + 1)
        if (isObject) i = skipName(body, i)
        break
      }
      if (next !== (isObject ? closeObject : closeList)) throw unexpected(body, i)
      isObject = isObjectAt[--depth] === 1
      i++
    }
  }
}

/** Index of the value whose name begins at `from`. */
function skipName(body: Uint8Array, from: number): number {
  if (body[from] !== quote) throw unexpected(body, from)
  const i = afterSpace(body, skipText(body, from))
  if (body[i] !== colon) throw unexpected(body, i)
  return afterSpace(body, i + 1)
}

const afterSpace = (body: Uint8Array, from: number): number => ((body[from] ?? 0) > 32 ? from : skipSpace(body, from))

/** Bytes that stand in a text as they are: all but its end, an escape and control characters. */
const isPlain = Uint8Array.from({ length: 256 }, (_, c) => (c < 32 || c === quote || c === backslash ? 0 : 1))

/** Index behind the text whose quote stands at `from`. */
export function skipText(body: Uint8Array, from: number): number {
  for (let i = from + 1; i < body.length; i++) {
    const c = body[i] ?? 0
    if (isPlain[c] === 1) continue
    if (c === quote) return i + 1
    if (c !== backslash) throw unexpected(body, i)
    i = endOfEscape(body, i)
  }
  throw badShape('the answer ends in the middle of a JSON text')
}

const escapes: ReadonlySet<number | undefined> = new Set([...'"\\/bfnrt'].map((c) => c.charCodeAt(0)))
const isHex = (c: number): boolean => isDigit(c) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102)

/** Last index of the escape that begins at `from`. */
function endOfEscape(body: Uint8Array, from: number): number {
  if (escapes.has(body[from + 1])) return from + 1
  if (body[from + 1] !== 117) throw unexpected(body, from + 1)
  for (let i = from + 2; i < from + 6; i++) if (!isHex(body[i] ?? 0)) throw unexpected(body, i)
  return from + 5
}

const words = ['true', 'false', 'null'].map((word) => [...word].map((c) => c.charCodeAt(0)))

function skipScalar(body: Uint8Array, from: number): number {
  if (body.length === from) throw badShape('the answer is empty or ends too early')
  const c = body[from] ?? 0
  if (c === 45 || isDigit(c)) return skipNumber(body, from)
  const word = words.find(([first]) => first === c)
  if (word === undefined) throw unexpected(body, from)
  for (let i = 1; i < word.length; i++) if (body[from + i] !== word[i]) throw unexpected(body, from + i)
  return from + word.length
}

function skipNumber(body: Uint8Array, from: number): number {
  let i = body[from] === 45 ? from + 1 : from
  i = body[i] === 48 ? i + 1 : skipDigits(body, i)
  if (body[i] === 46) i = skipDigits(body, i + 1)
  if (body[i] !== 101 && body[i] !== 69) return i
  const sign = body[i + 1]
  return skipDigits(body, sign === 43 || sign === 45 ? i + 2 : i + 1)
}

/** One digit at least. */
function skipDigits(body: Uint8Array, from: number): number {
  let i = from
  while (isDigit(body[i] ?? 0)) i++
  if (i === from) throw unexpected(body, i)
  return i
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57

export function skipSpace(body: Uint8Array, from: number): number {
  let i = from
  while (i < body.length && isSpace(body[i] ?? 0)) i++
  return i
}

const isSpace = (c: number): boolean => c === 32 || c === 10 || c === 13 || c === 9

export function unexpected(body: Uint8Array, i: number) {
  return i >= body.length
    ? badShape('the answer ends in the middle of a JSON value')
    : badShape(`the answer is no JSON: unexpected ${JSON.stringify(String.fromCharCode(body[i] ?? 0))} at byte ${i}`)
}
