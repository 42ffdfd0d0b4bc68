import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestStore } from '../testing/test-store.ts'
import { lastEntryBy } from './account-page.ts'
import type { Database } from './database.ts'
import { insertMany } from './insert-many.ts'

let database: Database
beforeAll(async () => {
  database = await openTestStore()
})
afterAll(() => database.close())

test('the last entry by a time is found among none, one and many, and of several at one time it is the last', async () => {
  const tenant = 't'
  for (const count of [0, 1, 2, 3, 4, 7, 8, 9, 33]) {
    const account = `a${count}`
    const names = { book: 'deposit', owner: 'us', party: 'M1', kind: 'available', currency: 'CNY' }
    // pairs at one time: 10, 10, 20, 20, 30 …
    const timeOf = (seq: number) => Math.ceil(seq / 2) * 10
    const common = { tenant, account, amount: 1n, kind: 'top-up', business_date: '2026-11-30', period: '2026-11' }
    const entries = Array.from({ length: count }, (_, i) => ({
      ...{ ...common, seq: i + 1, transfer: `x${i}`, balance: BigInt(i + 1), at: timeOf(i + 1) },
    }))
    await database.write(async (tx) => {
      const balance = { balance: BigInt(count), entries: count, floor: null, frozen: 0 as const, opened_at: 1, changed_at: 1 }
      await insertMany(tx, 'account', [{ tenant, id: account, ...names, ...balance }])
      await insertMany(tx, 'entry', entries)
    })
    for (let at = 0; at <= timeOf(count) + 10; at += 5) {
      const found = await lastEntryBy(database.read, tenant, account, at)
      expect([count, at, found?.seq]).toEqual([count, at, entries.findLast((entry) => entry.at <= at)?.seq])
    }
  }
  expect(await lastEntryBy(database.read, tenant, 'nobody', 100)).toBeUndefined()
})
