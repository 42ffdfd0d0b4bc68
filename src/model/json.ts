/** A JSON value as the hub holds it: numbers that a double would alter are kept as their source text. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json | undefined }
export type JsonSchema = JsonObject

/** Deepest nesting a document from outside may have (reliability B4). */
export const maxDepth = 64

const unsafeNumber = /[-\d][\d.]{15,}|\d[eE]|-0(?![.\d])/
const hostileKey = /"(?:__proto__|constructor|prototype|(?:[^"\\]|\\.)*\\u00[0-9a-fA-F]{2}(?:[^"\\]|\\.)*)"\s*:/

/**
 * Parses JSON text from outside. A number that does not survive as a double (long integers, long decimals, exponents, -0)
 * arrives as a string of its own digits; everything else is what JSON.parse gives.
 * @throws SyntaxError when the text is not JSON, is nested deeper than {@link maxDepth}, or names a prototype property.
 */
export function parseJson(text: string): Json {
  refuseDeep(text)
  const hostile = hostileKey.test(text)
  if (!hostile && !unsafeNumber.test(text)) return JSON.parse(text) as Json
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

function refuseDeep(text: string): void {
  let depth = 0
  let inText = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (inText) {
      if (c === 92) i++
      else if (c === 34) inText = false
    } else if (c === 34) inText = true
    else if (c === 123 || c === 91) {
      if (++depth > maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth} levels`)
    } else if (c === 125 || c === 93) depth--
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a dotted path ("data.orders", "result.0.id"); "" is the value itself. Own properties only. */
export function at(value: Json | undefined, path: string): Json | undefined {
  if (path === '') return value
  let here = value
  for (const name of path.split('.')) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, name)) return undefined
    here = (here as { readonly [key: string]: Json | undefined })[name]
  }
  return here
}

/** JSON text with sorted keys: equal documents give equal text, whatever order their fields came in. */
export function canonicalJson(value: Json | undefined): string {
  if (value === undefined) return 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const fields: string[] = []
  for (const key of Object.keys(value).sort()) {
    const field = value[key]
    if (field !== undefined) fields.push(`${JSON.stringify(key)}:${canonicalJson(field)}`)
  }
  return `{${fields.join(',')}}`
}
