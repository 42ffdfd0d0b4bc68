import { type Env, type Fact, keyOf, letOf, type Scope, spend, startOf } from './check-scope.ts'
import type { Expr } from './grammar.ts'
import type { Path } from './path.ts'

/** What holds where an expression is true (`holds`) or is not. */
export function factsOf(expr: Expr, holds: boolean, env: Env, depth = 0): readonly Fact[] {
  if (depth > 32 || !spend(env.check)) return []
  const inside = (part: Expr, so = holds): readonly Fact[] => factsOf(part, so, env, depth + 1)
  switch (expr.op) {
    case 'not':
      return inside(expr.of, !holds)
    case 'and':
    case 'or':
      return (expr.op === 'and') === holds ? [...inside(expr.left), ...inside(expr.right)] : either(inside(expr.left), inside(expr.right))
    case 'compare':
      return comparison(expr, holds, env)
    case 'path':
      return holds ? [...isThere(expr, env), ...equals(expr.path, 'true', env)] : []
    case 'call':
      return expr.name === 'has' && holds && expr.args[0] !== undefined ? isThere(expr.args[0], env) : []
    default:
      return []
  }
}

/** What both of two possibilities say. */
function either(a: readonly Fact[], b: readonly Fact[]): readonly Fact[] {
  const facts: Fact[] = []
  for (const one of a) {
    const others = b.filter((fact) => fact.of === one.of && fact.name === one.name && fact.not === undefined)
    if (one.not !== undefined || others.length === 0) continue
    const { of, name } = one
    const other = others.find(({ values }) => values !== undefined)
    if (one.values !== undefined && other?.values !== undefined) facts.push({ of, name, values: [...one.values, ...other.values] })
    else facts.push({ of, name })
  }
  return facts
}

/** No value equals nothing, and is neither smaller nor larger than anything. */
function comparison(expr: Expr & { readonly op: 'compare' }, holds: boolean, env: Env): readonly Fact[] {
  const { left, right, sign } = expr
  const isEqual = sign === '=='
  if (isEqual || sign === '!=') {
    const [path, literal] = left.op === 'path' ? [left, right] : [right, left]
    const value = literal.op === 'text' ? literal.value : literal.op === 'boolean' ? String(literal.value) : undefined
    if (isEqual !== holds) return path.op === 'path' && value !== undefined ? differs(path.path, value, env) : []
    const there = [...isThere(left, env), ...isThere(right, env)]
    return path.op === 'path' && value !== undefined ? [...there, ...equals(path.path, value, env)] : there
  }
  return holds ? [...isThere(left, env), ...isThere(right, env)] : []
}

/** What must be there for an expression to have a value. */
function isThere(expr: Expr, env: Env, depth = 0): readonly Fact[] {
  if (depth > 32 || !spend(env.check)) return []
  switch (expr.op) {
    case 'path':
      return pathIsThere(expr.path, env, depth)
    case 'minus':
      return isThere(expr.of, env, depth + 1)
    case 'arithmetic':
      return [...isThere(expr.left, env, depth + 1), ...isThere(expr.right, env, depth + 1)]
    case 'call': {
      if (!strict.has(expr.name)) return []
      return expr.args.flatMap((argument) => isThere(argument, env, depth + 1))
    }
    default:
      return []
  }
}
/** Functions that give nothing unless all their arguments have a value. */
const strict: ReadonlySet<string> = new Set(['round', 'div', 'abs', 'percent', 'upper', 'lower', 'cut', 'text'])

function pathIsThere(path: Path, env: Env, depth: number): readonly Fact[] {
  const named = letOf(env.scope, path)
  if (named !== undefined) {
    const scope: Scope = { ...named.scope, lets: named.named.before }
    return isThere(named.named.formula.expr, { ...env, scope }, depth + 1)
  }
  const start = path.root.kind === 'context' ? undefined : startOf(env, path)
  if (start === undefined) return []
  return path.segments.flatMap((segment, i) =>
    segment.kind === 'name' ? [{ of: keyOf(start.base, path.segments.slice(0, i)), name: segment.name }] : [],
  )
}

const equals = (path: Path, value: string, env: Env): readonly Fact[] => about(path, env, (of, name) => ({ of, name, values: [value] }))
const differs = (path: Path, value: string, env: Env): readonly Fact[] => about(path, env, (of, name) => ({ of, name, not: [value] }))

function about(path: Path, env: Env, fact: (of: string, name: string) => Fact): readonly Fact[] {
  const last = path.segments.at(-1)
  const start = path.root.kind === 'context' || letOf(env.scope, path) !== undefined ? undefined : startOf(env, path)
  return start === undefined || last?.kind !== 'name' ? [] : [fact(keyOf(start.base, path.segments.slice(0, -1)), last.name)]
}
