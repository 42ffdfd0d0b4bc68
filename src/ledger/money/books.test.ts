import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HubError, isHubError } from '../../model/errors.ts'
import type { Database } from '../../store/database.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { openLedgerKit } from '../ledger-kit.ts'
import { mend } from '../mend.ts'
import { verify } from '../verify.ts'
import { accountId, amountText, natural } from './account.ts'
import { type Entered, enter, enterAll, reverse } from './enter.ts'
import { keepBook } from './keep-book.ts'
import { moneyAt } from './money-bed.ts'
import { post, postGroups } from './post.ts'

let database: Database
let now = Date.parse('2026-11-30T15:00:00Z')
beforeAll(async () => {
  database = await openTestStore({ now: () => now })
})
afterAll(() => database.close())

const opening = (key: string, amount: string, more: Partial<Entered> = {}): Entered => ({
  ...{ book: 'payable', owner: 'us', party: 'S', kind: 'payable', currency: 'CNY', key, kindOfEntry: 'opening', direction: 'more' },
  ...{ amount, businessDate: '2026-10-31', why: 'taken over', actor: 'a' },
  ...more,
})
const payable = { book: 'payable', owner: 'us', party: 'S', kind: 'payable', currency: 'CNY' }
const balance = async (tenant: string, name = payable, from = database) => {
  const row = await from.read
    .selectFrom('account')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('id', '=', accountId(name))
    .executeTakeFirst()
  return row === undefined ? undefined : natural(row)
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (isHubError(error) ? error.detail.code : String(error)),
  )

test('what is late for a closed month counts in the first open one and keeps its date', async () => {
  const run = moneyAt(database, 'a')
  const keep = (until: string | null) =>
    run((desk) => keepBook(desk, { book: 'payable', owner: 'us', zone: 'Asia/Shanghai', until, actor: 'a' }))
  const periods = async (key: string) => {
    const { transfer } = await run((desk) => enter(desk, opening(key, '1.00')))
    return [transfer.business_date, transfer.period]
  }
  expect(await periods('k1')).toEqual(['2026-10-31', '2026-10'])
  await keep('2026-10')
  expect(await periods('k2')).toEqual(['2026-10-31', '2026-11'])
  await keep('2026-09')
  expect(await periods('k3')).toEqual(['2026-10-31', '2026-10'])
  // in Shanghai it is November until 16:00 UTC
  expect(await codeOf(keep('2026-11'))).toBe('month-not-over')
  now += 3_600_000
  expect(await codeOf(keep('2026-11'))).toBe('done')
  const lines = await database.read
    .selectFrom('journal')
    .select(['kind', 'detail'])
    .where('tenant', '=', 'a')
    .where('type', '=', 'book')
    .execute()
  expect(lines.map(({ kind }) => kind)).toEqual(['book-closed', 'book-opened', 'book-closed'])
})

test('what several enter at one moment is answered each for itself; what is entered again is told once', async () => {
  const run = moneyAt(database, 'd')
  const asks = [
    opening('k', '1.00'),
    opening('l', '1.00', { kind: 'none' }),
    opening('k', '1.00'),
    opening('k', '2.00'),
    opening('m', '3.00'),
  ]
  const { outcomes } = await run((desk) => enterAll(desk, asks))
  const words = outcomes.map((outcome) =>
    'refused' in outcome ? (outcome.refused as HubError).detail.code : amountText(BigInt(outcome.done.amount)),
  )
  expect(words).toEqual(['1.00', 'no-such-account', '1.00', 'transfer-differs', '3.00'])
  await run((desk) => enter(desk, opening('k', '1.00')))
  expect(await balance('d')).toBe(40_000n)
  const lines = await database.read.selectFrom('journal').select('kind').where('tenant', '=', 'd').execute()
  expect(lines.map(({ kind }) => kind)).toEqual(['transfer-entered', 'transfer-entered'])
})

test('a transfer is taken back once, by another one', async () => {
  const run = moneyAt(database, 'b')
  const { transfer } = await run((desk) => enter(desk, opening('k', '12.50')))
  const less = await run((desk) => enter(desk, opening('l', '2.50', { kindOfEntry: 'adjustment', direction: 'less' })))
  expect(await balance('b')).toBe(100_000n)
  const back = () => run((desk) => reverse(desk, { id: transfer.id, businessDate: '2026-11-30', why: 'typed twice', actor: 'b' }))
  const { transfer: reversal } = await back()
  expect((await back()).transfer.id).toBe(reversal.id)
  expect([reversal.debit, reversal.credit, reversal.reverses, reversal.why]).toEqual([
    transfer.credit,
    transfer.debit,
    transfer.id,
    'typed twice',
  ])
  expect(await balance('b')).toBe(-25_000n)
  expect(await codeOf(run((desk) => reverse(desk, { id: reversal.id, businessDate: '2026-11-30', why: '', actor: 'b' })))).toBe(
    'is-reversal',
  )
  expect(await codeOf(run((desk) => reverse(desk, { id: 'none', businessDate: '2026-11-30', why: '', actor: 'b' })))).toBe(
    'unknown-transfer',
  )
  expect(less.transfer.kind).toBe('adjustment')
})

test('32 callers spend one deposit to exactly zero', async () => {
  const run = moneyAt(database, 'c')
  const [bank, available, frozen] = [
    { party: '', kind: 'bank' },
    { party: 'M', kind: 'available' },
    { party: 'M', kind: 'frozen' },
  ]
  const of = { book: 'deposit', owner: 'us', currency: 'CNY', businessDate: '2026-11-30', kind: 'test' }
  await run((desk) => post(desk, { actor: 'x', postings: [{ ...of, key: 'top', debit: bank, credit: available, amount: '100.00' }] }))
  const outcomes = await Promise.all(
    Array.from({ length: 32 }, async (_, caller) => {
      const done: string[] = []
      for (let n = 0; n < 5; n++) {
        const freeze = {
          actor: `c${caller}`,
          postings: [{ ...of, key: `f${caller}/${n}`, debit: available, credit: frozen, amount: '1.25' }],
        }
        for (let again = 0; again < 2; again++) {
          const [outcome] = await run((desk) => postGroups(desk, [freeze]))
          done.push(outcome?.kind ?? 'none')
        }
      }
      return done
    }),
  )
  const all = outcomes.flat()
  expect([all.filter((kind) => kind === 'posted').length, all.filter((kind) => kind === 'known').length]).toEqual([80, 80])
  expect(all.filter((kind) => kind === 'refused').length).toBe(160)
  expect(await balance('c', { ...of, party: 'M', kind: 'available' })).toBe(0n)
  expect(await balance('c', { ...of, party: 'M', kind: 'frozen' })).toBe(1_000_000n)
})

test('verify names a balance, an entry and a transfer that were changed behind the books, and mends what follows from entries', async () => {
  const kit = await openLedgerKit()
  try {
    const { database: store } = kit
    const run = moneyAt(store, 't')
    await run((desk) => enter(desk, opening('k', '10.00')))
    await run((desk) => enter(desk, opening('l', '5.00')))
    const found = async () => (await verify(store, 't')).differences
    expect(await found()).toEqual([])
    const id = accountId(payable)
    await store.write(async (tx) => {
      await tx.updateTable('account').set({ balance: -1n }).where('id', '=', id).execute()
    })
    const wrong = await found()
    expect(wrong.map(({ table, key }) => `${table} ${key}`)).toEqual(['account payable/payable of S (CNY)', 'book payable/us (CNY)'])
    await kit.work((books) => mend(books, wrong))
    expect(await found()).toEqual([])
    await store.write(async (tx) => {
      await tx.updateTable('entry').set({ amount: -60_000n }).where('account', '=', id).where('seq', '=', 2).execute()
    })
    const torn = await found()
    expect(torn.map(({ key }) => key)).toEqual(['payable/payable of S (CNY)'])
    expect(JSON.parse(torn[0]?.computed ?? '')).toEqual({ balance: '-16.00', entries: 2, last: 2, torn: 1, stray: 1 })
    await kit.work((books) => mend(books, torn))
    expect((await found()).length).toBe(1)
    await store.write(async (tx) => {
      await tx.deleteFrom('entry').where('account', '=', id).where('seq', '=', 2).execute()
    })
    expect((await found()).map(({ key }) => key)).toEqual(['payable/payable of S (CNY)', 'entries'])
  } finally {
    await kit.database.close()
  }
})
