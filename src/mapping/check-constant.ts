import { isObject, type Json } from '../model/json.ts'
import { assign } from './check-assign.ts'
import { fieldOf, itemsOf, requiredOf, type Spot } from './check-schema.ts'
import type { At, Env } from './check-scope.ts'
import { type Type, typeAt, unionOf } from './check-types.ts'

/** The type of a JSON value that stands in the file. */
export function typeOfConstant(value: Json): Type {
  if (value === null || value === '') return { kinds: [], presence: 'maybe missing' }
  if (typeof value === 'string') {
    const format = formatOfText(value)
    return { kinds: ['text'], presence: 'always', values: [value], ...(format === undefined ? {} : { format }) }
  }
  if (typeof value === 'boolean') return { kinds: ['boolean'], presence: 'always', values: [String(value)] }
  if (typeof value === 'number') {
    const whole = Number.isInteger(value)
    const scale = whole ? 0 : (String(value).split('.')[1]?.length ?? 0)
    return { kinds: [whole ? 'integer' : 'number'], presence: 'always', values: [String(value)], scale }
  }
  if (Array.isArray(value)) return { kinds: ['list'], presence: 'always', item: unionOf(value.map(typeOfConstant)) }
  const codes = Object.entries(value).flatMap(([name, field]) => (typeof field === 'string' ? [[name, [field]] as const] : []))
  return { kinds: ['object'], presence: 'always', fields: Object.fromEntries(codes) }
}

/** The format that a text has by its looks. */
export function formatOfText(text: string): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'date'
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text)) return 'utc'
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) ? 'date-time' : undefined
}

const maxDepth = 16

/** Checks a constant against what the target says of its place, inside objects and lists too. */
export function assignConstant(env: Env, value: Json, target: Spot | undefined, place: At, depth = 0): void {
  if (target === undefined || depth > maxDepth || target.branches.length === 0) return
  if (isObject(value)) assignObject(env, value, target, place, depth)
  else if (Array.isArray(value)) {
    const type = typeAt(target, 'always')
    if (type.kinds.length > 0 && !type.kinds.includes('list')) assign(env, typeOfConstant(value), target, place)
    else for (const item of value.slice(0, 200)) assignConstant(env, item, itemsOf(target).spot, place, depth + 1)
  } else if (value !== null && value !== '') assign(env, typeOfConstant(value), target, place)
}

function assignObject(env: Env, value: Json & object, target: Spot, place: At, depth: number): void {
  const type = typeAt(target, 'always')
  if (!isObject(value)) return
  if (type.kinds.length > 0 && !type.kinds.includes('object')) {
    assign(env, typeOfConstant(value), target, place)
    return
  }
  for (const [name, field] of Object.entries(value)) {
    const found = fieldOf(target, name)
    if (found.kind === 'absent')
      env.check.faults.add('E_TARGET', place, env.rule, `the target has no '${name}'`, `it has: ${found.names.join(', ')}`)
    else if (found.kind !== 'unnamed' && field !== undefined) assignConstant(env, field, found.spot, place, depth + 1)
  }
  for (const name of requiredOf(target))
    if (!Object.hasOwn(value, name))
      env.check.faults.add(
        'E_UNMAPPED',
        place,
        env.rule,
        `the target requires '${name}' and the constant does not have it`,
        `add '${name}'`,
      )
}
