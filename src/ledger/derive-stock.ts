import { fromScaled, quantityScale } from '../model/decimal.ts'
import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import { heldOf, inTransitOf } from '../store/order.ts'
import { deleteStock, saveStock, stockOf } from '../store/stock.ts'
import type { StockTable } from '../store/tables.ts'
import { loadTargets } from './assemble.ts'
import { type Cause, journal } from './books.ts'
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
  const changes: Change[] = []
  for (const [product, group] of grouped(levels, (level) => level.product)) {
    const documents = group.map(({ document }) => document)
    for (const { type, key } of documents) judge(books, { type, key, codes: stockCodes })
    const figures = stockFigures(data.shelf, documents, held.get(product) ?? [], inTransit.get(product) ?? 0n)
    for (const finding of figures.findings) note(books, finding)
    changes.push(
      ...(await writeRows(
        books,
        product,
        stored.filter((row) => row.product === product),
        figures,
      )),
    )
  }
  return changes
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

async function writeRows(books: Books, product: string, stored: readonly StockTable[], { rows }: StockFigures): Promise<Change[]> {
  const name = (row: Pick<StockTable, 'location' | 'condition'>) => rowName(row.location, row.condition)
  const old = new Map(stored.map((row) => [name(row), row]))
  const kept = new Set(rows.map(({ row }) => name(row)))
  const changed = rows.filter(({ row }) => differs(old.get(name(row)), row))
  await saveStock(
    books.tx,
    changed.map(({ row }) => ({ ...row, changed_at: books.now })),
  )
  await deleteStock(
    books.tx,
    stored.filter((row) => !kept.has(name(row))),
  )
  const cause: Cause = books.data.products.get(product) ?? { baseline: false, envelope: null }
  return changed.flatMap(({ row, document }) => {
    const before = old.get(name(row))
    const moved = before === undefined || BigInt(before.available) !== BigInt(row.available)
    if (!moved || row.condition !== 'sellable') return []
    const detail = { available: text(row.available), ...(before === undefined ? {} : { before: text(before.available) }) }
    journal(books, 'stock-changed', { type: document.type, key: document.key }, detail, cause.envelope)
    return [
      {
        type: document.type,
        key: document.key,
        version: document.version,
        operation: 'upsert' as const,
        baseline: cause.baseline,
        placedAt: null,
      },
    ]
  })
}

const text = (value: StockTable['available']): string => fromScaled(BigInt(value), quantityScale)
