import type { Json, JsonObject } from '../../model/json.ts'

/** One entity, without its lines. */
export type Entity = JsonObject & { readonly id: string }

const token = /\s*(?:(\()|(\))|'((?:[^']|'')*)'|([^\s()']+))/gy

/** Conditions of OData as Business Central takes them: comparisons joined by `and`. Answers why a text is none. */
export function readFilter(text: string): ((entity: JsonObject) => boolean) | { readonly fault: string } {
  const tests: ((entity: JsonObject) => boolean)[] = []
  const words: { readonly word: string; readonly quoted: boolean }[] = []
  token.lastIndex = 0
  for (let match = token.exec(text); match !== null && match[0] !== ''; match = token.exec(text)) {
    const [, open, close, quoted, word] = match
    if (quoted !== undefined) words.push({ word: quoted.replaceAll("''", "'"), quoted: true })
    else if (open === undefined && close === undefined && word !== undefined) words.push({ word, quoted: false })
  }
  for (let at = 0; at < words.length; at += 4) {
    const [field, operator, value, next] = words.slice(at, at + 4)
    const compare = operators[operator?.word ?? '']
    if (field === undefined || value === undefined || compare === undefined) return { fault: `Invalid filter: ${text.slice(0, 200)}` }
    if (next !== undefined && next.word !== 'and') return { fault: `The operator '${next.word}' is not supported here.` }
    const wanted = value.quoted ? value.word : literal(value.word)
    tests.push((entity) => compare(order(comparable(entity[field.word]), comparable(wanted))))
  }
  return (entity) => tests.every((test) => test(entity))
}
const operators: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
}
const literal = (word: string): Json =>
  word === 'true' ? true : word === 'false' ? false : /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word
const comparable = (value: Json | undefined): string | number =>
  typeof value === 'number' ? value : /^\d{4}-\d\d-\d\dT/.test(String(value)) ? Date.parse(String(value)) : String(value).toLowerCase()
const order = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0

/** Rows in the order of `$orderby`; by id where they are alike, so that a page has one meaning. */
export function sorted(rows: readonly Entity[], orderby: string | undefined): readonly Entity[] {
  const [field = 'id', direction] = (orderby ?? 'id').split(/\s+/)
  const sign = direction === 'desc' ? -1 : 1
  return [...rows].sort((a, b) => sign * order(comparable(a[field]), comparable(b[field])) || order(a.id, b.id))
}
/** With `$select`; the tag comes always. */
export function shaped(entity: JsonObject, select: string | undefined): JsonObject {
  if (select === undefined) return entity
  const names = new Set(['@odata.etag', ...select.split(',').map((name) => name.trim())])
  return Object.fromEntries(Object.entries(entity).filter(([name]) => names.has(name)))
}
