import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import type { StockTable } from '../store/tables.ts'
import { authorDocument } from './author.ts'
import { fetchDocument, listOf, textOf } from './shelf.ts'
import {
  authorOnce,
  type Commander,
  enough,
  goodsFields,
  heldStock,
  knownLocation,
  knownProduct,
  type NamedGoods,
  notReserved,
  ownPlace,
  quantityOf,
  rowsAt,
  timeOfCommand,
} from './stock-command.ts'
import type { Books, LedgerDocument } from './types.ts'

export interface Transfer {
  /** ours; given once */
  readonly key: string
  readonly number?: string
  readonly from: string
  readonly to: string
  readonly sentAt?: string
  readonly note?: string
  readonly lines: readonly NamedGoods[]
}

/**
 * Sends goods from one location to another: they are in transit until they are received. Where a partner tells the stock of a place, it will tell what left or came.
 * @throws HubError (reject) `not-enough` when the hub keeps the place and less may be sold from it, and those of postMovement
 */
export async function sendTransfer(books: Books, transfer: Transfer, by: Commander): Promise<LedgerDocument> {
  const { key, number, from, to, lines, note } = transfer
  if (from === to) throw reject('no-movement', `from and to are both ${from}: nothing moves`)
  for (const location of [from, to]) await knownLocation(books, location)
  const stored = await heldStock(
    books,
    lines.map(({ product }) => product),
  )
  const current = await fetchDocument(books.data.shelf, 'stock-transfer', key)
  const rows: JsonObject[] = []
  for (const [index, line] of lines.entries())
    rows.push({ key: String(index + 1), ...(await goodsLine(books, stored, from, line, lines.slice(0, index), current === undefined)) })
  const body: JsonObject = {
    ...(number === undefined ? {} : { number }),
    status: 'sent',
    from: { ref: { type: 'location', key: from } },
    to: { ref: { type: 'location', key: to } },
    sentAt:
      transfer.sentAt === undefined
        ? (textOf(current?.body.sentAt) ?? timeOfCommand(books, undefined))
        : timeOfCommand(books, transfer.sentAt),
    lines: rows,
    ...(note === undefined ? {} : { note }),
  }
  if (current !== undefined && current.status !== 'sent')
    return authorOnce(books, { type: 'stock-transfer', key, body: { ...current.body, ...body } }, by)
  return authorOnce(books, { type: 'stock-transfer', key, body }, by)
}

const ownerOf = ({ owner }: NamedGoods): string => owner ?? ''
const conditionOf = ({ condition }: NamedGoods): string => condition ?? 'sellable'

/** A line of goods that leave a place, checked against what may leave it, other lines of the same goods counted. */
async function goodsLine(
  books: Books,
  stored: readonly StockTable[],
  from: string,
  line: NamedGoods,
  earlier: readonly NamedGoods[],
  isNew: boolean,
): Promise<JsonObject> {
  const units = await knownProduct(books, line.product)
  const asked = quantityOf(line, units)
  const isBook = rowsAt(stored, from, line).every(({ source }) => source === hubOrigin)
  if (isNew && isBook) {
    const sum = (is: (other: NamedGoods) => boolean) =>
      earlier
        .filter((other) => other.product === line.product && is(other))
        .reduce((total, other) => total + quantityOf(other, units), asked)
    const isHere = (other: NamedGoods) => ownerOf(other) === ownerOf(line) && conditionOf(other) === conditionOf(line)
    const isSellable = conditionOf(line) === 'sellable'
    const figure = isSellable ? 'available' : 'on_hand'
    const { lot, ...everyLot } = line
    // a line that names no lot may take any of them
    enough(stored, from, everyLot, sum(isHere), figure)
    if (lot !== undefined)
      enough(
        stored,
        from,
        line,
        sum((other) => isHere(other) && other.lot === lot),
        figure,
      )
    if (isSellable)
      await notReserved(
        books,
        stored,
        line,
        sum((other) => conditionOf(other) === 'sellable'),
      )
  }
  return goodsFields(line, units)
}

export interface Received {
  readonly key: string
  /** what came so far, by line */
  readonly lines: readonly { readonly key: string; readonly received: string }[]
  readonly receivedAt?: string
  /** no more will come: what is missing was lost on the way */
  readonly complete: boolean
  readonly seen?: number
}

/** Tells what came of a transfer, short or over. @throws HubError (reject) `unknown-transfer`, `unknown-line`, `illegal-transition`, `version-moved` */
export async function receiveTransfer(books: Books, received: Received, by: Commander): Promise<LedgerDocument> {
  const { key, complete, seen } = received
  const current = await fetchDocument(books.data.shelf, 'stock-transfer', key)
  if (current === undefined)
    throw reject('unknown-transfer', `there is no transfer ${key}: \`crossdock ledger list stock-transfer\` has those there are`)
  if (current.status !== 'sent') throw reject('illegal-transition', `transfer ${key} is ${current.status}: nothing of it is under way`)
  const lines = listOf(current.body.lines)
  const came = new Map(received.lines.map((line) => [line.key, line.received]))
  for (const line of came.keys())
    if (!lines.some((each) => each.key === line))
      throw reject('unknown-line', `transfer ${key} has no line ${line}: it has ${lines.map((each) => each.key).join(', ')}`)
  const body: JsonObject = {
    ...current.body,
    status: complete ? 'received' : 'sent',
    receivedAt: timeOfCommand(books, received.receivedAt),
    lines: lines.map((line) => {
      const now = came.get(textOf(line.key) ?? '')
      return now === undefined ? line : { ...line, received: now }
    }),
  }
  return authorDocument(books, { type: 'stock-transfer', key, body, author: by.author, ...(seen === undefined ? {} : { seen }) }, by.fits)
}

export interface SupplierReturn {
  readonly key: string
  readonly number?: string
  readonly location: string
  readonly supplier?: string
  readonly order?: string
  readonly returnedAt?: string
  readonly note?: string
  readonly lines: readonly NamedGoods[]
}

/** Sends goods back to their supplier: a goods receipt of kind `supplier-return`, whose movements take them off. @throws as {@link sendTransfer} */
export async function returnToSupplier(books: Books, given: SupplierReturn, by: Commander): Promise<LedgerDocument> {
  const { key, number, location, supplier, order, lines, note } = given
  await knownLocation(books, location)
  const stored = await heldStock(
    books,
    lines.map(({ product }) => product),
  )
  const current = await fetchDocument(books.data.shelf, 'goods-receipt', key)
  const rows: JsonObject[] = []
  for (const [index, line] of lines.entries()) {
    if (line.owner !== undefined || line.condition !== undefined)
      throw reject(
        'no-such-goods',
        `line ${index + 1}: a return to a supplier is of the house's own sellable goods; move other goods with \`crossdock stock move\``,
      )
    if (current === undefined) ownPlace(stored, location, line)
    const { quantity, lot, ...goods } = await goodsLine(books, stored, location, line, lines.slice(0, index), current === undefined)
    rows.push({ key: String(index + 1), ...goods, accepted: quantity, ...(lot === undefined ? {} : { lots: [{ lot, quantity }] }) })
  }
  const body: JsonObject = {
    ...(number === undefined ? {} : { number }),
    status: 'posted',
    kind: 'supplier-return',
    location: { ref: { type: 'location', key: location } },
    ...(supplier === undefined ? {} : { supplier: { ref: { type: 'party', key: supplier } } }),
    ...(order === undefined ? {} : { order: { type: 'purchase-order', key: order } }),
    receivedAt:
      given.returnedAt === undefined
        ? (textOf(current?.body.receivedAt) ?? timeOfCommand(books, undefined))
        : timeOfCommand(books, given.returnedAt),
    lines: rows,
    ...(note === undefined ? {} : { note }),
  }
  return authorOnce(books, { type: 'goods-receipt', key, body }, by)
}
