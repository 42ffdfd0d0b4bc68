import type { Json } from '../../model/json.ts'
import type { Database } from './database.ts'
import type { Cell, Context, Field, Row } from './fields.ts'
import { integer, text } from './fields.ts'
import { faultyCall } from './refusal.ts'
import { reach } from './relations.ts'
import { compareCells } from './sorting.ts'
import { fromWire } from './values.ts'

/** A domain ready to run: a test for one row and, when indexes can say, the ids that may pass (a superset). */
export type Condition = {
  test(row: Row, context: Context): boolean
  readonly candidates: readonly number[] | undefined
}

const operators = ['=', '!=', 'in', 'not in', 'like', 'not like', 'ilike', 'not ilike', '<', '<=', '>', '>=', 'where'] as const
type Operator = (typeof operators)[number]

const isOperator = (value: unknown): value is Operator => operators.some((operator) => operator === value)

/** `%` and `_` as in SQL. Case never counts, as in the recorded server. */
const pattern = (like: string): RegExp => {
  const escaped = like.replace(/\\([%_\\])|[.*+?^${}()|[\]\\]|%|_/g, (part, literal: string | undefined) => {
    if (literal !== undefined) return literal === '\\' ? '\\\\' : literal
    if (part === '%') return '[\\s\\S]*'
    return part === '_' ? '[\\s\\S]' : `\\${part}`
  })
  return new RegExp(`^${escaped}$`, 'i')
}

type Match = (cell: Cell) => boolean

const equal = (field: Field, value: Cell): Match =>
  value === null ? (cell) => cell === null : (cell) => cell !== null && (cell === value || compareCells(field, cell, value) === 0)

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

const matcher = (field: Field, operator: Operator, value: Json): Match => {
  const ordered = (passes: (order: number) => boolean): Match => {
    const bound = fromWire(field, value)
    return (cell) => cell !== null && bound !== null && passes(compareCells(field, cell, bound))
  }
  switch (operator) {
    case '=':
      return equal(field, fromWire(field, value))
    case '!=': {
      const same = equal(field, fromWire(field, value))
      return (cell) => (value === null ? cell !== null : cell !== null && !same(cell))
    }
    case 'in':
    case 'not in': {
      if (!isList(value)) throw faultyCall(`argument of type '${typeof value}' is not iterable`)
      const cells = value.map((item) => equal(field, fromWire(field, item)))
      const inside: Match = (cell) => cells.some((same) => same(cell))
      return operator === 'in' ? inside : (cell) => cell !== null && !inside(cell)
    }
    case 'like':
    case 'ilike': {
      const wanted = pattern(String(value))
      return (cell) => cell !== null && wanted.test(String(cell))
    }
    case 'not like':
    case 'not ilike': {
      const unwanted = pattern(String(value))
      return (cell) => cell !== null && !unwanted.test(String(cell))
    }
    case '<':
      return ordered((order) => order < 0)
    case '<=':
      return ordered((order) => order <= 0)
    case '>':
      return ordered((order) => order > 0)
    case '>=':
      return ordered((order) => order >= 0)
    case 'where':
      return () => false
  }
}

const candidatesFor = (
  db: Database,
  model: string,
  path: readonly string[],
  field: Field,
  operator: Operator,
  value: Json,
): readonly number[] | undefined => {
  const [name = ''] = path
  if (path.length > 1) return undefined
  const values = operator === 'in' && isList(value) ? value : operator === '=' ? [value] : undefined
  if (values) {
    if (name === 'id') return values.map(Number)
    if (!db.table(model).indexed(name)) return undefined
    return [...new Set(values.flatMap((item) => db.where(model, name, fromWire(field, item))))]
  }
  const since = (operator === '>=' || operator === '>') && value !== null && (name === 'write_date' || name === 'create_date')
  return since ? db.table(model).touchedSince(Number(fromWire(field, value))) : undefined
}

const clause = (db: Database, model: string, parts: readonly Json[]): Condition => {
  const [name, operator, value = null, within] = parts
  if (typeof name !== 'string' || parts.length < 3) throw faultyCall('not enough values to unpack (expected 3, got 2)')
  if (!isOperator(operator)) throw faultyCall('maximum recursion depth exceeded in __instancecheck__')
  const path = name.split('.')
  if (operator === 'where') return inner(db, model, path, value)
  const target = reach(db, model, path, typeof within === 'string' ? within : undefined)
  const named = (target.field.kind === 'many' || target.field.kind === 'many2one') && typeof value === 'string'
  const end = named ? reach(db, model, [...path, 'rec_name'], typeof within === 'string' ? within : undefined) : target
  const field = named ? text() : end.field.kind === 'many' ? integer() : end.field
  const match = matcher(field, named && operator === '=' ? 'ilike' : operator, named && operator === '=' ? `%${String(value)}%` : value)
  return {
    test: (row, context) => end.values(row, context).some(match),
    candidates: named ? undefined : candidatesFor(db, model, path, field, operator, value),
  }
}

const inner = (db: Database, model: string, path: readonly string[], value: Json): Condition => {
  const { field, values } = reach(db, model, path)
  if (field.kind !== 'many' && field.kind !== 'many2one') throw faultyCall(`'where' needs a relation, not "${path.join('.')}"`)
  const condition = compile(db, field.to, value)
  return {
    test: (row, context) =>
      values(row, context).some((id) => {
        const found = typeof id === 'number' ? db.row(field.to, id) : undefined
        return found !== undefined && condition.test(found, context)
      }),
    candidates: undefined,
  }
}

const fewest = (conditions: readonly Condition[]): readonly number[] | undefined => {
  let best: readonly number[] | undefined
  for (const { candidates } of conditions) {
    if (candidates && (!best || candidates.length < best.length)) best = candidates
  }
  return best
}

const union = (conditions: readonly Condition[]): readonly number[] | undefined => {
  const ids = new Set<number>()
  for (const { candidates } of conditions) {
    if (!candidates) return undefined
    for (const id of candidates) ids.add(id)
  }
  return [...ids]
}

/**
 * Reads a domain: a list of clauses `[field, operator, value]`, nested lists, `OR` or `AND` in front. An empty list passes every row.
 * @throws Refusal for unknown fields, operators and values that do not fit.
 */
export const compile = (db: Database, model: string, domain: Json): Condition => {
  if (!isList(domain)) throw faultyCall("'domain' is not a list")
  if (typeof domain[0] === 'string' && domain[0] !== 'OR' && domain[0] !== 'AND') return clause(db, model, domain)
  const either = domain[0] === 'OR'
  const conditions = (typeof domain[0] === 'string' ? domain.slice(1) : domain).map((part) => compile(db, model, part))
  if (either) return { test: (row, context) => conditions.some(({ test }) => test(row, context)), candidates: union(conditions) }
  return { test: (row, context) => conditions.every(({ test }) => test(row, context)), candidates: fewest(conditions) }
}

/** True when a clause of the domain names this field, at any depth. */
export const names = (domain: Json, field: string): boolean => {
  if (!isList(domain)) return false
  if (typeof domain[0] === 'string' && domain[0] !== 'OR' && domain[0] !== 'AND') return domain[0] === field
  return domain.some((part) => names(part, field))
}
