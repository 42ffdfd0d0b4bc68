import { sha256 } from '../model/id.ts'
import type { Tx } from '../store/database.ts'
import type {
  AlarmTable,
  AnnouncementTable,
  AttemptTable,
  DeliveryTable,
  DocumentTable,
  DocumentVersionTable,
  EnvelopeTable,
  OrderStateTable,
  PlanTable,
  ReceiptTable,
  SaleTable,
  ShapeTable,
} from '../store/tables.ts'

const at = Date.parse('2026-11-23T07:00:00Z')

/** Rows of a test: everything has a value, the test names what matters. */
export const receiptRow = (tenant: string, id: string, body: string, more: Partial<ReceiptTable> = {}): ReceiptTable => ({
  tenant,
  id,
  connection: 'shop-us',
  stream: 'orders',
  kind: 'page',
  topic: null,
  event_id: null,
  headers: null,
  body: Buffer.from(body),
  coding: null,
  body_hash: sha256(body),
  as_of: at,
  baseline: 0,
  state: 'split',
  received_at: at,
  trace: null,
  records: null,
  ...more,
})

export const envelopeRow = (tenant: string, id: string, more: Partial<EnvelopeTable> = {}): EnvelopeTable => ({
  tenant,
  id,
  receipt: 'R1',
  connection: 'shop-us',
  stream: 'orders',
  lane: 1,
  key: '4711',
  version: '2026-11-23T07:00:00Z',
  op: 'upsert',
  slices: JSON.stringify([{ receipt: 'R1', from: 0, to: 4 }]),
  body_hash: 'h',
  as_of: at,
  baseline: 0,
  authoritative: 1,
  state: 'applied',
  reason: null,
  detail: null,
  waits_for: null,
  crashes: 0,
  revision: 'r1',
  received_at: at,
  settled_at: at,
  ...more,
})

export const deliveryRow = (tenant: string, id: string, more: Partial<DeliveryTable> = {}): DeliveryTable => ({
  tenant,
  id,
  route: 'orders-to-erp',
  connection: 'shop-us',
  action: 'sale',
  op: 'create',
  type: 'sales-order',
  key: 'shop-us/4711',
  document_version: 1,
  effect_key: `effect-${id}`,
  generation: 0,
  lane: 'shop-us/sales-order/shop-us/4711',
  state: 'delivered',
  reason: null,
  waits_for: null,
  body: '{"number":"4711"}',
  partner_key: '9',
  attempts: 1,
  due_at: at,
  ambiguous: 0,
  shadow: 0,
  revision: 'r1',
  created_at: at,
  settled_at: at,
  trace: null,
  ...more,
})

export const attemptRow = (tenant: string, id: string, delivery: string, more: Partial<AttemptTable> = {}): AttemptTable => ({
  tenant,
  id,
  delivery,
  n: 1,
  token: 't',
  started_at: at,
  ended_at: at + 40,
  outcome: 'delivered',
  code: null,
  status: 200,
  message: null,
  sample: null,
  ...more,
})

export const documentRow = (tenant: string, type: string, key: string, more: Partial<DocumentTable> = {}): DocumentTable => ({
  tenant,
  type,
  key,
  version: 1,
  origin: 'shop-us',
  number: '4711',
  status: 'confirmed',
  business_date: '2026-11-23',
  placed_at: at,
  deleted: 0,
  baseline: 0,
  body: JSON.stringify({ number: '4711', currency: 'USD' }),
  body_hash: 'b',
  envelope: 'E1',
  changed_at: at,
  ...more,
})

export const versionRow = (
  tenant: string,
  type: string,
  key: string,
  version: number,
  body: object,
  more: Partial<DocumentVersionTable> = {},
): DocumentVersionTable => ({
  tenant,
  type,
  key,
  version,
  body: JSON.stringify(body),
  deleted: 0,
  envelope: 'E1',
  mapping: null,
  revision: 'r1',
  at: at + version * 1000,
  actor: null,
  why: null,
  ...more,
})

const saleRow = (key: string): SaleTable => ({
  tenant: 'default',
  key,
  placed_at: at,
  origin: 'shop-us',
  channel: null,
  client_source: null,
  placed_via: 'api',
  customer: null,
  holds: '',
  updated_at: at,
})
const orderStateRow = (key: string): OrderStateTable => ({
  tenant: 'default',
  type: 'sales-order',
  key,
  origin: 'shop-us',
  number: '4711',
  status: 'open',
  currency: 'USD',
  business_date: '2026-11-23',
  payment: 'none',
  fulfilment: 'none',
  grand_total: 0,
  goods_total: 0,
  charge_total: 0,
  tax_total: 0,
  paid: 0,
  refunded: 0,
})

/** Puts rows into their tables. */
export async function insertRows(
  tx: Tx,
  rows: {
    readonly receipts?: readonly ReceiptTable[]
    readonly envelopes?: readonly EnvelopeTable[]
    readonly deliveries?: readonly DeliveryTable[]
    readonly attempts?: readonly AttemptTable[]
    readonly documents?: readonly DocumentTable[]
    readonly versions?: readonly DocumentVersionTable[]
    /** keys of sales orders that the list shows */
    readonly sales?: readonly string[]
  },
): Promise<void> {
  for (const row of rows.receipts ?? []) await tx.insertInto('receipt').values(row).execute()
  for (const row of rows.envelopes ?? []) await tx.insertInto('envelope').values(row).execute()
  for (const row of rows.deliveries ?? []) await tx.insertInto('delivery').values(row).execute()
  for (const row of rows.attempts ?? []) await tx.insertInto('attempt').values(row).execute()
  for (const row of rows.documents ?? []) await tx.insertInto('document').values(row).execute()
  for (const row of rows.versions ?? []) await tx.insertInto('document_version').values(row).execute()
  for (const key of rows.sales ?? []) {
    await tx.insertInto('sale').values(saleRow(key)).execute()
    await tx.insertInto('order_state').values(orderStateRow(key)).execute()
  }
}

export const planRow = (tenant: string, id: string, more: Partial<PlanTable> = {}): PlanTable => ({
  tenant,
  id,
  kind: 'deletes',
  connection: 'shop-us',
  stream: 'orders',
  affected: 2,
  total: 10,
  limit_percent: 5,
  keys: '["7","8"]',
  state: 'held',
  created_at: at,
  decided_at: null,
  decided_by: null,
  ...more,
})

export const alarmRow = (tenant: string, id: string, more: Partial<AlarmTable> = {}): AlarmTable => ({
  tenant,
  id,
  subject: 'stale/shop-us/orders',
  open_subject: 'stale/shop-us/orders',
  kind: 'stale',
  connection: 'shop-us',
  stream: 'orders',
  message: 'shop-us orders has not been read well',
  detail: '{"error":null}',
  times: 1,
  opened_at: at,
  seen_at: at,
  closed_at: null,
  ...more,
})

export const shapeRow = (tenant: string, id: string, path: string): ShapeTable => ({
  tenant,
  connection: 'shop-us',
  stream: 'orders',
  hash: sha256(path),
  id,
  path,
  type: 'number',
  word: '',
  how: 'drift',
  former: path === 'total' ? '["string"]' : '[]',
  example: '99.9',
  envelope: 'E1',
  seen_at: 5,
  accepted_at: null,
  accepted_by: null,
})

export const announcementRow = (tenant: string, at: number): AnnouncementTable => ({
  tenant,
  connection: 'shop-us',
  hash: sha256('sunset'),
  kind: 'sunset',
  at: Date.parse('2026-12-31T00:00:00Z'),
  link: 'https://shop.example/sunset',
  words: null,
  told_by: 'GET /orders',
  first_at: at,
  seen_at: at,
})
