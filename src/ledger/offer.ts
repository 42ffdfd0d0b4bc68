import { quantityScale } from '../model/decimal.ts'

/** Goods a channel holds back: a quantity in base units, or a part of what is there. What it does not name it speaks of all of. */
export interface OfferBuffer {
  readonly product?: string
  readonly category?: string
  readonly location?: string
  readonly kind: 'quantity' | 'percent'
  /** x 10^6 */
  readonly amount: bigint
}

/** What a channel may sell of what is available, as its connection says it. Quantities in base units x 10^6. */
export interface Offer {
  readonly connection: string
  /** it sells the sum of what is at these; []: each place for itself */
  readonly locations: readonly string[]
  /** percent x 10^6 */
  readonly share: bigint
  readonly buffers: readonly OfferBuffer[]
  readonly cap?: bigint
  /** below it nothing is shown */
  readonly minimum?: bigint
  /** the shop sells whole packs of this unit */
  readonly pack?: string
}

/** Goods that a channel sells in one place of its own. */
export interface OfferedGoods {
  readonly product: string
  readonly category?: string
  readonly places: readonly FreePlace[]
  /** smallest quantity that is sold: one piece, a pack, or 1 where goods are measured; x 10^6 */
  readonly step: bigint
}

/** What may be sold from a location, all channels together; never below zero. x 10^6 */
export interface FreePlace {
  readonly location: string
  readonly free: bigint
}

/** One step of the sum. `taken`: what it takes off, `left`: what is left then; `rule`: where it stands below the connection in the workspace file. */
export interface OfferStep {
  readonly step: 'available' | 'buffer' | 'share' | 'cap' | 'rounding' | 'minimum'
  readonly taken: bigint
  readonly left: bigint
  readonly rule?: string
  readonly location?: string
}

const unit = 10n ** BigInt(quantityScale)
const whole = 100n * unit

/**
 * What a channel may sell, and how that comes about: available, less buffers, its share, its cap, whole pieces or packs, nothing below its minimum. Every step only takes away and each rounds down, so that channels whose
 * shares of a location sum to 100 are never offered more together than is available.
 */
export function offered(offer: Offer, goods: OfferedGoods): { readonly pushable: bigint; readonly steps: readonly OfferStep[] } {
  const steps: OfferStep[] = []
  const pooled: FreePlace[] = []
  let left = 0n
  for (const place of goods.places) {
    steps.push({ step: 'available', taken: 0n, left: place.free, location: place.location })
    const at = bufferFor(offer.buffers, goods, place.location)
    if (at === undefined) {
      pooled.push(place)
      continue
    }
    const rest = place.free - held(at.buffer, place.free)
    steps.push({ step: 'buffer', taken: place.free - rest, left: rest, rule: at.rule, location: place.location })
    left += rest
  }
  const pool = pooled.reduce((sum, { free }) => sum + free, 0n)
  const general = bufferFor(offer.buffers, goods, undefined)
  const kept = general === undefined || pooled.length === 0 ? 0n : held(general.buffer, pool)
  left += pool - kept
  if (general !== undefined && pooled.length > 0) steps.push({ step: 'buffer', taken: kept, left, rule: general.rule })
  const take = (step: OfferStep['step'], rest: bigint, rule?: string) => {
    steps.push({ step, taken: left - rest, left: rest, ...(rule === undefined ? {} : { rule }) })
    left = rest
  }
  if (offer.share !== whole) take('share', (left * offer.share) / whole, 'share')
  if (offer.cap !== undefined) take('cap', left < offer.cap ? left : offer.cap, 'cap')
  take('rounding', left - (left % goods.step), offer.pack === undefined ? undefined : 'pack')
  if (offer.minimum !== undefined) take('minimum', left < offer.minimum ? 0n : left, 'minimum')
  return { pushable: left, steps }
}

/** What a buffer holds back of what is there, never more; a part of it is rounded up. */
function held({ kind, amount }: OfferBuffer, free: bigint): bigint {
  const kept = kind === 'quantity' ? amount : (free * amount + whole - 1n) / whole
  return kept < free ? kept : free
}

/** The buffer that says the most of these goods: of a location those that name it, else (undefined) those that name none. Product before category before neither, and among equals the first. */
function bufferFor(
  buffers: readonly OfferBuffer[],
  { product, category }: OfferedGoods,
  location: string | undefined,
): { readonly buffer: OfferBuffer; readonly rule: string } | undefined {
  const rank = (buffer: OfferBuffer) => (buffer.product === undefined ? 0 : 2) + (buffer.category === undefined ? 0 : 1)
  const [best] = buffers
    .map((buffer, index) => ({ buffer, rule: `buffers.${index}` }))
    .filter(
      ({ buffer }) =>
        buffer.location === location &&
        (buffer.product === undefined || buffer.product === product) &&
        (buffer.category === undefined || buffer.category === category),
    )
    .sort((a, b) => rank(b.buffer) - rank(a.buffer))
  return best
}

/** What may be sold from each location. What is promised beyond what stands at one location is taken off the others in the order of their keys, so that together they are never more than is available. */
export function freeAt(available: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> {
  let owed = [...available.values()].reduce((sum, free) => (free < 0n ? sum - free : sum), 0n)
  return new Map(
    [...available.keys()].sort().map((location) => {
      const there = available.get(location) ?? 0n
      if (there <= 0n) return [location, 0n]
      const given = there < owed ? there : owed
      owed -= given
      return [location, there - given]
    }),
  )
}
