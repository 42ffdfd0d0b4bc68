import { holdCodes } from '../ledger/match/accept-invoice.ts'
import { groupsOf } from '../ledger/match/head-findings.ts'
import { priceDifference } from '../ledger/match/match-order.ts'
import { postedAbout, sumsByKind } from '../ledger/payables/posted.ts'
import { amountScale, fromScaled, quantityScale } from '../model/decimal.ts'
import type { Reader } from '../store/in-list.ts'
import { acceptanceOf, allocationsOf, creditsAgainst, firstOfGroup, invoiceLinesOf, openCodesOf, tolerancesOf } from '../store/invoice.ts'
import type { InvoiceAllocationTable, InvoiceLineTable, InvoiceMatchTable } from '../store/tables.ts'
import { count, decimal, described, fields, flag, list, mapOf, nullable, type Of, text, time } from './shape.ts'
import { document, iso, stored } from './values.ts'

const amount = described(decimal, 'in the currency of the invoice')
const quantity = described(decimal, 'in the base unit of the product')

export const invoiceHead = {
  key: text(),
  kind: text(),
  status: text(),
  number: text(),
  supplier: described(text(), 'key of the party that issued it, else its tax number or its name'),
  issueDate: text(),
  dueDate: nullable(text()),
  currency: text(),
  total: amount,
  tax: described(nullable(decimal), 'of the whole document, as it says; null: it says none'),
  match: described(text(), 'the worst that is so of any of its lines'),
  quantityVariance: described(decimal, 'what is invoiced and not covered by accepted goods, at the prices of the invoice'),
  priceVariance: described(decimal, 'what is invoiced above (or, below zero, under) the prices of the orders'),
  held: described(flag, 'its payment waits: something is open about it'),
  holds: described(list(text()), 'codes of the findings that hold it'),
  taxDocument: nullable(fields({ scheme: text(), code: text(), number: text() })),
}
export const listedInvoice = fields(invoiceHead)

const part = fields({
  basis: described(
    text(),
    'named: goods of the receipt it names. order: goods of the order, the oldest first. credited: taken back. waiting: no goods yet. over: beyond what was ordered. sum: money without a quantity. credit: of a credit note',
  ),
  receipt: nullable(text()),
  receiptLine: nullable(text()),
  against: described(nullable(text()), 'key of the credit note, or of a credit note the invoice'),
  againstLine: nullable(text()),
  quantity,
  amount,
})
const line = fields({
  line: described(text(), 'JSON pointer into the invoice'),
  order: nullable(text()),
  orderLine: nullable(text()),
  match: text(),
  quantity,
  amount,
  credited: quantity,
  creditedAmount: amount,
  covered: quantity,
  waiting: quantity,
  over: quantity,
  expected: described(nullable(decimal), 'what is left after credits at the price of the order; null where that cannot be said'),
  priceVariance: nullable(decimal),
  quantityVariance: amount,
  arithmetic: fields({ quantity: text(), price: nullable(text()) }),
  parts: list(part),
})
export const matchAnswer = fields({
  ...invoiceHead,
  tolerance: described(nullable(document), 'by which it is judged; null for suppliers'),
  lines: list(line),
  credits: described(
    list(fields({ key: text(), line: text(), againstLine: text(), quantity, amount })),
    'parts of credit notes that take from it, below zero',
  ),
  doubles: described(list(text(), 20), 'other posted invoices with its number, or its tax document'),
  acceptance: described(nullable(fields({ askedBy: text(), askedAt: time, why: text() })), 'the first of two persons has accepted it'),
  posted: described(
    mapOf(decimal),
    'what it makes us owe beyond what its receipts did, by account: price-variance, quantity-variance, charges, tax; empty while it is held',
  ),
  lineCount: count,
})

const money = (value: bigint | number): string => fromScaled(BigInt(value), amountScale, 2)
const pieces = (value: bigint | number): string => fromScaled(BigInt(value), quantityScale)
const named = (word: string): string | null => (word === '' ? null : word)

/** Invoices as lists show them, with what holds them. */
export async function shownInvoices(
  read: Reader,
  tenant: string,
  rows: readonly InvoiceMatchTable[],
): Promise<readonly Of<typeof listedInvoice>[]> {
  const codes = await openCodesOf(
    read,
    tenant,
    rows.map(({ key }) => key),
    [...holdCodes],
  )
  return rows.map((row) => {
    const holds = codes.get(row.key) ?? []
    return {
      key: row.key,
      kind: row.kind,
      status: row.status,
      number: row.number,
      supplier: row.issuer,
      issueDate: row.issue_date,
      dueDate: row.due_date,
      currency: row.currency,
      total: money(row.total),
      tax: row.tax === null ? null : money(row.tax),
      match: row.verdict,
      quantityVariance: money(row.quantity_variance),
      priceVariance: money(row.price_variance),
      held: holds.length > 0,
      holds,
      taxDocument:
        row.tax_number === '' && row.tax_code === '' ? null : { scheme: row.tax_scheme, code: row.tax_code, number: row.tax_number },
    }
  })
}

/** How one invoice stands beside its orders and receipts, line by line with the arithmetic. `isOperator`: with what suppliers are not told. */
export async function matchView(
  read: Reader,
  tenant: string,
  row: InvoiceMatchTable,
  isOperator: boolean,
): Promise<Of<typeof matchAnswer>> {
  const { key } = row
  const [head] = await shownInvoices(read, tenant, [row])
  const lines = await invoiceLinesOf(read, tenant, [key])
  const parts = Map.groupBy(await allocationsOf(read, tenant, [key]), (one) => one.line)
  const credits = await creditsAgainst(read, tenant, [key])
  const doubles = new Set<string>()
  for (const group of groupsOf(row)) for (const other of await firstOfGroup(read, tenant, group, 20)) doubles.add(other.key)
  doubles.delete(key)
  const [tolerance] = isOperator ? await tolerancesOf(read, tenant, [key]) : []
  const first = isOperator ? await acceptanceOf(read, tenant, key) : undefined
  return {
    ...(head as Of<typeof listedInvoice>),
    tolerance: tolerance === undefined ? null : stored(tolerance.tolerance),
    lines: lines.sort((a, b) => placeOf(a) - placeOf(b)).map((one) => lineView(one, parts.get(one.line) ?? [])),
    credits: credits.map((one) => ({
      key: one.key,
      line: one.line,
      againstLine: one.against_line,
      quantity: pieces(one.quantity),
      amount: money(one.amount),
    })),
    doubles: [...doubles].sort().slice(0, 20),
    acceptance: first === undefined ? null : { askedBy: first.asked_by, askedAt: iso(first.asked_at), why: first.why },
    posted: Object.fromEntries(
      [...sumsByKind(await postedAbout(read, tenant, 'invoice', [key]))].flatMap(([kind, sum]) => (sum === 0n ? [] : [[kind, money(sum)]])),
    ),
    lineCount: lines.length,
  }
}

const placeOf = ({ line: at }: InvoiceLineTable): number => Number(at.slice('/lines/'.length))

function lineView(row: InvoiceLineTable, parts: readonly InvoiceAllocationTable[]): Of<typeof line> {
  const difference = priceDifference(row)
  return {
    line: row.line,
    order: named(row.order_key),
    orderLine: named(row.order_line),
    match: row.verdict,
    quantity: pieces(row.quantity),
    amount: money(row.amount),
    credited: pieces(row.credited),
    creditedAmount: money(row.credited_amount),
    covered: pieces(row.covered),
    waiting: pieces(row.waiting),
    over: pieces(row.over),
    expected: row.expected === null ? null : money(row.expected),
    priceVariance: difference === undefined ? null : money(difference),
    quantityVariance: money(row.quantity_variance),
    arithmetic: {
      quantity:
        row.kind === 'credit-note'
          ? `${pieces(row.quantity)} taken back, ${pieces(row.over)} of it beyond what was invoiced`
          : `${pieces(row.quantity)} = ${pieces(row.covered)} covered + ${pieces(row.credited)} credited + ${pieces(row.waiting)} waiting + ${pieces(row.over)} over`,
      price:
        difference === undefined
          ? null
          : `${money(row.amount)} - ${money(row.credited_amount)} credited - ${money(row.expected ?? 0)} at the price of the order = ${money(difference)}`,
    },
    parts: [...parts]
      .sort((a, b) => Number(a.part) - Number(b.part))
      .map((one) => ({
        basis: one.basis,
        receipt: named(one.receipt),
        receiptLine: named(one.receipt_line),
        against: named(one.against),
        againstLine: named(one.against_line),
        quantity: pieces(one.quantity),
        amount: money(one.amount),
      })),
  }
}
