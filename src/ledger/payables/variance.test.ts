import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import { invoice, kitTenant, type LedgerKit, openLedgerKit, product, purchase, purchaseLine, receipt, record, ref } from '../ledger-kit.ts'
import { acceptInvoice } from '../match/accept-invoice.ts'
import { mend } from '../mend.ts'
import { natural } from '../money/account.ts'
import { keepBook } from '../money/keep-book.ts'
import { verify } from '../verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(product('A', 'A'), ...parties)
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
})

const party = (key: string): JsonObject => ({ ref: { type: 'party', key } })
const parties = ['N', 'harbour'].map((key) =>
  record(
    'crm',
    'party',
    key,
    { number: key, name: key, roles: ['supplier'] },
    { identity: { kind: 'master', key: 'number', identifiers: [] } },
  ),
)
const order = ref('purchase-order', 'erp', '1')
/** Ten cases at 120.00. */
const ordered = (line: JsonObject = {}, more: JsonObject = {}) =>
  purchase('1', [purchaseLine('1', 'A', '10', line)], { buyer: party('harbour'), seller: party('N'), ...more })
const came = (key: string, accepted: string, more: JsonObject = {}) =>
  receipt(key, order, [{ key: '1', orderLine: { key: '1' }, product: { ref: ref('product', 'erp', 'A') }, accepted }], more)
const bill = (key: string, quantity: string, lineAmount: string, more: JsonObject = {}, line: JsonObject = {}) =>
  invoice(key, order, [{ key: '1', orderLine: { key: '1' }, lineAmount, ...priced(quantity, lineAmount), ...line }], {
    ...{ issuer: party('N'), recipient: party('harbour'), totals: { grandTotal: lineAmount } },
    ...more,
  })
/** Money without a quantity has no price. */
const priced = (quantity: string, lineAmount: string): JsonObject =>
  quantity === '' ? {} : { quantity, unitPrice: (Number(lineAmount) / Number(quantity)).toFixed(4) }
const accept = (key: string) =>
  kit.work((books) => acceptInvoice(books, { key: `erp/${key}`, author: { actor: 'anna', why: 'agreed' }, rules: undefined }))

/** Accounts of the supplier's book that are not empty. */
async function accounts(currency = 'CNY'): Promise<Readonly<Record<string, string>>> {
  const rows = await kit.database.read.selectFrom('account').selectAll().where('currency', '=', currency).execute()
  return Object.fromEntries(rows.flatMap((row) => (BigInt(row.balance) === 0n ? [] : [[row.kind, String(Number(natural(row)) / 10_000)]])))
}
const entries = async () => {
  const rows = await kit.database.read
    .selectFrom('transfer')
    .select(['kind', 'amount', 'key', 'business_date', 'period'])
    .orderBy('id')
    .execute()
  return rows.map(({ kind, amount, key, business_date: day, period }) => {
    const sign = key.startsWith('meant/back/') ? '-' : ''
    return `${kind} ${sign}${Number(amount) / 10_000} ${day} ${period}`
  })
}

test('a difference that nobody has to accept is posted with the invoice, and taken back with it', async () => {
  await kit.apply(ordered(), came('g1', '10'))
  expect(await accounts()).toEqual({ payable: '1200', goods: '1200' })
  await kit.apply(bill('i1', '10', '1190.00'))
  expect(await accounts()).toEqual({ payable: '1190', goods: '1200', 'price-variance': '-10' })
  await kit.apply(bill('i1', '10', '1195.00'))
  expect(await accounts()).toEqual({ payable: '1195', goods: '1200', 'price-variance': '-5' })
  await kit.apply(bill('i1', '10', '1195.00', { status: 'cancelled' }))
  expect(await accounts()).toEqual({ payable: '1200', goods: '1200' })
  expect((await entries()).slice(1)).toEqual([
    'price-variance 10 2026-11-24 2026-11',
    'price-variance -5 2026-11-24 2026-11',
    'price-variance -5 2026-11-24 2026-11',
  ])
})

test('a difference beyond the tolerance is posted once a person accepts it, and taken back when what was accepted says something else', async () => {
  await kit.apply(ordered(), came('g1', '8'), bill('i1', '10', '1250.00'))
  expect(await accounts()).toEqual({ payable: '960', goods: '960' })
  await accept('i1')
  expect(await accounts()).toEqual({ payable: '1250', goods: '960', 'price-variance': '40', 'quantity-variance': '250' })
  // one more case comes: another difference, which nobody has accepted
  await kit.apply(came('g2', '1'))
  expect(await accounts()).toEqual({ payable: '1080', goods: '1080' })
  await accept('i1')
  expect(await accounts()).toEqual({ payable: '1250', goods: '1080', 'price-variance': '45', 'quantity-variance': '125' })
})

test('an invoice that turns out to be a double of an older one is owed no more', async () => {
  await kit.apply(ordered(), came('g1', '10'), bill('i1', '10', '1190.00', { number: '7', issueDate: '2026-11-25' }))
  expect(await accounts()).toEqual({ payable: '1190', goods: '1200', 'price-variance': '-10' })
  const older = { ...{ issuer: party('N'), recipient: party('harbour') }, number: '7', lines: [] }
  await kit.apply(invoice('i0', order, [], older))
  expect(await accounts()).toEqual({ payable: '1200', goods: '1200' })
})

test('once all is invoiced, what is owed is what invoices say, whatever was rounded on the way', async () => {
  await kit.apply(ordered({ quantity: '3', unitPrice: '10.00', priceQuantity: '3' }), came('g1', '1'), came('g2', '1'), came('g3', '1'))
  expect(await accounts()).toEqual({ payable: '9.99', goods: '9.99' })
  await kit.apply(bill('i1', '2', '6.67'))
  expect(await accounts()).toEqual({ payable: '10', goods: '9.99', 'price-variance': '0.01' })
  await kit.apply(bill('i2', '1', '3.33'))
  expect(await accounts()).toEqual({ payable: '10', goods: '9.99', 'price-variance': '0.01' })
})

test('tax of prices that exclude it: by the rates of the order from receipts, as the invoice states it after that, and credit notes take it back', async () => {
  await kit.apply(
    ordered({ quantity: '7', unitPrice: '3.33', taxes: [{ percent: '13', amount: '0.00' }] }),
    came('g1', '3'),
    came('g2', '4'),
  )
  // 9.99 and 13.32 at 13 %: 1.30 and 1.73, where 23.31 together would be 3.03
  expect(await accounts()).toEqual({ payable: '26.34', goods: '23.31', tax: '3.03' })
  const totals = { grandTotal: '26.35', taxTotal: '3.04' }
  await kit.apply(bill('i1', '7', '23.31', { totals, taxDocument: { scheme: 'fapiao', code: '011', number: '77' } }))
  expect(await accounts()).toEqual({ payable: '26.35', goods: '23.31', tax: '3.04' })
  await kit.apply(
    came('b1', '1', { kind: 'supplier-return', receivedAt: '2026-11-25T10:00:00.000Z' }),
    bill('c1', '1', '3.33', { kind: 'credit-note', issueDate: '2026-11-26', totals: { grandTotal: '3.76', taxTotal: '0.43' } }),
  )
  expect(await accounts()).toEqual({ payable: '22.59', goods: '19.98', tax: '2.61' })
})

test('an order whose prices include tax has none beside them', async () => {
  await kit.apply(ordered({ taxes: [{ percent: '13', amount: '138.05' }] }, { taxBasis: 'inclusive' }), came('g1', '10'))
  await kit.apply(bill('i1', '10', '1200.00', { taxBasis: 'inclusive', totals: { grandTotal: '1200.00', taxTotal: '138.05' } }))
  expect(await accounts()).toEqual({ payable: '1200', goods: '1200' })
})

test('charges of the head are owed too; a credit note counts while the invoice that it takes from does', async () => {
  await kit.apply(ordered(), came('g1', '9'))
  await kit.apply(bill('i1', '10', '1200.00', { totals: { grandTotal: '1215.00', chargeTotal: '15.00' } }))
  const credit = { kind: 'credit-note', issueDate: '2026-11-26', totals: { grandTotal: '50.00' } }
  await kit.apply(bill('c1', '', '50.00', credit, { invoice: ref('invoice', 'erp', 'i1'), invoiceLine: { key: '1' } }))
  expect(await accounts()).toEqual({ payable: '1080', goods: '1080' })
  await accept('i1')
  expect(await accounts()).toEqual({ payable: '1165', goods: '1080', 'price-variance': '-50', 'quantity-variance': '120', charges: '15' })
})

test('what comes late for a closed month counts in the next open one', async () => {
  await kit.apply(ordered(), came('g1', '10', { receivedAt: '2026-10-20T10:00:00.000Z' }))
  await kit.database.write((tx) =>
    keepBook(
      { tx, tenant: kitTenant, now: Date.parse('2026-11-23T08:00:00.000Z'), newId: () => 'j1' },
      { book: 'payable', owner: 'harbour', until: '2026-10', actor: 'anna' },
    ),
  )
  await kit.apply(bill('i1', '10', '1190.00', { issueDate: '2026-10-21' }))
  expect((await entries()).at(-1)).toBe('price-variance 10 2026-10-21 2026-11')
})

test('an invoice in another currency is never held against the accrual: nothing is posted, and a finding says so once it is accepted', async () => {
  await kit.apply(ordered(), came('g1', '10'), bill('i1', '10', '170.00', { currency: 'USD' }))
  await accept('i1')
  expect([await accounts(), await accounts('USD')]).toEqual([{ payable: '1200', goods: '1200' }, {}])
  const held = await kit.database.read
    .selectFrom('finding')
    .select('detail')
    .where('code', '=', 'payable-held')
    .where('state', '=', 'open')
    .execute()
  expect(held.map(({ detail }) => JSON.parse(detail))).toEqual([{ reason: 'other-currency', currency: 'USD', amount: '170.00' }])
})

test('differences of an older hub are found, and posted once by a repair', async () => {
  await kit.apply(ordered(), came('g1', '10'), bill('i1', '10', '1190.00'))
  // as if nobody had posted them: they are the last entries of their accounts
  const { read } = kit.database
  const posted = await read.selectFrom('transfer').select('id').where('kind', '=', 'price-variance').execute()
  await kit.database.write(async (tx) => {
    for (const { id } of posted) {
      await tx.deleteFrom('entry').where('transfer', '=', id).execute()
      await tx.deleteFrom('transfer').where('id', '=', id).execute()
    }
    await tx.updateTable('account').set({ balance: -12_000_000n, entries: 1 }).where('kind', '=', 'payable').execute()
    await tx.updateTable('account').set({ balance: 0n, entries: 0 }).where('kind', '=', 'price-variance').execute()
  })
  const { differences } = await verify(kit.database, kitTenant)
  expect(differences.map(({ table, of }) => [table, of.key])).toEqual([['transfer', 'erp/i1']])
  await kit.work((books) => mend(books, differences))
  expect(await accounts()).toEqual({ payable: '1190', goods: '1200', 'price-variance': '-10' })
})
