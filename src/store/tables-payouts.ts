/** Columns of what platforms paid, held against orders. Kinds of columns as in tables.ts. */
import type { Exact } from './tables.ts'

/**
 * Derived: a payout with what became of its lines. matched + unmatched + unjudged is `line_total`, the sum of its lines in its own currency. `verdict`: matched | differs | void.
 */
export interface PayoutTable {
  tenant: string
  key: string
  origin: string
  number: string | null
  currency: string
  status: string | null
  verdict: string
  /** 0: it does not say when */
  paid_at: number
  total: Exact
  line_total: Exact
  matched: Exact
  unmatched: Exact
  unjudged: Exact
  lines: number
  /** lines that differ */
  differing: number
}
/**
 * Derived: one line of a payout, by its place in the document. `order_key`: '' while its order is not known. `amount`: what it moves, by the direction of its kind and without its fee. `detail`: JSON, the arithmetic.
 */
export interface PayoutLineTable {
  tenant: string
  key: string
  position: number
  order_key: string
  kind: string
  currency: string
  amount: Exact
  verdict: string
  detail: string
}
/**
 * Derived: the money of an order of a connection that is watched, or of which a payout speaks. `open` = captured + subsidy - refunded - settled: what the platform still has to pay. `state`: open | settled | over.
 */
export interface SettlementTable {
  tenant: string
  key: string
  origin: string
  number: string | null
  currency: string
  state: string
  captured: Exact
  subsidy: Exact
  refunded: Exact
  settled: Exact
  fees: Exact
  open: Exact
  /** when the buyer first paid; 0: nobody said */
  captured_at: number
  due_at: number | null
}
