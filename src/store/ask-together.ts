import { CompiledQuery, MysqlAdapter } from 'kysely'
import type { Reader } from './in-list.ts'
import { quote } from './mysql-dialect.ts'
import type { Tables } from './tables.ts'

/**
 * Rows of one table. `where`: columns, and the names of the values that they have to have. What is asked for is named by its kind, as columns of a union are of one kind. `first`: no more than so many, in the order of
 * these columns.
 */
export interface Part<R> {
  readonly from: keyof Tables
  readonly where: Readonly<Record<string, string>>
  readonly text: readonly string[]
  readonly whole: readonly string[]
  readonly first: { readonly by: readonly string[]; readonly limit: number } | undefined
  /** what a row of it is, for the compiler alone */
  readonly row?: R
}
type RowsOf<P> = { readonly [N in keyof P]: P[N] extends Part<infer R> ? readonly R[] : never }

export const part = <T extends keyof Tables, Text extends keyof Tables[T] & string, Whole extends keyof Tables[T] & string = never>(
  from: T,
  where: { readonly [C in keyof Tables[T]]?: string } & Readonly<Record<string, string>>,
  text: readonly Text[],
  whole: readonly Whole[] = [],
  first?: { readonly by: readonly (keyof Tables[T] & string)[]; readonly limit: number },
): Part<Pick<Tables[T], Text | Whole>> => ({ from, where, text, whole, first })

/**
 * A question for rows of several tables that is one statement: its way to the server and back costs more than finding a few rows by an index does, and it sees one state of them all. A reader with a plugin, which is how a party
 * reads, is asked table by table: what it may see, and what comes masked, goes by the table.
 */
export function askTogether<P extends Readonly<Record<string, Part<unknown>>>>(
  parts: P,
): (read: Reader, values: Readonly<Record<string, string>>) => Promise<RowsOf<P>> {
  const named = Object.entries(parts)
  const texts = { mysql: unionOf(named, true), sqlite: unionOf(named, false) }
  const names = named.flatMap(([, { where }]) => Object.values(where))
  return async (read, values) => {
    const { plugins, adapter } = read.getExecutor()
    if (plugins.length > 0) return Object.fromEntries(await oneByOne(read, named, values)) as RowsOf<P>
    const text = adapter instanceof MysqlAdapter ? texts.mysql : texts.sqlite
    const { rows } = await read.executeQuery<Row>(
      CompiledQuery.raw(
        text,
        names.map((name) => values[name]),
      ),
    )
    return Object.fromEntries(apart(named, rows)) as RowsOf<P>
  }
}

type Named = readonly (readonly [name: string, part: Part<unknown>])[]
type Row = Readonly<Record<string, unknown>>
type Found = readonly (readonly [name: string, rows: readonly Row[]])[]

const oneByOne = (read: Reader, named: Named, values: Readonly<Record<string, string>>): Promise<Found> =>
  Promise.all(
    named.map(async ([name, { from, where, text, whole, first }]) => {
      let query = read.selectFrom(from as 'reference').select([...text, ...whole] as 'path'[])
      for (const [column, value] of Object.entries(where)) query = query.where(column as 'path', '=', values[value] as string)
      for (const column of first?.by ?? []) query = query.orderBy(column as 'path')
      return [name, await (first === undefined ? query : query.limit(first.limit)).execute()] as const
    }),
  )

function unionOf(named: Named, isMysql: boolean): string {
  const most = (kind: 'text' | 'whole') => Math.max(...named.map(([, one]) => one[kind].length))
  const [texts, wholes] = [most('text'), most('whole')]
  const selects = named.map(([, { from, where, text, whole, first }], place) => {
    const cells = [`${place} as part`, ...cellsOf('t', text, texts), ...cellsOf('w', whole, wholes)]
    const are = Object.keys(where).map((column) => `${quote(column)} = ?`)
    const select = `select ${cells.join(', ')} from ${quote(from)} where ${are.join(' and ')}`
    if (first === undefined) return select
    const limited = `${select} order by ${first.by.map(quote).join(', ')} limit ${first.limit}`
    // each of the two knows one way to say that the limit is of this part alone
    return isMysql ? `(${limited})` : `select * from (${limited})`
  })
  return selects.join(' union all ')
}

/** So many columns under names of their own, null where the part has no more. SQLite knows the quotes of MySQL. */
const cellsOf = (kind: string, columns: readonly string[], width: number): string[] =>
  Array.from({ length: width }, (_, n) => `${columns[n] === undefined ? 'null' : quote(columns[n])} as ${kind}${n}`)

function apart(named: Named, rows: readonly Row[]): Found {
  const found = named.map(([name]) => [name, [] as Row[]] as const)
  for (const row of rows) {
    const place = Number(row.part)
    const of = named[place]?.[1]
    if (of === undefined) continue
    const own: Record<string, unknown> = {}
    for (const [n, column] of of.text.entries()) own[column] = row[`t${n}`]
    for (const [n, column] of of.whole.entries()) own[column] = row[`w${n}`]
    found[place]?.[1].push(own)
  }
  return found
}
