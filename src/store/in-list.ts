import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** What a function that only reads takes: the store's read door or a running transaction. */
export type Reader = Kysely<Tables>

const longestList = 256

/**
 * Runs a query over any number of values in lists of at most 256. A list is filled up to a power of two with its last value, so that few statement texts serve
 * every length and stay prepared; values come once.
 */
export async function inLists<V, R>(values: Iterable<V>, query: (list: readonly V[]) => Promise<readonly R[]>): Promise<R[]> {
  const wanted = [...new Set(values)]
  const rows: R[] = []
  for (let from = 0; from < wanted.length; from += longestList) rows.push(...(await query(filled(wanted.slice(from, from + longestList)))))
  return rows
}

/** A list of at most 256 for one statement, filled up to a power of two. */
export function filled<V>(list: V[]): readonly V[] {
  const last = list.at(-1)
  if (last === undefined) return list
  let size = 1
  while (size < list.length) size *= 2
  while (list.length < size) list.push(last)
  return list
}

/** Values in groups by a name: `(type, connection)` pairs become one query each. */
export function grouped<V>(values: Iterable<V>, nameOf: (value: V) => string): Map<string, V[]> {
  const groups = new Map<string, V[]>()
  for (const value of values) {
    const name = nameOf(value)
    const group = groups.get(name)
    if (group) group.push(value)
    else groups.set(name, [value])
  }
  return groups
}
