/** Columns of the ledger's tables: what is known, and what follows from it. Kinds of columns as in tables.ts. */
import type { Bool, Exact } from './tables.ts'

export interface DocumentTable {
  tenant: string
  type: string
  key: string
  version: number
  origin: string
  number: string | null
  status: string | null
  business_date: string | null
  placed_at: number | null
  deleted: Bool
  baseline: Bool
  body: string
  body_hash: string
  envelope: string | null
  changed_at: number
}
export interface DocumentVersionTable {
  tenant: string
  type: string
  key: string
  version: number
  body: string
  deleted: Bool
  envelope: string | null
  mapping: string | null
  revision: string | null
  at: number
  /** key of the API, or person, whose command made it; null: a record of a connection did */
  actor: string | null
  why: string | null
}
export interface LinkTable {
  tenant: string
  type: string
  connection: string
  external_key: string
  key: string
  version: string | null
  image_hash: string | null
  linked_by: 'origin' | 'hub-ref' | 'identifier' | 'delivery' | 'person' | 'merge'
  at: number
}
export interface LineLinkTable {
  tenant: string
  type: string
  connection: string
  external_line: string
  key: string
  line: string
  at: number
}
export interface IdentifierTable {
  tenant: string
  type: string
  scheme: string
  value: string
  key: string
}
/** Records of mirrors whose document was not there yet: linked as soon as one appears under the identifier. */
export interface WantedTable {
  tenant: string
  type: string
  scheme: string
  value: string
  connection: string
  external_key: string
  at: number
}
/** What a document refers to; `to_key` null while it is not known. */
export interface ReferenceTable {
  tenant: string
  from_type: string
  from_key: string
  path: string
  to_type: string
  connection: string
  external_key: string
  to_key: string | null
}
export interface FindingTable {
  tenant: string
  type: string
  key: string
  code: string
  path: string
  detail: string
  state: 'open' | 'closed'
  opened_at: number
  closed_at: number | null
  /** who looks after it: `person/<name>` or `party/<key>` */
  owner: string | null
  owned_at: number | null
  /** the person who closed it; null: what it says was over */
  closed_by: string | null
  /** 1: it stays closed as long as it says the same */
  accepted: Bool | null
}
/** Orders and products that documents referred to in an earlier version and do not any more. */
export interface FormerReferenceTable {
  tenant: string
  to_type: string
  to_key: string
  from_type: string
  from_key: string
}
export interface JournalTable {
  tenant: string
  id: string
  at: number
  kind: string
  type: string
  key: string
  version: number | null
  envelope: string | null
  delivery: string | null
  detail: string | null
  /** key of the API, or person, whose command caused it; null: something else did */
  actor: string | null
  why: string | null
}

/** Derived: what several systems know together about an order. Totals x 10^4. */
export interface OrderStateTable {
  tenant: string
  type: string
  key: string
  origin: string
  number: string | null
  status: string
  currency: string
  business_date: string
  payment: string
  fulfilment: string
  grand_total: Exact
  goods_total: Exact
  charge_total: Exact
  tax_total: Exact
  paid: Exact
  refunded: Exact
}
/** Derived: what the list of sales orders finds an order by, beside its state. `holds`: words with spaces between. */
export interface SaleTable {
  tenant: string
  key: string
  placed_at: number
  origin: string
  channel: string | null
  client_source: string | null
  placed_via: string
  customer: string | null
  holds: string
  /** when the order, or what is derived of it, changed last */
  updated_at: number
}
/** Derived: what the list of after-sale documents, and the look at their deadlines, find one by. */
export interface AftersaleTable {
  tenant: string
  key: string
  origin: string
  kind: string
  status: string
  requested_at: number
  deadline: number | null
}
/** Where an order goes, each decision a row; the last one holds. `accounts` with spaces between; body: JSON {inputs, lines}. */
export interface RouteDecisionTable {
  tenant: string
  key: string
  id: string
  at: number
  /** hash of the rules */
  version: string
  accounts: string
  body: string
  actor: string | null
  why: string | null
}
/** Derived, quantities x 10^6 in the base unit. `open` = quantity - cancelled - shipped (sales), confirmed - received (purchases: in transit). */
export interface OrderLineTable {
  tenant: string
  type: string
  key: string
  line: string
  number: string
  origin: string
  product: string | null
  quantity: Exact
  cancelled: Exact
  confirmed: Exact
  shipped: Exact
  received: Exact
  rejected: Exact
  invoiced: Exact
  restocked: Exact
  open: Exact
}
/** What reduces a product's available figure; released_at: when it left onHand (shipped), by the partner's clock. */
export interface ReservationTable {
  tenant: string
  product: string
  order_key: string
  line: string
  part: string
  quantity: Exact
  released_at: number | null
}
/** Derived: what is at one place, of one owner, in one condition and lot ('' where there is none). */
export interface StockTable {
  tenant: string
  product: string
  location: string
  owner: string
  condition: string
  lot: string
  on_hand: Exact
  as_of: number
  source: string
  reserved: Exact
  in_transit: Exact
  available: Exact
  changed_at: number
}
/** Units of a product that one shop's orders took (less cancelled and restocked). */
export interface SoldTable {
  tenant: string
  connection: string
  product: string
  quantity: Exact
}
/** Derived: what became of a parcel, by all that carriers tell of its number and the shipments that carry it. */
export interface ParcelTable {
  tenant: string
  tracking: string
  status: string
  /** time and key of the tracking event that says so; null while none was heard */
  at: number | null
  event: string | null
  carrier: string | null
  delivered_at: number | null
  events: number
}
/** Last figure pushed to a shop and what the shop had sold by then: what the shop must show now is pushed - (sold - sold_then). */
export interface PushedTable {
  tenant: string
  connection: string
  type: string
  key: string
  value: string
  sold: Exact
  at: number
}
/** How far a count of numbers has come. */
export interface CounterTable {
  tenant: string
  name: string
  last: number
}
