/** A JSON value as the hub holds it: numbers that a double would alter are kept as their source text. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json | undefined }
export type JsonSchema = JsonObject

/** Deepest nesting a document from outside may have (reliability B4). */
export const maxDepth = 64

const unsafeNumber = /[-\d][\d.]{15,}|\d[eE]|-0(?![.\d])/
/** A prototype name, or an escape of a letter that one is made of. */
const hostileKey = /"(?:__proto__|constructor|prototype)"\s*:|\\u00[5-7]/
const hostileParts = ['__proto__', 'constructor', 'prototype', '\\u00'] as const
/** Most texts hold none of the parts, and looking for those costs next to nothing. */
const mayBeHostile = (text: string): boolean => hostileParts.some((part) => text.includes(part)) && hostileKey.test(text)

/**
 * Parses JSON text from outside. A number that does not survive as a double (long integers, long decimals, exponents, -0)
 * arrives as a string of its own digits; everything else is what JSON.parse gives.
 * @throws SyntaxError when the text is not JSON, is nested deeper than {@link maxDepth}, or names a prototype property.
 */
export function parseJson(text: string): Json {
  return parseScanned(text, scan(text).isExact)
}

/**
 * {@link parseJson}, which lets the last of two equal names in one object win, and the first such name (reliability B6): other readers of the same bytes may take the
 * other value. Without twins it costs a count of the names.
 */
export function parseTwins(text: string): { readonly value: Json; readonly twin?: string } {
  const { names, isExact } = scan(text)
  const value = parseScanned(text, isExact)
  const twin = countNames(value) === names ? undefined : twinIn(text)
  return twin === undefined ? { value } : { value, twin }
}

/** {@link parseJson} of a text whose nesting somebody else has counted (slicer.ts) and found no deeper than {@link maxDepth}. */
export const parseShallow = (text: string): Json => parseScanned(text, !unsafeNumber.test(text))

/** `isExact`: every number of the text survives as a double. */
function parseScanned(text: string, isExact: boolean): Json {
  if (isExact && !mayBeHostile(text)) return JSON.parse(text) as Json
  return JSON.parse(text, function (this: unknown, key: string, value: unknown, context?: { source?: string }) {
    if (key === '__proto__' || (key === 'constructor' && isObject(value as Json)) || key === 'prototype')
      throw new SyntaxError(`the key ${JSON.stringify(key)} is not allowed`)
    const source = context?.source
    return typeof value === 'number' && source !== undefined && String(value) !== source && !sameNumber(value, source) ? source : value
  }) as Json
}

/** 5.0 and 5.10 are exact as doubles: only trailing zeros differ. */
function sameNumber(value: number, source: string): boolean {
  if (!/^-?\d+(\.\d+)?$/.test(source) || Object.is(value, -0)) return false
  const trimmed = source.includes('.') ? source.replace(/\.?0+$/, '') : source
  return String(value) === trimmed
}

interface Scan {
  /** colons outside of texts: in JSON one for each name */
  readonly names: number
  /** no number looks as if a double would alter it */
  readonly isExact: boolean
}

/** One pass over a text. @throws SyntaxError when it is nested deeper than {@link maxDepth} */
function scan(text: string): Scan {
  let depth = 0
  let names = 0
  let isExact = true
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 34) i = endOfText(text, i)
    else if (c === 58) names++
    else if (c === 123 || c === 91) {
      if (++depth > maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth} levels`)
    } else if (c === 125 || c === 93) depth--
    else if (c === 45 || (c >= 48 && c <= 57)) {
      const end = endOfNumber(text, i)
      if (end - i > mostExact || (c === 45 && text.charCodeAt(i + 1) === 48)) isExact = false
      i = end - 1
    } else if (c === 101 || c === 69) isExact &&= !isDigit(text.charCodeAt(i - 1))
  }
  return { names, isExact }
}

/** Characters of a number that a double holds whatever they are, point and minus counted. */
const mostExact = 15
const isDigit = (c: number): boolean => c >= 48 && c <= 57

/** Behind the digits and points that begin at `from`; an exponent is none of them. */
function endOfNumber(text: string, from: number): number {
  let end = from + 1
  for (let c = text.charCodeAt(end); isDigit(c) || c === 46; c = text.charCodeAt(end)) end++
  return end
}

/** Where the quote stands that ends the text begun at `from`; the end of everything when there is none. */
function endOfText(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 92) slashes++
    if (slashes % 2 === 0) return end
  }
  return text.length
}

function countNames(value: Json | undefined): number {
  if (typeof value !== 'object' || value === null) return 0
  let names = 0
  if (Array.isArray(value)) for (const item of value) names += countNames(item)
  else
    for (const name in value) {
      const field = (value as JsonObject)[name]
      names += typeof field === 'object' ? 1 + countNames(field) : 1
    }
  return names
}

/** The first name that stands twice in one object of a valid JSON text. */
function twinIn(text: string): string | undefined {
  const open: Set<string>[] = []
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 123) open.push(new Set())
    else if (c === 125) open.pop()
    if (c !== 34) continue
    const from = i
    i = endOfText(text, from)
    let next = i + 1
    while (' \t\r\n'.includes(text.charAt(next)) && next < text.length) next++
    if (text.charAt(next) !== ':') continue
    const name = String(JSON.parse(text.slice(from, i + 1)))
    const names = open.at(-1)
    if (names?.has(name)) return name
    names?.add(name)
  }
  return undefined
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a dotted path ("data.orders", "result.0.id"); "" is the value itself. Own properties only. */
export function at(value: Json | undefined, path: string): Json | undefined {
  if (path === '') return value
  let here = value
  for (const name of namesOf(path)) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, name)) return undefined
    here = (here as { readonly [key: string]: Json | undefined })[name]
  }
  return here
}

/** The names in a dotted path; a dot that belongs to a name has a backslash before it: `value.@odata\\.etag`. */
export const namesOf = (path: string): readonly string[] =>
  path === '' ? [] : path.includes('\\') ? path.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.')) : path.split('.')

/** JSON text with sorted keys: equal documents give equal text, whatever order their fields came in. */
export function canonicalJson(value: Json | undefined): string {
  if (typeof value === 'string') return quoted(value)
  if (value === undefined) return 'null'
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  return Array.isArray(value) ? canonicalList(value) : canonicalObject(value as JsonObject)
}

function canonicalList(list: readonly Json[]): string {
  let text = '['
  for (let i = 0; i < list.length; i++) text += i === 0 ? canonicalJson(list[i]) : `,${canonicalJson(list[i])}`
  return `${text}]`
}

function canonicalObject(value: JsonObject): string {
  const names = Object.keys(value)
  if (!isSorted(names)) names.sort()
  let text = '{'
  for (const name of names) {
    const field = value[name]
    if (field !== undefined) text += `${text === '{' ? '' : ','}${quotedName(name)}:${canonicalJson(field)}`
  }
  return `${text}}`
}

function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] ?? '') > (names[i] ?? '')) return false
  return true
}

/** What stands in JSON as it is; everything else is left to JSON.stringify. */
const plainText = /^[\x20\x21\x23-\x5b\x5d-\ud7ff]*$/
const quoted = (text: string): string => (plainText.test(text) ? `"${text}"` : JSON.stringify(text))

const names = new Map<string, string>()
const mostNames = 10_000

/** Documents share few names, so each is quoted once. */
function quotedName(name: string): string {
  const known = names.get(name)
  if (known !== undefined) return known
  const made = quoted(name)
  if (names.size < mostNames && name.length < 100) names.set(name, made)
  return made
}
