import { hasRivals, holdNames } from '../../store/hold.ts'
import { costsOf, deleteCosts, saveCosts } from '../../store/order-cost.ts'
import type { OrderCostTable } from '../../store/tables.ts'
import { reloadTargets } from '../assemble.ts'
import { type Costing, journal } from '../books.ts'
import { judge, note } from '../findings.ts'
import { caseLines } from '../order-case.ts'
import { isMerchant, type Keeper } from '../party-roles.ts'
import { differs } from '../rows.ts'
import { documentName, loadDocuments, textOf } from '../shelf.ts'
import type { Books } from '../types.ts'
import { normalUnit } from '../units.ts'
import { type CostLine, costBody, costRow, emptied, knownEntry, quantityText } from './cost.ts'
import { shownCost, totalsOf, waitingNote } from './cost-words.ts'
import type { PriceGrant } from './decide.ts'
import { waitingNames } from './derive.ts'
import { entryIn } from './entry.ts'
import { entriesNamed, keptEntries, loadVersions } from './kept-prices.ts'
import { loadEntries, loadGrants, pricedParties } from './load.ts'

export const costCodes: ReadonlySet<string> = new Set(['no-cost-price'])

/** Lines that one line of the journal tells of. */
const mostTold = 100

/** A line of an order with the row it had; `at`: JSON pointer to it. */
interface Open {
  readonly line: CostLine
  readonly at: string
  readonly old: OrderCostTable | undefined
}

/**
 * Decides what the lines of merchants' orders cost the merchant, once: by the lists that hold when the order comes, at the time it was placed. What was decided stays, whatever becomes of the lists. A line whose quantity is another one is
 * decided again by the same versions, so only a step of theirs moves its price. A line of another product is another line. What has no price waits, with a finding. Orders of others are not looked for.
 */
export async function deriveCosts(books: Books, keepers: readonly Keeper[] | undefined): Promise<void> {
  const { tx, tenant, data } = books
  if (data.costing.size === 0) return
  const merchants = await merchantsAmong(books, keepers)
  const mine = [...data.costing.values()].filter(({ seller }) => seller === '' || merchants.has(seller))
  if (mine.length === 0) return
  const grants = await loadGrants(tx, tenant, merchants)
  const priced = await pricedParties(tx, tenant, grants)
  const isOlder = ({ orderCase: { order } }: Costing) => {
    const draft = data.drafts.get(documentName(order))
    return draft === undefined || draft.before !== undefined
  }
  const rows = await costsOf(
    tx,
    tenant,
    mine.filter(isOlder).map(({ orderCase }) => orderCase.order.key),
  )
  const stored = Map.groupBy(rows, ({ key }) => key)
  const orders = mine.filter(({ orderCase, seller }) => priced.has(seller) || stored.has(orderCase.order.key))
  if (orders.length === 0) return
  await reloadTargets(
    data.shelf,
    orders.map(({ orderCase }) => orderCase),
  )
  await loadDocuments(
    data.shelf,
    [...merchants].map((key) => ({ type: 'party', key })),
  )
  const open = new Map(orders.map((one) => [one.orderCase.order.key, priced.has(one.seller) ? linesOf(books, one, stored) : []]))
  const decided = await decide(books, [...open.values()].flat(), grants)
  for (const [key, lines] of open) {
    const before = stored.get(key) ?? []
    await writeCosts(books, key, before, afterwards(before, lines, decided), lines)
  }
}

/** Sellers of these orders that are merchants. Whose books a connection keeps was read with the parties. */
async function merchantsAmong({ data }: Books, keepers: readonly Keeper[] | undefined): Promise<ReadonlySet<string>> {
  const byName = new Map(keepers?.map((keeper) => [keeper.name, keeper]))
  const merchants = new Set<string>()
  const unknown = new Set<string>()
  for (const { seller, orderCase } of data.costing.values()) {
    const keeper = byName.get(orderCase.order.origin)
    if (seller === '') continue
    if (keeper?.books !== seller) unknown.add(seller)
    else if (keeper.ofMerchant) merchants.add(seller)
  }
  const names = [...unknown].map((key) => ({ type: 'party', key }))
  await loadDocuments(data.shelf, names)
  for (const name of names) if (isMerchant(data.shelf.documents.get(documentName(name)))) merchants.add(name.key)
  return merchants
}

/** Lines of an order of which something is left, and which are no part of a bundle: that has the price. */
function linesOf({ tenant, data }: Books, { orderCase, seller, lines }: Costing, stored: ReadonlyMap<string, OrderCostTable[]>): Open[] {
  const { order } = orderCase
  const before = new Map(stored.get(order.key)?.map((row) => [row.line, row]))
  const counted = new Map(lines.map((row) => [row.line, row]))
  const party = data.shelf.documents.get(documentName({ type: 'party', key: seller }))
  const currency = textOf(party?.body.currency) ?? textOf(order.body.currency) ?? ''
  return caseLines(orderCase).flatMap(({ key, at, line, unit, unknownUnit }) => {
    const row = counted.get(key)
    if (row === undefined || line.bundleOf !== undefined) return []
    const quantity = BigInt(row.quantity) - BigInt(row.cancelled)
    if (quantity <= 0n) return []
    const baseUnit = row.product === null ? 'unknown' : (orderCase.product(row.product)?.baseUnit ?? 'unknown')
    const ask = { base: quantityText(quantity), unit: normalUnit(unit), baseUnit, currency, at: order.placedAt ?? 0 }
    return [
      {
        line: { tenant, key: order.key, line: key, party: seller, product: row.product, unknownUnit, quantity, ask },
        at,
        old: before.get(key),
      },
    ]
  })
}

const isSame = ({ line, old }: Open): boolean => old?.state === 'frozen' && old.product === line.product && old.party === line.party
const isUnmoved = ({ line, old }: Open): boolean =>
  old !== undefined && BigInt(old.quantity) === line.quantity && costBody(old).ask.unit === line.ask.unit
const rowOf = ({ line }: Open): string => `${line.key}\0${line.line}`

/** Rows by `order\0line` of those lines whose row is another one now. */
async function decide(
  books: Books,
  open: readonly Open[],
  grants: ReadonlyMap<string, readonly PriceGrant[]>,
): Promise<ReadonlyMap<string, OrderCostTable>> {
  const decided = new Map<string, OrderCostTable>()
  for (const [name, row] of await decideEdited(
    books,
    open.filter((one) => isSame(one) && !isUnmoved(one)),
  ))
    decided.set(name, row)
  const fresh = open.filter((one) => (isSame(one) ? !isUnmoved(one) && !decided.has(rowOf(one)) : true))
  const made = await decideNow(books, fresh, grants)
  const waiting = fresh.filter((one) => made.get(rowOf(one))?.state === 'waiting')
  for (const [name, row] of made) decided.set(name, row)
  if (waiting.length === 0 || !hasRivals(books.tx)) return decided
  // who brings the price at this moment holds the same names: the second of both sees the first
  const parties = new Set(waiting.map(({ line }) => line.party))
  await holdNames(books.tx, books.tenant, waitingNames(new Set(waiting.flatMap(({ line }) => line.product ?? [])), parties))
  const afresh = await loadGrants(books.tx, books.tenant, parties)
  for (const [name, row] of await decideNow(books, waiting, afresh)) decided.set(name, row)
  return decided
}

/** By the versions that the price was decided by; a line that has none there is decided by what holds now. */
async function decideEdited({ tx, tenant }: Books, edited: readonly Open[]): Promise<ReadonlyMap<string, OrderCostTable>> {
  const found = new Map<string, OrderCostTable>()
  if (edited.length === 0) return found
  const bodies = edited.map(({ old }) => costBody(old as OrderCostTable))
  const versions = await loadVersions(tx, tenant, bodies.flatMap(entriesNamed))
  for (const [index, one] of edited.entries()) {
    const body = bodies[index]
    const known = body && keptEntries(versions, body)
    if (body === undefined || known === undefined || one.old === undefined) continue
    const { base, unit } = one.line.ask
    const row = costRow({ ...one.line, ask: { ...body.ask, base, unit } }, body.grants, known, one.old.decided_at)
    if (row.state === 'frozen') found.set(rowOf(one), row)
  }
  return found
}

async function decideNow(
  { tx, tenant, now }: Books,
  open: readonly Open[],
  grants: ReadonlyMap<string, readonly PriceGrant[]>,
): Promise<ReadonlyMap<string, OrderCostTable>> {
  const products = new Set(open.flatMap(({ line }) => line.product ?? []))
  const entries = await loadEntries(tx, tenant, products, [...grants.values()].flat())
  return new Map(
    open.map((one) => {
      const { line } = one
      const own = grants.get(line.party) ?? []
      const lists = new Set(own.flatMap((grant) => grant.lists))
      const known = (entries.get(line.product ?? '') ?? []).filter((row) => row.kind === 'base' || lists.has(row.list))
      return [
        rowOf(one),
        costRow(
          line,
          own,
          known.map((row) => knownEntry(row, entryIn(row))),
          now,
        ),
      ]
    }),
  )
}

/** All rows of an order: what was frozen and is no more in it costs nothing, and would have its price again. */
function afterwards(
  before: readonly OrderCostTable[],
  open: readonly Open[],
  decided: ReadonlyMap<string, OrderCostTable>,
): readonly OrderCostTable[] {
  const there = new Set(open.map(({ line }) => line.line))
  return [
    ...open.flatMap((one) => decided.get(rowOf(one)) ?? one.old ?? []),
    ...before.filter(({ line, state }) => !there.has(line) && state === 'frozen').map(emptied),
  ]
}

async function writeCosts(
  books: Books,
  key: string,
  before: readonly OrderCostTable[],
  now: readonly OrderCostTable[],
  lines: readonly Open[],
): Promise<void> {
  const old = new Map(before.map((row) => [row.line, row]))
  const kept = new Set(now.map(({ line }) => line))
  const changed = now.filter((row) => {
    const was = old.get(row.line)
    return differs(was, { ...row, decided_at: was?.state === 'waiting' && row.state === 'waiting' ? was.decided_at : row.decided_at })
  })
  await saveCosts(books.tx, changed)
  await deleteCosts(
    books.tx,
    before.filter(({ line }) => !kept.has(line)),
  )
  const name = { type: 'sales-order', key }
  judge(books, { ...name, codes: costCodes })
  const places = new Map(lines.map(({ line, at }) => [line.line, at]))
  for (const row of now) if (row.state === 'waiting') note(books, waitingNote(row, places.get(row.line) ?? ''))
  const told = changed.filter(({ state, line }) => state === 'frozen' || old.get(line)?.state === 'frozen')
  if (told.length > 0)
    journal(
      books,
      'order-costed',
      name,
      { before: { totals: totalsOf(before) }, after: { totals: totalsOf(now) }, lines: told.slice(0, mostTold).map(shownCost) },
      books.data.orders.get(documentName(name))?.envelope ?? null,
    )
}
