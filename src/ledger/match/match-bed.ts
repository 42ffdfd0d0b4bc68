import fc from 'fast-check'
import type { JsonObject } from '../../model/json.ts'
import { receipt, ref } from '../ledger-kit.ts'
import type { Incoming } from '../types.ts'
import type { PaperInvoice, PaperReceipt } from './match-model.ts'

/** For the models of matching and of what it posts: one article, ordered in cases of 12, received and invoiced in pieces. */

export const money = (cents: number): string => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
export const orderRef = (key: string): JsonObject => ref('purchase-order', 'erp', key)

export const receiptRecord = ({ key, order, at, accepted, rejected, isReturn }: PaperReceipt): Incoming =>
  receipt(
    key,
    orderRef(order),
    [{ key: '9', product: { ref: ref('product', 'erp', 'A') }, accepted: String(accepted), rejected: String(rejected), unit: 'EA' }],
    { kind: isReturn ? 'supplier-return' : 'receipt', receivedAt: `2026-11-2${at}T10:00:00.000Z` },
  )

/** The line of an invoice, with what it names. */
export function invoiceLine({ names, order, pieces, price, isCredit }: PaperInvoice): JsonObject {
  const named =
    names === undefined
      ? { order: orderRef(order) }
      : isCredit
        ? { invoice: ref('invoice', 'erp', names), invoiceLine: { key: '1' } }
        : { receipt: ref('goods-receipt', 'erp', names) }
  return {
    ...{ ...named, key: '1', product: { ref: ref('product', 'erp', 'A') }, quantity: String(pieces), unit: 'EA' },
    ...{ unitPrice: money(price), lineAmount: money(pieces * price) },
  }
}

const orderKey = fc.constantFrom('o1', 'o2')
const receiptKey = fc.constantFrom('r1', 'r2', 'r3')
const invoiceKey = fc.constantFrom('i1', 'i2', 'i3')
const price = fc.constantFrom(99, 100, 133)
const bill = { order: orderKey, day: fc.integer({ min: 1, max: 4 }), pieces: fc.integer({ min: 1, max: 16 }), price }

export const orders = { key: orderKey, pieces: fc.constantFrom(12, 24), price }
export const goods: fc.Arbitrary<PaperReceipt> = fc.record({
  key: receiptKey,
  order: orderKey,
  at: fc.integer({ min: 1, max: 4 }),
  accepted: fc.integer({ min: 0, max: 15 }),
  rejected: fc.integer({ min: 0, max: 2 }),
  isReturn: fc.constant(false),
})
export const sentBack: fc.Arbitrary<PaperReceipt> = fc.record({
  key: fc.constant('b1'),
  order: orderKey,
  at: fc.constant(5),
  accepted: fc.integer({ min: 1, max: 6 }),
  rejected: fc.constant(0),
  isReturn: fc.constant(true),
})
export const invoices = {
  ...bill,
  key: invoiceKey,
  number: fc.constantFrom('7', '8', '9'),
  names: fc.option(receiptKey, { nil: undefined }),
  isCredit: fc.constant(false),
  isPosted: fc.integer({ min: 0, max: 4 }).map((one) => one > 0),
  currency: fc.integer({ min: 0, max: 5 }).map((one) => (one > 0 ? 'CNY' : 'USD')),
}
export const credits = {
  ...bill,
  key: fc.constantFrom('c1', 'c2'),
  number: fc.constantFrom('7', '8'),
  names: fc.option(invoiceKey, { nil: undefined }),
  isCredit: fc.constant(true),
  isPosted: fc.constant(true),
  currency: fc.constant('CNY'),
}
