import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Tables } from '../store/tables.ts'
import type { LedgerKit } from './ledger-kit.ts'
import type { Difference } from './verify/check.ts'
import { damage, differing, dump, isFree, nameOf, names, type Row, repairOnce, rowsOf, type Table, tables } from './verify-bed.ts'
import { makeWorld, openVerifyBed } from './verify-world.ts'

/** One world for all cases: each leaves it as it was, or is given another. */
let kit: LedgerKit
let before: readonly string[]
const open = async () => {
  kit = await openVerifyBed()
  await makeWorld(kit)
  before = await dump(kit)
}
beforeAll(open, 60_000)
afterAll(() => kit.database.close())

/** Something that is done to one row behind the ledger. */
interface Case {
  readonly table: Table
  readonly row: Row
  readonly what: string
  readonly does: () => Promise<unknown>
  /** how the difference is named */
  readonly name: string
  /** the row was sound, and has to be again; false: it should not be there */
  readonly isSound: boolean
}

const damagedValue = (table: Table, column: string, value: unknown): unknown => {
  if (`${table}.${column}` === 'finding.detail') return '{"damaged":true}'
  if (`${table}.${column}` === 'finding.state') return 'closed'
  // the place after is taken
  if (`${table}.${column}` === 'payout_line.position') return Number(value) + 7
  if (`${table}.${column}` === 'order_state.paid' || typeof value === 'number' || typeof value === 'bigint') return Number(value) + 1
  return value === null ? (/_at$|^at$/.test(column) ? 1 : 'x') : `${String(value)}x`
}

/** Names that cannot be computed: a finding of another code is another finding, and a line that is no more keeps its price. */
const strangers = new Set(['finding.code', 'order_cost.line'])
/** Asked one by one: references, without which others cannot be computed, and those whose differences do not show a row. */
const single: ReadonlySet<Table> = new Set(['reference', 'deposit', 'account', 'finding'])

/** What compares is one function for both dialects: where each look is slow, every seventh column is damaged, and a row of each table goes all the same. */
const isAsked = (place: number): boolean => kit.database.dialect === 'sqlite' || place % 7 === 0

/** Rows to damage: of references one of each kind, for there are many, and they are alike. */
async function rowsToAsk(table: Table): Promise<readonly Row[]> {
  const seen = new Set<unknown>()
  return (await rowsOf(kit, table)).filter(
    ({ to_type, state }) =>
      (table !== 'reference' || (!seen.has(to_type) && seen.add(to_type))) && (table !== 'finding' || state === 'open'),
  )
}

async function columnCases(table: Table): Promise<readonly Case[]> {
  const rows = await rowsToAsk(table)
  const columns = Object.keys(rows[0] ?? {}).filter((column) => !isFree(table, column) && !strangers.has(`${table}.${column}`))
  expect(columns.length, table).toBeGreaterThan(0)
  return columns.flatMap((column, place): Case[] => {
    const row = rows[place % rows.length]
    if (row === undefined || !isAsked(place)) return []
    const name = nameOf(table, row)
    const does = () => damage(kit, table, row, column, damagedValue(table, column, row[column]))
    return [{ table, row, name, isSound: true, does, what: `${column} of ${name}` }]
  })
}

/** The first row gone, and one that should not be there. */
async function rowCases(table: Table): Promise<readonly Case[]> {
  const [row] = await rowsOf(kit, table)
  if (row === undefined) throw new Error(`nothing in ${table}`)
  const [column = ''] = names[table].unique.slice(-1)
  const stray = { ...row, [column]: 'stray' }
  const remove = () =>
    kit.database.write((tx) => {
      let gone = tx.deleteFrom(table as 'stock')
      for (const name of names[table].unique) gone = gone.where(name as 'product', '=', row[name] as string)
      return gone.execute()
    })
  const add = () =>
    kit.database.write((tx) =>
      tx
        .insertInto(table as 'stock')
        .values(stray as unknown as Tables['stock'])
        .execute(),
    )
  const of = (one: Row, what: string) => ({ table, row: one, name: nameOf(table, one), what: `${what}: ${nameOf(table, one)}` })
  return [
    { ...of(row, 'gone'), isSound: true, does: remove },
    { ...of(stray, 'stray'), isSound: false, does: add },
  ]
}

/** Whether a difference says of a damaged row what it has to be: then it was computed of rows that are sound, whatever else is damaged. */
const isToldFor = ({ table, row, name, isSound }: Case, found: readonly Difference[]): boolean =>
  found.some((one) => {
    if (`${one.table} ${one.key}` !== name) return false
    if (!isSound || one.computed === null) return !isSound && one.computed === null
    const computed = rowIn(one.computed)
    return Object.entries(row).every(([column, value]) => isFree(table, column) || String(computed[column]) === String(value))
  })

/** What a difference shows, where that is a row. */
function rowIn(text: string): Row {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** Repairs until everything is as it was; false: three rounds were not enough. */
async function isMended(found: readonly Difference[]): Promise<boolean> {
  let wrong = found
  for (let round = 0; round < 3; round++) {
    await repairOnce(kit, wrong)
    if (same(await dump(kit), before)) return true
    wrong = await differing(kit)
  }
  return false
}
const same = (a: readonly string[], b: readonly string[]) => a.join('\n') === b.join('\n')

async function askAlone(one: Case): Promise<void> {
  await one.does()
  const found = await differing(kit)
  const told = found.map(({ table, key }) => `${table} ${key}`)
  expect(told, one.what).toContain(one.name)
  if (await isMended(found)) return
  const after = await dump(kit)
  await kit.database.close()
  await open()
  expect(after, `${one.what} after repair`).toEqual(before)
}

/** Damages of several tables are asked at once: what is told for itself is proved, and what is not is asked alone. */
async function askTogether(cases: readonly Case[]): Promise<void> {
  for (const one of cases) await one.does()
  const found = await differing(kit)
  const isWhole = await isMended(found)
  if (!isWhole) {
    await kit.database.close()
    await open()
  }
  const left = isWhole ? cases.filter((one) => !isToldFor(one, found)) : cases
  for (const one of left) await askAlone(one)
}

/** The nth case of every table, for each n. */
async function inRounds(casesOf: (table: Table) => Promise<readonly Case[]>, of: readonly Table[]): Promise<void> {
  const all: (readonly Case[])[] = []
  for (const table of of) all.push(await casesOf(table))
  for (const one of all.flat().filter(({ table }) => single.has(table))) await askAlone(one)
  const others = all.filter(([one]) => one !== undefined && !single.has(one.table))
  for (let round = 0; others.some((cases) => cases[round] !== undefined); round++)
    await askTogether(others.flatMap((cases) => cases[round] ?? []))
}

test('verify names every damaged column of every table, and repair mends it', { timeout: 240_000 }, () => inRounds(columnCases, tables))

test('a row that is gone is named and comes back, one that should not be there is named and goes', { timeout: 120_000 }, () =>
  inRounds(
    rowCases,
    tables.filter((table) => table !== 'finding' && table !== 'account'),
  ),
)

test('what a damaged account lets commands take is named with its deposit, and mended with it', async () => {
  const rows = await rowsOf(kit, 'account')
  const account = rows.find(({ party, kind }) => party === 'M1' && kind === 'available')
  if (account === undefined) throw new Error('M1 has no deposit')
  await damage(kit, 'account', account, 'floor', -9_999_999)
  const found = await differing(kit)
  expect(found.map(({ table, key }) => `${table} ${key}`)).toEqual(['deposit M1 CNY'])
  await repairOnce(kit, found)
  const after = (await rowsOf(kit, 'account')).find(({ id }) => id === account.id)
  expect(String(after?.floor)).toBe(String(account.floor))
})
