import type { Bool, Exact } from './tables.ts'

/** Derived: what one list says of one product. `product`: '' while it is not known. `factors`: JSON, base units in each unit that its steps name. `steps`: JSON of the steps. */
export interface PriceEntryTable {
  tenant: string
  key: string
  version: number
  list: string
  kind: string
  product: string
  currency: string
  tax_basis: string
  zone: string
  /** active | withdrawn | deleted | unknown */
  status: string
  base_unit: string
  factors: string
  steps: string
}
/** Derived: a contract that was signed or a tier that was assigned, with its days. `holder`: key of the contract or tier whose lists hold. `ended_at`: epoch ms at which it was ended before its time. */
export interface PriceGrantTable {
  tenant: string
  party: string
  type: string
  key: string
  version: number
  holder: string
  valid_from: string
  valid_to: string | null
  ended_at: number | null
  suspended: Bool
  zone: string
}
/** Derived: a list that a contract or tier names, by its place; a tier has a row with list '' as well. */
export interface ListUseTable {
  tenant: string
  type: string
  key: string
  list: string
  place: number
  version: number
  number: string
}
/**
 * What a line of a merchant's order costs the merchant: decided once, by the versions that held when the order came. `quantity` x 10^6 in the base unit without what was cancelled, `amount` x 10^4. `state`: frozen, or waiting for a price.
 * `due`: 1 where something came that may be the price. `body`: JSON of what was asked, of the versions that were looked at, and why each was passed over.
 */
export interface OrderCostTable {
  tenant: string
  key: string
  line: string
  party: string
  product: string
  state: 'frozen' | 'waiting'
  quantity: Exact
  currency: string
  amount: Exact
  level: string
  tier: string
  list: string
  entry: string
  version: number
  price: string
  per: string
  unit: string
  tax_basis: string
  placed_at: number
  decided_at: number
  due: Bool
  body: string
}
