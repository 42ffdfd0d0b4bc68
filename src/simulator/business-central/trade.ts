import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import { type Book, linesOf, none } from './book.ts'
import type { Entity } from './query.ts'

/** Why a write is refused, as the service says it. */
export interface Refused {
  readonly refused: string
}
const refused = (message: string): Refused => ({ refused: message })

const rows = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [])

/** A document with its lines in one call (deep insert); prices and totals are what it says, taxes are none. */
export function createDocument(book: Book, set: 'purchaseOrders' | 'salesOrders', body: JsonObject, day: string): Entity | Refused {
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

const itemOf = (book: Book, number: Json | undefined): Entity | undefined => book.all('items').find((item) => item.number === number)

function addLine(book: Book, set: 'purchaseOrders' | 'salesOrders', documentId: string, line: JsonObject, sequence: number): void {
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
    const amount = Math.round(Number(line.quantity) * Number(line.directUnitCost ?? line.unitPrice ?? 0) * 100) / 100
    total += amount
    const figures = { amountExcludingTax: amount, totalTaxAmount: 0, amountIncludingTax: amount, netAmount: amount }
    if (line.amountExcludingTax !== amount) book.set(linesOf[set] ?? '', line.id, figures)
  }
  const sum = Math.round(total * 100) / 100
  return book.set(set, id, { totalAmountExcludingTax: sum, totalTaxAmount: 0, totalAmountIncludingTax: sum })
}

/** `Microsoft.NAV.receiveAndInvoice`: posts what the lines say is to be received; an order that is received whole is gone. */
export function receiveAndInvoice(book: Book, id: string, day: string): Refused | undefined {
  const order = book.find('purchaseOrders', id)
  const lines = book.lines('purchaseOrders', id).filter(({ lineType }) => lineType === 'Item')
  const coming = lines.filter(({ receiveQuantity }) => Number(receiveQuantity) > 0)
  if (order === undefined) return refused('The order does not exist.')
  if (coming.length === 0) return refused('There is nothing to post.')
  if (
    coming.some(({ quantity, receivedQuantity, receiveQuantity }) => Number(receivedQuantity) + Number(receiveQuantity) > Number(quantity))
  )
    return refused('You cannot receive more than is outstanding.')
  const { vendorNumber = '', vendorName = '', number = '' } = order
  const receipt = book.add('purchaseReceipts', {
    number: book.number('receipts'),
    postingDate: day,
    vendorNumber,
    vendorName,
    orderNumber: number,
  })
  for (const line of coming) {
    const { sequence = 0, lineType = '', lineObjectNumber = '', description = '', unitOfMeasureCode = '' } = line
    const quantity = Number(line.receiveQuantity)
    book.add('purchaseReceiptLines', {
      documentId: receipt.id,
      sequence,
      lineType,
      lineObjectNumber,
      description,
      unitOfMeasureCode,
      quantity,
    })
    const receivedQuantity = Number(line.receivedQuantity) + quantity
    book.set('purchaseOrderLines', line.id, {
      receivedQuantity,
      invoicedQuantity: receivedQuantity,
      receiveQuantity: 0,
      invoiceQuantity: 0,
    })
    const item = itemOf(book, line.lineObjectNumber)
    if (item !== undefined) book.set('items', item.id, { inventory: Number(item.inventory) + quantity })
  }
  if (
    book
      .lines('purchaseOrders', id)
      .every(({ lineType, quantity, receivedQuantity }) => lineType !== 'Item' || quantity === receivedQuantity)
  ) {
    for (const line of book.lines('purchaseOrders', id)) book.remove('purchaseOrderLines', line.id)
    book.remove('purchaseOrders', id)
  }
  return undefined
}
