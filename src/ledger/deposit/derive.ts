import { shareBooks } from '../../store/account.ts'
import { releaseAwaiting } from '../../store/delivery.ts'
import { depositOrdersOf, depositsOf, saveDepositOrders, saveDeposits, touchSales, unknownPayments } from '../../store/deposit.ts'
import { holdNames } from '../../store/hold.ts'
import { readyLanes } from '../../store/lane.ts'
import type { DepositOrderTable, DepositTable } from '../../store/tables-deposits.ts'
import { reloadTargets } from '../assemble.ts'
import { type Costing, journal } from '../books.ts'
import { judge, note } from '../findings.ts'
import { amountText } from '../money/account.ts'
import { isMerchant, type Keeper } from '../party-roles.ts'
import { referencesIn } from '../references.ts'
import { differs, rowName } from '../rows.ts'
import { type DocumentName, documentName, externalsOf, loadDocuments, loadLinks } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { orderCosts } from './cost.ts'
import { heldOrders } from './held.ts'
import { orderNeed } from './order-need.ts'
import { concerns, depositOrderCodes, missingOf, type OrderMove, postFacts, tellOrder, tillsOfMove } from './orders.ts'
import { isDepositPayment, payerOf, planPayments, postPayments, tillsOfPlan } from './payments.ts'
import { freezeInOrder } from './queue.ts'
import { isLow, restateDeposits, termTypes, writeTerms } from './terms.ts'
import { openTills, settleTills, type Till, tillOf } from './till.ts'

/** Findings of merchants. */
const partyCodes: ReadonlySet<string> = new Set(['deposit-overdrawn'])

/** Name under which what was to be sent of an order waits for the money of its merchant. */
export const waitsForFunds = (order: string): string => `funds:sales-order/${order}`

/**
 * Makes the deposits of merchants what documents mean now: payments go in and out, orders have money frozen, captured and given back. What documents tell are facts and posted whatever is left; to freeze money is a decision of the hub, taken in
 * the order of {@link freezeInOrder}, and an order that has not enough waits. Orders of others are looked for nowhere. All that concerns one merchant happens one after the other.
 */
export async function deriveDeposits(
  books: Books,
  { resolved, keepers }: { readonly resolved: readonly DocumentName[]; readonly keepers: readonly Keeper[] | undefined },
): Promise<void> {
  const { tx, tenant, data } = books
  const documents = await changed(books, resolved)
  const terms = await writeTerms(
    books,
    documents.filter(({ type }) => termTypes.has(type)),
  )
  const payments = documents.filter(({ type }) => type === 'payment')
  const sellers = sellersOf(books, keepers)
  const asked = new Set([...sellers, ...data.deposits.parties])
  if (asked.size + terms.size + payments.length === 0) return
  const there = await depositsOf(tx, tenant, asked)
  // whoever opens a deposit at this moment has to see the payments that came before it; a deposit that was asked for by name may have lost its row
  const payers = payments.flatMap((one) => payerOf(data.shelf, one) ?? [])
  const parties = new Set([...there.map(({ party }) => party), ...data.deposits.parties, ...payers, ...terms])
  if (parties.size + payments.length === 0) return
  await holdNames(
    tx,
    tenant,
    [...parties].map((party) => `deposit:${party}`),
  )
  const deposits = await restateDeposits(books, parties)
  const waiting = await unknownPayments(tx, tenant, terms)
  const more = waiting.map(({ key }) => ({ type: 'payment', key })).filter((name) => !payments.some(({ key }) => key === name.key))
  await loadWhole(books, more)
  const plan = await planPayments(
    books,
    [...payments, ...more.flatMap((name) => data.shelf.documents.get(documentName(name)) ?? [])],
    deposits,
  )
  const moves = await orderMoves(books, deposits)
  const tills = await openTills(books, [...deposits, ...tillsOfPlan(plan), ...moves.flatMap(tillsOfMove)])
  const dayOf = await bookDays(books, tills)
  await postPayments(books, plan, tills, { dayOf, deposits })
  const touched = new Map(moves.flatMap((one) => postFacts(books, one, tills, dayOf) ?? []).map((row) => [row.key, row]))
  const decided: DepositOrderTable[] = []
  for (const till of tills.values()) decided.push(...(await freezeInOrder(books, till, touched, dayOf(till.owner, books.now))))
  await writeOrders(books, moves, new Map([...touched, ...decided.map((row) => [row.key, row] as const)]))
  await settleTills(books, tills.values())
  await tellDeposits(books, deposits, tills)
}

/** Documents of this unit of work that may say something of deposits, with their references loaded. */
async function changed(books: Books, resolved: readonly DocumentName[]): Promise<readonly LedgerDocument[]> {
  const { drafts, shelf, deposits } = books.data
  const names = new Map<string, DocumentName>()
  for (const [name, { before, now }] of drafts)
    if (termTypes.has(now.type) || isDepositPayment(now) || (before !== undefined && isDepositPayment(before))) names.set(name, now)
  for (const name of [...resolved, ...[...deposits.payments].map((key) => ({ type: 'payment', key }))])
    if (name.type === 'payment' || termTypes.has(name.type)) names.set(documentName(name), name)
  if (names.size === 0) return []
  await loadWhole(books, [...names.values()])
  return [...names.keys()]
    .flatMap((name) => shelf.documents.get(name) ?? [])
    .filter((one) => one.type !== 'payment' || drafts.has(documentName(one)) || isDepositPayment(one))
}

async function loadWhole({ data: { shelf } }: Books, names: readonly DocumentName[]): Promise<void> {
  await loadDocuments(shelf, names)
  const found = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadLinks(shelf, externalsOf(found.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))))
}

/** Sellers of derived orders that are merchants, as far as that is known without another question: whose books connections keep, and the parties whose prices were looked for. */
function sellersOf({ data }: Books, keepers: readonly Keeper[] | undefined): Set<string> {
  const byName = new Map(keepers?.map((keeper) => [keeper.name, keeper]))
  const sellers = new Set<string>()
  for (const { seller, former, orderCase } of data.costing.values()) {
    const keeper = byName.get(orderCase.order.origin)
    for (const one of [seller, former]) {
      if (one === '' || (keeper?.books === one && !keeper.ofMerchant)) continue
      const party = data.shelf.documents.get(documentName({ type: 'party', key: one }))
      if (party === undefined || isMerchant(party)) sellers.add(one)
    }
  }
  return sellers
}

async function orderMoves(books: Books, deposits: readonly DepositTable[]): Promise<readonly OrderMove[]> {
  const { tx, tenant, data } = books
  const parties = new Set(deposits.map(({ party }) => party))
  const orders = [...data.costing.values()].filter(({ seller, former }) => parties.has(seller) || parties.has(former))
  const stored = new Map(
    (
      await depositOrdersOf(
        tx,
        tenant,
        orders.map(({ orderCase }) => orderCase.order.key),
      )
    ).map((row) => [row.key, row]),
  )
  const own = (one: Costing) => deposits.filter(({ party }) => party === one.seller)
  const concerned = orders.filter((one) => stored.has(one.orderCase.order.key) || concerns(one, own(one)))
  await reloadTargets(
    data.shelf,
    concerned.map(({ orderCase }) => orderCase),
  )
  const costs = await orderCosts(tx, tenant, concerned)
  const held = await heldOrders(
    books,
    concerned.map(({ orderCase }) => orderCase.order),
  )
  return concerned.flatMap((one): OrderMove[] => {
    const { order } = one.orderCase
    const before = stored.get(order.key)
    const cost = costs.get(order.key)
    if (one.seller === '' || cost === undefined || own(one).length === 0)
      return before === undefined ? [] : [{ key: order.key, before, now: undefined }]
    const need = orderNeed(one.orderCase, one.lines, cost)
    const deposit = own(one).find(({ currency }) => currency === need.currency)
    const why = deposit === undefined && need.need > 0n ? ('currency' as const) : need.why
    const owner = deposit?.owner ?? own(one)[0]?.owner ?? ''
    const of = { party: one.seller, owner, placedAt: order.placedAt ?? 0, held: held.has(order.key) }
    return [{ key: order.key, before, now: { ...need, ...of, why } }]
  })
}

async function writeOrders(books: Books, moves: readonly OrderMove[], rows: ReadonlyMap<string, DepositOrderTable>): Promise<void> {
  const { tx, tenant, now, data } = books
  const before = new Map(moves.map((one) => [one.key, one]))
  const funded: string[] = []
  const changedRows: DepositOrderTable[] = []
  for (const [key, row] of rows) {
    const one = before.get(key)
    const was = one === undefined ? 'funds' : (one.before?.why ?? '')
    if (one === undefined) judge(books, { type: 'sales-order', key, codes: depositOrderCodes })
    else tellOrder(books, row, one.now?.beyond ?? 0n)
    if (one === undefined || differs(one.before, row)) changedRows.push(row)
    const figures = {
      merchant: row.party,
      currency: row.currency,
      cost: amountText(BigInt(row.need)),
      frozen: amountText(BigInt(row.frozen)),
    }
    if (row.why !== '') data.deposits.awaiting.add(key)
    if (row.why !== '' && was !== row.why)
      journal(
        books,
        'order-awaiting-funds',
        { type: 'sales-order', key },
        { ...figures, missing: amountText(missingOf(row)), why: row.why },
        null,
      )
    if (row.why === '' && was !== '') {
      funded.push(key)
      journal(books, 'order-funded', { type: 'sales-order', key }, figures, null)
    }
  }
  await saveDepositOrders(tx, changedRows)
  await touchSales(
    tx,
    tenant,
    changedRows.map(({ key }) => key),
    now,
  )
  if (funded.length === 0) return
  const lanes = await releaseAwaiting(tx, tenant, funded.map(waitsForFunds), now)
  await readyLanes(tx, tenant, 'deliver', lanes, now)
  for (const lane of lanes) data.deposits.woken.add(lane)
}

async function bookDays({ tx, tenant }: Books, tills: ReadonlyMap<string, Till>): Promise<(owner: string, ms: number) => string> {
  const owners = new Set([...tills.values()].map(({ owner }) => owner))
  const books = owners.size === 0 ? [] : await shareBooks(tx, tenant, owners)
  const formats = new Map(
    [...owners].map((owner) => {
      const timeZone = books.find((row) => row.owner === owner && row.book === 'deposit')?.zone ?? 'UTC'
      return [owner, new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })]
    }),
  )
  return (owner, ms) => formats.get(owner)?.format(ms) ?? new Date(ms).toISOString().slice(0, 10)
}

/** Tells that a deposit is low, once until it was well above its mark again, and that it is below what it may be. */
async function tellDeposits(books: Books, deposits: readonly DepositTable[], tills: ReadonlyMap<string, Till>): Promise<void> {
  const rows: DepositTable[] = []
  for (const deposit of deposits) {
    const { party, currency } = deposit
    const { available } = tillOf(tills, deposit)
    const low = isLow(deposit, available)
    if (low !== (deposit.low === 1)) rows.push({ ...deposit, low: low ? 1 : 0 })
    if (low && deposit.low === 0)
      journal(
        books,
        'deposit-low',
        { type: 'party', key: party },
        { currency, available: amountText(available), lowBelow: amountText(BigInt(deposit.low_below ?? 0)) },
        null,
      )
  }
  await saveDeposits(books.tx, rows)
  for (const [party, own] of Map.groupBy([...tills.values()], (till) => till.party)) {
    judge(books, { type: 'party', key: party, codes: partyCodes })
    for (const till of own) {
      const floor = -BigInt(deposits.find((row) => rowName(row.party, row.currency) === rowName(party, till.currency))?.credit ?? 0)
      const { available, currency } = till
      if (available < floor)
        note(books, {
          ...{ type: 'party', key: party, code: 'deposit-overdrawn', path: `/${currency}` },
          detail: { currency, available: amountText(available), creditLine: amountText(-floor), missing: amountText(floor - available) },
        })
    }
  }
}

/** Orders among these that wait for the money of their merchant, where this unit of work did not look at them itself. */
export async function noteAwaiting({ tx, tenant, data }: Books, orders: readonly string[]): Promise<void> {
  for (const { key, why } of await depositOrdersOf(tx, tenant, orders)) if (why !== '') data.deposits.awaiting.add(key)
}
