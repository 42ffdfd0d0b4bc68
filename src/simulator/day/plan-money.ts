import { type Cents, sum, taxIn } from '../woocommerce/money.ts'
import { type Chance, oneOf, shuffled } from './chance.ts'
import { europeanTax, priceOf } from './plan-articles.ts'
import type { Draft, DraftLine } from './plan-draft.ts'
import { articleAt, fullPrice, type Shelves } from './plan-lines.ts'
import type { ShopName } from './plan-sizes.ts'

/** Smallest step of a discount: whole dollars keep 9 % exact, in Europe every cent will do. */
const step: Readonly<Record<ShopName, Cents>> = { 'shop-us': 100n, 'shop-eu': 1n }
const percents = [10n, 15n, 20n, 25n] as const
/** No line is discounted by more than this share of its price. */
const mostPercent = 40n

type Placed = { readonly draft: Draft; readonly line: DraftLine }

const loose = (drafts: readonly Draft[]): Placed[] =>
  drafts.flatMap((draft) => draft.lines.filter(({ fixed }) => !fixed).map((line) => ({ draft, line })))

const exchange = (chance: Chance, shelves: Shelves, { draft, line }: Placed, dearer: boolean): void => {
  const used = new Set(draft.lines.map(({ article }) => article))
  const price = (index: number): Cents => priceOf(articleAt(shelves, index), draft.shop)
  const now = price(line.article)
  const better = shelves
    .sellable(draft.shop, line.quantity)
    .filter((index) => !used.has(index) && (dearer ? price(index) > now : price(index) < now))
  if (better.length === 0) return
  const article = oneOf(chance, better)
  shelves.take(line.article, -line.quantity)
  shelves.take(article, line.quantity)
  line.article = article
}

const exchangesAtMost = 50_000

/** Exchanges articles until the full price of all lines lies 3 to 12 % above the target, which the discounts then take off. */
const approach = (chance: Chance, shelves: Shelves, drafts: readonly Draft[], target: Cents): Cents => {
  const lines = loose(drafts)
  let total = sum(drafts.flatMap(({ shop, lines: all }) => all.map((line) => fullPrice(shelves, shop, line))))
  for (let turn = 0; turn < exchangesAtMost; turn += 1) {
    const low = total * 100n < target * 103n
    if (!low && total * 100n <= target * 112n) return total
    const placed = oneOf(chance, lines)
    const before = fullPrice(shelves, placed.draft.shop, placed.line)
    exchange(chance, shelves, placed, low)
    total += fullPrice(shelves, placed.draft.shop, placed.line) - before
  }
  throw new RangeError(`the articles of ${drafts.length} orders cost ${total} cents and cannot be brought near ${target}`)
}

/** Takes this sum off the goods of some orders of one shop. */
const discount = (chance: Chance, shelves: Shelves, drafts: readonly Draft[], taken: Cents): void => {
  let excess = taken
  const discounting = (percentOf: () => bigint): void => {
    for (const { draft, line } of shuffled(chance, loose(drafts))) {
      if (excess === 0n) return
      const full = fullPrice(shelves, draft.shop, line)
      const unit = step[draft.shop]
      const most = ((full * percentOf()) / 100n / unit) * unit - line.discount
      if (most <= 0n) continue
      const off = most < excess ? most : excess
      line.discount += off
      excess -= off
    }
  }
  discounting(() => oneOf(chance, percents))
  discounting(() => mostPercent)
  if (excess !== 0n) throw new RangeError(`${excess} cents of discount found no line that could bear them`)
}

const discountSome = (chance: Chance, shelves: Shelves, draft: Draft): void => {
  for (const line of draft.lines) {
    if (line.fixed || chance() < 0.6) continue
    const unit = step[draft.shop]
    line.discount = (fullPrice(shelves, draft.shop, line) / 10n / unit) * unit
  }
}

/** Fewer orders than this cannot be brought to an exact sum by exchanging articles; they are discounted a little and cost what they cost. */
const fewestOrders = 12

/**
 * Makes the goods of some orders of one shop cost exactly `average` cents each on average, by exchanging articles and then by discounts.
 * Throws a RangeError when the prices do not allow it.
 */
export const priceExactly = (chance: Chance, shelves: Shelves, drafts: readonly Draft[], average: Cents): void => {
  if (drafts.length < fewestOrders) {
    for (const draft of drafts) discountSome(chance, shelves, draft)
    return
  }
  const target = average * BigInt(drafts.length)
  discount(chance, shelves, drafts, approach(chance, shelves, drafts, target) - target)
}

/** Contained tax of all lines, each rounded for itself, as the shop counts it. */
export const taxByLine = (shelves: Shelves, drafts: readonly Draft[]): Cents =>
  sum(drafts.flatMap(({ shop, lines }) => lines.map((line) => taxIn(fullPrice(shelves, shop, line) - line.discount, europeanTax))))

/**
 * Brings the contained tax of the lines to exactly `target` by moving cents of discount between pairs of lines: what the goods cost stays.
 * Throws a RangeError when the pairs do not suffice.
 */
export const taxExactly = (chance: Chance, shelves: Shelves, drafts: readonly Draft[], target: Cents): void => {
  let missing = target - taxByLine(shelves, drafts)
  const net = ({ draft, line }: Placed, more: Cents): Cents =>
    taxIn(fullPrice(shelves, draft.shop, line) - line.discount - more, europeanTax)
  const bears = ({ draft, line }: Placed, more: Cents): boolean => {
    const after = line.discount + more
    return after > 0n && after * 100n <= fullPrice(shelves, draft.shop, line) * mostPercent
  }
  const settle = (a: Placed, b: Placed): void => {
    const before = net(a, 0n) + net(b, 0n)
    for (let moved = 1n; moved < 119n; moved += 1n) {
      const gained = net(a, moved) + net(b, -moved) - before
      if (gained === 0n || gained > 0n !== missing > 0n || !bears(a, moved) || !bears(b, -moved)) continue
      a.line.discount += moved
      b.line.discount -= moved
      missing -= gained
      return
    }
  }
  for (let round = 0; round < 20 && missing !== 0n; round += 1) {
    const lines = shuffled(
      chance,
      loose(drafts).filter(({ line }) => line.discount > 0n),
    )
    for (let at = 0; at + 1 < lines.length && missing !== 0n; at += 2) {
      const [a, b] = [lines[at], lines[at + 1]]
      if (a && b) settle(a, b)
    }
  }
  if (missing !== 0n) throw new RangeError(`the contained tax misses its target by ${missing} cents; other articles or prices are needed`)
}
