import type { JsonObject } from '../../model/json.ts'
import { currencyOf } from './cast.ts'
import { type Amount, cent, exact, sumOf, written } from './exact.ts'
import type { Month } from './month.ts'
import { compare, type Difference } from './proof.ts'
import { discountOf } from './sales.ts'
import { type BookedEntry, summed } from './statements.ts'

/** What every platform owes, entry by entry: what buyers paid at its shop and what it bears, less what went back, less what came to the bank and what it took. Each was stated, as far as a statement goes. */
export async function platformDifferences(month: Month): Promise<readonly Difference[]> {
  const { hub, shops, stated } = month
  const differences: Difference[] = []
  for (const { merchant } of shops) {
    const { connection, key: owner } = merchant
    const currency = currencyOf(merchant)
    const query = new URLSearchParams({ book: 'platform', owner, kind: 'receivable', party: connection, currency })
    const expected = summed(entriesOf(month, connection))
    // an account comes with its first entry
    const found = expected.size === 0 ? new Map<string, Amount>() : summed((await hub.rows(`/v1/accounts/entries?${query}`)).map(entryOf))
    for (const about of new Set([...expected.keys(), ...found.keys()]))
      compare(differences, `platform ${connection} ${about}`, written(expected.get(about) ?? 0n), written(found.get(about) ?? 0n))
    const isPaid = [...month.payouts.values()].some((payout) => payout.connection === connection)
    if (isPaid && !stated.has(`${connection} ${currency}`))
      differences.push({ what: `statement of platform ${connection}`, books: 'has entries', hub: 'was not made' })
  }
  return differences
}

function entryOf({ kind, amount, ref }: JsonObject): BookedEntry {
  const { type, key } = ref as { readonly type: string; readonly key: string }
  return { kind: String(kind), document: `${type}/${key}`, amount: exact(String(amount)) }
}

function entriesOf({ books, shops, payouts }: Month, connection: string): readonly BookedEntry[] {
  const records = shops.find(({ merchant }) => merchant.connection === connection)?.shop.orders() ?? []
  const ofOrders = records.flatMap((record): BookedEntry[] => {
    const key = `${connection}/${record.id}`
    const order = books.orders.get(key)
    const document = `sales-order/${key}`
    if (record.captured === 0n) return []
    return [
      { kind: 'sale', document, amount: record.captured * cent },
      { kind: 'subsidy', document, amount: order === undefined ? 0n : discountOf(order) },
      { kind: 'refund', document, amount: -sumOf(record.refunds) * cent },
    ]
  })
  const ofPayouts = [...payouts].flatMap(([key, { lines, total, connection: of }]): BookedEntry[] => {
    if (of !== connection) return []
    const document = `payout/${key}`
    const fees = sumOf(lines.map(({ kind, amount, fee }) => (kind === 'fee' ? amount + fee : fee)))
    return [
      { kind: 'payout', document, amount: -total },
      { kind: 'fee', document, amount: -fees },
    ]
  })
  return [...ofOrders, ...ofPayouts].filter(({ amount }) => amount !== 0n)
}
