import type { Exact } from './tables.ts'

/**
 * Derived: a line of a posted invoice or credit note beside its order. `line`: JSON pointer into the invoice. `order_key`, `order_line`: '' where it has none. Quantities x 10^6 in the base unit, amounts x 10^4, both positive, also those of
 * credit notes. quantity = credited + covered + waiting + over: taken back by credit notes, covered by accepted goods, not covered, and beyond what was ordered. `expected`: what is left after credits at the order's price; null where that cannot be
 * said. `quantity_variance`: what is not covered, at the price of the invoice.
 */
export interface InvoiceLineTable {
  tenant: string
  key: string
  line: string
  kind: string
  order_key: string
  order_line: string
  currency: string
  quantity: Exact
  amount: Exact
  credited: Exact
  credited_amount: Exact
  covered: Exact
  waiting: Exact
  over: Exact
  expected: Exact | null
  quantity_variance: Exact
  verdict: string
}
/**
 * Derived: a part of a line of an invoice and what it stands against: a line of a receipt (`receipt`, `receipt_line`) or of another invoice (`against`, `against_line`); '' where nothing. Parts of a line add up to it; those of credit
 * notes are negative.
 */
export interface InvoiceAllocationTable {
  tenant: string
  key: string
  line: string
  part: string
  order_key: string
  order_line: string
  basis: string
  receipt: string
  receipt_line: string
  against: string
  against_line: string
  quantity: Exact
  amount: Exact
}
/** Derived: an invoice as the list finds it. `issuer`: key of the party, else its first tax number or its name. `year`: of the issue date. Variances are of all lines, x 10^4 in the currency of the invoice. */
export interface InvoiceMatchTable {
  tenant: string
  key: string
  kind: string
  status: string
  number: string
  issuer: string
  year: number
  issue_date: string
  due_date: string | null
  currency: string
  verdict: string
  total: Exact
  tax: Exact | null
  quantity_variance: Exact
  price_variance: Exact
  tax_scheme: string
  tax_code: string
  tax_number: string
}
/** The tolerance that an invoice is judged by, as JSON: what the workspace said for its issuer when it was first seen, or judged anew. */
export interface InvoiceToleranceTable {
  tenant: string
  key: string
  issuer: string
  tolerance: string
  at: number
}
/** A person's word that an invoice is to be paid as it is, which waits for a second person. `findings`: hash of what was accepted. */
export interface InvoiceAcceptanceTable {
  tenant: string
  key: string
  findings: string
  asked_by: string
  asked_at: number
  why: string
}
