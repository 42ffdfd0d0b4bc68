import { fromScaled, quantityScale } from '../model/decimal.ts'
import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import { heldOf, inTransitOf } from '../store/order.ts'
import { deleteStock, saveStock, stockOf } from '../store/stock.ts'
import type { StockTable } from '../store/tables.ts'
import { loadTargets } from './assemble.ts'
import { type Cause, journal, readAfresh } from './books.ts'
import { judge, note } from './findings.ts'
import { differs, rowName } from './rows.ts'
import { documentName, loadDocuments } from './shelf.ts'
import { type StockFigures, stockCodes, stockFigures } from './stock-figures.ts'
import { stockLevelKey, stockPlace } from './stock-level.ts'
import type { Books, Change, LedgerDocument } from './types.ts'

/** Computes the stock rows of the touched products again, writes what differs and names the stock levels whose available figure moved. */
export async function deriveStock(books: Books): Promise<Change[]> {
  const { tx, tenant, data } = books
  const products = [...data.products.keys()]
  if (products.length === 0) return []
  await holdNames(
    tx,
    tenant,
    products.map((product) => `stock:${product}`),
  )
  readAfresh(books)
  const stored = await stockOf(tx, tenant, products)
  const levels = await stockLevels(books, stored)
  const since = levels.reduce((least, { asOf }) => Math.min(least, asOf), Number.MAX_SAFE_INTEGER)
  const held = grouped(
    await heldOf(
      tx,
      tenant,
      levels.map(({ product }) => product),
      since,
    ),
    (row) => row.product,
  )
  const inTransit = await transit(books, stored, levels)
  const moves: Move[] = []
  const before = grouped(stored, (row) => row.product)
  for (const [product, group] of grouped(levels, (level) => level.product)) {
    const documents = group.map(({ document }) => document)
    for (const { type, key } of documents) judge(books, { type, key, codes: stockCodes })
    const figures = stockFigures(data.shelf, documents, held.get(product) ?? [], inTransit.get(product) ?? 0n)
    for (const finding of figures.findings) note(books, finding)
    moves.push(moveOf(before.get(product) ?? [], figures))
  }
  await saveStock(
    tx,
    moves.flatMap(({ changed }) => changed.map(({ row }) => ({ ...row, changed_at: books.now }))),
  )
  await deleteStock(
    tx,
    moves.flatMap(({ gone }) => gone),
  )
  const changes = moves.flatMap(({ changed }) => changed.flatMap((each) => changesOf(books, each)))
  return [...changes, ...restated(books, levels, new Set(changes.map(({ key }) => key)))]
}

/** A shop moves its own shelf when it sells, and when it calls an order off, also when the goods are on the truck: routes look at its figure though ours did not move. */
function restated({ data }: Books, levels: readonly Level[], told: ReadonlySet<string>): Change[] {
  return levels.flatMap(({ document: { type, key, version }, product }) =>
    data.restated.has(product) && !told.has(key)
      ? [{ type, key, version, operation: 'upsert', baseline: data.products.get(product)?.baseline ?? false, placedAt: null }]
      : [],
  )
}

interface Level {
  readonly document: LedgerDocument
  readonly product: string
  readonly asOf: number
}

/** Documents of the touched products: those with a row and those this unit of work names. */
async function stockLevels(books: Books, stored: readonly StockTable[]): Promise<Level[]> {
  const { shelf, stockLevels: named, products } = books.data
  const names = [...new Set([...named, ...stored.map(stockLevelKey)])].map((key) => ({ type: 'stock-level', key }))
  await loadDocuments(shelf, names)
  const documents = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadTargets(shelf, documents)
  return documents.flatMap((document) => {
    const product = stockPlace(shelf, document.body)?.product
    if (product === undefined || !products.has(product)) return []
    return [{ document, product, asOf: Date.parse(typeof document.body.asOf === 'string' ? document.body.asOf : '') || 0 }]
  })
}

/** The stored sum, computed again where purchases moved or no row held it. */
async function transit({ tx, tenant, data }: Books, stored: readonly StockTable[], levels: readonly Level[]): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>()
  for (const row of stored) sums.set(row.product, (sums.get(row.product) ?? 0n) + BigInt(row.in_transit))
  const again = levels.map(({ product }) => product).filter((product) => data.purchased.has(product) || !sums.has(product))
  const fresh = await inTransitOf(tx, tenant, again)
  for (const product of again) sums.set(product, fresh.get(product) ?? 0n)
  return sums
}

type Figure = StockFigures['rows'][number]

/** What the stock rows of one product have to become. */
interface Move {
  readonly changed: readonly (Figure & { readonly before: StockTable | undefined })[]
  readonly gone: readonly StockTable[]
}

function moveOf(stored: readonly StockTable[], { rows }: StockFigures): Move {
  const name = (row: Pick<StockTable, 'location' | 'condition'>) => rowName(row.location, row.condition)
  const old = new Map(stored.map((row) => [name(row), row]))
  const kept = new Set(rows.map(({ row }) => name(row)))
  return {
    changed: rows.filter(({ row }) => differs(old.get(name(row)), row)).map((figure) => ({ ...figure, before: old.get(name(figure.row)) })),
    gone: stored.filter((row) => !kept.has(name(row))),
  }
}

/** Routes hear of a stock level when what is available moved. */
function changesOf(books: Books, { row, document, before }: Move['changed'][number]): Change[] {
  const moved = before === undefined || BigInt(before.available) !== BigInt(row.available)
  if (!moved || row.condition !== 'sellable') return []
  const { type, key, version } = document
  const { baseline, envelope }: Cause = books.data.products.get(row.product) ?? { baseline: false, envelope: null }
  const detail = { available: text(row.available), ...(before === undefined ? {} : { before: text(before.available) }) }
  journal(books, 'stock-changed', { type, key }, detail, envelope)
  return [{ type, key, version, operation: 'upsert', baseline, placedAt: null }]
}

const text = (value: StockTable['available']): string => fromScaled(BigInt(value), quantityScale)
