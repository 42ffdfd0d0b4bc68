import { add, currencyDigits, divide, isZero, multiply, padAmount, round, subtract, sum } from '../model/decimal.ts'
import { reject } from '../model/errors.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { foot } from './foot.ts'
import { listOf, textOf } from './shelf.ts'

/**
 * Amounts of an order that is made here: a line of `fresh` (keys) gets quantity x price with its discounts and charges; the totals follow from the lines, unless they were given. A line without a price has
 * no amount, and an order with such a line no totals. Partners' figures are never touched by this (canonical model, rule 3).
 */
export function withAmounts(body: JsonObject, fresh: ReadonlySet<string>, totalsGiven: boolean): JsonObject {
  const currency = textOf(body.currency) ?? ''
  if (currencyDigits(currency) === undefined) return body
  const lines = listOf(body.lines).map((line) => (fresh.has(textOf(line.key) ?? '') ? withAmount(line, currency) : line))
  const next: JsonObject = { ...body, lines }
  if (totalsGiven) return next
  const kept = lines.filter(({ status }) => status !== 'cancelled')
  const amounts = kept.map(({ lineAmount }) => textOf(lineAmount))
  const { totals: _, ...bare } = next
  if (lines.length === 0 || amounts.includes(undefined)) return bare
  return { ...next, totals: totalsOf(next, sum(amounts.map((amount) => amount ?? '0')), currency) }
}

function withAmount(line: JsonObject, currency: string): JsonObject {
  const { lineAmount: _, ...bare } = line
  const digits = currencyDigits(currency) ?? 0
  const [quantity, price] = [textOf(line.quantity), textOf(line.unitPrice)]
  const per = textOf(line.priceQuantity) ?? '1'
  if (quantity === undefined || price === undefined || isZero(per) || (line.priceUnit !== undefined && line.priceUnit !== line.unit))
    return line
  const goods = round(divide(multiply(quantity, price), per, digits + 8, 'half-up'), digits, 'half-up')
  return { ...bare, lineAmount: padAmount(subtract(add(goods, amountsOf(line.charges)), amountsOf(line.discounts)), currency) }
}

function totalsOf(body: JsonObject, linesTotal: string, currency: string): JsonObject {
  const before = isObject(body.totals) ? body.totals : {}
  const [discounts, charges, taxes] = [body.discounts, body.charges, body.taxes].map(amountsOf)
  const net = subtract(add(add(linesTotal, charges ?? '0'), textOf(before.roundingTotal) ?? '0'), discounts ?? '0')
  const grandTotal = body.taxBasis === 'exclusive' ? add(net, taxes ?? '0') : net
  const told = (name: string, list: Json | undefined, value: string | undefined) =>
    listOf(list).length > 0 && value !== undefined ? { [name]: padAmount(value, currency) } : {}
  const prepaid = textOf(before.prepaidTotal)
  return {
    linesTotal: padAmount(linesTotal, currency),
    ...told('discountTotal', body.discounts, discounts),
    ...told('chargeTotal', body.charges, charges),
    ...told('taxTotal', body.taxes, taxes),
    ...(before.roundingTotal === undefined ? {} : { roundingTotal: before.roundingTotal }),
    grandTotal: padAmount(grandTotal, currency),
    ...(prepaid === undefined ? {} : { prepaidTotal: prepaid, dueTotal: padAmount(subtract(grandTotal, prepaid), currency) }),
  }
}

const amountsOf = (list: Json | undefined): string => sum(listOf(list).map(({ amount }) => textOf(amount) ?? '0'))

/** @throws HubError (reject) `unknown-currency`, `does-not-foot` with the arithmetic */
export function demandFooting(name: string, body: JsonObject): void {
  if (currencyDigits(textOf(body.currency) ?? '') === undefined)
    throw reject('unknown-currency', `${name}: '${String(body.currency)}' is no ISO 4217 currency that is known here`)
  const [fault] = foot(body)
  if (fault !== undefined)
    throw reject(
      'does-not-foot',
      `${name}: ${fault.path} is ${fault.found} and must be ${fault.expected} by the other figures (difference ${fault.difference})`,
    )
}
