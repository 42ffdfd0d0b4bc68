import { bug, reject } from '../model/errors.ts'
import { at, isObject, type Json, type JsonObject } from '../model/json.ts'

/** Values that the placeholders of one call may name: `config`, `since`, `page`, `key` … */
export type Roots = Readonly<Record<string, Json | undefined>>

/** `{input.product|path}` */
export interface Placeholder {
  readonly path: string
  readonly root: string
  readonly filter?: Filter
}
export type Filter = 'integer' | 'path' | 'base64' | 'quoted'

const filters: ReadonlySet<string> = new Set(['integer', 'path', 'base64', 'quoted'])
const inside = /^([A-Za-z_][\w-]*(?:\.@?[\w-]+(?:\\\.[\w-]+)*)*)(?:\|(\w+))?$/

/**
 * Splits a template into literal texts and placeholders. `{{` and `}}` are a brace as it stands (GraphQL texts).
 * @throws HubError `bad-template` (bug) with the place.
 */
export function parseTemplate(text: string): readonly (string | Placeholder)[] {
  const pieces: (string | Placeholder)[] = []
  let literal = ''
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if ((c === '{' || c === '}') && text[i + 1] === c) {
      literal += c
      i++
    } else if (c === '{') {
      const end = text.indexOf('}', i)
      const found = end < 0 ? null : inside.exec(text.slice(i + 1, end))
      if (!found)
        throw bug('bad-template', `template ${JSON.stringify(text)}: what follows "{" at ${i} is no placeholder; write "{{" for a brace`)
      const [, path = '', filter] = found
      if (filter !== undefined && !filters.has(filter))
        throw bug('bad-template', `template ${JSON.stringify(text)}: filter "${filter}" is unknown; there are ${[...filters].join(', ')}`)
      if (literal !== '') pieces.push(literal)
      literal = ''
      pieces.push({ path, root: path.split('.', 1)[0] ?? path, ...(filter === undefined ? {} : { filter: filter as Filter }) })
      i = end
    } else literal += c
  }
  if (literal !== '') pieces.push(literal)
  return pieces
}

/** Every placeholder in the texts of a JSON template, keys of objects not counted. */
export function placeholders(template: Json | undefined): readonly Placeholder[] {
  if (typeof template === 'string') return parseTemplate(template).filter((piece) => typeof piece !== 'string')
  if (Array.isArray(template)) return template.flatMap((item: Json) => placeholders(item))
  return isObject(template) ? Object.values(template).flatMap((field) => placeholders(field)) : []
}

/**
 * A text template. One that is a single placeholder gives the value with its type; else text, and undefined as soon as one placeholder has no value.
 * @throws HubError `bad-value` (reject) when an object or list stands in the middle of a text.
 */
export function compileText(template: string): (roots: Roots) => Json | undefined {
  const pieces = parseTemplate(template)
  const [only] = pieces
  if (pieces.length === 1 && typeof only === 'object') return (roots) => lookup(only, roots)
  if (pieces.every((piece) => typeof piece === 'string')) {
    const constant = pieces.join('')
    return () => constant
  }
  return (roots) => {
    let text = ''
    for (const piece of pieces) {
      const part = typeof piece === 'string' ? piece : textOf(lookup(piece, roots), piece.path)
      if (part === undefined) return undefined
      text += part
    }
    return text
  }
}

/** A template whose value is needed as text; undefined when a placeholder has no value or is null. */
export function compileString(template: string): (roots: Roots) => string | undefined {
  const value = compileText(template)
  return (roots) => textOf(value(roots), template)
}

/**
 * The path of a URL. Values are percent-encoded, `|path` keeps the slashes between the parts of a value.
 * @throws HubError `bad-value` (reject) for a value that is missing, empty, or `.` or `..`: it would address something else.
 */
export function compilePath(template: string): (roots: Roots) => string {
  const pieces = parseTemplate(template)
  return (roots) => {
    let path = ''
    for (const piece of pieces) {
      if (typeof piece === 'string') {
        path += piece
        continue
      }
      const value = textOf(lookup(piece, roots), piece.path)
      const segments = value === undefined ? [] : piece.filter === 'path' ? value.split('/') : [value]
      if (segments.length === 0 || segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
        throw reject(
          'bad-value',
          `the path ${template} needs a value for {${piece.path}}, found ${value === undefined ? 'none' : JSON.stringify(value.slice(0, 40))}`,
          { sent: false },
        )
      path += segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join('/')
    }
    return path
  }
}

/**
 * A JSON template. A field without value is left out; a list inside a list that begins with a constant text and lacks one of its own values is left out whole
 * (a condition without its operand).
 * @throws HubError `bad-value` (reject) when any other list lacks one of its values: its places mean something.
 */
export function compileJson(template: Json): (roots: Roots) => Json | undefined {
  const render = compileNode(template)
  return (roots) => {
    const value = render(roots)
    if (value === gap) throw missing(template)
    return value
  }
}

const gap = Symbol('a list without one of its values')
type Rendered = Json | undefined | typeof gap

function compileNode(template: Json): (roots: Roots) => Rendered {
  if (typeof template === 'string') return compileText(template)
  if (Array.isArray(template)) return compileList(template)
  if (!isObject(template)) return () => template
  const fields = Object.entries(template).map(([name, field]) => [name, compileNode(field ?? null)] as const)
  return (roots) => {
    const object: Record<string, Json> = {}
    for (const [name, render] of fields) {
      const value = render(roots)
      if (value === gap) throw missing(template[name] ?? null)
      if (value !== undefined) object[name] = value
    }
    return object
  }
}

function compileList(template: readonly Json[]): (roots: Roots) => Rendered {
  const items = template.map(compileNode)
  const [first] = template
  const condition = typeof first === 'string' && placeholders(first).length === 0
  return (roots) => {
    const list: Json[] = []
    for (const render of items) {
      const value = render(roots)
      if (value === undefined) {
        if (!condition) throw missing(template)
        return gap
      }
      if (value !== gap) list.push(value)
    }
    return list
  }
}

const missing = (template: Json) =>
  reject('bad-value', `a value is missing in the list ${JSON.stringify(template).slice(0, 200)}`, { sent: false })

function lookup(placeholder: Placeholder, roots: Roots): Json | undefined {
  const value = at(roots as JsonObject, placeholder.path)
  if (value === undefined || value === null) return value
  switch (placeholder.filter) {
    case 'integer':
      return integer(value, placeholder.path)
    case 'base64':
      return Buffer.from(textOf(value, placeholder.path) ?? '', 'utf8').toString('base64')
    case 'quoted':
      return Array.isArray(value) ? value.map((item: Json) => quoted(item, placeholder.path)).join("','") : quoted(value, placeholder.path)
    default:
      return value
  }
}

/** As it stands between single quotes of a filter in the style of SQL; of a list `a','b`, for `in ('{keys|quoted}')`. */
const quoted = (value: Json, path: string): string => (textOf(value, path) ?? '').replaceAll("'", "''")

/** JSON.rawJSON writes digits as a number without passing through a double; TypeScript's library does not list it yet. */
const rawJson = JSON as JSON & { rawJSON(text: string): JsonObject }

function integer(value: Json, path: string): Json {
  if (Array.isArray(value)) return value.map((item: Json) => integer(item, path))
  const text = String(value)
  if (!/^-?(0|[1-9]\d{0,38})$/.test(text))
    throw reject('bad-value', `{${path}|integer} needs a whole number, found ${JSON.stringify(text.slice(0, 40))}`, { sent: false })
  return Number.isSafeInteger(Number(text)) ? Number(text) : rawJson.rawJSON(text)
}

function textOf(value: Json | undefined, path: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object')
    throw reject('bad-value', `{${path}} is ${Array.isArray(value) ? 'a list' : 'an object'} and cannot stand in a text`, { sent: false })
  return String(value)
}
