import { isObject, type Json } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { didYouMean } from './nearest.ts'
import type { Lookup } from './program.ts'
import type { Pointer } from './source-text.ts'
import { parseTable, type SharedTable, type SharedTables } from './table.ts'
import type { Direction } from './types.ts'

export type Codes = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Tables outside the file that its rules may name. */
export interface OutsideTables {
  /** code lists of the workspace; undefined: not known, and none is missed */
  readonly codes: Codes | undefined
  readonly shared: SharedTables
  /** shared tables that the file names */
  readonly used: Set<SharedTable>
}

/** Reads the `lookups` of a file. A text names a shared table (`carrier@3`) or a code list of the workspace. */
export function parseLookups(
  given: Json | undefined,
  faults: Faults,
  outside: OutsideTables,
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
      const lookup = outsideTable(table, at, at.join('.'), faults, outside)
      if (lookup !== undefined) lookups.set(name, lookup.kind === 'table' ? { ...lookup, name } : lookup)
    } else if (isObject(table)) {
      lookups.set(name, parseTable(name, table, at, faults))
      if (direction !== 'both' && table.$back !== undefined)
        faults.add(
          'W_UNUSED',
          { at: [...at, '$back'], part: 'key' },
          at.join('.'),
          '"$back" is only read by a mapping with direction both',
          'take "$back" away',
        )
    } else
      faults.add(
        'E_SHAPE',
        { at },
        at.join('.'),
        'a lookup is a table {"external code": "hub code"}, a shared table "name@version" or the name of a code list',
      )
  }
  return lookups
}

/** A shared table or a code list of the workspace by its name; a fault when there is none. */
export function outsideTable(
  name: string,
  at: Pointer,
  path: string,
  faults: Faults,
  outside: OutsideTables,
  more: Iterable<string> = [],
): Lookup | undefined {
  const { codes, shared } = outside
  const table = shared.get(name)
  if (table !== undefined) {
    outside.used.add(table)
    if (table.table === undefined)
      faults.add('E_LOOKUP', { at }, path, `the shared table '${name}' has faults of its own`, `mend mappings/tables/${name}.json`)
    return table.table && { ...table.table, shared: name }
  }
  if (name.includes('@')) {
    faults.add('E_LOOKUP', { at }, path, `there is no shared table '${name}'`, versionAdvice(name, shared))
    return undefined
  }
  if (codes !== undefined && !Object.hasOwn(codes, name)) {
    const versions = versionsOf(name, shared)
    faults.add(
      'E_LOOKUP',
      { at },
      path,
      `there is no lookup '${name}' in this file and no code list of that name in the workspace`,
      versions.length > 0
        ? `say which version of the shared table: ${versions.join(', ')}`
        : didYouMean(name, [...Object.keys(codes), ...more]),
    )
    return undefined
  }
  return { kind: 'codes', name }
}

const versionsOf = (name: string, shared: SharedTables): readonly string[] =>
  [...shared.keys()].filter((known) => known.startsWith(`${name}@`))

function versionAdvice(name: string, shared: SharedTables): string {
  const versions = versionsOf(name.slice(0, name.indexOf('@')), shared)
  if (versions.length > 0) return `there are: ${versions.join(', ')}`
  return didYouMean(name, shared.keys()) ?? `write it to mappings/tables/${name}.json`
}
