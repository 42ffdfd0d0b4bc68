import type { Reader } from '../../store/in-list.ts'
import { bookkeepers } from '../../store/party-document.ts'
import { payoutLinesOf, payoutLinesOfOrders, payoutsOf, settlementsOf } from '../../store/payout.ts'
import type { FindingTable } from '../../store/tables.ts'
import { isSettled, notesOf, sumsOf } from '../derive-settlements.ts'
import type { Note } from '../findings.ts'
import type { OrderCase } from '../order-case.ts'
import type { OrderFigures } from '../order-figures.ts'
import { payoutLines, payoutType } from '../payout-lines.ts'
import { orderMeant, type Platforms, payoutMeant, platformsOf } from '../platform/meant.ts'
import { settledCase, settleOrder } from '../settle-order.ts'
import { payoutCodes, payoutRow, strayLines } from '../settle-payout.ts'
import type { Terms } from '../settlement-terms.ts'
import { documentName, loadDocuments, openShelf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { type Check, compareRows, together } from './check.ts'
import { checkMeant } from './meant.ts'
import { compareNotes } from './notes.ts'

const ofPayout = ({ key }: { readonly key: string }) => ({ type: payoutType, key })

export const platformsNow = async (read: Reader, tenant: string): Promise<Platforms> => platformsOf(await bookkeepers(read, tenant))
/** For what has no business date; days are not compared. */
const today = ''

/** What orders with these cases have to have of payouts. */
export const settledOrders = (cases: Iterable<{ readonly orderCase: OrderCase; readonly figures: OrderFigures }>, terms: Terms) =>
  [...cases].flatMap(({ orderCase, figures }) =>
    orderCase.order.type === 'sales-order' && isSettled(orderCase, terms)
      ? [{ order: orderCase.order, settled: settleOrder(settledCase(orderCase, figures.state), terms) }]
      : [],
  )

/** Sales orders by their keys: what is still to be paid of them, the lines of payouts that name them, what is found, and what their platforms hold of it. */
export async function checkSettlements(
  read: Reader,
  tenant: string,
  keys: readonly string[],
  computed: ReturnType<typeof settledOrders>,
  platforms: Platforms,
): Promise<Check> {
  const ofOrder = (key: string) => ({ type: 'sales-order', key })
  return together(
    compareRows(
      'settlement',
      await settlementsOf(read, tenant, keys),
      computed.flatMap(({ settled }) => settled.row ?? []),
      ({ key }) => [key],
      ({ key }) => ofOrder(key),
    ),
    compareRows(
      'payout_line',
      await payoutLinesOfOrders(read, tenant, keys),
      computed.flatMap(({ settled }) => settled.lines),
      ({ key, position }) => [String(position), key],
      ({ order_key }) => ofOrder(order_key),
    ),
    await checkMeant(
      read,
      tenant,
      { book: 'platform', type: 'sales-order', keys },
      computed.flatMap(({ order, settled }) => orderMeant(order, settled, platforms, today)),
    ),
    await compareNotes(
      read,
      tenant,
      computed.flatMap(({ order, settled }) => settled.findings.map((note) => ({ note, of: order }))),
    ),
  )
}

/** Payouts by their keys: lines of no order, what the lines come to, what is found, and what the books of platforms have of them. Lines of orders are looked at with those. */
export async function checkPayouts(read: Reader, tenant: string, keys: readonly string[]): Promise<Check> {
  const documents = await payoutDocuments(read, tenant, keys)
  const platforms = await platformsNow(read, tenant)
  const stored = await payoutLinesOf(read, tenant, keys)
  const bound = new Set(stored.filter(({ order_key }) => order_key !== '').map(({ key, position }) => `${key}\0${position}`))
  const sums = await sumsOf(read, tenant, keys)
  const places = new Set(documents.flatMap(({ key, body }) => payoutLines(body).map(({ position }) => `${key}\0${position}`)))
  const computed = []
  for (const payout of documents)
    for (const note of await notesOf(read, tenant, payout, sums.get(payout.key) ?? [])) computed.push({ note, of: ofPayout(payout) })
  return together(
    compareRows(
      'payout_line',
      stored.filter(({ key, position, order_key }) => order_key === '' || !places.has(`${key}\0${position}`)),
      documents.flatMap((payout) => strayLines(tenant, payout, ({ position }) => bound.has(`${payout.key}\0${position}`))),
      ({ key, position }) => [String(position), key],
      ofPayout,
    ),
    compareRows(
      'payout',
      await payoutsOf(read, tenant, keys),
      documents.map((payout) => payoutRow(tenant, payout, sums.get(payout.key) ?? [])),
      ({ key }) => [key],
      ofPayout,
    ),
    await checkMeant(
      read,
      tenant,
      { book: 'platform', type: payoutType, keys },
      documents.flatMap((payout) => payoutMeant(payout, platforms, today)),
    ),
    await compareNotes(read, tenant, computed),
  )
}

async function payoutDocuments(read: Reader, tenant: string, keys: readonly string[]): Promise<readonly LedgerDocument[]> {
  const shelf = openShelf(read, tenant)
  const names = keys.map((key) => ({ type: payoutType, key }))
  await loadDocuments(shelf, names)
  return names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
}

/** Findings of payouts that have to be open, for those of these rows that are such. */
export async function payoutNotesOf(read: Reader, tenant: string, rows: readonly FindingTable[]): Promise<readonly Note[]> {
  const keys = [...new Set(rows.filter(({ code }) => payoutCodes.has(code)).map(({ key }) => key))]
  if (keys.length === 0) return []
  const sums = await sumsOf(read, tenant, keys)
  const notes: Note[] = []
  for (const payout of await payoutDocuments(read, tenant, keys))
    notes.push(...(await notesOf(read, tenant, payout, sums.get(payout.key) ?? [])))
  return notes
}
