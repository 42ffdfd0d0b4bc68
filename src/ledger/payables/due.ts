import { isObject, type Json } from '../../model/json.ts'
import { type CaseLine, caseLines, type OrderCase, relatedLines } from '../order-case.ts'
import { listOf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'

const dateForm = /^\d{4}-\d{2}-\d{2}$/

/**
 * By when goods of a line are to be paid: by the invoice that names the receipt, else by the last one of the line; by its due date, else by the terms of invoice or order from its day; without one by the terms of the
 * order from the day of the goods. null: nobody says, the supplier's own terms count.
 */
export function dueOf(orderCase: OrderCase, target: CaseLine, receipt: LedgerDocument, date: string): string | null {
  const terms = daysOf(orderCase.order.body.paymentTerms)
  const invoice = invoiceOf(orderCase, target, receipt)
  if (invoice === undefined) return terms === undefined ? null : laterBy(date, terms)
  const { dueDate, issueDate, paymentTerms } = invoice.body
  if (typeof dueDate === 'string' && dateForm.test(dueDate)) return dueDate
  const days = daysOf(paymentTerms) ?? terms
  return days === undefined ? null : laterBy(textOf(issueDate) ?? date, days)
}

function invoiceOf(orderCase: OrderCase, target: CaseLine, receipt: LedgerDocument): LedgerDocument | undefined {
  const invoices = orderCase.related.filter(
    ({ type, status, body }) => type === 'invoice' && body.kind === 'invoice' && (status === null || status === 'posted'),
  )
  const naming = invoices.filter(({ body }) =>
    listOf(body.lines).some((row) => isObject(row.receipt) && orderCase.keyOf(row.receipt) === receipt.key),
  )
  const lines = caseLines(orderCase)
  const ofLine = (invoice: LedgerDocument): boolean => relatedLines(orderCase, lines, invoice).some((row) => row.target?.key === target.key)
  const found = naming.length > 0 ? naming : invoices.filter(ofLine)
  const name = ({ body, key }: LedgerDocument): string => `${textOf(body.issueDate) ?? ''}\0${key}`
  return [...found].sort((a, b) => (name(a) < name(b) ? -1 : 1)).at(-1)
}

/** Days of payment terms. */
export const daysOf = (terms: Json | undefined): number | undefined =>
  isObject(terms) && typeof terms.days === 'number' && Number.isInteger(terms.days) ? terms.days : undefined

/** The day so many days after another; the day itself where no calendar has it. */
export function laterBy(date: string, days: number): string {
  try {
    return Temporal.PlainDate.from(date).add({ days }).toString()
  } catch (error) {
    if (error instanceof RangeError) return date
    throw error
  }
}
