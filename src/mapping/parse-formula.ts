import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { parseExpression, parsePath } from './grammar.ts'
import { didYouMean } from './nearest.ts'
import { forbiddenNames } from './path.ts'
import type { Formula, Let, Place } from './program.ts'
import type { Pointer } from './source-text.ts'

/** Where a rule stands in the file, and its path for people. */
export interface RulePlace {
  readonly at: Pointer
  readonly rule: string
}

/** Reads `let`: name -> expression. */
export function parseLets(given: Json | undefined, at: Pointer, rule: string, faults: Faults): Let[] {
  if (given === undefined) return []
  if (!isObject(given)) {
    faults.add('E_SHAPE', { at }, rule, 'let must be an object {"name": "expression"}')
    return []
  }
  const lets: Let[] = []
  for (const [name, text] of Object.entries(given)) {
    const place = [...at, name]
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) || forbiddenNames.has(name))
      faults.add('E_NAME', { at: place, part: 'key' }, rule, `'${name}' cannot be a name in "let"; use letters, digits and _`)
    else {
      const parsed = parseFormula({ [name]: text }, name, { at, rule }, faults)
      if (parsed !== undefined) lets.push({ name, formula: parsed })
    }
  }
  return lets
}

/** Reads the expression at a key of a rule. */
export function parseFormula(given: JsonObject, key: string, where: RulePlace, faults: Faults): Formula | undefined {
  const text = given[key]
  if (text === undefined) return undefined
  const at = [...where.at, key]
  if (typeof text !== 'string') {
    faults.add('E_SHAPE', { at }, where.rule, `${key} must be an expression in quotes`)
    return undefined
  }
  const expr = faults.grammar({ at }, where.rule, () => parseExpression(text))
  return expr && { expr, at }
}

/** Reads one path or several to try in order. */
export function parsePlaces(given: Json | undefined, at: Pointer, rule: string, faults: Faults): Place[] {
  const isList = Array.isArray(given)
  const list: readonly Json[] = isList ? given : given === undefined ? [] : [given as Json]
  if (list.length === 0 || list.length > 20) faults.add('E_SHAPE', { at }, rule, 'from needs a path, or up to 20 paths to try in order')
  return list.map((text, i) => parsePlace(text, isList ? [...at, i] : at, rule, faults)).filter((found) => found !== undefined)
}

export function parsePlace(given: Json | undefined, at: Pointer, rule: string, faults: Faults): Place | undefined {
  if (typeof given !== 'string') {
    faults.add('E_SHAPE', { at }, rule, 'a path must be a text')
    return undefined
  }
  const path = faults.grammar({ at }, rule, () => parsePath(given))
  return path && { path, at }
}

/** A note is text for people. */
export function checkNote(given: JsonObject, at: Pointer, rule: string, faults: Faults): void {
  if (given.note !== undefined && typeof given.note !== 'string') faults.add('E_SHAPE', { at: [...at, 'note'] }, rule, 'a note is a text')
}

/** Reads one of a few words. */
export function parseChoice<T extends string>(
  given: JsonObject,
  key: string,
  options: readonly T[],
  where: RulePlace,
  faults: Faults,
): T | undefined {
  const value = given[key]
  if (value === undefined) return undefined
  const found = options.find((option) => option === value)
  if (found === undefined)
    faults.add(
      'E_SHAPE',
      { at: [...where.at, key] },
      where.rule,
      `${key} must be one of ${options.join(', ')}`,
      typeof value === 'string' ? didYouMean(value, options) : undefined,
    )
  return found
}
