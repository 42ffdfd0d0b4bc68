import { type Cents, cents, money, sum, taxIn, taxOn } from '../woocommerce/money.ts'
import { americanTax, europeanTax } from './plan-articles.ts'
import type { Draft, DraftLine } from './plan-draft.ts'
import { fullPrice, type Shelves } from './plan-lines.ts'
import type { ShopName, ShopSizes } from './plan-sizes.ts'

/** `goods`: two pieces of the line at this place (from 0) came back and are paid back whole. */
export type PlannedRefund =
  | { readonly kind: 'goods'; readonly amount: string; readonly line: number; readonly quantity: number }
  | { readonly kind: 'money'; readonly amount: string }

/** Shipping as entered in the shop: without tax in the United States (it is not taxed there), with tax inside in Europe. */
export const shippingPrice: Readonly<Record<ShopName, string>> = { 'shop-us': '5.00', 'shop-eu': '4.00' }

/** Amounts of a line as the buyer pays it. */
export const linePaid = (shelves: Shelves, shop: ShopName, line: DraftLine): { readonly net: Cents; readonly tax: Cents } => {
  const entered = fullPrice(shelves, shop, line) - line.discount
  if (shop === 'shop-us') return { net: entered, tax: taxOn(entered, americanTax) }
  const tax = taxIn(entered, europeanTax)
  return { net: entered - tax, tax }
}

const grossOf = (shelves: Shelves, shop: ShopName, line: DraftLine): Cents => {
  const { net, tax } = linePaid(shelves, shop, line)
  return net + tax
}

/** Total of an order as the shop shows it, tax and shipping included. */
export const orderPaid = (shelves: Shelves, { shop, lines }: Draft): Cents =>
  sum(lines.map((line) => grossOf(shelves, shop, line))) + cents(shippingPrice[shop])

/** What a whole day pays back in each shop, over 30 and 20 refunds. */
const paidBack: Readonly<Record<ShopName, { readonly total: Cents; readonly refunds: number }>> = {
  'shop-us': { total: cents('1180.00'), refunds: 30 },
  'shop-eu': { total: cents('740.00'), refunds: 20 },
}

/** `left` dealt out evenly over refunds of money, none above what its order can bear; what a small order cannot bear goes to the next. */
const dealOut = (left: Cents, most: readonly Cents[]): Cents[] => {
  let rest = left
  const order = [...most.keys()].sort((a, b) => Number((most[a] ?? 0n) - (most[b] ?? 0n)))
  const amounts = most.map(() => 0n)
  order.forEach((at, done) => {
    const others = BigInt(order.length - done)
    const even = (rest + others - 1n) / others
    const limit = most[at] ?? 0n
    amounts[at] = even < limit ? even : limit
    rest -= amounts[at] ?? 0n
  })
  if (rest !== 0n || amounts.some((amount) => amount <= 0n))
    throw new RangeError(`refunds of ${left} cents do not fit ${most.length} orders`)
  return amounts
}

const bounded = (wanted: Cents, least: Cents, most: Cents): Cents => (wanted < least ? least : wanted > most ? most : wanted)

/** The refunds of one shop; they sum to the shop's share of the day, in a very small day to what its orders can bear. */
export const planRefunds = (
  shelves: Shelves,
  shop: ShopName,
  sizes: ShopSizes,
  drafts: readonly Draft[],
): ReadonlyMap<Draft, PlannedRefund> => {
  const refunds = new Map<Draft, PlannedRefund>()
  let given = 0n
  for (const draft of drafts.filter(({ part }) => part === 'goods-back')) {
    const line = draft.lines.findIndex(({ fixed }) => fixed)
    const of = draft.lines[line]
    if (!of) throw new RangeError('an order whose goods come back has no line for them')
    const amount = grossOf(shelves, shop, of)
    given += amount
    refunds.set(draft, { kind: 'goods', amount: money(amount), line, quantity: of.quantity })
  }
  const { total, refunds: count } = paidBack[shop]
  const target = (total * BigInt(sizes.refundsWithGoods + sizes.refundsOfMoney)) / BigInt(count)
  const orders = drafts.filter(({ part }) => part === 'money-back')
  const limits = orders.map((draft) => orderPaid(shelves, draft) - 100n)
  const amounts = dealOut(bounded(target - given, BigInt(orders.length) * 100n, sum(limits)), limits)
  orders.forEach((draft, at) => {
    refunds.set(draft, { kind: 'money', amount: money(amounts[at] ?? 0n) })
  })
  return refunds
}
