import { businessDayOrUtc } from '../../model/business-day.ts'
import { compare, currencyDigits, divide, multiply } from '../../model/decimal.ts'
import { normalUnit } from '../units.ts'

/** One step of a price. Quantities are decimals; days are YYYY-MM-DD in the zone of the entry, both included. */
export interface PriceStep {
  /** in `unit`; '0' where the list says none */
  readonly min: string
  readonly unit: string
  /** base units of the product in one `unit`; null: the product does not know the unit */
  readonly factor: string | null
  readonly price: string
  /** what the price is for, in `unit` */
  readonly per: string
  readonly from: string | null
  readonly to: string | null
}

/** What one list says of one product. */
export interface PriceEntry {
  readonly key: string
  readonly version: number
  readonly list: string
  /** retail | tier | contract | base | purchase | unknown */
  readonly kind: string
  readonly currency: string
  readonly taxBasis: string
  readonly zone: string
  /** false: withdrawn or deleted */
  readonly active: boolean
  readonly steps: readonly PriceStep[]
}

/** Why lists hold for a merchant: a contract, or the tier that was assigned to it. `until`: epoch ms at which a contract was ended before its time. */
export interface PriceGrant {
  readonly level: 'contract' | 'tier'
  readonly key: string
  readonly version: number
  readonly from: string
  readonly to: string | null
  readonly until: number | null
  readonly suspended: boolean
  readonly zone: string
  readonly tier: { readonly key: string; readonly version: number; readonly number: string } | null
  /** in the order in which they are asked */
  readonly lists: readonly string[]
}

export interface PriceAsk {
  /** in base units of the product, a decimal */
  readonly base: string
  /** the unit in which the line counts */
  readonly unit: string
  readonly baseUnit: string
  readonly currency: string
  /** epoch ms */
  readonly at: number
}

export type PriceLevel = 'contract' | 'tier' | 'base'

export interface Price {
  readonly level: PriceLevel
  /** key of the contract or assignment; null for a base list */
  readonly grant: string | null
  readonly tier: string | null
  readonly list: string
  readonly entry: string
  readonly version: number
  readonly taxBasis: string
  readonly step: PriceStep
}

/** Why a candidate was passed over. */
export type PassedWhy =
  /** of a grant: its days have not begun, or are over; it was suspended, or ended; a later assignment holds */
  | 'not-yet'
  | 'over'
  | 'suspended'
  | 'ended'
  | 'later-assignment'
  /** of a list: it has no price of the product; none that is a cost; none in this currency; it was withdrawn */
  | 'no-price'
  | 'not-a-cost'
  | 'currency'
  | 'withdrawn'
  /** of its steps: none on this day, in a unit that fits, from so small a quantity; another step holds */
  | 'day'
  | 'unit'
  | 'quantity'
  | 'other-step'
  /** a price that goes before was taken */
  | 'outranked'

export interface Passed {
  readonly level: PriceLevel
  readonly grant: string | null
  readonly list: string | null
  readonly entry: string | null
  readonly why: PassedWhy
}

export interface PriceDecision {
  readonly price: Price | undefined
  /** every candidate but the one that was taken, in the order of resolution */
  readonly passed: readonly Passed[]
}

/**
 * Decides what a quantity of a product costs a merchant: the first list that has a price, of its contracts (the one that began last first), then of its tier, then of the base lists. In a list the step counts that begins
 * last below the quantity, among those of the unit of the line; where none of these fits, among those of the base unit. Quantities decide line by line. Pure: the order of what is given does not matter, except that of the lists within a
 * contract or tier.
 */
export function decidePrice(ask: PriceAsk, grants: readonly PriceGrant[], entries: readonly PriceEntry[]): PriceDecision {
  const passed: Passed[] = []
  let price: Price | undefined
  const of = Map.groupBy(entries, ({ list }) => list)
  const tryList = (level: PriceLevel, grant: PriceGrant | undefined, list: string, found: readonly PriceEntry[]) => {
    const place = { level, grant: grant?.key ?? null, list }
    if (price !== undefined) return void passed.push({ ...place, entry: null, why: 'outranked' })
    const { taken, why } = inList(ask, found)
    passed.push(...why.map((one) => ({ ...place, ...one })))
    if (taken === undefined) return
    const { entry, step } = taken
    price = {
      level,
      grant: grant?.key ?? null,
      tier: level === 'tier' ? (grant?.tier?.number ?? null) : null,
      list,
      entry: entry.key,
      version: entry.version,
      taxBasis: entry.taxBasis,
      step,
    }
  }
  for (const level of ['contract', 'tier'] as const) {
    const ranked = grants.filter((grant) => grant.level === level).sort(byRank)
    let holds = false
    for (const grant of ranked) {
      const why = level === 'tier' && holds ? (refusal(ask.at, grant) ?? 'later-assignment') : refusal(ask.at, grant)
      if (why !== undefined) passed.push({ level, grant: grant.key, list: null, entry: null, why })
      else {
        holds = true
        for (const list of grant.lists) tryList(level, grant, list, of.get(list) ?? [])
      }
    }
  }
  const bases = entries.filter(({ kind }) => kind === 'base')
  for (const list of [...new Set(bases.map((entry) => entry.list))].sort(byBytes))
    tryList(
      'base',
      undefined,
      list,
      bases.filter((entry) => entry.list === list),
    )
  return { price, passed }
}

/**
 * What a quantity costs at a price, in the currency's digits, rounded once, half up.
 * @throws DecimalError for a price per nothing
 */
export function costOf(base: string, { factor, price, per }: PriceStep, currency: string): string {
  const digits = currencyDigits(currency) ?? 2
  return divide(multiply(base, price), multiply(factor ?? '1', per), digits, 'half-up')
}

/** The tier that a merchant is of at a time: that of the assignment which began last. */
export const tierAt = (grants: readonly PriceGrant[], at: number): PriceGrant | undefined =>
  grants.filter((grant) => grant.level === 'tier' && refusal(at, grant) === undefined).sort(byRank)[0]

/** What began last goes first. */
const byRank = (a: PriceGrant, b: PriceGrant): number => byBytes(b.from, a.from) || byBytes(a.key, b.key)
const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function refusal(at: number, grant: PriceGrant): PassedWhy | undefined {
  const day = businessDayOrUtc(at, grant.zone)
  if (day < grant.from) return 'not-yet'
  if (grant.to !== null && day > grant.to) return 'over'
  if (grant.until !== null && at >= grant.until) return 'ended'
  return grant.suspended ? 'suspended' : undefined
}

interface Candidate {
  readonly entry: PriceEntry
  readonly step: PriceStep
}

/** Never what a merchant pays. */
const noCosts: ReadonlySet<string> = new Set(['retail', 'purchase'])

function inList(
  ask: PriceAsk,
  entries: readonly PriceEntry[],
): { readonly taken: Candidate | undefined; readonly why: readonly { readonly entry: string | null; readonly why: PassedWhy }[] } {
  const why: { entry: string | null; why: PassedWhy }[] = entries.length === 0 ? [{ entry: null, why: 'no-price' }] : []
  const open: PriceEntry[] = []
  for (const entry of [...entries].sort((a, b) => byBytes(a.key, b.key))) {
    const not = !entry.active
      ? 'withdrawn'
      : noCosts.has(entry.kind)
        ? 'not-a-cost'
        : entry.currency !== ask.currency
          ? 'currency'
          : undefined
    if (not === undefined) open.push(entry)
    else why.push({ entry: entry.key, why: not })
  }
  const taken = bestStep(ask, open)
  for (const entry of open) if (entry !== taken?.entry) why.push({ entry: entry.key, why: taken ? 'other-step' : whyNone(ask, entry) })
  return { taken, why }
}

function bestStep(ask: PriceAsk, entries: readonly PriceEntry[]): Candidate | undefined {
  const candidates = entries.flatMap((entry) =>
    entry.steps.filter((step) => isOn(ask, entry, step) && reaches(ask, step)).map((step) => ({ entry, step })),
  )
  for (const unit of new Set([normalUnit(ask.unit), normalUnit(ask.baseUnit)])) {
    const [best] = candidates.filter(({ step }) => normalUnit(step.unit) === unit).sort(byStep)
    if (best !== undefined) return best
  }
  return undefined
}

const isOn = ({ at }: PriceAsk, { zone }: PriceEntry, { from, to }: PriceStep): boolean => {
  const day = businessDayOrUtc(at, zone)
  return (from === null || from <= day) && (to === null || day <= to)
}
/** Whether the quantity is as much as the step asks for; never for a unit that the product does not know. */
const reaches = ({ base }: PriceAsk, { min, factor }: PriceStep): boolean => factor !== null && compare(base, multiply(min, factor)) >= 0
/** The step that begins last; of those that begin alike, the one whose days began last, then the cheapest. */
const byStep = (a: Candidate, b: Candidate): number =>
  compare(multiply(b.step.min, b.step.factor ?? '0'), multiply(a.step.min, a.step.factor ?? '0')) ||
  byBytes(b.step.from ?? '', a.step.from ?? '') ||
  compare(multiply(a.step.price, b.step.per), multiply(b.step.price, a.step.per)) ||
  byBytes(a.entry.key, b.entry.key) ||
  byBytes(a.step.to ?? '~', b.step.to ?? '~') ||
  byBytes(a.step.price, b.step.price) ||
  byBytes(a.step.unit, b.step.unit)

function whyNone(ask: PriceAsk, entry: PriceEntry): PassedWhy {
  const today = entry.steps.filter((step) => isOn(ask, entry, step))
  if (today.length === 0) return 'day'
  const units = new Set([normalUnit(ask.unit), normalUnit(ask.baseUnit)])
  return today.some(({ unit, factor }) => factor !== null && units.has(normalUnit(unit))) ? 'quantity' : 'unit'
}
