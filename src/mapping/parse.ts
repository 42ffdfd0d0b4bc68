import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { parsePath } from './grammar.ts'
import { didYouMean } from './nearest.ts'
import { checkNote, parseLets } from './parse-formula.ts'
import { type OutsideTables, parseLookups } from './parse-lookup.ts'
import { type FileParts, parseFields, parseRule } from './parse-rule.ts'
import { objectItems } from './paths-read.ts'
import type { Program, PushRule } from './program.ts'
import type { CompileOptions, Direction } from './types.ts'

export const fileKeys: readonly string[] = [
  '$schema',
  'mapping',
  'version',
  'note',
  'source',
  'target',
  'direction',
  'lookups',
  'parts',
  'let',
  'fields',
  'push',
]
export const directions: readonly Direction[] = ['both', 'pull', 'push']

/** Reads a mapping file's JSON into a program. Undefined when its head leaves nothing to work with. */
export function parseMapping(file: Json, faults: Faults, options: Pick<CompileOptions, 'codes' | 'tables'>): Program | undefined {
  if (!isObject(file)) {
    faults.add('E_SHAPE', { at: [] }, '', 'a mapping file is an object')
    return undefined
  }
  for (const key of Object.keys(file))
    if (!fileKeys.includes(key))
      faults.add('E_KEY', { at: [key], part: 'key' }, key, `a mapping file has no '${key}'`, didYouMean(key, fileKeys))
  const head = (key: string, form?: RegExp, example?: string): string => {
    const value = file[key]
    const isText = typeof value === 'string' && value !== '' && value.length <= 200
    if (isText && form?.test(value) !== false) return value
    if (isText) faults.add('E_SHAPE', { at: [key] }, key, `'${value}' is no ${key}`, `write it like ${example ?? ''}`)
    else faults.add('E_SHAPE', { at: [key] }, key, `${key} is required and must be a text`)
    return ''
  }
  checkNote(file, [], '', faults)
  const direction = directions.find((known) => known === (file.direction ?? 'both'))
  if (direction === undefined)
    faults.add(
      'E_SHAPE',
      { at: ['direction'] },
      'direction',
      'direction must be both, pull or push',
      typeof file.direction === 'string' ? didYouMean(file.direction, directions) : undefined,
    )
  const outside: OutsideTables = {
    codes: options.codes,
    shared: options.tables ?? new Map(),
    used: new Map(),
    direction: direction ?? 'both',
  }
  const parts: FileParts = {
    faults,
    lookups: parseLookups(file.lookups, faults, outside),
    parts: partsOf(file, faults),
    outside,
    used: new Set(),
    budget: { rules: 0 },
  }
  const start = { at: ['fields'], rule: '', depth: 0, using: [] }
  requireRules(file, direction, faults)
  const fields = direction === 'push' || file.fields === undefined ? [] : parseFields(file.fields, start, parts)
  const push = direction === 'pull' ? [] : parsePush(file, direction ?? 'both', parts)
  for (const name of Object.keys(parts.parts)) {
    if (parts.used.has(name)) continue
    faults.add('W_UNUSED', { at: ['parts', name], part: 'key' }, `parts.${name}`, `no rule uses the part '${name}'`)
    parseFields(parts.parts[name], { at: ['parts', name], rule: `parts.${name}`, depth: 0, using: [name] }, parts)
  }
  const lets = parseLets(file.let, ['let'], 'let', faults)
  return {
    id: head('mapping', /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/, 'woocommerce.order'),
    version: head('version', /^[0-9]+(\.[0-9]+)*$/, '1.0.0'),
    source: head('source'),
    target: head('target'),
    direction: direction ?? 'both',
    lets,
    fields,
    push,
    tables: [...outside.used.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    objectItems: objectItems({ lets, fields, push }),
  }
}

function requireRules(file: JsonObject, direction: Direction | undefined, faults: Faults): void {
  if (direction === 'push') {
    if (file.fields !== undefined)
      faults.add('E_RULE', { at: ['fields'], part: 'key' }, 'fields', "direction push takes its rules from 'push'; move them there")
    if (file.push === undefined)
      faults.add(
        'E_RULE',
        { at: [] },
        'push',
        "direction push needs 'push': {\"path in the partner's document\": rule over the hub document}",
      )
    return
  }
  if (file.fields === undefined) faults.add('E_RULE', { at: [] }, 'fields', "'fields' is required")
  if (direction === 'pull' && file.push !== undefined)
    faults.add('E_RULE', { at: ['push'], part: 'key' }, 'push', "direction pull has no 'push'")
}

function partsOf(file: JsonObject, faults: Faults): JsonObject {
  const { parts } = file
  if (parts === undefined || isObject(parts)) return parts ?? {}
  faults.add('E_SHAPE', { at: ['parts'] }, 'parts', 'parts must be an object of groups')
  return {}
}

function parsePush(file: JsonObject, direction: Direction, parts: FileParts): PushRule[] {
  const given = file.push
  if (given === undefined) return []
  if (!isObject(given)) {
    parts.faults.add('E_SHAPE', { at: ['push'] }, 'push', 'push must be an object {"path in the partner\'s document": rule}')
    return []
  }
  const rules: PushRule[] = []
  for (const [text, rule] of Object.entries(given)) {
    const at = ['push', text]
    const path = parts.faults.grammar({ at, part: 'key' }, text, () => parsePath(text))
    if (path !== undefined && (path.root.kind !== 'here' || path.segments.length === 0)) {
      parts.faults.add('E_PATH', { at, part: 'key' }, text, 'write a path from the root of the partner’s document, like order.lines')
      continue
    }
    const step = parseRule(rule, { at, rule: direction === 'push' ? text : `push.${text}`, depth: 0, using: [] }, parts)
    if (path !== undefined && step !== undefined) rules.push({ path, text, step })
  }
  return rules
}
