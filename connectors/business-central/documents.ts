import type { Part, Stream } from '../../src/connector/types.ts'
import { all, entity, flag, list, number, since, text } from './odata.ts'

const origin = (document: string, mapping: string): readonly Part[] => [
  { document, mapping: `business-central/${mapping}`, mode: 'replace', identity: { kind: 'origin' } },
]
/** Comment lines: our reference stands in the first of an order that the hub made, our line numbers in the second description of its lines. */
export const purchaseOrders: Stream = {
  ...entity('purchaseOrders', {
    title: 'Purchase orders with their lines',
    key: 'number',
    expand: 'purchaseOrderLines',
    fields: { vendorNumber: text, orderDate: text, currencyCode: text, status: text, fullyReceived: flag, purchaseOrderLines: list },
    parts: origin('purchase-order', 'purchase'),
    into: ['purchase-receipts'],
    blindSpots: [
      'an order is deleted by its last posting (received and invoiced): the list of keys tells, and its receipts and invoices stay',
      'whether the change of a line alone moves lastModifiedDateTime of its order is not published: a full pass now and then tells',
    ],
  }),
  hubRef: { path: 'purchaseOrderLines.0.description', document: 'purchase-order', by: 'key' },
  hubLines: { each: 'purchaseOrderLines', key: 'sequence', number: 'description2' },
}

const salesStream = (title: string, document: string, parts: readonly Part[], listed: boolean, blindSpots: readonly string[]): Stream => ({
  ...entity('salesOrders', {
    title,
    key: 'number',
    expand: 'salesOrderLines',
    fields: {
      customerId: text,
      externalDocumentNumber: text,
      orderDate: text,
      currencyCode: text,
      status: text,
      fullyShipped: flag,
      salesOrderLines: list,
    },
    parts,
    ...(listed ? { into: ['sales-shipments'] } : { listed }),
    blindSpots,
  }),
  // people write there what customers call their orders: only our answers to a buyer go by a number
  hubRef: { path: 'externalDocumentNumber', document, ...(document === 'sales-order' ? { by: 'key' as const } : {}) },
  hubLines: { each: 'salesOrderLines', key: 'sequence', number: 'description2' },
})
export const salesOrders = salesStream('Sales orders with their lines', 'sales-order', origin('sales-order', 'sale'), true, [
  'an order is deleted by its last posting (shipped and invoiced): the list of keys tells, and its shipments stay',
])
/** For books whose own orders are nobody's business: sales that the hub brought here are known by the reference, all others are set aside. */
export const sales = salesStream(
  'Sales orders made from our orders',
  'sales-order',
  [{ document: 'sales-order', mode: 'replace', identity: { kind: 'mirror', identifiers: [], foreign: 'ignore' } }],
  false,
  ['an order that is deleted, by a person or by its last posting'],
)
export const orderResponses = salesStream(
  "Sales orders that answer our purchase orders (seller's books): released is accepted, as far as its quantities go; one that is not released and has only quantities of 0 is refused",
  'purchase-order',
  [
    {
      document: 'order-response',
      mapping: 'business-central/order-response',
      mode: 'replace',
      when: "has(externalDocumentNumber) && count(salesOrderLines, lineType == 'Item' && has(description2)) > 0",
      identity: { kind: 'origin' },
    },
  ],
  false,
  [
    'an order that is deleted: its last answer stays',
    "an order of another customer's that has the number of one of ours, and our line numbers, is taken for an answer",
  ],
)

/** What was put aside afterwards, under the number of the receipt, was not accepted: its entries in the item ledger come with it. */
export const purchaseReceipts: Stream = entity('purchaseReceipts', {
  title: 'Posted receipts of purchased goods',
  key: 'number',
  expand: 'purchaseReceiptLines',
  fields: { vendorNumber: text, orderNumber: text, postingDate: text, purchaseReceiptLines: list },
  children: [
    {
      name: 'ledgerEntries',
      ...all('itemLedgerEntries', { $filter: "documentNumber eq '{key|quoted}'", $orderby: 'entryNumber' }),
      batch: 1,
      as: { kind: 'embed' },
    },
  ],
  parts: origin('goods-receipt', 'receipt'),
  blindSpots: [
    'the API tells no location of a receipt: that of the config is taken',
    'of several lines of one article in a receipt, which of them was undone: they share it',
  ],
})

/** A receipt that was posted tells no time of a change: what is put aside later (broken, to another location or written off), and what is undone, stands in the item ledger. */
export const putAside: Stream = {
  title: 'Goods put aside under the number of a receipt, or undone: entries of the item ledger by which the receipt is read again',
  schema: {
    type: 'object',
    required: ['id', 'documentNumber', 'entryType', 'quantity', 'lastModifiedDateTime'],
    properties: { id: text, documentNumber: text, entryType: text, quantity: number, lastModifiedDateTime: text },
  },
  key: 'id',
  ...since,
  ...all('itemLedgerEntries', {
    $select: 'id,documentNumber,entryType,quantity,lastModifiedDateTime',
    $filter: 'quantity lt 0 and lastModifiedDateTime ge {since}',
    $orderby: 'entryNumber',
  }),
  parts: [],
  pokes: { stream: 'purchase-receipts', key: 'documentNumber', when: "entryType != 'Sale'" },
  blindSpots: [],
}

export const salesShipments: Stream = entity('salesShipments', {
  title: 'Posted shipments to customers',
  key: 'number',
  expand: 'salesShipmentLines',
  fields: { customerNumber: text, orderNumber: text, postingDate: text, salesShipmentLines: list },
  parts: origin('shipment', 'shipment'),
  blindSpots: [
    'a shipment that is undone: its goods count as sent',
    'the API tells no location, carrier or tracking number of a shipment: the location is that of the config, the number that of the comment TRACKING which our orders bring along',
  ],
})

/** Of lines with articles the goods come back into stock. */
export const returns: Stream = entity('salesCreditMemos', {
  title: 'Posted credit memos to customers: goods that came back',
  key: 'id',
  expand: 'salesCreditMemoLines',
  fields: { externalDocumentNumber: text, postingDate: text, status: text, salesCreditMemoLines: list },
  parts: [
    {
      document: 'shipment',
      mapping: 'business-central/return',
      mode: 'replace',
      when: "status != 'Draft' && status != 'In Review' && status != 'In_x0020_Review'",
      key: 'return-{key}',
      identity: { kind: 'origin' },
    },
  ],
  blindSpots: [
    'which order a return belongs to is told by the external document number alone, and its line by the second description, as they are copied from the shipment',
    'goods that came back by a return order and were not credited yet',
  ],
})

export const purchaseInvoices: Stream = entity('purchaseInvoices', {
  title: 'Invoices of vendors',
  key: 'id',
  expand: 'purchaseInvoiceLines',
  fields: { vendorId: text, currencyCode: text, status: text, totalAmountIncludingTax: number, purchaseInvoiceLines: list },
  parts: origin('invoice', 'invoice'),
  blindSpots: ['which payment paid an invoice: its status says only that it is paid'],
})
