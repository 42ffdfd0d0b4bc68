import { levelsOf } from '../../store/derived-names.ts'
import type { Reader } from '../../store/in-list.ts'
import { grouped } from '../../store/in-list.ts'
import { type Held, heldOf, inTransitOf, soldOfProducts, soldSums } from '../../store/order.ts'
import { promiseSumsNow, promiseSumsOf } from '../../store/promise.ts'
import { stockOf } from '../../store/stock.ts'
import type { SoldTable } from '../../store/tables.ts'
import { loadTargets } from '../assemble.ts'
import type { Note } from '../findings.ts'
import { rowName } from '../rows.ts'
import { documentName, loadDocuments, openShelf, type Shelf } from '../shelf.ts'
import { firstKnown, hasSerials, movedGoods, stockDocument } from '../stock-case.ts'
import { stockFigures } from '../stock-figures.ts'
import { stockPlace } from '../stock-level.ts'
import type { LedgerDocument } from '../types.ts'
import type { Amends } from './amends.ts'
import { type Check, compareRows, together } from './check.ts'
import { compareNotes } from './notes.ts'

/** Stock rows of products, beside their stock levels and the rows of orders with what those would have to become. */
export async function checkStock(read: Reader, tenant: string, products: readonly string[], amends: Amends): Promise<Check> {
  const figures = await figuresOf(read, tenant, products, amends)
  const stored = (await stockOf(read, tenant, products)).map(({ changed_at: _, ...row }) => row)
  return together(
    await checkPromiseSums(read, tenant, products),
    compareRows(
      'stock',
      stored,
      figures.flatMap(({ rows }) => rows),
      (row) => [row.product, row.location, row.condition, row.owner, row.lot],
      (row) => ({ type: 'product', key: row.product }),
    ),
    await compareNotes(
      read,
      tenant,
      figures.flatMap(({ findings, product }) => findings.map((note) => ({ note, of: { type: 'product', key: product } }))),
    ),
  )
}

/** What reservations hold of products, beside their lines. The stored first end may lie before the first there is, and never after it. */
async function checkPromiseSums(read: Reader, tenant: string, products: readonly string[]): Promise<Check> {
  const stored = await promiseSumsOf(read, tenant, products)
  const before = new Map(stored.map((row) => [row.product, row]))
  const now = (await promiseSumsNow(read, tenant, products)).map((row) => ({
    ...row,
    first_end: Math.min(row.first_end, before.get(row.product)?.first_end ?? row.first_end),
  }))
  return compareRows(
    'promise_sum',
    stored.filter(({ held }) => BigInt(held) !== 0n),
    now,
    (row) => [row.product],
    (row) => ({ type: 'product', key: row.product }),
  )
}

/** Findings that the products of these stock levels have now. */
export async function levelNotes(read: Reader, tenant: string, keys: readonly string[], amends: Amends): Promise<readonly Note[]> {
  if (keys.length === 0) return []
  const shelf = openShelf(read, tenant)
  const levels = await loadLevels(shelf, keys)
  const products = levels.flatMap(({ body }) => stockPlace(shelf, body)?.product ?? [])
  return (await figuresOf(read, tenant, [...new Set(products)], amends)).flatMap(({ findings }) => findings)
}

/** Findings that stand at these products and their stock levels now. */
export const productNotes = async (read: Reader, tenant: string, products: readonly string[], amends: Amends): Promise<readonly Note[]> =>
  products.length === 0 ? [] : (await figuresOf(read, tenant, products, amends)).flatMap(({ findings }) => findings)

async function figuresOf(read: Reader, tenant: string, products: readonly string[], amends: Amends) {
  const shelf = openShelf(read, tenant)
  const levels = (await loadLevels(shelf, await levelsOf(read, tenant, products))).flatMap((document) => stockDocument(shelf, document))
  await loadDocuments(
    shelf,
    products.map((key) => ({ type: 'product', key })),
  )
  const byProduct = grouped(levels, ({ product }) => product)
  const goods = await movedGoods(shelf, products, levels, (product) => hasSerials(shelf, product))
  const held = grouped(await heldOf(read, tenant, products, firstKnown(levels, goods.moved)), (row) => row.product)
  const inTransit = await inTransitOf(read, tenant, products)
  return products.flatMap((product) => {
    const documents = byProduct.get(product)
    if (documents === undefined && !goods.moved.has(product)) return []
    const figures = stockFigures(shelf, {
      product,
      documents: (documents ?? []).map(({ document }) => document),
      moved: goods.moved.get(product) ?? [],
      later: goods.later.get(product) ?? [],
      taken: goods.taken.get(product) ?? [],
      twice: goods.twice.get(product) ?? [],
      held: amended(product, held.get(product) ?? [], amends),
      inTransit: (inTransit.get(product) ?? 0n) + (amends.inTransit.get(product) ?? 0n),
    })
    return [{ product, ...figures }]
  })
}

async function loadLevels(shelf: Shelf, keys: readonly string[]): Promise<readonly LedgerDocument[]> {
  const names = keys.map((key) => ({ type: 'stock-level', key }))
  await loadDocuments(shelf, names)
  const levels = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadTargets(shelf, levels)
  return levels
}

const amended = (product: string, held: readonly Held[], amends: Amends): readonly Held[] => [
  ...held,
  ...[...(amends.held.get(product) ?? [])].map(([time, quantity]) => ({
    product,
    released_at: time === '' ? null : Number(time),
    quantity,
  })),
]

/** What shops sold of products: every pair of shop and product, stored or summed. */
export async function checkSold(read: Reader, tenant: string, products: readonly string[], amends: Amends): Promise<Check> {
  const sums = new Map(
    (await soldSums(read, tenant, products)).map((row) => [rowName(row.connection, row.product), { ...row, tenant }] as const),
  )
  const wanted = new Set(products)
  for (const [name, units] of amends.sold) {
    const [connection = '', product = ''] = name.split('\0')
    if (!wanted.has(product)) continue
    const row = sums.get(name) ?? { tenant, connection, product, quantity: 0n }
    sums.set(name, { ...row, quantity: BigInt(row.quantity) + units })
  }
  return compareSold(
    await soldOfProducts(read, tenant, products),
    [...sums.values()].filter(({ quantity }) => quantity !== 0n),
  )
}

/** Rows of products that no order line counts, found by the rows of sold. */
export async function checkStraySold(read: Reader, tenant: string, rows: readonly SoldTable[], amends: Amends): Promise<Check> {
  const counted = new Set((await soldSums(read, tenant, new Set(rows.map(({ product }) => product)))).map(({ product }) => product))
  for (const name of amends.sold.keys()) counted.add(name.split('\0')[1] ?? '')
  return compareSold(
    rows.filter(({ product }) => !counted.has(product)),
    [],
  )
}

const compareSold = (stored: readonly SoldTable[], computed: readonly SoldTable[]): Check =>
  compareRows(
    'sold',
    stored,
    computed,
    (row) => [row.connection, row.product],
    (row) => ({ type: 'product', key: row.product }),
  )
