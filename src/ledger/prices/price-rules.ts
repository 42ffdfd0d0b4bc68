import { compare, currencyDigits, isZero } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import { pricesAt } from '../../store/price.ts'
import { loadTargets, productUnits } from '../assemble.ts'
import type { Authored } from '../author.ts'
import { keyOf, listOf, refIn, textOf } from '../shelf.ts'
import { keyText } from '../stock-level.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { factorOf, normalUnit } from '../units.ts'

/**
 * What a command on a price has to keep to: its product is known and counts in the units of its steps, the currency is one, the steps contradict neither each other nor another document of the same list, product and currency; list and
 * product stay what they are.
 * @throws HubError (reject) `no-such-product`, `unknown-unit`, `unknown-currency`, `unknown-zone`, `step-twice`, `negative-price`, `days-reversed`, `price-twice`, `price-fixed`
 */
export async function checkPrice(books: Books, current: LedgerDocument | undefined, { key, body }: Authored): Promise<void> {
  const { shelf } = books.data
  const wanted = { type: 'price-list', key, body } as LedgerDocument
  await loadTargets(shelf, [wanted])
  const product = keyOf(shelf, refIn(body.product))
  const units = product === undefined ? undefined : productUnits(shelf, product)
  if (product === undefined || units === undefined)
    throw reject('no-such-product', `price-list ${key}: its product has to be in the ledger, named by \`product.ref\``)
  if (current !== undefined && (current.body.list !== body.list || keyOf(shelf, refIn(current.body.product)) !== product))
    throw reject('price-fixed', `price-list ${key} is of list ${String(current.body.list)} and another product: make another document`)
  const currency = textOf(body.currency) ?? ''
  if (currencyDigits(currency) === undefined)
    throw reject('unknown-currency', `price-list ${key}: '${currency}' is no ISO 4217 code that has a minor unit`)
  wantZone(key, textOf(body.zone))
  const steps = listOf(body.steps).map((step) => ({
    min: textOf(step.minQuantity) ?? '0',
    unit: normalUnit(textOf(step.unit) ?? units.baseUnit),
    per: textOf(step.priceQuantity) ?? '1',
    isNegative: [step.price, step.minQuantity, step.priceQuantity].some((figure) => textOf(figure)?.startsWith('-')),
    from: textOf(step.validFrom) ?? '',
    to: textOf(step.validTo) ?? '9999-12-31',
  }))
  for (const [index, step] of steps.entries()) {
    const name = `price-list ${key}: step ${index + 1}`
    if (factorOf(step.unit, units, { connection: 'hub', date: step.from }) === undefined)
      throw reject('unknown-unit', `${name} counts in ${step.unit}, which product ${product} has neither as base unit nor as pack`)
    if (step.isNegative) throw reject('negative-price', `${name} has a price or quantity below 0: nobody is paid for what they take`)
    if (isZero(step.per)) throw reject('does-not-fit', `${name} says a price per nothing: priceQuantity has to be above 0`)
    if (step.to < step.from) throw reject('days-reversed', `${name} ends on ${step.to}, before it begins on ${step.from}`)
    const twin = steps.findIndex((other, at) => at < index && contradicts(other, step))
    if (twin >= 0)
      throw reject(
        'step-twice',
        `${name} and step ${twin + 1} both hold from ${step.min} ${step.unit} on the same days: one price would be luck`,
      )
  }
  await wantAlone(books, key, product, body, currency)
}

interface Step {
  readonly min: string
  readonly unit: string
  readonly from: string
  readonly to: string
}
const contradicts = (a: Step, b: Step): boolean => a.unit === b.unit && compare(a.min, b.min) === 0 && a.from <= b.to && b.from <= a.to

async function wantAlone({ tx, tenant }: Books, key: string, product: string, body: JsonObject, currency: string): Promise<void> {
  const list = keyText(textOf(body.list) ?? '')
  const others = await pricesAt(tx, tenant, list, product)
  const other = others.find((row) => row.key !== key && row.currency === currency && row.status === 'active')
  if (other !== undefined && (body.status ?? 'active') === 'active')
    throw reject(
      'price-twice',
      `price-list ${key}: list ${list} has a price of product ${product} in ${currency} already (${other.key}): change that one`,
    )
}

/** @throws HubError (reject) `unknown-zone` */
export function wantZone(what: string, zone: string | undefined): void {
  try {
    if (zone !== undefined) Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw reject('unknown-zone', `${what}: '${zone}' is no IANA time zone`)
  }
}
