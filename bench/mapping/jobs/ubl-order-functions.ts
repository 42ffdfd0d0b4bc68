import {
  add,
  amountText,
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
import type { Json, JsonObject } from '../../../src/model/json.ts'
import type { Draft, HandError, HandResult } from '../hand.ts'

/*
 * The UBL job written by hand, second version, from the description of the job and not from the first: a function for each part of the
 * order, the frequent shape of each part made in one literal, texts of places only where something is wrong.
 */
type Value = Json | undefined
type Element = { readonly _?: Json; readonly schemeID?: Json; readonly unitCode?: Json }
interface Log {
  errors: HandError[] | undefined
}

const units: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  EA: 'EA',
  C62: 'EA',
  KGM: 'KGM',
  XBX: 'XBX',
  LTR: 'LTR',
})
const kinds: Readonly<Record<string, string>> = Object.assign(Object.create(null), { FC: 'shipping', PC: 'fee', ABL: 'fee' })
const single: Exact = { units: 1, scale: 0 }

function report(log: Log, code: string, from: string): null {
  log.errors ??= []
  for (const known of log.errors) if (known.from === from) return null
  log.errors.push({ code, from })
  return null
}

const isRecord = (value: Value): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const isGone = (value: Value): value is undefined | null | '' => value === undefined || value === null || value === ''

/** Whether an item is an object; one that is something else is reported, none at all adds nothing. */
function isItem(item: Value, list: string, i: number, log: Log): item is JsonObject {
  if (isRecord(item)) return true
  if (!isGone(item)) report(log, 'TYPE', `${list}/${i}`)
  return false
}

/** The first of a list, with null and blank as nothing. */
function head(list: Value): Value {
  if (!Array.isArray(list)) return undefined
  const value: Value = list[0]
  return isGone(value) ? undefined : value
}
function record(list: Value): JsonObject | undefined {
  const value: Value = Array.isArray(list) ? list[0] : undefined
  return isRecord(value) ? value : undefined
}
function text(list: Value): Value {
  const element = record(list) as Element | undefined
  if (element === undefined) return undefined
  const value = element._
  return isGone(value) ? undefined : value
}
function schemed(list: Value, scheme: string): Value {
  if (!Array.isArray(list)) return undefined
  const found = (list as readonly Json[]).find((item) => isRecord(item) && scalar(item.schemeID) === scheme) as Element | undefined
  return found === undefined || isGone(found._) ? undefined : found._
}
function scalar(value: Value): string | null {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      return decimalText(value)
    case 'boolean':
      return value ? 'true' : 'false'
    default:
      return null
  }
}

function addressOf(list: Value, at: string, log: Log): Value {
  const given = head(list)
  if (given === undefined) return undefined
  if (!isRecord(given)) return report(log, 'TYPE', at)
  const line1 = text(given.StreetName)
  const line2 = text(given.AdditionalStreetName)
  const city = text(given.CityName)
  const postalCode = text(given.PostalZone)
  const region = text(given.CountrySubentity)
  const code = text(record(given.Country)?.IdentificationCode)
  const country =
    code === undefined || typeof code === 'string' ? code?.toUpperCase() : report(log, 'TYPE', `${at}/Country/0/IdentificationCode/0/_`)
  const street = line1 === undefined ? (line2 === undefined ? undefined : [line2]) : line2 === undefined ? [line1] : [line1, line2]
  if (street !== undefined && city !== undefined && postalCode !== undefined && country !== undefined)
    return region === undefined ? { street, city, postalCode, country } : { street, city, postalCode, region, country }
  const made: Draft = {}
  if (street !== undefined) made.street = street
  if (city !== undefined) made.city = city
  if (postalCode !== undefined) made.postalCode = postalCode
  if (region !== undefined) made.region = region
  if (country !== undefined) made.country = country
  return street === undefined && city === undefined && postalCode === undefined && region === undefined && country === undefined
    ? undefined
    : made
}

function partyOf(list: Value, at: string, log: Log): Json {
  const given = head(record(list)?.Party)
  if (given === undefined) return report(log, 'MISSING', at)
  if (!isRecord(given)) return report(log, 'TYPE', at)
  const name = text(record(given.PartyLegalEntity)?.RegistrationName) ?? text(record(given.PartyName)?.Name)
  const gln = schemed(given.EndpointID, '0088')
  const address = addressOf(given.PostalAddress, `${at}/PostalAddress/0`, log)
  if (name !== undefined && address !== undefined) return gln === undefined ? { name, address } : { name, gln, address }
  if (name === undefined && gln === undefined && address === undefined) return report(log, 'MISSING', at)
  const made: Draft = {}
  if (name !== undefined) made.name = name
  if (gln !== undefined) made.gln = gln
  if (address !== undefined) made.address = address
  return made
}

function placeOf(list: Value, log: Log): Value {
  const at = '/Order/0/Delivery/0/DeliveryLocation/0'
  const given = head(list)
  if (given === undefined) return undefined
  if (!isRecord(given)) return report(log, 'TYPE', at)
  const code = text(given.ID)
  const name = text(given.Name)
  const gln = schemed(given.ID, '0088')
  const address = addressOf(given.Address, `${at}/Address/0`, log)
  if (code !== undefined && name !== undefined && gln !== undefined && address !== undefined) return { code, name, gln, address }
  if (code === undefined && name === undefined && gln === undefined && address === undefined) return undefined
  const made: Draft = {}
  if (code !== undefined) made.code = code
  if (name !== undefined) made.name = name
  if (gln !== undefined) made.gln = gln
  if (address !== undefined) made.address = address
  return made
}

function allowancesOf(list: Value, charge: boolean, currency: string | undefined, log: Log): Value {
  if (isGone(list)) return undefined
  if (!Array.isArray(list)) return report(log, 'TYPE', '/Order/0/AllowanceCharge')
  const made: Json[] = []
  for (let i = 0; i < list.length; i++) {
    const given: Value = list[i]
    if (!isItem(given, '/Order/0/AllowanceCharge', i, log) || text(given.ChargeIndicator) !== (charge ? 'true' : 'false')) continue
    const reason = text(given.AllowanceChargeReason)
    const code = text(given.AllowanceChargeReasonCode)
    const value = text(given.Amount)
    const amount =
      value === undefined
        ? report(log, 'MISSING', `/Order/0/AllowanceCharge/${i}/Amount/0/_`)
        : (amountText(value, currency) ?? report(log, 'DECIMAL', `/Order/0/AllowanceCharge/${i}/Amount/0/_`))
    if (charge) made.push(chargeOf(code, reason, amount))
    else if (reason !== undefined && code !== undefined) made.push({ reason, code, amount })
    else {
      const item: Draft = {}
      if (reason !== undefined) item.reason = reason
      if (code !== undefined) item.code = code
      item.amount = amount
      made.push(item)
    }
  }
  return made
}

function chargeOf(code: Value, name: Value, amount: Json): Draft {
  const kind = code === undefined ? undefined : (kinds[scalar(code) ?? ''] ?? 'unknown')
  if (kind !== undefined && name !== undefined) return { kind, name, amount }
  if (kind !== undefined) return { kind, amount }
  return name === undefined ? { amount } : { name, amount }
}

function money(value: Value, currency: string | undefined, log: Log, part: string, field: string): string | null | undefined {
  return value === undefined ? undefined : (amountText(value, currency) ?? report(log, 'DECIMAL', `${part}/${field}/0/_`))
}

function taxesOf(list: Value, currency: string | undefined, log: Log): Value {
  const at = '/Order/0/TaxTotal/0/TaxSubtotal'
  if (isGone(list)) return undefined
  if (!Array.isArray(list)) return report(log, 'TYPE', at)
  const taxes: Json[] = []
  for (let i = 0; i < list.length; i++) {
    const given: Value = list[i]
    if (isItem(given, at, i, log)) taxes.push(taxOf(given, currency, `${at}/${i}`, log))
  }
  return taxes
}

function taxOf(given: JsonObject, currency: string | undefined, at: string, log: Log): Draft {
  const kind = record(given.TaxCategory)
  const category = text(kind?.ID)
  const rate = text(kind?.Percent)
  const percent = rate === undefined ? undefined : (decimalText(rate) ?? report(log, 'DECIMAL', `${at}/TaxCategory/0/Percent/0/_`))
  const taxableAmount = money(text(given.TaxableAmount), currency, log, at, 'TaxableAmount')
  const amount = money(text(given.TaxAmount), currency, log, at, 'TaxAmount') ?? report(log, 'MISSING', `${at}/TaxAmount/0/_`)
  if (category !== undefined && percent !== undefined && taxableAmount !== undefined) return { category, percent, taxableAmount, amount }
  const made: Draft = {}
  if (category !== undefined) made.category = category
  if (percent !== undefined) made.percent = percent
  if (taxableAmount !== undefined) made.taxableAmount = taxableAmount
  made.amount = amount
  return made
}

function taxTotalOf(list: Value, log: Log): string | null {
  if (isGone(list)) return '0'
  if (!Array.isArray(list)) return report(log, 'TYPE', '/Order/0/TaxTotal')
  let total: MaybeExact = zero
  for (let i = 0; i < list.length; i++) {
    const given: Value = list[i]
    const amount = isItem(given, '/Order/0/TaxTotal', i, log) ? text(given.TaxAmount) : undefined
    if (amount !== undefined) total = add(total, toExact(amount) ?? report(log, 'DECIMAL', `/Order/0/TaxTotal/${i}/TaxAmount/0/_`))
  }
  return total ? formatExact(total) : null
}

function totalsOf(list: Value, taxes: Value, currency: string | undefined, log: Log): Value {
  const at = '/Order/0/AnticipatedMonetaryTotal/0'
  const given = head(list)
  if (given === undefined) return undefined
  if (!isRecord(given)) return report(log, 'TYPE', at)
  const linesTotal = money(text(given.LineExtensionAmount), currency, log, at, 'LineExtensionAmount')
  const discountTotal = money(text(given.AllowanceTotalAmount), currency, log, at, 'AllowanceTotalAmount')
  const chargeTotal = money(text(given.ChargeTotalAmount), currency, log, at, 'ChargeTotalAmount')
  const taxTotal = taxTotalOf(taxes, log)
  const grandTotal = money(text(given.TaxInclusiveAmount), currency, log, at, 'TaxInclusiveAmount')
  const dueTotal = money(text(given.PayableAmount), currency, log, at, 'PayableAmount')
  if (linesTotal !== undefined && grandTotal !== undefined && dueTotal !== undefined) {
    if (discountTotal === undefined && chargeTotal === undefined) return { linesTotal, taxTotal, grandTotal, dueTotal }
    if (discountTotal !== undefined && chargeTotal !== undefined)
      return { linesTotal, discountTotal, chargeTotal, taxTotal, grandTotal, dueTotal }
  }
  const made: Draft = { taxTotal }
  if (linesTotal !== undefined) made.linesTotal = linesTotal
  if (discountTotal !== undefined) made.discountTotal = discountTotal
  if (chargeTotal !== undefined) made.chargeTotal = chargeTotal
  if (grandTotal !== undefined) made.grandTotal = grandTotal
  if (dueTotal !== undefined) made.dueTotal = dueTotal
  return made
}

function productOf(given: Value, i: number, log: Log): Json {
  const at = `/Order/0/OrderLine/${i}/LineItem/0/Item/0`
  if (isGone(given)) return report(log, 'MISSING', at)
  if (!isRecord(given)) return report(log, 'TYPE', at)
  const buyerSku = text(record(given.BuyersItemIdentification)?.ID)
  const sellerSku = text(record(given.SellersItemIdentification)?.ID)
  const gtin = schemed(record(given.StandardItemIdentification)?.ID, '0160')
  const name = text(given.Name)
  const sku = buyerSku ?? sellerSku
  if (sku !== undefined && sellerSku !== undefined && gtin !== undefined && name !== undefined)
    return buyerSku === undefined ? { sku, sellerSku, gtin, name } : { sku, sellerSku, buyerSku, gtin, name }
  if (sku === undefined && gtin === undefined && name === undefined) return report(log, 'MISSING', at)
  const made: Draft = {}
  if (sku !== undefined) made.sku = sku
  if (sellerSku !== undefined) made.sellerSku = sellerSku
  if (buyerSku !== undefined) made.buyerSku = buyerSku
  if (gtin !== undefined) made.gtin = gtin
  if (name !== undefined) made.name = name
  return made
}

function discountOf(list: Value, i: number, log: Log): MaybeExact {
  if (isGone(list)) return zero
  const at = `/Order/0/OrderLine/${i}/LineItem/0/AllowanceCharge`
  if (!Array.isArray(list)) return report(log, 'TYPE', at)
  let total: MaybeExact = zero
  for (let j = 0; j < list.length; j++) {
    const given: Value = list[j]
    if (!isItem(given, at, j, log) || text(given.ChargeIndicator) !== 'false') continue
    const amount = text(given.Amount)
    if (amount !== undefined) total = add(total, toExact(amount) ?? report(log, 'DECIMAL', `${at}/${j}/Amount/0/_`))
  }
  return total
}

function lineOf(given: JsonObject, i: number, place: number, log: Log): Draft {
  const at = `/Order/0/OrderLine/${i}`
  const item = record(given.LineItem) ?? {}
  const key = text(item.ID) ?? report(log, 'MISSING', `${at}/LineItem/0/ID/0/_`)
  const goods = Array.isArray(item.Item) ? (item.Item[0] as Value) : undefined
  const product = productOf(goods, i, log)
  const measure = record(item.Quantity) as Element | undefined
  const measured = measure?._
  const quantity = isGone(measured)
    ? report(log, 'MISSING', `${at}/LineItem/0/Quantity/0/_`)
    : (toExact(measured) ?? report(log, 'DECIMAL', `${at}/LineItem/0/Quantity/0/_`))
  const sourceUnit = measure?.unitCode
  const unit = isGone(sourceUnit)
    ? report(log, 'MISSING', `${at}/LineItem/0/Quantity/0/unitCode`)
    : (units[scalar(sourceUnit) ?? ''] ?? 'unknown')
  const rate = record(item.Price)
  const priced = text(rate?.PriceAmount)
  const price = priced === undefined ? undefined : (toExact(priced) ?? report(log, 'DECIMAL', `${at}/LineItem/0/Price/0/PriceAmount/0/_`))
  const based = text(rate?.BaseQuantity)
  const basis = based === undefined ? single : (toExact(based) ?? report(log, 'DECIMAL', `${at}/LineItem/0/Price/0/BaseQuantity/0/_`))
  const discount = discountOf(item.AllowanceCharge, i, log)
  const priceQuantity = basis === null ? null : formatExact(basis)
  const status = quantity !== null && (quantity.units === 0 || quantity.units === 0n) ? 'cancelled' : 'open'
  const requirement = requirementOf(isRecord(goods) ? text(goods.Description) : undefined, text(given.Note), at, log)
  const end = text(record(record(item.Delivery)?.RequestedDeliveryPeriod)?.EndDate)
  const requestedDate =
    end === undefined
      ? undefined
      : (toDate(end, undefined) ?? report(log, 'DATE', `${at}/LineItem/0/Delivery/0/RequestedDeliveryPeriod/0/EndDate/0/_`))
  const number = String(place + 1)
  if (quantity !== null && price && basis !== null && discount && !isGone(sourceUnit)) {
    const whole = divide(multiply(quantity, price) ?? zero, basis, 2) ?? report(log, 'DECIMAL', `/lines/${place}/lineAmount`)
    const amount = subtract(whole, discount)
    const lineAmount = amount ? formatExact(amount) : null
    const unitPrice = decimalText(priced)
    const made: Draft = {
      key,
      number,
      product,
      quantity: decimalText(measured),
      unit,
      sourceUnit,
      unitPrice,
      priceQuantity,
      lineAmount,
      status,
    }
    if (requirement !== undefined) made.requirement = requirement
    if (requestedDate !== undefined) made.requestedDate = requestedDate
    return made
  }
  const made: Draft = { key, number, product, quantity: quantity === null ? null : decimalText(measured), unit, priceQuantity, status }
  if (!isGone(sourceUnit)) made.sourceUnit = sourceUnit
  if (priced !== undefined) made.unitPrice = price ? decimalText(priced) : null
  if (requirement !== undefined) made.requirement = requirement
  if (requestedDate !== undefined) made.requestedDate = requestedDate
  return made
}

function requirementOf(description: Value, note: Value, at: string, log: Log): string | null | undefined {
  const a = description === undefined ? undefined : (scalar(description) ?? report(log, 'TYPE', `${at}/LineItem/0/Item/0/Description/0/_`))
  const b = note === undefined ? undefined : (scalar(note) ?? report(log, 'TYPE', `${at}/Note/0/_`))
  if (a === null || b === null) return null
  return a === undefined ? b : b === undefined ? a : `${a}; ${b}`
}

function issuedAtOf(day: Value, time: Value, log: Log): string | null | undefined {
  if (time === undefined) return undefined
  const date = day === undefined ? undefined : (scalar(day) ?? report(log, 'TYPE', '/Order/0/IssueDate/0/_'))
  const hour = scalar(time) ?? report(log, 'TYPE', '/Order/0/IssueTime/0/_')
  if (date === null || hour === null) return null
  return toUtc(date === undefined ? hour : `${date}T${hour}`, 'UTC') ?? report(log, 'DATE', '/issuedAt')
}

export function ublOrderFunctions(document: Json): HandResult {
  const log: Log = { errors: undefined }
  const order: JsonObject = (isRecord(document) ? record(document.Order) : undefined) ?? {}
  const number = text(order.ID) ?? report(log, 'MISSING', '/Order/0/ID/0/_')
  const day = text(order.IssueDate)
  const issueDate =
    day === undefined
      ? report(log, 'MISSING', '/Order/0/IssueDate/0/_')
      : (toDate(day, undefined) ?? report(log, 'DATE', '/Order/0/IssueDate/0/_'))
  const buyer = partyOf(order.BuyerCustomerParty, '/Order/0/BuyerCustomerParty/0/Party/0', log)
  const seller = partyOf(order.SellerSupplierParty, '/Order/0/SellerSupplierParty/0/Party/0', log)
  const given = text(order.DocumentCurrencyCode)
  const currency = given ?? report(log, 'MISSING', '/Order/0/DocumentCurrencyCode/0/_')
  const code = typeof given === 'string' ? given : undefined
  const made: Draft = { number, status: 'issued', issueDate, buyer, seller, currency, taxBasis: 'exclusive' }
  const sourceStatus = text(order.OrderTypeCode)
  if (sourceStatus !== undefined) made.sourceStatus = sourceStatus
  const issuedAt = issuedAtOf(day, text(order.IssueTime), log)
  if (issuedAt !== undefined) made.issuedAt = issuedAt
  const delivery = record(order.Delivery)
  if (delivery !== undefined) {
    const shipTo = placeOf(delivery.DeliveryLocation, log)
    if (shipTo !== undefined) made.shipTo = shipTo
    const end = text(record(delivery.RequestedDeliveryPeriod)?.EndDate)
    if (end !== undefined)
      made.requestedDate = toDate(end, undefined) ?? report(log, 'DATE', '/Order/0/Delivery/0/RequestedDeliveryPeriod/0/EndDate/0/_')
  }
  const terms = text(record(order.PaymentTerms)?.Note)
  if (terms !== undefined) made.paymentTerms = { text: terms }
  const incoterm = text(record(order.DeliveryTerms)?.ID)
  if (incoterm !== undefined) made.incoterm = incoterm
  const contract = text(record(order.Contract)?.ID)
  if (contract !== undefined) made.contract = contract
  const note = text(order.Note)
  if (note !== undefined) made.note = note
  const discounts = allowancesOf(order.AllowanceCharge, false, code, log)
  if (discounts !== undefined) made.discounts = discounts
  const charges = allowancesOf(order.AllowanceCharge, true, code, log)
  if (charges !== undefined) made.charges = charges
  const taxes = taxesOf(record(order.TaxTotal)?.TaxSubtotal, code, log)
  if (taxes !== undefined) made.taxes = taxes
  const totals = totalsOf(order.AnticipatedMonetaryTotal, order.TaxTotal, code, log)
  if (totals !== undefined) made.totals = totals
  const lines = order.OrderLine
  if (Array.isArray(lines)) {
    const list: Json[] = new Array(lines.length)
    let count = 0
    for (let i = 0; i < lines.length; i++) {
      const line: Value = lines[i]
      if (!isItem(line, '/Order/0/OrderLine', i, log)) continue
      list[count] = lineOf(line, i, count, log)
      count++
    }
    list.length = count
    made.lines = list
  } else if (!isGone(lines)) report(log, 'TYPE', '/Order/0/OrderLine')
  return log.errors === undefined ? { ok: true, value: made } : { ok: false, errors: log.errors }
}
