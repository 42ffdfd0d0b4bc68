import type { Fault } from '../model/errors.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { collectFaults, type Faults } from './faults.ts'
import type { Ambiguity, TableLookup } from './program.ts'
import { type Pointer, readSourceText } from './source-text.ts'

/** A table that several mappings share: `mappings/tables/carrier@3.json`, or a code list of the workspace with a version. */
export interface SharedTable {
  /** `carrier@3` */
  readonly name: string
  readonly text: string
  /** it is a code list of the workspace */
  readonly isList?: true
  /** absent when the file has faults of its own */
  readonly table?: TableLookup
}
/** Shared tables by name and version. */
export type SharedTables = ReadonlyMap<string, SharedTable>

/** Name and version of a shared table: `carrier@3`, `unit@2.1`. */
export const tableName = /^[a-z][a-z0-9-]{0,62}@[0-9]{1,6}(\.[0-9]{1,6})*$/
const maxEntries = 20_000
/** Names in a table that are no codes. */
export const tableWords: readonly string[] = ['$schema', '$note', '$back']

/** Reads the file of a shared table. Never throws for what stands in it. */
export function readTable(name: string, text: string, file: string): { readonly table: SharedTable; readonly faults: readonly Fault[] } {
  const { source, faults: unread } = readSourceText(text, file)
  if (source === undefined) return { table: { name, text }, faults: unread }
  const faults = collectFaults(file, ({ at, part }) => source.positionOf(source.offsetOf(at, part)))
  for (const twice of source.duplicates)
    faults.addAt(
      source.positionOf(twice.offset),
      'E_DUPLICATE',
      twice.name,
      `'${twice.name}' stands twice in one object`,
      'remove one of them',
    )
  if (!tableName.test(name))
    faults.add('E_NAME', { at: [] }, '', `'${name}' is no name of a shared table`, 'name the file <name>@<version>.json: carrier@3.json')
  if (!isObject(source.value)) faults.add('E_SHAPE', { at: [] }, '', 'a table is an object {"external code": "hub code"}')
  const table = isObject(source.value) ? parseTable(name, source.value, [], faults) : undefined
  return { table: table === undefined || faults.failed() ? { name, text } : { name, text, table }, faults: faults.list() }
}

/** Reads a table: code read -> code written, null for a code that is refused, and `$back` for the way back. */
export function parseTable(name: string, given: JsonObject, at: Pointer, faults: Faults): TableLookup {
  const forward = new Map<string, string>()
  const back = new Map<string, string>()
  const refused: string[] = []
  const byHub = new Map<string, string[]>()
  const entries = Object.entries(given).filter(([external]) => !tableWords.includes(external))
  const path = at.join('.')
  if (entries.length > maxEntries)
    faults.add('E_LIMIT', { at }, path, `more than ${maxEntries} entries; make it a code list of the workspace`)
  for (const [external, hub] of entries) {
    if (hub === null) refused.push(external)
    else if (typeof hub !== 'string') faults.add('E_SHAPE', { at: [...at, external] }, path, `the hub code of '${external}' must be a text`)
    else {
      forward.set(external, hub)
      const known = byHub.get(hub)
      if (known === undefined) byHub.set(hub, [external])
      else known.push(external)
    }
  }
  if (given.$note !== undefined && typeof given.$note !== 'string')
    faults.add('E_SHAPE', { at: [...at, '$note'] }, path, 'a note is a text')
  readBack(given.$back, back, forward, at, faults)
  const ambiguous: Ambiguity[] = []
  for (const [hub, external] of byHub) {
    if (back.has(hub)) continue
    if (external.length > 1) ambiguous.push({ hub, external })
    else if (external[0] !== undefined) back.set(hub, external[0])
  }
  return { kind: 'table', name, forward, back, ambiguous, refused }
}

/** A code list of the workspace as a table. It is written external -> hub; `turned`: for a mapping that reads hub documents. */
export function tableOfList(name: string, codes: JsonObject, turned: boolean): SharedTable & { readonly table: TableLookup } {
  const list = new Map(Object.entries(codes).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  const back = invert(list)
  const [forward, behind] = turned ? [back, list] : [list, back]
  return {
    name,
    text: JSON.stringify(codes),
    isList: true,
    table: { kind: 'table', name, forward, back: behind, ambiguous: [], refused: [], isList: true },
  }
}

/** hub -> external of a code list; where several external codes give one hub code the first counts. */
export function invert(codes: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const back = new Map<string, string>()
  for (const [external, hub] of codes) if (!back.has(hub)) back.set(hub, external)
  return back
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
        faults.add(
          'E_LOOKUP_BACK',
          place,
          path,
          `'${external}' gives '${gives}', so it cannot stand for '${hub}'`,
          `name a code that gives '${hub}'`,
        )
      back.set(hub, external)
    }
  }
}
