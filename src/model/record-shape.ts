import { isObject, type Json, namesOf } from './json.ts'

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

/** Traits of one record that are told. */
const mostStrange = 100
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

function look(value: Json, node: Node, path: readonly string[], plain: boolean, found: Strange[]): void {
  if (found.length >= mostStrange) return
  const type = typeOf(value)
  const former = [...(node.types.size === 0 || node.types.has(type) ? [] : node.types)].filter((known) => known !== 'null')
  const unseen = node.types.size > 0 && former.length === 0
  if (!node.types.has(type) && type !== 'null' && !isLongNumber(value, node.types))
    found.push({ path: written(path), type, word: '', former, value, plain: plain || unseen })
  else if (type === 'null' && node.types.size === 0) found.push({ path: written(path), type, word: '', former: [], value, plain })
  if (typeof value === 'string' && node.words !== undefined && value !== '' && value.length <= longestWord && !node.words.has(value))
    found.push({ path: written(path), type: 'word', word: value, former: [...node.words], value, plain: plain || node.words.size === 0 })
  if (value === null || typeof value !== 'object') return
  const below = plain || (node.types.size > 0 && node.fields.size === 0)
  if (Array.isArray(value)) {
    const items = node.fields.get('*') ?? nothing
    for (const item of value as readonly Json[]) look(item, items, [...path, '*'], below, found)
  } else if (isObject(value))
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) continue
      const known = node.fields.get(name)
      if (known !== undefined) look(field, known, [...path, name], below, found)
      else look(field, node.fields.get(nameOf(name)) ?? nothing, [...path, nameOf(name)], below, found)
    }
}

const typeOf = (value: Json): ValueType =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : (typeof value as Exclude<ValueType, 'null' | 'array'>)

/** A number whose digits a double would lose arrives as a text (json.ts). */
const isLongNumber = (value: Json, types: ReadonlySet<ValueType>): boolean =>
  typeof value === 'string' && types.has('number') && /^-?\d[\d.]{14,}$|^-?[\d.]+[eE][-+]?\d+$/.test(value)

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
