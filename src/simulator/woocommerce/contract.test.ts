import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFaultBoard } from '../faults.ts'
import { type Shop, startShop } from './shop.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const published = (name: string): Json => JSON.parse(readFileSync(new URL(`./published/${name}`, import.meta.url), 'utf8'))

const at = (value: Json | undefined, ...path: (string | number)[]): Json => {
  let current: Json | undefined = value
  for (const step of path) {
    if (typeof step === 'number') current = Array.isArray(current) ? current[step] : undefined
    else current = current !== null && typeof current === 'object' && !Array.isArray(current) ? current[step] : undefined
  }
  if (current === undefined) throw new Error(`nothing at ${path.join('.')}`)
  return current
}

/** Where the vendor's sources and its published examples differ, or newer versions add a field; each with its reason. */
const known: Record<string, string> = {
  '/refunds[]/reason +': 'the example shows "refund", orders v2 controller and the property table say "reason"',
  '/refunds[]/refund -': 'see above',
  '/global_unique_id +': 'since WooCommerce 9.2',
  '/image null': 'a variation without a picture of its own',
}

const typeOf = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** Every difference in keys and JSON types; null beside another type counts as the same (a date not set, a stock not managed). */
const differences = (ours: Json, theirs: Json, path = ''): string[] => {
  if (typeOf(ours) !== typeOf(theirs)) {
    return typeOf(ours) === 'null' || typeOf(theirs) === 'null' ? (path === '/image' ? [`${path} null`] : []) : [`${path} ${typeOf(ours)}`]
  }
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    const [mine, other] = [ours[0], theirs[0]]
    return mine === undefined || other === undefined ? [] : differences(mine, other, `${path}[]`)
  }
  if (
    ours === null ||
    theirs === null ||
    typeof ours !== 'object' ||
    typeof theirs !== 'object' ||
    Array.isArray(ours) ||
    Array.isArray(theirs)
  )
    return []
  const found: string[] = []
  for (const key of Object.keys(ours)) if (!(key in theirs)) found.push(`${path}/${key} +`)
  for (const [key, value] of Object.entries(theirs)) {
    const mine = ours[key]
    if (mine === undefined) found.push(`${path}/${key} -`)
    else found.push(...differences(mine, value, `${path}/${key}`))
  }
  return found
}

const unexplained = (ours: Json, theirs: Json): string[] => differences(ours, theirs).filter((difference) => !(difference in known))

const keys = { consumerKey: 'ck_test', consumerSecret: 'cs_test' }
const basic = `Basic ${Buffer.from('ck_test:cs_test').toString('base64')}`

type Answered = { readonly status: number; readonly headers: Headers; readonly json: Json }

const client =
  (shop: Shop) =>
  async (method: string, path: string, body?: unknown, authorization: string = basic): Promise<Answered> => {
    const response = await fetch(`${shop.url}/wp-json/wc/v3${path}`, {
      method,
      headers: { Authorization: authorization, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, headers: response.headers, json: (await response.json()) as Json }
  }

describe('answers and refusals', () => {
  const faults = createFaultBoard(1)
  let shop: Shop
  let call: ReturnType<typeof client>
  let lamp = 0
  let order = 0
  let now = Date.parse('2026-11-23T13:00:00Z')

  beforeAll(async () => {
    shop = await startShop({
      name: 'shop-us',
      currency: 'USD',
      pricesIncludeTax: false,
      taxRate: '9',
      zone: 'America/New_York',
      faults,
      now: () => new Date(now),
      ...keys,
    })
    call = client(shop)
    lamp = shop.addProduct({ sku: 'LAMP-RED', name: 'Red lamp', price: '16.00', stock: 10, gtin: '4006381333931' })
    order = shop.placeOrder({
      lines: [{ productId: lamp, quantity: 3, discount: '1.00' }],
      shipping: '5.00',
      paid: true,
      customer: 'ada@example.com',
      meta: { gift: 'yes' },
    })
  })
  afterAll(() => shop.close())

  test('an order has the published keys and types', async () => {
    const { json, status } = await call('GET', `/orders/${order}`)
    expect(status).toBe(200)
    expect(unexplained(json, at(published('orders-2.json'), 0))).toEqual(['/_links/customer +'])
    expect(unexplained(json, published('orders-0.json'))).toEqual(['/_links/customer +'])
    expect(at(json, 'line_items', 0, 'price')).toBeTypeOf('number')
  })

  test('an order with a customer and refunds matches the published one that has them', async () => {
    const other = shop.placeOrder({ lines: [{ productId: lamp, quantity: 1 }], shipping: '5.00', paid: true, customer: 'bo@example.com' })
    shop.refundOrder(other, { amount: '2.00', reason: 'scratch', restock: false })
    const { json } = await call('GET', `/orders/${other}`)
    expect(unexplained(json, at(published('orders-2.json'), 1))).toEqual([])
    expect(at(json, 'refunds', 0, 'total')).toBe('-2.00')
  })

  test('a product, a variation, a customer, a note and both refund shapes match what is published', async () => {
    const { id, variationIds } = shop.addVariableProduct({
      sku: 'SHADE',
      name: 'Shade',
      variations: [{ sku: 'SHADE-S', price: '9.00', stock: 4, attributes: { Size: 'S' } }],
    })
    const placed = shop.placeOrder({ lines: [{ productId: id, variationId: variationIds[0] ?? 0, quantity: 2 }], paid: true })
    const line = shop.order(placed).line_items[0] as { id: number }
    const refund = shop.refundOrder(placed, { amount: '9.81', lines: [{ lineId: line.id, quantity: 1, amount: '9.81' }], restock: true })
    const note = await call('POST', `/orders/${placed}/notes`, { note: 'Tracking 1Z999', customer_note: true })
    const samples: [string, string][] = [
      [`/products/${lamp}`, 'products-0.json'],
      [`/products/${id}/variations/${variationIds[0]}`, 'product-variation.json'],
      [`/customers/${shop.order(order).customer_id}`, 'customer.json'],
      [`/orders/${placed}/notes/${at(note.json, 'id')}`, 'order-note.json'],
    ]
    for (const [path, name] of samples) expect(unexplained((await call('GET', path)).json, published(name)), path).toEqual([])
    const under = await call('GET', `/orders/${placed}/refunds/${refund}`)
    expect(unexplained(under.json, at(published('order-refunds-2.json'), 1))).toEqual([])
    expect(at(under.json, 'line_items', 0)).toMatchObject({ quantity: -1, total: '-9.00', total_tax: '-0.81' })
    const all = await call('GET', '/refunds')
    expect(unexplained(at(all.json, 0), published('refund-with-parent.json'))).toEqual([])
    expect(at(all.json, 0, 'parent_id')).toBe(placed)
    expect(shop.stockOf('SHADE-S')).toBe(3)
  })

  test('dates are whole seconds of the site without offset, beside a GMT twin', async () => {
    const { json, headers } = await call('GET', `/orders/${order}`)
    expect(at(json, 'date_created')).toBe('2026-11-23T08:00:00')
    expect(at(json, 'date_created_gmt')).toBe('2026-11-23T13:00:00')
    expect(headers.get('date')).toBe('Mon, 23 Nov 2026 13:00:00 GMT')
  })

  test('keys: none, an unknown one, a wrong secret, and in the query', async () => {
    const anonymous = await call('GET', '/orders', undefined, '')
    expect([anonymous.status, anonymous.json]).toEqual([
      401,
      { code: 'woocommerce_rest_cannot_view', message: 'Sorry, you cannot list resources.', data: { status: 401 } },
    ])
    expect((await call('GET', '/orders', undefined, `Basic ${btoa('ck_other:cs_test')}`)).status).toBe(401)
    expect((await call('GET', '/orders', undefined, `Basic ${btoa('ck_test:wrong')}`)).json).toMatchObject({
      code: 'woocommerce_rest_authentication_error',
    })
    expect((await call('GET', '/orders?consumer_key=ck_test&consumer_secret=cs_test', undefined, '')).status).toBe(200)
    expect((await fetch(`${shop.url}/wp-json/`)).status).toBe(200)
  })

  test.each([
    ['GET', '/orders/99999', undefined, 404, 'woocommerce_rest_shop_order_invalid_id'],
    ['PUT', '/orders/99999', { status: 'completed' }, 400, 'woocommerce_rest_shop_order_invalid_id'],
    ['GET', '/orders/99999/notes', undefined, 404, 'woocommerce_rest_order_invalid_id'],
    ['GET', '/products/99999', undefined, 404, 'woocommerce_rest_product_invalid_id'],
    ['PUT', '/products/99999', { stock_quantity: 1 }, 400, 'woocommerce_rest_product_invalid_id'],
    ['GET', '/customers/99999', undefined, 404, 'woocommerce_rest_invalid_id'],
    ['GET', '/webhooks/99999', undefined, 404, 'woocommerce_rest_shop_webhook_invalid_id'],
    ['POST', '/orders/99999/refunds', { amount: '1.00' }, 500, 'woocommerce_rest_invalid_order_id'],
    ['GET', '/parcels', undefined, 404, 'rest_no_route'],
    ['GET', '/orders/abc', undefined, 404, 'rest_no_route'],
    ['PATCH', '/orders/1', {}, 404, 'rest_no_route'],
    ['PUT', '/products/1', '{"stock_quantity":', 400, 'rest_invalid_json'],
    ['POST', '/products', { sku: 'LAMP-RED', name: 'Twin' }, 400, 'product_invalid_sku'],
    [
      'POST',
      '/webhooks',
      { topic: 'order.vanished', delivery_url: 'http://127.0.0.1/' },
      400,
      'woocommerce_rest_shop_webhook_invalid_topic',
    ],
    ['POST', '/webhooks', { topic: 'order.created', delivery_url: 'ftp://x' }, 400, 'woocommerce_rest_shop_webhook_invalid_delivery_url'],
  ])('%s %s is refused', async (method, path, body, status, code) => {
    const answered = await call(method, path, body)
    expect([answered.status, at(answered.json, 'code')]).toEqual([status, code])
  })

  test.each([
    ['/orders?per_page=101', 'per_page', 'rest_out_of_bounds'],
    ['/orders?page=one', 'page', 'rest_invalid_type'],
    ['/orders?orderby=total', 'orderby', 'rest_not_in_enum'],
    ['/orders?status=shipped', 'status', 'rest_not_in_enum'],
    ['/orders?modified_after=2026-11-23', 'modified_after', 'rest_invalid_date'],
    ['/orders?after=2026-02-30T10:00:00', 'after', 'rest_invalid_date'],
    ['/orders?modifed_after=2026-11-23T10:00:00', 'modifed_after', 'rest_unknown_param'],
    ['/products?per_page=0', 'per_page', 'rest_out_of_bounds'],
  ])('%s is an invalid parameter', async (path, name, code) => {
    const { status, json } = await call('GET', path)
    expect(status).toBe(400)
    expect(json).toMatchObject({ code: 'rest_invalid_param', message: `Invalid parameter(s): ${name}`, data: { status: 400 } })
    expect(at(json, 'data', 'params', name)).toBeTypeOf('string')
    expect(at(json, 'data', 'details', name, 'code')).toBe(code)
  })

  test.each([
    [{ regular_price: 12 }, 'regular_price'],
    [{ stock_quantity: 1.5 }, 'stock_quantity'],
    [{ stock_quantitiy: 1 }, 'stock_quantitiy'],
  ])('product body %j is refused', async (body, name) => {
    const { status, json } = await call('PUT', `/products/${lamp}`, body)
    expect([status, at(json, 'code')]).toEqual([400, 'rest_invalid_param'])
    expect(at(json, 'data', 'params', name)).toBeTypeOf('string')
  })

  test('writes change the shop and stand in the log', async () => {
    const before = shop.log.length
    await call('PUT', `/products/${lamp}`, { stock_quantity: 5 })
    await call('POST', `/orders/${order}/notes`, { note: 'On its way' })
    now += 5_000
    const done = await call('PUT', `/orders/${order}`, { status: 'completed', meta_data: [{ key: 'tracking', value: '1Z' }] })
    expect(at(done.json, 'status')).toBe('completed')
    expect(at(done.json, 'date_modified_gmt')).toBe('2026-11-23T13:00:05')
    expect(at(done.json, 'date_completed_gmt')).toBe('2026-11-23T13:00:05')
    expect(at(done.json, 'meta_data')).toMatchObject([{ key: 'gift' }, { key: 'tracking', value: '1Z' }])
    expect(shop.log.slice(before).map(({ kind, id }) => [kind, id])).toEqual([
      ['product-updated', lamp],
      ['stock-set', lamp],
      ['note-added', order],
      ['order-updated', order],
      ['meta-set', order],
      ['status-set', order],
    ])
    expect(shop.stockOf('LAMP-RED')).toBe(5)
  })

  test('a batch does what it can and says why not for the rest', async () => {
    const { status, json } = await call('POST', '/products/batch', {
      update: [
        { id: lamp, stock_quantity: 7 },
        { id: 99999, stock_quantity: 1 },
      ],
    })
    expect(status).toBe(200)
    expect(at(json, 'update', 0, 'stock_quantity')).toBe(7)
    expect(at(json, 'update', 1, 'error', 'code')).toBe('woocommerce_rest_product_invalid_id')
    const many = Array.from({ length: 101 }, () => ({ id: lamp }))
    expect((await call('POST', '/products/batch', { update: many })).status).toBe(413)
  })

  test('an order made through the API pays tax on what it says without tax', async () => {
    const { status, json, headers } = await call('POST', '/orders', {
      line_items: [{ product_id: lamp, quantity: 2, total: '30.00' }],
      shipping_lines: [{ method_id: 'flat_rate', method_title: 'Flat', total: '5.00' }],
      set_paid: true,
    })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`${shop.url}/wp-json/wc/v3/orders/${at(json, 'id')}`)
    expect([at(json, 'status'), at(json, 'total'), at(json, 'total_tax')]).toEqual(['processing', '37.70', '2.70'])
  })

  test('trash, then for good', async () => {
    const id = shop.placeOrder({ lines: [{ productId: lamp, quantity: 1 }], paid: false })
    expect(at((await call('DELETE', `/orders/${id}`)).json, 'status')).toBe('trash')
    expect((await call('DELETE', `/orders/${id}`)).status).toBe(410)
    shop.restoreOrder(id)
    expect(shop.order(id).status).toBe('pending')
    expect((await call('DELETE', `/orders/${id}?force=true`)).status).toBe(200)
    expect((await call('GET', `/orders/${id}`)).status).toBe(404)
  })
})
