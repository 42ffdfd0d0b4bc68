import { fromScaled, quantityScale } from '../model/decimal.ts'
import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import { type Held, heldOf, inTransitOf } from '../store/order.ts'
import { deleteStock, saveStock, stockOf } from '../store/stock.ts'
import type { StockTable } from '../store/tables.ts'
import { anchorShelves } from './anchor-shelves.ts'
import { loadTargets } from './assemble.ts'
import { type Cause, journal, readAfresh } from './books.ts'
import { judge, note } from './findings.ts'
import { differs, rowName } from './rows.ts'
import { documentName, loadDocuments } from './shelf.ts'
import { firstKnown, hasSerials, type MovedGoods, movedGoods, type StockDocument, stockDocument } from './stock-case.ts'
import { productCodes, type StockFigures, stockCodes, stockFigures } from './stock-figures.ts'
import { shelfKey, stockLevelKey } from './stock-level.ts'
import type { Books, Change } from './types.ts'

/** Computes the stock rows of the touched products again, writes what differs and names the stock levels whose available figure moved. */
export async function deriveStock(books: Books): Promise<Change[]> {
  const { tx, tenant, data } = books
  const touched = [...data.products.keys()]
  if (touched.length === 0) return []
  await holdNames(
    tx,
    tenant,
    touched.map((product) => `stock:${product}`),
  )
  readAfresh(books)
  const stored = await stockOf(tx, tenant, touched)
  const levels = await stockLevels(books, stored)
  const goods = await movedGoods(data.shelf, touched, levels, (product) => hasSerials(data.shelf, product))
  const products = new Set([...stored, ...levels].map(({ product }) => product).concat(...goods.moved.keys(), ...data.moved))
  const { held, inTransit } = await promised(books, products, stored, levels, goods)
  const documents = grouped(levels, (level) => level.product)
  const before = grouped(stored, (row) => row.product)
  const moves = [...products].map((product): Move => {
    const own = (documents.get(product) ?? []).map(({ document }) => document)
    const figures = stockFigures(data.shelf, {
      product,
      documents: own,
      moved: goods.moved.get(product) ?? [],
      later: goods.later.get(product) ?? [],
      taken: goods.taken.get(product) ?? [],
      twice: goods.twice.get(product) ?? [],
      held: held.get(product) ?? [],
      inTransit: inTransit.get(product) ?? 0n,
    })
    judgeStock(books, product, [...own.map(({ key }) => key), ...figures.rows.flatMap(keysOf)], goods)
    for (const finding of figures.findings) note(books, finding)
    return moveOf(product, before.get(product) ?? [], figures)
  })
  await saveStock(
    tx,
    moves.flatMap(({ changed }) => changed.map((row) => ({ ...row, changed_at: books.now }))),
  )
  await deleteStock(
    tx,
    moves.flatMap(({ gone }) => gone),
  )
  await anchorShelves(books, moves)
  const changes = moves.flatMap((move) => changesOf(books, move))
  return [...changes, ...restated(books, products, new Set(changes.map(({ key }) => key)))]
}

/** A shop moves its own shelf when it sells, and when it calls an order off, also when the goods are on the truck: routes look at its figure though ours did not move. */
function restated({ data }: Books, products: ReadonlySet<string>, told: ReadonlySet<string>): Change[] {
  return [...data.shelf.documents.values()].flatMap((document) => {
    const [level] = document?.type === 'stock-level' ? stockDocument(data.shelf, document) : []
    if (level === undefined || !products.has(level.product) || !data.restated.has(level.product)) return []
    const { type, key, version } = level.document
    if (key !== shelfKey(level.location, level.product) || told.has(key)) return []
    return [{ type, key, version, operation: 'upsert', baseline: data.products.get(level.product)?.baseline ?? false, placedAt: null }]
  })
}

/** A row may be counted by its own stock level, and stands behind that of its shelf. */
const keysOf = (row: StockFigures['rows'][number]): readonly string[] => [stockLevelKey(row), shelfKey(row.location, row.product)]

function judgeStock(books: Books, product: string, keys: readonly string[], { moved }: MovedGoods): void {
  for (const key of new Set(keys)) judge(books, { type: 'stock-level', key, codes: stockCodes })
  if (moved.has(product) || books.data.moved.has(product)) judge(books, { type: 'product', key: product, codes: productCodes })
}

/** Documents of the touched products: those with a row and those this unit of work names. */
async function stockLevels(books: Books, stored: readonly StockTable[]): Promise<StockDocument[]> {
  const { shelf, stockLevels: named, products } = books.data
  const keys = new Set([...named, ...stored.flatMap(keysOf)])
  const names = [...keys].map((key) => ({ type: 'stock-level', key }))
  await loadDocuments(shelf, names)
  const documents = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadTargets(shelf, documents)
  await loadDocuments(
    shelf,
    [...books.data.moved].map((key) => ({ type: 'product', key })),
  )
  return documents.flatMap((document) => stockDocument(shelf, document)).filter(({ product }) => products.has(product))
}

interface Promised {
  readonly held: ReadonlyMap<string, readonly Held[]>
  readonly inTransit: ReadonlyMap<string, bigint>
}

/** What reduces the figures, and what is on its way from suppliers: the stored sum, computed again where purchases or transfers moved or no row held it. */
async function promised(
  { tx, tenant, data }: Books,
  products: ReadonlySet<string>,
  stored: readonly StockTable[],
  levels: readonly StockDocument[],
  { moved }: MovedGoods,
): Promise<Promised> {
  // one place that is kept by movements has to look far back: the others need not
  const held: Held[] = []
  for (const isMoved of [false, true]) {
    const some = [...products].filter((product) => moved.has(product) === isMoved)
    if (some.length === 0) continue
    const own = levels.filter(({ product }) => moved.has(product) === isMoved)
    held.push(...(await heldOf(tx, tenant, some, firstKnown(own, isMoved ? moved : new Map()))))
  }
  const inTransit = new Map<string, bigint>()
  for (const row of stored) inTransit.set(row.product, (inTransit.get(row.product) ?? 0n) + BigInt(row.in_transit))
  const again = [...products].filter(
    (product) => data.purchased.has(product) || moved.has(product) || data.moved.has(product) || !inTransit.has(product),
  )
  const fresh = await inTransitOf(tx, tenant, again)
  for (const product of again) inTransit.set(product, fresh.get(product) ?? 0n)
  return { held: grouped(held, (row) => row.product), inTransit }
}

type Row = StockFigures['rows'][number]

/** What the stock rows of one product have to become. */
export interface Move {
  readonly product: string
  readonly rows: readonly Row[]
  readonly before: readonly StockTable[]
  readonly changed: readonly Row[]
  readonly gone: readonly StockTable[]
}

function moveOf(product: string, before: readonly StockTable[], { rows }: StockFigures): Move {
  const name = (row: Row) => rowName(row.location, row.owner, row.condition, row.lot)
  const old = new Map(before.map((row) => [name(row), row]))
  const kept = new Set(rows.map(name))
  return {
    product,
    rows,
    before,
    changed: rows.filter((row) => differs(old.get(name(row)), row)),
    gone: before.filter((row) => !kept.has(name(row))),
  }
}

/** Routes hear of the stock level of a shelf when what may be sold from it moved: all owners and lots there together. */
function changesOf(books: Books, { product, rows, before }: Move): Change[] {
  const sums = [before, rows].map((some) => {
    const at = new Map<string, bigint>()
    for (const { location, condition, available } of some)
      if (condition === 'sellable') at.set(location, (at.get(location) ?? 0n) + BigInt(available))
    return at
  })
  const [old, now] = sums as [Map<string, bigint>, Map<string, bigint>]
  return [...now].flatMap(([location, available]) => {
    const was = old.get(location)
    const key = shelfKey(location, product)
    const document = books.data.shelf.documents.get(documentName({ type: 'stock-level', key }))
    if (was === available || document === undefined) return []
    const { baseline, envelope }: Cause = books.data.products.get(product) ?? { baseline: false, envelope: null }
    const detail = {
      ...(was === undefined ? {} : { before: { available: text(was) } }),
      after: { available: text(available) },
      ...(baseline ? { baseline } : {}),
    }
    journal(books, 'stock-changed', { type: 'stock-level', key }, detail, envelope)
    return [{ type: 'stock-level', key, version: document.version, operation: 'upsert', baseline, placedAt: null }]
  })
}

const text = (value: bigint): string => fromScaled(value, quantityScale)
