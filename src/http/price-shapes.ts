import { costBody, quantityText } from '../ledger/prices/cost.ts'
import { amountText } from '../ledger/prices/cost-words.ts'
import type { Passed, Price } from '../ledger/prices/decide.ts'
import type { OrderCostTable, PriceEntryTable } from '../store/tables.ts'
import { anything, count, decimal, described, fields, list, nullable, type Of, oneOf, optional, pattern, text, time } from './shape.ts'
import { iso } from './values.ts'

export const currency = pattern('^[A-Z]{3}$', 'ISO 4217')
export const unit = pattern('^[A-Z0-9]{2,3}$', 'UN/ECE Rec 20, or Rec 21 with X')
export const listName = described(text(200), 'name of the price list')
export const kinds = ['tier', 'contract', 'base', 'retail', 'purchase'] as const
export const bases = ['exclusive', 'inclusive', 'none'] as const

export const row = fields({
  key: text(),
  version: count,
  list: text(),
  kind: text(),
  product: described(nullable(text()), 'null: the product is not known yet'),
  currency: text(),
  taxBasis: text(),
  zone: text(),
  status: text(),
  steps: described(
    list(anything),
    'from the quantity `min` on, `price` for `per` of `unit`, on the days between `from` and `to`; `factor`: base units in the unit, null where the product does not know it',
  ),
})
export const shown = (one: PriceEntryTable): Of<typeof row> => ({
  key: one.key,
  version: one.version,
  list: one.list,
  kind: one.kind,
  product: one.product === '' ? null : one.product,
  currency: one.currency,
  taxBasis: one.tax_basis,
  zone: one.zone,
  status: one.status,
  steps: JSON.parse(one.steps) as readonly [],
})

const level = oneOf('contract', 'tier', 'base')
export const price = fields({
  level,
  grant: described(nullable(text()), 'key of the contract or of the assignment of the tier'),
  tier: described(nullable(text()), 'number of the tier'),
  list: text(),
  key: described(text(), 'of the price-list document'),
  version: count,
  price: decimal,
  per: described(decimal, 'what the price is for, in `unit`'),
  unit: text(),
  minQuantity: decimal,
  taxBasis: text(),
})
export const shownPrice = ({ level, grant, tier, list, entry, version, taxBasis, step }: Price): Of<typeof price> => ({
  level,
  grant,
  tier,
  list,
  key: entry,
  version,
  price: step.price,
  per: step.per,
  unit: step.unit,
  minQuantity: step.min,
  taxBasis,
})
export const passed = fields({
  level,
  grant: nullable(text()),
  list: nullable(text()),
  key: nullable(text()),
  why: described(text(), 'docs/prices.md lists them'),
})
export const shownPassed = ({ level, grant, list, entry, why }: Passed): Of<typeof passed> => ({ level, grant, list, key: entry, why })

export const costLine = fields({
  line: text(),
  state: oneOf('frozen', 'waiting'),
  product: nullable(text()),
  quantity: described(decimal, 'in base units, without what was cancelled'),
  why: optional(described(text(), 'why it waits')),
  amount: optional(decimal),
  currency: text(),
  level: optional(text()),
  tier: optional(nullable(text())),
  list: optional(text()),
  entry: optional(described(text(), 'key of the price-list document')),
  version: optional(described(count, 'of that document')),
  price: optional(decimal),
  per: optional(decimal),
  unit: optional(text()),
  decidedAt: time,
  passed: list(passed),
})
export function shownLine(one: OrderCostTable): Of<typeof costLine> {
  const body = costBody(one)
  const head = {
    line: one.line,
    state: one.state,
    product: one.product === '' ? null : one.product,
    quantity: quantityText(BigInt(one.quantity)),
    currency: one.currency,
    decidedAt: iso(one.decided_at),
    passed: body.passed.map(shownPassed),
  }
  if (one.state === 'waiting') return { ...head, why: body.why ?? 'no-price' }
  const { level, list, entry, version, price, per, unit } = one
  const amount = amountText(BigInt(one.amount), one.currency)
  return { ...head, amount, level, tier: one.tier === '' ? null : one.tier, list, entry, version, price, per, unit }
}
