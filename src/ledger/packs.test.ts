import { afterEach, beforeEach, expect, test } from 'vitest'
import { insertCodes } from '../store/code.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import {
  kitTenant,
  type LedgerKit,
  masterData,
  openLedgerKit,
  purchase,
  purchaseLine,
  receipt,
  ref,
  response,
  stock,
} from './ledger-kit.ts'
import { toBase, unitsOf } from './units.ts'
import { verify } from './verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
})
afterEach(() => kit.database.close())

let count = 0
const pack = (factor: string, more: Partial<CodeTable> = {}): CodeTable => ({
  tenant: kitTenant,
  id: `code-${++count}`,
  kind: 'unit',
  connection: '',
  organisation: '',
  product: 'A',
  code: 'CTN',
  hub: 'XCS',
  factor,
  valid_from: null,
  valid_to: null,
  saved_at: 0,
  saved_by: 'anna',
  ended_at: null,
  ended_by: null,
  ...more,
})
const save = (...rows: CodeTable[]) =>
  kit.work(async (books) => {
    await insertCodes(books.tx, rows)
    for (const { product } of rows) books.data.repacked.add(product)
  })
const order = ref('purchase-order', 'erp', '1')
const lines = async () =>
  (await kit.database.read.selectFrom('order_line').select(['product', 'quantity', 'confirmed', 'received']).execute()).map(
    ({ product, quantity, confirmed, received }) => ({
      product,
      quantity: Number(quantity) / 1e6,
      confirmed: Number(confirmed) / 1e6,
      received: Number(received) / 1e6,
    }),
  )

test('a saved pack goes before that of the product, the most specific before all, on the date of the document', () => {
  const units = unitsOf({ baseUnit: 'EA', packs: [{ unit: 'XCS', factor: '12' }] }, [
    pack('10', { valid_from: '2026-11-01', valid_to: '2026-11-30' }),
    pack('6', { connection: 'ningbo-erp', valid_to: '2026-11-22' }),
    pack('2.5', { hub: 'H87' }),
  ])
  const at = (connection: string, date: string, unit = 'XCS') => toBase('2', unit, units, { connection, date })
  expect(at('erp', '2026-10-31')).toBe(24_000_000n)
  expect(at('erp', '2026-11-01')).toBe(20_000_000n)
  expect(at('erp', '2026-11-30')).toBe(20_000_000n)
  expect(at('erp', '2026-12-01')).toBe(24_000_000n)
  expect(at('ningbo-erp', '2026-11-22')).toBe(12_000_000n)
  expect(at('ningbo-erp', '2026-11-23')).toBe(20_000_000n)
  expect(at('erp', '2026-11-01', 'C62')).toBe(2_000_000n)
})

test('each document counts in the packs of whoever says it, and all is computed again when a pack is saved', async () => {
  await kit.apply(
    ...masterData,
    purchase('1', [purchaseLine('1', 'A', '3')]),
    response('r1', order, '2026-11-23T10:00:00.000Z', 'accepted', [
      { orderLine: { number: '1' }, action: 'accept', quantity: '3', unit: 'XCS' },
    ]),
    receipt('g1', order, [{ orderLine: { number: '1' }, product: { ref: ref('product', 'erp', 'A') }, accepted: '1' }]),
    stock('A', '2', '2026-11-23T12:00:00.000Z', { unit: 'XCS' }),
  )
  expect(await lines()).toEqual([{ product: 'A', quantity: 36, confirmed: 36, received: 12 }])
  await save(pack('10', { connection: 'ningbo-erp' }))
  expect(await lines()).toEqual([{ product: 'A', quantity: 36, confirmed: 30, received: 12 }])
  const { finished } = await save(pack('8', { connection: 'erp' }))
  expect(await lines()).toEqual([{ product: 'A', quantity: 24, confirmed: 30, received: 8 }])
  expect(finished.changes.map(({ type, key }) => `${type} ${key}`)).toContain('stock-level MAIN/A')
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
})

test('a unit that nobody could count is no finding any more once its pack is saved', async () => {
  await kit.apply(...masterData, purchase('1', [purchaseLine('1', 'A', '3', { unit: 'XPX' })]))
  const open = async () =>
    (await kit.database.read.selectFrom('finding').select('code').where('state', '=', 'open').execute()).map(({ code }) => code)
  expect(await open()).toEqual(['unknown-unit'])
  await save(pack('144', { hub: 'XPX', code: 'PAL' }))
  expect(await open()).toEqual([])
  expect(await lines()).toMatchObject([{ product: 'A', quantity: 432 }])
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
})
