import type { Arrange, Command, CommandAction, JsonTemplate } from '../../src/connector/types.ts'
import { compare, isZero, subtract } from '../../src/model/decimal.ts'
import { isObject, type Json, type JsonObject, type JsonSchema } from '../../src/model/json.ts'
import { find, one, patch, post } from './odata.ts'

const word = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength })
/** Stands in a condition without quotes, as OData has it of a GUID. */
const id = { type: 'string', pattern: '^[0-9A-Za-z-]{1,64}$' }
const day = { type: 'string', format: 'date' }
const positive = { type: 'number', exclusiveMinimum: 0 }
const object = (required: readonly string[], properties: JsonSchema): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})
const listOf = (items: JsonSchema, maxItems = 1000): JsonSchema => ({ type: 'array', minItems: 1, maxItems, items })

interface Kind {
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
const sale: Kind = {
  set: 'salesOrders',
  lines: 'salesOrderLines',
  stream: 'sales-orders',
  price: 'unitPrice',
  date: 'requestedDeliveryDate',
}

/** Our line number goes into the second description, where it comes back with every reading of the order. */
const lineOf = ({ price }: Kind): JsonSchema =>
  object(['lineType', 'lineObjectNumber', 'quantity', 'description2'], {
    lineType: { const: 'Item' },
    lineObjectNumber: word(20),
    description2: word(50),
    quantity: positive,
    unitOfMeasureCode: word(10),
    [price]: { type: 'number', minimum: 0 },
  })
const head = { orderDate: day, currencyCode: word(10) }
const edit = (kind: Kind): JsonSchema =>
  object(['lines'], {
    [kind.date]: day,
    lines: listOf(object(['number', 'quantity'], { number: word(50), quantity: positive, [kind.price]: { type: 'number', minimum: 0 } })),
  })

const expanded = ({ set, lines }: Kind) => find(set, "number eq '{key|quoted}'", { $expand: lines })
const shown = (kind: Kind) => ({ call: expanded(kind), record: 'value.0', stream: kind.stream })

/**
 * The head first, then line by line, each under its own tag: the API changes nothing inside a list by one call (webservices/odata-known-limitations.md). A tag that is old stops the try; the next one reads again and
 * begins anew, which does no harm, since figures are set. A line more or less is refused, for a person.
 */
const change = (kind: Kind, mapping: string, states: readonly Json[]): Command => ({
  mapping: `business-central/${mapping}`,
  input: edit(kind),
  requires: { call: expanded(kind), path: 'value.0.status', in: states },
  call: patch(kind.set, 'before.value.0', { [kind.date]: `{input.${kind.date}}` }),
  then: [
    {
      ...patch(kind.lines, 'row', { quantity: '{item.quantity}', [kind.price]: `{item.${kind.price}}` }),
      each: { of: 'lines', by: 'number', rows: `value.0.${kind.lines}`, key: 'description2' },
    },
  ],
  once: { kind: 'natural', why: 'figures are set under the tags that were read, not added' },
  read: shown(kind),
})

/** A purchase order has no field for the number of somebody else: it begins with a comment, by which it is found again. */
const withReference: Arrange = (input) => [
  { lineType: 'Comment', description: input.reference ?? null },
  ...(Array.isArray(input.lines) ? (input.lines as readonly Json[]) : []),
]
const dateOf = (kind: Kind): JsonTemplate => ({
  orderDate: '{input.orderDate}',
  [kind.date]: `{input.${kind.date}}`,
  currencyCode: '{input.currencyCode}',
})
const unblocked = [' ', '_x0020_', '']

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
      ...(dateOf(purchase) as JsonObject),
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
  change: change(purchase, 'purchase-change', ['Draft']),
}

export const createSale: CommandAction = {
  kind: 'command',
  title: 'Sales order',
  document: 'sales-order',
  create: {
    mapping: 'business-central/sale-create',
    input: object(['reference', 'customerId', 'lines'], {
      reference: word(35),
      customerId: id,
      ...head,
      requestedDeliveryDate: day,
      lines: listOf(lineOf(sale)),
    }),
    call: post('salesOrders', {
      customerId: '{input.customerId}',
      externalDocumentNumber: '{input.reference}',
      ...(dateOf(sale) as JsonObject),
      salesOrderLines: '{input.lines}',
    }),
    once: {
      kind: 'find',
      call: find('salesOrders', "externalDocumentNumber eq '{input.reference|quoted}' and customerId eq {input.customerId}"),
      records: 'value',
      key: 'number',
    },
    key: 'number',
    read: shown(sale),
  },
  change: change(sale, 'sale-change', ['Draft']),
}

/**
 * No more than is open. What else the lines of the order say is to be received would be posted with it: such a line stops it, unless it comes too (in Purchases & Payables Setup let Default Qty. to Receive be Blank).
 * undefined: it cannot be done (any more).
 */
const toReceive: Arrange = (input, before) => {
  const [order] = rowsOf(before, 'value')
  const lines = rowsOf(order, 'purchaseOrderLines').filter(({ lineType }) => lineType === 'Item')
  const wanted = new Map(rowsOf(input, 'lines').map(({ item, quantity }) => [item, String(quantity)]))
  const others = lines.some(({ lineObjectNumber: item, receiveQuantity }) => !wanted.has(item) && !isZero(String(receiveQuantity ?? 0)))
  const fits = [...wanted].every(([item, comes]) =>
    lines.some(
      ({ lineObjectNumber, quantity, receivedQuantity }) =>
        lineObjectNumber === item && compare(comes, subtract(String(quantity), String(receivedQuantity ?? 0))) <= 0,
    ),
  )
  return fits && !others ? true : undefined
}
const rowsOf = (value: Json | undefined, name: string): readonly JsonObject[] => {
  const list = isObject(value) ? value[name] : undefined
  return Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : []
}

/** `Microsoft.NAV.receiveAndInvoice` posts what the lines say is to be received and invoiced (resources/dynamics_purchaseorder.md); there is no bound action that only receives. */
export const receiveAndInvoice: CommandAction = {
  kind: 'command',
  title: 'Goods of a purchase order received, and invoiced with it',
  document: 'goods-receipt',
  create: {
    mapping: 'business-central/receive',
    input: object(['order', 'lines'], {
      order: word(20),
      lines: listOf(object(['item', 'quantity'], { item: word(20), quantity: positive })),
    }),
    requires: {
      call: find('purchaseOrders', "number eq '{input.order|quoted}'", { $expand: 'purchaseOrderLines' }),
      path: 'value.0.fullyReceived',
      in: [false],
      arrange: toReceive,
    },
    prepare: [
      {
        ...patch('purchaseOrderLines', 'row', { receiveQuantity: '{item.quantity}', invoiceQuantity: '{item.quantity}' }),
        each: { of: 'lines', by: 'item', rows: 'value.0.purchaseOrderLines', key: 'lineObjectNumber' },
      },
    ],
    call: post('purchaseOrders({before.value.0.id})/Microsoft.NAV.receiveAndInvoice'),
    once: { kind: 'none', why: 'a receipt carries nothing of ours, and the order may be gone after its posting' },
    keyBefore: 'value.0.number',
  },
}
