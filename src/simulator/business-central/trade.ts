import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import { type Book, linesOf, none } from './book.ts'
import { amountOf, plus } from './exact.ts'
import { itemOf } from './goods.ts'
import type { Entity } from './query.ts'

/** Why a write is refused, as the service says it. */
export interface Refused {
  readonly refused: string
}
export const refused = (message: string): Refused => ({ refused: message })

const rows = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [])

export type OrderSet = 'purchaseOrders' | 'salesOrders'

/** A document with its lines in one call (deep insert); prices and totals are what it says, taxes are none. */
export function createDocument(book: Book, set: OrderSet, body: JsonObject, day: string): Entity | Refused {
  const [who, named] = set === 'purchaseOrders' ? (['vendors', 'vendor'] as const) : (['customers', 'customer'] as const)
  const party = book.find(who, String(body[`${named}Id`])) ?? book.all(who).find(({ number }) => number === body[`${named}Number`])
  if (party === undefined) return refused(`The ${named} cannot be found.`)
  const lines = rows(body[linesOf[set] ?? ''])
  const strange = lines.find(({ lineType, lineObjectNumber }) => lineType === 'Item' && itemOf(book, lineObjectNumber) === undefined)
  if (strange !== undefined) return refused(`The item ${String(strange.lineObjectNumber)} does not exist.`)
  const { [linesOf[set] ?? '']: _, ...head } = body
  const isPurchase = set === 'purchaseOrders'
  const made = book.add(set, {
    number: book.number(set),
    orderDate: day,
    postingDate: day,
    currencyCode: 'USD',
    pricesIncludeTax: false,
    discountAmount: 0,
    status: 'Draft',
    ...(isPurchase
      ? { fullyReceived: false, requestedReceiptDate: none }
      : { fullyShipped: false, requestedDeliveryDate: none, externalDocumentNumber: '' }),
    ...head,
    [`${named}Id`]: party.id,
    [`${named}Number`]: party.number ?? '',
    [`${named}Name`]: party.displayName ?? '',
  })
  for (const [place, line] of lines.entries()) addLine(book, set, made.id, line, (place + 1) * 10_000)
  return totalled(book, set, made.id)
}

function addLine(book: Book, set: OrderSet, documentId: string, line: JsonObject, sequence: number): void {
  const item = itemOf(book, line.lineObjectNumber)
  const isPurchase = set === 'purchaseOrders'
  const price = isPurchase ? 'directUnitCost' : 'unitPrice'
  const quantity = Number(line.quantity ?? 0)
  book.add(linesOf[set] ?? '', {
    documentId,
    sequence,
    lineObjectNumber: '',
    description: item?.displayName ?? '',
    description2: '',
    unitOfMeasureCode: item?.baseUnitOfMeasureCode ?? '',
    quantity: 0,
    [price]: 0,
    ...(isPurchase
      ? { receivedQuantity: 0, receiveQuantity: quantity, invoiceQuantity: quantity, invoicedQuantity: 0, expectedReceiptDate: none }
      : { shippedQuantity: 0, shipQuantity: quantity, shipmentDate: none }),
    ...line,
  })
}

/** Amounts of lines and of the document from quantities and prices. */
export function totalled(book: Book, set: string, id: string): Entity {
  let total = 0
  for (const line of book.lines(set, id)) {
    const amount = amountOf(line.quantity, line.directUnitCost ?? line.unitPrice ?? line.unitCost)
    total = plus(total, amount)
    const figures = { amountExcludingTax: amount, totalTaxAmount: 0, amountIncludingTax: amount, netAmount: amount }
    if (line.amountExcludingTax !== amount) book.set(linesOf[set] ?? '', line.id, figures)
  }
  return book.set(set, id, { totalAmountExcludingTax: total, totalTaxAmount: 0, totalAmountIncludingTax: total })
}

/** What the service does not let happen to an order that is released, or of which goods have left. */
export function mayNotChange(book: Book, set: string, entity: Entity, change: JsonObject): Refused | undefined {
  const order = set === 'salesOrders' || set === 'purchaseOrders' ? entity : orderOfLine(book, set, entity)
  const released =
    order?.status === 'Open' && Object.keys(change).some((field) => /^(shipTo|quantity|unitPrice|directUnitCost)/.test(field))
  return released ? refused("Status must be equal to 'Open' in the header. Current value is 'Released'.") : undefined
}
export function mayNotDelete(book: Book, set: string, order: Entity): Refused | undefined {
  const moved = book.lines(set, order.id).some((line) => Number(line.shippedQuantity ?? line.receivedQuantity ?? 0) > 0)
  return moved ? refused("Qty. Shipped Not Invoiced must be equal to '0'.") : undefined
}
const orderOfLine = (book: Book, set: string, line: Entity): Entity | undefined =>
  set === 'salesOrderLines' || set === 'purchaseOrderLines'
    ? book.find(set === 'salesOrderLines' ? 'salesOrders' : 'purchaseOrders', String(line.documentId))
    : undefined
