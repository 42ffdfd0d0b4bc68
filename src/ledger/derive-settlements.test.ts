import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, payment, record, refund, sale, saleLine } from './ledger-kit.ts'
import { payLine, payout, watch } from './ledger-kit-payouts.ts'
import type { Incoming } from './types.ts'
import { verify } from './verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await watch(kit)
  await kit.apply(...masterData)
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
})

const rows = () => kit.database.read.selectFrom('payout_line').selectAll().orderBy('key').orderBy('position').execute()
const verdicts = async () => (await rows()).map(({ verdict, detail }) => [verdict, JSON.parse(detail).reason])
const lineDetail = async (position = 0): Promise<JsonObject> => JSON.parse((await rows())[position]?.detail ?? '{}')
const head = async (key = 'shop-us/P') => {
  const [row] = await kit.database.read.selectFrom('payout').selectAll().where('key', '=', key).execute()
  const text = (value: unknown) => (Number(value) / 1e4).toFixed(2)
  return row && [row.verdict, text(row.total), text(row.matched), text(row.unmatched), text(row.unjudged), row.differing]
}
const settlement = async (order = '7') => {
  const [row] = await kit.database.read.selectFrom('settlement').selectAll().where('key', '=', `shop-us/${order}`).execute()
  return row && [row.state, ...[row.captured, row.subsidy, row.refunded, row.settled, row.open].map((value) => Number(value) / 1e4)]
}
const open = async () =>
  (await kit.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('code').execute()).map(({ code, key }) => [
    code,
    key,
  ])
const order = (key: string, amount: string, more: JsonObject = {}): readonly Incoming[] => [
  sale('shop-us', key, [saleLine('1', 'A', '1', { lineAmount: amount, unitPrice: amount })], {
    totals: { linesTotal: amount, grandTotal: amount },
    ...more,
  }),
  payment('shop-us', key, amount),
]
/** A platform that bears 5.00 of an order of 100.00: the buyer paid 95.00. */
const shared = (): readonly Incoming[] => [
  sale('shop-us', '7', [saleLine('1', 'A', '10')], {
    discounts: [{ amount: '5.00', fundedBy: 'platform' }],
    totals: { linesTotal: '100.00', discountTotal: '5.00', grandTotal: '95.00' },
  }),
  payment('shop-us', '7', '95.00'),
]

test('a sale less its fee is matched to the penny, and its order is settled', async () => {
  await kit.apply(...order('7', '100.00'))
  expect(await settlement()).toEqual(['open', 100, 0, 0, 0, 100])
  await kit.apply(payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' })]))
  expect(await head()).toEqual(['matched', '96.80', '96.80', '0.00', '0.00', 0])
  expect(await settlement()).toEqual(['settled', 100, 0, 0, 100, 0])
  expect(await open()).toEqual([])
})

test('what the platform funds is due beside what the buyer paid, in one line or in its own', async () => {
  await kit.apply(...shared())
  expect(await settlement()).toEqual(['open', 95, 5, 0, 0, 100])
  await kit.apply(payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' })]))
  expect([await head(), await settlement()]).toEqual([
    ['matched', '96.80', '96.80', '0.00', '0.00', 0],
    ['settled', 95, 5, 0, 100, 0],
  ])
  await kit.apply(payout('P', [payLine('sale', '7', '95.00', { fee: '3.06' }), payLine('discount-subsidy', '7', '5.00')]))
  expect([await verdicts(), await settlement()]).toEqual([
    [
      ['matched', undefined],
      ['matched', undefined],
    ],
    ['settled', 95, 5, 0, 100, 0],
  ])
  expect((await lineDetail()).discounts).toEqual({ platform: '5.00' })
})

test('a subsidy that was not paid stays open, and says so', async () => {
  await kit.apply(...shared(), payout('P', [payLine('sale', '7', '95.00', { fee: '3.06' })]))
  expect([await verdicts(), await settlement()]).toEqual([[['matched', 'subsidy-to-come']], ['open', 95, 5, 0, 95, 5]])
})

test('a difference is told with its arithmetic', async () => {
  await kit.apply(...order('7', '100.00'), payout('P', [payLine('sale', '7', '99.99', { fee: '3.20' })]))
  expect(await verdicts()).toEqual([['amount-differs', 'less-than-due']])
  expect(await lineDetail()).toMatchObject({ expected: '100.00', found: '99.99', difference: '-0.01', buyerPaid: '100.00' })
  expect(await head()).toEqual(['differs', '96.79', '0.00', '96.79', '0.00', 1])
  expect(await open()).toEqual([['payout-amount-differs', 'shop-us/P']])
})

test('a fee beyond the tolerance differs, one within does not', async () => {
  await kit.apply(...order('7', '100.00'), payout('P', [payLine('sale', '7', '100.00', { fee: '3.22' })]))
  expect(await verdicts()).toEqual([['fee-differs', 'fee-not-agreed']])
  expect(await lineDetail()).toMatchObject({ feeExpected: '3.20', feeFound: '3.22', feeDifference: '0.02', percent: '2.9', fixed: '0.30' })
  await kit.apply(payout('P', [payLine('sale', '7', '100.00'), payLine('commission', '7', '3.21')]))
  expect(await verdicts()).toEqual([
    ['matched', undefined],
    ['matched', undefined],
  ])
  await kit.apply(payout('P', [payLine('sale', '7', '100.00')]))
  expect(await verdicts()).toEqual([['fee-differs', 'fee-not-agreed']])
})

test('an order that is paid in a second payout is paid twice; one that came first may be either', async () => {
  const line = payLine('sale', '7', '100.00', { fee: '3.20' })
  await kit.apply(payout('Q', [line], { paidAt: '2026-11-26T06:00:00.000Z' }), ...order('7', '100.00'), payout('P', [line]))
  expect(await verdicts()).toEqual([
    ['matched', undefined],
    ['paid-twice', 'paid-before'],
  ])
  expect(await settlement()).toEqual(['over', 100, 0, 0, 200, -100])
  await kit.apply(payout('P', [line], { status: 'failed' }))
  expect(await verdicts()).toEqual([
    ['void', 'payout-not-paid'],
    ['matched', undefined],
  ])
  expect([await head(), await settlement(), await open()]).toEqual([
    ['void', '96.80', '0.00', '0.00', '96.80', 0],
    ['settled', 100, 0, 0, 100, 0],
    [],
  ])
})

test('orders nobody knows, and lines without one', async () => {
  await kit.apply(
    payout('P', [
      payLine('sale', '7', '100.00'),
      payLine('sale', undefined, '1.00'),
      payLine('fee', undefined, '2.00'),
      payLine('reserve', undefined, '-3.00'),
    ]),
  )
  expect(await verdicts()).toEqual([
    ['missing-order', 'order-unknown'],
    ['missing-order', 'order-unnamed'],
    ['unjudged', 'of-the-account'],
    ['unjudged', 'of-the-account'],
  ])
  expect([await head(), await open()]).toEqual([
    ['differs', '102.00', '0.00', '101.00', '1.00', 2],
    [['payout-missing-order', 'shop-us/P']],
  ])
  await kit.apply(...order('7', '100.00'))
  expect((await verdicts())[0]).toEqual(['fee-differs', 'fee-not-agreed'])
})

test('money of an order that never said it was paid: the order is to be read again, and then it matches', async () => {
  const [unpaid, paid] = order('7', '100.00')
  await kit.apply(unpaid as Incoming, payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' })]))
  expect([await verdicts(), await open()]).toEqual([
    [['not-captured', 'never-captured']],
    [
      ['payout-not-captured', 'shop-us/7'],
      ['payout-unpaid-order', 'shop-us/P'],
    ],
  ])
  await kit.apply(paid as Incoming)
  expect([await head(), await open()]).toEqual([['matched', '96.80', '96.80', '0.00', '0.00', 0], []])
})

describe('money back', () => {
  test('is held against the refunds of the order', async () => {
    await kit.apply(...order('7', '100.00'), refund('shop-us', 'r', '7', '30.00'))
    expect(await settlement()).toEqual(['open', 100, 0, 30, 0, 70])
    await kit.apply(payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' }), payLine('refund', '7', '30.00')]))
    expect([await head(), await settlement()]).toEqual([
      ['matched', '66.80', '66.80', '0.00', '0.00', 0],
      ['settled', 100, 0, 30, 70, 0],
    ])
  })

  test('that the ledger does not know, twice, or beyond the payment', async () => {
    await kit.apply(
      ...order('7', '100.00'),
      payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' }), payLine('refund', '7', '30.00'), payLine('chargeback', '7', '100.01')]),
    )
    expect((await verdicts()).slice(1)).toEqual([
      ['amount-differs', 'refund-unknown'],
      ['amount-differs', 'beyond-the-payment'],
    ])
    await kit.apply(
      refund('shop-us', 'r', '7', '30.00'),
      payout('Q', [payLine('refund', '7', '30.00')], { paidAt: '2026-11-28T06:00:00.000Z' }),
    )
    expect((await verdicts()).slice(1)).toEqual([
      ['matched', undefined],
      ['amount-differs', 'beyond-the-payment'],
      ['paid-twice', 'taken-before'],
    ])
  })
})

test('currencies are never mixed: a line in another one, and an order in another one', async () => {
  await kit.apply(
    ...order('7', '100.00'),
    sale('shop-us', '8', [saleLine('1', 'A', '10')], { currency: 'EUR' }),
    payout('P', [
      payLine('sale', '7', '100.00', { fee: '3.20' }),
      payLine('sale', '7', '50.00', { currency: 'EUR' }),
      payLine('sale', '8', '100.00'),
    ]),
  )
  expect((await verdicts()).map(([verdict]) => verdict)).toEqual(['matched', 'currency-differs', 'currency-differs'])
  expect(await head()).toEqual(['differs', '196.80', '96.80', '100.00', '0.00', 2])
  const [finding] = await kit.database.read.selectFrom('finding').selectAll().where('code', '=', 'payout-currency-differs').execute()
  expect(JSON.parse(finding?.detail ?? '{}')).toMatchObject({ lines: 2, amounts: { EUR: '50.00', USD: '100.00' } })
})

test('a total that is not the sum of the lines is a finding with the arithmetic', async () => {
  await kit.apply(...order('7', '100.00'), payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' })], { total: '96.81' }))
  expect(await head()).toEqual(['differs', '96.81', '96.80', '0.00', '0.00', 0])
  const [finding] = await kit.database.read.selectFrom('finding').selectAll().where('code', '=', 'does-not-foot').execute()
  expect([finding?.path, JSON.parse(finding?.detail ?? '{}')]).toEqual([
    '/total',
    { expected: '96.80', found: '96.81', difference: '0.01' },
  ])
})

test('lines that leave a payout leave its order, and a deleted payout paid nothing', async () => {
  const line = payLine('sale', '7', '100.00', { fee: '3.20' })
  await kit.apply(...order('7', '100.00'), ...order('8', '100.00'), payout('P', [payLine('sale', '8', '100.00', { fee: '3.20' }), line]))
  await kit.apply(payout('P', [line]))
  expect([await verdicts(), await settlement(), await settlement('8')]).toEqual([
    [['matched', undefined]],
    ['settled', 100, 0, 0, 100, 0],
    ['open', 100, 0, 0, 0, 100],
  ])
  await kit.apply(record('shop-us', 'payout', 'P', null, { op: 'delete' }))
  expect([await verdicts(), await settlement()]).toEqual([[['void', 'payout-not-paid']], ['open', 100, 0, 0, 0, 100]])
})

test('connections that are not watched have no rows, unless a payout names their orders', async () => {
  await watch(kit, null)
  await kit.apply(...order('7', '100.00'))
  expect(await settlement()).toBeUndefined()
  await kit.apply(payout('P', [payLine('sale', '7', '100.00', { fee: '9.99' })]))
  expect([await verdicts(), await settlement()]).toEqual([[['matched', undefined]], ['settled', 100, 0, 0, 100, 0]])
})

test('a payment that is taken back leaves no row behind', async () => {
  await kit.apply(...order('7', '100.00'))
  await kit.apply(payment('shop-us', '7', '100.00', { status: 'reversed' }))
  expect(await settlement()).toBeUndefined()
})

test('each change of what a payout comes to is told once', async () => {
  const told = async () =>
    (await kit.database.read.selectFrom('journal').selectAll().where('kind', 'like', 'payout-%').orderBy('id').execute()).map(
      ({ kind }) => kind,
    )
  const of = () => payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' })])
  await kit.apply(of())
  await kit.apply(...order('7', '100.00'))
  await kit.apply(of())
  expect(await told()).toEqual(['payout-differs', 'payout-matched'])
})
