import {
  add,
  amountText,
  decimalText,
  type Exact,
  formatExact,
  type MaybeExact,
  multiply,
  subtract,
  toExact,
  zero,
} from '../../../src/mapping/exact.ts'
import { toDate, toUtc } from '../../../src/mapping/times.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import type { Draft, HandError, HandResult } from '../hand.ts'

/*
 * The order job written by hand, second version, from the description of the job and not from the first: one small function for each
 * kind of value and each part of the order, all inputs of an object read first, then one literal where everything is there.
 */
type Value = Json | undefined
type Log = HandError[]

const payments: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  pending: 'open',
  authorized: 'open',
  partially_paid: 'partial',
  paid: 'paid',
  partially_refunded: 'paid',
  refunded: 'refunded',
  voided: 'cancelled',
})
const fulfilments: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  fulfilled: 'complete',
  partial: 'partial',
  unfulfilled: 'none',
  restocked: 'returned',
})
const channels: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  web: 'online',
  pos: 'store',
  shopify_draft_order: 'manual',
})
const kinds: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  percentage: 'percent',
  fixed_amount: 'amount',
  shipping: 'shipping',
})
const thousandth: Exact = { units: 1, scale: 3 }

function report(log: Log, code: string, from: string): null {
  for (const known of log) if (known.from === from) return null
  log.push({ code, from })
  return null
}

const has = (value: Value): value is Json => value !== undefined && value !== null && value !== ''
const orNothing = (value: Value): Value => (value === null || value === '' ? undefined : value)
const isRecord = (value: Value): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Refuses an item that is no object; none at all adds nothing. */
function refuse(item: Value, log: Log, from: string): void {
  if (has(item)) report(log, 'TYPE', from)
}

function asText(value: Json): string | null {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number': {
      const exact = toExact(value)
      return exact === null ? null : formatExact(exact)
    }
    default:
      return null
  }
}

const written = (value: MaybeExact): string | null | undefined => (value ? formatExact(value) : value)

function coded(table: Readonly<Record<string, string>>, value: Json): string | undefined {
  const text = typeof value === 'string' ? value : asText(value)
  return text === null ? undefined : table[text]
}

function joined(separator: string, first: Value, second: Value, log: Log, at: string, one: string, two: string): string | null | undefined {
  const a = has(first) ? (asText(first) ?? report(log, 'TYPE', `${at}/${one}`)) : undefined
  const b = has(second) ? (asText(second) ?? report(log, 'TYPE', `${at}/${two}`)) : undefined
  if (a === null || b === null) return null
  if (a === undefined) return b
  return b === undefined ? a : a + separator + b
}

function tagsOf(value: Json, log: Log): Json {
  if (typeof value !== 'string')
    return Array.isArray(value) && value.every((tag) => typeof tag === 'string') ? value : report(log, 'TYPE', '/tags')
  const tags = value.split(',').map((tag) => tag.trim())
  return tags.includes('') ? tags.filter((tag) => tag !== '') : tags
}

function addressOf(from: JsonObject, at: string, log: Log): Draft | undefined {
  const name = joined(' ', from.first_name, from.last_name, log, at, 'first_name', 'last_name')
  const company = orNothing(from.company)
  const line1 = orNothing(from.address1)
  const line2 = orNothing(from.address2)
  const city = orNothing(from.city)
  const region = orNothing(from.province_code)
  const postalCode = orNothing(from.zip)
  const country = orNothing(from.country_code)
  const phone = orNothing(from.phone)
  const made: Draft = {}
  let some = false
  if (name !== undefined) {
    made.name = name
    some = true
  }
  if (company !== undefined) {
    made.company = company
    some = true
  }
  if (line1 !== undefined) {
    made.line1 = line1
    some = true
  }
  if (line2 !== undefined) {
    made.line2 = line2
    some = true
  }
  if (city !== undefined) {
    made.city = city
    some = true
  }
  if (region !== undefined) {
    made.region = region
    some = true
  }
  if (postalCode !== undefined) {
    made.postalCode = postalCode
    some = true
  }
  if (country !== undefined) {
    made.country = country
    some = true
  }
  if (phone !== undefined) {
    made.phone = phone
    some = true
  }
  return some ? made : undefined
}

function customerOf(from: JsonObject, log: Log): Draft | undefined {
  const externalId = has(from.id) ? (asText(from.id) ?? report(log, 'TYPE', '/customer/id')) : undefined
  const name = joined(' ', from.first_name, from.last_name, log, '/customer', 'first_name', 'last_name')
  const email = orNothing(from.email)
  const taxExempt = orNothing(from.tax_exempt)
  if (externalId !== undefined && name !== undefined && email !== undefined && taxExempt !== undefined)
    return { externalId, name, email, taxExempt }
  if (externalId === undefined && name === undefined && email === undefined && taxExempt === undefined) return undefined
  const made: Draft = {}
  if (externalId !== undefined) made.externalId = externalId
  if (name !== undefined) made.name = name
  if (email !== undefined) made.email = email
  if (taxExempt !== undefined) made.taxExempt = taxExempt
  return made
}

function plus(total: MaybeExact, value: Value, log: Log, list: string, i: number, field: string): MaybeExact {
  return has(value) ? add(total, toExact(value) ?? report(log, 'DECIMAL', `${list}/${i}/${field}`)) : total
}

function discountOf(item: JsonObject, i: number, log: Log): MaybeExact {
  const list = orNothing(item.discount_allocations)
  if (list === undefined) return zero
  if (!Array.isArray(list)) return report(log, 'TYPE', `/line_items/${i}/discount_allocations`)
  let total: MaybeExact = zero
  for (let j = 0; j < list.length; j++) {
    const given: Value = list[j]
    if (!isRecord(given)) refuse(given, log, `/line_items/${i}/discount_allocations/${j}`)
    else if (has(given.amount))
      total = add(total, toExact(given.amount) ?? report(log, 'DECIMAL', `/line_items/${i}/discount_allocations/${j}/amount`))
  }
  return total
}

function lineOf(item: JsonObject, i: number, place: number, log: Log): Draft {
  const externalId = has(item.id)
    ? (asText(item.id) ?? report(log, 'TYPE', `/line_items/${i}/id`))
    : report(log, 'MISSING', `/line_items/${i}/id`)
  const description = lineName(item.title, item.variant_title, i, log)
  const givenQuantity = item.quantity
  const quantity = has(givenQuantity) ? (toExact(givenQuantity) ?? report(log, 'DECIMAL', `/line_items/${i}/quantity`)) : undefined
  const givenPrice = item.price
  const price = has(givenPrice) ? (toExact(givenPrice) ?? report(log, 'DECIMAL', `/line_items/${i}/price`)) : undefined
  const gross = multiply(price, quantity)
  const discount = discountOf(item, i, log)
  const net = subtract(gross, discount)
  let tax: MaybeExact = zero
  let rate: MaybeExact = zero
  const taxes = orNothing(item.tax_lines)
  if (Array.isArray(taxes))
    for (let j = 0; j < taxes.length; j++) {
      const given: Value = taxes[j]
      if (!isRecord(given)) {
        refuse(given, log, `/line_items/${i}/tax_lines/${j}`)
        continue
      }
      if (has(given.price)) tax = add(tax, toExact(given.price) ?? report(log, 'DECIMAL', `/line_items/${i}/tax_lines/${j}/price`))
      if (has(given.rate)) rate = add(rate, toExact(given.rate) ?? report(log, 'DECIMAL', `/line_items/${i}/tax_lines/${j}/rate`))
    }
  else if (taxes !== undefined) {
    tax = report(log, 'TYPE', `/line_items/${i}/tax_lines`)
    rate = null
  }
  const total = add(net, tax)
  const state = item.fulfillment_status
  const fulfilment = has(state) ? (coded(fulfilments, state) ?? report(log, 'LOOKUP_MISS', `/line_items/${i}/fulfillment_status`)) : 'none'
  const grams = has(item.grams) ? (toExact(item.grams) ?? report(log, 'DECIMAL', `/line_items/${i}/grams`)) : undefined
  const weight = multiply(multiply(grams, quantity), thousandth)
  const sku = has(item.sku) ? item.sku : 'UNKNOWN'
  if (description && quantity && price && gross && discount && net && tax && total && rate && weight)
    return {
      lineNo: place + 1,
      externalId,
      sku,
      description,
      quantity: formatExact(quantity),
      uom: 'EA',
      unitPrice: decimalText(givenPrice) ?? null,
      grossAmount: formatExact(gross),
      discountAmount: formatExact(discount),
      netAmount: formatExact(net),
      taxAmount: formatExact(tax),
      totalAmount: formatExact(total),
      taxRate: formatExact(rate),
      fulfilment,
      weightKg: formatExact(weight),
    }
  const made: Draft = { lineNo: place + 1, externalId, sku, uom: 'EA', fulfilment }
  const optional: readonly (readonly [string, string | null | undefined])[] = [
    ['description', description],
    ['quantity', written(quantity)],
    ['unitPrice', price ? decimalText(givenPrice) : price],
    ['grossAmount', written(gross)],
    ['discountAmount', written(discount)],
    ['netAmount', written(net)],
    ['taxAmount', written(tax)],
    ['totalAmount', written(total)],
    ['taxRate', written(rate)],
    ['weightKg', written(weight)],
  ]
  for (const [key, value] of optional) if (value !== undefined) made[key] = value
  return made
}

function lineName(title: Value, variant: Value, i: number, log: Log): string | null | undefined {
  const a = has(title) ? (asText(title) ?? report(log, 'TYPE', `/line_items/${i}/title`)) : undefined
  const b = has(variant) ? (asText(variant) ?? report(log, 'TYPE', `/line_items/${i}/variant_title`)) : undefined
  if (a === null || b === null) return null
  return a === undefined ? b : b === undefined ? a : `${a} - ${b}`
}

function chargeOf(item: JsonObject, i: number, log: Log): { readonly made: Draft; readonly price: MaybeExact } {
  const made: Draft = {}
  if (has(item.code)) made.code = item.code
  if (has(item.title)) made.description = item.title
  let price: MaybeExact
  if (has(item.price)) {
    price = toExact(item.price) ?? report(log, 'DECIMAL', `/shipping_lines/${i}/price`)
    made.amount = price === null ? null : (decimalText(item.price) ?? null)
  }
  let tax: MaybeExact = zero
  const taxes = orNothing(item.tax_lines)
  if (Array.isArray(taxes))
    for (let j = 0; j < taxes.length; j++) {
      const entry: Value = taxes[j]
      if (!isRecord(entry)) refuse(entry, log, `/shipping_lines/${i}/tax_lines/${j}`)
      else tax = plus(tax, entry.price, log, '/shipping_lines', i, `tax_lines/${j}/price`)
    }
  else if (taxes !== undefined) tax = report(log, 'TYPE', `/shipping_lines/${i}/tax_lines`)
  made.taxAmount = written(tax) ?? null
  return { made, price }
}

function discountCodeOf(given: JsonObject, i: number, log: Log): Draft | undefined {
  const code = orNothing(given.code)
  const kind = has(given.type) ? (coded(kinds, given.type) ?? report(log, 'LOOKUP_MISS', `/discount_codes/${i}/type`)) : undefined
  const amount = has(given.amount) ? (decimalText(given.amount) ?? report(log, 'DECIMAL', `/discount_codes/${i}/amount`)) : undefined
  if (code === undefined && kind === undefined && amount === undefined) return undefined
  const made: Draft = {}
  if (code !== undefined) made.code = code
  if (kind !== undefined) made.kind = kind
  if (amount !== undefined) made.amount = amount
  return made
}

function listOf(value: Value, at: string, log: Log): readonly Json[] | undefined {
  if (Array.isArray(value)) return value
  if (has(value)) report(log, 'TYPE', at)
  return undefined
}

function eachItem(
  list: readonly Json[],
  at: string,
  log: Log,
  make: (item: JsonObject, i: number, place: number) => Draft | undefined,
): Draft[] {
  const all: Draft[] = []
  for (let i = 0; i < list.length; i++) {
    const item: Value = list[i]
    if (!isRecord(item)) {
      refuse(item, log, `${at}/${i}`)
      continue
    }
    const made = make(item, i, all.length)
    if (made !== undefined) all.push(made)
  }
  return all
}

function totalsOf(order: JsonObject, shipping: MaybeExact, currency: Value, log: Log): Draft {
  const code = typeof currency === 'string' && currency !== '' ? currency : undefined
  const amount = (value: Value, at: string): string | null | undefined =>
    has(value) ? (amountText(value, code) ?? report(log, 'DECIMAL', at)) : undefined
  const goods = amount(order.total_line_items_price, '/total_line_items_price')
  const discount = amount(order.total_discounts, '/total_discounts')
  const tax = amount(order.total_tax, '/total_tax')
  const grand = amount(order.total_price, '/total_price')
  const sum = shipping ? formatExact(shipping) : null
  if (goods !== undefined && discount !== undefined && tax !== undefined && grand !== undefined)
    return { goods, discount, shipping: sum, tax, grand }
  const made: Draft = { shipping: sum }
  if (goods !== undefined) made.goods = goods
  if (discount !== undefined) made.discount = discount
  if (tax !== undefined) made.tax = tax
  if (grand !== undefined) made.grand = grand
  return made
}

export function shopOrderFunctions(order: Json): HandResult {
  const log: Log = []
  const from: JsonObject = isRecord(order) ? order : {}
  const customer = from.customer
  const buyer = isRecord(customer) ? customer : undefined
  if (buyer === undefined && has(customer)) report(log, 'TYPE', '/customer')
  const createdAt = from.created_at
  const made: Draft = {
    docType: 'salesOrder',
    orderNo: has(from.name) ? from.name : report(log, 'MISSING', '/name'),
    externalId: has(from.id) ? (asText(from.id) ?? report(log, 'TYPE', '/id')) : report(log, 'MISSING', '/id'),
    status: has(from.financial_status)
      ? (coded(payments, from.financial_status) ?? report(log, 'LOOKUP_MISS', '/financial_status'))
      : report(log, 'MISSING', '/financial_status'),
    fulfilment: has(from.fulfillment_status)
      ? (coded(fulfilments, from.fulfillment_status) ?? report(log, 'LOOKUP_MISS', '/fulfillment_status'))
      : 'none',
    cancelled: has(from.cancelled_at),
    currency: has(from.currency) ? from.currency : report(log, 'MISSING', '/currency'),
  }
  if (has(from.po_number)) made.customerPo = from.po_number
  if (has(from.source_name)) made.channel = coded(channels, from.source_name) ?? 'other'
  if (has(createdAt)) {
    made.orderDate = toDate(createdAt, undefined) ?? report(log, 'DATE', '/created_at')
    made.createdAt = toUtc(createdAt, undefined) ?? report(log, 'DATE', '/created_at')
  }
  if (has(from.updated_at)) made.updatedAt = toUtc(from.updated_at, undefined) ?? report(log, 'DATE', '/updated_at')
  if (has(from.taxes_included)) made.pricesIncludeTax = from.taxes_included
  if (has(from.note)) made.note = from.note
  if (has(from.tags)) made.tags = tagsOf(from.tags, log)
  const email = orNothing(from.email) ?? orNothing(buyer?.email)
  if (email !== undefined) made.email = email
  const phone = orNothing(from.phone) ?? orNothing(buyer?.phone)
  if (phone !== undefined) made.phone = phone
  if (buyer !== undefined) {
    const party = customerOf(buyer, log)
    if (party !== undefined) made.customer = party
  }
  const billing = from.billing_address
  if (isRecord(billing)) {
    const billTo = addressOf(billing, '/billing_address', log)
    if (billTo !== undefined) made.billTo = billTo
  } else if (has(billing)) report(log, 'TYPE', '/billing_address')
  const shipping = from.shipping_address
  if (isRecord(shipping)) {
    const shipTo = addressOf(shipping, '/shipping_address', log)
    if (shipTo !== undefined) made.shipTo = shipTo
  } else if (has(shipping)) report(log, 'TYPE', '/shipping_address')
  const lines = listOf(from.line_items, '/line_items', log)
  if (lines !== undefined) made.lines = eachItem(lines, '/line_items', log, (item, i, place) => lineOf(item, i, place, log))
  let shippingTotal: MaybeExact = zero
  const charges = listOf(from.shipping_lines, '/shipping_lines', log)
  if (charges !== undefined)
    made.charges = eachItem(charges, '/shipping_lines', log, (item, i) => {
      const charge = chargeOf(item, i, log)
      if (charge.price !== undefined) shippingTotal = add(shippingTotal, charge.price)
      return charge.made
    })
  const codes = listOf(from.discount_codes, '/discount_codes', log)
  if (codes !== undefined) made.discounts = eachItem(codes, '/discount_codes', log, (item, i) => discountCodeOf(item, i, log))
  made.totals = totalsOf(from, shippingTotal, from.currency, log)
  return log.length === 0 ? { ok: true, value: made } : { ok: false, errors: log }
}
