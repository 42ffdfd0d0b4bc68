import { callType } from './check-call.ts'
import { factsOf } from './check-facts.ts'
import { atExpr, type Env, knowing, letOf, neverValue, readPath, report, spend } from './check-scope.ts'
import { describeKinds, type Kind, needsAll, needsOne, notKnown, type Type, unionOf } from './check-types.ts'
import type { Expr } from './grammar.ts'
import type { Pointer } from './source-text.ts'

/** An expression's value without its text: always true or false, and so on. */
export const computed = (kind: Kind, more: Partial<Type> = {}): Type => ({ kinds: [kind], presence: 'always', computed: true, ...more })

/** The type of an expression. Faults in it are told once, whoever asks. `at` is the place of its text. */
export function typeOf(expr: Expr, at: Pointer, env: Env): Type {
  if (!spend(env.check)) return notKnown
  switch (expr.op) {
    case 'number':
      return computed('decimal', { scale: expr.value.split('.')[1]?.length ?? 0 })
    case 'text':
      return computed('text', expr.value === '' ? { presence: 'maybe missing' } : { values: [expr.value] })
    case 'boolean':
      return computed('boolean', { values: [String(expr.value)] })
    case 'path':
      return typeOfPath(expr, at, env)
    case 'minus': {
      const type = number(expr.of, at, env)
      return computed('decimal', scaled(type, type.scale))
    }
    case 'not':
      condition(expr.of, at, env)
      return computed('boolean')
    case 'arithmetic':
      return arithmetic(expr, at, env)
    case 'compare':
      return comparison(expr, at, env)
    case 'and':
    case 'or':
      condition(expr.left, at, env)
      condition(expr.right, at, knowing(env, factsOf(expr.left, expr.op === 'and', env)))
      return computed('boolean')
    case 'else':
      return otherwise(expr.left, expr.right, at, env)
    case 'choose': {
      condition(expr.test, at, env)
      const yes = typeOf(expr.yes, at, knowing(env, factsOf(expr.test, true, env)))
      const no = typeOf(expr.no, at, knowing(env, factsOf(expr.test, false, env)))
      return asNumber(yes, no)
    }
    case 'call':
      return callType(expr, at, env)
    default:
      return expr satisfies never
  }
}

/** The type of what a path or a name of `let` gives. */
export function typeOfPath(expr: Expr & { readonly op: 'path' }, at: Pointer, env: Env): Type {
  const found = letOf(env.scope, expr.path)
  if (found === undefined) return readPath(env, expr.path, atExpr(at, expr))
  const { named, scope } = found
  const known = env.check.lets.get(named) ?? new Map<Env['facts'], Type>()
  env.check.lets.set(named, known)
  const before = known.get(env.facts)
  if (before !== undefined) return before
  known.set(env.facts, notKnown)
  const type = { ...typeOf(named.formula.expr, named.formula.at, { ...env, scope: { ...scope, lets: named.before } }), path: named.name }
  known.set(env.facts, type)
  return type
}

/** The type of an expression that has to be a number, with the fault when it cannot be one. */
export function number(expr: Expr, at: Pointer, env: Env): Type {
  const type = typeOf(expr, at, env)
  const wrong = type.kinds.filter((kind) => !isNumeric(type, kind))
  if (type.kinds.length === 0 || wrong.length === 0) return type
  const add = env.check.faults.add
  if (type.computed)
    add(
      'E_TYPE',
      atExpr(at, expr),
      env.rule,
      `a number is needed here, not ${wrong.includes('text') ? "text (text is joined with join(' ', a, b))" : 'true or false'}`,
    )
  else if (wrong.length === type.kinds.length || !type.kinds.includes('text'))
    add(
      'E_TYPE',
      atExpr(at, expr),
      env.rule,
      `a number is needed here, '${type.path ?? ''}' is ${describeOf(type)}`,
      numberAdvice(wrong[0] ?? 'text'),
    )
  return type
}

const numberAdvice = (kind: Kind): string =>
  kind === 'boolean'
    ? 'write a condition: x ? 1 : 0'
    : kind === 'list'
      ? 'add its items up with sum(list, x), or count them with count(list)'
      : kind === 'object'
        ? 'name a field inside it'
        : 'look a code up first, or compare it'

/** Text may be a number that is known when it is read; a code, a date or a time never is. */
export function isNumeric(type: Type, kind: Kind): boolean {
  if (kind !== 'text') return kind === 'decimal' || kind === 'integer' || kind === 'number'
  if (type.computed) return false
  return type.format === undefined && (type.values === undefined || type.values.some((value) => /^-?\d+(\.\d+)?$/.test(value)))
}

/** `an integer`, `one of a, b`, `a date`. */
export function describeOf(type: Type): string {
  if (type.kinds.length === 1 && type.kinds[0] === 'text') {
    if (type.format !== undefined) return formatWords[type.format] ?? `text with the format ${type.format}`
    if (type.values !== undefined) return `text (${type.values.slice(0, 8).join(', ')}${type.values.length > 8 ? ', …' : ''})`
  }
  return describeKinds(type.kinds)
}
export const formatWords: Readonly<Record<string, string>> = { date: 'a date', 'date-time': 'a date-time', utc: 'a time in UTC' }

/** Checks an expression that has to be true or false. */
export function condition(expr: Expr, at: Pointer, env: Env): void {
  const type = typeOf(expr, at, env)
  if (type.kinds.length === 0 || type.kinds.includes('boolean')) return
  if (type.computed) env.check.faults.add('E_TYPE', atExpr(at, expr), env.rule, 'a condition is needed here, like a == b or has(path)')
  else
    env.check.faults.add(
      'E_TYPE',
      atExpr(at, expr),
      env.rule,
      `a condition is needed here, '${type.path ?? ''}' is ${describeOf(type)}`,
      `write has(${type.path ?? 'path'}), or compare it: ${type.path ?? 'path'} == …`,
    )
}

const scaled = (type: Pick<Type, 'presence' | 'inferred'>, scale: number | undefined): Partial<Type> => ({
  presence: type.presence,
  ...(scale === undefined ? {} : { scale }),
  ...(type.inferred ? { inferred: true } : {}),
})

function arithmetic(expr: Expr & { readonly op: 'arithmetic' }, at: Pointer, env: Env): Type {
  const a = number(expr.left, at, env)
  const b = number(expr.right, at, env)
  const scale =
    a.scale === undefined || b.scale === undefined ? undefined : expr.sign === '*' ? a.scale + b.scale : Math.max(a.scale, b.scale)
  return computed(
    'decimal',
    scaled({ presence: needsAll([a.presence, b.presence]), inferred: a.inferred === true || b.inferred === true }, scale),
  )
}

function otherwise(first: Expr, second: Expr, at: Pointer, env: Env): Type {
  const left = typeOf(first, at, env)
  const right = typeOf(second, at, env)
  if (left.presence === 'always' && first.op === 'path')
    env.check.faults.add(
      'W_DEAD_DEFAULT',
      atExpr(at, second),
      env.rule,
      `'${left.path ?? ''}' is never missing, what stands after '??' is never used`,
      "leave '??' and what follows out",
    )
  return {
    ...asNumber({ ...left, presence: 'always' }, { ...right, presence: 'always' }),
    presence: needsOne([left.presence, right.presence]),
  }
}

/** Either of two values; a number beside one that is read makes both numbers. */
function asNumber(a: Type, b: Type): Type {
  const made = (type: Type): boolean => type.computed === true && isNumeric(type, type.kinds[0] ?? 'text') && type.kinds.length === 1
  const type = unionOf([a, b])
  if (!((made(a) && (made(b) || !b.computed)) || (made(b) && !a.computed))) return type
  const scale = type.scale
  return computed('decimal', scaled(type, scale))
}

function comparison(expr: Expr & { readonly op: 'compare' }, at: Pointer, env: Env): Type {
  const { left, right, sign } = expr
  const a = typeOf(left, at, env)
  const b = typeOf(right, at, env)
  const wrong = (message: string, suggestion?: string): void =>
    env.check.faults.add('E_TYPE', atExpr(at, right), env.rule, message, suggestion)
  const isMade = (type: Type, kinds: readonly Kind[]): boolean => type.computed === true && type.kinds.every((kind) => kinds.includes(kind))
  const mixed = (one: Type, other: Type): boolean => isMade(one, ['decimal', 'integer']) && isMade(other, ['text', 'boolean'])
  if (mixed(a, b) || mixed(b, a)) wrong('a number is compared with text; write the number without quotes, or text(number)')
  else if (sign === '==' || sign === '!=') {
    compareCodes(a, right, b, at, env)
    compareCodes(b, left, a, at, env)
  } else if (isMade(a, ['boolean']) || isMade(b, ['boolean'])) wrong(`true and false have no order; '${sign}' needs numbers or text`)
  for (const type of [a, b]) {
    const kind = type.kinds.length > 0 && type.kinds.every((one) => one === 'list' || one === 'object')
    if (kind)
      wrong(
        `'${type.path ?? ''}' is ${describeKinds(type.kinds)} and cannot be compared`,
        type.kinds.includes('list') ? 'compare count(list), or an item of it' : 'name a field inside it',
      )
    else if (sign !== '==' && sign !== '!=' && !type.computed && type.kinds.length === 1 && type.kinds[0] === 'boolean')
      wrong(`'${type.path ?? ''}' is true or false and has no order`, 'write it without a comparison')
  }
  return computed('boolean')
}

/** `status == 'canceled'` where the status is never that; `paid == 'true'` where it is true or false. */
function compareCodes(path: Type, literal: Expr, other: Type, at: Pointer, env: Env): void {
  if (path.computed || path.path === undefined || other.values === undefined) return
  const place = atExpr(at, literal)
  if (literal.op === 'text' && path.kinds.length === 1 && path.kinds[0] === 'boolean') {
    env.check.faults.add('E_TYPE', place, env.rule, `'${path.path}' is true or false, not text`, 'write true or false without quotes')
    return
  }
  if (literal.op === 'boolean' && path.kinds.length > 0 && !path.kinds.includes('boolean')) {
    env.check.faults.add(
      'E_TYPE',
      place,
      env.rule,
      `'${path.path}' is ${describeOf(path)}, not true or false`,
      `write has(${path.path}), or compare it with text in quotes`,
    )
    return
  }
  const { values } = path
  if (values === undefined || path.kinds.some((kind) => kind !== 'text')) return
  if (literal.op === 'text') {
    if (!values.includes(literal.value)) neverValue(env, path.path, values, literal.value, path.inferred, place)
  } else if (!other.computed && !other.values.some((value) => values.includes(value)))
    report(env, path.inferred || other.inferred)(
      'E_ENUM',
      place,
      env.rule,
      `'${path.path}' (${values.slice(0, 8).join(', ')}) never equals '${other.path ?? ''}' (${other.values.slice(0, 8).join(', ')})`,
      'compare fields that hold the same codes, or look one of them up first',
    )
}
