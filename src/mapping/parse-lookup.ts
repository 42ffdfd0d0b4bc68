import { isObject, type Json } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { didYouMean } from './nearest.ts'
import type { Lookup } from './program.ts'
import type { Pointer } from './source-text.ts'
import { parseTable, type SharedTable, type SharedTables, tableOfList } from './table.ts'
import type { Direction } from './types.ts'

export type Codes = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Tables outside the file that its rules may name. */
export interface OutsideTables {
  /** code lists of the workspace; undefined: not known, and none is missed */
  readonly codes: Codes | undefined
  readonly shared: SharedTables
  /** those that the file names with their version, by name */
  readonly used: Map<string, SharedTable>
  readonly direction: Direction
}

/** Reads the `lookups` of a file. A text names a shared table (`carrier@3`) or a code list of the workspace (`unit@2`, `unit`). */
export function parseLookups(given: Json | undefined, faults: Faults, outside: OutsideTables): ReadonlyMap<string, Lookup> {
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
      if (outside.direction !== 'both' && table.$back !== undefined)
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
        'a lookup is a table {"external code": "hub code"}, or the name of a shared table or code list: "name@version"',
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
  const given: Json | undefined = codes !== undefined && Object.hasOwn(codes, name) ? codes[name] : undefined
  const list = isObject(given) ? given : undefined
  const isVersioned = name.includes('@')
  const table =
    shared.get(name) ??
    outside.used.get(name) ??
    (isVersioned && list !== undefined ? tableOfList(name, list, outside.direction === 'push') : undefined)
  if (table !== undefined) {
    outside.used.set(name, table)
    if (shared.has(name) && list !== undefined)
      faults.add(
        'E_LOOKUP',
        { at },
        path,
        `'${name}' is a shared table and a code list of the workspace`,
        'give one of them another version',
      )
    if (table.table === undefined)
      faults.add('E_LOOKUP', { at }, path, `the shared table '${name}' has faults of its own`, `mend mappings/tables/${name}.json`)
    return table.table && { ...table.table, shared: name }
  }
  if (isVersioned) {
    faults.add('E_LOOKUP', { at }, path, `there is no shared table or code list '${name}'`, versionAdvice(name, outside))
    return undefined
  }
  if (codes !== undefined && list === undefined) {
    const versions = versionsOf(name, outside)
    faults.add(
      'E_LOOKUP',
      { at },
      path,
      `there is no lookup '${name}' in this file and no code list of that name in the workspace`,
      versions.length > 0 ? `say which version: ${versions.join(', ')}` : didYouMean(name, [...Object.keys(codes), ...more]),
    )
    return undefined
  }
  return { kind: 'codes', name }
}

const versioned = ({ codes = {}, shared }: OutsideTables): readonly string[] => [
  ...shared.keys(),
  ...Object.keys(codes).filter((name) => name.includes('@')),
]
const versionsOf = (name: string, outside: OutsideTables): readonly string[] =>
  versioned(outside).filter((known) => known.startsWith(`${name}@`))

function versionAdvice(name: string, outside: OutsideTables): string {
  const versions = versionsOf(name.slice(0, name.indexOf('@')), outside)
  if (versions.length > 0) return `there are: ${versions.join(', ')}`
  return didYouMean(name, versioned(outside)) ?? `write it to mappings/tables/${name}.json, or to the codes of the workspace`
}
