import type { Json } from '../../model/json.ts'
import { type Database, microseconds, type Row, type Value } from './database.ts'
import { valueError } from './refusal.ts'

type Holds = (row: Row) => boolean

/** A search domain in Polish notation, as odoo/orm/domains.py has it. @throws Refusal ValueError for what is none */
export function compileDomain(db: Database, model: string, domain: Json): Holds {
  if (!Array.isArray(domain)) throw valueError('a domain is a list')
  const terms = domain as readonly Json[]
  let place = 0
  const next = (): Holds => {
    const term = terms[place++]
    if (term === '!') {
      const one = next()
      return (row) => !one(row)
    }
    if (term === '|' || term === '&') {
      const [left, right] = [next(), next()]
      return term === '|' ? (row) => left(row) || right(row) : (row) => left(row) && right(row)
    }
    if (!Array.isArray(term) || term.length !== 3) throw valueError(`Invalid domain term ${JSON.stringify(term)}`)
    const [path = null, operator = null, value = null] = term as readonly Json[]
    return (row) => valuesAt(db, model, row, String(path).split('.')).some((found) => compare(found, String(operator), value, String(path)))
  }
  const all: Holds[] = []
  while (place < terms.length) all.push(next())
  return (row) => all.every((holds) => holds(row))
}

interface Found {
  readonly value: Value
  readonly type: string
}

function valuesAt(db: Database, model: string, row: Row, [name = '', ...rest]: readonly string[]): readonly Found[] {
  const field = db.fields(model)[name]
  if (field === undefined) throw valueError(`Invalid field ${model}.${name} in leaf`)
  if (field.type === 'one2many' || field.type === 'many2many') {
    const ids =
      field.type === 'many2many'
        ? (row[name] as readonly number[])
        : db
            .rows(field.to)
            .filter((line) => line[field.by] === row.id)
            .map(({ id }) => id)
    if (rest.length > 0) return ids.flatMap((id) => valuesAt(db, field.to, db.row(field.to, id), rest))
    return ids.length === 0 ? [{ value: false, type: 'many2one' }] : ids.map((value) => ({ value, type: 'many2one' }))
  }
  const value = row[name] ?? false
  if (rest.length === 0) return [{ value, type: field.type }]
  if (field.type !== 'many2one') throw valueError(`Invalid field ${model}.${name} in leaf`)
  return typeof value === 'number' ? valuesAt(db, field.to, db.row(field.to, value), rest) : [{ value: false, type: 'char' }]
}

function compare({ value, type }: Found, operator: string, wanted: Json, path: string): boolean {
  const ready = (one: Json): Value =>
    type === 'datetime' && typeof one === 'string' ? microseconds(one) : one === null ? false : (one as Value)
  switch (operator) {
    case '=':
      return value === ready(wanted)
    case '!=':
      return value !== ready(wanted)
    case 'in':
      return (wanted as readonly Json[]).some((one) => value === ready(one))
    case 'not in':
      return !(wanted as readonly Json[]).some((one) => value === ready(one))
    case 'ilike':
      return typeof value === 'string' && value.toLowerCase().includes(String(wanted).toLowerCase())
    case '>':
      return value !== false && value > ready(wanted)
    case '>=':
      return value !== false && value >= ready(wanted)
    case '<':
      return value !== false && value < ready(wanted)
    case '<=':
      return value !== false && value <= ready(wanted)
    default:
      throw valueError(`Invalid operator ${operator} in ${path}`)
  }
}
