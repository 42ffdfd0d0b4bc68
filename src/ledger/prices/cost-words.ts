import { amountScale, currencyDigits, fromScaled } from '../../model/decimal.ts'
import type { JsonObject } from '../../model/json.ts'
import type { OrderCostTable } from '../../store/tables.ts'
import type { Note } from '../findings.ts'
import { costBody, quantityText } from './cost.ts'

/** What a person should know of a line that has no price. */
export const waitingNote = (row: OrderCostTable, path: string): Note => ({
  type: 'sales-order',
  key: row.key,
  code: 'no-cost-price',
  path,
  detail: {
    line: row.line,
    merchant: row.party,
    product: row.product === '' ? null : row.product,
    quantity: quantityText(BigInt(row.quantity)),
    currency: row.currency,
    why: costBody(row).why ?? 'no-price',
  },
})

/** Sums by currency. */
export function totalsOf(rows: readonly OrderCostTable[]): JsonObject {
  const sums = new Map<string, bigint>()
  for (const { state, currency, amount } of rows) if (state === 'frozen') sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount))
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, sum]) => [currency, amountText(sum, currency)]))
}

export const amountText = (amount: bigint, currency: string): string => fromScaled(amount, amountScale, currencyDigits(currency) ?? 2)

export const shownCost = (row: OrderCostTable): JsonObject => ({
  line: row.line,
  state: row.state,
  quantity: quantityText(BigInt(row.quantity)),
  ...(row.state === 'waiting'
    ? { why: costBody(row).why ?? 'no-price' }
    : {
        amount: amountText(BigInt(row.amount), row.currency),
        currency: row.currency,
        level: row.level,
        tier: row.tier === '' ? null : row.tier,
        list: row.list,
        entry: row.entry,
        version: row.version,
        price: row.price,
        per: row.per,
        unit: row.unit,
      }),
})
