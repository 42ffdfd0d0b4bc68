import { type CodeScope, holdsOn, speaksTo, specificity } from '../ledger/codes.ts'
import type { UnknownCode } from '../ledger/types.ts'
import type { MapContext } from '../mapping/types.ts'
import { codeLists, codesOf } from '../store/code.ts'
import type { Database } from '../store/database.ts'
import type { Reader } from '../store/in-list.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import type { Catalogue, ConnectionSetup, Context } from './context.ts'

type Codes = ReadonlyMap<string, string>

export const codeScope = ({ name, organisation }: ConnectionSetup): CodeScope =>
  organisation === undefined ? { connection: name } : { connection: name, organisation }

/** The saved codes as they were read at one moment, each kind as one table of a connection and a date: those of the workspace's file stand behind them. */
export interface CodeBook {
  /** external code -> hub code on a business date; without one, whatever holds at any time, so that a document can be made whose date is asked for then */
  table(kind: string, scope: CodeScope, date: string | undefined): Codes | undefined
  /** the saved code behind an entry of that table; undefined: it stands in the file, or nowhere */
  row(kind: string, scope: CodeScope, date: string | undefined, code: string): CodeTable | undefined
  /** whether the date can make a difference to this connection */
  isDated(scope: CodeScope): boolean
}

interface Kept {
  readonly file: Catalogue['codes']
  readonly revisions: ReadonlyMap<string, string>
  readonly rows: ReadonlyMap<string, readonly CodeTable[]>
  readonly book: CodeBook
}
const kept = new WeakMap<Database, Map<string, Kept>>()

/** Reads which kinds changed since they were read last, and those anew. */
export async function openCodeBook({ database, tenant }: Context, catalogue: Pick<Catalogue, 'codes'>, read: Reader): Promise<CodeBook> {
  const tenants = kept.get(database) ?? new Map<string, Kept>()
  kept.set(database, tenants)
  const before = tenants.get(tenant)
  const revisions = new Map((await codeLists(read, tenant)).map(({ kind, revision }) => [kind, revision]))
  const changed = [...revisions].filter(([kind, revision]) => before?.revisions.get(kind) !== revision).map(([kind]) => kind)
  if (before !== undefined && changed.length === 0 && before.file === catalogue.codes) return before.book
  const fresh = Map.groupBy(await codesOf(read, tenant, changed), ({ kind }) => kind)
  const rows = new Map(
    [...revisions.keys()].map((kind) => [kind, changed.includes(kind) ? (fresh.get(kind) ?? []) : (before?.rows.get(kind) ?? [])]),
  )
  const book = bookOf(rows, catalogue.codes)
  tenants.set(tenant, { file: catalogue.codes, revisions, rows, book })
  return book
}

/** The codes as they were known at a time (epoch ms): what a version made then was made with. */
export async function codeBookOf({ database, tenant }: Context, catalogue: Pick<Catalogue, 'codes'>, knownAt: number): Promise<CodeBook> {
  const kinds = (await codeLists(database.read, tenant)).map(({ kind }) => kind)
  const rows = Map.groupBy(await codesOf(database.read, tenant, kinds, knownAt), ({ kind }) => kind)
  return bookOf(rows, catalogue.codes)
}

function bookOf(rows: ReadonlyMap<string, readonly CodeTable[]>, file: Catalogue['codes']): CodeBook {
  const tables = new Map<string, Codes>()
  const ordered = new Map<string, readonly CodeTable[]>()
  const heard = (kind: string, scope: CodeScope): readonly CodeTable[] => {
    const all = rows.get(kind)
    if (all === undefined || all.length === 0) return []
    const name = JSON.stringify([kind, scope.connection, scope.organisation])
    const found = ordered.get(name) ?? all.filter((row) => speaksTo(row, scope)).sort(byRank)
    ordered.set(name, found)
    return found
  }
  return {
    table(kind, scope, date) {
      const saved = heard(kind, scope)
      const written = file.get(kind)
      if (saved.length === 0) return written
      const name = JSON.stringify([kind, scope.connection, scope.organisation, date === undefined ? null : stretchOf(saved, date)])
      const made = tables.get(name) ?? effective(saved, written, date)
      tables.set(name, made)
      return made
    },
    row: (kind, scope, date, code) => heard(kind, scope).find((row) => row.code === code && (date === undefined || holdsOn(row, date))),
    isDated: (scope) => [...rows.keys()].some((kind) => heard(kind, scope).some((row) => row.valid_from !== null || row.valid_to !== null)),
  }
}

/** The most specific first; what speaks of all products before what speaks of one; the newest period before older ones. */
function byRank(a: CodeTable, b: CodeTable): number {
  const rank = specificity(b) - specificity(a) || Number(a.product !== '') - Number(b.product !== '')
  return rank || ((a.valid_from ?? '') < (b.valid_from ?? '') ? 1 : (a.valid_from ?? '') > (b.valid_from ?? '') ? -1 : a.id < b.id ? -1 : 1)
}

/** How many beginnings and ends lie at or before a date: the table is the same all through one stretch. */
function stretchOf(rows: readonly CodeTable[], date: string): number {
  let count = 0
  for (const { valid_from, valid_to } of rows) {
    if (valid_from !== null && valid_from <= date) count++
    if (valid_to !== null && valid_to < date) count++
  }
  return count
}

function effective(saved: readonly CodeTable[], written: Codes | undefined, date: string | undefined): Codes {
  const table = new Map<string, string>()
  for (const row of saved) if ((date === undefined || holdsOn(row, date)) && !table.has(row.code)) table.set(row.code, row.hub)
  for (const [code, hub] of written ?? []) if (!table.has(code)) table.set(code, hub)
  return table
}

/** The codes of one connection on one date, as a mapping asks for them; `missed` hears what it asked for in vain. */
export const codesFor =
  (book: CodeBook, scope: CodeScope, date: string | undefined, missed?: (code: UnknownCode) => void): MapContext['codes'] =>
  (kind) => {
    const table = book.table(kind, scope, date)
    return table === undefined || missed === undefined ? table : heardTable(table, (code) => missed({ kind, code }))
  }

function heardTable(table: Codes, missed: (code: string) => void): Codes {
  return {
    get(code) {
      const found = table.get(code)
      if (found === undefined) missed(code)
      return found
    },
    has: (code) => table.has(code),
    forEach: (each) => table.forEach(each),
    entries: () => table.entries(),
    keys: () => table.keys(),
    values: () => table.values(),
    [Symbol.iterator]: () => table[Symbol.iterator](),
    get size() {
      return table.size
    },
  }
}
