import type { ShopOrder } from '../../simulator/day/shop-record.ts'
import { orderName } from './books.ts'
import { type Amount, cent, sumOf, written } from './exact.ts'
import type { Month } from './month.ts'
import { netOf, type PayoutLine, sumOfLines } from './payout-books.ts'
import { compare, type Difference } from './proof.ts'
import { discountOf } from './sales.ts'

/** Every payout and each of its lines: what came of it by what the shops themselves say that buyers paid; and what is still to be paid of every order. */
export async function payoutDifferences(month: Month): Promise<readonly Difference[]> {
  const { hub, payouts } = month
  const differences: Difference[] = []
  const records = recordsOf(month)
  const rows = new Map((await hub.rows('/v1/payouts')).map((row) => [String(row.key), row]))
  for (const [key, { connection, lines, total }] of payouts) {
    const row = rows.get(key)
    rows.delete(key)
    const expected = lines.map((line) => verdictOf(records, connection, line))
    const isGood = total === sumOfLines(lines) && expected.every((verdict) => verdict === 'matched' || verdict === 'unjudged')
    compare(differences, `payout ${key}`, isGood ? 'matched' : 'differs', row?.verdict)
    compare(differences, `payout ${key} total`, written(total), row?.total)
    compare(differences, `payout ${key} sum of its lines`, written(sumOfLines(lines)), row?.linesTotal)
    const found = await hub.rows(`/v1/payouts/lines?key=${encodeURIComponent(key)}`)
    for (const [position, line] of lines.entries()) {
      const name = `payout ${key} line ${position} (${line.kind} of ${line.order ?? 'the account'})`
      compare(differences, name, expected[position] ?? '', found[position]?.verdict)
      compare(differences, `${name} amount`, written(netOf(line)), found[position]?.amount)
    }
    compare(differences, `payout ${key} lines`, String(lines.length), found.length)
  }
  for (const key of rows.keys()) differences.push({ what: `payout ${key}`, books: 'is not there', hub: 'is there' })
  return [...differences, ...(await openDifferences(month, records))]
}

type Records = ReadonlyMap<string, ShopOrder>

/** The shops' own records, by the key that the hub gives their orders. */
const recordsOf = ({ shops }: Month): Records =>
  new Map(
    shops.flatMap(({ merchant, shop }) => shop.orders().map((record) => [orderName(merchant.connection, record.id), record] as const)),
  )

function verdictOf(records: Records, connection: string, { kind, order, fault }: PayoutLine): string {
  if (fault === 'missing-order') return fault
  if (order === undefined) return 'unjudged'
  return kind !== 'refund' && records.get(`${connection}/${order}`)?.captured === 0n ? 'not-captured' : (fault ?? 'matched')
}

/** What buyers paid and platforms bear, less what went back, less what payouts hold of it: order by order. */
async function openDifferences({ hub, books, payouts }: Month, records: Records): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  const held = new Map<string, Amount>()
  for (const { connection, lines } of payouts.values())
    for (const { kind, order, amount } of lines) {
      const key = `${connection}/${order}`
      if (kind !== 'fee') held.set(key, (held.get(key) ?? 0n) + (kind === 'refund' ? -amount : amount))
    }
  const rows = [...(await hub.rows('/v1/settlement/open?state=open')), ...(await hub.rows('/v1/settlement/open?state=over'))]
  const open = new Map<string, unknown>(rows.map((row) => [String(row.order), row.open]))
  for (const [key, order] of books.orders) {
    const record = records.get(key)
    if (record === undefined) continue
    const subsidy = record.captured > 0n ? discountOf(order) : 0n
    const due = record.captured * cent + subsidy - sumOf(record.refunds) * cent
    compare(differences, `order ${key} to be paid out`, written(due - (held.get(key) ?? 0n)), open.get(key) ?? '0.00')
  }
  return differences
}
