import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { type Compared, compareRecords } from './compare.ts'
import { purchasePairings } from './compare-purchases.ts'
import { salesPairings } from './compare-sales.ts'
import { sampleLedger, sampleTruth } from './proof-kit.ts'
import type { Truth } from './truth.ts'

const compared = (truth: Truth): readonly Compared[] =>
  [...purchasePairings(sampleLedger, truth), ...salesPairings(sampleLedger, truth)].map(compareRecords)
const wrong = (truth: Truth): readonly string[] =>
  compared(truth).flatMap(({ lost, doubled, differences }) => [...lost, ...doubled, ...differences])

/** A copy of a row with the field at a path set to another value. */
function withField(row: JsonObject, path: readonly string[], value: JsonObject[string]): JsonObject {
  const [name = '', ...rest] = path
  if (rest.length === 0) return { ...row, [name]: value }
  const inner = row[name]
  if (Array.isArray(inner)) {
    const [at = '0', ...deeper] = rest
    return { ...row, [name]: inner.map((one, index) => (String(index) === at ? withField(one as JsonObject, deeper, value) : one)) }
  }
  return { ...row, [name]: withField(inner as JsonObject, rest, value) }
}

type Rows = 'purchases' | 'supplierSales' | 'receipts' | 'invoices' | 'sales' | 'shipments'
const tampered = (rows: Rows, path: string, value: JsonObject[string]): Truth => ({
  ...sampleTruth,
  [rows]: sampleTruth[rows].map((row) => withField(row, path.split(' '), value)),
})

test('both sides of one trade are equal, and every kind of record was looked at', () => {
  expect(wrong(sampleTruth)).toEqual([])
  const looked = compared(sampleTruth).filter(({ fields }) => fields > 0)
  expect(looked.map(({ name }) => name)).toEqual([
    "purchase orders in Harbour's Tryton",
    "sales in Ningbo's Tryton, and its answers",
    'receipts',
    "Ningbo's invoices",
    'orders in the shops',
    "sales in Harbour's Tryton",
    "shipments in Harbour's Tryton",
    'orders with refunds in the shops',
  ])
})

describe('one wrong value in Tryton is found', () => {
  const decimal = (text: string) => ({ __class__: 'Decimal', decimal: text })
  test.each([
    ['purchases', 'state', 'cancelled', 'status'],
    ['purchases', 'lines. 0 quantity', 7, 'quantity'],
    ['purchases', 'lines. 0 unit_price', decimal('120.0100'), 'price'],
    ['purchases', 'total_amount', decimal('720.01'), 'total'],
    ['supplierSales', 'state', 'cancelled', 'answer'],
    ['supplierSales', 'lines. 0 quantity', 6, 'quantity'],
    ['supplierSales', 'lines. 0 unit. symbol', 'u', 'unit'],
    ['supplierSales', 'lines. 0 product. code', 'LAMP-09', 'article'],
    ['supplierSales', 'party. code', 'BAYVIEW', 'customer'],
    ['receipts', 'reference', 'NL-1001', 'delivery note'],
    ['receipts', 'inventory_moves. 0 to_location. code', 'STO', 'rejected'],
    ['receipts', 'inventory_moves. 1 quantity', 5, 'accepted'],
    ['invoices', 'total_amount', decimal('720.00'), 'total'],
    ['sales', 'lines. 0 quantity', 2, 'quantity'],
    ['sales', 'lines. 0 unit_price', decimal('25.8600'), 'price'],
    ['sales', 'lines. 1 unit_price', decimal('5.0000'), 'freight'],
    ['sales', 'comment', 'Liam Kowalska', 'name, street and note'],
    ['sales', 'currency. code', 'USD', 'currency'],
    ['sales', 'shipments. 0 state', 'waiting', 'fate'],
    ['shipments', 'reference', 'HT26000008', 'tracking'],
    ['shipments', 'outgoing_moves. 0 origin. sale. reference', 'shop-eu/152', 'order'],
    ['shipments', 'outgoing_moves. 0 quantity', 2, 'quantity'],
  ] as const)('%s %s = %j', (rows, path, value, field) => {
    const found = wrong(tampered(rows, path, value))
    expect(found.join('\n')).toContain(`${field}: ledger`)
  })
})

test('a sale that is missing, or there twice, is found on both sides', () => {
  const name = "sales in Ningbo's Tryton, and its answers"
  expect(wrong({ ...sampleTruth, supplierSales: [] })).toContain(`${name} 1: in the ledger only`)
  expect(wrong({ ...sampleTruth, supplierSales: [...sampleTruth.supplierSales, ...sampleTruth.supplierSales] })).toContain(
    `${name} 1: 2 in the systems`,
  )
  expect(wrong({ ...sampleTruth, sales: [] })).toContain("sales in Harbour's Tryton shop-eu/151: in the ledger only")
  expect(wrong({ ...sampleTruth, sales: [...sampleTruth.sales, ...sampleTruth.sales] })).toContain(
    "sales in Harbour's Tryton shop-eu/151: 2 in the systems",
  )
})
