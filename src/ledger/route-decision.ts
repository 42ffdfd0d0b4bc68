import { compare } from '../model/decimal.ts'
import { sha256 } from '../model/id.ts'
import { canonicalJson, type JsonObject } from '../model/json.ts'

/** Which orders, and which lines of them, a rule means. All that is given has to hold; of each list one entry. */
export interface RouteMatch {
  readonly merchants?: readonly string[]
  /** numbers of the tiers that merchants were of when their orders were placed */
  readonly tiers?: readonly string[]
  readonly origins?: readonly string[]
  readonly channels?: readonly string[]
  /** ISO 3166-1 or 3166-2 codes of the address, or the region as the address names it */
  readonly regions?: readonly string[]
  readonly categories?: readonly string[]
  readonly skus?: readonly string[]
  readonly currency?: string
  readonly minAmount?: string
  readonly maxAmount?: string
  /** times between which the order was placed, ISO; `until` is not included */
  readonly from?: string
  readonly until?: string
}

/** One rule of R110. */
export interface RouteRule {
  readonly id: string
  /** connection that gets what the rule takes */
  readonly to: string
  /** the highest first */
  readonly priority: number
  /** of rules of one priority that all match, each gets this part of the orders */
  readonly weight: number
  readonly match: RouteMatch
  /** key of a location: the rule is passed over for a line of which less is available there than was ordered */
  readonly stockAt?: string
}

export interface RouteRules {
  readonly rules: readonly RouteRule[]
  /** connection of what no rule takes; it stays undecided when left out */
  readonly fallback?: string
  /** names this set of rules */
  readonly version: string
}

/** What a decision depends on, as it was then: with the same rules it gives the same decision for ever. */
export interface RouteInputs {
  readonly order: string
  readonly origin: string
  readonly merchant?: string
  /** number of the merchant's tier at `placedAt`; left out where no rule asks for one */
  readonly tier?: string
  readonly channel?: string
  readonly regions: readonly string[]
  readonly currency: string
  readonly amount: string
  readonly placedAt: string
  readonly lines: readonly RouteLine[]
}
export interface RouteLine {
  readonly line: string
  readonly sku?: string
  readonly category?: string
  /** base units ordered, and available by location, as decimals */
  readonly quantity: string
  readonly available: Readonly<Record<string, string>>
}

/** Where one line goes, by which rule, and why the rules before it did not take it. */
export interface LineDecision {
  readonly line: string
  readonly account: string | null
  /** `fallback` where no rule took it; `person` where somebody said so; null: nothing says */
  readonly rule: string | null
  readonly passed: readonly { readonly rule: string; readonly why: string }[]
}

/** The version of a set of rules is the hash of what it says. */
export const routeRules = (rules: readonly RouteRule[], fallback?: string): RouteRules => ({
  rules: [...rules].sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1)),
  ...(fallback === undefined ? {} : { fallback }),
  version: sha256(
    canonicalJson({ rules: rules.map((rule): JsonObject => ({ ...rule, match: { ...rule.match } })), fallback: fallback ?? null }),
  ),
})

/**
 * Decides every line: the rule of the highest priority that matches takes it. Of several with one priority a hash of the order's key and of those rules decides by their weights, so that the same order always goes the same way,
 * all its lines go together where they may, and rules of lower priority change nothing.
 */
export function decideRoute({ rules, fallback }: RouteRules, inputs: RouteInputs): readonly LineDecision[] {
  const tiers = [...Map.groupBy(rules, ({ priority }) => priority)].sort(([a], [b]) => b - a).map(([, tier]) => tier)
  return inputs.lines.map((line) => {
    const passed: { rule: string; why: string }[] = []
    for (const tier of tiers) {
      const open: RouteRule[] = []
      for (const rule of tier) {
        const why = mismatch(rule, inputs, line)
        if (why === undefined) open.push(rule)
        else passed.push({ rule: rule.id, why })
      }
      const chosen = byWeight(tier, open, inputs.order)
      if (chosen === undefined) continue
      for (const rule of open) if (rule !== chosen) passed.push({ rule: rule.id, why: 'weight' })
      return { line: line.line, account: chosen.to, rule: chosen.id, passed }
    }
    return { line: line.line, account: fallback ?? null, rule: fallback === undefined ? null : 'fallback', passed }
  })
}

const digits = 12

function byWeight(tier: readonly RouteRule[], open: readonly RouteRule[], order: string): RouteRule | undefined {
  const total = open.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return undefined
  const names = tier.map(({ id, weight }) => `${id}:${weight}`).sort()
  let place = Number(BigInt(`0x${sha256(order, ...names).slice(0, digits)}`) % BigInt(total))
  for (const rule of open) {
    if (place < rule.weight) return rule
    place -= rule.weight
  }
  return undefined
}

/** Name of the first thing that does not hold; undefined: the rule matches. */
function mismatch({ match, stockAt }: RouteRule, order: RouteInputs, line: RouteLine): string | undefined {
  const isIn = (list: readonly string[] | undefined, value: string | undefined) =>
    list === undefined || (value !== undefined && list.includes(value))
  if (!isIn(match.merchants, order.merchant)) return 'merchant'
  if (!isIn(match.tiers, order.tier)) return 'tier'
  if (!isIn(match.origins, order.origin)) return 'origin'
  if (!isIn(match.channels, order.channel)) return 'channel'
  if (match.regions !== undefined && !order.regions.some((region) => match.regions?.includes(region))) return 'region'
  if (!isIn(match.categories, line.category)) return 'category'
  if (!isIn(match.skus, line.sku)) return 'sku'
  if (match.currency !== undefined && match.currency !== order.currency) return 'currency'
  if (match.minAmount !== undefined && compare(order.amount, match.minAmount) < 0) return 'amount'
  if (match.maxAmount !== undefined && compare(order.amount, match.maxAmount) > 0) return 'amount'
  if (match.from !== undefined && Date.parse(order.placedAt) < Date.parse(match.from)) return 'time'
  if (match.until !== undefined && Date.parse(order.placedAt) >= Date.parse(match.until)) return 'time'
  if (stockAt !== undefined && compare(line.available[stockAt] ?? '0', line.quantity) < 0) return 'stock'
  return undefined
}
