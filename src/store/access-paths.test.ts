import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'

let folder = ''
let database: Database
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'paths-'))
  database = await openSqlite(join(folder, 'hub.db'))
  await migrate(database)
})
afterAll(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The questions the pipeline and the ledger ask all day, and the key that has to answer each without reading a whole table or sorting. */
const paths: readonly (readonly [string, RawBuilder<unknown>, string])[] = [
  [
    'next envelopes of a lane',
    sql`select * from envelope where tenant = 't' and lane = 3 and state = 'received' order by id limit 32`,
    'envelope_by_lane_state_id',
  ],
  [
    'last envelope of a key',
    sql`select * from envelope where tenant = 't' and connection = 'c' and stream = 's' and key = 'k' order by id desc limit 1`,
    'envelope_by_connection_stream_key_id',
  ],
  ['envelopes that wait for a thing', sql`select * from envelope where tenant = 't' and waits_for = 'w'`, 'envelope_by_waits_for'],
  ['envelopes of a receipt', sql`select * from envelope where tenant = 't' and receipt = 'r'`, 'envelope_by_receipt'],
  [
    'a page of dead envelopes',
    sql`select * from envelope where tenant = 't' and state = 'dead' and id < 'z' order by id desc limit 50`,
    'envelope_by_state_id',
  ],
  [
    'changes of records that wait for a person',
    sql`select * from shape where tenant = 't' and accepted_at is null limit 100`,
    'shape_by_accepted_at',
  ],
  [
    'changes of records, newest first',
    sql`select * from shape where tenant = 't' and how = 'drift' and id < 'z' order by id desc limit 50`,
    'shape_by_how_id',
  ],
  ['receipts to split', sql`select * from receipt where tenant = 't' and state = 'received' order by id limit 8`, 'receipt_by_state_id'],
  [
    'lanes that are ready',
    sql`select * from lane where kind = 'ingest' and ready_at <= 5 and lease_until < 5 order by ready_at limit 16`,
    'lane_by_kind_ready_at',
  ],
  [
    'next deliveries of a lane',
    sql`select * from delivery where tenant = 't' and lane = 'l' and state = 'due' order by id limit 8`,
    'delivery_by_lane_state_id',
  ],
  [
    'deliveries of a document',
    sql`select * from delivery where tenant = 't' and type = 'y' and key = 'k' and connection = 'c'`,
    'delivery_by_type_key_connection',
  ],
  ['deliveries that wait for a thing', sql`select * from delivery where tenant = 't' and waits_for = 'w'`, 'delivery_by_waits_for'],
  [
    'what we made at a partner',
    sql`select * from delivery where tenant = 't' and connection = 'c' and partner_key = 'p'`,
    'delivery_by_connection_partner_key',
  ],
  ['attempts of a delivery', sql`select * from attempt where tenant = 't' and delivery = 'd' order by n`, 'attempt_by_delivery_n'],
  ['external keys of a document', sql`select * from link where tenant = 't' and type = 'y' and key = 'k'`, 'link_by_type_key_connection'],
  [
    'references that wait for a link',
    sql`select * from reference where tenant = 't' and to_type = 'y' and connection = 'c' and external_key = 'e'`,
    'reference_by_to_type_connection_external_key',
  ],
  ['reservations of an order', sql`select * from reservation where tenant = 't' and order_key = 'o'`, 'reservation_by_order_key'],
  [
    'what reduces a product now',
    sql`select sum(quantity) from reservation where tenant = 't' and product = 'p' and released_at is null`,
    'reservation_by_product_released_at_quantity',
  ],
  ['a document by its number', sql`select * from document where tenant = 't' and type = 'y' and number = 'n'`, 'document_by_type_number'],
  ['history of a document', sql`select * from journal where tenant = 't' and type = 'y' and key = 'k'`, 'journal_by_type_key'],
  [
    'what is due for a receiver of events',
    sql`select subject from event_message where tenant = 't' and subscription = 's' and state = 'due' and due_at <= 5 order by due_at limit 256`,
    'event_message_by_subscription_state_due_at',
  ],
  ['open findings', sql`select * from finding where tenant = 't' and state = 'open' and code = 'c'`, 'finding_by_state_code_opened_at'],
  [
    'the queue of findings, the oldest first',
    sql`select * from finding where tenant = 't' and state = 'open' and opened_at >= 5 and (opened_at > 5 or type > 'y' or (type = 'y' and key > 'k')) order by opened_at, type, key, code, path limit 51`,
    'finding_by_state_opened_at_type_key_code_path',
  ],
  [
    'what a person looks after',
    sql`select * from finding where tenant = 't' and owner = 'person/ann' and state = 'open'`,
    'finding_by_owner_state',
  ],
  [
    'a page of sales orders, the newest first',
    sql`select * from sale join order_state on order_state.tenant = 't' and order_state.type = 'sales-order' and order_state.key = sale.key where sale.tenant = 't' and placed_at <= 5 and (placed_at < 5 or sale.key < 'k') order by placed_at desc, sale.key desc limit 51`,
    'sale_by_placed_at_key',
  ],
  [
    'a page of one shop',
    sql`select * from sale join order_state on order_state.tenant = 't' and order_state.type = 'sales-order' and order_state.key = sale.key where sale.tenant = 't' and sale.origin in ('s') order by placed_at desc, sale.key desc limit 51`,
    'sale_by_origin_placed_at_key',
  ],
  [
    'a page of one customer',
    sql`select * from sale join order_state on order_state.tenant = 't' and order_state.type = 'sales-order' and order_state.key = sale.key where sale.tenant = 't' and customer = 'c' order by placed_at desc, sale.key desc limit 51`,
    'sale_by_customer_placed_at_key',
  ],
  [
    'sales orders that changed',
    sql`select * from sale join order_state on order_state.tenant = 't' and order_state.type = 'sales-order' and order_state.key = sale.key where sale.tenant = 't' and updated_at >= 5 order by updated_at, sale.key limit 51`,
    'sale_by_updated_at_key',
  ],
  [
    'a page of purchases of one seller to which something happened',
    sql`select * from order_state where tenant = 't' and type = 'purchase-order' and key > 'a' and exists (select 1 from reference where reference.tenant = order_state.tenant and reference.from_type = 'purchase-order' and reference.from_key = order_state.key and reference.path = 'seller.ref' and reference.to_key = 's') and exists (select 1 from journal where journal.tenant = order_state.tenant and journal.type = 'purchase-order' and journal.key = order_state.key and journal.at >= 5) order by key limit 50`,
    'order_state',
  ],
  [
    'a purchase by its number',
    sql`select * from order_state where tenant = 't' and type = 'purchase-order' and key > 'a' and key in (select document.key from document where document.tenant = 't' and document.type = 'purchase-order' and document.number = 'n') order by key limit 50`,
    'document_by_type_number',
  ],
  [
    'where a stretch of the journal ends',
    sql`select id from journal where tenant = 't' and id < 'z' order by id desc limit 1 offset 4999`,
    'sqlite_autoindex_journal',
  ],
  [
    'events of a rare kind within a stretch',
    sql`select * from journal where tenant = 't' and id < 'z' and id >= 'b' and (kind in ('k') and type in ('y')) order by id desc limit 500`,
    'sqlite_autoindex_journal',
  ],
  [
    'the stock of a product at a place',
    sql`select * from stock where tenant = 't' and product = 'p' and location = 'l' order by product, location, owner, condition, lot limit 51`,
    'stock',
  ],
  [
    'one sales order as the list shows it',
    sql`select * from sale join order_state on order_state.tenant = 't' and order_state.type = 'sales-order' and order_state.key = sale.key where sale.tenant = 't' and sale.key = 'k'`,
    'sale',
  ],
  [
    'the last duties of a document',
    sql`select id from delivery where tenant = 't' and type = 'y' and key = 'k'`,
    'delivery_by_type_key_connection',
  ],
  ['whose webhook it is', sql`select * from connection where hook_token = 'h'`, 'sqlite_autoindex_connection'],
]

test.each(paths)('%s', async (_, query, key) => {
  const plan = await sql<{ detail: string }>`explain query plan ${query}`.execute(database.read)
  const steps = plan.rows.map((row) => row.detail).join('; ')
  expect(steps).toContain(key)
  expect(steps).not.toMatch(/\bSCAN\b/)
  expect(steps).not.toContain('TEMP B-TREE')
})
