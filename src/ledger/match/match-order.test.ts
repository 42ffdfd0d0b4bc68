import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import {
  invoice,
  kitTenant,
  type LedgerKit,
  masterData,
  openLedgerKit,
  purchase,
  purchaseLine,
  receipt,
  record,
  ref,
} from '../ledger-kit.ts'
import { verify } from '../verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(...masterData, purchase('1', [purchaseLine('1', 'A', '10')]))
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
})

const order = ref('purchase-order', 'erp', '1')
const a: JsonObject = { ref: ref('product', 'erp', 'A') }
const came = (key: string, accepted: string, more: JsonObject = {}) => receipt(key, order, [{ key: '7', product: a, accepted }], more)
const bill = (key: string, quantity: string, issueDate: string, line: JsonObject = {}, more: JsonObject = {}) =>
  record('erp', 'invoice', key, {
    kind: 'invoice',
    status: 'posted',
    number: key,
    issueDate,
    issuer: { name: 'Ningbo' },
    recipient: { name: 'Harbour' },
    currency: 'CNY',
    taxBasis: 'exclusive',
    totals: {},
    ...more,
    lines: [{ key: '1', product: a, quantity, unit: 'XCS', unitPrice: '120.00', ...line }],
  })

/** `invoice basis goods pieces`, in the order of names. */
async function parts(): Promise<readonly string[]> {
  const rows = await kit.database.read.selectFrom('invoice_allocation').selectAll().execute()
  return rows
    .map((row) =>
      [row.key, row.basis, row.receipt || row.against, String(BigInt(row.quantity) / 1_000_000n)].filter((word) => word !== '').join(' '),
    )
    .map((text) => text.replaceAll('erp/', ''))
    .sort()
}

test('the older invoice gets the goods, whichever came first', async () => {
  await kit.apply(came('r1', '5'), bill('a', '5', '2026-11-25', { order }))
  expect(await parts()).toEqual(['a order r1 60'])
  await kit.apply(bill('b', '5', '2026-11-24', { order }))
  expect(await parts()).toEqual(['a waiting 60', 'b order r1 60'])
})

test('an invoice gets the goods it names, even from an older one', async () => {
  await kit.apply(came('r1', '5'), bill('a', '5', '2026-11-24', { order }))
  await kit.apply(bill('b', '3', '2026-11-25', { order, receipt: ref('goods-receipt', 'erp', 'r1'), receiptLine: { key: '7' } }))
  expect(await parts()).toEqual(['a order r1 24', 'a waiting 36', 'b named r1 36'])
})

test('goods that went back to the supplier cover nothing', async () => {
  await kit.apply(came('r1', '4'), came('r2', '4', { receivedAt: '2026-11-24T10:00:00.000Z' }), bill('a', '8', '2026-11-25', { order }))
  await kit.apply(came('back', '3', { kind: 'supplier-return', receivedAt: '2026-11-26T10:00:00.000Z' }))
  expect(await parts()).toEqual(['a order r1 48', 'a order r2 12', 'a waiting 36'])
})

test('an invoice that names a receipt, and a credit note that names the invoice, find their order; in any order of arrival', async () => {
  const named = bill('a', '4', '2026-11-25', { receipt: ref('goods-receipt', 'erp', 'r1') })
  const credit = bill('c', '1', '2026-11-26', { invoiceLine: { key: '1' } }, { kind: 'credit-note', invoice: ref('invoice', 'erp', 'a') })
  await kit.apply(came('r1', '3'))
  await kit.apply(named)
  expect(await parts()).toEqual(['a named r1 36', 'a waiting 12'])
  await kit.apply(credit)
  const all = ['a credited c 12', 'a named r1 36', 'c credit a -12']
  expect(await parts()).toEqual(all)
  const other = await openLedgerKit()
  await other.apply(...masterData, credit)
  for (const one of [named, purchase('1', [purchaseLine('1', 'A', '10')]), came('r1', '3')]) await other.apply(one)
  await kit.database.close()
  kit = other
  expect(await parts()).toEqual(all)
})

test('invoices that name each other lead nowhere', async () => {
  await kit.apply(
    bill('a', '1', '2026-11-25', { invoice: ref('invoice', 'erp', 'b') }),
    bill('b', '1', '2026-11-25', { invoice: ref('invoice', 'erp', 'a') }),
  )
  await kit.apply(bill('c', '1', '2026-11-25', { invoice: ref('invoice', 'erp', 'c') }, { kind: 'credit-note' }))
  expect(await parts()).toEqual([])
})

test('money without a quantity takes from the price of what it names', async () => {
  await kit.apply(came('r1', '10'), bill('a', '10', '2026-11-25', { order, unitPrice: '125.00' }))
  const found = async () =>
    (await kit.database.read.selectFrom('invoice_match').select(['key', 'verdict', 'price_variance']).execute()).map((row) => [
      row.key,
      row.verdict,
      String(row.price_variance),
    ])
  expect(await found()).toEqual([['erp/a', 'price-variance', '500000']])
  const credit = bill('c', '1', '2026-11-26', {}, { kind: 'credit-note', invoice: ref('invoice', 'erp', 'a') })
  await kit.apply({ ...credit, body: { ...credit.body, lines: [{ key: '1', product: a, lineAmount: '50.00' }] } })
  expect(await found()).toEqual([
    ['erp/a', 'matched', '0'],
    ['erp/c', 'matched', '0'],
  ])
})

test('an invoice for two orders gets the goods of each', async () => {
  await kit.apply(purchase('2', [purchaseLine('1', 'A', '2')]), came('r1', '10'))
  const both = invoice('a', order, [
    { orderLine: { key: '1' }, product: a, quantity: '10' },
    { order: ref('purchase-order', 'erp', '2'), orderLine: { key: '1' }, product: a, quantity: '2' },
  ])
  await kit.apply(both)
  expect(await parts()).toEqual(['a order r1 120', 'a waiting 24'])
  await kit.apply(receipt('r2', ref('purchase-order', 'erp', '2'), [{ key: '7', product: a, accepted: '2' }]))
  expect(await parts()).toEqual(['a order r1 120', 'a order r2 24'])
})

test('a credit note leaves with its invoice, also when that was cancelled before', async () => {
  const other = purchase('2', [purchaseLine('1', 'A', '10')])
  const second = receipt('g2', ref('purchase-order', 'erp', '2'), [{ key: '7', product: a, accepted: '1' }])
  const named = (receiptKey: string, more: JsonObject = {}) =>
    bill('i1', '12', '2026-11-24', { receipt: ref('goods-receipt', 'erp', receiptKey) }, more)
  await kit.apply(other, came('g1', '1'), second, named('g1', { status: 'cancelled' }))
  await kit.apply(bill('c1', '12', '2026-11-25', { invoice: ref('invoice', 'erp', 'i1') }, { kind: 'credit-note' }))
  await kit.apply(named('g2', { status: 'cancelled' }))
  const rows = await kit.database.read.selectFrom('invoice_line').select(['key', 'order_key']).execute()
  expect(rows).toEqual([{ key: 'erp/c1', order_key: 'erp/2' }])
})
