import type { Arrange, Command, CommandAction, JsonTemplate } from '../../src/connector/types.ts'
import type { Json, JsonObject, JsonSchema } from '../../src/model/json.ts'
import { find, one, patch, post, remove } from './odata.ts'
import { day, id, listOf, notNegative, object, positive, price, unblocked, word } from './shapes.ts'

export interface Kind {
  readonly set: 'purchaseOrders' | 'salesOrders'
  readonly lines: 'purchaseOrderLines' | 'salesOrderLines'
  readonly stream: string
  readonly price: 'directUnitCost' | 'unitPrice'
  readonly date: 'requestedReceiptDate' | 'requestedDeliveryDate'
}
const purchase: Kind = {
  set: 'purchaseOrders',
  lines: 'purchaseOrderLines',
  stream: 'purchase-orders',
  price: 'directUnitCost',
  date: 'requestedReceiptDate',
}
export const sale: Kind = {
  set: 'salesOrders',
  lines: 'salesOrderLines',
  stream: 'sales-orders',
  price: 'unitPrice',
  date: 'requestedDeliveryDate',
}

/** Our line number goes into the second description, where it comes back with every reading of the order. */
export const lineOf = (kind: Kind, more: JsonSchema = {}): JsonSchema =>
  object(['lineType', 'lineObjectNumber', 'quantity', 'description2'], {
    lineType: { const: 'Item' },
    lineObjectNumber: word(20),
    description2: word(50),
    quantity: positive,
    unitOfMeasureCode: word(10),
    [kind.price]: price,
    ...more,
  })
export const head = { orderDate: day, currencyCode: word(10) }
export const editOf = (kind: Kind, more: JsonSchema = {}): JsonSchema =>
  object(['lines'], {
    [kind.date]: day,
    ...more,
    lines: listOf(object(['number', 'quantity'], { number: word(50), quantity: notNegative, [kind.price]: price })),
  })

export const expanded = ({ set, lines }: Kind) => find(set, "number eq '{key|quoted}'", { $expand: lines })
export const shown = (kind: Kind) => ({ call: expanded(kind), record: 'value.0', stream: kind.stream })
const set = 'figures are set under the tags that were read, not added'

/**
 * The head first, then line by line, each under its own tag: the API changes nothing inside a list by one call (webservices/odata-known-limitations.md). A tag that is old stops the try; the next one reads again and
 * begins anew, which does no harm, since figures are set. A line that the order has not got is refused, for a person; one that is not named stays as it is, so what is cancelled is named with 0.
 */
export const changeOf = (kind: Kind, mapping: string, fields: JsonSchema = {}): Command => ({
  mapping: `business-central/${mapping}`,
  input: editOf(kind, fields),
  requires: { call: expanded(kind), path: 'value.0.status', in: ['Draft'] },
  call: patch(
    kind.set,
    'before.value.0',
    Object.fromEntries([kind.date, ...Object.keys(fields)].map((field) => [field, `{input.${field}}`])),
  ),
  then: [
    {
      ...patch(kind.lines, 'row', { quantity: '{item.quantity}', [kind.price]: `{item.${kind.price}}` }),
      each: { of: 'lines', by: 'number', rows: `value.0.${kind.lines}`, key: 'description2' },
    },
  ],
  once: { kind: 'natural', why: set },
  read: {
    ...shown(kind),
    matches: {
      equal: [kind.date, ...Object.keys(fields)].map((field) => [field, field]),
      lists: [
        {
          rows: [kind.lines, 'lines'],
          key: ['description2', 'number'],
          decimal: [
            ['quantity', 'quantity'],
            [kind.price, kind.price],
          ],
          more: true,
        },
      ],
    },
  },
})

const anyState = ['Draft', 'In Review', 'In_x0020_Review', 'Open']
/** Business Central has no cancelled orders: one that nobody wants is deleted. It refuses that itself where goods have moved. */
export const cancelOf = (kind: Kind, mapping: string, states: readonly Json[] = anyState): Command => ({
  mapping: `business-central/${mapping}`,
  input: object(['reference'], { reference: word(100) }),
  requires: { call: expanded(kind), path: 'value.0.status', in: states, absent: 'done' },
  call: remove(kind.set, 'before.value.0'),
  once: { kind: 'natural', why: 'an order that is not there is cancelled' },
})

/** A purchase order has no field for the number of somebody else: it begins with a comment, by which it is found again. */
const withReference: Arrange = (input) => [
  { lineType: 'Comment', description: input.reference ?? null },
  ...(Array.isArray(input.lines) ? (input.lines as readonly Json[]) : []),
]
export const headed: JsonObject = { orderDate: '{input.orderDate}', currencyCode: '{input.currencyCode}' }
const dateOf = (kind: Kind): JsonObject => ({ ...headed, [kind.date]: `{input.${kind.date}}` })

export const createPurchase: CommandAction = {
  kind: 'command',
  title: 'Purchase order',
  document: 'purchase-order',
  create: {
    mapping: 'business-central/purchase-create',
    input: object(['reference', 'vendorId', 'lines'], {
      reference: word(100),
      vendorId: id,
      ...head,
      requestedReceiptDate: day,
      lines: listOf(lineOf(purchase)),
    }),
    requires: {
      call: one('vendors', '{input.vendorId}', { $select: 'id,blocked' }),
      path: 'blocked',
      in: unblocked,
      arrange: withReference,
    },
    call: post('purchaseOrders', {
      vendorId: '{input.vendorId}',
      ...dateOf(purchase),
      purchaseOrderLines: '{arranged}',
    }),
    once: {
      kind: 'find',
      call: find('purchaseOrders', 'vendorId eq {input.vendorId}', {
        $expand: 'purchaseOrderLines',
        $orderby: 'lastModifiedDateTime desc',
        $top: '100',
      }),
      records: 'value',
      match: "record.purchaseOrderLines[lineType='Comment'].description == input.reference",
      key: 'number',
    },
    key: 'number',
    read: shown(purchase),
  },
  change: changeOf(purchase, 'purchase-change'),
  cancel: cancelOf(purchase, 'purchase-cancel'),
}

export const findSale = {
  kind: 'find',
  call: find('salesOrders', "externalDocumentNumber eq '{input.reference|quoted}' and customerId eq {input.customerId}"),
  records: 'value',
  key: 'number',
  // its last posting deletes an order: the shipment stays, and carries our reference as well
  over: [
    {
      call: find('salesShipments', "externalDocumentNumber eq '{input.reference|quoted}' and customerId eq {input.customerId}"),
      records: 'value',
      key: 'orderNumber',
    },
  ],
} as const
const saleOf = (kind: Kind, mapping: string): Command => ({
  mapping: `business-central/${mapping}`,
  input: object(['reference', 'customerId', 'lines'], {
    reference: word(35),
    customerId: id,
    ...head,
    requestedDeliveryDate: day,
    lines: listOf(lineOf(kind)),
  }),
  call: post('salesOrders', {
    customerId: '{input.customerId}',
    externalDocumentNumber: '{input.reference}',
    ...dateOf(kind),
    salesOrderLines: '{input.lines}',
  } satisfies JsonTemplate),
  once: findSale,
  key: 'number',
  read: shown(kind),
})
export const createSale: CommandAction = {
  kind: 'command',
  title: 'Sales order',
  document: 'sales-order',
  create: saleOf(sale, 'sale-create'),
  change: changeOf(sale, 'sale-change'),
  cancel: cancelOf(sale, 'sale-cancel'),
}

const answer: Kind = { ...sale, stream: 'order-responses' }
export const purchaseAsSale: CommandAction = {
  kind: 'command',
  title: "Buyer's purchase order as a sales order in the seller's books, for its people to release, to cut or to refuse",
  document: 'purchase-order',
  create: saleOf(answer, 'purchase-as-sale'),
  change: changeOf(answer, 'purchase-as-sale-change'),
  // what its people have released is theirs
  cancel: cancelOf(answer, 'purchase-cancel', ['Draft']),
}
