import { amountScale, DecimalError, fromScaled, toScaled } from '../../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { InvoiceLineTable, InvoiceMatchTable } from '../../store/tables.ts'
import type { Note } from '../findings.ts'
import { keyOf, listOf, type Shelf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { issuerOf } from './issuer.ts'
import { amountOf, priceDifference, type Verdict, worstOf } from './match-order.ts'

/** An invoice beside all its orders: its row, its lines that have no order, and what is told of those. */
export interface InvoiceFigures {
  readonly row: InvoiceMatchTable
  readonly strays: readonly InvoiceLineTable[]
  readonly findings: readonly Note[]
}

const maxKey = 191
const maxWord = 64
const short = (value: Json | undefined, most: number): string => (textOf(value) ?? '').slice(0, most)

/** Prepayments and debit notes bill no goods of an order. */
export const billsGoods = ({ body }: LedgerDocument): boolean => body.kind === 'invoice' || body.kind === 'credit-note'
export const isPostedInvoice = ({ status, deleted }: LedgerDocument): boolean => !deleted && (status === null || status === 'posted')

/**
 * A pure function of the document and of its lines that have an order. Links must have been loaded. An invoice to a customer, a prepayment, a debit note and a text line are exempt: nothing came in for them.
 */
export function invoiceFigures(shelf: Shelf, invoice: LedgerDocument, stored: readonly InvoiceLineTable[]): InvoiceFigures {
  const { key, body } = invoice
  const ordered = stored.filter(({ order_key }) => order_key !== '')
  const isJudged = isPostedInvoice(invoice) && billsGoods(invoice)
  const known = new Set(ordered.map(({ line }) => line))
  const strays = isJudged
    ? listOf(body.lines).flatMap((line, place) =>
        known.has(`/lines/${place}`) ? [] : [strayLine(shelf, invoice, line, `/lines/${place}`)],
      )
    : []
  const lines = isJudged ? [...ordered, ...strays] : []
  const figures = heads(invoice, lines)
  const taxDocument = isObject(body.taxDocument) ? body.taxDocument : {}
  const verdict =
    isJudged && lines.length === 0
      ? isExempt(body) || names(body.invoice)
        ? 'exempt'
        : 'no-order'
      : worstOf(lines.map((row) => row.verdict))
  const row: InvoiceMatchTable = {
    tenant: shelf.tenant,
    key,
    kind: short(body.kind, maxWord),
    status: invoice.deleted ? 'deleted' : (invoice.status ?? 'posted'),
    number: short(body.number, maxKey),
    issuer: issuerOf(shelf, body),
    year: Number((textOf(body.issueDate) ?? '').slice(0, 4)) || 0,
    issue_date: short(body.issueDate, maxWord),
    due_date: textOf(body.dueDate) ?? null,
    currency: short(body.currency, maxWord),
    verdict,
    ...figures,
    tax_scheme: short(taxDocument.scheme, maxWord),
    tax_code: short(taxDocument.code, maxKey),
    tax_number: short(taxDocument.number, maxKey),
  }
  return { row, strays, findings: strayFindings(invoice, row, strays) }
}

const names = (reference: Json | undefined): boolean => isObject(reference)

/** It has to do with what was sold, not with what was bought. */
const isExempt = (body: JsonObject, line?: JsonObject): boolean => {
  const order = line?.order ?? body.order
  return isObject(order) && order.type === 'sales-order'
}

function strayLine(shelf: Shelf, { key, body }: LedgerDocument, line: JsonObject, at: string): InvoiceLineTable {
  const currency = short(body.currency, maxWord)
  const amount = amountOf(line, currency)
  const isText = amount === 0n && line.quantity === undefined
  return {
    tenant: shelf.tenant,
    key,
    line: at,
    kind: short(body.kind, maxWord),
    order_key: '',
    order_line: '',
    currency,
    quantity: 0n,
    amount,
    credited: 0n,
    credited_amount: 0n,
    covered: 0n,
    waiting: 0n,
    over: 0n,
    expected: null,
    quantity_variance: 0n,
    verdict: isText || isExempt(body, line) ? 'exempt' : 'no-order',
  }
}

function heads({ body }: LedgerDocument, lines: readonly InvoiceLineTable[]) {
  const totals = isObject(body.totals) ? body.totals : {}
  const added = (amounts: readonly (Json | undefined)[]) => amounts.reduce<bigint>((sum, one) => sum + (exact(one) ?? 0n), 0n)
  const taxes = listOf(body.taxes)
  const told = [totals.grandTotal, totals.linesTotal].map(exact).find((one) => one !== undefined)
  return {
    total: told ?? listOf(body.lines).reduce((sum, line) => sum + amountOf(line, textOf(body.currency) ?? ''), 0n),
    tax: exact(totals.taxTotal) ?? (taxes.length === 0 ? null : added(taxes.map(({ amount }) => amount))),
    quantity_variance: lines.reduce((sum, row) => sum + BigInt(row.quantity_variance), 0n),
    price_variance: lines.reduce((sum, row) => sum + (priceDifference(row) ?? 0n), 0n),
  }
}

export function exact(value: Json | undefined): bigint | undefined {
  if (typeof value !== 'string') return undefined
  try {
    return toScaled(value, amountScale)
  } catch (error) {
    if (error instanceof DecimalError) return undefined
    throw error
  }
}

function strayFindings({ body, type, key }: LedgerDocument, row: InvoiceMatchTable, strays: readonly InvoiceLineTable[]): Note[] {
  const open = strays.filter(({ verdict }) => verdict === ('no-order' satisfies Verdict))
  if (row.verdict !== 'no-order') return []
  const amount = listOf(body.lines).length === 0 ? BigInt(row.total) : open.reduce((sum, line) => sum + BigInt(line.amount), 0n)
  const text = (value: bigint) => fromScaled(value, amountScale, 2)
  const detail = { lines: open.length, amount: text(amount), total: text(BigInt(row.total)), currency: row.currency }
  return [{ type, key, code: 'no-order', path: '', detail }]
}

/** Keys of the invoices that a credit note takes from, with the places that name them. */
export function namedInvoices(shelf: Shelf, { body }: LedgerDocument): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  const add = (reference: Json | undefined, path: string) => {
    const key = isObject(reference) && reference.type === 'invoice' ? keyOf(shelf, reference) : undefined
    if (key !== undefined && !named.has(key)) named.set(key, path)
  }
  add(body.invoice, '/invoice')
  listOf(body.lines).forEach((line, place) => {
    add(line.invoice, `/lines/${place}/invoice`)
  })
  return named
}

/** What a credit note takes from one invoice, x 10^4: its lines that name it, or all of it where only its head names one. */
export function takenFrom(shelf: Shelf, credit: LedgerDocument, invoice: string): bigint {
  const { body } = credit
  const lines = listOf(body.lines)
  const currency = textOf(body.currency) ?? ''
  if (lines.every((line) => line.invoice === undefined)) return heads(credit, []).total
  return lines
    .filter((line) => keyOf(shelf, line.invoice ?? body.invoice) === invoice)
    .reduce((sum, line) => sum + amountOf(line, currency), 0n)
}
