/**
 * The columns of every table (design.md section 3). Each table and unique key starts with `tenant`. Times are epoch milliseconds; booleans 0 or 1; ids are made by
 * the hub and sort by time; JSON is text. `Exact` columns are 64 bit integers: amounts 10^-4, quantities in the base unit 10^-6, read with BigInt().
 */

import type { ApiKeyTable, SecretTable, TokenTurnTable } from './tables-access.ts'
import type {
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
  SoldTable,
  StockTable,
  WantedTable,
} from './tables-ledger.ts'
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
} from './tables-watch.ts'

export type {
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
  SoldTable,
  StockTable,
  WantedTable,
} from './tables-ledger.ts'
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
} from './tables-watch.ts'

export type Exact = number | bigint
export type Bool = 0 | 1

/** A checked state of the workspace. `files` is JSON {path: text hash}. */
export interface RevisionTable {
  tenant: string
  hash: string
  files: string
  current: Bool
  created_at: number
}
export interface TextTable {
  tenant: string
  hash: string
  body: string
  created_at: number
}

export interface ConnectionTable {
  tenant: string
  name: string
  connector: string
  state: 'active' | 'paused' | 'needs-auth' | 'failing'
  reason: string | null
  hook_token: string
  hook_token_old: string | null
  changed_at: number
  /** tries in a row that found nobody there, by whatever process; null: never one */
  downs: number | null
  /** when the last of them was, or was begun */
  down_at: number | null
}
/** `position` is JSON of the connector engine's checkpoint; null until the baseline read is complete. */
export interface CursorTable {
  tenant: string
  connection: string
  stream: string
  position: string | null
  moved_at: number
}

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
  /** removed: its bytes and headers were let go */
  state: 'received' | 'split' | 'removed'
  received_at: number
  /** W3C traceparent; null where nothing is traced */
  trace: string | null
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
export interface DedupeTable {
  tenant: string
  connection: string
  hash: string
  body_hash: string
  envelope: string
  at: number
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

/** `effect_key` is unique for ever; `body` is frozen before the first send (commands). `shadow` deliveries are rendered, never sent. */
export interface DeliveryTable {
  tenant: string
  id: string
  route: string
  connection: string
  action: string
  op: 'state' | 'create' | 'change' | 'cancel'
  type: string
  key: string
  document_version: number
  effect_key: string
  generation: number
  lane: string
  state: string
  reason: string | null
  waits_for: string | null
  body: string | null
  partner_key: string | null
  attempts: number
  due_at: number
  /** 1: an earlier try may have had its effect, 2: one had it, and only what follows failed */
  ambiguous: 0 | 1 | 2
  shadow: Bool
  revision: string | null
  created_at: number
  settled_at: number | null
  /** W3C traceparent of what caused it; null where nothing is traced */
  trace: string | null
}
export interface AttemptTable {
  tenant: string
  id: string
  delivery: string
  n: number
  token: string
  started_at: number
  ended_at: number | null
  outcome: string | null
  code: string | null
  status: number | null
  message: string | null
  sample: string | null
}

export interface IdempotencyTable {
  tenant: string
  route: string
  key: string
  request_hash: string
  status: number | null
  body: string | null
  at: number
}
export interface MigrationTable {
  number: number
  name: string
  at: number
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
  line_link: LineLinkTable
  identifier: IdentifierTable
  wanted: WantedTable
  reference: ReferenceTable
  finding: FindingTable
  journal: JournalTable
  order_state: OrderStateTable
  order_line: OrderLineTable
  reservation: ReservationTable
  stock: StockTable
  sold: SoldTable
  pushed: PushedTable
  parcel: ParcelTable
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
  fall: FallTable
  shape: ShapeTable
  announcement: AnnouncementTable
  audit: AuditTable
  traffic: TrafficTable
  alarm: AlarmTable
  notice: NoticeTable
  migration: MigrationTable
}
