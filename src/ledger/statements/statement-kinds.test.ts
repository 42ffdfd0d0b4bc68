import { afterEach, beforeEach, expect, test } from 'vitest'
import { idMaker } from '../../model/id.ts'
import type { StatementTable } from '../../store/tables-statement.ts'
import { openBooks } from '../books.ts'
import { author, type DepositBed, fits, openDepositBed, order, sent, topUp } from '../deposit/deposit-bed.ts'
import { finish } from '../finish.ts'
import { saleLine } from '../ledger-kit.ts'
import { amountText, natural } from '../money/account.ts'
import { enter } from '../money/enter.ts'
import { moneyAt } from '../money/money-bed.ts'
import type { Books } from '../types.ts'
import { verify } from '../verify.ts'
import { provenLines, type StatementKind } from './content.ts'
import { generateStatement } from './generate.ts'
import { payStatement, publishStatement } from './steps.ts'

let bed: DepositBed
beforeEach(async () => {
  bed = await openDepositBed()
})
afterEach(async () => {
  expect((await verify(bed.database, bed.kit.tenant)).differences).toEqual([])
  await bed.database.close()
})

/** A unit of work at a time when the days before it are over. */
const on = <T>(time: string, work: (books: Books) => Promise<T>): Promise<T> =>
  bed.database.write(async (tx) => {
    const now = Date.parse(time)
    const books = await openBooks(tx, { tenant: bed.kit.tenant, now, newId: idMaker(() => now), revision: 'r1' })
    const result = await work(books)
    await finish(books)
    return result
  })
const generate = (kind: StatementKind, party: string, until: string, time: string) =>
  on(time, (books) => generateStatement(books, { kind, owner: 'us', party, currency: 'CNY', until, author }))
const linesOf = async (row: StatementTable) => (await Array.fromAsync(provenLines(bed.database.read, bed.kit.tenant, row))).flat()

/** What the accounts of a party have, and what their entries come to by kind: from the books alone. `sign`: 1 where debits count. */
async function booksOf(book: string, party: string, sign: bigint) {
  const { read } = bed.database
  const accounts = await read.selectFrom('account').selectAll().where('book', '=', book).where('party', '=', party).execute()
  const entries = await read
    .selectFrom('entry')
    .select(['kind', 'amount'])
    .where(
      'account',
      'in',
      accounts.map(({ id }) => id),
    )
    .execute()
  const sums = new Map<string, bigint>()
  for (const { kind, amount } of entries) sums.set(kind, (sums.get(kind) ?? 0n) + sign * BigInt(amount))
  return {
    balance: amountText(accounts.reduce((sum, account) => sum + natural(account), 0n)),
    totals: Object.fromEntries([...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([kind, sum]) => [kind, amountText(sum)])),
    count: entries.length,
  }
}

test('a statement of a merchant has every change of its deposit, free and frozen, and closes with what is there to the cent', async () => {
  await bed.kit.apply(topUp('t1', '100.00'), topUp('t2', '20.01'))
  await bed.kit.apply(
    order('1', [saleLine('1', 'A', '3')], {
      charges: [{ kind: 'shipping', amount: '5.50' }],
      totals: { linesTotal: '30.00', chargeTotal: '5.50', grandTotal: '35.50' },
    }),
  )
  await bed.kit.apply(sent('s1', '1', [['1', 'A', '1']]))
  await bed.change({ number: 'w1', kind: 'withdrawal', amount: '10.01' })
  const row = await generate('merchant', 'M1', '2026-11-30', '2026-12-01T09:00:00Z')
  const { available, frozen } = await bed.balance()
  // 120.01 came in, 10.01 went out, a third of 35.50 was captured, what is left of that is frozen
  expect([amountText(available), amountText(frozen), amountText(BigInt(row.closing))]).toEqual(['74.50', '23.67', '98.17'])
  const books = await booksOf('deposit', 'M1', -1n)
  expect(JSON.parse(row.totals)).toEqual(books.totals)
  expect(books.totals).toEqual({ capture: '-11.83', freeze: '0.00', 'top-up': '120.01', withdraw: '-10.01' })
  expect([amountText(BigInt(row.closing)), row.line_count]).toEqual([books.balance, books.count])
  const lines = await linesOf(row)
  expect(
    lines
      .filter(({ kind }) => kind === 'freeze')
      .map(({ account, amount }) => [account, amount])
      .sort(),
  ).toEqual([
    ['available', '-35.50'],
    ['frozen', '35.50'],
  ])
  expect(lines.find(({ kind }) => kind === 'capture')?.document).toMatchObject({ type: 'sales-order', key: 'shop/1' })

  await bed.kit.apply(topUp('t3', '0.01', { paidAt: '2026-12-02T09:00:00.000Z' }))
  const next = await generate('merchant', 'M1', '2026-12-31', '2027-01-01T09:00:00Z')
  expect([amountText(BigInt(next.opening)), amountText(BigInt(next.closing)), next.line_count]).toEqual(['98.17', '98.18', 1])
  await on('2027-01-01T09:00:01Z', (books) => publishStatement(books, { key: next.key, author }))
  const paying = { key: next.key, author, hash: next.hash, number: 'P', amount: '1.00', paidAt: '2027-01-01T09:00:00.000Z' }
  await expect(on('2027-01-01T09:00:02Z', (books) => payStatement(books, paying, fits))).rejects.toThrow(/statements of suppliers are paid/)
})

test('a statement of a platform says what it holds for us: positive is what it owes', async () => {
  const money = moneyAt(bed.database, bed.kit.tenant)
  const platform = { book: 'platform', owner: 'us', currency: 'CNY', party: 'SHOP', kind: 'receivable', why: 'its own list', actor: 'anna' }
  const entered = (key: string, kindOfEntry: 'opening' | 'adjustment', direction: 'more' | 'less', amount: string, businessDate: string) =>
    money((desk) => enter(desk, { ...platform, kindOfEntry, direction, key, amount, businessDate }))
  await entered('1', 'opening', 'more', '100.00', '2026-10-31')
  await entered('2', 'adjustment', 'less', '30.26', '2026-11-05')
  await entered('3', 'adjustment', 'more', '0.01', '2026-11-06')
  const row = await generate('payout', 'SHOP', '2026-11-10', '2026-11-23T09:00:00Z')
  const books = await booksOf('platform', 'SHOP', 1n)
  expect([amountText(BigInt(row.opening)), amountText(BigInt(row.closing)), row.from_date]).toEqual(['0.00', '69.75', '2026-10-31'])
  expect([amountText(BigInt(row.closing)), JSON.parse(row.totals), row.line_count]).toEqual([books.balance, books.totals, books.count])
  expect((await linesOf(row)).map(({ kind, amount, account }) => [kind, amount, account])).toEqual([
    ['opening', '100.00', 'receivable'],
    ['adjustment', '-30.26', 'receivable'],
    ['adjustment', '0.01', 'receivable'],
  ])
  await entered('4', 'adjustment', 'less', '70.00', '2026-11-12')
  const next = await generate('payout', 'SHOP', '2026-11-20', '2026-11-23T09:00:00Z')
  expect([amountText(BigInt(next.opening)), amountText(BigInt(next.closing))]).toEqual(['69.75', '-0.25'])
})
