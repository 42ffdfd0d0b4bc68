import { amountScale, DecimalError, fromScaled, quantityScale, toScaled } from '../../model/decimal.ts'
import type { OrderCostTable, PriceEntryTable } from '../../store/tables.ts'
import { costOf, decidePrice, type Passed, type PriceAsk, type PriceEntry, type PriceGrant } from './decide.ts'
import type { Factors } from './entry.ts'

/** Why a line waits: its product, or its unit, is not known; no list has a price for it. */
export type WaitingWhy = 'unknown-product' | 'unknown-unit' | 'no-price'

/** What a decision was made of, as it is kept: with the same versions it gives the same price for ever. */
export interface CostBody {
  readonly party: string
  readonly product: string | null
  readonly ask: PriceAsk
  readonly grants: readonly PriceGrant[]
  /** versions of prices that were looked at, with how their units counted */
  readonly entries: readonly { readonly key: string; readonly version: number; readonly baseUnit: string; readonly factors: Factors }[]
  readonly passed: readonly Passed[]
  readonly why?: WaitingWhy
}
export const costBody = ({ body }: Pick<OrderCostTable, 'body'>): CostBody => JSON.parse(body) as CostBody

/** A line to price. */
export interface CostLine {
  readonly tenant: string
  readonly key: string
  readonly line: string
  readonly party: string
  /** null: not known, or not how it is counted */
  readonly product: string | null
  readonly unknownUnit: boolean
  /** what is left of it, x 10^6 in base units */
  readonly quantity: bigint
  readonly ask: PriceAsk
}

export const quantityText = (quantity: bigint): string => fromScaled(quantity, quantityScale)

/** What kept versions say of a price, as the decision and the row need it. */
export interface KnownEntry {
  readonly entry: PriceEntry
  readonly baseUnit: string
  readonly factors: Factors
}
export const knownEntry = (row: PriceEntryTable, entry: PriceEntry): KnownEntry => ({
  entry,
  baseUnit: row.base_unit,
  factors: JSON.parse(row.factors) as Factors,
})

/** The row of a line: frozen where a list has a price, else waiting. Pure. */
export function costRow(line: CostLine, grants: readonly PriceGrant[], known: readonly KnownEntry[], decidedAt: number): OrderCostTable {
  const { tenant, key, party, product, quantity, ask } = line
  const { price, passed } =
    product === null
      ? { price: undefined, passed: [] }
      : decidePrice(
          ask,
          grants,
          known.map(({ entry }) => entry),
        )
  const amount = price === undefined ? undefined : amountOf(ask, price.step)
  const body: CostBody = {
    party,
    product,
    ask,
    grants,
    entries: known
      .map(({ entry, baseUnit, factors }) => ({ key: entry.key, version: entry.version, baseUnit, factors }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    passed,
    ...(amount === undefined ? { why: product !== null ? 'no-price' : line.unknownUnit ? 'unknown-unit' : 'unknown-product' } : {}),
  }
  const found = amount === undefined ? undefined : price
  return {
    tenant,
    key,
    line: line.line,
    party,
    product: product ?? '',
    state: found === undefined ? 'waiting' : 'frozen',
    quantity,
    currency: ask.currency,
    amount: amount ?? 0n,
    level: found?.level ?? '',
    tier: found?.tier ?? '',
    list: found?.list ?? '',
    entry: found?.entry ?? '',
    version: found?.version ?? 0,
    price: found?.step.price ?? '',
    per: found?.step.per ?? '',
    unit: found?.step.unit ?? '',
    tax_basis: found?.taxBasis ?? '',
    placed_at: ask.at,
    decided_at: decidedAt,
    due: 0,
    body: JSON.stringify(body),
  }
}

/** x 10^4; undefined where the amount leaves the range of SQL: no price is better than a wrong one. */
function amountOf(ask: PriceAsk, step: Parameters<typeof costOf>[1]): bigint | undefined {
  try {
    return toScaled(costOf(ask.base, step, ask.currency), amountScale)
  } catch (error) {
    if (error instanceof DecimalError) return undefined
    throw error
  }
}

/** A frozen row of which nothing is left: the price stays, it costs nothing. */
export const emptied = (row: OrderCostTable): OrderCostTable => ({ ...row, quantity: 0n, amount: 0n })
