import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, purchase, record, ref } from '../ledger-kit.ts'
import type { Incoming } from '../types.ts'
import { verify } from '../verify.ts'
import { credits, goods, invoiceLine, invoices, money, orders, receiptRecord, sentBack } from './match-bed.ts'
import { blankPaper, matchOnPaper, type Paper, type PaperInvoice, type PaperOrder } from './match-model.ts'

/** Ordered in cases of 12, received and invoiced in pieces. */
const orderRecord = ({ key, pieces, price }: PaperOrder): Incoming =>
  purchase(key, [
    {
      key: '1',
      product: { ref: ref('product', 'erp', 'A') },
      quantity: String(pieces / 12),
      unit: 'XCS',
      unitPrice: money(price * 12),
    },
  ])

function invoiceRecord(invoice: PaperInvoice): Incoming {
  const { key, number, day, pieces, price, isCredit, isPosted, currency } = invoice
  return record('erp', 'invoice', key, {
    kind: isCredit ? 'credit-note' : 'invoice',
    status: isPosted ? 'posted' : 'cancelled',
    number,
    issueDate: `2026-11-2${day}`,
    issuer: { name: 'Ningbo' },
    recipient: { name: 'Harbour' },
    currency,
    taxBasis: 'exclusive',
    lines: [invoiceLine(invoice)],
    totals: { grandTotal: money(pieces * price) },
  })
}

/** Something is said, for the first time or anew. */
class Says implements fc.AsyncCommand<Paper, LedgerKit> {
  private readonly write: (paper: Paper) => void
  private readonly record: Incoming
  constructor(incoming: Incoming, write: (paper: Paper) => void) {
    this.record = incoming
    this.write = write
  }
  check = () => true
  async run(paper: Paper, kit: LedgerKit): Promise<void> {
    this.write(paper)
    await kit.apply(this.record)
    expect(await inLedger(kit)).toEqual(matchOnPaper(paper))
  }
  toString = () => `${this.record.stream} ${this.record.externalKey} ${JSON.stringify(this.record.body)}`
}

async function inLedger({ database: { read } }: LedgerKit) {
  const pieces: Record<string, number> = {}
  const sums: Record<string, bigint> = {}
  const name = (key: string) => key.replace('erp/', '')
  for (const row of await read.selectFrom('invoice_allocation').selectAll().execute()) {
    const what = [name(row.key), row.basis, name(row.receipt || row.against)].join(' ').trim()
    if (BigInt(row.quantity) !== 0n) pieces[what] = (pieces[what] ?? 0) + Number(BigInt(row.quantity) / 1_000_000n)
    sums[row.key] = (sums[row.key] ?? 0n) + BigInt(row.amount)
  }
  const verdicts: Record<string, string> = {}
  for (const { key, verdict, total, kind } of await read.selectFrom('invoice_match').selectAll().execute()) {
    verdicts[name(key)] = verdict
    // the parts of an invoice come to it, to the last digit
    if (sums[key] !== undefined) expect(sums[key]).toBe(kind === 'credit-note' ? -BigInt(total) : BigInt(total))
  }
  const doubles = await read.selectFrom('finding').select('key').where('code', '=', 'invoice-double').where('state', '=', 'open').execute()
  return { pieces, verdicts, doubles: doubles.map(({ key }) => name(key)).sort() }
}

const order: fc.Arbitrary<PaperOrder> = fc.record(orders)
const invoiced: fc.Arbitrary<PaperInvoice> = fc.record(invoices)
const credited: fc.Arbitrary<PaperInvoice> = fc.record(credits)
const happenings = fc.commands(
  [
    order.map((one) => new Says(orderRecord(one), ({ orders }) => orders.set(one.key, one))),
    goods.map((one) => new Says(receiptRecord(one), ({ receipts }) => receipts.set(one.key, one))),
    goods.map((one) => new Says(receiptRecord(one), ({ receipts }) => receipts.set(one.key, one))),
    sentBack.map((one) => new Says(receiptRecord(one), ({ receipts }) => receipts.set(one.key, one))),
    invoiced.map((one) => new Says(invoiceRecord(one), ({ invoices }) => invoices.set(one.key, one))),
    invoiced.map((one) => new Says(invoiceRecord(one), ({ invoices }) => invoices.set(one.key, one))),
    credited.map((one) => new Says(invoiceRecord(one), ({ invoices }) => invoices.set(one.key, one))),
  ],
  { maxCommands: 20, size: 'max' },
)

test('orders, receipts, invoices and credit notes in any order, each said several times: the match is what a person works out piece by piece', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (commands) => {
      const kit = await openLedgerKit()
      try {
        const bought: PaperOrder = { key: 'o1', pieces: 24, price: 100 }
        await kit.apply(...masterData, orderRecord(bought))
        const model: Paper = { ...blankPaper(), orders: new Map([['o1', bought]]) }
        await fc.asyncModelRun(() => ({ model, real: kit }), commands)
        expect((await verify(kit.database, kitTenant)).differences).toEqual([])
      } finally {
        await kit.database.close()
      }
    }),
    { numRuns: 8, seed: 20261201 },
  )
}, 60_000)
