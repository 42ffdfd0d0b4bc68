/** One unit, and all quantities here: x 10^6 in the product's base unit. */
const one = 1_000_000n

/** What is known of a product at a location, and the rule for it. Quantities x 10^6, days whole. */
export interface NeedInput {
  /** sold in the window on days that count */
  readonly sold: bigint
  /** days of the window, less those without stock */
  readonly days: number
  readonly onHand: bigint
  readonly reserved: bigint
  /** confirmed by suppliers, or sent from another location, and not received */
  readonly inTransit: bigint
  /** ordered and not answered by the supplier */
  readonly unconfirmed: bigint
  readonly leadDays: number
  readonly reviewDays: number
  /** days of demand kept beside what is expected; or the service level in tenths of a percent */
  readonly safety: { readonly days: number } | { readonly level: ServiceLevel }
  readonly minimum: bigint
  readonly pack: bigint
  /** never more than this on hand and on order together */
  readonly maximum?: bigint
}

/** Standard normal quantiles x 10^4: the share of review cycles without a shortage, in tenths of a percent. */
const quantiles = { 900: 12_816n, 950: 16_449n, 975: 19_600n, 980: 20_537n, 990: 23_263n, 995: 25_758n, 999: 30_902n } as const
export type ServiceLevel = keyof typeof quantiles
export const serviceLevels = Object.keys(quantiles).map(Number) as readonly ServiceLevel[]

/** Every step of the arithmetic; `why` says what decided. */
export interface Need {
  readonly leadDemand: bigint
  readonly reviewDemand: bigint
  readonly safetyStock: bigint
  /** leadDemand + safetyStock: below it something is ordered */
  readonly reorderPoint: bigint
  /** reorderPoint + reviewDemand: what is ordered fills up to it */
  readonly target: bigint
  /** onHand - reserved + inTransit + unconfirmed */
  readonly position: bigint
  readonly shortfall: bigint
  readonly quantity: bigint
  readonly why: 'enough' | 'no-days' | 'above-maximum' | 'shortfall' | 'minimum' | 'maximum'
}

/**
 * What to order now. Demand goes on as it was on the days that had stock; what is on hand and on order covers it for the lead time, and what is ordered lasts one review period more. Rounded up: to the minimum, then to whole packs; a maximum
 * takes whole packs off again. With more demand it never says less, with more stock never more.
 */
export function needOf(input: NeedInput): Need {
  const { sold, days, leadDays, reviewDays, pack, maximum } = input
  const position = input.onHand - input.reserved + input.inTransit + input.unconfirmed
  if (days <= 0) {
    const none = { leadDemand: 0n, reviewDemand: 0n, safetyStock: 0n, reorderPoint: 0n, target: 0n, shortfall: 0n, quantity: 0n }
    return { ...none, position, why: 'no-days' }
  }
  const during = (span: number) => ceil(sold * BigInt(span), BigInt(days))
  const leadDemand = during(leadDays)
  const reviewDemand = during(reviewDays)
  const safetyStock = 'days' in input.safety ? during(input.safety.days) : levelStock(sold, days, leadDays + reviewDays, input.safety.level)
  const reorderPoint = leadDemand + safetyStock
  const target = reorderPoint + reviewDemand
  const steps = { leadDemand, reviewDemand, safetyStock, reorderPoint, target, position }
  if (position >= reorderPoint) return { ...steps, shortfall: 0n, quantity: 0n, why: 'enough' }
  const shortfall = target - position
  const least = packs(input.minimum, pack)
  const full = packs(shortfall, pack)
  const wanted = full > least ? full : least
  const room = maximum === undefined ? undefined : ((maximum - position) / pack) * pack
  if (room === undefined || wanted <= room) return { ...steps, shortfall, quantity: wanted, why: full >= least ? 'shortfall' : 'minimum' }
  if (room <= 0n || room < least) return { ...steps, shortfall, quantity: 0n, why: 'above-maximum' }
  return { ...steps, shortfall, quantity: room, why: 'maximum' }
}

/** Arrivals like those of a Poisson process: their spread is the root of what is expected, so that more demand never means less safety. */
const levelStock = (sold: bigint, days: number, span: number, level: ServiceLevel): bigint =>
  ceil(quantiles[level] * root(ceil(sold * BigInt(span) * one, BigInt(days))), 10_000n)

/** Rounded up; for a dividend below zero, nothing. */
const ceil = (value: bigint, by: bigint): bigint => (value <= 0n ? 0n : (value + by - 1n) / by)
const packs = (value: bigint, pack: bigint): bigint => ceil(value, pack) * pack

/** The least whole number whose square reaches the value. */
function root(value: bigint): bigint {
  if (value <= 0n) return 0n
  let low = 0n
  let high = 1n << BigInt(Math.ceil(value.toString(2).length / 2) + 1)
  while (low + 1n < high) {
    const middle = (low + high) / 2n
    if (middle * middle >= value) high = middle
    else low = middle
  }
  return high
}
