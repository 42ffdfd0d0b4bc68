import { matchOnPaper, orderOf, type Paper, type PaperInvoice } from '../match/match-model.ts'

/** What a bookkeeper with a pencil has on the accounts of a supplier, in cents. Shares no code with the ledger but the pieces of its own match. For tests. */
export type PaperAccounts = Readonly<Record<'payable' | 'goods' | 'price-variance' | 'quantity-variance' | 'charges' | 'tax', number>>

/** What the invoices of the model say beside their pieces: cents of charges and of tax. */
export interface PaperSums {
  readonly charges: number
  readonly tax: number
}

export interface Ledgered extends Paper {
  /** percent of tax on the goods of an order */
  readonly rates: Map<string, number>
  readonly sums: Map<string, PaperSums>
}

const halfUp = (numerator: number, denominator: number): number => Math.floor((2 * numerator + denominator) / (2 * denominator))

/** `held`: invoices that wait for somebody. Only what is in CNY. */
export function accountsOnPaper(paper: Ledgered, held: ReadonlySet<string>): PaperAccounts {
  const sums = { payable: 0, goods: 0, 'price-variance': 0, 'quantity-variance': 0, charges: 0, tax: 0 }
  const post = (account: Exclude<keyof typeof sums, 'payable'>, cents: number) => {
    sums[account] += cents
    sums.payable += cents
  }
  const { pieces, verdicts } = matchOnPaper(paper)
  const count = (key: string, ...bases: readonly string[]): number =>
    Object.entries(pieces).reduce((sum, [name, number]) => {
      const [of, basis = ''] = name.split(' ')
      return of === key && bases.includes(basis) ? sum + Math.abs(number) : sum
    }, 0)
  const accruedTax = new Map<string, number>()
  const accepted = new Map<string, number>()
  for (const { order: key, accepted: goods, isReturn } of paper.receipts.values()) {
    const order = paper.orders.get(key)
    if (order === undefined) continue
    const sign = isReturn ? -1 : 1
    const tax = sign * halfUp(goods * order.price * (paper.rates.get(key) ?? 0), 100)
    post('goods', sign * goods * order.price)
    post('tax', tax)
    accruedTax.set(key, (accruedTax.get(key) ?? 0) + tax)
    accepted.set(key, (accepted.get(key) ?? 0) + sign * goods)
  }
  const shares = new Map<string, number>()
  for (const key of paper.orders.keys()) {
    const bills = [...paper.invoices.values()]
      .filter((one) => one.isPosted && orderOf(paper, one) === key)
      .sort((a, b) => a.day - b.day || (a.key < b.key ? -1 : 1))
    const covered = bills.map((bill) => (bill.isCredit ? 0 : count(bill.key, 'named', 'order')))
    const there = accepted.get(key) ?? 0
    if (there < 0) continue
    const rest = Math.max(0, there - covered.reduce((sum, one) => sum + one, 0))
    const parts = largestRemainder(accruedTax.get(key) ?? 0, [...covered, rest])
    bills.forEach((bill, place) => {
      shares.set(bill.key, parts[place] ?? 0)
    })
  }
  const isFree = ({ key, isPosted, currency }: PaperInvoice): boolean => isPosted && !held.has(key) && currency === 'CNY'
  for (const invoice of paper.invoices.values()) {
    const order = paper.orders.get(orderOf(paper, invoice) ?? '')
    const { charges, tax } = paper.sums.get(invoice.key) ?? { charges: 0, tax: 0 }
    if (!isFree(invoice) || verdicts[invoice.key] === 'exempt') continue
    if (invoice.isCredit) {
      const credit = `${invoice.key} credit `
      const from = Object.keys(pieces).flatMap((name) => (name.startsWith(credit) ? [name.slice(credit.length)] : []))
      if (from.some((key) => held.has(key))) continue
      post('quantity-variance', -invoice.pieces * invoice.price)
      post('charges', -charges)
      post('tax', -tax - (shares.get(invoice.key) ?? 0))
      continue
    }
    const covered = order === undefined ? 0 : count(invoice.key, 'named', 'order')
    post('price-variance', covered * (invoice.price - (order?.price ?? 0)))
    post('quantity-variance', (invoice.pieces - covered) * invoice.price)
    post('charges', charges)
    post('tax', tax - (shares.get(invoice.key) ?? 0))
  }
  return sums
}

/** Cents over weights: whole shares first, then one each by the largest rest. */
function largestRemainder(cents: number, given: readonly number[]): readonly number[] {
  const weights = given.every((one) => one === 0) ? given.map(() => 1) : given
  const sum = weights.reduce((all, one) => all + one, 0)
  const size = Math.abs(cents)
  const parts = weights.map((weight) => Math.floor((size * weight) / sum))
  const rests = weights
    .map((weight, place) => ({ place, rest: (size * weight) % sum }))
    .sort((a, b) => b.rest - a.rest || a.place - b.place)
  const left = size - parts.reduce((all, one) => all + one, 0)
  for (const { place } of rests.slice(0, left)) parts[place] = (parts[place] ?? 0) + 1
  return parts.map((part) => (cents < 0 ? -part : part))
}
