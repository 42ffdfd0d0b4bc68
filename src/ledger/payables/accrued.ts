import { amountScale, currencyDigits, fromScaled, toScaled } from '../../model/decimal.ts'
import { allocate } from '../allocate.ts'
import type { MatchedLine, OrderMatch } from '../match/match-order.ts'
import { type CaseLine, caseLines, type OrderCase, relatedLines } from '../order-case.ts'
import { isReceipt, isSupplierReturn, rowCount } from '../purchase-lines.ts'
import { atLeastZero } from '../sales-lines.ts'
import { textOf } from '../shelf.ts'
import { postable, taxOf, worthOf } from './owed.ts'

/** What goods made us owe, x 10^4: their price, and the tax on it where the order's prices exclude tax. */
export interface Accrued {
  readonly goods: bigint
  readonly tax: bigint
}

/** A line of an invoice beside its order, with what receipts made us owe for the goods that it is for. */
export interface BilledLine {
  readonly matched: MatchedLine
  readonly orderCase: OrderCase
  /** x 10^4, at the invoice's prices: of goods that were accepted, and of money without a quantity; below zero on a credit note */
  readonly forGoods: bigint
  /** of what no accepted goods stand behind */
  readonly forNothing: bigint
  readonly accrued: Accrued
}

const behindGoods: ReadonlySet<string> = new Set(['named', 'order', 'sum'])

/**
 * Lines of invoices of one order. What its goods made us owe, line by line of the order, is shared out over the invoices that are for them and the goods that nobody has invoiced yet, by quantity, to the last digit: so once all is
 * invoiced, receipts and differences together come to what the invoices say, whatever was rounded on the way.
 */
export function billedLines(orderCase: OrderCase, { lines, allocations }: OrderMatch): readonly BilledLine[] {
  const pieces = Map.groupBy(allocations, ({ key, line }) => `${key}\0${line}`)
  return [...Map.groupBy(lines, ({ row }) => row.order_line).values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const covered = group.map(({ row }) => (row.kind === 'credit-note' ? 0n : BigInt(row.covered)))
    const rest = atLeastZero(first.accepted - covered.reduce((sum, one) => sum + one, 0n))
    const all = accruedOn(orderCase, first.line)
    // more went back than came: no invoice is for that
    const share = (amount: bigint) => (first.accepted < 0n ? covered.map(() => 0n) : shared(orderCase, amount, [...covered, rest]))
    const [goods, tax] = [share(all.goods), share(all.tax)]
    return group.map((matched, place): BilledLine => {
      const own = pieces.get(`${matched.row.key}\0${matched.row.line}`) ?? []
      const sum = (is: boolean) =>
        own.reduce((total, one) => {
          const isForGoods = behindGoods.has(one.basis) || BigInt(one.quantity) === 0n
          return isForGoods === is ? total + BigInt(one.amount) : total
        }, 0n)
      const accrued = { goods: goods[place] ?? 0n, tax: tax[place] ?? 0n }
      return { matched, orderCase, forGoods: sum(true), forNothing: sum(false), accrued }
    })
  })
}

function shared({ order }: OrderCase, amount: bigint, weights: readonly bigint[]): readonly bigint[] {
  const digits = Math.min(currencyDigits(textOf(order.body.currency) ?? '') ?? amountScale, amountScale)
  return allocate(fromScaled(amount, amountScale), weights.map(String), digits).map((part) => toScaled(part, amountScale))
}

/** What receipts of a line of an order made us owe, less what returns took back: as each of them says it for itself. */
function accruedOn(orderCase: OrderCase, target: CaseLine): Accrued {
  const { body } = orderCase.order
  const currency = textOf(body.currency) ?? ''
  const lines = caseLines(orderCase)
  const rows = orderCase.related
    .filter((document) => isReceipt(document) || isSupplierReturn(document))
    .flatMap((document) => relatedLines(orderCase, lines, document))
    .filter((row) => row.target?.key === target.key)
  let [goods, tax] = [0n, 0n]
  for (const row of rows) {
    const amount = postable(worthOf(target, rowCount(target, row, 'accepted'), currency), currency)
    if (amount === undefined) continue
    const sign = isReceipt(row.document) ? 1n : -1n
    goods += sign * toScaled(amount, amountScale)
    tax += sign * toScaled(postable(taxOf(target, body, amount, currency), currency) ?? '0', amountScale)
  }
  return { goods, tax }
}
