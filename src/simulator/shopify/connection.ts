import type { JsonObject } from '../../model/json.ts'
import type { Resolved } from '../graphql/operation.ts'

/** One row of a list with what it is sorted and searched by. */
export interface Listed {
  readonly id: number
  readonly sort?: string
  readonly terms?: Readonly<Record<string, string>>
  readonly node: Resolved
}

const most = 250

/** A page of a connection: `first`, `after`, `query`. The cursor is the place of a row in the order, so that rows that move away push none over a border. */
export function connection(rows: readonly Listed[], args: JsonObject): Resolved {
  const first = args.bulk === true ? rows.length : Math.min(Number(args.first ?? most), most)
  const found = rows
    .filter((row) => matches(row, String(args.query ?? '')))
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
    .filter((row) => typeof args.after !== 'string' || placeOf(row) > Buffer.from(args.after, 'base64').toString())
  const page = found.slice(0, first)
  const last = page.at(-1)
  return {
    nodes: page.map(({ node }) => node),
    edges: page.map(({ node }) => ({ node })),
    pageInfo: {
      hasNextPage: found.length > page.length,
      endCursor: last === undefined ? null : Buffer.from(placeOf(last)).toString('base64'),
    },
  }
}

const placeOf = ({ sort = '', id }: Listed): string => `${sort} ${String(id).padStart(20, '0')}`

/** Search syntax as far as connectors use it: `updated_at:>='…'`, `-status:DRAFT`, and all of several terms. */
function matches({ terms = {} }: Listed, query: string): boolean {
  return [...query.matchAll(/(-?)(\w+):(>=|<=|>|<)?('[^']*'|\S+)/g)].every(([, not, name = '', compare, quoted = '']) => {
    const wanted = quoted.replaceAll("'", '')
    const value = terms[name]
    if (value === undefined) return true
    const holds =
      compare === '>='
        ? value >= wanted
        : compare === '<='
          ? value <= wanted
          : compare === '>'
            ? value > wanted
            : compare === '<'
              ? value < wanted
              : value.toLowerCase() === wanted.toLowerCase()
    return not === '-' ? !holds : holds
  })
}
