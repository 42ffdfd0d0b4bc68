import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import { syncConnections } from '../../store/connection.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, payment, record, refund, sale, saleLine } from '../ledger-kit.ts'
import { payLine, payout, watched } from '../ledger-kit-payouts.ts'
import { mend } from '../mend.ts'
import { amountText, natural } from '../money/account.ts'
import { type Meant, postMeant } from '../money/post-meant.ts'
import { resettleNext } from '../resettle.ts'
import { termsText } from '../settlement-terms.ts'
import { statementLines } from '../statements/content.ts'
import { generateStatement } from '../statements/generate.ts'
import type { Incoming } from '../types.ts'
import { verify } from '../verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await connect({ name: 'shop-us', books: 'harbour' }, { name: 'psp', books: 'harbour' })
  await kit.apply(...masterData)
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
})

/** Connections whose payouts are watched, but for one that is said not to be; what they settle is settled again. */
async function connect(...rows: readonly { readonly name: string; readonly books: string; readonly isWatched?: boolean }[]): Promise<void> {
  await kit.database.write((tx) =>
    syncConnections(
      tx,
      kitTenant,
      rows.map(({ name, books, isWatched = true }) => ({
        ...{ name, books, connector: 'test' },
        ...(isWatched ? { settlement: termsText(watched) } : {}),
      })),
      1,
    ),
  )
  while ((await kit.work((books) => resettleNext(books, 10))).result);
}

/** Balances of the platform book that are not zero, in the way their accounts grow. */
const balances = async (): Promise<Readonly<Record<string, string>>> => {
  const rows = await kit.database.read.selectFrom('account').selectAll().where('book', '=', 'platform').execute()
  return Object.fromEntries(
    rows
      .filter(({ balance }) => BigInt(balance) !== 0n)
      .map((row) => [[row.owner, row.kind, row.party].filter((part) => part !== '').join(' '), amountText(natural(row))] as const)
      .sort(),
  )
}
const transfers = () => kit.database.read.selectFrom('transfer').selectAll().where('book', '=', 'platform').orderBy('id').execute()
const order = (key: string, amount: string, more: JsonObject = {}): readonly Incoming[] => [
  sale('shop-us', key, [saleLine('1', 'A', '1', { lineAmount: amount, unitPrice: amount })], {
    totals: { linesTotal: amount, grandTotal: amount },
    ...more,
  }),
  payment('shop-us', key, amount),
]
/** The buyer pays 95.00 of 100.00, the platform bears the rest. */
const shared = [
  sale('shop-us', '7', [saleLine('1', 'A', '10')], {
    discounts: [{ amount: '5.00', fundedBy: 'platform' }],
    totals: { linesTotal: '100.00', discountTotal: '5.00', grandTotal: '95.00' },
  }),
  payment('shop-us', '7', '95.00'),
]

test('a platform owes what buyers paid and what it bears, less what went back, until its payout arrives; its fees are ours', async () => {
  await kit.apply(...shared, refund('shop-us', 'r', '7', '30.00'))
  const before = {
    'harbour receivable shop-us': '70.00',
    'harbour refunds': '30.00',
    'harbour sales': '95.00',
    'harbour subsidies': '5.00',
  }
  expect(await balances()).toEqual(before)
  const paid = (status: string) =>
    payout(
      'P',
      [
        payLine('sale', '7', '95.00', { fee: '3.06' }),
        payLine('discount-subsidy', '7', '5.00'),
        payLine('refund', '7', '30.00'),
        payLine('fee', undefined, '2.00'),
        payLine('tax', undefined, '0.40'),
        payLine('adjustment', undefined, '1.00'),
        payLine('reserve', undefined, '4.00'),
      ],
      { status },
    )
  await kit.apply(paid('planned'))
  expect(await balances()).toEqual(before)
  await kit.apply(paid('paid'))
  // 61.54 arrive, and 4.00 are kept back
  expect(await balances()).toEqual({
    'harbour adjustment': '-1.00',
    'harbour bank': '61.54',
    'harbour fees': '5.46',
    'harbour receivable shop-us': '4.00',
    'harbour refunds': '30.00',
    'harbour sales': '95.00',
    'harbour subsidies': '5.00',
  })
  await kit.apply(paid('failed'))
  expect(await balances()).toEqual(before)
})

test('each posting names its document and has its day; the same again posts nothing', async () => {
  const all = [...order('7', '100.00'), payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' })])]
  await kit.apply(...all)
  await kit.apply(...all)
  expect((await transfers()).map((row) => [row.kind, row.ref_type, row.ref_key, row.ref_line, row.business_date]).sort()).toEqual([
    ['fee', 'payout', 'shop-us/P', null, '2026-11-25'],
    ['payout', 'payout', 'shop-us/P', null, '2026-11-25'],
    ['sale', 'sales-order', 'shop-us/7', 'shop-us/7/paid', '2026-11-23'],
  ])
})

test('what is of no order, and a total that is not the sum of its lines, stays on the account of the platform', async () => {
  await kit.apply(
    ...order('7', '100.00'),
    payout('P', [payLine('sale', '7', '100.00'), payLine('sale', '8', '20.00')], { total: '120.01' }),
  )
  expect((await balances())['harbour receivable shop-us']).toBe('-20.01')
  await kit.apply(...order('8', '20.00'))
  expect((await balances())['harbour receivable shop-us']).toBe('-0.01')
})

test('a payment provider owes what its payouts hold of orders; between two of our companies it goes through adjustments', async () => {
  const theirs = { ...payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' }), payLine('refund', '7', '10.00')]), connection: 'psp' }
  await kit.apply(...order('7', '100.00'), refund('shop-us', 'r', '7', '10.00'), theirs)
  expect(await balances()).toEqual({
    'harbour bank': '86.80',
    'harbour fees': '3.20',
    'harbour refunds': '10.00',
    'harbour sales': '100.00',
  })
  await connect({ name: 'shop-us', books: 'harbour' }, { name: 'psp', books: 'quay' })
  expect(await balances()).toEqual({
    'harbour adjustment': '90.00',
    'harbour refunds': '10.00',
    'harbour sales': '100.00',
    'quay adjustment': '-90.00',
    'quay bank': '86.80',
    'quay fees': '3.20',
  })
})

test('a bill that the hub was given is of the connection that it names', async () => {
  await kit.apply(...order('7', '100.00'))
  const bill = record('hub', 'payout', 'B', {
    ...{ number: 'B', status: 'paid', currency: 'USD', total: '96.80', connection: 'shop-us', paidAt: '2026-11-25T06:00:00.000Z' },
    lines: [payLine('sale', '7', '100.00', { fee: '3.20' })],
  })
  await kit.apply(bill)
  expect(await balances()).toEqual({ 'harbour bank': '96.80', 'harbour fees': '3.20', 'harbour sales': '100.00' })
  await connect({ name: 'shop-us', books: 'harbour', isWatched: false }, { name: 'psp', books: 'harbour' })
  expect(await balances()).toEqual({})
  await connect({ name: 'shop-us', books: 'harbour' }, { name: 'psp', books: 'harbour' })
  expect(await balances()).toEqual({ 'harbour bank': '96.80', 'harbour fees': '3.20', 'harbour sales': '100.00' })
})

test('an amount that its currency does not have is not posted: the finding says so', async () => {
  await kit.apply(...order('7', '10.005'))
  expect(await balances()).toEqual({})
  const codes = await kit.database.read.selectFrom('finding').select('code').where('state', '=', 'open').execute()
  expect(codes.map(({ code }) => code)).toContain('too-many-digits')
})

test('what is missing in the books, or too much, is found and mended', async () => {
  const all = [...order('7', '100.00'), payout('P', [payLine('sale', '7', '100.00', { fee: '3.20' })])]
  await kit.apply(...all)
  const good = await balances()
  const meant: Meant = {
    ...{ book: 'platform', owner: 'harbour', currency: 'USD', kind: 'payout', amount: '5.00', businessDate: '2026-11-25' },
    ...{
      debit: { party: '', kind: 'bank' },
      credit: { party: 'shop-us', kind: 'receivable' },
      ref: { type: 'payout', key: 'shop-us/none' },
    },
  }
  await kit.work((books) => postMeant(books, 'payout', ['shop-us/P', 'shop-us/none'], [meant], 'nobody'))
  await kit.work((books) => postMeant(books, 'sales-order', ['shop-us/7'], [], 'nobody'))
  expect(await balances()).toEqual({ 'harbour bank': '5.00', 'harbour receivable shop-us': '-5.00' })
  const { differences } = await verify(kit.database, kitTenant)
  expect(differences.map(({ table, of }) => [table, of.key]).sort()).toEqual([
    ['transfer', 'shop-us/7'],
    ['transfer', 'shop-us/P'],
    ['transfer', 'shop-us/P'],
    ['transfer', 'shop-us/none'],
  ])
  await kit.work((books) => mend(books, differences))
  expect(await balances()).toEqual(good)
})

test('a statement of the platform has each of it, and closes with what is still to be paid, to the cent', async () => {
  await kit.apply(...shared, ...order('8', '19.99'), payout('P', [payLine('sale', '7', '95.00', { fee: '3.06' })]))
  const row = await kit
    .work((books) =>
      generateStatement(
        { ...books, now: Date.parse('2026-12-01T09:00:00Z') },
        { kind: 'payout', owner: 'harbour', party: 'shop-us', currency: 'USD', until: '2026-11-30', author: { actor: 'anna', why: null } },
      ),
    )
    .then(({ result }) => result)
  expect(JSON.parse(row.totals)).toEqual({ fee: '-3.06', payout: '-91.94', sale: '114.99', subsidy: '5.00' })
  const open = await kit.database.read.selectFrom('settlement').select('open').execute()
  expect([amountText(BigInt(row.closing)), amountText(open.reduce((sum, one) => sum + BigInt(one.open), 0n))]).toEqual(['24.99', '24.99'])
  const lines = (await Array.fromAsync(statementLines(kit.database.read, kitTenant, row))).flat()
  expect(lines.map(({ kind, amount, document }) => [kind, amount, document?.key]).sort()).toEqual([
    ['fee', '-3.06', 'shop-us/P'],
    ['payout', '-91.94', 'shop-us/P'],
    ['sale', '19.99', 'shop-us/8'],
    ['sale', '95.00', 'shop-us/7'],
    ['subsidy', '5.00', 'shop-us/7'],
  ])
})
