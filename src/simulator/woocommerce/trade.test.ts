import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createFaultBoard } from '../faults.ts'
import type { OrderRecord } from './floor.ts'
import { cents } from './money.ts'
import { type Shop, startShop } from './shop.ts'

const open: Shop[] = []
const shopWith = async (pricesIncludeTax: boolean, taxRate: string): Promise<Shop> => {
  const shop = await startShop({
    name: 'trade',
    currency: pricesIncludeTax ? 'EUR' : 'USD',
    pricesIncludeTax,
    taxRate,
    zone: 'UTC',
    faults: createFaultBoard(1),
    consumerKey: 'ck',
    consumerSecret: 'cs',
  })
  open.push(shop)
  return shop
}
afterEach(async () => {
  for (const shop of open.splice(0)) await shop.close()
})

type Line = { total: string; total_tax: string; subtotal: string; subtotal_tax: string; quantity: number; id: number }
const linesOf = (order: OrderRecord): Line[] => order.line_items as Line[]
const sumOf = (texts: readonly string[]): bigint => texts.reduce((total, text) => total + cents(text), 0n)

const foots = (order: OrderRecord): boolean => {
  const lines = linesOf(order)
  const lineTax = sumOf(lines.map(({ total_tax }) => total_tax))
  return (
    cents(order.total) === sumOf(lines.map(({ total }) => total)) + lineTax + cents(order.shipping_total) + cents(order.shipping_tax) &&
    cents(order.cart_tax) === lineTax &&
    cents(order.total_tax) === lineTax + cents(order.shipping_tax) &&
    cents(order.discount_total) === sumOf(lines.map(({ subtotal }) => subtotal)) - sumOf(lines.map(({ total }) => total))
  )
}

describe('money', () => {
  test('a shop that adds tax: 2 x 34.00 and 5.00 shipping, 9 % on goods', async () => {
    const shop = await shopWith(false, '9')
    const lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '34.00', stock: 9 })
    const order = shop.order(shop.placeOrder({ lines: [{ productId: lamp, quantity: 2 }], shipping: '5.00', paid: true }))
    expect([order.total, order.total_tax, order.shipping_total, order.shipping_tax]).toEqual(['79.12', '6.12', '5.00', '0.00'])
    expect(foots(order)).toBe(true)
  })

  test('a shop whose prices contain tax: the buyer pays what the shelf says, the API shows lines without tax', async () => {
    const shop = await shopWith(true, '19')
    const lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '35.00', stock: 9 })
    const order = shop.order(shop.placeOrder({ lines: [{ productId: lamp, quantity: 2, discount: '7.00' }], shipping: '4.00', paid: true }))
    expect([order.total, order.total_tax, order.prices_include_tax]).toEqual(['67.00', '10.70', true])
    expect(linesOf(order)[0]).toMatchObject({ subtotal: '58.82', subtotal_tax: '11.18', total: '52.94', total_tax: '10.06' })
    expect([order.shipping_total, order.shipping_tax, order.discount_total, order.discount_tax]).toEqual(['3.36', '0.64', '5.88', '1.12'])
    expect(order.coupon_lines).toMatchObject([{ discount: '5.88', discount_tax: '1.12' }])
    expect(foots(order)).toBe(true)
  })

  test.each([
    [false, '9'],
    [true, '19'],
    [true, '8.875'],
  ])('every order foots (prices with tax: %s, %s %%)', async (pricesIncludeTax, taxRate) => {
    const shop = await shopWith(pricesIncludeTax, taxRate)
    const price = fc.integer({ min: 1, max: 100_000 }).map((value) => (value / 100).toFixed(2))
    let number = 0
    fc.assert(
      fc.property(fc.array(fc.tuple(price, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 5 }), price, (goods, shipping) => {
        const lines = goods.map(([each, quantity]) => {
          number += 1
          const productId = shop.addProduct({ sku: `P${number}`, name: 'Any', price: each, stock: null })
          return { productId, quantity, discount: '0.01' }
        })
        const order = shop.order(shop.placeOrder({ lines, shipping, paid: true }))
        if (!foots(order)) return false
        if (!pricesIncludeTax) return true
        const entered = goods.reduce((total, [each, quantity]) => total + cents(each) * BigInt(quantity) - 1n, cents(shipping))
        return cents(order.total) === entered
      }),
      { numRuns: 60 },
    )
  })
})

describe('stock', () => {
  test('is taken once, comes back with a cancel, and with a refund only if the goods do', async () => {
    const shop = await shopWith(false, '9')
    const lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '10.00', stock: 10 })
    const one = shop.placeOrder({ lines: [{ productId: lamp, quantity: 3 }], paid: false })
    expect(shop.stockOf('L')).toBe(10)
    shop.payOrder(one)
    expect([shop.order(one).status, shop.stockOf('L')]).toEqual(['processing', 7])
    shop.completeOrder(one)
    expect(shop.stockOf('L')).toBe(7)
    const lineId = linesOf(shop.order(one))[0]?.id ?? 0
    shop.refundOrder(one, { amount: '10.90', lines: [{ lineId, quantity: 1, amount: '10.90' }], restock: true })
    expect(shop.stockOf('L')).toBe(8)
    shop.refundOrder(one, { amount: '5.00', restock: false })
    expect([shop.stockOf('L'), shop.order(one).status]).toEqual([8, 'completed'])
    const two = shop.placeOrder({ lines: [{ productId: lamp, quantity: 2 }], paid: true })
    shop.cancelOrder(two)
    expect(shop.stockOf('L')).toBe(8)
    expect(shop.product(lamp)).toMatchObject({ stock_quantity: 8, stock_status: 'instock' })
  })

  test('one shop alone does not oversell, unpaid orders count too; backorders go below zero', async () => {
    const shop = await shopWith(false, '9')
    const lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '10.00', stock: 5 })
    shop.placeOrder({ lines: [{ productId: lamp, quantity: 3 }], paid: false })
    const more = () => shop.placeOrder({ lines: [1, 2].map((quantity) => ({ productId: lamp, quantity })), paid: true })
    expect(more).toThrow('has 2 of L left, not 3')
    shop.placeOrder({ lines: [{ productId: lamp, quantity: 2 }], paid: true })
    const soft = shop.addProduct({ sku: 'B', name: 'Bulb', price: '1.00', stock: 1, backorders: 'notify' })
    shop.placeOrder({ lines: [{ productId: soft, quantity: 4 }], paid: true })
    expect(shop.stockOf('B')).toBe(-3)
    expect(shop.product(soft)).toMatchObject({ stock_status: 'onbackorder', backordered: true })
  })

  test('an edit moves stock and totals, and keeps the coupon', async () => {
    const shop = await shopWith(false, '9')
    const lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '10.00', stock: 10 })
    const id = shop.placeOrder({ lines: [{ productId: lamp, quantity: 3, discount: '1.00' }], paid: true })
    const lineId = linesOf(shop.order(id))[0]?.id ?? 0
    const coupon = shop.order(id).coupon_lines
    shop.editOrder(id, { lines: [{ lineId, quantity: 1 }], shippingAddress: { city: 'Dover' }, note: 'ring twice' })
    const order = shop.order(id)
    expect([shop.stockOf('L'), order.total, order.shipping.city, order.customer_note]).toEqual([9, '9.81', 'Dover', 'ring twice'])
    expect(order.coupon_lines).toEqual(coupon)
    expect(foots(order)).toBe(true)
  })

  test('a refund of all that is left makes the order refunded; more than that is refused', async () => {
    const shop = await shopWith(true, '19')
    const lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '11.90', stock: 10 })
    const id = shop.placeOrder({ lines: [{ productId: lamp, quantity: 1 }], shipping: '4.00', paid: true })
    expect(() => shop.refundOrder(id, { amount: '15.91', restock: false })).toThrow('has 15.90 left to refund, not 15.91')
    shop.refundOrder(id, { amount: '15.90', restock: false })
    expect(shop.order(id)).toMatchObject({ status: 'refunded', total: '15.90', refunds: [{ total: '-15.90' }] })
    expect(() => shop.refundOrder(id, { amount: '0.01', restock: false })).toThrow('has 0.00 left')
    expect(shop.notesOf(id).at(-1)?.note).toBe('Order status changed from Processing to Refunded.')
  })
})
