import { compareExact, decimalText, toExact } from '../mapping/exact.ts'
import { at, canonicalJson, type Json } from '../model/json.ts'
import { keyText } from './record.ts'
import type { Matches, Pair, Pairs } from './types.ts'

/**
 * The first place where a record does not show what the input says, in words; undefined: it shows all of it. Numbers are told with their values; of texts only that they differ,
 * for they may speak of people.
 */
export function firstDifference({ lists = [], ...pairs }: Matches, record: Json, input: Json): string | undefined {
  const sent = ([, path]: Pair): boolean => valueAt(input, path) !== undefined
  const own = inPairs({ equal: pairs.equal?.filter(sent) ?? [], decimal: pairs.decimal?.filter(sent) ?? [] }, record, input)
  return own ?? first(lists, (list) => inRows(list, record, input))
}

function inRows({ rows: [path, ours], key, more, ...pairs }: NonNullable<Matches['lists']>[number], record: Json, input: Json) {
  const shown = byKey(record, path, key[0])
  const sent = byKey(input, ours, key[1])
  return first([...new Set([...sent.keys(), ...(more ? [] : shown.keys())])], (name) => {
    const [theirs, ...twins] = shown.get(name) ?? []
    const [mine, ...others] = sent.get(name) ?? []
    const place = `"${path}" ${name}`
    if (theirs === undefined) return `${place} is missing`
    if (mine === undefined) return `${place} was not sent`
    if (twins.length + others.length > 0) return `${place} is there more than once`
    const difference = inPairs(pairs, theirs, mine)
    return difference === undefined ? undefined : `${place}: ${difference}`
  })
}

function byKey(value: Json, path: string, key: string): ReadonlyMap<string, readonly Json[]> {
  const list = at(value, path)
  return Map.groupBy<string, Json>(Array.isArray(list) ? list : [], (row) => keyText(at(row, key)) ?? 'without key')
}

function inPairs({ equal = [], decimal = [] }: Pairs, record: Json, input: Json): string | undefined {
  return (
    first(equal, ([path, ours]) => {
      const [shown, sent] = [valueAt(record, path), valueAt(input, ours)]
      return canonicalJson(shown ?? null) === canonicalJson(sent ?? null) ? undefined : told(path, numberWord(shown), numberWord(sent))
    }) ??
    first(decimal, ([path, ours]) => {
      const [shown, sent] = [valueAt(record, path), valueAt(input, ours)]
      return sameDecimal(shown, sent) ? undefined : told(path, decimalWord(shown), decimalWord(sent))
    })
  )
}

function sameDecimal(a: Json | undefined, b: Json | undefined): boolean {
  const [left, right] = [toExact(a), toExact(b)]
  return left === null || right === null ? a === undefined && b === undefined : compareExact(left, right) === 0
}
const told = (path: string, shown: string | null, sent: string | null): string =>
  shown === null || sent === null ? `"${path}" differs` : `"${path}" is ${shown} instead of ${sent}`
const decimalWord = (value: Json | undefined): string | null => (value === undefined ? 'empty' : decimalText(value))
const numberWord = (value: Json | undefined): string | null => (typeof value === 'string' ? null : decimalWord(value))

/** Nothing where there is no value, null or an empty text; partners cut white space at the ends of a text. */
function valueAt(value: Json, path: string): Json | undefined {
  const found = at(value, path)
  const text = typeof found === 'string' ? found.trim() : found
  return text === null || text === '' ? undefined : text
}

function first<T>(items: readonly T[], differenceOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const difference = differenceOf(item)
    if (difference !== undefined) return difference
  }
  return undefined
}
