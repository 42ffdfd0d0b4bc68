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
    'reservation_by_product_released_at',
  ],
  ['a document by its number', sql`select * from document where tenant = 't' and type = 'y' and number = 'n'`, 'document_by_type_number'],
  ['history of a document', sql`select * from journal where tenant = 't' and type = 'y' and key = 'k'`, 'journal_by_type_key'],
  ['open findings', sql`select * from finding where tenant = 't' and state = 'open' and code = 'c'`, 'finding_by_state_code'],
  ['whose webhook it is', sql`select * from connection where hook_token = 'h'`, 'sqlite_autoindex_connection'],
]

test.each(paths)('%s', async (_, query, key) => {
  const plan = await sql<{ detail: string }>`explain query plan ${query}`.execute(database.read)
  const steps = plan.rows.map((row) => row.detail).join('; ')
  expect(steps).toContain(key)
  expect(steps).not.toMatch(/\bSCAN\b/)
  expect(steps).not.toContain('TEMP B-TREE')
})
