import { holdNames } from '../store/hold.ts'
import type { Reader } from '../store/in-list.ts'
import { bookkeepers } from '../store/party-document.ts'
import {
  cutPayoutLines,
  deletePayouts,
  deleteSettlements,
  firstLines,
  payoutLinesOf,
  payoutLinesOfOrders,
  payoutsOf,
  savePayoutLines,
  savePayouts,
  saveSettlements,
  settlementsOf,
  type VerdictSum,
  verdictSums,
} from '../store/payout.ts'
import type { PayoutLineTable, PayoutTable } from '../store/tables.ts'
import { type Cause, journal } from './books.ts'
import { judge, note } from './findings.ts'
import type { OrderCase } from './order-case.ts'
import { overdueCodes } from './overdue-payout.ts'
import { amountText, payoutType } from './payout-lines.ts'
import type { Settled } from './platform/derive-platforms.ts'
import { type Keeping, platformsOf } from './platform/meant.ts'
import { differs, rowName } from './rows.ts'
import { type SettledOrder, settlementCodes, settleOrder } from './settle-order.ts'
import { mostNamed, payoutCodes, payoutNotes, payoutRow, strayLines } from './settle-payout.ts'
import type { Terms } from './settlement-terms.ts'
import { documentName, loadDocuments } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'

/**
 * Holds payouts against the touched orders and writes what differs: what each order's platform still has to pay, what became of each line, and of each payout. Orders of connections that are not watched, and that no payout
 * names, cost nothing here: whose payouts are watched is read with whose books the connections keep (`keepers`). Answers what was looked at.
 */
export async function deriveSettlements(books: Books, keepers: Iterable<Keeping> | undefined): Promise<Settled | undefined> {
  const { tx, tenant, data } = books
  const changedPayouts = new Set([...data.payouts, ...drafts(books).map(({ key }) => key)])
  if (data.settled.size === 0 && changedPayouts.size === 0) return undefined
  const platforms = platformsOf(keepers ?? (await bookkeepers(tx, tenant)))
  const { terms } = platforms
  const settled = new Map<string, SettledOrder>()
  const orders: { readonly order: LedgerDocument; readonly settled: SettledOrder }[] = []
  for (const [name, each] of data.settled) {
    const { orderCase } = each
    if (isSettled(orderCase, terms) || data.settling.has(name)) {
      const one = settleOrder(each, terms)
      settled.set(orderCase.order.key, one)
      orders.push({ order: orderCase.order, settled: one })
    }
  }
  await writeSettlements(books, settled)
  const lines = [...settled.values()].flatMap((one) => one.lines)
  const stored = new Map((await storedLines(books, settled, changedPayouts)).map((row) => [lineName(row), row]))
  const bound = new Set(lines.map(lineName))
  await loadDocuments(
    data.shelf,
    [...changedPayouts].map((key) => ({ type: payoutType, key })),
  )
  const documents = [...changedPayouts].flatMap((key) => data.shelf.documents.get(documentName({ type: payoutType, key })) ?? [])
  const stray = documents.flatMap((payout) =>
    strayLines(tenant, payout, ({ position }) => bound.has(lineName({ key: payout.key, position }))),
  )
  const changed = [...lines, ...stray].filter((row) => differs(stored.get(lineName(row)), row))
  const heads = new Set([...changedPayouts, ...changed.map(({ key }) => key)])
  if (heads.size === 0) return { orders, payouts: changedPayouts, platforms }
  await holdNames(
    tx,
    tenant,
    [...heads].map((key) => `payout:${key}`),
  )
  await savePayoutLines(tx, changed)
  for (const { key, body } of documents) await cutPayoutLines(tx, tenant, key, Array.isArray(body.lines) ? body.lines.length : 0)
  await writeHeads(books, heads)
  return { orders, payouts: changedPayouts, platforms }
}

const lineName = ({ key, position }: Pick<PayoutLineTable, 'key' | 'position'>): string => rowName(key, String(position))
const drafts = ({ data }: Books): readonly LedgerDocument[] =>
  [...data.drafts.values()].flatMap(({ now }) => (now.type === payoutType ? [now] : []))

/** Whether an order's money is looked at. */
export const isSettled = ({ order, payouts }: OrderCase, terms: Terms): boolean => payouts.length > 0 || terms.has(order.origin)

async function writeSettlements(books: Books, settled: ReadonlyMap<string, SettledOrder>): Promise<void> {
  const { tx, tenant, data } = books
  const known = [...settled.keys()].filter((key) => isOlder(books, { type: 'sales-order', key }))
  const stored = new Map((await settlementsOf(tx, tenant, known)).map((row) => [row.key, row]))
  await saveSettlements(
    tx,
    [...settled.values()].flatMap(({ row }) => (row !== undefined && differs(stored.get(row.key), row) ? [row] : [])),
  )
  await deleteSettlements(
    tx,
    tenant,
    [...stored.keys()].filter((key) => settled.get(key)?.row === undefined),
  )
  for (const [key, { row, lines, findings }] of settled) {
    // findings of most orders need not be read for it
    if (lines.length > 0 || data.settling.has(documentName({ type: 'sales-order', key })))
      judge(books, { type: 'sales-order', key, codes: settlementCodes, order: key })
    for (const finding of findings) note(books, finding)
    const before = stored.get(key)
    const isOpen = row?.state === 'open' && row.due_at !== null
    // what is late is found by the clock (overduePayout); what came is late no longer
    if (before?.state === 'open' && before.due_at !== null && before.due_at < books.now && !isOpen)
      judge(books, { type: 'sales-order', key, codes: overdueCodes })
  }
}

/** A document that is born in this unit of work has no rows yet. */
function isOlder({ data }: Books, name: { readonly type: string; readonly key: string }): boolean {
  const draft = data.drafts.get(documentName(name))
  return draft === undefined || draft.before !== undefined
}

/** Rows of the orders that payouts name, and those of the payouts that are looked at whole. */
async function storedLines(
  { tx, tenant, data }: Books,
  settled: ReadonlyMap<string, SettledOrder>,
  payouts: ReadonlySet<string>,
): Promise<PayoutLineTable[]> {
  const named = [...settled].filter(([key, { lines }]) => lines.length > 0 || data.settling.has(documentName({ type: 'sales-order', key })))
  return [
    ...(await payoutLinesOf(tx, tenant, payouts)),
    ...(await payoutLinesOfOrders(
      tx,
      tenant,
      named.map(([key]) => key),
    )),
  ]
}

/** What a payout comes to is taken from its lines' rows, after they were written: others may have written some. */
async function writeHeads(books: Books, keys: ReadonlySet<string>): Promise<void> {
  const { tx, tenant, data } = books
  const before = new Map((await payoutsOf(tx, tenant, keys)).map((row) => [row.key, row]))
  const sums = await sumsOf(tx, tenant, keys)
  await loadDocuments(
    data.shelf,
    [...keys].map((key) => ({ type: payoutType, key })),
  )
  const documents = [...keys].flatMap((key) => data.shelf.documents.get(documentName({ type: payoutType, key })) ?? [])
  const rows: PayoutTable[] = []
  for (const payout of documents) {
    const row = payoutRow(tenant, payout, sums.get(payout.key) ?? [])
    rows.push(row)
    judge(books, { type: payoutType, key: payout.key, codes: payoutCodes })
    for (const finding of await notesOf(tx, tenant, payout, sums.get(payout.key) ?? [])) note(books, finding)
    tell(books, before.get(payout.key), row)
  }
  await savePayouts(
    tx,
    rows.filter((row) => differs(before.get(row.key), row)),
  )
  const there = new Set(documents.map(({ key }) => key))
  await deletePayouts(
    tx,
    tenant,
    [...keys].filter((key) => !there.has(key)),
  )
}

export async function sumsOf(read: Reader, tenant: string, keys: Iterable<string>): Promise<ReadonlyMap<string, readonly VerdictSum[]>> {
  return Map.groupBy(await verdictSums(read, tenant, keys), ({ key }) => key)
}

/** Findings of a payout as its lines' rows stand. */
export async function notesOf(read: Reader, tenant: string, payout: LedgerDocument, sums: readonly VerdictSum[]) {
  const first: PayoutLineTable[] = []
  for (const verdict of new Set(sums.map((sum) => sum.verdict)))
    if (verdict !== 'matched' && verdict !== 'unjudged' && verdict !== 'void')
      first.push(...(await firstLines(read, tenant, payout.key, verdict, mostNamed)))
  return payoutNotes(payout, sums, first)
}

/** A payout that matches now, or differs now, or by another sum. */
function tell(books: Books, before: PayoutTable | undefined, now: PayoutTable): void {
  if (now.verdict === 'void' || (before?.verdict === now.verdict && BigInt(before.unmatched) === BigInt(now.unmatched))) return
  const name = { type: payoutType, key: now.key }
  const text = (row: PayoutTable) => ({
    verdict: row.verdict,
    currency: row.currency,
    total: amountText(BigInt(row.total), row.currency),
    matched: amountText(BigInt(row.matched), row.currency),
    unmatched: amountText(BigInt(row.unmatched), row.currency),
    unjudged: amountText(BigInt(row.unjudged), row.currency),
    lines: row.lines,
    differing: row.differing,
  })
  const cause: Cause = books.data.drafts.get(documentName(name))?.cause ?? books.data.cause
  journal(
    books,
    now.verdict === 'matched' ? 'payout-matched' : 'payout-differs',
    name,
    { ...(before === undefined ? {} : { before: text(before) }), after: text(now), ...(cause.baseline ? { baseline: true } : {}) },
    cause.envelope,
  )
}
