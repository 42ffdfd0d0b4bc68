import { amountScale, fromScaled, quantityScale } from '../model/decimal.ts'
import { isObject } from '../model/json.ts'
import { stockOf } from '../store/stock.ts'
import type { RouteDecisionTable } from '../store/tables.ts'
import { assemble } from './assemble.ts'
import { caseLines, type OrderCase } from './order-case.ts'
import { orderFigures } from './order-figures.ts'
import { money } from './order-state.ts'
import { tierAt } from './prices/decide.ts'
import { loadGrants } from './prices/load.ts'
import { decideRoute, type LineDecision, type RouteInputs, type RouteRules } from './route-decision.ts'
import { documentName, refIn, type Shelf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** A decision as it is kept. */
export interface KeptDecision {
  readonly inputs: RouteInputs
  readonly lines: readonly LineDecision[]
}
export const keptDecision = ({ body }: Pick<RouteDecisionTable, 'body'>): KeptDecision => JSON.parse(body)

/** Accounts that get something of an order. */
export const accountsIn = (lines: readonly LineDecision[]): string[] => [...new Set(lines.flatMap(({ account }) => account ?? []))].sort()

/** What decisions about these orders depend on now. Drafts, orders that were called off, and those that others count in the place of are left out. */
export async function routeInputs(shelf: Shelf, keys: Iterable<string>, rules: RouteRules): Promise<ReadonlyMap<string, RouteInputs>> {
  const cases = [
    ...(
      await assemble(
        shelf,
        [...keys].map((key) => ({ type: 'sales-order', key })),
      )
    ).values(),
  ].filter(goesOut)
  const tierOf = await tiersOf(shelf, cases, rules)
  const stock = await availableAt(shelf, cases, rules)
  return new Map(cases.map((one) => [one.order.key, inputsOf(shelf, one, tierOf, stock)]))
}

const goesOut = ({ order, links }: OrderCase): boolean =>
  !order.deleted && order.status !== 'draft' && order.status !== 'cancelled' && (links?.heirs ?? []).length === 0

const sellerOf = ({ order, keyOf }: OrderCase): string | undefined => keyOf(refIn(order.body.seller))

type TierOf = (orderCase: OrderCase) => string | undefined

/** Number of the tier of an order's merchant when it was placed, by the same rule as its prices: of the assignments that were approved. Read only where a rule asks for it. */
async function tiersOf(shelf: Shelf, cases: readonly OrderCase[], { rules }: RouteRules): Promise<TierOf> {
  if (rules.every(({ match }) => match.tiers === undefined)) return () => undefined
  const merchants = new Set(cases.flatMap((one) => sellerOf(one) ?? []))
  const grants = await loadGrants(shelf.read, shelf.tenant, merchants)
  return (one) => tierAt(grants.get(sellerOf(one) ?? '') ?? [], one.order.placedAt ?? 0)?.tier?.number
}

/** Available by product and location, x 10^6; what these orders took themselves is in it. Read only where a rule asks for it. */
async function availableAt(shelf: Shelf, cases: readonly OrderCase[], { rules }: RouteRules): Promise<ReadonlyMap<string, bigint>> {
  const places = new Set(rules.flatMap(({ stockAt }) => stockAt ?? []))
  if (places.size === 0) return new Map()
  const products = new Set(cases.flatMap((one) => caseLines(one).flatMap(({ product }) => product ?? [])))
  const rows = (await stockOf(shelf.read, shelf.tenant, products)).filter(
    ({ location, condition }) => places.has(location) && condition === 'sellable',
  )
  return new Map(rows.map((row) => [`${row.product}\0${row.location}`, BigInt(row.available)]))
}

function inputsOf(shelf: Shelf, orderCase: OrderCase, tierOf: TierOf, stock: ReadonlyMap<string, bigint>): RouteInputs {
  const { order } = orderCase
  const { body } = order
  const merchant = sellerOf(orderCase)
  const tier = tierOf(orderCase)
  const channel = textOf(body.channel)
  const address = isObject(body.shipTo) ? body.shipTo : {}
  const { state, reservations } = orderFigures(orderCase)
  const own = (product: string | null) =>
    reservations
      .filter((row) => row.product === product && row.released_at === null)
      .reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)
  return {
    order: order.key,
    origin: order.origin,
    ...(merchant === undefined ? {} : { merchant }),
    ...(tier === undefined ? {} : { tier }),
    ...(channel === undefined ? {} : { channel }),
    regions: ['country', 'regionCode', 'region'].flatMap((field) => textOf(address[field]) ?? []),
    currency: state.currency,
    amount: fromScaled(BigInt(state.grand_total), amountScale, 2),
    placedAt: new Date(order.placedAt ?? 0).toISOString(),
    lines: caseLines(orderCase).map(({ key, line, product, quantity }) => {
      const document = product === null ? undefined : shelf.documents.get(documentName({ type: 'product', key: product }))
      const sku = textOf(document?.body.sku) ?? (isObject(line.product) ? textOf(line.product.sku) : undefined)
      const category = textOf(document?.body.category)
      const available = [...stock].flatMap(([name, units]) => {
        const [of, location = ''] = name.split('\0')
        return of === product ? [[location, fromScaled(units + own(product), quantityScale)]] : []
      })
      return {
        line: key,
        ...(sku === undefined ? {} : { sku }),
        ...(category === undefined ? {} : { category }),
        quantity: fromScaled(quantity, quantityScale),
        available: Object.fromEntries(available),
      }
    }),
  }
}

/** Lines that were decided stay as they are; lines that came since are decided now. */
export function decideOn(rules: RouteRules, inputs: RouteInputs, before: KeptDecision | undefined): readonly LineDecision[] {
  const kept = new Map(before?.lines.filter(({ account }) => account !== null).map((one) => [one.line, one]))
  return decideRoute(rules, inputs).map((one) => kept.get(one.line) ?? one)
}

/** The order as one account gets it: its lines, and their totals where others get lines too. What stands at the whole order (freight, discounts) stays with the whole. */
export function partFor(document: LedgerDocument, account: string, decision: KeptDecision | undefined): LedgerDocument {
  if (decision === undefined || accountsIn(decision.lines).length < 2) return document
  const mine = new Set(decision.lines.filter((one) => one.account === account).map(({ line }) => line))
  const lines = (Array.isArray(document.body.lines) ? document.body.lines : []).filter(
    (line) => isObject(line) && mine.has(String(line.key)),
  )
  const total = lines.reduce((sum: bigint, line) => sum + money(isObject(line) ? line.lineAmount : undefined), 0n)
  const { discounts: _discounts, charges: _charges, taxes: _taxes, ...rest } = document.body
  const text = fromScaled(total, amountScale, 2)
  return { ...document, body: { ...rest, lines, totals: { linesTotal: text, grandTotal: text } } }
}
