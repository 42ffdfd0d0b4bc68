import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../store/database.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { openLedgerKit, ref, refund, saleLine } from '../ledger-kit.ts'
import { verify } from '../verify.ts'
import { decideChange } from './change.ts'
import { author, type DepositBed, fits, openDepositBed, order, sent, topUp } from './deposit-bed.ts'
import { topUpDeposit } from './top-up.ts'

let database: Database
beforeAll(async () => {
  database = await openTestStore()
})
afterAll(() => database.close())

let tenants = 0
const open = async (): Promise<DepositBed> => openDepositBed(await openLedgerKit({ database, tenant: `d${tenants++}` }))
const yuan = (amount: number): bigint => BigInt(Math.round(amount * 10_000))
const rowOf = ({ kit }: DepositBed, key: string) =>
  database.read.selectFrom('deposit_order').selectAll().where('tenant', '=', kit.tenant).where('key', '=', `shop/${key}`).executeTakeFirst()
const findings = async ({ kit }: DepositBed) =>
  (
    await database.read
      .selectFrom('finding')
      .selectAll()
      .where('tenant', '=', kit.tenant)
      .where('state', '=', 'open')
      .orderBy('key')
      .execute()
  ).map(({ code, key, detail }) => ({ code, key, detail: JSON.parse(detail) }))
const kinds = async ({ kit }: DepositBed) =>
  (await database.read.selectFrom('journal').select(['kind', 'key']).where('tenant', '=', kit.tenant).orderBy('id').execute())
    .filter(({ kind }) => /^(order-(funded|awaiting-funds)|deposit-low)$/.test(kind))
    .map(({ kind, key }) => `${kind} ${key}`)

test('an order waits for the money of its merchant, and goes when it comes', async () => {
  const bed = await open()
  await bed.kit.apply(
    order('1', [saleLine('1', 'A', '3')], {
      charges: [{ kind: 'shipping', amount: '5.50' }],
      totals: { linesTotal: '30.00', chargeTotal: '5.50', grandTotal: '35.50' },
    }),
  )
  expect(await bed.balance()).toEqual({ available: 0n, frozen: 0n })
  expect(await findings(bed)).toEqual([
    {
      code: 'awaiting-funds',
      key: 'shop/1',
      detail: { merchant: 'M1', currency: 'CNY', cost: '35.50', frozen: '0.00', missing: '35.50', why: 'funds' },
    },
  ])
  await bed.kit.apply(topUp('t1', '35.49'))
  expect(await bed.balance()).toEqual({ available: yuan(35.49), frozen: 0n })
  await bed.kit.apply(topUp('t2', '0.01'))
  expect(await bed.balance()).toEqual({ available: 0n, frozen: yuan(35.5) })
  expect(await findings(bed)).toEqual([])
  expect(await kinds(bed)).toEqual(['order-awaiting-funds shop/1', 'order-funded shop/1'])
  await bed.kit.apply(sent('s1', '1', [['1', 'A', '1']]))
  expect(await rowOf(bed, '1')).toMatchObject({ captured: Number(yuan(11.83)) })
  await bed.kit.apply(sent('s2', '1', [['1', 'A', '2']]))
  expect(await bed.balance()).toEqual({ available: 0n, frozen: 0n })
  await bed.kit.apply(
    refund('shop', 'r1', '1', '10.00', [
      { orderLine: { key: '1' }, product: { ref: ref('product', 'erp', 'A') }, quantity: '1', unit: 'EA' },
    ]),
  )
  // the refund is in another currency of the buyer, the goods cost what they cost
  expect(await bed.balance()).toEqual({ available: yuan(10), frozen: 0n })
  expect((await verify(database, bed.kit.tenant)).differences).toEqual([])
})

test('no order overtakes an older one of its merchant', async () => {
  const bed = await open()
  const at = (minute: string) => ({ placedAt: `2026-11-23T09:${minute}:00.000Z` })
  await bed.kit.apply(topUp('t1', '15.00'))
  await bed.kit.apply(order('2', [saleLine('1', 'A', '2')], at('02')))
  await bed.kit.apply(order('3', [saleLine('1', 'A', '1')], at('03')))
  await bed.kit.apply(order('1', [saleLine('1', 'A', '1')], at('01')))
  expect(await bed.balance()).toEqual({ available: yuan(5), frozen: yuan(10) })
  expect((await rowOf(bed, '1'))?.why).toBe('')
  await bed.kit.apply(topUp('t2', '15.00'))
  expect((await rowOf(bed, '2'))?.why).toBe('')
  expect((await rowOf(bed, '3'))?.why).toBe('funds')
  await bed.kit.apply(order('2', [saleLine('1', 'A', '2')], { ...at('02'), status: 'cancelled' }))
  expect((await rowOf(bed, '3'))?.why).toBe('')
  expect(await bed.balance()).toEqual({ available: yuan(10), frozen: yuan(20) })
})

test('an order whose figures do not add up waits for that: nothing is frozen for it, others go, and mended it goes by its place', async () => {
  const bed = await open()
  const at = (minute: string, total: string) => ({
    placedAt: `2026-11-23T09:${minute}:00.000Z`,
    totals: { linesTotal: total, grandTotal: total },
  })
  await bed.kit.apply(topUp('t1', '15.00'))
  await bed.kit.apply(order('1', [saleLine('1', 'A', '1')], at('01', '11.00')))
  expect((await findings(bed)).filter(({ code }) => code === 'awaiting-funds')).toEqual([
    {
      code: 'awaiting-funds',
      key: 'shop/1',
      detail: { merchant: 'M1', currency: 'CNY', cost: '10.00', frozen: '0.00', missing: '10.00', why: 'does-not-foot' },
    },
  ])
  await bed.kit.apply(order('2', [saleLine('1', 'A', '1')], at('02', '10.00')))
  expect([(await rowOf(bed, '1'))?.why, (await rowOf(bed, '2'))?.why]).toEqual(['does-not-foot', ''])
  await bed.kit.apply(order('3', [saleLine('1', 'A', '1')], at('03', '10.00')))
  expect((await verify(database, bed.kit.tenant)).differences).toEqual([])
  await bed.kit.apply(order('1', [saleLine('1', 'A', '1')], at('01', '10.00')))
  expect([(await rowOf(bed, '1'))?.why, (await rowOf(bed, '3'))?.why]).toEqual(['funds', 'funds'])
  await bed.kit.apply(topUp('t2', '5.00'))
  expect([(await rowOf(bed, '1'))?.why, (await rowOf(bed, '3'))?.why]).toEqual(['', 'funds'])
  // what was frozen stays, and facts are posted all the same
  await bed.kit.apply(order('1', [saleLine('1', 'A', '2')], at('01', '21.00')))
  expect(await rowOf(bed, '1')).toMatchObject({ why: 'does-not-foot', frozen: Number(yuan(10)), need: Number(yuan(20)) })
  await bed.kit.apply(sent('s1', '1', [['1', 'A', '1']]))
  expect(await rowOf(bed, '1')).toMatchObject({ why: 'does-not-foot', frozen: Number(yuan(10)), captured: Number(yuan(10)) })
  await bed.kit.apply(sent('s2', '1', [['1', 'A', '1']]))
  expect(await rowOf(bed, '1')).toMatchObject({ why: '', captured: Number(yuan(20)) })
  expect((await verify(database, bed.kit.tenant)).differences).toEqual([])
})

test('figures that a person accepted hold nothing', async () => {
  const bed = await open()
  await bed.kit.apply(topUp('t1', '30.00'))
  const wrong = (more = {}) => order('1', [saleLine('1', 'A', '1')], { totals: { linesTotal: '11.00', grandTotal: '11.00' }, ...more })
  await bed.kit.apply(wrong())
  expect((await rowOf(bed, '1'))?.why).toBe('does-not-foot')
  const close = (accepted: 1 | null) =>
    database.write((tx) =>
      tx
        .updateTable('finding')
        .set({ state: 'closed', closed_at: 5, closed_by: 'anna', accepted })
        .where('tenant', '=', bed.kit.tenant)
        .where('code', '=', 'does-not-foot')
        .execute(),
    )
  await close(null)
  await bed.kit.apply(wrong({ note: 'the finding opens again' }))
  expect((await rowOf(bed, '1'))?.why).toBe('does-not-foot')
  await close(1)
  await bed.kit.apply(wrong({ note: 'it says the same' }))
  expect(await rowOf(bed, '1')).toMatchObject({ why: '', frozen: Number(yuan(10)) })
  expect((await verify(database, bed.kit.tenant)).differences).toEqual([])
})

test('a payment that was written down and is found by a poll later counts once, whichever comes first; one that bounced is taken back', async () => {
  for (const first of ['hub', 'bank']) {
    const bed = await open()
    const byHand = () =>
      bed.kit.work((books) =>
        topUpDeposit(books, { number: 'TU-1', merchant: 'M1', currency: 'CNY', amount: '50.00', reference: 'R-7', author }, fits),
      )
    if (first === 'hub') await byHand()
    await bed.kit.apply(topUp('t1', '50.00', { reference: 'R-7' }))
    if (first === 'bank') await expect(byHand()).rejects.toThrow('payment bank/t1 has the reference R-7 and counts already')
    expect(await bed.balance()).toEqual({ available: yuan(50), frozen: 0n })
    const [twice] = await findings(bed)
    if (first === 'hub') expect(twice).toMatchObject({ code: 'payment-twice', key: 'hub/TU-1', detail: { counted: 'bank/t1' } })
    await bed.kit.apply(order('1', [saleLine('1', 'A', '3')]), sent('s1', '1', [['1', 'A', '3']]))
    await bed.kit.apply(topUp('t1', '50.00', { reference: 'R-7', status: 'reversed' }))
    // what was written down by hand counts where the other does not
    expect(await bed.balance()).toEqual({ available: yuan(first === 'hub' ? 20 : -30), frozen: 0n })
    if (first === 'bank')
      expect(await findings(bed)).toMatchObject([
        { code: 'deposit-overdrawn', key: 'M1', detail: { available: '-30.00', missing: '30.00' } },
      ])
    expect((await verify(database, bed.kit.tenant)).differences).toEqual([])
  }
})

test('money of nobody, and in another currency, is told and never mixed', async () => {
  const bed = await open()
  await bed.kit.apply(topUp('t1', '10.00', { payer: { ref: { type: 'party', key: 'M2' } } }), topUp('t2', '7.00', { currency: 'USD' }))
  expect((await findings(bed)).map(({ code, key }) => `${code} ${key}`)).toEqual(['deposit-unknown bank/t1', 'deposit-currency bank/t2'])
  expect(await bed.balance('M1', 'CNY')).toEqual({ available: 0n, frozen: 0n })
  expect(await bed.balance('M1', 'USD')).toEqual({ available: yuan(7), frozen: 0n })
  await bed.kit.apply(order('1', [saleLine('1', 'A', '1')], { currency: 'EUR' }))
  expect((await rowOf(bed, '1'))?.why).toBe('currency')
  // a deposit that is made takes what came for it before
  await bed.change({ number: 'terms-2', kind: 'terms', merchant: 'M2', owner: 'us' })
  expect(await bed.balance('M2')).toEqual({ available: yuan(10), frozen: 0n })
  expect((await verify(database, bed.kit.tenant)).differences).toEqual([])
})

test('a credit line lets orders go below nothing while it holds, and no further', async () => {
  const bed = await open()
  const decide = (key: string) =>
    bed.kit.work((books) => decideChange(books, { key, to: 'approved', author: { actor: 'bert', why: null }, ownApproval: false }, fits))
  await bed.kit.apply(order('1', [saleLine('1', 'A', '2')]))
  await bed.change({ number: 'old', kind: 'credit-line', amount: '500.00', validTo: '2026-11-22' })
  await bed.change({ number: 'now', kind: 'credit-line', amount: '20.00', validFrom: '2026-11-23', validTo: '2026-11-23' })
  await decide('hub/old')
  expect((await rowOf(bed, '1'))?.why).toBe('funds')
  await decide('hub/now')
  expect(await bed.balance()).toEqual({ available: yuan(-20), frozen: yuan(20) })
  await bed.kit.apply(order('2', [saleLine('1', 'A', '1')]))
  expect((await rowOf(bed, '2'))?.why).toBe('funds')
})
