import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { payment, record, ref, sale, saleLine } from '../ledger/ledger-kit.ts'
import { type SettlementTerms, termsText } from '../ledger/settlement-terms.ts'
import type { Incoming } from '../ledger/types.ts'
import { verify } from '../ledger/verify.ts'
import { syncConnections } from '../store/connection.ts'
import { later } from '../testing/bed-questions.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { syncSchedules } from './schedule.ts'

const day = 86_400_000
const terms: SettlementTerms = { dueDays: 7, fee: { percent: '2', fixed: '0', isReturned: false }, tolerance: '0' }

let bed: Bed
let start: number
beforeEach(async () => {
  bed = await openBed({ routes: [] })
  start = bed.clock.now
  await watch(terms)
})
afterEach(async () => {
  expect((await verify(bed.database, 'default')).differences).toEqual([])
  await bed.close()
})

/** The workspace has these terms for the shop now. */
async function watch(settlement: SettlementTerms): Promise<void> {
  bed.change({ setups: [{ name: 'shop', settlement }] })
  const wanted = [...bed.context.catalogue().connections.values()].map(({ name, connector, books, settlement: own }) => ({
    name,
    connector: connector.name,
    books,
    ...(own === undefined ? {} : { settlement: termsText(own) }),
  }))
  await bed.database.write((tx) => syncConnections(tx, 'default', wanted, bed.clock.now))
  await syncSchedules(bed.context)
}
const apply = (...records: readonly Incoming[]) =>
  bed.database.write(async (tx) => {
    const books = await openBooks(tx, { tenant: 'default', now: bed.clock.now, newId: bed.context.newId, revision: 'r' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
const iso = (ms: number) => new Date(ms).toISOString()
const bought = (key: string) => [sale('shop', key, [saleLine('1', 'A', '1')]), payment('shop', key, '10.00', { paidAt: iso(start) })]
const paid = (key: string, fee: string) =>
  record('shop', 'payout', `P${key}`, {
    status: 'paid',
    paidAt: iso(bed.clock.now),
    currency: 'USD',
    total: (10 - Number(fee)).toFixed(2),
    lines: [{ kind: 'sale', order: ref('sales-order', 'shop', key), amount: '10.00', fee }],
  })
const open = async () =>
  (await bed.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('key').execute()).map(
    ({ code, key, detail }) => [code, key, JSON.parse(detail).open],
  )
async function at(ms: number) {
  await later(bed, start + ms - bed.clock.now)
  await later(bed, 60_000)
  return open()
}

test('an order that its platform does not pay in time is late until it is paid', async () => {
  await apply(...bought('1'), ...bought('2'))
  expect(await at(7 * day - 3_600_000)).toEqual([])
  expect(await at(7 * day + 3_600_000)).toEqual([
    ['payout-overdue', 'shop/1', '10.00'],
    ['payout-overdue', 'shop/2', '10.00'],
  ])
  await apply(paid('1', '0.20'))
  expect(await open()).toEqual([['payout-overdue', 'shop/2', '10.00']])
  expect(await at(8 * day)).toEqual([['payout-overdue', 'shop/2', '10.00']])
})

test('other terms settle what is there again', async () => {
  await apply(...bought('1'), paid('1', '0.20'))
  const verdicts = async () => (await bed.database.read.selectFrom('payout_line').selectAll().execute()).map(({ verdict }) => verdict)
  expect(await verdicts()).toEqual(['matched'])
  await watch({ ...terms, fee: { percent: '1', fixed: '0', isReturned: false } })
  expect(await at(600_000)).toMatchObject([['payout-fee-differs', 'shop/P1', undefined]])
  expect(await verdicts()).toEqual(['fee-differs'])
  await apply(...bought('2'))
  await watch({ dueDays: 3, tolerance: '0' })
  await at(1_200_000)
  expect([await verdicts(), await open()]).toEqual([['matched'], []])
  expect(await at(3 * day + 3_600_000)).toMatchObject([['payout-overdue', 'shop/2', '10.00']])
})

test('a payment or payout of which its provider never told what came is found with its age, until it is told', async () => {
  const pending = (status: string) =>
    record('shop', 'payment', 'p1', { kind: 'payment', status, amount: '10.00', currency: 'USD', reference: 'txn-1', allocations: [] })
  const silent = async () =>
    (await bed.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('type').execute()).map(
      ({ code, key, type, detail }) => [code, `${type} ${key}`, JSON.parse(detail)],
    )
  await apply(
    pending('authorised'),
    record('shop', 'payout', 'O1', { status: 'in-transit', currency: 'USD', total: '0.00', lines: [] }),
    record('elsewhere', 'payment', 'p2', { kind: 'payment', status: 'pending', amount: '1.00', currency: 'USD' }),
  )
  await at(7 * day - 3_600_000)
  expect(await silent()).toEqual([])
  await at(7 * day + 3_600_000)
  const told = { days: 7, since: iso(start), currency: 'USD' }
  expect(await silent()).toEqual([
    ['payment-silent', 'payment shop/p1', { ...told, status: 'authorised', amount: '10.00', reference: 'txn-1' }],
    ['payment-silent', 'payout shop/O1', { ...told, status: 'in-transit', amount: '0.00' }],
  ])
  await apply(pending('captured'))
  await at(7 * day + 7_200_000)
  expect((await silent()).map(([, name]) => name)).toEqual(['payout shop/O1'])
})
