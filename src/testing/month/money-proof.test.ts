import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import type { DepositBook } from './deposit-books.ts'
import { freeze, move, needOf, openDepositBook, queueOf, reckon, release } from './deposit-books.ts'
import { depositDifferences } from './deposit-proof.ts'
import { cent, dealt, exact, nearestCent, shareOf, written } from './exact.ts'
import { ledgerFigures, payableDifferences } from './money-proof.ts'
import type { Month } from './month.ts'
import { linesOf } from './payout-books.ts'
import { refundsSince } from './payouts.ts'
import { costOf, openPriceBooks, priceName } from './price-books.ts'
import { differencesOf } from './statements.ts'
import { book, openSupplierBooks } from './supplier-books.ts'

/** A month whose hub answers these rows, and nothing else. */
const monthOf = (
  answers: Readonly<Record<string, readonly JsonObject[]>>,
  more: Partial<Month>,
  texts: Readonly<Record<string, string>> = {},
) =>
  ({
    ...more,
    hub: {
      rows: async (path: string) => answers[path] ?? [],
      text: async (path: string) => texts[path] ?? '',
    },
  }) as unknown as Month

const order = (key: string, cost: string, placedAt = '') => ({
  ...{ key, lines: [{ article: 'LAMP', cost: exact(cost) }], freight: exact('5.00') },
  ...{ waiting: placedAt !== '', placedAt, isOff: false, captured: 0n, refunded: 0n },
})

function deposit(): DepositBook {
  const one = openDepositBook('M01', 'EUR')
  const sent = order('m01/1', '30.00')
  one.orders.set(sent.key, sent)
  move(one, { kind: 'top-up', document: 'payment/hub/TU-1', amount: exact('100.00') })
  freeze(one, sent)
  reckon(one, sent, [{ article: 'LAMP', quantity: 3, shipped: 3, returned: 1 }])
  return one
}

test('amounts are exact, cut down where a part is taken and half up where a price is rounded', () => {
  expect([exact('-12.3405'), written(exact('-12.3405')), written(exact('7'))]).toEqual([-123405n, '-12.3405', '7.00'])
  expect(shareOf(exact('10.00'), 1n, 3n)).toBe(exact('3.33'))
  expect([nearestCent(exact('0.0050')), nearestCent(exact('0.0049')), nearestCent(exact('1.00'), 3n)]).toEqual([cent, 0n, exact('0.33')])
  expect(dealt(exact('10.00'), [1, 1, 1])).toEqual([exact('3.34'), exact('3.33'), exact('3.33')])
})

test('a price is that of the tier on the day, by its step, else of the base list', () => {
  const books = openPriceBooks()
  books.prices.set(priceName('silver', 'EUR', 'LAMP'), [{ price: '9.0050' }, { price: '8.00', minQuantity: 3, validFrom: '2026-11-02' }])
  books.prices.set(priceName('base', 'EUR', 'LAMP'), [{ price: '12.00' }])
  books.tiers.set('M01', [{ tier: 'SILVER', from: '2026-11-01' }])
  const cost = (quantity: number, day: string) =>
    written(costOf(books, { merchant: 'M01', currency: 'EUR', article: 'LAMP', quantity, day }).amount)
  expect([cost(1, '2026-10-31'), cost(1, '2026-11-01'), cost(3, '2026-11-01'), cost(3, '2026-11-02')]).toEqual([
    '12.00',
    '9.01',
    '27.02',
    '24.00',
  ])
})

test('money goes to what waits in its order, and none overtakes', () => {
  const one = openDepositBook('M01', 'EUR')
  for (const [key, cost, at] of [
    ['m01/2', '95.00', '2026-11-01T00:00:00Z'],
    ['m01/3', '5.00', '2026-11-02T00:00:00Z'],
  ] as const)
    one.orders.set(key, order(key, cost, at))
  expect(move(one, { kind: 'top-up', document: 'payment/1', amount: exact('99.99') })).toEqual([])
  expect(move(one, { kind: 'top-up', document: 'payment/2', amount: cent })).toEqual(['m01/2'])
  expect([queueOf(one).map(({ key }) => key), release(one)]).toEqual([['m01/3'], []])
})

test('a cent that a deposit or an order has more or less is a difference', async () => {
  const one = deposit()
  const [sent] = one.orders.values()
  const rows = (available: string, captured: string) => ({
    '/v1/deposits': [{ merchant: 'M01', currency: 'EUR', available, frozen: '0.00', creditLine: '0.00' }],
    '/v1/orders': [
      { key: 'm01/1', funds: { cost: written(sent === undefined ? 0n : needOf(sent)), frozen: '0.00', captured, refunded: '10.00' } },
    ],
  })
  const found = async (available: string, captured: string) =>
    (await depositDifferences(monthOf(rows(available, captured), { deposits: new Map([['m01', one]]) }))).map(({ what }) => what)
  expect(await found('75.00', '35.00')).toEqual([])
  expect(await found('75.01', '35.00')).toEqual(['deposit of M01 EUR available'])
  expect(await found('75.00', '34.99')).toEqual(['order m01/1 captured'])
})

test('a cent that a supplier is owed more is a difference', async () => {
  const suppliers = openSupplierBooks(['S01'])
  book(suppliers, 'S01', { kind: 'goods', document: 'goods-receipt/1', amount: exact('60.00') })
  const found = (owed: string) => payableDifferences(monthOf({ '/v1/payables': [{ party: 'S01', owed }] }, { suppliers }))
  expect(await found('60.00')).toEqual([])
  expect(await found('60.01')).toEqual([{ what: 'owed to S01', books: '60.00', hub: '60.01' }])
})

test('an entry without its other side, a balance that is not its entries and one below its floor are seen', async () => {
  const of = { book: 'deposit', owner: 'US', currency: 'EUR' }
  const accounts = (balance: string) => [
    { ...of, name: 'bank', party: null, kind: 'bank', side: 'debit', floor: null, balance: '5.00' },
    { ...of, name: 'available', party: 'M01', kind: 'available', side: 'credit', floor: '0.00', balance },
  ]
  const entry = (amount: string, balance: string, transfer: string) => ({ amount, balance, transfer })
  const read = async (balance: string, own: readonly JsonObject[]) => {
    const asked = {
      '/v1/accounts': accounts(balance),
      '/v1/accounts/entries?book=deposit&owner=US&kind=bank&currency=EUR': [entry('5.00', '5.00', 't1')],
      '/v1/accounts/entries?book=deposit&owner=US&kind=available&currency=EUR&party=M01': own,
    }
    return ledgerFigures(monthOf(asked, { deposits: new Map() }))
  }
  expect(await read('5.00', [entry('5.00', '5.00', 't1')])).toEqual({ transfers: 1, ledgerSum: '0', negativeBalances: 0, differences: [] })
  expect((await read('4.99', [entry('4.99', '4.99', 't1')])).ledgerSum).toBe('0.01')
  expect((await read('5.01', [entry('5.00', '5.00', 't1')])).differences.map(({ what }) => what)).toEqual(['available balance'])
  const below = await read('5.00', [entry('5.01', '5.00', 't2'), entry('-0.01', '-0.01', 't1')])
  expect([below.negativeBalances, below.differences.map(({ what }) => what)]).toEqual([1, ['transfer t2']])
})

test('a statement of which a line, the closing or a byte is another one is not agreed to', async () => {
  const suppliers = openSupplierBooks(['S01'])
  book(suppliers, 'S01', { kind: 'goods', document: 'goods-receipt/1', amount: exact('60.00') })
  const found = async (amount: string, closing: string, hash?: string) => {
    const line = { line: 1, kind: 'goods', amount, document: { type: 'goods-receipt', key: '1' } }
    const content = JSON.stringify({ lines: [line] })
    const head = { number: 'ST-1', kind: 'supplier', party: 'S01', currency: 'EUR', owner: 'PLATFORM', opening: '0.00', closing }
    const row = { ...head, hash: hash ?? createHash('sha256').update(content).digest('hex') }
    const month = monthOf({}, { suppliers, stated: new Map() }, { '/v1/statements/ST-1/content': content })
    return (await differencesOf(month, row)).map(({ what, line: at }) => [what, at])
  }
  expect(await found('60.00', '60.00')).toEqual([])
  expect(await found('60.01', '60.00')).toEqual([['statement ST-1 goods goods-receipt/1', 1]])
  expect(await found('60.00', '59.99')).toEqual([['statement ST-1 closing', undefined]])
  expect(await found('60.00', '60.00', 'f'.repeat(64))).toEqual([['statement ST-1 hash', undefined]])
})

test('what is wrong with a payout is said where it is made', () => {
  const paid = { id: '7', amount: exact('100.00'), subsidy: exact('1.50') }
  expect([0, 3, 5, 7, 9].map((count) => linesOf(paid, count).map(({ kind, fault = 'matched' }) => `${kind} ${fault}`))).toEqual([
    ['sale matched', 'discount-subsidy matched'],
    ['sale amount-differs'],
    ['sale fee-differs', 'discount-subsidy matched'],
    ['sale matched', 'discount-subsidy matched', 'sale paid-twice'],
    ['sale matched', 'discount-subsidy matched', 'sale missing-order'],
  ])
})

test('a payout takes back each refund once, in whatever order its shop lists them', () => {
  for (const all of [
    [2500n, 2600n, 2600n],
    [2600n, 2600n, 2500n],
    [2600n, 2500n, 2600n],
  ]) {
    expect(refundsSince(all, [2600n]).toSorted()).toEqual([2500n, 2600n])
    expect(refundsSince(all, [2500n, 2600n])).toEqual([2600n])
    expect(refundsSince(all, all)).toEqual([])
  }
})
