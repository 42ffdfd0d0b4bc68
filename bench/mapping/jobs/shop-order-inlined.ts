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
import { isObject, type Json, type JsonObject } from '../../../src/model/json.ts'
import type { Draft, HandError, HandResult } from '../hand.ts'

/*
 * The order job written by hand, first version: everything in place, one literal for what is always there, each input read and
 * checked once. It shares the decimal and date kernels with the mapping language and nothing else.
 */
const payments = new Map([
  ['pending', 'open'],
  ['authorized', 'open'],
  ['partially_paid', 'partial'],
  ['paid', 'paid'],
  ['partially_refunded', 'paid'],
  ['refunded', 'refunded'],
  ['voided', 'cancelled'],
])
const fulfilments = new Map([
  ['fulfilled', 'complete'],
  ['partial', 'partial'],
  ['unfulfilled', 'none'],
  ['restocked', 'returned'],
])
const channels = new Map([
  ['web', 'online'],
  ['pos', 'store'],
  ['shopify_draft_order', 'manual'],
])
const discountKinds = new Map([
  ['percentage', 'percent'],
  ['fixed_amount', 'amount'],
  ['shipping', 'shipping'],
])
const thousandth: Exact = { units: 1, scale: 3 }

type Fail = (code: string, from: string) => null

/** Number or true/false as text; undefined for what has none. */
function scalarText(value: Json): string | undefined {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value)
    const exact = toExact(value)
    return exact === null ? undefined : formatExact(exact)
  }
  return typeof value === 'boolean' ? String(value) : undefined
}

/** Refuses an item that is no object; none at all adds nothing. */
function refuse(item: Json | undefined, from: string, fail: Fail): void {
  if (item !== undefined && item !== null && item !== '') fail('TYPE', from)
}

export function shopOrderInlined(order: Json): HandResult {
  let errors: HandError[] | undefined
  const fail: Fail = (code, from) => {
    errors ??= []
    if (!errors.some((error) => error.from === from)) errors.push({ code, from })
    return null
  }
  if (!isObject(order))
    return { ok: false, errors: ['/name', '/id', '/financial_status', '/currency'].map((from) => ({ code: 'MISSING', from })) }

  let value: Json | undefined = order.name
  const orderNo = value === undefined || value === null || value === '' ? fail('MISSING', '/name') : value

  value = order.id
  const externalId =
    value === undefined || value === null || value === ''
      ? fail('MISSING', '/id')
      : typeof value === 'string'
        ? value
        : (scalarText(value) ?? fail('TYPE', '/id'))

  const made: Draft = { docType: 'salesOrder', orderNo, externalId }

  value = order.po_number
  if (value !== undefined && value !== null && value !== '') made.customerPo = value

  value = order.source_name
  if (value !== undefined && value !== null && value !== '')
    made.channel = channels.get(typeof value === 'string' ? value : (scalarText(value) ?? '')) ?? 'other'

  value = order.created_at
  if (value !== undefined && value !== null && value !== '') {
    made.orderDate = toDate(value, undefined) ?? fail('DATE', '/created_at')
    made.createdAt = toUtc(value, undefined) ?? fail('DATE', '/created_at')
  }
  value = order.updated_at
  if (value !== undefined && value !== null && value !== '') made.updatedAt = toUtc(value, undefined) ?? fail('DATE', '/updated_at')

  value = order.financial_status
  made.status =
    value === undefined || value === null || value === ''
      ? fail('MISSING', '/financial_status')
      : (payments.get(typeof value === 'string' ? value : (scalarText(value) ?? '')) ?? fail('LOOKUP_MISS', '/financial_status'))

  value = order.fulfillment_status
  made.fulfilment =
    value === undefined || value === null || value === ''
      ? 'none'
      : (fulfilments.get(typeof value === 'string' ? value : (scalarText(value) ?? '')) ?? fail('LOOKUP_MISS', '/fulfillment_status'))

  value = order.cancelled_at
  made.cancelled = value !== undefined && value !== null && value !== ''

  const currency = order.currency
  made.currency = currency === undefined || currency === null || currency === '' ? fail('MISSING', '/currency') : currency
  const currencyCode = typeof currency === 'string' && currency !== '' ? currency : undefined

  value = order.taxes_included
  if (value !== undefined && value !== null && value !== '') made.pricesIncludeTax = value
  value = order.note
  if (value !== undefined && value !== null && value !== '') made.note = value

  value = order.tags
  if (value !== undefined && value !== null && value !== '') {
    if (typeof value === 'string') {
      const tags: string[] = []
      for (const part of value.split(',')) {
        const tag = part.trim()
        if (tag !== '') tags.push(tag)
      }
      made.tags = tags
    } else made.tags = Array.isArray(value) && value.every((tag) => typeof tag === 'string') ? value : fail('TYPE', '/tags')
  }

  const given = order.customer
  const customer = isObject(given) ? given : undefined
  value = order.email
  if (value !== undefined && value !== null && value !== '') made.email = value
  else if (customer !== undefined) {
    value = customer.email
    if (value !== undefined && value !== null && value !== '') made.email = value
  }
  value = order.phone
  if (value !== undefined && value !== null && value !== '') made.phone = value
  else if (customer !== undefined) {
    value = customer.phone
    if (value !== undefined && value !== null && value !== '') made.phone = value
  }

  if (customer !== undefined) {
    let buyer: Draft | undefined
    value = customer.id
    if (value !== undefined && value !== null && value !== '')
      buyer = { externalId: typeof value === 'string' ? value : (scalarText(value) ?? fail('TYPE', '/customer/id')) }
    const name = fullName(customer, '/customer', fail)
    if (name !== undefined) {
      buyer ??= {}
      buyer.name = name
    }
    value = customer.email
    if (value !== undefined && value !== null && value !== '') {
      buyer ??= {}
      buyer.email = value
    }
    value = customer.tax_exempt
    if (value !== undefined && value !== null && value !== '') {
      buyer ??= {}
      buyer.taxExempt = value
    }
    if (buyer !== undefined) made.customer = buyer
  } else if (given !== undefined && given !== null && given !== '') fail('TYPE', '/customer')

  value = order.billing_address
  if (isObject(value)) {
    const billTo = address(value, '/billing_address', fail)
    if (billTo !== undefined) made.billTo = billTo
  } else if (value !== undefined && value !== null && value !== '') fail('TYPE', '/billing_address')
  value = order.shipping_address
  if (isObject(value)) {
    const shipTo = address(value, '/shipping_address', fail)
    if (shipTo !== undefined) made.shipTo = shipTo
  } else if (value !== undefined && value !== null && value !== '') fail('TYPE', '/shipping_address')

  const items = order.line_items
  if (Array.isArray(items)) {
    const lines: Json[] = []
    for (let i = 0; i < items.length; i++) {
      const item: Json | undefined = items[i]
      if (isObject(item)) lines.push(line(item, i, lines.length + 1, fail))
      else refuse(item, `/line_items/${i}`, fail)
    }
    made.lines = lines
  } else if (items !== undefined && items !== null && items !== '') fail('TYPE', '/line_items')

  let shippingTotal: MaybeExact = zero
  const shippings = order.shipping_lines
  if (Array.isArray(shippings)) {
    const charges: Json[] = []
    for (let i = 0; i < shippings.length; i++) {
      const shipping: Json | undefined = shippings[i]
      if (!isObject(shipping)) {
        refuse(shipping, `/shipping_lines/${i}`, fail)
        continue
      }
      const tax = shippingTax(shipping.tax_lines, i, fail)
      const charge: Draft = {}
      value = shipping.code
      if (value !== undefined && value !== null && value !== '') charge.code = value
      value = shipping.title
      if (value !== undefined && value !== null && value !== '') charge.description = value
      value = shipping.price
      if (value !== undefined && value !== null && value !== '') {
        charge.amount = decimalText(value) ?? fail('DECIMAL', `/shipping_lines/${i}/price`)
        const price = toExact(value)
        shippingTotal = price === null ? null : add(shippingTotal, price)
      }
      charge.taxAmount = tax === null ? null : formatExact(tax)
      charges.push(charge)
    }
    made.charges = charges
  } else if (shippings !== undefined && shippings !== null && shippings !== '') {
    fail('TYPE', '/shipping_lines')
    shippingTotal = null
  }

  const codes = order.discount_codes
  if (Array.isArray(codes)) {
    const discounts: Json[] = []
    for (let i = 0; i < codes.length; i++) {
      const entry: Json | undefined = codes[i]
      if (!isObject(entry)) {
        refuse(entry, `/discount_codes/${i}`, fail)
        continue
      }
      const discount: Draft = {}
      value = entry.code
      if (value !== undefined && value !== null && value !== '') discount.code = value
      value = entry.type
      if (value !== undefined && value !== null && value !== '')
        discount.kind =
          discountKinds.get(typeof value === 'string' ? value : (scalarText(value) ?? '')) ??
          fail('LOOKUP_MISS', `/discount_codes/${i}/type`)
      value = entry.amount
      if (value !== undefined && value !== null && value !== '')
        discount.amount = decimalText(value) ?? fail('DECIMAL', `/discount_codes/${i}/amount`)
      if (discount.code !== undefined || discount.kind !== undefined || discount.amount !== undefined) discounts.push(discount)
    }
    made.discounts = discounts
  } else if (codes !== undefined && codes !== null && codes !== '') fail('TYPE', '/discount_codes')

  const totals: Draft = {}
  value = order.total_line_items_price
  if (value !== undefined && value !== null && value !== '')
    totals.goods = amountText(value, currencyCode) ?? fail('DECIMAL', '/total_line_items_price')
  value = order.total_discounts
  if (value !== undefined && value !== null && value !== '')
    totals.discount = amountText(value, currencyCode) ?? fail('DECIMAL', '/total_discounts')
  totals.shipping = shippingTotal ? formatExact(shippingTotal) : null
  value = order.total_tax
  if (value !== undefined && value !== null && value !== '') totals.tax = amountText(value, currencyCode) ?? fail('DECIMAL', '/total_tax')
  value = order.total_price
  if (value !== undefined && value !== null && value !== '')
    totals.grand = amountText(value, currencyCode) ?? fail('DECIMAL', '/total_price')
  made.totals = totals

  return errors === undefined ? { ok: true, value: made } : { ok: false, errors }
}

function fullName(person: JsonObject, at: string, fail: Fail): string | null | undefined {
  const first = person.first_name
  const last = person.last_name
  const a =
    first === undefined || first === null || first === ''
      ? undefined
      : typeof first === 'string'
        ? first
        : (scalarText(first) ?? fail('TYPE', `${at}/first_name`))
  const b =
    last === undefined || last === null || last === ''
      ? undefined
      : typeof last === 'string'
        ? last
        : (scalarText(last) ?? fail('TYPE', `${at}/last_name`))
  if (a === null || b === null) return null
  return a === undefined ? b : b === undefined ? a : `${a} ${b}`
}

function address(from: JsonObject, at: string, fail: Fail): Draft | undefined {
  let made: Draft | undefined
  const name = fullName(from, at, fail)
  if (name !== undefined) made = { name }
  let value = from.company
  if (value !== undefined && value !== null && value !== '') {
    made ??= {}
    made.company = value
  }
  value = from.address1
  if (value !== undefined && value !== null && value !== '') {
    made ??= {}
    made.line1 = value
  }
  value = from.address2
  if (value !== undefined && value !== null && value !== '') {
    made ??= {}
    made.line2 = value
  }
  value = from.city
  if (value !== undefined && value !== null && value !== '') {
    made ??= {}
    made.city = value
  }
  value = from.province_code
  if (value !== undefined && value !== null && value !== '') {
    made ??= {}
    made.region = value
  }
  value = from.zip
  if (value !== undefined && value !== null && value !== '') {
    made ??= {}
    made.postalCode = value
  }
  value = from.country_code
  if (value !== undefined && value !== null && value !== '') {
    made ??= {}
    made.country = value
  }
  value = from.phone
  if (value !== undefined && value !== null && value !== '') {
    made ??= {}
    made.phone = value
  }
  return made
}

/** Sum of the taxes of a shipping line; of no list zero, null after an error. */
function shippingTax(list: Json | undefined, i: number, fail: Fail): Exact | null {
  if (!Array.isArray(list))
    return list === undefined || list === null || list === '' ? zero : fail('TYPE', `/shipping_lines/${i}/tax_lines`)
  let total: MaybeExact = zero
  for (let j = 0; j < list.length; j++) {
    const item: Json | undefined = list[j]
    if (!isObject(item)) {
      refuse(item, `/shipping_lines/${i}/tax_lines/${j}`, fail)
      continue
    }
    const value = item.price
    if (value !== undefined && value !== null && value !== '')
      total = add(total, toExact(value) ?? fail('DECIMAL', `/shipping_lines/${i}/tax_lines/${j}/price`))
  }
  return total ?? null
}

function line(item: JsonObject, i: number, lineNo: number, fail: Fail): Draft {
  let value = item.id
  const externalId =
    value === undefined || value === null || value === ''
      ? fail('MISSING', `/line_items/${i}/id`)
      : typeof value === 'string'
        ? value
        : (scalarText(value) ?? fail('TYPE', `/line_items/${i}/id`))
  value = item.sku
  const made: Draft = { lineNo, externalId, sku: value === undefined || value === null || value === '' ? 'UNKNOWN' : value }

  const title = item.title
  const variant = item.variant_title
  const a =
    title === undefined || title === null || title === ''
      ? undefined
      : typeof title === 'string'
        ? title
        : (scalarText(title) ?? fail('TYPE', `/line_items/${i}/title`))
  const b =
    variant === undefined || variant === null || variant === ''
      ? undefined
      : typeof variant === 'string'
        ? variant
        : (scalarText(variant) ?? fail('TYPE', `/line_items/${i}/variant_title`))
  if (a === null || b === null) made.description = null
  else if (a !== undefined) made.description = b === undefined ? a : `${a} - ${b}`
  else if (b !== undefined) made.description = b

  value = item.quantity
  let quantity: MaybeExact
  if (value !== undefined && value !== null && value !== '') {
    quantity = toExact(value) ?? fail('DECIMAL', `/line_items/${i}/quantity`)
    made.quantity = quantity === null ? null : formatExact(quantity)
  }
  made.uom = 'EA'
  value = item.price
  let price: MaybeExact
  if (value !== undefined && value !== null && value !== '') {
    price = toExact(value) ?? fail('DECIMAL', `/line_items/${i}/price`)
    made.unitPrice = price === null ? null : (decimalText(value) ?? null)
  }
  const gross = multiply(price, quantity)
  let discount: MaybeExact = zero
  const discounts = item.discount_allocations
  if (Array.isArray(discounts)) {
    for (let j = 0; j < discounts.length; j++) {
      const given: Json | undefined = discounts[j]
      if (!isObject(given)) {
        refuse(given, `/line_items/${i}/discount_allocations/${j}`, fail)
        continue
      }
      value = given.amount
      if (value !== undefined && value !== null && value !== '')
        discount = add(discount, toExact(value) ?? fail('DECIMAL', `/line_items/${i}/discount_allocations/${j}/amount`))
    }
  } else if (discounts !== undefined && discounts !== null && discounts !== '')
    discount = fail('TYPE', `/line_items/${i}/discount_allocations`)
  const net = subtract(gross, discount)
  if (gross) made.grossAmount = formatExact(gross)
  made.discountAmount = discount ? formatExact(discount) : null
  if (net) made.netAmount = formatExact(net)

  let tax: MaybeExact = zero
  let rate: MaybeExact = zero
  const taxes = item.tax_lines
  if (Array.isArray(taxes)) {
    for (let j = 0; j < taxes.length; j++) {
      const entered: Json | undefined = taxes[j]
      if (!isObject(entered)) {
        refuse(entered, `/line_items/${i}/tax_lines/${j}`, fail)
        continue
      }
      value = entered.price
      if (value !== undefined && value !== null && value !== '')
        tax = add(tax, toExact(value) ?? fail('DECIMAL', `/line_items/${i}/tax_lines/${j}/price`))
      value = entered.rate
      if (value !== undefined && value !== null && value !== '')
        rate = add(rate, toExact(value) ?? fail('DECIMAL', `/line_items/${i}/tax_lines/${j}/rate`))
    }
  } else if (taxes !== undefined && taxes !== null && taxes !== '') {
    tax = fail('TYPE', `/line_items/${i}/tax_lines`)
    rate = null
  }
  made.taxAmount = tax ? formatExact(tax) : null
  const total = add(net, tax)
  if (total) made.totalAmount = formatExact(total)
  made.taxRate = rate ? formatExact(rate) : null

  value = item.fulfillment_status
  made.fulfilment =
    value === undefined || value === null || value === ''
      ? 'none'
      : (fulfilments.get(typeof value === 'string' ? value : (scalarText(value) ?? '')) ??
        fail('LOOKUP_MISS', `/line_items/${i}/fulfillment_status`))

  value = item.grams
  if (value !== undefined && value !== null && value !== '') {
    const weight = multiply(multiply(toExact(value) ?? fail('DECIMAL', `/line_items/${i}/grams`), quantity), thousandth)
    if (weight) made.weightKg = formatExact(weight)
  }
  return made
}
