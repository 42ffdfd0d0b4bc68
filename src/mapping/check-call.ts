import { computed, condition, describeOf, number, typeOf } from './check-expression.ts'
import { atExpr, type Env, openScope } from './check-scope.ts'
import { describeKinds, itemType, needsAll, needsOne, type Presence, type Type } from './check-types.ts'
import { maxCut, maxDigits, roundings } from './functions.ts'
import type { Expr } from './grammar.ts'
import { formatPath } from './path.ts'
import type { Pointer } from './source-text.ts'

/** The type of a call of one of the functions; their number of arguments is checked by the parser. */
export function callType(call: Expr & { readonly op: 'call' }, at: Pointer, env: Env): Type {
  const [first, second, third] = call.args
  const wrong = (expr: Expr, message: string): void => env.check.faults.add('E_TYPE', atExpr(at, expr), env.rule, message)
  const decimal = (presence: Presence, scale: number | undefined): Type =>
    computed('decimal', { presence, ...(scale === undefined ? {} : { scale }) })
  if (first === undefined) {
    if (!env.scope.inItem) wrong(call, 'position() stands only inside each, sum or count')
    return computed('integer', { scale: 0 })
  }
  switch (call.name) {
    case 'has':
      if (first.op === 'path') typeOf(first, at, env)
      else wrong(first, 'has() asks whether a path has a value')
      return computed('boolean')
    case 'sum':
    case 'count':
      return overItems(call.name, first, second, at, env)
    case 'join': {
      text(first, at, env)
      return computed('text', { presence: needsOne(call.args.slice(1).map((argument) => text(argument, at, env).presence)) })
    }
    case 'text':
    case 'upper':
    case 'lower': {
      const type = text(first, at, env)
      const change = (value: string): string =>
        call.name === 'upper' ? value.toUpperCase() : call.name === 'lower' ? value.toLowerCase() : value
      return computed('text', { presence: type.presence, ...(type.values === undefined ? {} : { values: type.values.map(change) }) })
    }
    case 'cut': {
      const length = second?.op === 'number' && /^\d{1,5}$/.test(second.value) ? Number(second.value) : 0
      if (second !== undefined && (length < 1 || length > maxCut)) wrong(second, `write the number of characters, 1 to ${maxCut}`)
      return computed('text', { presence: text(first, at, env).presence })
    }
    case 'round': {
      const digits = digitsOf(second, at, env)
      if (third !== undefined && (third.op !== 'text' || !roundings.some((known) => known === third.value)))
        wrong(third, `write how to round: ${roundings.map((name) => `'${name}'`).join(', ')}`)
      return decimal(number(first, at, env).presence, digits)
    }
    case 'div': {
      const parts = [first, second].map((part) => (part === undefined ? 'unknown' : number(part, at, env).presence))
      return decimal(needsAll(parts), digitsOf(third, at, env))
    }
    case 'abs': {
      const type = number(first, at, env)
      return decimal(type.presence, type.scale)
    }
    case 'percent': {
      const type = number(first, at, env)
      return decimal(type.presence, type.scale === undefined ? undefined : Math.max(0, type.scale - 2))
    }
    default: {
      const types = call.args.map((argument) => number(argument, at, env))
      const scales = types.map(({ scale }) => scale)
      const scale = scales.includes(undefined) ? undefined : Math.max(...scales.map((one) => one ?? 0))
      return decimal(needsOne(types.map(({ presence }) => presence)), scale)
    }
  }
}

function digitsOf(expr: Expr | undefined, at: Pointer, env: Env): number | undefined {
  const digits = expr?.op === 'number' && /^\d{1,2}$/.test(expr.value) ? Number(expr.value) : -1
  if (digits >= 0 && digits <= maxDigits) return digits
  if (expr !== undefined) env.check.faults.add('E_TYPE', atExpr(at, expr), env.rule, `write the number of digits, 0 to ${maxDigits}`)
  return undefined
}

/** An argument that becomes text. */
function text(expr: Expr, at: Pointer, env: Env): Type {
  const type = typeOf(expr, at, env)
  if (type.kinds.length > 0 && type.kinds.every((kind) => kind === 'list' || kind === 'object'))
    env.check.faults.add(
      'E_TYPE',
      atExpr(at, expr),
      env.rule,
      `text, a number or true/false is needed here, '${type.path ?? ''}' is ${describeKinds(type.kinds)}`,
      type.kinds.includes('list') ? `name an item: ${type.path ?? 'path'}[0]` : `name a field inside it: ${type.path ?? 'path'}.x`,
    )
  return type
}

/** sum and count: over the items of a list, each a scope of its own. A missing list has no items. */
function overItems(name: string, list: Expr, item: Expr | undefined, at: Pointer, env: Env): Type {
  const gives = (scale: number | undefined): Type =>
    name === 'count' ? computed('integer', { scale: 0 }) : computed('decimal', scale === undefined ? {} : { scale })
  if (list.op !== 'path') {
    env.check.faults.add('E_TYPE', atExpr(at, list), env.rule, `${name}() needs the path of a list first`)
    return gives(0)
  }
  const type = typeOf(list, at, env)
  if (type.kinds.length > 0 && !type.kinds.includes('list'))
    env.check.faults.add(
      'E_TYPE',
      atExpr(at, list),
      env.rule,
      `${name}() needs a list, '${formatPath(list.path)}' is ${describeOf(type)}`,
      'name the path of a list',
    )
  if (item === undefined) return gives(0)
  const inner = openScope(env, itemType(type, `${formatPath(list.path)}[]`), undefined, [], true)
  if (name === 'count') {
    condition(item, at, inner)
    return gives(0)
  }
  return gives(number(item, at, inner).scale)
}
