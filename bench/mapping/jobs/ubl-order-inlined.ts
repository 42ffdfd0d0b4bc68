import {
  add,
  amountText,
  compareExact,
  decimalText,
  divide,
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
 * The UBL job written by hand, first version: top to bottom, a field is set where its value is there. It shares the decimal and date
 * kernels with the mapping language and nothing else.
 */
const units = new Map([
  ['EA', 'EA'],
  ['C62', 'EA'],
  ['KGM', 'KGM'],
  ['XBX', 'XBX'],
  ['LTR', 'LTR'],
])
const chargeKinds = new Map([
  ['FC', 'shipping'],
  ['PC', 'fee'],
  ['ABL', 'fee'],
])
const one: Exact = { units: 1, scale: 0 }

type Maybe = Json | undefined
type Fail = (code: string, from: string) => null
const nothing: JsonObject = {}

/** What is in the first element of a list, as an object; without one an empty object. */
function inside(list: Maybe): JsonObject {
  const item: Maybe = Array.isArray(list) ? list[0] : undefined
  return isObject(item) ? item : nothing
}

/** The content of an element; undefined for none, null or blank. */
function content(list: Maybe): Maybe {
  if (!Array.isArray(list)) return undefined
  const item: Maybe = list[0]
  if (!isObject(item)) return undefined
  const value = item._
  return value === null || value === '' ? undefined : value
}

/** The content of the element with a scheme. */
function ofScheme(list: Maybe, scheme: string): Maybe {
  if (!Array.isArray(list)) return undefined
  for (const item of list as readonly Json[]) {
    if (!isObject(item)) continue
    const { schemeID } = item
    if (schemeID !== scheme && !((typeof schemeID === 'number' || typeof schemeID === 'boolean') && String(schemeID) === scheme)) continue
    const value = item._
    return value === null || value === '' ? undefined : value
  }
  return undefined
}

function scalarText(value: Json): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return decimalText(value)
  return typeof value === 'boolean' ? String(value) : null
}

/** Refuses an item that is no object; none at all adds nothing. */
function refuse(item: Maybe, from: string, fail: Fail): void {
  if (item !== undefined && item !== null && item !== '') fail('TYPE', from)
}

const decimalAt = (value: Maybe, from: string, fail: Fail): MaybeExact =>
  value === undefined ? undefined : (toExact(value) ?? fail('DECIMAL', from))

export function ublOrderInlined(document: Json): HandResult {
  let errors: HandError[] | undefined
  const fail: Fail = (code, from) => {
    errors ??= []
    if (!errors.some((error) => error.from === from)) errors.push({ code, from })
    return null
  }
  const order = inside(isObject(document) ? document.Order : undefined)
  const made: Draft = { number: content(order.ID) ?? fail('MISSING', '/Order/0/ID/0/_'), status: 'issued' }

  let value = content(order.OrderTypeCode)
  if (value !== undefined) made.sourceStatus = value
  const issued = content(order.IssueDate)
  made.issueDate =
    issued === undefined ? fail('MISSING', '/Order/0/IssueDate/0/_') : (toDate(issued, undefined) ?? fail('DATE', '/Order/0/IssueDate/0/_'))
  const time = content(order.IssueTime)
  if (time !== undefined) {
    const day = issued === undefined ? undefined : (scalarText(issued) ?? fail('TYPE', '/Order/0/IssueDate/0/_'))
    const hour = scalarText(time) ?? fail('TYPE', '/Order/0/IssueTime/0/_')
    made.issuedAt =
      day === null || hour === null ? null : (toUtc(day === undefined ? hour : `${day}T${hour}`, 'UTC') ?? fail('DATE', '/issuedAt'))
  }
  made.buyer = partyIn(order.BuyerCustomerParty, '/Order/0/BuyerCustomerParty/0/Party/0', fail)
  made.seller = partyIn(order.SellerSupplierParty, '/Order/0/SellerSupplierParty/0/Party/0', fail)
  const currency = content(order.DocumentCurrencyCode)
  made.currency = currency ?? fail('MISSING', '/Order/0/DocumentCurrencyCode/0/_')
  const code = typeof currency === 'string' ? currency : undefined
  made.taxBasis = 'exclusive'

  const delivery = inside(order.Delivery)
  const places = delivery.DeliveryLocation
  const place: Maybe = Array.isArray(places) ? places[0] : undefined
  if (isObject(place)) {
    const shipTo: Draft = {}
    let some = false
    value = content(place.ID)
    if (value !== undefined) {
      shipTo.code = value
      some = true
    }
    value = content(place.Name)
    if (value !== undefined) {
      shipTo.name = value
      some = true
    }
    value = ofScheme(place.ID, '0088')
    if (value !== undefined) {
      shipTo.gln = value
      some = true
    }
    const there = addressIn(place.Address, '/Order/0/Delivery/0/DeliveryLocation/0/Address/0', fail)
    if (there !== undefined) {
      shipTo.address = there
      some = true
    }
    if (some) made.shipTo = shipTo
  } else if (place !== undefined && place !== null && place !== '') made.shipTo = fail('TYPE', '/Order/0/Delivery/0/DeliveryLocation/0')

  value = content(inside(delivery.RequestedDeliveryPeriod).EndDate)
  if (value !== undefined)
    made.requestedDate = toDate(value, undefined) ?? fail('DATE', '/Order/0/Delivery/0/RequestedDeliveryPeriod/0/EndDate/0/_')
  value = content(inside(order.PaymentTerms).Note)
  if (value !== undefined) made.paymentTerms = { text: value }
  value = content(inside(order.DeliveryTerms).ID)
  if (value !== undefined) made.incoterm = value
  value = content(inside(order.Contract).ID)
  if (value !== undefined) made.contract = value
  value = content(order.Note)
  if (value !== undefined) made.note = value

  const allowances = order.AllowanceCharge
  if (Array.isArray(allowances)) {
    const discounts: Json[] = []
    const charges: Json[] = []
    for (let i = 0; i < allowances.length; i++) {
      const entry: Maybe = allowances[i]
      if (!isObject(entry)) {
        refuse(entry, `/Order/0/AllowanceCharge/${i}`, fail)
        continue
      }
      const indicator = content(entry.ChargeIndicator)
      if (indicator !== 'true' && indicator !== 'false') continue
      const amount = amountAt(entry.Amount, code, `/Order/0/AllowanceCharge/${i}/Amount/0/_`, fail)
      const reason = content(entry.AllowanceChargeReason)
      const reasonCode = content(entry.AllowanceChargeReasonCode)
      const item: Draft = {}
      if (indicator === 'false') {
        if (reason !== undefined) item.reason = reason
        if (reasonCode !== undefined) item.code = reasonCode
        discounts.push(item)
      } else {
        if (reasonCode !== undefined) item.kind = chargeKinds.get(scalarText(reasonCode) ?? '') ?? 'unknown'
        if (reason !== undefined) item.name = reason
        charges.push(item)
      }
      item.amount = amount
    }
    made.discounts = discounts
    made.charges = charges
  } else if (allowances !== undefined && allowances !== null && allowances !== '') fail('TYPE', '/Order/0/AllowanceCharge')

  const subtotals = inside(order.TaxTotal).TaxSubtotal
  if (Array.isArray(subtotals)) {
    const taxes: Json[] = []
    for (let i = 0; i < subtotals.length; i++) {
      const subtotal: Maybe = subtotals[i]
      const at = `/Order/0/TaxTotal/0/TaxSubtotal/${i}`
      if (!isObject(subtotal)) {
        refuse(subtotal, at, fail)
        continue
      }
      const category = inside(subtotal.TaxCategory)
      const tax: Draft = {}
      value = content(category.ID)
      if (value !== undefined) tax.category = value
      value = content(category.Percent)
      if (value !== undefined) tax.percent = decimalText(value) ?? fail('DECIMAL', `${at}/TaxCategory/0/Percent/0/_`)
      value = amountIn(subtotal.TaxableAmount, code, `${at}/TaxableAmount/0/_`, fail)
      if (value !== undefined) tax.taxableAmount = value
      tax.amount = amountAt(subtotal.TaxAmount, code, `${at}/TaxAmount/0/_`, fail)
      taxes.push(tax)
    }
    made.taxes = taxes
  } else if (subtotals !== undefined && subtotals !== null && subtotals !== '') fail('TYPE', '/Order/0/TaxTotal/0/TaxSubtotal')

  const sums = order.AnticipatedMonetaryTotal
  const sum: Maybe = Array.isArray(sums) ? sums[0] : undefined
  if (isObject(sum)) {
    const at = '/Order/0/AnticipatedMonetaryTotal/0'
    const totals: Draft = {}
    value = amountIn(sum.LineExtensionAmount, code, `${at}/LineExtensionAmount/0/_`, fail)
    if (value !== undefined) totals.linesTotal = value
    value = amountIn(sum.AllowanceTotalAmount, code, `${at}/AllowanceTotalAmount/0/_`, fail)
    if (value !== undefined) totals.discountTotal = value
    value = amountIn(sum.ChargeTotalAmount, code, `${at}/ChargeTotalAmount/0/_`, fail)
    if (value !== undefined) totals.chargeTotal = value
    const tax = taxSum(order.TaxTotal, fail)
    totals.taxTotal = tax ? formatExact(tax) : null
    value = amountIn(sum.TaxInclusiveAmount, code, `${at}/TaxInclusiveAmount/0/_`, fail)
    if (value !== undefined) totals.grandTotal = value
    value = amountIn(sum.PayableAmount, code, `${at}/PayableAmount/0/_`, fail)
    if (value !== undefined) totals.dueTotal = value
    made.totals = totals
  } else if (sum !== undefined && sum !== null && sum !== '') made.totals = fail('TYPE', '/Order/0/AnticipatedMonetaryTotal/0')

  const orderLines = order.OrderLine
  if (Array.isArray(orderLines)) {
    const lines: Json[] = []
    for (let i = 0; i < orderLines.length; i++) {
      const orderLine: Maybe = orderLines[i]
      if (isObject(orderLine)) lines.push(lineOf(orderLine, i, lines.length, fail))
      else refuse(orderLine, `/Order/0/OrderLine/${i}`, fail)
    }
    made.lines = lines
  } else if (orderLines !== undefined && orderLines !== null && orderLines !== '') fail('TYPE', '/Order/0/OrderLine')
  return errors === undefined ? { ok: true, value: made } : { ok: false, errors }
}

function amountIn(list: Maybe, currency: string | undefined, from: string, fail: Fail): string | null | undefined {
  const value = content(list)
  return value === undefined ? undefined : (amountText(value, currency) ?? fail('DECIMAL', from))
}

function amountAt(list: Maybe, currency: string | undefined, from: string, fail: Fail): string | null {
  const value = content(list)
  return value === undefined ? fail('MISSING', from) : (amountText(value, currency) ?? fail('DECIMAL', from))
}

function taxSum(list: Maybe, fail: Fail): MaybeExact {
  if (!Array.isArray(list)) return list === undefined || list === null || list === '' ? zero : fail('TYPE', '/Order/0/TaxTotal')
  let total: MaybeExact = zero
  for (let i = 0; i < list.length; i++) {
    const entry: Maybe = list[i]
    if (!isObject(entry)) {
      refuse(entry, `/Order/0/TaxTotal/${i}`, fail)
      continue
    }
    const amount = decimalAt(content(entry.TaxAmount), `/Order/0/TaxTotal/${i}/TaxAmount/0/_`, fail)
    if (amount !== undefined) total = add(total, amount)
  }
  return total
}

function partyIn(list: Maybe, at: string, fail: Fail): Json {
  const parties = inside(list).Party
  const party: Maybe = Array.isArray(parties) ? parties[0] : undefined
  if (!isObject(party)) return fail(party === undefined || party === null || party === '' ? 'MISSING' : 'TYPE', at)
  const made: Draft = {}
  let some = false
  let value = content(inside(party.PartyLegalEntity).RegistrationName) ?? content(inside(party.PartyName).Name)
  if (value !== undefined) {
    made.name = value
    some = true
  }
  value = ofScheme(party.EndpointID, '0088')
  if (value !== undefined) {
    made.gln = value
    some = true
  }
  value = addressIn(party.PostalAddress, `${at}/PostalAddress/0`, fail)
  if (value !== undefined) {
    made.address = value
    some = true
  }
  return some ? made : fail('MISSING', at)
}

function addressIn(list: Maybe, at: string, fail: Fail): Maybe {
  const given: Maybe = Array.isArray(list) ? list[0] : undefined
  if (!isObject(given)) return given === undefined || given === null || given === '' ? undefined : fail('TYPE', at)
  const made: Draft = {}
  let some = false
  const street = content(given.StreetName)
  const more = content(given.AdditionalStreetName)
  if (street !== undefined) {
    made.street = more === undefined ? [street] : [street, more]
    some = true
  } else if (more !== undefined) {
    made.street = [more]
    some = true
  }
  let value = content(given.CityName)
  if (value !== undefined) {
    made.city = value
    some = true
  }
  value = content(given.PostalZone)
  if (value !== undefined) {
    made.postalCode = value
    some = true
  }
  value = content(given.CountrySubentity)
  if (value !== undefined) {
    made.region = value
    some = true
  }
  value = content(inside(given.Country).IdentificationCode)
  if (value !== undefined) {
    made.country = typeof value === 'string' ? value.toUpperCase() : fail('TYPE', `${at}/Country/0/IdentificationCode/0/_`)
    some = true
  }
  return some ? made : undefined
}

function lineOf(orderLine: JsonObject, i: number, number: number, fail: Fail): Json {
  const item = inside(orderLine.LineItem)
  const at = (path: string): string => `/Order/0/OrderLine/${i}/LineItem/0/${path}`
  const made: Draft = { key: content(item.ID) ?? fail('MISSING', at('ID/0/_')), number: String(number + 1) }

  const products = item.Item
  const given: Maybe = Array.isArray(products) ? products[0] : undefined
  if (isObject(given)) {
    const buyerSku = content(inside(given.BuyersItemIdentification).ID)
    const sellerSku = content(inside(given.SellersItemIdentification).ID)
    const gtin = ofScheme(inside(given.StandardItemIdentification).ID, '0160')
    const name = content(given.Name)
    const product: Draft = {}
    const sku = buyerSku ?? sellerSku
    if (sku !== undefined) product.sku = sku
    if (sellerSku !== undefined) product.sellerSku = sellerSku
    if (buyerSku !== undefined) product.buyerSku = buyerSku
    if (gtin !== undefined) product.gtin = gtin
    if (name !== undefined) product.name = name
    made.product = sku === undefined && gtin === undefined && name === undefined ? fail('MISSING', at('Item/0')) : product
  } else made.product = fail(given === undefined || given === null || given === '' ? 'MISSING' : 'TYPE', at('Item/0'))

  const quantities = item.Quantity
  const quantityElement: Maybe = Array.isArray(quantities) ? quantities[0] : undefined
  const measured = isObject(quantityElement) ? quantityElement : nothing
  const quantityValue = measured._ === null || measured._ === '' ? undefined : measured._
  const quantity = quantityValue === undefined ? undefined : (toExact(quantityValue) ?? fail('DECIMAL', at('Quantity/0/_')))
  made.quantity = quantityValue === undefined ? fail('MISSING', at('Quantity/0/_')) : quantity === null ? null : decimalText(quantityValue)
  const { unitCode } = measured
  if (unitCode === undefined || unitCode === null || unitCode === '') made.unit = fail('MISSING', at('Quantity/0/unitCode'))
  else {
    made.unit = units.get(scalarText(unitCode) ?? '') ?? 'unknown'
    made.sourceUnit = unitCode
  }

  const prices = inside(item.Price)
  const priceValue = content(prices.PriceAmount)
  const price = decimalAt(priceValue, at('Price/0/PriceAmount/0/_'), fail)
  if (priceValue !== undefined) made.unitPrice = price === null ? null : decimalText(priceValue)
  const baseValue = content(prices.BaseQuantity)
  const basis = baseValue === undefined ? one : decimalAt(baseValue, at('Price/0/BaseQuantity/0/_'), fail)
  made.priceQuantity = basis ? formatExact(basis) : null

  let discount: MaybeExact = zero
  const allowances = item.AllowanceCharge
  if (Array.isArray(allowances)) {
    for (let j = 0; j < allowances.length; j++) {
      const allowance: Maybe = allowances[j]
      if (!isObject(allowance)) {
        refuse(allowance, at(`AllowanceCharge/${j}`), fail)
        continue
      }
      if (content(allowance.ChargeIndicator) !== 'false') continue
      const amount = decimalAt(content(allowance.Amount), at(`AllowanceCharge/${j}/Amount/0/_`), fail)
      if (amount !== undefined) discount = add(discount, amount)
    }
  } else if (allowances !== undefined && allowances !== null && allowances !== '') discount = fail('TYPE', at('AllowanceCharge'))
  const goods = multiply(quantity, price)
  let amount: MaybeExact
  if (goods && basis) amount = subtract(divide(goods, basis, 2) ?? fail('DECIMAL', `/lines/${number}/lineAmount`), discount)
  else amount = goods === null || basis === null || discount === null ? null : undefined
  if (amount !== undefined) made.lineAmount = amount === null ? null : formatExact(amount)

  const description = content(inside(item.Item).Description)
  const note = content(orderLine.Note)
  if (description !== undefined || note !== undefined) {
    const a = description === undefined ? undefined : (scalarText(description) ?? fail('TYPE', at('Item/0/Description/0/_')))
    const b = note === undefined ? undefined : (scalarText(note) ?? fail('TYPE', `/Order/0/OrderLine/${i}/Note/0/_`))
    made.requirement = a === null || b === null ? null : a === undefined ? (b ?? null) : b === undefined ? a : `${a}; ${b}`
  }
  const wanted = content(inside(inside(item.Delivery).RequestedDeliveryPeriod).EndDate)
  if (wanted !== undefined)
    made.requestedDate = toDate(wanted, undefined) ?? fail('DATE', at('Delivery/0/RequestedDeliveryPeriod/0/EndDate/0/_'))
  made.status = quantity && compareExact(quantity, zero) === 0 ? 'cancelled' : 'open'
  return made
}
