import { at, isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { Resolved } from '../graphql/operation.ts'

type View = { readonly [name: string]: Resolved }

/** Most rows of a page (adminListQueryLimit). */
const most = 1000

/** More is asked for than a page holds, or what this simulator does not sort or filter by: Vendure answers errors then. */
export class ListError extends Error {
  override readonly name = 'ListError'
}

/** A paginated list: `skip`, `take`, `sort` and `filter`, the orders of equal rows by id. @throws ListError */
export function paginated(views: readonly View[], options: Json | undefined): View {
  const given = isObject(options) ? options : {}
  const take = Number(given.take ?? most)
  if (take > most) throw new ListError(`Cannot take more than ${most} results from a list query`)
  const found = views.filter((view) => fits(view, isObject(given.filter) ? given.filter : {}))
  const [[by, order] = ['id', 'ASC']] = Object.entries(isObject(given.sort) ? given.sort : {})
  const value = (view: View) => (by === 'id' ? Number(view.id) : String(view[by]))
  const sorted = found.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)]
    return (x < y ? -1 : x > y ? 1 : Number(a.id) - Number(b.id)) * (order === 'DESC' ? -1 : 1)
  })
  const skip = Number(given.skip ?? 0)
  return { items: sorted.slice(skip, skip + take), totalItems: found.length }
}

const fits = (view: View, filter: JsonObject): boolean =>
  Object.entries(filter).every(([field, operators]) =>
    Object.entries(isObject(operators) ? operators : {}).every(([operator, wanted]) => holds(view[field], operator, wanted)),
  )

function holds(value: Resolved, operator: string, wanted: Json | undefined): boolean {
  switch (operator) {
    case 'isNull':
      return (value === null || value === undefined) === wanted
    case 'after':
      return String(value) > new Date(String(wanted)).toISOString()
    case 'eq':
      return value === wanted
    case 'notIn':
      return !(Array.isArray(wanted) && wanted.includes(value as Json))
    default:
      throw new ListError(`the operator ${operator} is not simulated`)
  }
}

export const idAt = (value: Json | undefined, path: string): number => Number(value === undefined ? Number.NaN : at(value, path))
