import { businessDay } from '../model/business-day.ts'
import { sum } from '../model/decimal.ts'
import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import { isObject, type JsonObject } from '../model/json.ts'
import { holdNames } from '../store/hold.ts'
import { referencesTo } from '../store/reference.ts'
import { productUnits } from './assemble.ts'
import { authorDocument, type Fits } from './author.ts'
import type { Author } from './books.ts'
import { foot } from './foot.ts'
import { fetchDocument, keyOf, listOf, loadDocuments, loadFactors, loadIdentifiers, loadLinks, refIn, targetOf, textOf } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'
import { toBase } from './units.ts'

/** An order that a person places. What it leaves out is taken from the order it supplements. */
export interface Placing {
  readonly order: JsonObject
  /** why it is placed by hand; kept in the order */
  readonly reason: string
  /** key of the order that it adds goods to */
  readonly supplements?: string
  readonly author: Author
}

/** What a supplementary order shares with the order it adds to, where it does not say otherwise. */
const shared = ['channel', 'clientSource', 'seller', 'buyer', 'currency', 'taxBasis', 'shipTo', 'billTo', 'zone'] as const

/**
 * Places a sales order of the hub itself (R105): `placedVia` manual, open unless it says draft. Facts are recorded whatever they break; this is a command, so what a fact would get a finding for is refused.
 * @throws HubError (reject) `unknown-order`, `not-supplementable`, `no-free-number`, `number-taken`, `unknown-product`, `unknown-unit`, `does-not-foot`, and those of {@link authorDocument}
 */
export async function placeOrder(books: Books, { order, reason, supplements, author }: Placing, fits: Fits): Promise<LedgerDocument> {
  const base = supplements === undefined ? undefined : await supplemented(books, supplements)
  const number = textOf(order.number) ?? (base === undefined ? undefined : await nextNumber(books, base))
  if (number === undefined) throw reject('does-not-fit', 'an order that supplements no other needs a number of its own')
  if ((await fetchDocument(books.data.shelf, 'sales-order', `${hubOrigin}/${number}`)) !== undefined)
    throw reject('number-taken', `there is a sales order ${hubOrigin}/${number} already: give another number`)
  const now = new Date(books.now).toISOString()
  const copied = Object.fromEntries(shared.flatMap((field) => (base?.body[field] === undefined ? [] : [[field, base.body[field]]])))
  const zone = textOf(order.zone) ?? textOf(copied.zone)
  const issueDate = textOf(order.issueDate) ?? dayIn(books, zone)
  const lines = await knownLines(books, order, issueDate)
  const body: JsonObject = {
    ...copied,
    placedAt: now,
    issueDate,
    totals: plainTotals(lines),
    ...order,
    status: order.status ?? 'open',
    number,
    lines,
    reason,
    placedVia: 'manual',
    ...(base === undefined ? {} : { supplements: { type: base.type, key: base.key } }),
  }
  const [wrong] = foot(body)
  if (wrong !== undefined)
    throw reject(
      'does-not-foot',
      `${wrong.path} of order ${number} is ${wrong.found}, by its other figures it is ${wrong.expected}: mend it`,
    )
  return authorDocument(books, { type: 'sales-order', key: `${hubOrigin}/${number}`, body, author, seen: 0 }, fits)
}

async function supplemented(books: Books, key: string): Promise<LedgerDocument> {
  const order = await fetchDocument(books.data.shelf, 'sales-order', key)
  if (order === undefined) throw reject('unknown-order', `there is no sales order ${key}: \`crossdock orders list\` has those there are`)
  if (order.deleted || order.status === 'draft')
    throw reject(
      'not-supplementable',
      `sales order ${key} is ${order.deleted ? 'deleted' : 'a draft'}: goods are added to orders that were placed`,
    )
  return order
}

/** Numbers tried before a person has to give one. */
const mostTried = 1000

/** The number of the order with -S1, -S2 … behind it: the first that no order of the hub has. Orders of two shops may have one number, so they wait for each other by that. @throws HubError (reject) `no-free-number` */
async function nextNumber({ tx, tenant, data }: Books, base: LedgerDocument): Promise<string> {
  const stem = base.number ?? base.key
  await holdNames(tx, tenant, [`supplements:${stem}`])
  const rows = await referencesTo(tx, tenant, 'sales-order', [base.key])
  const taken = rows.filter(({ from_type, path }) => from_type === 'sales-order' && path === 'supplements').length
  for (let next = taken + 1; next <= taken + mostTried; next++) {
    const number = `${stem}-S${next}`
    if ((await fetchDocument(data.shelf, 'sales-order', `${hubOrigin}/${number}`)) === undefined) return number
  }
  throw reject(
    'no-free-number',
    `${stem}-S${taken + 1} and the ${mostTried - 1} numbers after it are taken: give the order a number of its own`,
  )
}

/** Lines with a key each, whose products are known and can be counted in the unit given. */
async function knownLines(books: Books, order: JsonObject, date: string): Promise<JsonObject[]> {
  const { shelf } = books.data
  const lines = listOf(order.lines)
  if (lines.length === 0) throw reject('does-not-fit', 'an order needs lines')
  await loadLinks(
    shelf,
    lines.flatMap(({ product }) => {
      const target = targetOf(refIn(product))
      return target === undefined || 'key' in target ? [] : [target]
    }),
  )
  const named = lines.flatMap(({ product }) => (isObject(product) ? (textOf(product.sku) ?? []) : []))
  await loadIdentifiers(
    shelf,
    named.map((value) => ({ type: 'product', scheme: 'sku', value })),
  )
  const keyOfLine = ({ product }: JsonObject): string | undefined => {
    const sku = isObject(product) ? textOf(product.sku) : undefined
    return keyOf(shelf, refIn(product)) ?? (sku === undefined ? undefined : shelf.identifiers.get(`product\0sku\0${sku}`))
  }
  const products = lines.flatMap((line) => keyOfLine(line) ?? [])
  await loadDocuments(
    shelf,
    products.map((key) => ({ type: 'product', key })),
  )
  await loadFactors(shelf, products)
  return lines.map((line, index) => {
    const at = `line ${index + 1}`
    const key = keyOfLine(line)
    const units = key === undefined ? undefined : productUnits(shelf, key)
    if (key === undefined || units === undefined)
      throw reject(
        'unknown-product',
        `${at}: the ledger has no product ${JSON.stringify(line.product ?? null)}: name it by its SKU or its key`,
      )
    const [quantity, unit] = [textOf(line.quantity) ?? '0', textOf(line.unit) ?? units.baseUnit]
    if ((toBase(quantity, unit, units, { connection: hubOrigin, date }) ?? 0n) <= 0n)
      throw reject(
        'unknown-unit',
        `${at}: ${quantity} ${unit} of ${key} cannot be counted: it is kept in ${[units.baseUnit, ...units.packs.keys()].join(', ')}`,
      )
    return {
      key: String(index + 1),
      name: textOf(shelf.documents.get(`product\0${key}`)?.body.name) ?? key,
      ...line,
      unit,
      product: { ...(isObject(line.product) ? line.product : {}), ref: { type: 'product', key } },
    }
  })
}

const plainTotals = (lines: readonly JsonObject[]): JsonObject => {
  const total = sum(lines.map(({ lineAmount }) => textOf(lineAmount) ?? '0'))
  return { linesTotal: total, grandTotal: total }
}

function dayIn(books: Books, zone: string | undefined): string {
  try {
    return businessDay(books.now, zone ?? books.zone)
  } catch (error) {
    if (error instanceof RangeError) throw reject('does-not-fit', `'${zone}' is no time zone: write a name like Asia/Shanghai`)
    throw error
  }
}
