import { afterAll, beforeAll, expect, test } from 'vitest'
import { allot } from '../ledger/numbers/allot.ts'
import { historyOf } from '../ledger/numbers/history.ts'
import { numbersAt } from '../ledger/numbers/numbers-bed.ts'
import { putScheme } from '../ledger/numbers/put-scheme.ts'
import { defaultScheme } from '../ledger/numbers/scheme.ts'
import { complete, release } from '../ledger/numbers/settle.ts'
import { verify } from '../ledger/verify.ts'
import type { Removed } from '../store/aged.ts'
import type { Database } from '../store/database.ts'
import { listDecisions } from '../store/number-count.ts'
import { removeNumberDecisions, removeNumberRequests } from '../store/number-retention.ts'
import { findNumber } from '../store/order-number.ts'
import { openTestStore } from '../testing/test-store.ts'

const day = 86_400_000
const tenant = 't'
let now = Date.parse('2026-11-30T15:00:00Z')
let database: Database
beforeAll(async () => {
  database = await openTestStore({ now: () => now })
})
afterAll(() => database.close())

/** Everything that is older than some days, three rows a transaction. */
async function remove(days: number): Promise<number> {
  let rows = 0
  let next: string | undefined = ''
  while (next !== undefined) {
    const place = { before: now - days * day, after: next, limit: 3 }
    const done: Removed = await database.write((tx) => removeNumberRequests(tx, tenant, place))
    rows += done.rows
    next = done.next
  }
  await database.write((tx) => removeNumberDecisions(tx, tenant, { before: now - days * day, after: '', limit: 100 }))
  return rows
}

test('requests that are over go with their histories, and the book stays; those that hold a number stay, and are answered the same', async () => {
  const run = numbersAt(database, tenant)
  const ask = (request: string, count = 1) =>
    run((desk) => allot(desk, { scheme: 'web', request, holder: 'shop', count, leaseMs: 90 * day }))
  await run((desk) => putScheme(desk, 'web', { ...defaultScheme, format: 'W{seq:6}', low: 4, high: 10, exposed: false }, undefined))
  for (const name of ['r1', 'r2', 'r3', 'r4', 'r5']) await ask(name)
  const [kept] = (await ask('held', 2)).numbers
  const [one = ''] = (await ask('done')).numbers
  await run((desk) => complete(desk, { scheme: 'web', request: 'done', items: [{ number: one, amount: '12.50' }] }))
  for (const name of ['r1', 'r2', 'r3', 'r4', 'r5']) await run((desk) => release(desk, { scheme: 'web', request: name }))
  now += 40 * day
  const young = await ask('young')
  expect(await remove(60)).toBe(0)
  expect((await ask('r1')).repeated).toBe(true)
  expect(await remove(30)).toBe(6)
  const left = await database.read.selectFrom('number_request').select('request').orderBy('request').execute()
  expect(left.map(({ request }) => request)).toEqual(['held', 'young'])
  expect(await ask('held', 2)).toMatchObject({ repeated: true })
  expect((await ask('young')).numbers).toEqual(young.numbers)
  expect(await findNumber(database.read, tenant, 'web', one)).toMatchObject({ state: 'consumed', request: 'done', events: 2 })
  const history = async (number = '') =>
    historyOf(database.read, (await findNumber(database.read, tenant, 'web', number)) ?? expect.fail(), 10)
  expect((await history(one)).map(({ seq, state }) => [seq, state])).toEqual([[2, 'consumed']])
  expect(await history(kept)).toHaveLength(1)
  expect((await ask('done')).numbers).not.toContain(one)
  expect((await listDecisions(database.read, tenant, 'web', { limit: 10 })).map(({ kind }) => kind)).toContain('settings')
  expect((await verify(database, tenant)).differences).toEqual([])
})
