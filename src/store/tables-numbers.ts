import type { Bool, Exact } from './tables.ts'

/** Columns of the tables of order numbers (requirements R301 to R320). Kinds of columns as in tables.ts. */

/** `settings` is JSON of ledger/numbers/scheme.ts. `next_seq` counts within `period`, `next_place` for ever: it is the order in which numbers were made. */
export interface NumberSchemeTable {
  tenant: string
  name: string
  version: number
  settings: string
  generation: 'on' | 'off'
  business: 'open' | 'stopped'
  period: string
  next_seq: number
  next_place: number
  /** of its early warning; null: none was needed yet */
  level: string | null
  changed_at: number
  changed_by: string
}
/**
 * Numbers that were made and nobody had yet: those of the sequence from `seq` on, `size` of them, of which the first `taken` were allotted and have rows of their own. `place`: that of the first one. `pattern`: JSON of
 * ledger/numbers/pattern.ts, what they look like. A row whose last number is taken goes.
 */
export interface NumberStockTable {
  tenant: string
  scheme: string
  place: number
  seq: number
  size: number
  taken: number
  pattern: string
  made_at: number
}
/**
 * A row is made with the first allotment and stays for ever: it is the proof that a number was given once. `due_at`: an available one may be taken from then on, a locked one is held until then. `request`: what it is, or was last, allotted to.
 * `exposed`: it counts as shown outside. `block`: it was leased with others, and its holder says later which were used.
 */
export interface OrderNumberTable {
  tenant: string
  scheme: string
  number: string
  state: 'available' | 'locked' | 'consumed' | 'retired'
  due_at: number
  place: number
  generation: number
  request: string | null
  holder: string | null
  reference: string | null
  exposed: Bool
  block: Bool
  amount: Exact | null
  events: number
  created_at: number
  changed_at: number
}
/** A request that was answered, and the numbers it got: JSON text[]. */
export interface NumberRequestTable {
  tenant: string
  scheme: string
  request: string
  count: number
  holder: string
  reference: string | null
  block: Bool
  numbers: string
  at: number
  actor: string
  /** end of the lease as it was asked for */
  until: number | null
}
/** What became of one number, 1 first, but for its allotments: those are told by their requests. What made it stands in the decisions. */
export interface NumberEventTable {
  tenant: string
  scheme: string
  number: string
  seq: number
  at: number
  state: OrderNumberTable['state']
  request: string | null
  holder: string | null
  until: number | null
  amount: Exact | null
  actor: string
  why: string | null
}
/** What was decided about a scheme, by whom, and from which figures: JSON. */
export interface NumberDecisionTable {
  tenant: string
  id: string
  scheme: string
  at: number
  kind: string
  inputs: string
  outcome: string
  actor: string
  why: string | null
}
/** Derived: how many numbers are in each state. A scheme has several rows, whose sums count, so that callers do not wait for one row. */
export interface NumberCountTable {
  tenant: string
  scheme: string
  shard: number
  issued: number
  available: number
  locked: number
  consumed: number
  retired: number
  amount: Exact
}
/** What may move demand. `scheme` '': all. `factor`: decimal text. */
export interface NumberSignalTable {
  tenant: string
  id: string
  scheme: string
  kind: string
  factor: string
  at: number
  half_life_ms: number
  source: string
  actor: string
}
/** A preset response to an alert. `assignee`: who carries it out; `state`: proposed ones need an approval first. */
export interface NumberResponseTable {
  tenant: string
  id: string
  scheme: string
  level: string
  action: string
  assignee: string
  state: 'proposed' | 'open' | 'refused' | 'done' | 'failed'
  at: number
  settled_at: number | null
  settled_by: string | null
  outcome: string | null
}
