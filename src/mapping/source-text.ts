import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Fault } from '../model/errors.ts'
import { isObject, type Json } from '../model/json.ts'
import { lengthFault } from '../model/text-file.ts'
import type { Position } from './types.ts'

/** Keys from the root of the file: `['fields', 'lines', 'each']`. */
export type Pointer = readonly (string | number)[]

/** A JSON file with the place of every value, so that a fault can name line and column. */
export interface SourceText {
  readonly value: Json
  /** where the value (or, with `key`, its name) starts; of the nearest parent when it is not there */
  readonly offsetOf: (pointer: Pointer, part?: 'key' | 'value') => number
  readonly positionOf: (offset: number) => Position
  /** keys that stand twice in one object, with their place */
  readonly duplicates: readonly { readonly name: string; readonly offset: number }[]
}

const maxDepth = 64

/** Reads JSON (no comments, no trailing commas). Undefined with faults when it is no JSON. */
export function readSourceText(text: string, file: string): { readonly source?: SourceText; readonly faults: readonly Fault[] } {
  const positionOf = lineTable(text)
  const fault = (offset: number, code: string, message: string): { readonly faults: readonly Fault[] } => ({
    faults: [{ code, severity: 'error', file, ...positionOf(offset), path: '', message }],
  })
  const tooLong = lengthFault(text)
  if (tooLong !== undefined) return fault(0, 'E_LIMIT', tooLong)
  const deep = tooDeep(text)
  if (deep !== undefined) return fault(deep, 'E_LIMIT', `nested deeper than ${maxDepth} levels`)
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false })
  const first = errors[0]
  if (first !== undefined) return fault(first.offset, 'E_JSON', `not JSON: ${words(printParseErrorCode(first.error))}`)
  if (root === undefined) return fault(0, 'E_JSON', 'the file is empty')
  const source: SourceText = {
    value: getNodeValue(root) as Json,
    offsetOf: (pointer, part = 'value') => offsetOf(root, pointer, part),
    positionOf,
    duplicates: duplicatesOf(root),
  }
  return { source, faults: [] }
}

const words = (code: string): string => code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()

/** What stands at a pointer; undefined when nothing does. */
export function valueAt(value: Json, pointer: Pointer): Json | undefined {
  let here: Json | undefined = value
  for (const step of pointer) {
    if (Array.isArray(here)) here = here[Number(step)]
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined
  }
  return here
}

function lineTable(text: string): (offset: number) => Position {
  let starts: number[] | undefined
  return (offset) => {
    if (starts === undefined) {
      starts = [0]
      for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
    }
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

function tooDeep(text: string): number | undefined {
  let depth = 0
  let inText = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (inText) {
      if (c === 92) i++
      else if (c === 34) inText = false
    } else if (c === 34) inText = true
    else if (c === 123 || c === 91) {
      if (++depth > maxDepth) return i
    } else if (c === 125 || c === 93) depth--
  }
  return undefined
}

function offsetOf(root: Node, pointer: Pointer, part: 'key' | 'value'): number {
  let node = root
  let key: Node | undefined
  for (const step of pointer) {
    const found = childOf(node, step)
    if (found === undefined) break
    ;({ key, value: node } = found)
  }
  return part === 'key' && key !== undefined ? key.offset : node.offset
}

function childOf(node: Node, step: string | number): { readonly key?: Node; readonly value: Node } | undefined {
  if (node.type === 'array') {
    const value = node.children?.[Number(step)]
    return value === undefined ? undefined : { value }
  }
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? []
    if (node.type === 'object' && key !== undefined && value !== undefined && key.value === String(step)) return { key, value }
  }
  return undefined
}

function duplicatesOf(root: Node): { readonly name: string; readonly offset: number }[] {
  const found: { readonly name: string; readonly offset: number }[] = []
  const walk = (node: Node): void => {
    const names = new Set<string>()
    for (const child of node.children ?? []) {
      const key = child.type === 'property' ? child.children?.[0] : undefined
      if (node.type === 'object' && key !== undefined) {
        const name = String(key.value)
        if (names.has(name)) found.push({ name, offset: key.offset })
        names.add(name)
      }
      walk(child)
    }
  }
  walk(root)
  return found
}
