import { quantityScale, toScaled } from '../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { type NeedInput, type ServiceLevel, serviceLevels } from './replenish-need.ts'
import { listOf, refIn, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** What a rule may say of how products are ordered; what it leaves out a less particular one says. Quantities as decimal text in the base unit. */
export interface OrderRule {
  readonly supplier?: string
  readonly leadDays?: number
  readonly reviewDays?: number
  readonly safetyDays?: number
  /** percent */
  readonly serviceLevel?: number
  readonly minQuantity?: string
  readonly packMultiple?: string
  readonly maxQuantity?: string
}
/** A rule and the products it is about: one product, a category, those of one supplier, or all. */
export interface ReplenishRule extends OrderRule {
  readonly of: 'product' | 'category' | 'supplier' | 'all'
  readonly name: string
}
export interface ReplenishRules {
  /** places that are filled up, and the stores that are sold from there; one without stores serves all that no other names */
  readonly locations: readonly { readonly location: string; readonly stores?: readonly string[] }[]
  /** days that are looked back */
  readonly windowDays: number
  /** days after a refusal in which nothing is suggested again */
  readonly restDays: number
  /** key of the party that buys */
  readonly buyer: string
  /** of orders to suppliers that say none */
  readonly currency?: string
  readonly rules: readonly ReplenishRule[]
}

const rank = { all: 0, supplier: 2, category: 3, product: 4 } as const

/** Who supplies a product on a day, and what its entry says: the supplier a rule names, else the first that supplies it then. */
export function supplierOf(
  product: LedgerDocument,
  today: string,
  wanted: string | undefined,
  keyOf: (ref: Json | undefined) => string | undefined,
) {
  const valid = listOf(product.body.supplierItems).flatMap((item) => {
    const supplier = keyOf(refIn(item.supplier))
    const [from, to] = [textOf(item.validFrom) ?? '', textOf(item.validTo)]
    return supplier !== undefined && from <= today && (to === undefined || to >= today) ? [{ supplier, item }] : []
  })
  return wanted === undefined
    ? valid[0]
    : (valid.find(({ supplier }) => supplier === wanted) ?? { supplier: wanted, item: {} as JsonObject })
}

export interface Settled {
  readonly supplier: string | undefined
  readonly leadDays: number
  readonly reviewDays: number
  readonly safety: NeedInput['safety']
  readonly minimum: bigint
  readonly pack: bigint
  readonly maximum?: bigint
  /** the rules that spoke, the least particular first */
  readonly from: readonly string[]
}

/**
 * How one product is ordered: rules by product go before those by category, by supplier and for all, field by field; what the supplier's entry in the product says goes before the rule for all. 14 days lead time, 7 to the next look and 7 for safety
 * where nobody says.
 */
export function settledRule(
  { rules }: ReplenishRules,
  product: LedgerDocument,
  today: string,
  keyOf: (ref: Json | undefined) => string | undefined,
): Settled {
  const category = textOf(product.body.category)
  const fits = (supplier: string | undefined) =>
    rules
      .filter(({ of, name }) => of === 'all' || name === { product: product.key, category, supplier }[of])
      .sort((a, b) => rank[a.of] - rank[b.of])
  const named = fits(undefined).findLast((rule) => rule.supplier !== undefined)?.supplier
  const found = supplierOf(product, today, named, keyOf)
  const spoken = fits(found?.supplier)
  const item = found?.item ?? {}
  const ofItem: OrderRule = {
    ...(typeof item.leadDays === 'number' ? { leadDays: item.leadDays } : {}),
    ...(typeof item.minQuantity === 'string' ? { minQuantity: item.minQuantity } : {}),
  }
  const layers = [...spoken.filter(({ of }) => of === 'all'), ofItem, ...spoken.filter(({ of }) => of !== 'all')]
  const all: OrderRule = Object.assign({}, ...layers)
  // of the two ways to say it the more particular counts
  const safety = layers.findLast((rule) => rule.safetyDays !== undefined || rule.serviceLevel !== undefined)
  const scaled = (text: string | undefined, otherwise: bigint) => (text === undefined ? otherwise : toScaled(text, quantityScale))
  const pack = scaled(all.packMultiple, 1_000_000n)
  return {
    supplier: found?.supplier,
    leadDays: all.leadDays ?? 14,
    reviewDays: all.reviewDays ?? 7,
    safety:
      safety?.safetyDays === undefined && safety?.serviceLevel !== undefined
        ? { level: levelOf(safety.serviceLevel) }
        : { days: safety?.safetyDays ?? 7 },
    minimum: scaled(all.minQuantity, 0n),
    pack: pack > 0n ? pack : 1_000_000n,
    ...(all.maxQuantity === undefined ? {} : { maximum: scaled(all.maxQuantity, 0n) }),
    from: [
      ...spoken.filter(({ of }) => of === 'all').map(({ of }) => of),
      ...(Object.keys(ofItem).length > 0 ? ['supplier item'] : []),
      ...spoken.filter(({ of }) => of !== 'all').map(({ of, name }) => `${of} ${name}`),
    ],
  }
}

const levelOf = (percent: number): ServiceLevel => serviceLevels.find((level) => level >= Math.round(percent * 10)) ?? 999

/** Rules that fit their schema. */
export function replenishRules(given: JsonObject): ReplenishRules {
  const objects = (value: Json | undefined) => (Array.isArray(value) ? value.filter(isObject) : [])
  return {
    locations: objects(given.locations).map(({ location, stores }) => ({
      location: String(location),
      ...(Array.isArray(stores) ? { stores: stores.map(String) } : {}),
    })),
    windowDays: typeof given.windowDays === 'number' ? given.windowDays : 28,
    restDays: typeof given.restDays === 'number' ? given.restDays : 7,
    buyer: String(given.buyer),
    ...(typeof given.currency === 'string' ? { currency: given.currency } : {}),
    rules: objects(given.rules).map(({ product, category, supplier, orderFrom, ...rule }) => ({
      ...(rule as OrderRule),
      ...(typeof orderFrom === 'string' ? { supplier: orderFrom } : {}),
      ...(typeof product === 'string'
        ? { of: 'product' as const, name: product }
        : typeof category === 'string'
          ? { of: 'category' as const, name: category }
          : typeof supplier === 'string'
            ? { of: 'supplier' as const, name: supplier }
            : { of: 'all' as const, name: '' }),
    })),
  }
}
