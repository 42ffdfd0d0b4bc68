import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import { kitTenant, type LedgerKit, openLedgerKit, product, purchase, purchaseLine, receipt, record, ref } from '../ledger-kit.ts'
import { natural } from '../money/account.ts'
import type { Incoming } from '../types.ts'
import { verify } from '../verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
})
afterEach(() => kit.database.close())

const ningbo = { ref: { type: 'party', key: 'N' } }
const harbour = { ref: { type: 'party', key: 'harbour' } }
const order = ref('purchase-order', 'erp', '1')
const supplier = record(
  'crm',
  'party',
  'N',
  { number: 'N', name: 'Ningbo', roles: ['supplier'] },
  {
    identity: { kind: 'master', key: 'number', identifiers: [] },
  },
)
const lamp = product('A', 'A')
const ordered = (more: JsonObject = {}) =>
  purchase('1', [purchaseLine('1', 'A', '10', more)], { buyer: harbour, seller: ningbo, paymentTerms: { days: 30 } })
const came = (key: string, accepted: string, more: JsonObject = {}) =>
  receipt(key, order, [{ key: '1', orderLine: { key: '1' }, product: { ref: ref('product', 'erp', 'A') }, accepted }], more)
const paid = (key: string, kind: string, amount: string, more: JsonObject = {}) =>
  record('erp', 'payment', key, {
    kind,
    status: 'captured',
    amount,
    currency: 'CNY',
    payer: harbour,
    payee: ningbo,
    paidAt: '2026-11-24T08:00:00.000Z',
    ...more,
  })

/** What is on the accounts of the supplier, x 10^-4 of their currency, by kind; and what was posted, by kind of entry. */
async function account(currency = 'CNY'): Promise<Readonly<Record<string, string>>> {
  const rows = await kit.database.read
    .selectFrom('account')
    .selectAll()
    .where('tenant', '=', kitTenant)
    .where('currency', '=', currency)
    .execute()
  return Object.fromEntries(
    rows.filter(({ party, balance }) => party === 'N' && BigInt(balance) !== 0n).map((row) => [row.kind, String(natural(row))]),
  )
}
const findings = async () => {
  const rows = await kit.database.read
    .selectFrom('finding')
    .select(['key', 'path', 'detail'])
    .where('state', '=', 'open')
    .where('code', '=', 'payable-held')
    .execute()
  return rows.map(({ key, path, detail }) => `${key} ${path} ${JSON.parse(detail).reason}`)
}

test('accepted goods are owed at the price of their order, what goes back and what is paid is taken off', async () => {
  await kit.apply(
    supplier,
    lamp,
    ordered({ unitPrice: '120.50', priceQuantity: '2' }),
    came('g1', '3'),
    came('g2', '1', { kind: 'supplier-return' }),
  )
  expect(await account()).toEqual({ payable: '1205000' })
  await kit.apply(
    paid('p1', 'prepayment', '50.00'),
    paid('p2', 'payment', '20.00'),
    paid('p3', 'fee', '5.00', { payer: ningbo, payee: harbour }),
    paid('p4', 'fee', '1.00'),
    paid('p5', 'refund', '2.00', { payer: ningbo, payee: harbour }),
    paid('p6', 'payment', '999.00', { status: 'pending' }),
    paid('p7', 'payment', '999.00', { payee: { ref: { type: 'party', key: 'somebody' } } }),
  )
  expect(await account()).toEqual({ payable: String(1_205_000 - 200_000 - 50_000 + 10_000 + 20_000), prepayment: '500000' })
  expect(await findings()).toEqual([])
})

test('a price that changes, a receipt that is corrected or taken back: counter-entries, and the books say what documents mean', async () => {
  await kit.apply(supplier, lamp, ordered(), came('g1', '3'))
  await kit.apply(ordered({ unitPrice: '100.00' }))
  expect(await account()).toEqual({ payable: '3000000' })
  await kit.apply(came('g1', '2'))
  expect(await account()).toEqual({ payable: '2000000' })
  await kit.apply(came('g1', '2', { status: 'reversed' }))
  expect(await account()).toEqual({})
  const posted = await kit.database.read.selectFrom('transfer').select(['amount', 'key', 'business_date']).orderBy('id').execute()
  expect(posted.map(({ amount, key }) => `${key.startsWith('meant/back/') ? '-' : ''}${amount}`)).toEqual([
    '3600000',
    '-600000',
    '-1000000',
    '-2000000',
  ])
  expect(new Set(posted.map((row) => row.business_date))).toEqual(new Set(['2026-11-23']))
})

test('what is missing holds a line back with the reason, until it is mended', async () => {
  const { unitPrice: _, ...unpriced } = purchaseLine('1', 'A', '10')
  await kit.apply(supplier, lamp, purchase('1', [unpriced], { buyer: harbour, seller: ningbo }), came('g1', '3'))
  await kit.apply(
    record('erp', 'goods-receipt', 'g2', {
      kind: 'receipt',
      status: 'posted',
      receivedAt: '2026-11-23T10:00:00.000Z',
      location: { code: 'MAIN' },
      supplier: ningbo,
      lines: [{ product: { ref: ref('product', 'erp', 'A') }, accepted: '1', unit: 'EA' }],
    }),
  )
  await kit.apply(paid('p1', 'fee', '5.00', { payer: harbour, payee: { name: 'x' }, allocations: [{ ref: order, amount: '5.00' }] }))
  expect(await findings()).toEqual(['erp/g1 /lines/0 no-price', 'erp/g2 /lines/0 no-order', 'erp/p1  no-side'])
  expect(await account()).toEqual({})
  await kit.apply(ordered())
  expect(await account()).toEqual({ payable: '3600000' })
  expect(await findings()).toEqual(['erp/g2 /lines/0 no-order', 'erp/p1  no-side'])
})

test('what a first load brings is left to opening balances, and sales ask the books of suppliers nothing', async () => {
  await kit.apply(
    supplier,
    lamp,
    ordered(),
    { ...came('g1', '3'), baseline: true },
    record('shop', 'payment', '9', {
      kind: 'payment',
      status: 'captured',
      amount: '9.00',
      currency: 'CNY',
      paidAt: '2026-11-24T08:00:00.000Z',
      allocations: [{ ref: ref('sales-order', 'shop', '9'), amount: '9.00' }],
    }),
  )
  expect(await account()).toEqual({})
})

test('falls due by the invoice, else by the terms of the order', async () => {
  await kit.apply(supplier, lamp, ordered(), came('g1', '3'))
  const due = () => kit.database.read.selectFrom('payable_item').select(['amount', 'due_date']).execute()
  expect(await due()).toEqual([{ amount: 3_600_000n, due_date: '2026-12-23' }].map((row) => ({ ...row, amount: expect.anything() })))
  await kit.apply(
    record('erp', 'invoice', 'i1', {
      kind: 'invoice',
      status: 'posted',
      number: 'i1',
      issueDate: '2026-11-25',
      dueDate: '2026-12-01',
      issuer: ningbo,
      recipient: harbour,
      currency: 'CNY',
      taxBasis: 'exclusive',
      totals: { grandTotal: '360.00' },
      order,
      lines: [{ orderLine: { key: '1' }, quantity: '3', unit: 'XCS', unitPrice: '120.00' }],
    }),
  )
  expect((await due()).map((row) => row.due_date)).toEqual(['2026-12-01'])
})

const day: readonly Incoming[] = [
  supplier,
  lamp,
  ordered({ unitPrice: '119.99' }),
  came('g1', '3'),
  came('g2', '1', { kind: 'supplier-return' }),
  paid('p1', 'payment', '20.00', { payee: { name: 'Ningbo' }, allocations: [{ ref: order, amount: '20.00' }] }),
  paid('p2', 'prepayment', '7.00'),
]

test('every order of arrival ends with the same balances, and verification finds nothing to say', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...day], { minLength: day.length }),
      fc.array(fc.nat(day.length - 1), { maxLength: 3 }),
      async (records, again) => {
        await kit.database.close()
        kit = await openLedgerKit()
        for (const each of records) await kit.apply(each)
        for (const place of again) await kit.apply(day[place] as Incoming)
        expect(await account()).toEqual({ payable: String(1_199_900 * 2 - 200_000), prepayment: '70000' })
        expect((await verify(kit.database, kitTenant)).differences).toEqual([])
      },
    ),
    { numRuns: 12 },
  )
})
