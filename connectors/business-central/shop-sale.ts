import type { Command, CommandAction } from '../../src/connector/types.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { patch, post } from './odata.ts'
import { cancelOf, changeOf, findSale, head, headed, type Kind, lineOf, sale, shown } from './order-actions.ts'
import { id, listOf, object, word } from './shapes.ts'

const kind: Kind = { ...sale, stream: 'sales' }
/** Comments are known by their second description: NOTE is what the buyer wrote, into TRACKING the warehouse writes the number before it posts, and the shipment repeats it. */
const mark = { enum: ['NOTE', 'TRACKING'] }
const comment = object(['lineType', 'description2'], { lineType: { const: 'Comment' }, description: word(100), description2: mark })

const address = {
  shipToName: word(100),
  shipToAddressLine1: word(100),
  shipToCity: word(30),
  shipToState: word(30),
  shipToPostCode: word(20),
  shipToCountry: word(10),
}
const addressed = Object.fromEntries(Object.keys(address).map((field) => [field, `{input.${field}}`]))

const changed = changeOf(kind, 'shop-sale-change', address)
const comments = { of: 'comments', by: 'number', rows: `value.0.${kind.lines}`, key: 'description2' }
/** As of other orders, and after the lines the comment of the note. */
const change: Command = {
  ...changed,
  input: {
    ...changed.input,
    properties: {
      ...(changed.input.properties as JsonObject),
      comments: listOf(object(['number', 'description'], { number: mark, description: word(100) })),
    },
  },
  then: [...(changed.then ?? []), { ...patch(kind.lines, 'row', { description: '{item.description}' }), each: comments }],
  read: {
    ...shown(kind),
    matches: {
      ...changed.read?.matches,
      lists: [
        ...(changed.read?.matches?.lists ?? []),
        {
          rows: [kind.lines, 'comments'],
          key: ['description2', 'number'],
          equal: [['description', 'description']],
          more: true,
        },
      ],
    },
  },
}

/** Shop customers are booked on one customer, whom the config names; where it goes stands in the order itself. */
export const shopSale: CommandAction = {
  kind: 'command',
  title: 'Order of a shop as a sales order, booked on one customer',
  document: 'sales-order',
  create: {
    mapping: 'business-central/shop-sale',
    input: object(['reference', 'customerId', 'lines'], {
      reference: word(35),
      customerId: id,
      ...head,
      ...address,
      lines: listOf({ anyOf: [lineOf(kind, { locationId: id }), comment] }),
    }),
    call: post('salesOrders', {
      customerId: '{input.customerId}',
      externalDocumentNumber: '{input.reference}',
      ...headed,
      ...addressed,
      salesOrderLines: '{input.lines}',
    }),
    once: findSale,
    key: 'number',
    read: shown(kind),
  },
  change,
  cancel: cancelOf(kind, 'sale-cancel'),
}
