import { businessDay } from '../model/business-day.ts'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import { orderLinesOf, orderStatesOf } from '../store/order.ts'
import { dailySales, openReplenishments, shelfMoves, unansweredLines } from '../store/replenishment.ts'
import { stockOf } from '../store/stock.ts'
import type { ReplenishmentTable, StockTable } from '../store/tables.ts'
import { loadTargets } from './assemble.ts'
import { authorDocument, type Fits } from './author.ts'
import { type Author, readAfresh } from './books.ts'
import { moveOf } from './event-catalogue.ts'
import { freeNumber } from './purchase-commands.ts'
import { type Need, needOf } from './replenish-need.ts'
import { suggestionType } from './replenish-row.ts'
import { type ReplenishRules, type Settled, settledRule } from './replenish-rules.ts'
import { rowName } from './rows.ts'
import { atLeastZero } from './sales-lines.ts'
import { documentName, fetchDocument, keyOf, loadDocuments, textOf } from './shelf.ts'
import { shelfKey } from './stock-level.ts'
import { dayAfter, stocklessDays } from './stockless-days.ts'
import type { Books, LedgerDocument } from './types.ts'

/** What a look for needs asks about. `compared`: connections whose sales reports never count. */
export interface Look {
  readonly rules: ReplenishRules
  readonly products: readonly string[]
  readonly compared: readonly string[]
  readonly author: Author
}
/** What came of it. */
export interface Looked {
  readonly suggested: number
  readonly superseded: number
  readonly received: number
  readonly kept: number
}

type Location = ReplenishRules['locations'][number]
const dayMs = 86_400_000

/**
 * Looks at what these products need at each place, with the products held: one need has one suggestion that is open. One that says something else now is superseded by the next, one whose need is over by nothing, and one whose goods came is
 * received.
 */
export async function suggest(books: Books, look: Look, fits: Fits): Promise<Looked> {
  const { tx, tenant } = books
  const { shelf } = books.data
  const { rules, products } = look
  await holdNames(
    tx,
    tenant,
    products.map((product) => `replenish:${product}`),
  )
  readAfresh(books)
  const facts = await readFacts(books, look)
  const received = await settleOrdered(books, facts, look.author, fits)
  let [suggested, superseded, kept] = [0, 0, 0]
  for (const key of products) {
    const product = shelf.documents.get(documentName({ type: 'product', key }))
    if (product === undefined || product.deleted || product.body.kind === 'service' || product.body.kind === 'bundle') continue
    for (const place of rules.locations) {
      const open = facts.open.filter((row) => row.product === key && row.location === place.location)
      const said = open.filter(({ status }) => status === 'suggested')
      const found = needAt(books, facts, look, product, place)
      if (found === undefined) continue
      const isRefused = open.some(({ status }) => status === 'rejected')
      const wanted = isRefused ? 0n : found.need.quantity
      const same = said.find((row) => wanted > 0n && BigInt(row.quantity) === wanted && row.supplier === (found.rule.supplier ?? ''))
      if (same !== undefined) kept++
      const next = same?.key ?? (wanted > 0n ? await writeSuggestion(books, product, place, found, look.author, fits) : undefined)
      if (same === undefined && next !== undefined) suggested++
      for (const row of said) {
        if (row === same) continue
        await stepSuggestion(
          books,
          row.key,
          { status: 'superseded', ...(next === undefined ? {} : { supersededBy: next }) },
          look.author,
          fits,
        )
        superseded++
      }
    }
  }
  return { suggested, superseded, received, kept }
}

interface Facts {
  readonly sales: Awaited<ReturnType<typeof dailySales>>
  readonly stock: readonly StockTable[]
  readonly unanswered: Awaited<ReturnType<typeof unansweredLines>>
  readonly moves: ReadonlyMap<string, Awaited<ReturnType<typeof shelfMoves>>>
  readonly open: readonly ReplenishmentTable[]
  /** suggestions whose order is a draft still */
  readonly drafts: readonly ReplenishmentTable[]
}

async function readFacts(books: Books, { rules, products, compared }: Look): Promise<Facts> {
  const { tx, tenant, now } = books
  const { shelf } = books.data
  const names = [
    ...products.map((key) => ({ type: 'product', key })),
    ...rules.locations.map(({ location }) => ({ type: 'location', key: location })),
  ]
  await loadDocuments(shelf, names)
  await loadTargets(
    shelf,
    names.flatMap((name) => shelf.documents.get(documentName(name)) ?? []),
  )
  const since = now - (rules.windowDays + 2) * dayMs
  const span = { from: new Date(since).toISOString().slice(0, 10), until: new Date(now + dayMs).toISOString().slice(0, 10), compared }
  const shelves = products.flatMap((product) => rules.locations.map(({ location }) => shelfKey(location, product)))
  const moves = (await shelfMoves(tx, tenant, shelves, since)).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  const open = await openReplenishments(tx, tenant, products, now - rules.restDays * dayMs)
  const ordered = open.filter(({ status }) => status === 'ordered').flatMap(({ order_key }) => order_key ?? [])
  const states = new Map((await orderStatesOf(tx, tenant, 'purchase-order', ordered)).map((row) => [row.key, row.status]))
  return {
    sales: await dailySales(tx, tenant, products, span),
    stock: (await stockOf(tx, tenant, products)).filter(({ condition }) => condition === 'sellable'),
    unanswered: await unansweredLines(tx, tenant, products),
    moves: grouped(moves, ({ key }) => key),
    open,
    drafts: open.filter(({ status, order_key }) => status === 'ordered' && states.get(order_key ?? '') === 'draft'),
  }
}

interface FoundNeed {
  readonly rule: Settled
  readonly need: Need
  readonly figures: JsonObject
  readonly window: { readonly from: string; readonly until: string }
}

const total = (values: Iterable<bigint>): bigint => [...values].reduce((sum, value) => sum + value, 0n)
const text = (value: bigint): string => fromScaled(value, quantityScale)

/** undefined where the place is not known: nothing is said of it then. */
function needAt(books: Books, facts: Facts, { rules }: Look, product: LedgerDocument, place: Location): FoundNeed | undefined {
  const { shelf } = books.data
  const site = shelf.documents.get(documentName({ type: 'location', key: place.location }))
  if (site === undefined) return undefined
  const zone = textOf(site.body.zone) ?? 'UTC'
  const today = businessDay(books.now, zone)
  const days = Array.from({ length: rules.windowDays }, (_, index) => dayAfter(today, index - rules.windowDays))
  const rule = settledRule(rules, product, today, (reference) => keyOf(shelf, reference))
  const sales = facts.sales.filter(
    (row) => row.product === product.key && days.includes(row.day) && servedFrom(rules, row.store) === place.location,
  )
  const rows = facts.stock.filter((row) => row.product === product.key && row.location === place.location)
  const available = rows.length === 0 ? undefined : total(rows.map((row) => BigInt(row.available)))
  const soldOn = new Set(sales.filter(({ units }) => units > 0n).map(({ day }) => day))
  const moves = (facts.moves.get(shelfKey(place.location, product.key)) ?? []).flatMap(({ at, detail }) => {
    const { before, after } = moveOf({ detail })
    const level = textOf(after.available)
    return level === undefined ? [] : [{ at, before: textOf(before.available), after: level }]
  })
  const stockless = stocklessDays(days, zone, moves, available, soldOn)
  const out = new Set(stockless)
  const sold = total(sales.filter(({ day }) => !out.has(day)).map(({ units }) => units))
  const sum = (column: 'on_hand' | 'reserved' | 'in_transit') => total(rows.map((row) => BigInt(row[column])))
  const waiting = facts.unanswered.filter((line) => line.product === product.key && shipsTo(facts, rules, line) === place.location)
  const drafts = facts.drafts.filter((row) => row.product === product.key && row.location === place.location)
  const unconfirmed = total([
    ...waiting.map((line) => atLeastZero(BigInt(line.quantity) - BigInt(line.received))),
    ...drafts.map((row) => BigInt(row.quantity)),
  ])
  const input = {
    sold: atLeastZero(sold),
    days: days.length - stockless.length,
    onHand: sum('on_hand'),
    reserved: sum('reserved'),
    inTransit: sum('in_transit'),
    unconfirmed,
    leadDays: rule.leadDays,
    reviewDays: rule.reviewDays,
    safety: rule.safety,
    minimum: rule.minimum,
    pack: rule.pack,
    ...(rule.maximum === undefined ? {} : { maximum: rule.maximum }),
  }
  const need = needOf(input)
  return {
    rule,
    need,
    window: { from: days[0] ?? today, until: days.at(-1) ?? today },
    figures: {
      sold: text(input.sold),
      days: input.days,
      stocklessDays: [...stockless],
      perDay: input.days <= 0 ? '0' : text((input.sold * 2n + BigInt(input.days)) / BigInt(input.days * 2)),
      leadDays: rule.leadDays,
      reviewDays: rule.reviewDays,
      ...('days' in rule.safety ? { safetyDays: rule.safety.days } : { serviceLevel: String(rule.safety.level / 10) }),
      leadDemand: text(need.leadDemand),
      safetyStock: text(need.safetyStock),
      reorderPoint: text(need.reorderPoint),
      reviewDemand: text(need.reviewDemand),
      target: text(need.target),
      onHand: text(input.onHand),
      reserved: text(input.reserved),
      inTransit: text(input.inTransit),
      unconfirmed: text(unconfirmed),
      position: text(need.position),
      shortfall: text(need.shortfall),
      minimum: text(rule.minimum),
      pack: text(rule.pack),
      ...(rule.maximum === undefined ? {} : { maximum: text(rule.maximum) }),
      quantity: text(need.quantity),
      decidedBy: need.why,
    },
  }
}

/** Where goods for a store come from: the place that names it, else the first that names none. */
const servedFrom = ({ locations }: ReplenishRules, store: string): string | undefined =>
  (
    locations.find(({ location, stores }) => location === store || stores?.includes(store)) ??
    locations.find(({ stores }) => stores === undefined)
  )?.location

/** Where a purchase goes: where the suggestion that it was made of said; the first place takes all others. */
const shipsTo = (
  { open }: Facts,
  { locations }: ReplenishRules,
  { key, line }: { readonly key: string; readonly line: string },
): string | undefined => open.find((row) => row.order_key === key && row.order_line === line)?.location ?? locations[0]?.location

async function writeSuggestion(
  books: Books,
  product: LedgerDocument,
  { location }: Location,
  { rule, need, figures, window }: FoundNeed,
  author: Author,
  fits: Fits,
): Promise<string> {
  const number = await freeNumber(books, suggestionType, 'RS', new Date(books.now).toISOString().slice(0, 4))
  const name = textOf(product.body.name)
  const at = new Date(books.now).toISOString()
  const body: JsonObject = {
    number,
    status: 'suggested',
    issuedAt: at,
    product: { ref: { type: 'product', key: product.key }, ...(name === undefined ? {} : { name }) },
    location: { ref: { type: 'location', key: location } },
    ...(rule.supplier === undefined ? {} : { supplier: { ref: { type: 'party', key: rule.supplier } } }),
    quantity: text(need.quantity),
    unit: textOf(product.body.baseUnit) ?? 'unknown',
    window: { ...window },
    rules: [...rule.from],
    figures,
  }
  const { key } = await authorDocument(books, { type: suggestionType, key: `${hubOrigin}/${number}`, body, author, seen: 0 }, fits)
  return key
}

/** The next version of a suggestion. @throws HubError as authorDocument does, and `no-document` */
export async function stepSuggestion(books: Books, key: string, more: JsonObject, author: Author, fits: Fits): Promise<LedgerDocument> {
  const current = await fetchDocument(books.data.shelf, suggestionType, key)
  if (current === undefined) throw reject('no-document', `there is no suggestion ${key}: \`crossdock replenishment list\` shows them`)
  const body = { ...current.body, ...more, decidedAt: new Date(books.now).toISOString() }
  return authorDocument(books, { type: suggestionType, key, body, author }, fits)
}

/** Suggestions whose goods came are received; those whose order was called off are over. */
async function settleOrdered(books: Books, { open }: Facts, author: Author, fits: Fits): Promise<number> {
  const { tx, tenant } = books
  const ordered = open.filter(({ status, order_key }) => status === 'ordered' && order_key !== null)
  const keys = ordered.flatMap(({ order_key }) => order_key ?? [])
  const lines = new Map((await orderLinesOf(tx, tenant, 'purchase-order', keys)).map((row) => [rowName(row.key, row.line), row]))
  const states = new Map((await orderStatesOf(tx, tenant, 'purchase-order', keys)).map((row) => [row.key, row.status]))
  let received = 0
  for (const row of ordered) {
    const line = lines.get(rowName(row.order_key ?? '', row.order_line ?? ''))
    const status = states.get(row.order_key ?? '')
    const [came, due] = line === undefined ? [0n, 1n] : [BigInt(line.received), BigInt(line.quantity) - BigInt(line.cancelled)]
    const isOff = status === 'cancelled' || status === 'deleted' || (line !== undefined && due <= 0n)
    if (came > 0n && (came >= due || isOff || status === 'closed')) {
      await stepSuggestion(books, row.key, { status: 'received' }, author, fits)
      received++
    } else if (isOff || status === 'closed') {
      await stepSuggestion(books, row.key, { status: 'superseded', reason: `purchase order ${row.order_key} brings nothing` }, author, fits)
    }
  }
  return received
}
