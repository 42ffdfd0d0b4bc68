import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { didYouMean } from './nearest.ts'
import { checkNote, parseChoice, parseFormula, parseLets, parsePlace, parsePlaces, type RulePlace } from './parse-formula.ts'
import { type LookupParts, parseLeaf } from './parse-leaf.ts'
import { forbiddenNames } from './path.ts'
import type { Each, Field, Group, Step } from './program.ts'

/** What is known of the whole file while its rules are read. */
export interface FileParts extends LookupParts {
  readonly parts: JsonObject
  /** parts that some rule uses */
  readonly used: Set<string>
  /** rules read so far; parts used often multiply */
  readonly budget: { rules: number }
}

export const ruleKeys = [
  'from',
  'value',
  'expr',
  'each',
  'list',
  'key',
  'where',
  'let',
  'fields',
  'use',
  'item',
  'default',
  'convert',
  'zone',
  'lookup',
  'else',
  'link',
  'when',
  'missing',
  'onPush',
  'onError',
  'null',
  'note',
] as const
const leafKeys = ['default', 'convert', 'zone', 'lookup', 'else', 'link', 'null'] as const
const maxRules = 5_000
const maxNesting = 16

interface Where extends RulePlace {
  readonly depth: number
  /** parts being used, so that one cannot hold itself */
  readonly using: readonly string[]
}

/** Reads the rules of an object: field name -> rule. */
export function parseFields(given: Json | undefined, where: Where, file: FileParts): Field[] {
  if (!isObject(given)) {
    file.faults.add('E_SHAPE', { at: where.at }, where.rule, 'fields must be an object of rules')
    return []
  }
  if (where.depth > maxNesting) {
    file.faults.add('E_LIMIT', { at: where.at }, where.rule, `nested deeper than ${maxNesting} groups`)
    return []
  }
  const fields: Field[] = []
  for (const [key, rule] of Object.entries(given)) {
    const path = where.rule === '' ? key : `${where.rule}.${key}`
    const at = [...where.at, key]
    if (forbiddenNames.has(key) || key === '') {
      file.faults.add('E_NAME', { at, part: 'key' }, path, `the name '${key}' is not allowed`)
      continue
    }
    if (rule === null) {
      file.faults.add(
        'E_RULE',
        { at },
        path,
        `there is no field '${key}' here that null could take away`,
        "null stands beside 'use', for a field of the part, or in an overlay, for a field of the mapping",
      )
      continue
    }
    const step = parseRule(rule, { ...where, at, rule: path }, file)
    if (step !== undefined) fields.push({ key, step })
  }
  return fields
}

/** Reads one rule. Undefined after a fault that leaves nothing to work with. */
export function parseRule(given: Json | undefined, where: Where, file: FileParts): Step | undefined {
  const { faults } = file
  if (++file.budget.rules > maxRules) {
    if (file.budget.rules === maxRules + 1)
      faults.add('E_LIMIT', { at: where.at }, where.rule, `more than ${maxRules} rules, those of parts counted each time they are used`)
    return undefined
  }
  if (typeof given === 'string') return parseRule({ from: given }, { ...where }, file)
  if (!isObject(given)) {
    faults.add('E_SHAPE', { at: where.at }, where.rule, 'a rule is a path in quotes or an object like {"from": "path"}')
    return undefined
  }
  for (const key of Object.keys(given))
    if (!(ruleKeys as readonly string[]).includes(key))
      faults.add('E_KEY', { at: [...where.at, key], part: 'key' }, where.rule, `a rule has no '${key}'`, didYouMean(key, ruleKeys))
  checkNote(given, where.at, where.rule, faults)
  const body = parseBody(given, where, file)
  if (body === undefined) return undefined
  const when = parseFormula(given, 'when', where, faults)
  const required = parseChoice(given, 'missing', ['omit', 'reject'], where, faults) === 'reject'
  const onPush = parseChoice(given, 'onPush', ['write', 'keep', 'reject'], where, faults)
  const onError = parseOnError(given, body, required, where, faults)
  const onNull = parseOnNull(given, where, faults)
  return {
    rule: where.rule,
    at: where.at,
    body,
    required,
    ...(when ? { when } : {}),
    ...(onPush ? { onPush } : {}),
    ...(onError ? { onError } : {}),
    ...(onNull ? { onNull } : {}),
  }
}

function parseOnError(given: JsonObject, body: Step['body'], required: boolean, where: Where, faults: Faults): Step['onError'] {
  const policy = parseChoice(given, 'onError', ['reject', 'skipItem', 'omit'], where, faults)
  const wrong = (message: string): void => faults.add('E_RULE', { at: [...where.at, 'onError'], part: 'key' }, where.rule, message)
  if (policy === 'skipItem' && body.kind !== 'each')
    wrong("'skipItem' stands on a rule with 'each'; a single field is left out with \"omit\"")
  if (policy === 'omit' && required) wrong('"omit" leaves the field out, "missing": "reject" requires it: choose one')
  return policy === 'reject' ? undefined : policy
}

function parseOnNull(given: JsonObject, where: Where, faults: Faults): Step['onNull'] {
  const policy = parseChoice(given, 'null', ['none', 'clear'], where, faults)
  if (policy === 'clear' && given.from === undefined)
    faults.add('E_RULE', { at: [...where.at, 'null'], part: 'key' }, where.rule, '"null": "clear" needs "from": the path whose null it is')
  return policy === 'clear' ? policy : undefined
}

function parseBody(given: JsonObject, where: Where, file: FileParts): Step['body'] | undefined {
  const origins = ['from', 'value', 'expr', 'each', 'list'].filter((key) => given[key] !== undefined)
  const isGroup = given.fields !== undefined || given.use !== undefined
  const add = (message: string): void => file.faults.add('E_RULE', { at: where.at }, where.rule, message)
  if (origins.length > 1) add(`'${origins[0]}' and '${origins[1]}' exclude each other; a rule has one of from, value, expr, each, list`)
  else if (origins.length === 0 && !isGroup) add('the rule says nothing: give one of from, value, expr, each, list, fields, use')
  const origin = origins[0]
  if (origins.length > 1 || (origin === undefined && !isGroup)) return undefined
  const allowed: Record<string, readonly string[]> = {
    each: ['key', 'where', 'let', 'fields', 'use', 'item'],
    list: [],
    group: ['let', 'fields', 'use', 'null'],
    leaf: leafKeys,
  }
  const kind = origin === 'each' || origin === 'list' ? origin : isGroup ? 'group' : 'leaf'
  const fits = new Set([...(allowed[kind] ?? []), origin ?? '', 'when', 'missing', 'onPush', 'onError', 'note'])
  for (const key of Object.keys(given))
    if ((ruleKeys as readonly string[]).includes(key) && !fits.has(key))
      file.faults.add(
        'E_RULE',
        { at: [...where.at, key], part: 'key' },
        where.rule,
        `'${key}' does not go with ${origin === undefined ? 'fields' : `'${origin}'`}${isGroup && kind === 'group' && origin !== undefined ? ' and fields' : ''}`,
      )
  if (kind === 'each') return parseEach(given, where, file)
  if (kind === 'list') return parseList(given, where, file)
  if (kind === 'group') {
    if (origin === 'value' || origin === 'expr') {
      add(`'${origin}' gives no object to take fields from; use "from"`)
      return undefined
    }
    return parseGroup(given, where, file)
  }
  return parseLeaf(given, where, file)
}

function parseList(given: JsonObject, where: Where, file: FileParts): Step['body'] | undefined {
  if (!Array.isArray(given.list) || given.list.length === 0) {
    file.faults.add('E_SHAPE', { at: [...where.at, 'list'] }, where.rule, 'list is an array of rules, one at least')
    return undefined
  }
  const entries = given.list.map((entry: Json, i: number) =>
    parseRule(entry, { ...where, at: [...where.at, 'list', i], rule: `${where.rule}[${i}]`, depth: where.depth + 1 }, file),
  )
  return { kind: 'list', entries: entries.filter((entry) => entry !== undefined) }
}

function parseEach(given: JsonObject, where: Where, file: FileParts): Each | undefined {
  const from = parsePlace(given.each, [...where.at, 'each'], where.rule, file.faults)
  const key = given.key === undefined ? undefined : parsePlace(given.key, [...where.at, 'key'], where.rule, file.faults)
  const whereFormula = parseFormula(given, 'where', where, file.faults)
  const inner: Where = { ...where, rule: `${where.rule}[]`, depth: where.depth + 1 }
  const lets = parseLets(given.let, [...where.at, 'let'], where.rule, file.faults)
  let item: Step | undefined
  if (given.item !== undefined) {
    if (given.fields !== undefined || given.use !== undefined)
      file.faults.add('E_RULE', { at: [...where.at, 'item'], part: 'key' }, where.rule, "'item' excludes 'fields' and 'use'")
    item = parseRule(given.item, { ...inner, at: [...where.at, 'item'] }, file)
  } else if (given.fields !== undefined || given.use !== undefined) {
    const group = parseGroup({ fields: given.fields, use: given.use }, inner, file)
    item = { rule: inner.rule, at: where.at, body: group, required: false }
  } else file.faults.add('E_RULE', { at: where.at }, where.rule, "'each' needs fields, use or item: what one item becomes")
  if (from === undefined || item === undefined) return undefined
  return { kind: 'each', from, lets, item, ...(whereFormula ? { where: whereFormula } : {}), ...(key ? { key } : {}) }
}

function parseGroup(given: JsonObject, where: Where, file: FileParts): Group {
  const fields = new Map<string, Field>()
  if (given.use !== undefined) for (const field of parsePart(given.use, where, file)) fields.set(field.key, field)
  const own = isObject(given.fields) ? Object.entries(given.fields) : []
  const gone = own.flatMap(([key, rule]) => (rule === null && fields.delete(key) ? [key] : []))
  if (given.fields !== undefined) {
    const left = gone.length === 0 ? given.fields : Object.fromEntries(own.filter(([key]) => !gone.includes(key)))
    for (const field of parseFields(left, { ...where, at: [...where.at, 'fields'], depth: where.depth + 1 }, file))
      fields.set(field.key, field)
  }
  const from = given.from === undefined ? [] : parsePlaces(given.from, [...where.at, 'from'], where.rule, file.faults)
  return { kind: 'group', from, lets: parseLets(given.let, [...where.at, 'let'], where.rule, file.faults), fields: [...fields.values()] }
}

function parsePart(use: Json, where: Where, file: FileParts): readonly Field[] {
  const at = [...where.at, 'use']
  if (typeof use !== 'string' || !Object.hasOwn(file.parts, use)) {
    if (typeof use !== 'string') file.faults.add('E_SHAPE', { at }, where.rule, 'use must be the name of a part')
    else {
      const close = didYouMean(use, Object.keys(file.parts))
      file.faults.add('E_PART', { at }, where.rule, `there is no part '${use}'`, close ?? 'define it in "parts"')
    }
    return []
  }
  file.used.add(use)
  if (where.using.includes(use)) {
    file.faults.add('E_PART', { at }, where.rule, `part '${use}' holds itself`)
    return []
  }
  return parseFields(file.parts[use], { at: ['parts', use], rule: where.rule, depth: where.depth + 1, using: [...where.using, use] }, file)
}
