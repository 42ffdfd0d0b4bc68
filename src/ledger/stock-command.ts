import { businessDay } from '../model/business-day.ts'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import { type HubError, reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import { holdNames } from '../store/hold.ts'
import { holdSellable, promisedOf } from '../store/promise.ts'
import { stockOf } from '../store/stock.ts'
import type { StockTable } from '../store/tables.ts'
import { type Authored, authorDocument, type Fits } from './author.ts'
import { bodyText } from './body.ts'
import type { Author } from './books.ts'
import { fetchDocument, loadFactors } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'
import { type ProductUnits, type Said, toBase, unitsOf } from './units.ts'

/** Whose command it is, and how a document is checked. */
export interface Commander {
  readonly author: Author
  readonly fits: Fits
}

/** Goods that a command names. `unit`: the product's base unit where it is left out. */
export interface NamedGoods {
  readonly product: string
  readonly quantity: string
  readonly unit?: string
  readonly owner?: string
  readonly condition?: string
  readonly lot?: string
  readonly serials?: readonly string[]
}

/** How far ahead of the database's clock a command's time may lie. */
const aheadMs = 300_000

/** Text of a command's time; now where it gives none. @throws HubError `time-ahead` (reject) */
export function timeOfCommand({ now }: Books, given: string | undefined): string {
  const at = given === undefined ? now : Date.parse(given)
  if (Number.isNaN(at) || at > now + aheadMs)
    throw reject(
      'time-ahead',
      `${given} has not come yet (it is ${new Date(now).toISOString()}): stock moves when it moves, give a time that is past`,
    )
  return new Date(at).toISOString()
}

/** How a product is counted in a command of today. */
export interface Counting {
  readonly units: ProductUnits
  readonly said: Said
}

/** How a product is counted. @throws HubError `unknown-product` (reject) */
export async function knownProduct(books: Books, product: string): Promise<Counting> {
  const found = await fetchDocument(books.data.shelf, 'product', product)
  if (found === undefined || found.deleted)
    throw reject('unknown-product', `there is no product ${product}: \`crossdock ledger list product\` has those there are`)
  await loadFactors(books.data.shelf, [product])
  const units = unitsOf(found.body, books.data.shelf.factors.get(product))
  return { units, said: { connection: hubOrigin, date: businessDay(books.now, books.zone) } }
}

/** @throws HubError `unknown-location` (reject) */
export async function knownLocation(books: Books, location: string): Promise<void> {
  const found = await fetchDocument(books.data.shelf, 'location', location)
  if (found === undefined || found.deleted)
    throw reject('unknown-location', `there is no location ${location}: \`crossdock ledger list location\` has those there are`)
}

/** Goods in the product's base unit, x 10^6. @throws HubError `unknown-unit`, `no-quantity` (reject) */
export function quantityOf(goods: NamedGoods, { units, said }: Counting, sign: 'positive' | 'any' = 'positive'): bigint {
  const unit = goods.unit ?? units.baseUnit
  const quantity = toBase(goods.quantity, unit, units, said)
  if (quantity === undefined)
    throw reject(
      'unknown-unit',
      `${goods.quantity} ${unit} of ${goods.product} cannot be counted: it is kept in ${units.baseUnit} and packed in ${[...units.packs.keys()].join(', ') || 'nothing else'}`,
    )
  if (sign === 'positive' ? quantity <= 0n : quantity === 0n)
    throw reject('no-quantity', `${goods.quantity} of ${goods.product} is no quantity that moves`)
  return quantity
}

/** Fields of goods in a document of the hub. */
export const goodsFields = (
  { product, quantity, unit, owner, condition, lot, serials }: NamedGoods,
  { units: { baseUnit } }: Counting,
): JsonObject => ({
  product: { ref: { type: 'product', key: product } },
  quantity,
  unit: unit ?? baseUnit,
  ...(owner === undefined ? {} : { owner: { ref: { type: 'party', key: owner } } }),
  ...(condition === undefined ? {} : { condition }),
  ...(lot === undefined ? {} : { lot }),
  ...(serials === undefined ? {} : { serials: [...serials] }),
})

/** Rows of products, which no other transaction moves until this one ends. To be called before anything was written. */
export async function heldStock({ tx, tenant }: Books, products: readonly string[]): Promise<readonly StockTable[]> {
  await holdNames(
    tx,
    tenant,
    products.map((product) => `stock:${product}`),
  )
  return stockOf(tx, tenant, new Set(products))
}

/** Goods that leave a shelf for another must not be those that reservations hold: what is free of the product in all is the most that may go. @throws HubError `not-enough` (reject) */
export async function notReserved(
  { tx, tenant }: Books,
  stored: readonly StockTable[],
  { product }: NamedGoods,
  asked: bigint,
): Promise<void> {
  await holdSellable(tx, tenant, [product])
  const reserved = (await promisedOf(tx, tenant, [product])).get(product) ?? 0n
  const there = stored
    .filter((row) => row.product === product && row.condition === 'sellable')
    .reduce((total, row) => total + BigInt(row.available), 0n)
  if (reserved > 0n && there - reserved < asked)
    throw reject(
      'not-enough',
      `${product}: ${quantity(asked)} asked, ${quantity(there - reserved)} free (available ${quantity(there)}, reserved ${quantity(reserved)}): take less, or release a reservation`,
    )
}

/** Rows of the goods at a location. */
export const rowsAt = (
  rows: readonly StockTable[],
  location: string,
  { product, owner, condition, lot }: Omit<NamedGoods, 'quantity'>,
): readonly StockTable[] =>
  rows.filter(
    (row) =>
      row.product === product &&
      row.location === location &&
      row.owner === (owner ?? '') &&
      row.condition === (condition ?? 'sellable') &&
      (lot === undefined || row.lot === lot),
  )

/** A place that a partner counts or moves is not moved by command. @throws HubError `kept-by-partner` (reject) */
export function ownPlace(rows: readonly StockTable[], location: string, goods: Omit<NamedGoods, 'quantity'>): void {
  const kept = rowsAt(rows, location, everyLot(goods)).find(({ source }) => source !== hubOrigin)
  if (kept !== undefined)
    throw reject(
      'kept-by-partner',
      `stock of ${goods.product} at ${location} is kept by connection '${kept.source}': change it there, it comes here by itself`,
    )
}

const everyLot = ({ lot: _, ...goods }: Omit<NamedGoods, 'quantity'>): Omit<NamedGoods, 'quantity' | 'lot'> => goods

/** @throws HubError `not-enough` (reject) with the arithmetic */
export function enough(
  rows: readonly StockTable[],
  location: string,
  goods: NamedGoods,
  asked: bigint,
  figure: 'on_hand' | 'available',
): void {
  const here = rowsAt(rows, location, goods)
  const there = here.reduce((total, row) => total + BigInt(row[figure]), 0n)
  if (there < asked)
    throw notEnough(`${goods.product} at ${location}${goods.lot === undefined ? '' : ` lot ${goods.lot}`}`, here, there, asked)
}

function notEnough(what: string, rows: readonly StockTable[], there: bigint, asked: bigint): HubError {
  const sum = (figure: 'on_hand' | 'reserved') => quantity(rows.reduce((total, row) => total + BigInt(row[figure]), 0n))
  return reject(
    'not-enough',
    `${what}: ${quantity(asked)} asked, ${quantity(there)} there (on hand ${sum('on_hand')}, promised ${sum('reserved')}): take less, or count the place again`,
  )
}

export const quantity = (value: bigint): string => fromScaled(value, quantityScale)

/** Makes a document of a key that is given once: the same command again changes nothing, another one under its key is refused. @throws HubError `key-taken` (reject) and those of {@link authorDocument} */
export async function authorOnce(books: Books, authored: Omit<Authored, 'author'>, { author, fits }: Commander): Promise<LedgerDocument> {
  const current = await fetchDocument(books.data.shelf, authored.type, authored.key)
  if (current !== undefined && bodyText(current.body) !== bodyText(authored.body))
    throw reject(
      'key-taken',
      `${authored.type} ${authored.key} is there and says something else: a key is given once, and what was posted is reversed, not changed`,
    )
  return current ?? authorDocument(books, { ...authored, author }, fits)
}
