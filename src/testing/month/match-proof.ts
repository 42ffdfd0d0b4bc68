import { worthOf } from './books.ts'
import { type Amount, cent, dealt, sumOf, written } from './exact.ts'
import type { Month } from './month.ts'
import { compare, type Difference } from './proof.ts'
import { type BookedInvoice, type BookedReceipt, caseOf, type InvoicedLine } from './supplier-books.ts'

/** From best to worst: an invoice is what the worst of its lines is. */
const verdicts = ['matched', 'within-tolerance', 'price-variance', 'quantity-variance', 'over-invoiced'] as const
type Verdict = (typeof verdicts)[number]
/** Tolerances of the month, in percent (workspace.ts). */
export const quantityPercent = '1'
export const pricePercent = '2'

interface Expected {
  readonly verdict: Verdict
  readonly quantityVariance: Amount
  readonly priceVariance: Amount
}

/** Every invoice: what it comes to beside its order and its receipt by the generator's own arithmetic, and whether its payment waits. */
export async function matchDifferences({ hub, suppliers }: Month): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  const rows = new Map((await hub.rows('/v1/invoices')).map((row) => [String(row.key), row]))
  const invoices = [...suppliers.invoices.values()]
  for (const invoice of invoices) {
    const row = rows.get(invoice.key)
    const expected = expectedOf(invoice, invoices)
    compare(differences, `invoice ${invoice.key} match`, expected.verdict, row?.match)
    compare(differences, `invoice ${invoice.key} quantity variance`, written(expected.quantityVariance), row?.quantityVariance)
    compare(differences, `invoice ${invoice.key} price variance`, written(expected.priceVariance), row?.priceVariance)
    compare(differences, `invoice ${invoice.key} total`, written(sumOf(invoice.lines.map(({ amount }) => amount))), row?.total)
    compare(differences, `invoice ${invoice.key} is held`, String(isHeld(invoice, invoices)), String(row?.held))
    rows.delete(invoice.key)
    if (invoice.lines.every(({ credited }) => credited.amount === 0n)) continue
    compare(differences, `credit note of ${invoice.key}`, 'matched', rows.get(`${invoice.key}-credit`)?.match)
    rows.delete(`${invoice.key}-credit`)
  }
  for (const key of rows.keys()) differences.push({ what: `invoice ${key}`, books: 'is not there', hub: 'is there' })
  return differences
}

/** Whether the payment of an invoice waits. */
export const isHeld = (invoice: BookedInvoice, all: readonly BookedInvoice[]): boolean =>
  !invoice.accepted && (invoice.isDouble || !['matched', 'within-tolerance'].includes(expectedOf(invoice, all).verdict))

/** A line of an invoice, in pieces: for goods that came, for what is confirmed and has not come, and beyond. */
export interface Coverage {
  readonly line: InvoicedLine
  readonly covered: number
  readonly waiting: number
  readonly over: number
}

/** All invoices of a receipt share its goods of a line, the first of them first; beyond the goods it may be for what the supplier confirmed and has not come. */
export function coverage(receipt: BookedReceipt, of: InvoicedLine['line'], all: readonly BookedInvoice[]): readonly Coverage[] {
  let goods = (receipt.lines.find(({ line }) => line === of)?.accepted ?? 0) * caseOf
  let gap = Math.max(0, of.confirmed - goods)
  const rivals = all.filter((one) => one.receipt === receipt).sort((a, b) => (a.key < b.key ? -1 : 1))
  return rivals.flatMap(({ lines }) => {
    const line = lines.find((one) => one.line === of)
    if (line === undefined) return []
    const left = line.pieces - line.credited.pieces
    const covered = Math.min(left, goods)
    const waiting = Math.min(left - covered, gap)
    goods -= covered
    gap -= waiting
    return [{ line, covered, waiting, over: left - covered - waiting }]
  })
}

export function expectedOf(invoice: BookedInvoice, all: readonly BookedInvoice[]): Expected {
  const lines = invoice.lines.map((own) => {
    const found = coverage(invoice.receipt, own.line, all).find(({ line }) => line === own)
    if (found === undefined) throw new Error(`${invoice.key} has no line ${own.line.line}`)
    return judged(own, found.covered + found.waiting + found.over, found.waiting, found.over)
  })
  const worst = Math.max(...lines.map(({ verdict }) => verdicts.indexOf(verdict)))
  return {
    verdict: verdicts[worst] ?? 'matched',
    quantityVariance: sumOf(lines.map(({ quantityVariance }) => quantityVariance)),
    priceVariance: sumOf(lines.map(({ priceVariance }) => priceVariance)),
  }
}

function judged({ line, amount, credited }: InvoicedLine, left: number, waiting: number, over: number): Expected {
  const missing = waiting + over
  // a price by another unit than that of the line counts by the amount of the line
  const agreed = line.price.pieces === caseOf ? worthOf(line.price, left) : shareOfLine(line, left)
  const priceVariance = amount - credited.amount - agreed
  // what no goods cover, at the prices of the invoice
  const [, , ...uncovered] = dealt(amount, [credited.pieces, left - missing, waiting, over])
  const quantityVariance = sumOf(uncovered)
  const size = priceVariance < 0n ? -priceVariance : priceVariance
  const isMuch = missing * 100 > Number(quantityPercent) * left
  if (isMuch) return { verdict: over > 0 ? 'over-invoiced' : 'quantity-variance', quantityVariance, priceVariance }
  if (priceVariance > cent && priceVariance * 100n > agreed * BigInt(pricePercent))
    return { verdict: 'price-variance', quantityVariance, priceVariance }
  return { verdict: missing === 0 && size <= cent ? 'matched' : 'within-tolerance', quantityVariance, priceVariance }
}

function shareOfLine({ price, ordered }: InvoicedLine['line'], pieces: number): Amount {
  const whole = worthOf(price, ordered)
  const divisor = BigInt(ordered) * cent
  return ((2n * whole * BigInt(pieces) + divisor) / (2n * divisor)) * cent
}
