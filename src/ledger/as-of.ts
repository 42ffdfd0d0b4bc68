import { reject } from '../model/errors.ts'
import type { Reader } from '../store/in-list.ts'
import { movedOf } from '../store/movement.ts'
import type { Held } from '../store/order.ts'
import { everReferring } from '../store/reference.ts'
import { assemble, loadTargets, orderTypes } from './assemble.ts'
import { type OrderFigures, orderFigures } from './order-figures.ts'
import { documentName, loadDocuments, openShelf } from './shelf.ts'
import { type StockFigures, stockFigures } from './stock-figures.ts'
import { stockPlace } from './stock-level.ts'

/** Orders of one product that are computed again for its stock at a time. */
export const mostOrdersOf = 2000
const page = 100

/**
 * What several systems knew together about an order at a time (epoch ms, by the hub's clock), computed from the versions and links of then by the functions that make the rows of now. undefined: it was not there yet. Line
 * links that a partner moved to another line since are those of now.
 */
export async function orderAt(read: Reader, tenant: string, type: string, key: string, at: number): Promise<OrderFigures | undefined> {
  const cases = await assemble(openShelf(read, tenant, at), [{ type, key }])
  const [found] = cases.values()
  return found && orderFigures(found)
}

export interface StockAt {
  readonly rows: StockFigures['rows']
  /**
   * false: goods left between the snapshot that counted them and the time, and a later snapshot that said the same figure, of which nothing is kept but that it was so, may have counted them already: `reserved` may be too high by them
   */
  readonly exact: boolean
}

/**
 * Stock rows of a product as they were, from its stock levels of then and all its orders of then. Of products that only snapshots count: what moved is kept as it is told now.
 * @throws HubError (reject) `too-many-orders`, `counted-by-movements`
 */
export async function stockAt(read: Reader, tenant: string, product: string, at: number): Promise<StockAt> {
  if ((await movedOf(read, tenant, [product])).length > 0)
    throw reject(
      'counted-by-movements',
      `the stock of '${product}' is counted by movements: what had moved by then is the sum of its movements up to that time, not its snapshots`,
    )
  const names = await everReferring(read, tenant, 'product', [product])
  const orders = names.filter(({ type }) => orderTypes.has(type))
  if (orders.length > mostOrdersOf)
    throw reject(
      'too-many-orders',
      `${orders.length} orders name the product '${product}', more than ${mostOrdersOf}: its stock at a time is not computed from so many. \`crossdock ledger as-of stock-level\` has what its source said`,
    )
  const held: Held[] = []
  let inTransit = 0n
  for (let from = 0; from < orders.length; from += page) {
    const cases = await assemble(openShelf(read, tenant, at), orders.slice(from, from + page))
    for (const each of cases.values()) {
      const { lines, reservations } = orderFigures(each)
      for (const row of reservations)
        if (row.product === product) held.push({ product, released_at: row.released_at, quantity: BigInt(row.quantity) })
      for (const row of lines) if (row.type === 'purchase-order' && row.product === product) inTransit += BigInt(row.open)
    }
  }
  const shelf = openShelf(read, tenant, at)
  const levelNames = names.filter(({ type }) => type === 'stock-level')
  await loadDocuments(shelf, levelNames)
  const levels = levelNames.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadTargets(shelf, levels)
  const { rows } = stockFigures(shelf, {
    product,
    documents: levels.filter(({ body }) => stockPlace(shelf, body)?.product === product),
    moved: [],
    later: [],
    taken: [],
    twice: [],
    held,
    inTransit,
  })
  const since = rows.reduce((least, { as_of }) => Math.min(least, as_of), at)
  return { rows, exact: !held.some(({ released_at }) => released_at !== null && released_at > since && released_at <= at) }
}
