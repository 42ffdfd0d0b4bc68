import { sha256 } from '../../model/id.ts'
import type { DepositOrderTable, DepositTable } from '../../store/tables-deposits.ts'
import type { Costing } from '../books.ts'
import { judge, note } from '../findings.ts'
import { amountText } from '../money/account.ts'
import type { Books } from '../types.ts'
import { holdCode } from './held.ts'
import type { OrderNeed } from './order-need.ts'
import { type DepositName, move, type Till, tillOf } from './till.ts'

/** Findings of orders that have to do with the deposit of their merchant. */
export const depositOrderCodes: ReadonlySet<string> = new Set(['awaiting-funds', 'deposit-over-refunded'])

/** An order as it was posted, with what it means now; undefined: nothing any more. */
export interface OrderMove {
  readonly key: string
  readonly before: DepositOrderTable | undefined
  /** `held`: a finding of the order holds what would still be frozen for it */
  readonly now: (OrderNeed & DepositName & { readonly placedAt: number; readonly held: boolean }) | undefined
}

/** Whether an order has to do with a deposit: one that was placed since there is one. What a baseline load brought is history. */
export const concerns = ({ orderCase: { order } }: Costing, deposits: readonly DepositTable[]): boolean =>
  !order.baseline &&
  order.status !== 'draft' &&
  deposits.length > 0 &&
  (order.placedAt ?? 0) >= Math.min(...deposits.map(({ since }) => since))

/** Tills that a move needs. */
export const tillsOfMove = ({ before, now }: OrderMove): DepositName[] => [
  ...(before === undefined ? [] : [before]),
  ...(now === undefined ? [] : [now]),
]

/**
 * Posts what follows from facts alone: money that is frozen for more than the order costs is released, what was sent is captured, whether it was frozen before or not, what came back is refunded. What is still to be frozen is left to
 * {@link OrderPlan}. Answers the row as it stands then.
 */
export function postFacts(
  books: Books,
  { key, before, now }: OrderMove,
  tills: ReadonlyMap<string, Till>,
  dayOf: (owner: string, ms: number) => string,
): DepositOrderTable | undefined {
  const isMoved = before !== undefined && now !== undefined && !isSame(before, now)
  let row = before && exact(before)
  const post = (way: Parameters<typeof move>[2]['way'], amount: bigint) => {
    if (row === undefined || amount <= 0n) return
    row = { ...row, posts: row.posts + 1 }
    move(books, tillOf(tills, row), {
      ...{ way, amount, forced: true, ref: { type: 'sales-order', key }, key: transferKey(key, row.posts) },
      businessDate: dayOf(row.owner, books.now),
    })
  }
  const converge = ({ need, captured, refunded }: Pick<OrderNeed, 'need' | 'captured' | 'refunded'>) => {
    if (row === undefined) return
    const [was, given] = [row, BigInt(row.given)]
    const back = refunded < captured - given ? refunded : captured > given ? captured - given : 0n
    const held = BigInt(was.frozen)
    const frozen = largest(held < need ? held : need, captured)
    post('refund-reversed', BigInt(was.refunded) - back)
    post('capture-reversed', BigInt(was.captured) - captured)
    post('release', held - frozen)
    post('freeze', frozen - held)
    post('capture', captured - BigInt(was.captured))
    post('refund', back - BigInt(was.refunded))
    row = { ...row, need, frozen, captured, refunded: back }
  }
  if (isMoved || now === undefined) converge({ need: 0n, captured: 0n, refunded: 0n })
  if (now === undefined) return row && { ...row, why: '' }
  const { party, currency, owner, placedAt } = now
  row =
    row === undefined || isMoved
      ? {
          ...{
            tenant: books.tenant,
            key,
            party,
            owner,
            currency,
            placed_at: placedAt,
            need: 0n,
            frozen: 0n,
            captured: 0n,
            refunded: 0n,
            given: row?.given ?? 0n,
          },
          why: '',
          posts: row?.posts ?? 0,
        }
      : { ...row, placed_at: placedAt }
  converge(now)
  return { ...row, why: whyOf(row, now) }
}

/** What an order waits for beside money: '' where there is nothing else, or nothing is to be frozen. */
export const whyOf = (
  row: Pick<DepositOrderTable, 'need' | 'frozen'>,
  { why, held }: Pick<OrderNeed, 'why'> & { readonly held: boolean },
): DepositOrderTable['why'] => why || (held && missingOf(row) > 0n ? holdCode : '')

const isSame = (a: DepositName, b: DepositName): boolean => a.party === b.party && a.currency === b.currency && a.owner === b.owner
const largest = (a: bigint, b: bigint): bigint => (a > b ? a : b)
export const transferKey = (order: string, posts: number): string => `deposit/order/${sha256(order).slice(0, 40)}/${posts}`

/** A row whose amounts are whole numbers, whatever the driver gave. */
export const exact = (row: DepositOrderTable): DepositOrderTable => ({
  ...row,
  ...{
    need: BigInt(row.need),
    frozen: BigInt(row.frozen),
    captured: BigInt(row.captured),
    refunded: BigInt(row.refunded),
    given: BigInt(row.given),
  },
})

/** What has still to be frozen before the order may go, x 10^4. */
export const missingOf = ({ need, frozen }: Pick<DepositOrderTable, 'need' | 'frozen'>): bigint => BigInt(need) - BigInt(frozen)

/** Says what an order waits for, and that more was asked back than was taken. */
export function tellOrder(books: Books, row: DepositOrderTable, beyond: bigint): void {
  const name = { type: 'sales-order', key: row.key }
  judge(books, { ...name, codes: depositOrderCodes })
  const { currency, why, party } = row
  const figures = { merchant: party, currency, cost: amountText(BigInt(row.need)), frozen: amountText(BigInt(row.frozen)) }
  if (why !== '')
    note(books, { ...name, code: 'awaiting-funds', path: '', detail: { ...figures, missing: amountText(missingOf(row)), why } })
  if (beyond > 0n)
    note(books, {
      ...{ ...name, code: 'deposit-over-refunded', path: '' },
      detail: {
        merchant: party,
        currency,
        captured: amountText(BigInt(row.captured)),
        refunded: amountText(BigInt(row.refunded) + BigInt(row.given)),
        beyond: amountText(beyond),
      },
    })
}
