import { afterAll, beforeAll, expect, test } from 'vitest'
import { isHubError, recoveryOf } from '../../model/errors.ts'
import type { Database } from '../../store/database.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { openLedgerKit, saleLine } from '../ledger-kit.ts'
import { verify } from '../verify.ts'
import { openDepositBed, order, topUp } from './deposit-bed.ts'

let database: Database
beforeAll(async () => {
  database = await openTestStore()
})
afterAll(() => database.close())

test('32 callers place orders and withdraw from one deposit, each asks twice, and it is spent to exactly zero', async () => {
  const bed = await openDepositBed(await openLedgerKit({ database, tenant: 'race' }))
  await bed.kit.apply(topUp('t1', '100.00'))
  /** Asks again as long as the answer is that it should be. */
  const until = async (work: () => Promise<unknown>): Promise<string> => {
    for (let tries = 0; tries < 50; tries++)
      try {
        await work()
        return 'done'
      } catch (error) {
        if (!isHubError(error)) throw error
        if (recoveryOf(error) !== 'retry') return error.detail.code
      }
    throw new Error('asked too often')
  }
  const answers = await Promise.all(
    Array.from({ length: 32 }, async (_, caller) => {
      const line = saleLine('1', 'A', '1', { unitPrice: '2.50', lineAmount: '2.50' })
      const placed = order(`c${caller}`, [line], { totals: { linesTotal: '2.50', grandTotal: '2.50' } })
      const spend = () => bed.change({ number: `w${caller}`, kind: 'withdrawal', amount: '2.50' })
      // the first answer is lost on the way: the same is asked once more
      const both = [await until(() => bed.kit.apply(placed)), await until(spend)]
      await until(() => bed.kit.apply(placed))
      return [...both, await until(spend)]
    }),
  )
  const rows = await database.read.selectFrom('deposit_order').selectAll().where('tenant', '=', 'race').execute()
  const funded = rows.filter(({ why }) => why === '')
  const withdrawn = answers.filter(([, , again]) => again === 'done').length
  expect(rows.length).toBe(32)
  expect(answers.flat().filter((word) => word !== 'done' && word !== 'not-enough-money')).toEqual([])
  expect(funded.length + withdrawn).toBe(40)
  expect(await bed.balance()).toEqual({ available: 0n, frozen: BigInt(funded.length) * 25_000n })
  expect((await verify(database, 'race')).differences).toEqual([])
})
