import { afterAll, beforeAll, expect, test } from 'vitest'
import { verify } from '../ledger/verify.ts'
import type { JsonObject } from '../model/json.ts'
import { seedMerchants } from './test-deposits.ts'
import { type Asked, openTestHub, type TestHub, tenant } from './test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  const types = ['party', 'payment', 'sales-order', 'deposit-change']
  hub = await openTestHub({ schemas: new Map<string, JsonObject>(types.map((type) => [`${type}@1`, {}])) })
  await seedMerchants(hub)
})
afterAll(() => hub.close())

const of = { merchant: 'M-A', currency: 'CNY', why: 'race' }
/** Asks again as long as the answer says to, as a caller would. */
async function until(ask: () => Promise<Asked>): Promise<Asked> {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await ask()
    if (answer.status !== 503) return answer
  }
  throw new Error('asked too often')
}
const orderOf = (key: string): JsonObject => ({
  ...{ number: key, status: 'open', placedAt: '2026-11-23T09:00:00.000Z', issueDate: '2026-11-23', currency: 'CNY', taxBasis: 'none' },
  seller: { ref: { type: 'party', key: 'M-A' }, name: 'M-A' },
  lines: [{ key: '1', product: { sku: 'A' }, name: 'A', quantity: '1', unit: 'EA', unitPrice: '2.50', lineAmount: '2.50' }],
  totals: { linesTotal: '2.50', grandTotal: '2.50' },
})

test('32 callers place orders and withdraw over HTTP, each asks twice, and by what they were told one deposit is spent to exactly zero', {
  timeout: 120_000,
}, async () => {
  const post = (path: string, json: JsonObject, key: string) =>
    until(() => hub.ask('POST', `/v1/deposits${path}`, { json: { ...of, ...json }, headers: { 'idempotency-key': key } }))
  expect((await post('/changes', { number: 'T', kind: 'terms', owner: 'us' }, 'terms')).status).toBeLessThan(300)
  expect((await post('/top-ups', { number: 'U', amount: '100.00' }, 'top-up')).status).toBeLessThan(300)
  const told = await Promise.all(
    Array.from({ length: 32 }, async (_, caller) => {
      const key = `hub/c${caller}`
      const place = () =>
        until(() =>
          hub.ask('PUT', '/v1/documents/sales-order/one', {
            json: { key, document: orderOf(`c${caller}`) },
            headers: { 'idempotency-key': `place-${caller}` },
          }),
        )
      const withdraw = () => post('/changes', { number: `W${caller}`, kind: 'withdrawal', amount: '2.50' }, `withdraw-${caller}`)
      // the first answer is lost on the way: the same is asked once more
      const first = [await place(), await withdraw()]
      const again = [await place(), await withdraw()]
      return { key, statuses: [first[0]?.status, again[0]?.status], withdrawals: [first[1], again[1]].map((answer) => answer as Asked) }
    }),
  )
  expect(told.flatMap(({ statuses }) => statuses).filter((status) => status !== 200 && status !== 201)).toEqual([])
  const refused = told.flatMap(({ withdrawals }) => withdrawals).filter(({ status }) => status >= 300)
  for (const { status, json } of refused) expect([status, json.type]).toEqual([409, 'urn:crossdock:problem:not-enough-money'])
  const withdrawn = told.filter(({ withdrawals }) => withdrawals.some(({ status }) => status < 300))
  // who was told that it is done is told the same again
  for (const { withdrawals } of withdrawn)
    if ((withdrawals[0]?.status ?? 0) < 300) expect(withdrawals[1]?.json).toEqual(withdrawals[0]?.json)
  const funds = await Promise.all(told.map(async ({ key }) => (await hub.ask('GET', `/v1/orders/one?key=${key}`)).json.funds as JsonObject))
  const funded = funds.filter(({ state }) => state === 'frozen')
  expect(funds.length - funded.length).toBe(funds.filter(({ state, why }) => state === 'awaiting_funds' && why === 'funds').length)
  expect(funded.length + withdrawn.length).toBe(40)
  const [deposit] = (await hub.ask('GET', '/v1/deposits/one?merchant=M-A')).json.items as readonly JsonObject[]
  expect(deposit).toMatchObject({ available: '0.00', frozen: (funded.length * 2.5).toFixed(2) })
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
})
