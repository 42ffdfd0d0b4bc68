import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, formatDecimal, multiply, padAmount, subtract, sum } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import { compileSchemas, readSchemas } from '../model/schema.ts'
import { foot } from './foot.ts'

interface WooOrder {
  readonly id: number
  readonly number: string
  readonly currency: string
  readonly date_created_gmt: string
  readonly total: string
  readonly total_tax: string
  readonly line_items: readonly {
    id: number
    product_id: number
    name: string
    sku: string
    quantity: number
    subtotal: string
    total: string
    price: number
  }[]
  readonly shipping_lines: readonly { method_title: string; total: string }[]
  readonly tax_lines: readonly { label: string; tax_total: string; shipping_tax_total: string }[]
}

const wooOrders: readonly WooOrder[] = JSON.parse(readFileSync(new URL('./fixtures/woocommerce-orders.json', import.meta.url), 'utf8'))
const { validators } = compileSchemas(await readSchemas(new URL('../../schemas/', import.meta.url).pathname))

/** A shop's order as the canonical model writes it: REST line totals are without tax, whatever the shop shows its buyers. */
function canonical(order: WooOrder): JsonObject {
  return {
    number: order.number,
    placedAt: `${order.date_created_gmt}.000Z`,
    issueDate: order.date_created_gmt.slice(0, 10),
    seller: { ref: { type: 'party', key: 'harbour' } },
    currency: order.currency,
    taxBasis: 'exclusive',
    charges: order.shipping_lines.map((line) => ({ kind: 'shipping', name: line.method_title, amount: line.total })),
    taxes: order.tax_lines.map((line) => ({
      name: line.label,
      amount: padAmount(add(line.tax_total, line.shipping_tax_total), order.currency),
    })),
    totals: {
      linesTotal: sum(order.line_items.map((line) => line.total)),
      chargeTotal: sum(order.shipping_lines.map((line) => line.total)),
      taxTotal: order.total_tax,
      grandTotal: order.total,
    },
    lines: order.line_items.map((line) => ({
      key: String(line.id),
      product: { ref: { type: 'product', connection: 'shop-us', externalKey: String(line.product_id) } },
      name: line.name,
      quantity: String(line.quantity),
      unit: 'EA',
      unitPrice: String(line.price),
      lineAmount: line.total,
    })),
  }
}
const woo = (number: string): JsonObject => {
  const found = wooOrders.find((order) => order.number === number)
  if (found === undefined) throw new Error(`the fixture has no order ${number}`)
  return canonical(found)
}

/** Peppol BIS Order_Example: line 1 is 120 x 50.000 + 600.00 - 300.00, line 2 is 15 x 15.000. */
const peppol: JsonObject = {
  number: '34',
  issueDate: '2010-01-20',
  buyer: { name: 'Johnssons byggvaror' },
  seller: { name: 'Moderna Produkter AB' },
  currency: 'NOK',
  taxBasis: 'exclusive',
  discounts: [{ amount: '652.50', reason: 'Discount' }],
  charges: [{ kind: 'fee', name: 'Miscellaneous services', amount: '400.00' }],
  totals: {
    linesTotal: '6525.00',
    discountTotal: '652.50',
    chargeTotal: '400.00',
    taxTotal: '100.00',
    roundingTotal: '0.50',
    grandTotal: '6373.00',
    prepaidTotal: '10.00',
    dueTotal: '6363.00',
  },
  lines: [
    {
      key: '1',
      product: { sellerSku: '121212', gtin: '7560000012345', name: 'Needle 4mm' },
      quantity: '120',
      unit: 'EA',
      unitPrice: '50.000',
      priceQuantity: '1',
      lineAmount: '6300.00',
      charges: [{ kind: 'fee', amount: '600.00' }],
      discounts: [{ amount: '300.00' }],
    },
    {
      key: '2',
      product: { sellerSku: 'SItemNo011', name: 'Wet tissues' },
      quantity: '15',
      unit: 'EA',
      unitPrice: '15.000',
      lineAmount: '225.00',
    },
  ],
}

const totalsOf = (document: JsonObject): JsonObject => document.totals as JsonObject
const withTotals = (document: JsonObject, totals: JsonObject): JsonObject => ({ ...document, totals: { ...totalsOf(document), ...totals } })

describe('real documents foot to the cent', () => {
  it.each([
    ['727', '29.35'],
    ['723', '39.00'],
  ])('WooCommerce order %s', (number, grandTotal) => {
    const order = woo(number)
    expect(validators.get('sales-order@1')?.(order)).toBeUndefined()
    expect(totalsOf(order).grandTotal).toBe(grandTotal)
    expect(foot(order)).toEqual([])
  })

  it('Peppol Order_Example', () => {
    expect(validators.get('purchase-order@1')?.(peppol)).toBeUndefined()
    expect(foot(peppol)).toEqual([])
  })

  it('Peppol Order_Example without the totals that its entries state', () => {
    expect(foot(withTotals(peppol, { linesTotal: undefined, discountTotal: undefined, chargeTotal: undefined }))).toEqual([])
  })
})

describe('what does not foot is told with its arithmetic', () => {
  const finding = (path: string, expected: string, found: string, difference: string) => ({
    code: 'does-not-foot',
    path,
    expected,
    found,
    difference,
  })

  it('a grand total one cent too high', () => {
    expect(foot(withTotals(woo('727'), { grandTotal: '29.36' }))).toEqual([finding('/totals/grandTotal', '29.35', '29.36', '0.01')])
  })

  it('the header copy of line discounts taken off again', () => {
    expect(foot(withTotals(woo('727'), { discountTotal: '2.00' }))).toEqual([finding('/totals/grandTotal', '27.35', '29.35', '2.00')])
  })

  it('a sum of lines, and the grand total that still follows from it', () => {
    const findings = foot(withTotals(peppol, { linesTotal: '6525.01', grandTotal: '6373.01', dueTotal: '6363.01' }))
    expect(findings).toEqual([finding('/totals/linesTotal', '6525.00', '6525.01', '0.01')])
  })

  it('a tax total beside its taxes, in tax-exclusive orders also in the grand total', () => {
    expect(foot(withTotals(woo('727'), { taxTotal: '1.36' }))).toEqual([
      finding('/totals/taxTotal', '1.35', '1.36', '0.01'),
      finding('/totals/grandTotal', '29.36', '29.35', '-0.01'),
    ])
  })

  it('an amount due', () => {
    expect(foot(withTotals(peppol, { dueTotal: '6373.00' }))).toEqual([finding('/totals/dueTotal', '6363.00', '6373.00', '10.00')])
  })

  it('a line, with its own discounts and charges', () => {
    const [line, second] = peppol.lines as readonly JsonObject[]
    const broken = { ...peppol, lines: [{ ...line, discounts: [] }, second ?? {}] }
    expect(foot(broken)).toEqual([finding('/lines/0/lineAmount', '6600.00', '6300.00', '-300.00')])
  })

  it('a document without totals says nothing of totals', () => {
    expect(foot({ currency: 'USD', taxBasis: 'none', lines: [{ lineAmount: '1.00' }] })).toEqual([])
  })
})

describe('tax basis', () => {
  const order = (taxBasis: string, grandTotal: string): JsonObject => ({
    currency: 'EUR',
    taxBasis,
    taxes: [{ amount: '11.18' }],
    totals: { linesTotal: '70.00', taxTotal: '11.18', grandTotal },
  })
  it.each([
    ['exclusive', '81.18', 0],
    ['inclusive', '70.00', 0],
    ['none', '70.00', 0],
    ['exclusive', '70.00', 1],
    ['inclusive', '81.18', 1],
    ['none', '81.18', 1],
    ['unheard-of', '81.18', 0],
  ])('%s with a grand total of %s gives %i findings', (taxBasis, grandTotal, count) => {
    expect(foot(order(taxBasis, grandTotal))).toHaveLength(count)
  })
})

describe('lines', () => {
  const line = (more: JsonObject, currency = 'USD'): JsonObject => ({
    currency,
    taxBasis: 'exclusive',
    lines: [{ unit: 'EA', quantity: '3', unitPrice: '3.3333', lineAmount: '10.00', ...more }],
  })

  it('may differ by half a minor unit a piece, because partners round unit prices', () => {
    expect(foot(line({}))).toEqual([])
    expect(foot(line({ lineAmount: '10.014' }))).not.toContainEqual(expect.objectContaining({ code: 'does-not-foot' }))
    expect(foot(line({ lineAmount: '10.02' }))).toEqual([
      { code: 'does-not-foot', path: '/lines/0/lineAmount', expected: '9.9999', found: '10.02', difference: '0.0201' },
    ])
    expect(foot(line({ quantity: '0.5', unitPrice: '20.00', lineAmount: '10.01' }))).toHaveLength(1)
  })

  it('take the tolerance of their own currency', () => {
    expect(foot(line({ quantity: '1', unitPrice: '100.4', lineAmount: '100' }, 'JPY'))).toEqual([])
    expect(foot(line({ quantity: '1', unitPrice: '100.6', lineAmount: '100' }, 'JPY'))).toHaveLength(1)
    expect(foot(line({ quantity: '1', unitPrice: '100.004', lineAmount: '100.00' }, 'KWD'))).toHaveLength(1)
  })

  it('may be priced per thousand', () => {
    expect(foot(line({ quantity: '2500', unitPrice: '12.40', priceQuantity: '1000', lineAmount: '31.00' }))).toEqual([])
    expect(foot(line({ quantity: '2500', unitPrice: '12.40', priceQuantity: '1000', lineAmount: '31000.00' }))).toHaveLength(1)
  })

  it.each<[string, JsonObject]>([
    ['without a price', { unitPrice: undefined, lineAmount: '99.00' }],
    ['priced in another unit', { priceUnit: 'XCS', lineAmount: '99.00' }],
    ['priced per zero units', { priceQuantity: '0', lineAmount: '99.00' }],
  ])('%s are not judged', (_name, more) => {
    expect(foot(line(more))).toEqual([])
  })

  it('cancelled whole may be in or out of the partner’s sum', () => {
    const order = (linesTotal: string): JsonObject => ({
      currency: 'USD',
      taxBasis: 'exclusive',
      totals: { linesTotal, grandTotal: linesTotal },
      lines: [
        { quantity: '2', lineAmount: '20.00' },
        { quantity: '1', lineAmount: '5.00', cancelled: '1' },
        { quantity: '1', lineAmount: '7.00', status: 'cancelled' },
      ],
    })
    expect(foot(order('32.00'))).toEqual([])
    expect(foot(order('20.00'))).toEqual([])
    expect(foot(order('27.00'))).toHaveLength(1)
    const open = order('20.00')
    expect(foot({ ...open, totals: { grandTotal: '20.00' } })).toEqual([])
    expect(foot({ ...open, totals: { grandTotal: '21.00' } })).toHaveLength(1)
  })
})

describe('digits', () => {
  it('more than the currency has are told, wherever an amount stands', () => {
    expect(
      foot({ currency: 'JPY', amount: '100.5', allocations: [{ amount: '100.00' }, { amount: '0.25' }], ext: { amount: '0.5' } }),
    ).toEqual([
      { code: 'too-many-digits', path: '/amount', expected: '101', found: '100.5', difference: '-0.5' },
      { code: 'too-many-digits', path: '/allocations/1/amount', expected: '0', found: '0.25', difference: '0.25' },
    ])
    expect(foot({ currency: 'KWD', amount: '1.005' })).toEqual([])
    expect(foot({ currency: 'USD', amount: '1.3500' })).toEqual([])
  })

  it('of an unknown currency are not judged, its sums are', () => {
    expect(foot({ currency: 'XYZ', taxBasis: 'none', totals: { linesTotal: '1.0001', grandTotal: '2.0001' } })).toEqual([
      { code: 'does-not-foot', path: '/totals/grandTotal', expected: '1.0001', found: '2.0001', difference: '1.0000' },
    ])
  })
})

describe('laws', () => {
  const cents = fc.bigInt({ min: 0n, max: 10n ** 9n }).map((units) => formatDecimal({ units, scale: 2 }))
  const built = fc
    .record({
      lines: fc.array(fc.tuple(fc.integer({ min: 1, max: 999 }).map(String), cents), { minLength: 1, maxLength: 12 }),
      discount: cents,
      charge: cents,
      tax: cents,
      prepaid: cents,
      taxBasis: fc.constantFrom('exclusive', 'inclusive', 'none'),
    })
    .map(({ lines, discount, charge, tax, prepaid, taxBasis }): JsonObject => {
      const linesTotal = sum(lines.map(([quantity, price]) => multiply(quantity, price)))
      const net = add(subtract(linesTotal, discount), charge)
      const grandTotal = taxBasis === 'exclusive' ? add(net, tax) : net
      return {
        currency: 'USD',
        taxBasis,
        discounts: [{ amount: discount }],
        charges: [{ amount: charge }],
        taxes: [{ amount: tax }],
        totals: {
          linesTotal,
          discountTotal: discount,
          chargeTotal: charge,
          taxTotal: tax,
          grandTotal,
          prepaidTotal: prepaid,
          dueTotal: subtract(grandTotal, prepaid),
        },
        lines: lines.map(([quantity, unitPrice]) => ({ quantity, unit: 'EA', unitPrice, lineAmount: multiply(quantity, unitPrice) })),
      }
    })

  it('a document built by the rules foots, and any total a cent off is found', () => {
    fc.assert(
      fc.property(built, fc.constantFrom('linesTotal', 'taxTotal', 'grandTotal', 'dueTotal'), (document, total) => {
        expect(foot(document)).toEqual([])
        const bent = withTotals(document, { [total]: add(String(totalsOf(document)[total]), '0.01') })
        expect(foot(bent)).toContainEqual(expect.objectContaining({ path: `/totals/${total}`, difference: '0.01' }))
      }),
      { numRuns: 200 },
    )
  })
})
