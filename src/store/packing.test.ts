import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../model/id.ts'
import { openTestStore } from '../testing/test-store.ts'
import { pack, unpack } from './packing.ts'
import { findReceipt, insertReceipts, type Receipt, receiptBodies } from './receipt.ts'

const page = Buffer.from(
  JSON.stringify({ orders: Array.from({ length: 1000 }, (_, i) => ({ id: i, sku: `LAMP-${i % 7}`, price: '12.50' })) }),
)

test('bytes come back as they were, whatever they are', () => {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 40_000, size: 'max' })
  fc.assert(
    fc.property(bytes, (given) => {
      const kept = pack(given)
      expect(kept.bytes.byteLength).toBeLessThanOrEqual(given.byteLength)
      expect(Buffer.from(unpack(kept.bytes, kept.coding)).equals(given)).toBe(true)
    }),
  )
})

test('a page is kept small, an order as it came; both are read as they came', async () => {
  const database = await openTestStore()
  const order = page.subarray(0, 4000)
  await database.write((tx) => insertReceipts(tx, [receipt('A', page), receipt('B', order)]))
  const stored = await database.read.selectFrom('receipt').select(['body', 'coding']).orderBy('id').execute()
  expect(stored.map(({ coding }) => coding)).toEqual(['zstd', null])
  expect(stored[0]?.body.byteLength).toBeLessThan(page.byteLength / 5)
  const bodies = await receiptBodies(database.read, 't', ['A', 'B'])
  expect(bodies.map(({ body }) => Buffer.from(body)).toSorted((a, b) => b.length - a.length)).toEqual([page, Buffer.from(order)])
  expect(Buffer.from((await findReceipt(database, 't', 'A'))?.body ?? [])).toEqual(page)
  await database.close()
})

test('bytes that were altered where they lay are told, not handed on', () => {
  const { bytes, coding } = pack(page)
  const altered = Buffer.from(bytes)
  altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1
  expect(() => unpack(altered, coding)).toThrow(/bytes kept as zstd cannot be read/)
})

const receipt = (id: string, body: Uint8Array): Receipt => ({
  tenant: 't',
  id,
  connection: 'shop',
  stream: 'orders',
  kind: 'page',
  topic: null,
  event_id: null,
  headers: null,
  body,
  body_hash: sha256(body),
  as_of: 1,
  baseline: 0,
  state: 'split',
  received_at: 1,
  trace: null,
  records: null,
})
