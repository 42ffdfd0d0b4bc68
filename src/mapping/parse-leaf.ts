import type { Json, JsonObject } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { parseConverts, parseZone } from './parse-convert.ts'
import { parseFormula, parsePlaces, type RulePlace } from './parse-formula.ts'
import { type OutsideTables, outsideTable } from './parse-lookup.ts'
import { forbiddenNames } from './path.ts'
import type { Leaf, Lookup, ValueSource } from './program.ts'
import type { Pointer } from './source-text.ts'

/** What a leaf needs of the whole file. */
export interface LookupParts {
  readonly faults: Faults
  readonly lookups: ReadonlyMap<string, Lookup>
  readonly outside: OutsideTables
}

/** Reads a rule that gives one value. Undefined after a fault in where it comes from. */
export function parseLeaf(given: JsonObject, where: RulePlace, file: LookupParts): Leaf | undefined {
  const { faults } = file
  const source = parseSource(given, where, faults)
  if (source === undefined) return undefined
  const zone = parseZone(given.zone, [...where.at, 'zone'], where.rule, faults)
  const converts = parseConverts(given.convert, zone, [...where.at, 'convert'], where.rule, faults)
  if (zone !== undefined && !converts.some((call) => call.zone !== undefined))
    faults.add('E_RULE', { at: [...where.at, 'zone'], part: 'key' }, where.rule, "'zone' needs convert utc, local or date")
  if (given.default !== undefined) refuseNames(given.default, [...where.at, 'default'], where.rule, faults)
  const lookup = parseLookup(given.lookup, where, file)
  if (given.else !== undefined && (given.lookup === undefined || typeof given.else !== 'string'))
    faults.add(
      'E_RULE',
      { at: [...where.at, 'else'] },
      where.rule,
      given.lookup === undefined ? "'else' needs a lookup" : 'else must be a text',
    )
  if (given.link !== undefined && (typeof given.link !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(given.link)))
    faults.add('E_SHAPE', { at: [...where.at, 'link'] }, where.rule, 'link must name a document type, like "party"')
  return {
    kind: 'leaf',
    source,
    converts,
    ...(given.default === undefined ? {} : { default: given.default }),
    ...(lookup === undefined ? {} : { lookup, lookupAt: [...where.at, 'lookup'] }),
    ...(typeof given.else === 'string' ? { otherwise: given.else } : {}),
    ...(typeof given.link === 'string' ? { link: given.link } : {}),
  }
}

function parseSource(given: JsonObject, where: RulePlace, faults: Faults): ValueSource | undefined {
  if (given.value !== undefined) {
    refuseNames(given.value, [...where.at, 'value'], where.rule, faults)
    return { kind: 'value', value: given.value }
  }
  if (given.expr !== undefined) {
    const expr = parseFormula(given, 'expr', where, faults)
    return expr && { kind: 'expr', formula: expr }
  }
  const paths = parsePlaces(given.from, [...where.at, 'from'], where.rule, faults)
  return paths.length === 0 ? undefined : { kind: 'paths', paths }
}

function parseLookup(given: Json | undefined, where: RulePlace, file: LookupParts): Lookup | undefined {
  if (given === undefined) return undefined
  const at = [...where.at, 'lookup']
  if (typeof given !== 'string' || given === '') {
    file.faults.add('E_SHAPE', { at }, where.rule, 'lookup must name a table of this file, a shared table or a code list of the workspace')
    return undefined
  }
  return file.lookups.get(given) ?? outsideTable(given, at, where.rule, file.faults, file.outside, file.lookups.keys())
}

function refuseNames(value: Json, at: Pointer, rule: string, faults: Faults): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (forbiddenNames.has(key)) faults.add('E_NAME', { at }, rule, `the name '${key}' is not allowed`)
    refuseNames(inner ?? null, at, rule, faults)
  }
}
