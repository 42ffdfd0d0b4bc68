import { orderName } from './books.ts'
import { currencyOf } from './cast.ts'
import { cent, exact, written } from './exact.ts'
import type { Month } from './month.ts'
import { type BookedPayout, linesOf, type PayoutLine, sumOfLines } from './payout-books.ts'
import { discountOf } from './sales.ts'
import type { OpenShop } from './shops.ts'

/** Days between two payouts of one platform. */
const everyDays = 3
const accountFee = exact('0.99')

/** Platforms pay what buyers paid, less fees and refunds; some of it is wrong. A bank slip that was read wrongly is read again on the next day. */
export async function payOut(month: Month): Promise<void> {
  const { shops, day, payouts } = month
  for (const payout of payouts.values())
    if (payout.total !== sumOfLines(payout.lines)) {
      payout.total = sumOfLines(payout.lines)
      await send(month, payout)
    }
  for (const [index, open] of shops.entries()) if ((day + index) % everyDays === 0) await payOne(month, open)
}

async function payOne(month: Month, { merchant, shop }: OpenShop): Promise<void> {
  const { books, day, payouts, paidOut } = month
  const { connection } = merchant
  const lines: PayoutLine[] = []
  let early = false
  for (const record of shop.orders()) {
    const key = orderName(connection, record.id)
    const order = books.orders.get(key)
    const before = paidOut.get(key)
    // of those that were not paid the platform pays one all the same: the notice of its payment may be lost
    if (before === undefined && (record.captured > 0n || (!early && order?.cancelled === false))) {
      early ||= record.captured === 0n
      const subsidy = order === undefined ? 0n : discountOf(order)
      lines.push(...linesOf({ id: String(record.id), amount: record.total * cent, subsidy }, paidOut.size))
      paidOut.set(key, [])
    }
    const done = paidOut.get(key)
    if (done === undefined) continue
    for (const refund of refundsSince(record.refunds, done))
      lines.push({ kind: 'refund', order: String(record.id), amount: refund * cent, fee: 0n })
    paidOut.set(key, record.refunds)
  }
  if (lines.length === 0) return
  lines.push({ kind: 'fee', order: undefined, amount: accountFee, fee: 0n })
  const number = `PO-${connection}-${day}`
  const total = sumOfLines(lines) + (payouts.size % 7 === 4 ? cent : 0n)
  const payout: BookedPayout = { number, connection, lines, total }
  payouts.set(`hub/${number}`, payout)
  await send(month, payout)
}

/** Refunds of an order besides those that were there before: some shops list the newest first, some the oldest. */
export function refundsSince(all: readonly bigint[], before: readonly bigint[]): readonly bigint[] {
  const left = [...all]
  for (const one of before) if (left.includes(one)) left.splice(left.indexOf(one), 1)
  return left
}

/** The same number again takes the place of what was sent under it. */
async function send({ hub, shops }: Month, { number, connection, lines, total }: BookedPayout): Promise<void> {
  const merchant = shops.find((one) => one.merchant.connection === connection)?.merchant
  await hub.send('POST', '/v1/payouts', {
    ...{ number, connection, currency: merchant === undefined ? '' : currencyOf(merchant), total: written(total), status: 'paid' },
    lines: lines.map(({ kind, order, amount, fee }) => ({
      ...{ kind, amount: written(amount) },
      ...(order === undefined ? {} : { order }),
      ...(fee === 0n ? {} : { fee: written(fee) }),
    })),
  })
}
