import { expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import { worthOf } from './books.ts'
import { exact, written } from './exact.ts'
import { expectedOf, matchDifferences } from './match-proof.ts'
import type { Month } from './month.ts'
import { numberDifferences, openNumberBooks, own } from './numbers.ts'
import { payoutDifferences } from './payout-proof.ts'
import { type BookedInvoice, type BookedReceipt, openSupplierBooks } from './supplier-books.ts'

const price = { amount: '60.00', pieces: 12 }
/** Ten cases were ordered, five of them came. */
const line = { line: '1', article: 'LAMP', price, ordered: 120, confirmed: 120, accepted: 60, rejected: 0 }
const receipt: BookedReceipt = { key: 'hub/GR-1', order: 'hub/PO-1', supplier: 'S01', lines: [{ line, accepted: 5 }] }
const invoice = (key: string, pieces: number, amount: string, more: Partial<BookedInvoice> = {}): BookedInvoice => ({
  ...{ key, number: 'INV-1', receipt, isDouble: false, accepted: false },
  lines: [{ line, pieces, amount: exact(amount), credited: { pieces: 0, amount: 0n } }],
  ...more,
})
const whole = { match: 'matched', quantityVariance: '0.00', priceVariance: '0.00', total: '300.00', held: false }

test('an invoice comes to what the goods of its receipt and the price of its order say', () => {
  const verdict = (one: BookedInvoice, ...others: readonly BookedInvoice[]) => {
    const { verdict: is, quantityVariance, priceVariance } = expectedOf(one, [one, ...others])
    return [is, written(quantityVariance), written(priceVariance)]
  }
  expect(worthOf(price, 60)).toBe(exact('300.00'))
  expect(verdict(invoice('a', 60, '300.01'))).toEqual(['matched', '0.00', '0.01'])
  expect(verdict(invoice('a', 60, '306.00'))).toEqual(['within-tolerance', '0.00', '6.00'])
  expect(verdict(invoice('a', 60, '306.01'))).toEqual(['price-variance', '0.00', '6.01'])
  expect(verdict(invoice('a', 72, '360.00'))).toEqual(['quantity-variance', '60.00', '0.00'])
  expect(verdict(invoice('a', 144, '720.00'))).toEqual(['over-invoiced', '420.00', '0.00'])
  expect(verdict(invoice('b', 60, '300.00'), invoice('a', 60, '300.00'))).toEqual(['quantity-variance', '300.00', '0.00'])
})

test('an invoice that is another one by a cent, a word, or not there at all is a difference', async () => {
  const suppliers = openSupplierBooks(['S01'])
  suppliers.invoices.set('hub/INV-1', invoice('hub/INV-1', 60, '300.00'))
  const found = async (...rows: readonly JsonObject[]) => {
    const month = { suppliers, hub: { rows: async () => rows } } as unknown as Month
    return (await matchDifferences(month)).map(({ what }) => what)
  }
  const row = { key: 'hub/INV-1', ...whole }
  expect(await found(row)).toEqual([])
  expect(await found({ ...row, priceVariance: '0.01' })).toEqual(['invoice hub/INV-1 price variance'])
  expect(await found({ ...row, match: 'within-tolerance', held: true })).toEqual(['invoice hub/INV-1 match', 'invoice hub/INV-1 is held'])
  expect(await found(row, { ...row, key: 'erp/other' })).toEqual(['invoice erp/other'])
})

test('a line of a payout by another word or cent, and an order of which a cent is open, are differences', async () => {
  const sale = { kind: 'sale' as const, order: '7', amount: exact('100.00'), fee: exact('3.20') }
  const found = async (verdict: string, amount: string, open: string) => {
    const answers: Readonly<Record<string, readonly JsonObject[]>> = {
      '/v1/payouts': [{ key: 'hub/P', verdict: 'matched', total: '96.80', linesTotal: '96.80' }],
      '/v1/payouts/lines?key=hub%2FP': [{ verdict, amount }],
      '/v1/settlement/open?state=open': open === '' ? [] : [{ order: 'm01/7', open }],
    }
    const shop = { orders: () => [{ id: 7, captured: 10_000n, total: 10_000n, refunds: [] }] }
    const month = {
      hub: { rows: async (path: string) => answers[path] ?? [] },
      payouts: new Map([['hub/P', { number: 'P', connection: 'm01', lines: [sale], total: exact('96.80') }]]),
      shops: [{ merchant: { connection: 'm01' }, shop }],
      books: { orders: new Map([['m01/7', { connection: 'm01', id: 7, isReduced: false }]]) },
    } as unknown as Month
    return (await payoutDifferences(month)).map(({ what }) => what)
  }
  expect(await found('matched', '96.80', '')).toEqual([])
  expect(await found('fee-differs', '96.79', '')).toEqual(['payout hub/P line 0 (sale of 7)', 'payout hub/P line 0 (sale of 7) amount'])
  expect(await found('matched', '96.80', '0.01')).toEqual(['order m01/7 to be paid out'])
})

test('a number that two requests have, and one that a request does not find again, are seen', async () => {
  const request = (id: string, ...numbers: readonly string[]) => ({
    ...{ id, holder: 'm01', count: numbers.length, inside: false, day: 1, numbers, state: 'locked' as const, amount: 0n },
  })
  const books = openNumberBooks()
  own(books, request('a', '1', '2'))
  own(books, request('b', '2'))
  expect([...books.twice]).toEqual(['2'])
  const numbers = openNumberBooks()
  own(numbers, request('a', '1'))
  const of = (given: string) =>
    ({
      day: 1,
      numbers,
      hub: {
        send: async () => ({ numbers: [given] }),
        get: async (path: string) =>
          path.includes('/one?')
            ? { number: '1', state: 'locked', requestId: 'a' }
            : { locked: 1, consumed: 0, retired: 0, amount: '0.00' },
      },
    }) as unknown as Month
  expect([await numberDifferences(of('1')), numbers.lost.size]).toEqual([[], 0])
  await numberDifferences(of('3'))
  expect([[...numbers.lost], [...numbers.twice]]).toEqual([['1'], ['3']])
})
