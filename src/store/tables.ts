/**
 * The columns of every table (design.md section 3). Each table and unique key starts with `tenant`. Times are epoch milliseconds; booleans 0 or 1; ids are made by
 * the hub and sort by time; JSON is text. `Exact` columns are 64 bit integers: amounts 10^-4, quantities in the base unit 10^-6, read with BigInt().
 */

import type { ApiKeyTable, IdempotencyTable, PartyDocumentTable, SecretTable, TokenTurnTable } from './tables-access.ts'
import type { CodeListTable, CodeTable, IdentityChangeTable } from './tables-crosswalk.ts'
import type { AttemptTable, DeliveryTable } from './tables-delivery.ts'
import type { DepositOrderTable, DepositPaymentTable, DepositTable, DepositTermTable } from './tables-deposits.ts'
import type { EventMessageTable, EventSubscriptionTable } from './tables-events.ts'
import type {
  InvoiceAcceptanceTable,
  InvoiceAllocationTable,
  InvoiceLineTable,
  InvoiceMatchTable,
  InvoiceToleranceTable,
} from './tables-invoice.ts'
import type {
  AftersaleTable,
  CounterTable,
  DocumentTable,
  DocumentVersionTable,
  FindingTable,
  FormerReferenceTable,
  IdentifierTable,
  JournalTable,
  LineLinkTable,
  LinkTable,
  OrderLineTable,
  OrderStateTable,
  ParcelTable,
  PushedTable,
  ReferenceTable,
  ReservationTable,
  RouteDecisionTable,
  SaleTable,
  SoldTable,
  StockTable,
  WantedTable,
} from './tables-ledger.ts'
import type { AccountTable, BookTable, EntryTable, TransferTable } from './tables-money.ts'
import type {
  NumberCountTable,
  NumberDecisionTable,
  NumberEventTable,
  NumberRequestTable,
  NumberResponseTable,
  NumberSchemeTable,
  NumberSignalTable,
  NumberStockTable,
  OrderNumberTable,
} from './tables-numbers.ts'
import type { PayableItemTable } from './tables-payable.ts'
import type { PayoutLineTable, PayoutTable, SettlementTable } from './tables-payouts.ts'
import type { ListUseTable, OrderCostTable, PriceEntryTable, PriceGrantTable } from './tables-prices.ts'
import type { DaySaleTable, ReplenishmentTable, ReportDayTable } from './tables-sales.ts'
import type { StatementLineTable, StatementTable } from './tables-statement.ts'
import type { MovementTable, PromiseSumTable, PromiseTable, SerialTable } from './tables-stock.ts'
import type {
  AlarmTable,
  AnnouncementTable,
  AuditTable,
  BackfillTable,
  BaselineTable,
  FallTable,
  NoticeTable,
  PlanTable,
  ReportTable,
  ScheduleTable,
  ShapeTable,
  TrafficTable,
  VerificationTable,
} from './tables-watch.ts'
import type { ConnectionTable, CursorTable, DedupeTable, MigrationTable, RevisionTable, TextTable } from './tables-workspace.ts'

export type { PartyDocumentTable } from './tables-access.ts'
export type { AttemptTable, DeliveryTable } from './tables-delivery.ts'
export type { DepositOrderTable, DepositPaymentTable, DepositTable, DepositTermTable } from './tables-deposits.ts'
export type { EventMessageTable, EventSubscriptionTable } from './tables-events.ts'
export type { InvoiceAllocationTable, InvoiceLineTable, InvoiceMatchTable, InvoiceToleranceTable } from './tables-invoice.ts'
export type {
  AftersaleTable,
  CounterTable,
  DocumentTable,
  DocumentVersionTable,
  FindingTable,
  IdentifierTable,
  JournalTable,
  LineLinkTable,
  LinkTable,
  OrderLineTable,
  OrderStateTable,
  ParcelTable,
  PushedTable,
  ReferenceTable,
  ReservationTable,
  RouteDecisionTable,
  SaleTable,
  SoldTable,
  StockTable,
  WantedTable,
} from './tables-ledger.ts'
export type { PayoutLineTable, PayoutTable, SettlementTable } from './tables-payouts.ts'
export type { ListUseTable, OrderCostTable, PriceEntryTable, PriceGrantTable } from './tables-prices.ts'
export type { DaySaleTable, ReplenishmentTable, ReportDayTable } from './tables-sales.ts'
export type { MovementTable, PromiseSumTable, PromiseTable, SerialTable } from './tables-stock.ts'
export type {
  AlarmTable,
  AnnouncementTable,
  AuditTable,
  BackfillTable,
  JobKind,
  NoticeTable,
  PlanTable,
  ReportTable,
  ScheduleTable,
  ShapeTable,
  TrafficTable,
  VerificationTable,
} from './tables-watch.ts'
export type { ConnectionTable, CursorTable, RevisionTable, TextTable } from './tables-workspace.ts'

export type Exact = number | bigint
export type Bool = 0 | 1

/** The exact bytes of one webhook request or one page. */
export interface ReceiptTable {
  tenant: string
  id: string
  connection: string
  stream: string | null
  kind: 'webhook' | 'page' | 'key' | 'child'
  topic: string | null
  event_id: string | null
  headers: string | null
  body: Uint8Array
  /** how `body` is kept (packing.ts); null: as it came */
  coding: 'zstd' | null
  /** of the bytes as they came */
  body_hash: string
  as_of: number
  baseline: Bool
  /** received: a webhook that is not cut yet; uncut: a page, by another word, so that a release that knows webhooks only leaves it alone; removed: its bytes and headers were let go */
  state: 'received' | 'uncut' | 'split' | 'removed'
  received_at: number
  /** W3C traceparent; null where nothing is traced */
  trace: string | null
  /** of a page that was stored before it was cut: its rows; null for all others */
  records: number | null
}
/** `slices` is JSON Slice[]; `waits_for` names what releases a parked one; `detail` is JSON for people (errors of the mapping, states of the parts). */
export interface EnvelopeTable {
  tenant: string
  id: string
  receipt: string
  connection: string
  stream: string
  lane: number
  key: string
  version: string | null
  op: 'upsert' | 'delete'
  slices: string
  body_hash: string
  as_of: number
  baseline: Bool
  authoritative: Bool
  state: string
  reason: string | null
  detail: string | null
  waits_for: string | null
  crashes: number
  revision: string | null
  received_at: number
  settled_at: number | null
}
/** Last record of a key that took effect: versions are compared only here, inside one (connection, stream, key). */
export interface RecordTable {
  tenant: string
  connection: string
  stream: string
  key: string
  version: string | null
  body_hash: string
  envelope: string
  at: number
}
/** Ordered work: kind ingest (lane 0..63), deliver (connection, type, key), refetch (connection, stream, key), split. */
export interface LaneTable {
  tenant: string
  kind: string
  lane: string
  ready_at: number | null
  lease_until: number
  lease_token: string | null
  fails: number
}

export interface Tables {
  revision: RevisionTable
  text: TextTable
  connection: ConnectionTable
  schedule: ScheduleTable
  cursor: CursorTable
  receipt: ReceiptTable
  envelope: EnvelopeTable
  dedupe: DedupeTable
  record: RecordTable
  lane: LaneTable
  document: DocumentTable
  document_version: DocumentVersionTable
  link: LinkTable
  code: CodeTable
  code_list: CodeListTable
  identity_change: IdentityChangeTable
  line_link: LineLinkTable
  identifier: IdentifierTable
  wanted: WantedTable
  reference: ReferenceTable
  finding: FindingTable
  journal: JournalTable
  order_state: OrderStateTable
  party_document: PartyDocumentTable
  order_line: OrderLineTable
  sale: SaleTable
  aftersale: AftersaleTable
  route_decision: RouteDecisionTable
  day_sale: DaySaleTable
  report_day: ReportDayTable
  replenishment: ReplenishmentTable
  payout: PayoutTable
  payout_line: PayoutLineTable
  settlement: SettlementTable
  price_entry: PriceEntryTable
  price_grant: PriceGrantTable
  list_use: ListUseTable
  order_cost: OrderCostTable
  reservation: ReservationTable
  stock: StockTable
  movement: MovementTable
  serial: SerialTable
  promise: PromiseTable
  promise_sum: PromiseSumTable
  sold: SoldTable
  pushed: PushedTable
  counter: CounterTable
  book: BookTable
  account: AccountTable
  transfer: TransferTable
  entry: EntryTable
  payable_item: PayableItemTable
  statement: StatementTable
  statement_line: StatementLineTable
  deposit: DepositTable
  deposit_term: DepositTermTable
  deposit_order: DepositOrderTable
  deposit_payment: DepositPaymentTable
  number_scheme: NumberSchemeTable
  number_stock: NumberStockTable
  order_number: OrderNumberTable
  number_request: NumberRequestTable
  number_event: NumberEventTable
  number_decision: NumberDecisionTable
  number_count: NumberCountTable
  number_signal: NumberSignalTable
  number_response: NumberResponseTable
  parcel: ParcelTable
  invoice_line: InvoiceLineTable
  invoice_allocation: InvoiceAllocationTable
  invoice_match: InvoiceMatchTable
  invoice_tolerance: InvoiceToleranceTable
  invoice_acceptance: InvoiceAcceptanceTable
  delivery: DeliveryTable
  attempt: AttemptTable
  api_key: ApiKeyTable
  secret: SecretTable
  token_turn: TokenTurnTable
  idempotency: IdempotencyTable
  baseline: BaselineTable
  backfill: BackfillTable
  plan: PlanTable
  report: ReportTable
  verification: VerificationTable
  former_reference: FormerReferenceTable
  fall: FallTable
  shape: ShapeTable
  announcement: AnnouncementTable
  audit: AuditTable
  traffic: TrafficTable
  alarm: AlarmTable
  notice: NoticeTable
  event_subscription: EventSubscriptionTable
  event_message: EventMessageTable
  migration: MigrationTable
}
