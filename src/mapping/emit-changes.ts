import { isObject, type Json } from '../model/json.ts'
import { type Code, type CodeUnit, code, joinCode, quote } from './code.ts'
import { equalJson } from './equal.ts'
import type { Field, Step } from './program.ts'
import { isPlain } from './scope.ts'

/**
 * Numbers of the fields whose values differ between two hub objects, in their order; undefined where none does. What no rule writes is not
 * looked at.
 */
export type Changes = (a: unknown, b: unknown) => readonly number[] | undefined

/** Whether two lists have the same items, compared by their fields. */
export function sameItems(a: unknown, b: unknown, changes: Changes): boolean {
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameItem(item, b[i], changes))
}

const sameItem = (a: Json, b: Json | undefined, changes: Changes): boolean =>
  a === b || (isObject(a) && isObject(b) ? changes(a, b) === undefined : equalJson(a, b))

/** Emits {@link Changes} for a list of fields and all lists of fields below it. */
export function emitChanges(unit: CodeUnit, fields: readonly Field[], made: Map<readonly Field[], Code>): Code {
  const known = made.get(fields)
  if (known !== undefined) return known
  const name = unit.name('f')
  made.set(fields, name)
  const lines = fields.map(({ key, step }, i) => {
    const [x, y] = [unit.name('v'), unit.name('v')]
    return code`const ${x} = ${own(code`a`, key)}, ${y} = ${own(code`b`, key)}; if (${x} !== ${y} && ${differ(unit, step, x, y, made)}) (found ??= []).push(${i});`
  })
  unit.functions.push(
    code`function ${name}(x, y) { const a = isObject(x) ? x : nothing, b = isObject(y) ? y : nothing; let found; ${joinCode(lines, '\n')} return found; }`,
  )
  return name
}

/** Emits whether two values of a rule differ. */
export function differ(unit: CodeUnit, { body }: Step, x: Code, y: Code, made: Map<readonly Field[], Code>): Code {
  if (body.kind === 'group')
    return code`(isObject(${x}) && isObject(${y}) ? ${emitChanges(unit, body.fields, made)}(${x}, ${y}) !== undefined : !equalJson(${x}, ${y}))`
  if (body.kind === 'each' && body.item.body.kind === 'group')
    return code`!sameItems(${x}, ${y}, ${emitChanges(unit, body.item.body.fields, made)})`
  return code`!equalJson(${x}, ${y})`
}

export const own = (of: Code, key: string): Code => (isPlain(key) ? code`${of}[${quote(key)}]` : code`fieldOf(${of}, ${quote(key)})`)

/** Emits what gives the keys of a list's items, by the field that holds them. */
export const emitKeys = (key: string): Code =>
  code`(list) => { const keys = []; for (let i = 0; i < list.length; i++) { const item = list[i]; const o = isObject(item) ? item : nothing; keys.push(${own(code`o`, key)}); } return keys; }`
