import type { Row } from './ask-database.ts'
import type { Effect } from './partner-log.ts'
import { isBad } from './traffic.ts'
import { startOnHand, type World } from './world.ts'

/** What the partner's log, the sender's memory and SQL say against each other. */

/** Acknowledged events without a receipt, and receipts whose envelopes did not end as they had to. */
export async function unfinishedEvents({ ask, sender }: World): Promise<string[]> {
  const rows = await ask(
    `select r.event_id as event, e.state as state, e.reason as reason from receipt r left join envelope e on e.tenant = r.tenant and e.receipt = r.id where r.kind = 'webhook'`,
  )
  const states = Map.groupBy(rows, ({ event }) => String(event))
  return [...sender.accepted].flatMap(([event, { order }]) => {
    const found = states.get(event)
    if (found === undefined) return [`event ${event} was acknowledged and is not stored`]
    const wrong = found.filter(({ state, reason }) => !ended(isBad(order), state, reason))
    return wrong.length === 0 ? [] : [`event ${event} is ${wrong.map(({ state, reason }) => `${state}/${reason}`).join(', ')}`]
  })
}

const good: ReadonlySet<unknown> = new Set(['applied', 'unchanged', 'duplicate', 'stale'])
const ended = (isBroken: boolean, state: unknown, reason: unknown): boolean =>
  isBroken ? state === 'duplicate' || (state === 'dead' && reason === 'invalid') : good.has(state)

/** What the orders must have led to at the partner, and did not. */
export async function missing({ ask, partner: { log } }: World): Promise<string[]> {
  const unknown = new Set(
    (await ask(`select d.key as k from delivery d where d.state = 'parked' and d.reason = 'unknown'`)).map(({ k }) => String(k)),
  )
  const made = (kind: Effect['kind']) => new Set(log.effects.filter((effect) => effect.kind === kind).map(({ what }) => what))
  const [bookings, letters] = [made('booking'), made('letter')]
  const sales = new Map([...log.sales.values()].map((sale) => [sale.reference, sale]))
  const reserved = new Map<string, number>()
  const wrong: string[] = []
  for (const { id, note, total, lines } of log.orders.values()) {
    const reference = `shop/${id}`
    const sale = sales.get(reference)
    if (sale === undefined) wrong.push(`${reference} has no sale`)
    else if (sale.body.rev !== note || sale.body.total !== total)
      wrong.push(`the sale of ${reference} stands at ${String(sale.body.rev)}, the order at ${note}`)
    if (!bookings.has(reference)) wrong.push(`${reference} has no booking`)
    if (!letters.has(reference) && !unknown.has(reference)) wrong.push(`${reference} has no letter and nobody was told`)
    for (const { sku, qty } of lines) reserved.set(sku, (reserved.get(sku) ?? 0) + Number(qty))
  }
  for (const [index, sku] of log.skus.entries()) {
    const must = (log.onHand.get(index + 1) ?? startOnHand) - (reserved.get(sku) ?? 0)
    if (reserved.has(sku) && log.shown.get(sku) !== must) wrong.push(`the shop shows ${log.shown.get(sku)} of ${sku} instead of ${must}`)
  }
  return wrong
}

/** Effects that happen once for each order, and happened more often. */
export function twice(effects: readonly Effect[]): string[] {
  const once = effects.filter(({ kind }) => kind === 'sale' || kind === 'booking' || kind === 'letter')
  return [...Map.groupBy(once, ({ kind, what }) => `${kind} of ${what}`)].flatMap(([name, all]) =>
    all.length > 1 ? [`${name} ${all.length} times`] : [],
  )
}

export async function doubledRows({ ask }: World): Promise<string[]> {
  const told = await ask(`select detail from journal where kind = 'delivered'`)
  const settled = [...Map.groupBy(told, ({ detail }) => String((JSON.parse(String(detail)) as { delivery?: unknown }).delivery))].filter(
    ([, rows]) => rows.length > 1,
  )
  const stored = await ask(
    `select a.key as k, a.version as v from document_version a join document_version b on b.tenant = a.tenant and b.type = a.type and b.key = a.key and b.version = a.version + 1 where a.type = 'sales-order' and a.body = b.body`,
  )
  return [
    ...settled.map(([delivery, rows]) => `delivery ${delivery} was settled ${rows.length} times`),
    ...stored.map(({ k, v }) => `${k} has version ${v} twice`),
  ]
}

/** Revisions that went back at the partner, and figures that rose although nothing came back. */
export function disorder({ partner: { log } }: World): string[] {
  const wrong: string[] = []
  const changes = log.effects.filter(({ kind }) => kind === 'sale' || kind === 'sale-change')
  for (const [what, all] of Map.groupBy(changes, (effect) => effect.what))
    all.slice(1).forEach(({ figure }, index) => {
      if (figure < (all[index]?.figure ?? 0)) wrong.push(`the sale of ${what} went from v${all[index]?.figure} to v${figure}`)
    })
  for (const [what, all] of Map.groupBy(
    log.effects.filter(({ kind }) => kind === 'stock'),
    (effect) => effect.what,
  ))
    all.slice(1).forEach(({ figure }, index) => {
      if (figure > (all[index]?.figure ?? 0)) wrong.push(`the figure of ${what} rose from ${all[index]?.figure} to ${figure}`)
    })
  return wrong
}

const scale = 1_000_000

/** The driver's own sums against the typed tables and against what the documents say. */
export async function stockDifference({
  ask,
  partner: { log },
}: World): Promise<{ readonly sum: number; readonly told: readonly string[] }> {
  const sold = new Map<string, number>()
  for (const { lines } of log.orders.values()) for (const { sku, qty } of lines) sold.set(sku, (sold.get(sku) ?? 0) + Number(qty))
  const [lines, stock, taken, heads] = await Promise.all([
    ask(`select product, sum(quantity) as n, sum(open) as o from order_line where type = 'sales-order' group by product`),
    ask(`select product, sum(reserved) as n, sum(available) as a from stock where location = 'MAIN' group by product`),
    ask(`select product, sum(quantity) as n from sold where connection = 'shop' group by product`),
    ask(`select count(*) as n from document where type = 'sales-order'`),
  ])
  const told: string[] = []
  let sum = 0
  const compare = (what: string, found: Row[string] | undefined, must: number) => {
    const difference = Math.abs(Number(found ?? 0) / scale - must)
    sum += difference
    if (difference !== 0) told.push(`${what} is ${Number(found ?? 0) / scale} instead of ${must}`)
  }
  const of = (rows: readonly Row[], sku: string, column: string) => rows.find(({ product }) => product === sku)?.[column]
  for (const [index, sku] of log.skus.entries()) {
    const must = sold.get(sku) ?? 0
    compare(`quantity on order of ${sku}`, of(lines, sku, 'n'), must)
    compare(`open quantity of ${sku}`, of(lines, sku, 'o'), must)
    compare(`reserved ${sku}`, of(stock, sku, 'n'), must)
    compare(`available ${sku}`, of(stock, sku, 'a'), (log.onHand.get(index + 1) ?? 0) - must)
    compare(`sold ${sku}`, of(taken, sku, 'n'), must)
  }
  const orders = Number(heads[0]?.n)
  if (orders !== log.orders.size) told.push(`there are ${orders} orders instead of ${log.orders.size}`)
  return { sum: sum + Math.abs(orders - log.orders.size), told }
}
