import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { didYouMean } from './nearest.ts'
import type { Ambiguity, Lookup } from './program.ts'
import type { Pointer } from './source-text.ts'
import type { Direction } from './types.ts'

export type Codes = Readonly<Record<string, Readonly<Record<string, string>>>>
const maxEntries = 20_000

/** Reads the `lookups` of a file. A text names a code list of the workspace. */
export function parseLookups(
  given: Json | undefined,
  faults: Faults,
  codes: Codes | undefined,
  direction: Direction,
): ReadonlyMap<string, Lookup> {
  const lookups = new Map<string, Lookup>()
  if (given === undefined) return lookups
  if (!isObject(given)) {
    faults.add('E_SHAPE', { at: ['lookups'] }, 'lookups', 'lookups must be an object of tables')
    return lookups
  }
  for (const [name, table] of Object.entries(given)) {
    const at = ['lookups', name]
    if (typeof table === 'string') {
      const lookup = codeList(table, at, at.join('.'), faults, codes)
      if (lookup !== undefined) lookups.set(name, lookup)
    } else if (isObject(table)) {
      lookups.set(name, parseTable(name, table, at, faults))
      if (direction !== 'both' && table.$back !== undefined)
        faults.add('W_UNUSED', { at: [...at, '$back'], part: 'key' }, at.join('.'), '"$back" is only read by a mapping with direction both')
    } else faults.add('E_SHAPE', { at }, at.join('.'), 'a lookup is a table {"external code": "hub code"} or the name of a code list')
  }
  return lookups
}

/** A workspace code list by name; a fault when the workspace is known and has none. */
export function codeList(
  kind: string,
  at: Pointer,
  path: string,
  faults: Faults,
  codes: Codes | undefined,
  more: Iterable<string> = [],
): Lookup | undefined {
  if (codes !== undefined && !Object.hasOwn(codes, kind)) {
    faults.add(
      'E_LOOKUP',
      { at },
      path,
      `there is no lookup '${kind}' in this file and no code list of that name in the workspace`,
      didYouMean(kind, [...Object.keys(codes), ...more]),
    )
    return undefined
  }
  return { kind: 'codes', name: kind }
}

function parseTable(name: string, table: JsonObject, at: Pointer, faults: Faults): Lookup {
  const forward = new Map<string, string>()
  const back = new Map<string, string>()
  const byHub = new Map<string, string[]>()
  const entries = Object.entries(table)
  const path = at.join('.')
  if (entries.length > maxEntries)
    faults.add('E_LIMIT', { at }, path, `more than ${maxEntries} entries; make it a code list of the workspace`)
  for (const [external, hub] of entries) {
    if (external === '$back') continue
    if (typeof hub !== 'string') {
      faults.add('E_SHAPE', { at: [...at, external] }, path, `the hub code of '${external}' must be a text`)
      continue
    }
    forward.set(external, hub)
    byHub.set(hub, [...(byHub.get(hub) ?? []), external])
  }
  readBack(table.$back, back, forward, at, faults)
  const ambiguous: Ambiguity[] = []
  for (const [hub, external] of byHub) {
    if (back.has(hub)) continue
    if (external.length > 1) ambiguous.push({ hub, external })
    else if (external[0] !== undefined) back.set(hub, external[0])
  }
  return { kind: 'table', name, forward, back, ambiguous }
}

function readBack(
  given: Json | undefined,
  back: Map<string, string>,
  forward: ReadonlyMap<string, string>,
  at: Pointer,
  faults: Faults,
): void {
  if (given === undefined) return
  const path = [...at, '$back'].join('.')
  if (!isObject(given)) {
    faults.add('E_SHAPE', { at: [...at, '$back'] }, path, '$back is an object {"hub code": "external code"}')
    return
  }
  for (const [hub, external] of Object.entries(given)) {
    const place = { at: [...at, '$back', hub] }
    if (typeof external !== 'string') faults.add('E_SHAPE', place, path, `the external code of '${hub}' must be a text`)
    else {
      const gives = forward.get(external)
      if (gives !== undefined && gives !== hub)
        faults.add('E_LOOKUP_BACK', place, path, `'${external}' gives '${gives}', so it cannot stand for '${hub}'`)
      back.set(hub, external)
    }
  }
}
