import type { JsonObject } from '../../src/model/json.ts'
import { seeded } from '../mapping/random.ts'

const things = [
  'Desk lamp with dimmer',
  'Travel mug 350 ml',
  'Linen shirt',
  'Notebook A5 dotted',
  'USB cable 2 m',
  'Tea towel',
  'Wool socks',
]
const variants = ['red', 'blue / M', 'XL', 'matt black', 'natural']
const names = ['Ana Silva', 'João Müller', 'Mei Chen', 'Lars Hansen', 'Priya Patel', 'Zoë Okafor']
const streets = ['Av. Brasil 432', 'Hauptstraße 7', '12 Harbour Road', 'Nanjing Xi Lu 1266', 'Østergade 3']
const cities = ['Lisboa', 'Berlin', 'Bristol', 'Shanghai', 'København']

const cents = (amount: number): string => `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`

const address = (at: (list: readonly string[], place: number) => string, place: number, number: number): JsonObject => ({
  name: at(names, place),
  company: place % 2 === 0 ? 'Harbour Trade Lda' : '',
  address_1: at(streets, place + 1),
  address_2: `ap. ${(number % 40) + 1}`,
  city: at(cities, place + 1),
  province: '',
  zip: String(1000 + (number % 8999)),
  country: 'PT',
  phone: `+351 21 ${1_000_000 + (number % 8_999_999)}`,
})

/** Order `number` of the shop as it sends it, `lines` lines; about 3.8 KB with six. The same for the same number. */
export function shopOrder(number: number, lines = 6): JsonObject {
  const random = seeded(number)
  const at = (list: readonly string[], place: number): string => list[(number + place) % list.length] ?? ''
  const id = 4_500_000_000 + number
  let goods = 0
  let tax = 0
  const items = Array.from({ length: lines }, (_, i): JsonObject => {
    const price = random.int(150, 24_999)
    const quantity = random.int(1, 6)
    const taxed = Math.round((price * quantity * 23) / 100)
    goods += price * quantity
    tax += taxed
    return {
      id: id * 10 + i,
      product_id: 7_100_000_000 + random.int(0, 999),
      variant_id: 41_000_000_000 + random.int(0, 9999),
      sku: `SKU-${random.int(100, 999)}-${at(variants, i).slice(0, 3).toUpperCase()}`,
      title: at(things, i),
      variant_title: at(variants, i),
      vendor: 'Harbour Goods',
      quantity,
      fulfillable_quantity: quantity,
      grams: random.int(20, 4000),
      price: cents(price),
      total: cents(price * quantity),
      requires_shipping: true,
      taxable: true,
      fulfillment_service: 'manual',
      properties: [],
      tax_lines: [{ title: 'IVA', rate: '23', amount: cents(taxed) }],
    }
  })
  const shipping = random.int(0, 2500)
  const minute = String(10 + (number % 50))
  return {
    id,
    number: String(100_000 + number),
    status: 'processing',
    created_at: `2026-03-02T09:${minute}:31Z`,
    updated_at: `2026-03-02T10:${minute}:05Z`,
    currency: 'EUR',
    email: `buyer${number}@example.org`,
    source_name: 'web',
    financial_status: 'paid',
    fulfillment_status: null,
    customer_locale: 'pt',
    landing_site: '/products?ref=mail&campaign=spring',
    referring_site: 'https://mail.example.org/newsletters/2026/spring/linen-and-light',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36',
    browser_ip: '203.0.113.7',
    note: 'Please leave with the neighbour.',
    tags: 'vip, gift',
    taxes_included: false,
    payment_gateway_names: ['shop_payments'],
    customer: {
      id: 9_000_000 + number,
      email: `buyer${number}@example.org`,
      name: at(names, 0),
      state: 'enabled',
      verified_email: true,
      created_at: '2024-02-01T10:00:00Z',
    },
    billing: address(at, 0, number),
    shipping: address(at, 1, number),
    line_items: items,
    shipping_lines: [{ code: 'standard', title: 'Standard shipping', price: cents(shipping) }],
    total_goods: cents(goods),
    total_shipping: cents(shipping),
    total_tax: cents(tax),
    total_price: cents(goods + shipping + tax),
  }
}
