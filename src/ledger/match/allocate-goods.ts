import { amountScale, fromScaled, toScaled } from '../../model/decimal.ts'
import { allocate } from '../allocate.ts'

/** A line of a document: its key there is the JSON pointer. */
export interface LineName {
  readonly key: string
  readonly line: string
}

/** A line that is named: of a document, or all lines of it. */
export interface Named {
  readonly key: string
  readonly line: string | undefined
}

/** A line of an invoice or a credit note. Quantity x 10^6 in the base unit, amount x 10^4; both positive. */
export interface Billed extends LineName {
  readonly quantity: bigint
  readonly amount: bigint
  /** the receipt that an invoice, or the invoice that a credit note, says it is for */
  readonly names: Named | undefined
}

export interface Goods extends LineName {
  readonly quantity: bigint
}

/** All that bears on one line of an order, each list in the order of time. `due`: ordered, less what will not come. `digits`: of the currency of the invoices. */
export interface LineSupply {
  readonly due: bigint
  readonly goods: readonly Goods[]
  readonly returned: bigint
  readonly bills: readonly Billed[]
  readonly credits: readonly Billed[]
  readonly digits: number
}

/**
 * named: goods of the receipt that the invoice names. order: goods by the order, the oldest first. credited: taken back by a credit note. waiting: within what was ordered, and no goods. over: beyond it; of a credit note: beyond what was invoiced.
 * sum: money without a quantity. credit: of a credit note, against a line of an invoice.
 */
export type Basis = 'named' | 'order' | 'credited' | 'waiting' | 'over' | 'sum' | 'credit'

/** A part of a billed line. Those of an invoice add up to it; those of a credit note are negative and add up to its opposite. */
export interface Piece extends LineName {
  readonly basis: Basis
  readonly receipt: LineName | undefined
  readonly against: LineName | undefined
  readonly quantity: bigint
  readonly amount: bigint
}

type Share = Omit<Piece, 'amount' | 'key' | 'line'>
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const isNamed = ({ key, line }: LineName, names: Named): boolean => key === names.key && (names.line === undefined || names.line === line)

/**
 * Which goods each line of an invoice is for. Credit notes take from the lines they name, others from the newest; goods sent back are the newest that came. Then each invoice gets the goods of the receipt that it names, then what is left in the order of time.
 */
export function allocateGoods({ due, goods, returned, bills, credits, digits }: LineSupply): readonly Piece[] {
  const shares = bills.map((): Share[] => [])
  const open = bills.map(({ quantity }) => quantity)
  const take = (place: number, share: Share) => {
    open[place] = (open[place] ?? 0n) - share.quantity
    shares[place]?.push(share)
  }
  const taken = credits.flatMap((credit) => takeBack(credit, bills, open, take, digits))
  const left = goods.map(({ quantity }) => quantity)
  let back = returned
  for (let place = goods.length - 1; place >= 0 && back > 0n; place--) {
    const part = least(left[place] ?? 0n, back)
    left[place] = (left[place] ?? 0n) - part
    back -= part
  }
  let gap = due - left.reduce((sum, quantity) => sum + quantity, 0n)
  const cover = (place: number, basis: 'named' | 'order', may: (one: Goods) => boolean) =>
    goods.forEach((one, at) => {
      const part = least(open[place] ?? 0n, left[at] ?? 0n)
      if (part <= 0n || !may(one)) return
      left[at] = (left[at] ?? 0n) - part
      take(place, { basis, receipt: lineOf(one), against: undefined, quantity: part })
    })
  bills.forEach(({ names }, place) => {
    if (names !== undefined) cover(place, 'named', (one) => isNamed(one, names))
  })
  bills.forEach((_, place) => {
    cover(place, 'order', () => true)
  })
  bills.forEach((_, place) => {
    const waiting = least(open[place] ?? 0n, gap > 0n ? gap : 0n)
    gap -= waiting
    const nothing = { receipt: undefined, against: undefined }
    if (waiting > 0n) take(place, { basis: 'waiting', ...nothing, quantity: waiting })
    const over = open[place] ?? 0n
    if (over > 0n) take(place, { basis: 'over', ...nothing, quantity: over })
  })
  return [...bills.flatMap((bill, place) => priced(bill, shares[place] ?? [], digits)), ...taken]
}

function takeBack(
  credit: Billed,
  bills: readonly Billed[],
  open: readonly bigint[],
  take: (place: number, share: Share) => void,
  digits: number,
): readonly Piece[] {
  const { names } = credit
  const places = bills.map((_, place) => place)
  const meant = names === undefined ? places.reverse() : places.filter((place) => isNamed(bills[place] as Billed, names))
  const nothing = { receipt: undefined, against: undefined }
  if (credit.quantity === 0n) {
    const weights = meant.map((place) => weightOf(bills[place]?.amount ?? 0n))
    const parts = meant.length === 0 ? [credit.amount] : split(credit.amount, weights, digits)
    return parts.flatMap((amount, at): Piece[] => {
      const against = bills[meant[at] ?? -1]
      const basis = against === undefined ? 'over' : 'credit'
      if (amount === 0n && parts.length > 1) return []
      return [{ ...lineOf(credit), basis, receipt: undefined, against: against && lineOf(against), quantity: 0n, amount: -amount }]
    })
  }
  const shares: Share[] = []
  let rest = credit.quantity
  for (const place of meant) {
    const part = least(rest, open[place] ?? 0n)
    if (part <= 0n) continue
    rest -= part
    take(place, { basis: 'credited', receipt: undefined, against: lineOf(credit), quantity: part })
    shares.push({ basis: 'credit', receipt: undefined, against: lineOf(bills[place] as Billed), quantity: part })
  }
  if (rest > 0n) shares.push({ basis: 'over', ...nothing, quantity: rest })
  return priced(credit, shares, digits).map((piece) => ({ ...piece, quantity: -piece.quantity, amount: -piece.amount }))
}

/** A negative line carries nothing. */
const weightOf = (amount: bigint): string => fromScaled(amount > 0n ? amount : 0n, amountScale)

const lineOf = ({ key, line }: LineName): LineName => ({ key, line })

/** The amount of a line over its parts, by their quantities. */
function priced(bill: Billed, shares: readonly Share[], digits: number): readonly Piece[] {
  if (shares.length === 0)
    return [{ ...lineOf(bill), basis: 'sum', receipt: undefined, against: undefined, quantity: 0n, amount: bill.amount }]
  const amounts = split(
    bill.amount,
    shares.map(({ quantity }) => String(quantity)),
    digits,
  )
  return shares.map((share, at) => ({ ...lineOf(bill), ...share, amount: amounts[at] ?? 0n }))
}

/** Divides money x 10^4, to the last digit of the currency, or of the amount where it has more. */
function split(amount: bigint, weights: readonly string[], digits: number): readonly bigint[] {
  const text = fromScaled(amount, amountScale)
  const places = Math.max(digits, (text.split('.')[1] ?? '').length)
  return allocate(text, weights, places).map((part) => toScaled(part, amountScale))
}
