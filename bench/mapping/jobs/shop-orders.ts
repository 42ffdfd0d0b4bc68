import type { JsonObject } from '../../../src/model/json.ts'
import { type Random, seeded } from '../random.ts'

const first = ['Ana', 'João', 'Mei', 'Fatima', 'Lars', 'Priya', 'Tomás', 'Aiko', '伟', 'Zoë']
const last = ['Silva', 'Müller', 'Chen', 'Okafor', 'Hansen', 'Patel', 'García', 'Sato', '王', "O'Neill"]
const streets = ['Av. Brasil 432', 'Hauptstraße 7', '12 Harbour Road', 'Nanjing Xi Lu 1266', 'Rua Augusta 90', 'Østergade 3']
const cities = ['Lisboa', 'Berlin', 'Bristol', 'Shanghai', 'São Paulo', 'København']
const things = ['Desk lamp', 'Travel mug', 'Linen shirt', 'Notebook A5', 'Cable 2 m', 'Tea towel', 'Rain coat', 'Wool socks']
const variants = ['red', 'blue / M', 'XL', '500 ml', null, null]
const vendors = ['Harbour Goods', 'Nordlys', 'Kilim & Co']
const notes = ['Please leave with the neighbour.', 'Gift: no invoice in the parcel.', 'Call before delivery.']

const cents = (amount: number): string => (amount / 100).toFixed(2)
const address = (r: Random): JsonObject => ({
  first_name: r.pick(first),
  address1: r.pick(streets),
  phone: r.once(3) ? null : `+351 21 ${r.int(1_000_000, 9_999_999)}`,
  city: r.pick(cities),
  zip: String(r.int(1_000, 99_999)),
  province: r.once(2) ? 'Lisboa' : null,
  country: 'Portugal',
  last_name: r.pick(last),
  address2: r.once(3) ? `ap. ${r.int(1, 40)}` : r.once(2) ? '' : null,
  company: r.once(4) ? 'Harbour Trade Lda' : null,
  latitude: 38.7 + r.int(0, 900) / 10_000,
  longitude: -9.1 - r.int(0, 900) / 10_000,
  name: 'in full',
  country_code: r.pick(['PT', 'DE', 'GB', 'CN', 'BR', 'DK']),
  province_code: r.once(2) ? 'LI' : null,
})

function taxLines(r: Random, price: number): JsonObject[] {
  const rates = r.once(5) ? [0.06, 0.0125] : [r.pick([0.23, 0.19, 0.2, 0.0775])]
  return rates.map((rate) => ({ channel_liable: false, price: cents(Math.round(price * rate)), rate, title: 'VAT' }))
}

function line(r: Random, id: number): JsonObject {
  const price = r.int(150, 24_999)
  const quantity = r.int(1, 6)
  const discounts = r.once(3) ? [{ amount: cents(r.int(10, 100)), discount_application_index: 0 }] : []
  return {
    id,
    admin_graphql_api_id: `gid://shopify/LineItem/${id}`,
    current_quantity: quantity,
    fulfillable_quantity: quantity,
    fulfillment_service: 'manual',
    fulfillment_status: r.once(3) ? r.pick(['fulfilled', 'partial']) : null,
    gift_card: false,
    grams: r.int(20, 4_000),
    name: 'in full',
    price: cents(price),
    product_exists: true,
    product_id: r.int(1e9, 9e9),
    properties: [],
    quantity,
    requires_shipping: true,
    sku: r.once(9) ? r.pick(['', null]) : `SKU-${r.int(100, 999)}-${r.pick(['RED', 'BLU', 'STD'])}`,
    taxable: true,
    title: r.pick(things),
    total_discount: '0.00',
    variant_id: r.int(1e9, 9e9),
    variant_inventory_management: 'shopify',
    variant_title: r.pick(variants),
    vendor: r.pick(vendors),
    tax_lines: taxLines(r, price * quantity),
    duties: [],
    discount_allocations: discounts,
  }
}

function order(r: Random, number: number): JsonObject {
  const id = 4_500_000_000_000 + number * 7_919
  const count = r.int(5, 10)
  const goods = r.int(1_000, 90_000)
  const shipping = r.int(0, 2_500)
  const day = String(r.int(1, 28)).padStart(2, '0')
  const at = (hour: number): string =>
    `2026-0${r.int(1, 9)}-${day}T${String(hour).padStart(2, '0')}:${r.int(10, 59)}:${r.int(10, 59)}-05:00`
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    app_id: 580_111,
    browser_ip: '203.0.113.7',
    buyer_accepts_marketing: r.once(2),
    cancel_reason: null,
    cancelled_at: r.once(12) ? at(20) : null,
    cart_token: 'c1-7f3a',
    checkout_id: id + 1,
    closed_at: null,
    confirmed: true,
    contact_email: 'buyer@example.org',
    created_at: at(9),
    currency: r.pick(['EUR', 'USD', 'GBP']),
    current_subtotal_price: cents(goods),
    customer_locale: 'en',
    discount_codes: r.once(3) ? [{ code: 'WELCOME', amount: '5.00', type: r.pick(['percentage', 'fixed_amount', 'shipping']) }] : [],
    email: r.once(6) ? '' : `buyer${number}@example.org`,
    estimated_taxes: false,
    financial_status: r.pick(['pending', 'authorized', 'paid', 'paid', 'partially_refunded', 'refunded', 'voided']),
    fulfillment_status: r.once(2) ? null : r.pick(['fulfilled', 'partial', 'restocked']),
    landing_site: '/products?ref=mail',
    name: `#${number}`,
    note: r.once(4) ? r.pick(notes) : null,
    note_attributes: [],
    number,
    order_number: 1_000 + number,
    payment_gateway_names: ['shopify_payments'],
    phone: r.once(2) ? null : `+351 91 ${r.int(1_000_000, 9_999_999)}`,
    po_number: r.once(3) ? `PO-${r.int(100, 999)}` : null,
    presentment_currency: 'EUR',
    processed_at: at(9),
    source_name: r.pick(['web', 'web', 'pos', 'shopify_draft_order', '580111']),
    subtotal_price: cents(goods),
    tags: r.pick(['', 'vip', 'vip, wholesale', 'gift, express, eu']),
    tax_exempt: false,
    taxes_included: r.once(2),
    test: false,
    total_discounts: cents(r.int(0, 500)),
    total_line_items_price: cents(goods),
    total_price: cents(goods + shipping),
    total_tax: cents(Math.round(goods * 0.19)),
    total_weight: r.int(100, 9_000),
    updated_at: at(10),
    customer: {
      id: id + 2,
      email: `c${number}@example.org`,
      created_at: '2024-02-01T10:00:00-05:00',
      updated_at: '2026-02-01T10:00:00-05:00',
      first_name: r.pick(first),
      last_name: r.once(9) ? null : r.pick(last),
      state: 'enabled',
      note: null,
      verified_email: true,
      tax_exempt: r.once(9),
      phone: r.once(2) ? null : '+351 93 5551234',
      tags: '',
      currency: 'EUR',
    },
    billing_address: address(r),
    shipping_address: r.once(16) ? null : address(r),
    line_items: Array.from({ length: count }, (_, i) => line(r, id + 100 + i)),
    shipping_lines: r.once(8)
      ? []
      : [
          {
            id: id + 50,
            code: 'Standard',
            price: cents(shipping),
            source: 'shopify',
            title: 'Standard shipping',
            tax_lines: taxLines(r, shipping),
          },
        ],
    fulfillments: [],
    refunds: [],
  }
}

/** Orders of a Shopify-like shop, 5 to 10 lines each; the same for the same seed. */
export function shopOrders(count: number, seed: number): JsonObject[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, i) => order(random, 8_000 + i))
}
