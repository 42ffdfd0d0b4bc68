import type { Part, Stream } from '../../src/connector/types.ts'
import { entity, flag, list, number, text } from './odata.ts'

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
    blindSpots: [
      'an order is deleted by its last posting (received and invoiced): the list of keys tells, and its receipts and invoices stay',
      'whether the change of a line alone moves lastModifiedDateTime of its order is not published: a full pass now and then tells',
    ],
  }),
  hubRef: { path: 'purchaseOrderLines.0.description', document: 'purchase-order' },
  hubLines: { each: 'purchaseOrderLines', key: 'sequence', number: 'description2' },
}

export const salesOrders: Stream = {
  ...entity('salesOrders', {
    title: 'Sales orders with their lines',
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
    parts: origin('sales-order', 'sale'),
    blindSpots: ['an order is deleted by its last posting (shipped and invoiced): the list of keys tells, and its shipments stay'],
  }),
  hubRef: { path: 'externalDocumentNumber', document: 'sales-order' },
  hubLines: { each: 'salesOrderLines', key: 'sequence', number: 'description2' },
}

export const purchaseReceipts: Stream = entity('purchaseReceipts', {
  title: 'Posted receipts of purchased goods',
  key: 'number',
  expand: 'purchaseReceiptLines',
  fields: { vendorNumber: text, orderNumber: text, postingDate: text, purchaseReceiptLines: list },
  parts: origin('goods-receipt', 'receipt'),
  blindSpots: [
    'the API tells no location of a receipt: that of the config is taken',
    'a receipt that is undone is one of its own with negative lines',
  ],
})

export const salesShipments: Stream = entity('salesShipments', {
  title: 'Posted shipments to customers',
  key: 'number',
  expand: 'salesShipmentLines',
  fields: { customerNumber: text, orderNumber: text, postingDate: text, salesShipmentLines: list },
  parts: origin('shipment', 'shipment'),
  blindSpots: ['the API tells no location, carrier or tracking number of a shipment: the location is that of the config'],
})

export const purchaseInvoices: Stream = entity('purchaseInvoices', {
  title: 'Invoices of vendors',
  key: 'id',
  expand: 'purchaseInvoiceLines',
  fields: { vendorId: text, currencyCode: text, status: text, totalAmountIncludingTax: number, purchaseInvoiceLines: list },
  parts: origin('invoice', 'invoice'),
  blindSpots: ['which payment paid an invoice: its status says only that it is paid'],
})
