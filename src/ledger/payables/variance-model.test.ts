import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import { testServer } from '../../testing/test-store.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, purchase, record, ref } from '../ledger-kit.ts'
import { acceptInvoice, holdCodes } from '../match/accept-invoice.ts'
import { credits, goods, invoiceLine, invoices, money, orders, receiptRecord, sentBack } from '../match/match-bed.ts'
import { blankPaper, type PaperInvoice, type PaperOrder, type PaperReceipt } from '../match/match-model.ts'
import { natural } from '../money/account.ts'
import type { Incoming } from '../types.ts'
import { verify } from '../verify.ts'
import { accountsOnPaper, type Ledgered, type PaperSums } from './variance-model.ts'

type Order = PaperOrder & { readonly rate: number }
type Bill = PaperInvoice & PaperSums

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

const orderRecord = ({ key, pieces, price, rate }: Order): Incoming =>
  purchase(
    key,
    [
      {
        ...{
          key: '1',
          product: { ref: ref('product', 'erp', 'A') },
          quantity: String(pieces / 12),
          unit: 'XCS',
          unitPrice: money(price * 12),
        },
        ...(rate === 0 ? {} : { taxes: [{ percent: String(rate), amount: '0.00' }] }),
      },
    ],
    { buyer: party('harbour'), seller: party('N') },
  )

function invoiceRecord(bill: Bill): Incoming {
  const { key, number, day, pieces, price, isCredit, isPosted, currency, charges, tax } = bill
  return record('erp', 'invoice', key, {
    ...{ kind: isCredit ? 'credit-note' : 'invoice', status: isPosted ? 'posted' : 'cancelled', number, issueDate: `2026-11-2${day}` },
    ...{ issuer: party('N'), recipient: party('harbour'), currency, taxBasis: 'exclusive' },
    lines: [invoiceLine(bill)],
    totals: { grandTotal: money(pieces * price + charges + tax), taxTotal: money(tax) },
  })
}

async function heldIn({ database: { read } }: LedgerKit): Promise<ReadonlySet<string>> {
  const rows = await read.selectFrom('finding').select(['key', 'code']).where('type', '=', 'invoice').where('state', '=', 'open').execute()
  return new Set(rows.flatMap(({ key, code }) => (holdCodes.has(code) ? [key.replace('erp/', '')] : [])))
}

async function accountsIn({ database: { read } }: LedgerKit) {
  const sums: Record<string, number> = { payable: 0, goods: 0, 'price-variance': 0, 'quantity-variance': 0, charges: 0, tax: 0 }
  for (const row of await read.selectFrom('account').selectAll().where('currency', '=', 'CNY').execute()) {
    expect([row.book, row.owner]).toEqual(['payable', 'harbour'])
    sums[row.kind] = (sums[row.kind] ?? 0) + Number(natural(row) / 100n)
  }
  return sums
}

/** Something is said, for the first time or anew. */
class Says implements fc.AsyncCommand<Ledgered, LedgerKit> {
  private readonly write: (paper: Ledgered) => void
  private readonly record: Incoming
  constructor(incoming: Incoming, write: (paper: Ledgered) => void) {
    this.record = incoming
    this.write = write
  }
  check = () => true
  async run(paper: Ledgered, kit: LedgerKit): Promise<void> {
    this.write(paper)
    await kit.apply(this.record)
    expect(await accountsIn(kit)).toEqual(accountsOnPaper(paper, await heldIn(kit)))
  }
  toString = () => `${this.record.stream} ${this.record.externalKey} ${JSON.stringify(this.record.body)}`
}

/** Somebody accepts one of the invoices that wait, as it is. */
class Accepts implements fc.AsyncCommand<Ledgered, LedgerKit> {
  private readonly place: number
  constructor(place: number) {
    this.place = place
  }
  check = () => true
  async run(paper: Ledgered, kit: LedgerKit): Promise<void> {
    const waiting = [...(await heldIn(kit))].sort()
    const key = waiting[this.place % waiting.length]
    if (key === undefined) return
    await kit.work((books) => acceptInvoice(books, { key: `erp/${key}`, author: { actor: 'anna', why: 'so be it' }, rules: undefined }))
    accepted++
    const held = await heldIn(kit)
    expect(held.has(key)).toBe(false)
    expect(await accountsIn(kit)).toEqual(accountsOnPaper(paper, held))
  }
  toString = () => `accepts ${this.place}`
}
let accepted = 0

const order: fc.Arbitrary<Order> = fc.record({ ...orders, rate: fc.constantFrom(0, 6, 13) })
const sums = { charges: fc.constantFrom(0, 0, 500), tax: fc.integer({ min: 0, max: 250 }) }
const invoiced: fc.Arbitrary<Bill> = fc.record({ ...invoices, ...sums })
const credited: fc.Arbitrary<Bill> = fc.record({ ...credits, ...sums })
const says = {
  order: (one: Order) =>
    new Says(orderRecord(one), ({ orders, rates }) => {
      orders.set(one.key, one)
      rates.set(one.key, one.rate)
    }),
  receipt: (one: PaperReceipt) => new Says(receiptRecord(one), ({ receipts }) => receipts.set(one.key, one)),
  invoice: (one: Bill) =>
    new Says(invoiceRecord(one), ({ invoices, sums }) => {
      invoices.set(one.key, one)
      sums.set(one.key, one)
    }),
}
const happenings = fc.commands(
  [
    order.map(says.order),
    goods.map(says.receipt),
    goods.map(says.receipt),
    sentBack.map(says.receipt),
    invoiced.map(says.invoice),
    invoiced.map(says.invoice),
    credited.map(says.invoice),
    fc.nat(4).map((place) => new Accepts(place)),
    fc.nat(4).map((place) => new Accepts(place)),
    fc.nat(4).map((place) => new Accepts(place)),
  ],
  { maxCommands: 24, size: 'max' },
)

test('orders, receipts, invoices, credit notes and people who accept, in any order: accounts are what a bookkeeper works out piece by piece', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (commands) => {
      const kit = await openLedgerKit()
      try {
        const bought: Order = { key: 'o1', pieces: 24, price: 100, rate: 13 }
        await kit.apply(...masterData, ...parties, orderRecord(bought))
        const model: Ledgered = { ...blankPaper(), orders: new Map([['o1', bought]]), rates: new Map([['o1', 13]]), sums: new Map() }
        await fc.asyncModelRun(() => ({ model, real: kit }), commands)
        expect((await verify(kit.database, kitTenant)).differences).toEqual([])
      } finally {
        await kit.database.close()
      }
    }),
    { numRuns: testServer() === undefined ? 8 : 4, seed: 20261201, endOnFailure: true },
  )
  expect(accepted).toBeGreaterThan(2)
}, 60_000)
