import type { Json } from '../../model/json.ts'
import type { Book } from './book.ts'
import { minus, plus } from './exact.ts'
import type { Goods } from './goods.ts'
import type { Entity } from './query.ts'
import { type Refused, refused, totalled } from './trade.ts'

/** What postings work on: one company at its place. */
export interface Posting {
  readonly book: Book
  readonly goods: Goods
  readonly day: () => string
  /** code of the location where goods come in and leave */
  readonly location: string
}
/** How much of which line, by its place among the lines with goods, from 1. */
export type Amounts = ReadonlyMap<number, number>

const isItem = ({ lineType }: Entity): boolean => lineType === 'Item'
const isInventory = (book: Book, line: Entity): boolean =>
  book.all('items').some(({ number, type }) => number === line.lineObjectNumber && type === 'Inventory')
const copied = ({
  sequence = 0,
  lineType = '',
  lineObjectNumber = '',
  description = '',
  description2 = '',
  unitOfMeasureCode = '',
}: Entity) => ({
  sequence,
  lineType,
  lineObjectNumber,
  description,
  description2,
  unitOfMeasureCode,
})

/** Posts a receipt of what came; lines that nobody names get what they say is to be received. */
export function receive(posting: Posting, id: string, amounts?: Amounts): Entity | Refused {
  const { book, goods, day, location } = posting
  const order = book.find('purchaseOrders', id)
  if (order === undefined) return refused('The order does not exist.')
  const coming = comingOf(book.lines('purchaseOrders', id).filter(isItem), 'receiveQuantity', amounts)
  if (coming.length === 0) return refused('There is nothing to post.')
  if (coming.some(({ line, quantity }) => plus(line.receivedQuantity, quantity) > Number(line.quantity)))
    return refused('You cannot receive more than is outstanding.')
  const { vendorNumber = '', vendorName = '', number = '', currencyCode = '' } = order
  const receipt = book.add('purchaseReceipts', {
    number: book.number('receipts'),
    postingDate: day(),
    vendorNumber,
    vendorName,
    currencyCode,
    orderNumber: number,
  })
  for (const { line, quantity } of coming) {
    book.add('purchaseReceiptLines', { documentId: receipt.id, ...copied(line), quantity })
    book.set('purchaseOrderLines', line.id, {
      receivedQuantity: plus(line.receivedQuantity, quantity),
      receiveQuantity: 0,
      invoiceQuantity: minus(plus(line.receivedQuantity, quantity), line.invoicedQuantity),
    })
    if (isInventory(book, line))
      goods.move({
        item: String(line.lineObjectNumber),
        quantity: quantity * goods.factor(String(line.lineObjectNumber), String(line.unitOfMeasureCode)),
        location,
        entryType: 'Purchase',
        documentType: 'Purchase_x0020_Receipt',
        documentNumber: String(receipt.number),
        sourceNumber: String(vendorNumber),
      })
  }
  const whole = book.lines('purchaseOrders', id).every((line) => !isItem(line) || line.quantity === line.receivedQuantity)
  book.set('purchaseOrders', id, { status: 'Open', fullyReceived: whole })
  return receipt
}

/** Undoes the lines of a receipt of which nothing was invoiced: each stands in it once more with a negative quantity, and what came is open again. */
export function undoReceipt(posting: Posting, number: string): Refused | undefined {
  const { book, goods, location } = posting
  const receipt = book.all('purchaseReceipts').find((one) => one.number === number)
  const order = book.all('purchaseOrders').find((one) => one.number === receipt?.orderNumber)
  if (receipt === undefined || order === undefined)
    return refused('This receipt has already been invoiced. Undo Receipt can be applied only to posted, but not invoiced receipts.')
  for (const line of book.lines('purchaseReceipts', receipt.id)) {
    const ordered = book.lines('purchaseOrders', order.id).find(({ sequence }) => sequence === line.sequence)
    if (ordered === undefined) continue
    const quantity = Number(line.quantity)
    book.add('purchaseReceiptLines', {
      documentId: receipt.id,
      ...copied(line),
      sequence: Number(line.sequence) + 5000,
      quantity: -quantity,
    })
    book.set('purchaseOrderLines', ordered.id, { receivedQuantity: minus(ordered.receivedQuantity, quantity) })
    goods.move({
      item: String(line.lineObjectNumber),
      quantity: -quantity * goods.factor(String(line.lineObjectNumber), String(line.unitOfMeasureCode)),
      location,
      entryType: 'Purchase',
      documentType: 'Purchase_x0020_Receipt',
      documentNumber: number,
      sourceNumber: String(receipt.vendorNumber),
    })
  }
  book.set('purchaseOrders', order.id, { fullyReceived: false })
  return undefined
}

/** Posts the vendor's invoice for so much of what was received; an order that is received and invoiced whole is deleted by it. */
export function invoice(posting: Posting, id: string, vendorInvoiceNumber: string, amounts?: Amounts): Entity | Refused {
  const { book, day } = posting
  const order = book.find('purchaseOrders', id)
  if (order === undefined) return refused('The order does not exist.')
  const coming = comingOf(book.lines('purchaseOrders', id).filter(isItem), 'invoiceQuantity', amounts)
  if (coming.length === 0) return refused('There is nothing to post.')
  if (coming.some(({ line, quantity }) => plus(line.invoicedQuantity, quantity) > Number(line.receivedQuantity)))
    return refused('You cannot invoice more than was received.')
  const { vendorId = '', vendorNumber = '', vendorName = '', number = '', currencyCode = '' } = order
  const posted = book.add('purchaseInvoices', {
    number: book.number('invoices'),
    postingDate: day(),
    invoiceDate: day(),
    dueDate: day(),
    vendorInvoiceNumber,
    vendorId,
    vendorNumber,
    vendorName,
    currencyCode,
    orderId: id,
    orderNumber: number,
    pricesIncludeTax: false,
    discountAmount: 0,
    status: 'Open',
    totalAmountExcludingTax: 0,
    totalTaxAmount: 0,
    totalAmountIncludingTax: 0,
  })
  for (const { line, quantity } of coming) {
    const unitCost = line.directUnitCost ?? 0
    book.add('purchaseInvoiceLines', { documentId: posted.id, ...copied(line), quantity, unitCost })
    book.set('purchaseOrderLines', line.id, { invoicedQuantity: plus(line.invoicedQuantity, quantity), invoiceQuantity: 0 })
  }
  const whole = totalled(book, 'purchaseInvoices', posted.id)
  const lines = book.lines('purchaseOrders', id).filter(isItem)
  if (lines.every(({ quantity, receivedQuantity, invoicedQuantity }) => quantity === receivedQuantity && quantity === invoicedQuantity))
    book.archive('purchaseOrders', id)
  return whole
}

/** `Microsoft.NAV.receiveAndInvoice`: posts what the lines say is to be received; an order that is received whole is gone. */
export function receiveAndInvoice(posting: Posting, id: string): Refused | undefined {
  const came = receive(posting, id)
  if ('refused' in came) return { refused: String(came.refused) }
  const billed = invoice(posting, id, '')
  return 'refused' in billed ? { refused: String(billed.refused) } : undefined
}

/** Posts the shipment of all that is open; comments of the order go into it as they stand. */
export function ship(posting: Posting, id: string): Entity | Refused {
  const { book, goods, day, location } = posting
  const order = book.find('salesOrders', id)
  if (order === undefined) return refused('The order does not exist.')
  const lines = book.lines('salesOrders', id)
  const open = (line: Entity): number => (isItem(line) ? minus(line.quantity, line.shippedQuantity) : 0)
  if (lines.every((line) => open(line) === 0)) return refused('There is nothing to post.')
  const { customerId = '', customerNumber = '', customerName = '', number = '', externalDocumentNumber = '' } = order
  const shipment = book.add('salesShipments', {
    number: book.number('shipments'),
    postingDate: day(),
    customerId,
    customerNumber,
    customerName,
    externalDocumentNumber,
    orderNumber: number,
  })
  for (const line of lines) {
    const quantity = open(line)
    if (isItem(line) && quantity === 0) continue
    const lineType: Json = isItem(line) ? 'Item' : '_x0020_'
    book.add('salesShipmentLines', { documentId: shipment.id, documentNo: shipment.number ?? '', ...copied(line), lineType, quantity })
    if (!isItem(line)) continue
    book.set('salesOrderLines', line.id, { shippedQuantity: Number(line.quantity), shipQuantity: 0 })
    if (isInventory(book, line))
      goods.move({
        item: String(line.lineObjectNumber),
        quantity: -quantity * goods.factor(String(line.lineObjectNumber), String(line.unitOfMeasureCode)),
        location,
        entryType: 'Sale',
        documentType: 'Sales_x0020_Shipment',
        documentNumber: String(shipment.number),
        sourceNumber: String(customerNumber),
      })
  }
  book.set('salesOrders', id, { status: 'Open', fullyShipped: true })
  return shipment
}

/** Posts a credit memo for goods of an order that came back: copied from its line, with its external document number. */
export function takeBack(posting: Posting, id: string, place: number, quantity: number): Entity | Refused {
  const { book, goods, day, location } = posting
  const order = book.find('salesOrders', id)
  const line = book.lines('salesOrders', id).filter(isItem)[place - 1]
  if (order === undefined || line === undefined) return refused('The line does not exist.')
  const { customerId = '', customerNumber = '', customerName = '', currencyCode = '', externalDocumentNumber = '' } = order
  const memo = book.add('salesCreditMemos', {
    number: book.number('creditMemos'),
    externalDocumentNumber,
    creditMemoDate: day(),
    postingDate: day(),
    customerId,
    customerNumber,
    customerName,
    currencyCode,
    status: 'Open',
  })
  book.add('salesCreditMemoLines', { documentId: memo.id, ...copied(line), quantity, unitPrice: line.unitPrice ?? 0 })
  goods.move({
    item: String(line.lineObjectNumber),
    quantity: quantity * goods.factor(String(line.lineObjectNumber), String(line.unitOfMeasureCode)),
    location,
    entryType: 'Sale',
    documentType: 'Sales_x0020_Return_x0020_Receipt',
    documentNumber: String(memo.number),
    sourceNumber: String(customerNumber),
  })
  return totalled(book, 'salesCreditMemos', memo.id)
}

function comingOf(lines: readonly Entity[], field: string, amounts: Amounts | undefined) {
  return lines
    .map((line, place) => ({ line, quantity: amounts === undefined ? Number(line[field]) : (amounts.get(place + 1) ?? 0) }))
    .filter(({ quantity }) => quantity > 0)
}
