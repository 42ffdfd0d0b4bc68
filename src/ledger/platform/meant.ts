import { amountScale, currencyDigits } from '../../model/decimal.ts'
import { grouped } from '../../store/in-list.ts'
import type { Bookkeeper } from '../../store/party-document.ts'
import { amountText } from '../money/account.ts'
import type { Meant } from '../money/post-meant.ts'
import type { End } from '../money/posting.ts'
import { dateOf } from '../payables/owed.ts'
import { hasArrived, money, payoutLines, platformOf } from '../payout-lines.ts'
import { type OrderMoney, type Part, type SettledOrder, settledBy } from '../settle-order.ts'
import { type Terms, termsOf } from '../settlement-terms.ts'
import { textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'

/** What is known of connections. */
export interface Platforms {
  /** of those whose payouts are watched: only these have postings */
  readonly terms: Terms
  /** in whose books money of a connection stands; '' for the operator's */
  readonly ownerOf: (connection: string) => string
}

export type Keeping = Pick<Bookkeeper, 'name' | 'books' | 'settlement'>

export function platformsOf(keepers: Iterable<Keeping>): Platforms {
  const rows = [...keepers]
  const owners = new Map(rows.map(({ name, books }) => [name, books ?? '']))
  return { terms: termsOf(rows), ownerOf: (connection) => owners.get(connection) ?? '' }
}

const receivable = (party: string): End => ({ party, kind: 'receivable' })
const own = (kind: string): End => ({ party: '', kind })

/** Money that is meant. `amount` x 10^4; below zero: the other way round. */
interface Move {
  readonly owner: string
  readonly kind: string
  readonly amount: bigint
  readonly debit: End
  readonly credit: End
  readonly line?: string
  readonly date?: string | undefined
}

/**
 * What an order means for its platform: what buyers paid, and what the platform bears of discounts, it holds for us until it is paid out; what went back it has given back. What the payouts of another platform (a payment provider)
 * hold of the order is that one's to pay. Nothing where the order's connection is not watched. `today`: for what has no business date.
 */
export function orderMeant(order: LedgerDocument, { row, money: of }: SettledOrder, platforms: Platforms, today: string): readonly Meant[] {
  if (row === undefined || !platforms.terms.has(order.origin)) return []
  const { origin } = order
  const owner = platforms.ownerOf(origin)
  const date = firstDate(of) ?? dateOf(order)
  const part = (kind: string, debit: End, credit: End) =>
    of[kind === 'sale' ? 'captured' : kind === 'refund' ? 'refunds' : 'chargebacks'].map(
      ({ document, amount }: Part): Move => ({
        ...{ owner, kind, amount, debit, credit, line: document.key, date: dateOf(document) ?? date },
      }),
    )
  return meantOf(order, row.currency, date ?? today, [
    ...part('sale', receivable(origin), own('sales')),
    { owner, kind: 'subsidy', amount: of.subsidy, debit: receivable(origin), credit: own('subsidies') },
    ...part('refund', own('refunds'), receivable(origin)),
    ...part('chargeback', own('refunds'), receivable(origin)),
    ...clearing(order, of, platforms),
  ])
}

/** The first day on which money of the buyer came. */
const firstDate = ({ captured }: OrderMoney): string | undefined => captured.flatMap(({ document }) => dateOf(document) ?? []).sort()[0]

function clearing({ origin }: LedgerDocument, { settling }: OrderMoney, { ownerOf }: Platforms): readonly Move[] {
  const owner = ownerOf(origin)
  return [...grouped(settling, ({ payout }) => payout.key)].flatMap(([line, lines]): Move[] => {
    const payout = lines[0]?.payout
    const platform = payout === undefined ? origin : platformOf(payout)
    if (payout === undefined || platform === origin) return []
    const theirs = ownerOf(platform)
    const move = { kind: 'clearing', amount: settledBy(lines), line, date: dateOf(payout) }
    if (theirs === owner) return [{ ...move, owner, debit: receivable(platform), credit: receivable(origin) }]
    return [
      { ...move, owner, debit: own('adjustment'), credit: receivable(origin) },
      { ...move, owner: theirs, debit: receivable(platform), credit: own('adjustment') },
    ]
  })
}

/**
 * What a payout means once it arrived: its total is in the bank, its fees are ours, and the platform owes so much less. A reserve it still owes; what is of no order, and a total that is not the sum of the lines, stay on its account
 * until somebody explains them. Nothing where the platform is not watched.
 */
export function payoutMeant(payout: LedgerDocument, { terms, ownerOf }: Platforms, today: string): readonly Meant[] {
  const platform = platformOf(payout)
  if (!terms.has(platform) || !hasArrived(payout)) return []
  const owner = ownerOf(platform)
  const lines = payoutLines(payout.body).filter(({ isForeign }) => !isForeign)
  const sumOf = (...kinds: readonly string[]) => lines.reduce((sum, { kind, amount }) => (kinds.includes(kind) ? sum + amount : sum), 0n)
  const paid = (kind: string, amount: bigint, account: string): Move => ({
    ...{ owner, kind, amount, debit: own(account), credit: receivable(platform) },
  })
  return meantOf(payout, textOf(payout.body.currency) ?? '', dateOf(payout) ?? today, [
    paid('payout', money(payout.body.total), 'bank'),
    paid('fee', lines.reduce((sum, { fee }) => sum + fee, 0n) + sumOf('fee', 'commission'), 'fees'),
    paid('shipping', sumOf('shipping'), 'fees'),
    paid('tax', sumOf('tax'), 'fees'),
    paid('adjustment', -sumOf('adjustment'), 'adjustment'),
  ])
}

/** Above it something is wrong, and sums of it would leave the range of SQL. */
const mostScaled = 10n ** 17n

/** As postings; none at all where one of them has more digits than its currency (finding `too-many-digits`), or cannot be money. */
function meantOf({ type, key }: LedgerDocument, currency: string, today: string, moves: readonly Move[]): readonly Meant[] {
  const digits = currencyDigits(currency)
  if (digits === undefined) return []
  const least = 10n ** BigInt(amountScale - Math.min(digits, amountScale))
  if (moves.some(({ amount }) => amount % least !== 0n || amount > mostScaled || amount < -mostScaled)) return []
  return moves.flatMap(({ owner, kind, amount, debit, credit, line, date }): Meant[] =>
    amount === 0n
      ? []
      : [
          {
            ...{ book: 'platform', owner, currency, kind, businessDate: date ?? today },
            amount: amountText(amount < 0n ? -amount : amount),
            ...(amount < 0n ? { debit: credit, credit: debit } : { debit, credit }),
            ref: { type, key, ...(line === undefined ? {} : { line }) },
          },
        ],
  )
}
