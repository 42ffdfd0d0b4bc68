import { type Json, type JsonObject, namesOf } from './json.ts'

export type ValueType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

/** One thing that records of a stream have shown: a field has had values of this type, or, where its values are a few words of the partner's, this word. */
export interface Trait {
  /** dotted; `*` is each item of a list, and each field of an object whose names are ids */
  readonly path: string
  readonly type: ValueType | 'word'
  /** empty but for a word */
  readonly word: string
}

/** A trait that no record has shown before. */
export interface Strange extends Trait {
  /** types, or words, that the field has shown so far; none: the field is new */
  readonly former: readonly string[]
  readonly value: Json
  /** nothing could be known of it: the field was always null, or the list always empty */
  readonly plain: boolean
}

export interface RecordShape {
  /** of a record that holds nothing new, an empty list that costs nothing */
  strange(record: Json): readonly Strange[]
  readonly size: number
}

interface Node {
  readonly types: Set<ValueType>
  readonly fields: Map<string, Node>
  /** the partner's words so far, where the field's values are such */
  words: Set<string> | undefined
}

/** Traits of one record that are told, one that occurs in every item of a list counted each time: more than are kept of a stream. */
const mostStrange = 10_000
const longestWord = 64
const longestName = 64

/** What records looked like so far. `words`: paths of fields whose values are a few words (a status). */
export function openShape(traits: Iterable<Trait>, words: readonly string[] = []): RecordShape {
  const root = newNode()
  let size = 0
  for (const path of words) nodeAt(root, path).words ??= new Set()
  for (const { path, type, word } of traits) {
    size++
    const node = nodeAt(root, path)
    if (type === 'word') node.words?.add(word)
    else node.types.add(type)
  }
  return {
    size,
    strange: (record) => {
      if (isKnown(record, root)) return []
      const found: Strange[] = []
      look(record, root, [], false, found)
      return found
    },
  }
}

const newNode = (): Node => ({ types: new Set(), fields: new Map(), words: undefined })

function nodeAt(root: Node, path: string): Node {
  let node = root
  for (const name of namesOf(path)) {
    const next = node.fields.get(name) ?? newNode()
    node.fields.set(name, next)
    node = next
  }
  return node
}

const nothing: Node = newNode()

const knowsType = (value: Json, type: ValueType, { types }: Node): boolean =>
  types.has(type) || (type === 'null' && types.size > 0) || (type === 'string' && types.has('number') && isLongNumber(value))

const isNewWord = (value: Json, { words }: Node): value is string =>
  words !== undefined && typeof value === 'string' && value !== '' && value.length <= longestWord && !words.has(value)

/** {@link look} for almost every record: nothing is made. */
function isKnown(value: Json, node: Node): boolean {
  if (!knowsType(value, typeOf(value), node) || isNewWord(value, node)) return false
  if (value === null || typeof value !== 'object') return true
  if (Array.isArray(value)) {
    const items = node.fields.get('*') ?? nothing
    for (const item of value as readonly Json[]) if (!isKnown(item, items)) return false
    return true
  }
  const object = value as JsonObject
  for (const name in object) {
    const field = object[name]
    if (field !== undefined && !isKnown(field, fieldOf(node, name))) return false
  }
  return true
}

const fieldOf = (node: Node, name: string): Node => node.fields.get(name) ?? node.fields.get(nameOf(name)) ?? nothing

function look(value: Json, node: Node, path: readonly string[], plain: boolean, found: Strange[]): void {
  if (found.length >= mostStrange) return
  const type = typeOf(value)
  if (!knowsType(value, type, node)) {
    const former = [...node.types].filter((known) => known !== 'null')
    found.push({ path: written(path), type, word: '', former, value, plain: plain || (node.types.size > 0 && former.length === 0) })
  }
  if (isNewWord(value, node)) {
    const former = [...(node.words ?? [])]
    found.push({ path: written(path), type: 'word', word: value, former, value, plain: plain || former.length === 0 })
  }
  if (value === null || typeof value !== 'object') return
  const below = plain || (node.types.size > 0 && node.fields.size === 0)
  if (Array.isArray(value)) for (const item of value as readonly Json[]) look(item, fieldOf(node, '*'), [...path, '*'], below, found)
  else
    for (const [name, field] of Object.entries(value as JsonObject))
      if (field !== undefined) look(field, fieldOf(node, name), [...path, node.fields.has(name) ? name : nameOf(name)], below, found)
}

const typeOf = (value: Json): ValueType =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : (typeof value as Exclude<ValueType, 'null' | 'array'>)

/** A number whose digits a double would lose arrives as a text (json.ts). */
const isLongNumber = (value: Json): boolean => typeof value === 'string' && /^-?\d[\d.]{14,}$|^-?[\d.]+[eE][-+]?\d+$/.test(value)

/** Names that are ids or dates are no fields: an object that has such is a table. */
const nameOf = (name: string): string => (name.length > longestName || /\d{4}/.test(name) ? '*' : name)

const written = (path: readonly string[]): string => path.map((name) => name.replaceAll('.', '\\.')).join('.')

/** A value by its form only: letters and digits are replaced, so that an example tells nothing of anybody. */
export function exampleOf(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return `an object of ${Object.keys(value).length} fields`
  const form = String(value)
    .slice(0, longestExample)
    .replaceAll(/\p{Nd}/gu, '9')
    .replaceAll(/\p{L}/gu, (letter) => (/\p{Lu}/u.test(letter) ? 'A' : 'a'))
  return typeof value === 'string' ? JSON.stringify(form) : form
}
const longestExample = 40
