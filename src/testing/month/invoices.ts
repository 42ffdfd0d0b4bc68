import type { JsonObject } from '../../model/json.ts'
import type { Chance } from '../../simulator/day/chance.ts'
import { worthOf } from './books.ts'
import { today } from './days.ts'
import { owner } from './deposits.ts'
import { partyRef, productRef, put } from './desk.ts'
import { type Amount, nearestCent, sumOf, written } from './exact.ts'
import type { Month } from './month.ts'
import { type BookedInvoice, type BookedReceipt, caseOf, type InvoicedLine } from './supplier-books.ts'
import { bookVariances } from './variance-books.ts'

/** How a supplier invoices a receipt: at the price of the order, a little or much above it, below it, for a case that did not come, or twice. */
const manners = ['exact', 'dearer', 'much-dearer', 'cheaper', 'one-more', 'twice'] as const
type Manner = (typeof manners)[number]
/** Of a hundred, what a line costs. */
const percents: Readonly<Partial<Record<Manner, bigint>>> = { dearer: 101n, 'much-dearer': 105n, cheaper: 97n }

const currency = 'EUR'

/** Suppliers invoice what was counted in; of what was wrong with it some takes a credit note back on the next day, and some is accepted as it is. */
export async function invoice(month: Month, chance: Chance): Promise<void> {
  const { suppliers } = month
  const known = [...suppliers.invoices.values()]
  for (const one of known) await mend(month, one, chance())
  const billed = new Set(known.map(({ receipt }) => receipt.key))
  for (const receipt of suppliers.receipts.values()) {
    if (billed.has(receipt.key) || receipt.lines.length === 0) continue
    // each manner in turn, so that a short month has most of them
    const manner = manners[suppliers.invoices.size % manners.length] ?? 'exact'
    const made = invoiceOf(receipt, manner)
    await write(month, made)
    if (manner === 'twice') await write(month, { ...invoiceOf(receipt, 'exact'), key: `${made.key}-again`, isDouble: true })
  }
  bookVariances(month)
}

function invoiceOf(receipt: BookedReceipt, manner: Manner): BookedInvoice {
  const number = receipt.key.slice(4).replace('GR', 'INV')
  return {
    ...{ key: `hub/${number}`, number, receipt, isDouble: false, accepted: false },
    lines: receipt.lines.map(({ line, accepted }, index): InvoicedLine => {
      const pieces = (accepted + (manner === 'one-more' && index === 0 ? 1 : 0)) * caseOf
      const amount = nearestCent(worthOf(line.price, pieces) * (percents[manner] ?? 100n), 100n)
      return { line, pieces, amount, credited: { pieces: 0, amount: 0n } }
    }),
  }
}

async function write(month: Month, made: BookedInvoice): Promise<void> {
  const { key, number, receipt, lines } = made
  await put(month, 'invoice', key, {
    ...headOf(
      receipt,
      lines.map(({ amount }) => amount),
    ),
    kind: 'invoice',
    number,
    lines: lines.map((one) => ({
      ...lineOf(receipt, one, one.pieces, one.amount),
      receipt: { type: 'goods-receipt', key: receipt.key },
      receiptLine: { key: one.line.line },
    })),
  })
  month.suppliers.invoices.set(key, made)
}

const headOf = ({ supplier }: BookedReceipt, amounts: readonly Amount[]): JsonObject => ({
  ...{ status: 'posted', issueDate: today(), issuer: partyRef(supplier), recipient: partyRef(owner), currency, taxBasis: 'exclusive' },
  totals: { linesTotal: written(sumOf(amounts)), grandTotal: written(sumOf(amounts)) },
})

const lineOf = ({ order }: BookedReceipt, { line }: InvoicedLine, pieces: number, amount: Amount): JsonObject => ({
  ...{ key: line.line, order: { type: 'purchase-order', key: order }, orderLine: { key: line.line }, product: productRef(line.article) },
  ...(pieces === 0 ? {} : { quantity: String(pieces / caseOf), unit: 'XCS' }),
  lineAmount: written(amount),
})

/** What a line asks too much: a sum, or the goods that it is not for. */
function tooMuch({ isDouble, receipt }: BookedInvoice, { line, pieces, amount }: InvoicedLine): InvoicedLine['credited'] {
  const came = isDouble ? 0 : (receipt.lines.find((one) => one.line === line)?.accepted ?? 0) * caseOf
  if (pieces > came) return { pieces: pieces - came, amount: came === 0 ? amount : amount - worthOf(line.price, came) }
  const above = amount - worthOf(line.price, pieces)
  return { pieces: 0, amount: above > 0n ? above : 0n }
}

async function mend(month: Month, made: BookedInvoice, mood: number): Promise<void> {
  const { key, receipt, lines } = made
  const wrong = lines.map((one) => ({ one, much: tooMuch(made, one) })).filter(({ one, much }) => much.amount > one.amount / 50n)
  if (wrong.length === 0 || made.accepted || lines.some(({ credited }) => credited.amount > 0n)) return
  if (mood < 0.4) {
    await put(month, 'invoice', `${key}-credit`, {
      ...headOf(
        receipt,
        wrong.map(({ much }) => much.amount),
      ),
      ...{ kind: 'credit-note', number: `${made.number}-C${made.isDouble ? '2' : ''}`, invoice: { type: 'invoice', key } },
      lines: wrong.map(({ one, much }) => ({
        ...lineOf(receipt, one, much.pieces, much.amount),
        invoice: { type: 'invoice', key },
        invoiceLine: { key: one.line.line },
      })),
    })
    for (const { one, much } of wrong) one.credited = much
  } else if (mood < 0.6) {
    await month.hub.send('POST', '/v1/invoices/accept', { key, why: 'agreed by phone' })
    made.accepted = true
  }
}
