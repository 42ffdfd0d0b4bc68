import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertTransfers } from '../../store/account.ts'
import type { Database } from '../../store/database.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { accountId, natural } from './account.ts'
import { moneyAt } from './money-bed.ts'
import { type Outcome, post, postGroups } from './post.ts'
import { type Meant, postMeant } from './post-meant.ts'
import type { Posting } from './posting.ts'

let database: Database
beforeAll(async () => {
  database = await openTestStore()
})
afterAll(() => database.close())

const money = (key: string, from: Posting['credit'], to: Posting['debit'], amount: string, more: Partial<Posting> = {}): Posting => ({
  ...{ key, book: 'deposit', owner: 'us', currency: 'CNY', debit: to, credit: from, amount, kind: 'test', businessDate: '2026-11-30' },
  ...more,
})
const bank = { party: '', kind: 'bank' }
const available = (party: string) => ({ party, kind: 'available' })
const frozen = (party: string) => ({ party, kind: 'frozen' })
const topUp = (key: string, party: string, amount: string) => money(key, available(party), bank, amount)
const freeze = (key: string, party: string, amount: string) => money(key, frozen(party), available(party), amount)

const state = async (tenant: string) => ({
  accounts: await database.read.selectFrom('account').selectAll().where('tenant', '=', tenant).orderBy('id').execute(),
  entries: await database.read.selectFrom('entry').selectAll().where('tenant', '=', tenant).orderBy('account').orderBy('seq').execute(),
  transfers: await database.read.selectFrom('transfer').selectAll().where('tenant', '=', tenant).orderBy('id').execute(),
})
const code = (outcome: Outcome | undefined) => (outcome?.kind === 'refused' ? outcome.error.detail.code : outcome?.kind)
const balanceOf = async (tenant: string, party: string, kind: string, book = 'deposit') => {
  const { accounts } = await state(tenant)
  const row = accounts.find(({ id }) => id === accountId({ book, owner: 'us', party, kind, currency: 'CNY' }))
  return row === undefined ? 0n : natural(row)
}

test('a deposit is never spent twice, and a refusal has the arithmetic', async () => {
  const run = moneyAt(database, 'a')
  const outcomes = await run((desk) =>
    postGroups(desk, [
      { actor: 'x', postings: [topUp('t1', 'M', '100.00')] },
      { actor: 'x', postings: [freeze('f1', 'M', '70.00')] },
      { actor: 'x', postings: [freeze('f2', 'M', '30.01')] },
      { actor: 'x', postings: [freeze('f3', 'M', '30.00')] },
      { actor: 'x', postings: [freeze('f1', 'M', '70.00')] },
      { actor: 'x', postings: [freeze('f1', 'M', '71.00')] },
    ]),
  )
  expect(outcomes.map(code)).toEqual(['posted', 'posted', 'not-enough-money', 'posted', 'known', 'transfer-differs'])
  expect((outcomes[2] as { error: Error }).error.message).toBe(
    'deposit/available of M (CNY): 30.00 is there, 30.01 is asked, 0.00 has to stay: 0.01 is missing. Nothing was moved',
  )
  await expect(run((desk) => post(desk, { actor: 'x', postings: [freeze('f9', 'M', '0.01')] }))).rejects.toThrow('0.01 is missing')
  expect(await balanceOf('a', 'M', 'available')).toBe(0n)
  expect(await balanceOf('a', 'M', 'frozen')).toBe(1_000_000n)
})

test('who asks for another transfer under a key that is taken hears what stands, also from another account', async () => {
  const run = moneyAt(database, 'taken')
  await run((desk) => post(desk, { actor: 'x', postings: [topUp('t1', 'M', '10.00')] }))
  await expect(run((desk) => post(desk, { actor: 'x', postings: [topUp('t1', 'N', '10.00')] }))).rejects.toThrow(
    'transfer t1 was posted before and was another one: 10.00 CNY (test) of 2026-11-30, debit deposit/bank (CNY), credit deposit/available of M (CNY). Give what is new a key of its own',
  )
  // what is refused leaves nothing, also where others of its transaction go through
  const outcomes = await run((desk) =>
    postGroups(desk, [
      { actor: 'x', postings: [topUp('t1', 'N', '10.00')] },
      { actor: 'x', postings: [freeze('f1', 'O', '1.00')] },
      { actor: 'x', postings: [freeze('f2', 'M', '1.00')] },
    ]),
  )
  expect(outcomes.map(code)).toEqual(['transfer-differs', 'not-enough-money', 'posted'])
  expect(new Set((await state('taken')).accounts.map(({ party }) => party))).toEqual(new Set(['', 'M']))
})

test('who was slower with a key runs again, and sees what stands', async () => {
  const run = moneyAt(database, 'slow')
  await run((desk) => post(desk, { actor: 'x', postings: [topUp('t1', 'M', '10.00')] }))
  const { transfers } = await state('slow')
  const late = run(({ tx, newId }) =>
    insertTransfers(
      tx,
      transfers.map((row) => ({ ...row, id: newId(), credit: 'other' })),
      [],
    ),
  )
  await expect(late).rejects.toMatchObject({ detail: { code: 'transfer-race', recovery: 'retry' } })
})

test('two that post one key at once with other accounts and amounts: one is done, the other is refused', async () => {
  const run = moneyAt(database, 'race')
  const all = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const both = ['M', 'N'].map((side, place) =>
        run((desk) => postGroups(desk, [{ actor: 'x', postings: [topUp(`k${n}`, `${side}${n}`, `${place + 1}.00`)] }])),
      )
      return (await Promise.all(both)).map(([outcome]) => code(outcome)).sort()
    }),
  )
  expect(all).toEqual(all.map(() => ['posted', 'transfer-differs']))
  expect((await state('race')).transfers.length).toBe(20)
})

test('a group happens as a whole; facts are posted below the floor, and nobody takes more from there', async () => {
  const run = moneyAt(database, 'b')
  const outcomes = await run((desk) =>
    postGroups(desk, [
      { actor: 'x', postings: [topUp('t1', 'M', '10.00'), freeze('f1', 'M', '10.01')] },
      { actor: 'x', forced: true, postings: [freeze('f2', 'M', '5.00')] },
      { actor: 'x', postings: [freeze('f3', 'M', '0.01')] },
      { actor: 'x', postings: [topUp('t2', 'M', '2.00')] },
    ]),
  )
  expect(outcomes.map(code)).toEqual(['not-enough-money', 'posted', 'not-enough-money', 'posted'])
  expect(await balanceOf('b', 'M', 'available')).toBe(-30_000n)
})

test.each([
  ['no-amount', { amount: '0.00' }],
  ['no-amount', { amount: '-1.00' }],
  ['bad-decimal', { amount: '1.001' }],
  ['unknown-currency', { currency: 'ABC' }],
  ['no-such-account', { book: 'none' }],
  ['no-such-account', { debit: { party: '', kind: 'cash' } }],
  ['no-party', { debit: { party: 'M', kind: 'bank' } }],
  ['same-account', { debit: { party: 'M', kind: 'available' } }],
  ['bad-date', { businessDate: '30.11.2026' }],
  ['bad-key', { key: '' }],
] as const)('%s: %j is refused and leaves nothing', async (word, more) => {
  const [outcome] = await moneyAt(
    database,
    'c',
  )((desk) => postGroups(desk, [{ actor: 'x', postings: [{ ...topUp('k', 'M', '1.00'), ...more }] }]))
  expect(code(outcome)).toBe(word)
  expect(await state('c')).toEqual({ accounts: [], entries: [], transfers: [] })
})

test('whatever is posted in whatever batches, every book sums to zero and every balance is the sum of its entries', async () => {
  const wish = fc.record({
    key: fc.integer({ min: 0, max: 15 }),
    party: fc.constantFrom('M', 'N'),
    what: fc.constantFrom('top-up', 'freeze', 'release', 'withdraw'),
    amount: fc.integer({ min: 1, max: 300 }),
    forced: fc.boolean(),
  })
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(wish, { maxLength: 8 }), { maxLength: 4 }), async (batches) => {
      const tenant = `law${round++}`
      const model = new Map<string, number>()
      const done = new Map<number, string>()
      for (const batch of batches) {
        const groups = batch.map(({ key, party, what, amount, forced }) => {
          const ends = {
            'top-up': [available(party), bank],
            freeze: [frozen(party), available(party)],
            release: [available(party), frozen(party)],
            withdraw: [bank, available(party)],
          }[what] as [Posting['credit'], Posting['debit']]
          return { actor: 'x', forced, postings: [money(`k${key}`, ends[0], ends[1], `${amount}.00`, { kind: what })] }
        })
        const outcomes = await moneyAt(database, tenant)((desk) => postGroups(desk, groups))
        for (const [place, { key, party, what, amount, forced }] of batch.entries()) {
          const content = `${party} ${what} ${amount}`
          const known = done.get(key)
          const from = what === 'release' ? `${party}/frozen` : what === 'top-up' ? 'bank' : `${party}/available`
          const to = what === 'freeze' ? `${party}/frozen` : what === 'withdraw' ? 'bank' : `${party}/available`
          const left = (model.get(from) ?? 0) - amount
          const expected =
            known !== undefined
              ? known === content
                ? 'known'
                : 'transfer-differs'
              : forced || from === 'bank' || left >= 0
                ? 'posted'
                : 'not-enough-money'
          expect(code(outcomes[place])).toBe(expected)
          if (expected !== 'posted') continue
          done.set(key, content)
          model.set(from, left)
          model.set(to, (model.get(to) ?? 0) + amount)
        }
      }
      const { accounts, entries, transfers } = await state(tenant)
      expect(accounts.reduce((sum, { balance }) => sum + BigInt(balance), 0n)).toBe(0n)
      expect(transfers.length).toBe(done.size)
      for (const account of accounts) {
        const own = entries.filter((entry) => entry.account === account.id)
        expect(own.map(({ seq }) => seq)).toEqual(own.map((_, place) => place + 1))
        expect(own.reduce((sum, { amount }) => sum + BigInt(amount), 0n)).toBe(BigInt(account.balance))
        if (account.party !== '') expect(natural(account)).toBe(BigInt(model.get(`${account.party}/${account.kind}`) ?? 0) * 10_000n)
      }
    }),
    { numRuns: 40 },
  )
})

test('whatever documents meant before, the books say what they mean now, by counter-entries only', async () => {
  const line = fc.record({
    key: fc.constantFrom('r1', 'r2'),
    line: fc.constantFrom('1', '2'),
    supplier: fc.constantFrom('S', 'T'),
    amount: fc.integer({ min: 0, max: 50 }),
  })
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(line, { maxLength: 5 }), { minLength: 1, maxLength: 5 }), async (versions) => {
      const tenant = `meant${round++}`
      let last = new Map<string, bigint>()
      let posted = 0
      for (const version of versions) {
        const meant: Meant[] = version
          .filter(({ amount }) => amount > 0)
          .map(({ key, line, supplier, amount }) => ({
            ...{ book: 'payable', owner: 'us', currency: 'CNY', kind: 'goods', businessDate: '2026-11-30', amount: `${amount}.00` },
            ...{ debit: { party: '', kind: 'goods' }, credit: { party: supplier, kind: 'payable' } },
            ref: { type: 'goods-receipt', key, line },
          }))
        await moneyAt(database, tenant)((desk) => postMeant(desk, 'goods-receipt', ['r1', 'r2'], meant, 'hub'))
        const again = await moneyAt(database, tenant)((desk) => postMeant(desk, 'goods-receipt', ['r1', 'r2'], meant, 'hub'))
        expect(again).toEqual([])
        last = new Map()
        for (const { supplier, amount } of version) last.set(supplier, (last.get(supplier) ?? 0n) + BigInt(amount) * 10_000n)
        const { transfers } = await state(tenant)
        expect(transfers.length).toBeGreaterThanOrEqual(posted)
        posted = transfers.length
      }
      for (const supplier of ['S', 'T']) expect(await balanceOf(tenant, supplier, 'payable', 'payable')).toBe(last.get(supplier) ?? 0n)
      const { accounts } = await state(tenant)
      expect(accounts.reduce((sum, { balance }) => sum + BigInt(balance), 0n)).toBe(0n)
    }),
    { numRuns: 40 },
  )
})
