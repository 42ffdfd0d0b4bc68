import { compare } from '../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { becomes, type EventKind, type Move } from './event-kind.ts'

const state = ['order-state-changed']
const sales = ['sales-order']
const purchases = ['purchase-order']

/** Orders of both kinds: their documents, and what several systems know together about them. */
export const orderEvents: readonly EventKind[] = [
  { type: 'order.created', kinds: ['created'], documents: sales, about: 'A shop, a portal or a person placed a sales order.' },
  { type: 'order.cancelled', kinds: ['changed'], documents: sales, when: becomes('cancelled'), about: 'Its origin called the order off.' },
  { type: 'order.completed', kinds: ['changed'], documents: sales, when: becomes('closed'), about: 'Its origin closed the order.' },
  {
    type: 'order.changed',
    kinds: ['changed', 'revived'],
    documents: sales,
    about: 'Anything else in the order: lines, addresses, amounts, status, or it came back after a delete.',
  },
  { type: 'order.deleted', kinds: ['deleted'], documents: sales, about: 'Its origin deleted the order. Nothing is removed here.' },
  { type: 'order.resent', kinds: ['order-resent'], documents: sales, about: 'A person had a failed delivery of the order sent again.' },
  {
    type: 'order.refunded',
    kinds: state,
    documents: sales,
    when: ({ before, after }) => grows(before.refunded, after.refunded),
    about: 'More of what was paid was given back.',
  },
  {
    type: 'order.paid',
    kinds: state,
    documents: sales,
    when: ({ before, after }) => after.payment === 'paid' && before.payment !== 'paid',
    about: 'The whole amount is paid: captured payments have reached the grand total.',
  },
  {
    type: 'order.payment_changed',
    kinds: state,
    documents: sales,
    when: ({ after }) => after.payment !== undefined,
    about: 'Another change of what is paid: a part came, or a payment was taken back.',
  },
  {
    type: 'order.returned',
    kinds: state,
    documents: sales,
    when: (move) => moved(move, 'restocked'),
    about: 'Goods of the order came back.',
  },
  {
    type: 'order.shipped',
    kinds: state,
    documents: sales,
    when: (move) => moved(move, 'shipped') || (move.after.fulfilment === 'shipped' && move.before.fulfilment !== 'shipped'),
    about: 'Goods left, a part or all: `fulfilment` says which, `lines` how much of each line by now.',
  },
  { type: 'order.fulfilment_changed', kinds: state, documents: sales, about: 'Another change of what is shipped.' },
  {
    type: 'order.awaiting_funds',
    kinds: ['order-awaiting-funds'],
    about: 'The deposit of its merchant has not enough for the order: it goes to nobody until more comes.',
  },
  { type: 'order.funded', kinds: ['order-funded'], about: 'The money for an order that waited for it is frozen, and the order goes.' },
  { type: 'order.routed', kinds: ['order-routed'], about: 'The rules decided which account a sales order goes to.' },
  { type: 'order.rerouted', kinds: ['order-rerouted'], about: 'A person sent a sales order to another account.' },
  {
    type: 'order.costed',
    kinds: ['order-costed'],
    about: "What a merchant's order costs the merchant was decided, or is another figure; `lines` has price, tier and list of each.",
  },
  { type: 'po.synced', kinds: ['created'], documents: purchases, about: 'A purchase order came from the ERP that keeps it.' },
  {
    type: 'po.cancelled',
    kinds: ['changed'],
    documents: purchases,
    when: becomes('cancelled'),
    about: 'The buyer called the purchase off.',
  },
  { type: 'po.closed', kinds: ['changed'], documents: purchases, when: becomes('closed'), about: 'The buyer closed the purchase.' },
  { type: 'po.amended', kinds: ['changed', 'revived'], documents: purchases, about: 'Anything else in the purchase order.' },
  { type: 'po.deleted', kinds: ['deleted'], documents: purchases, about: 'The ERP deleted the purchase order. Nothing is removed here.' },
  {
    type: 'po.received',
    kinds: state,
    documents: purchases,
    when: (move) => moved(move, 'received') || moved(move, 'rejected'),
    about: 'Goods of the purchase arrived, a part or all: `lines` says how much of each line by now, accepted and rejected.',
  },
  {
    type: 'po.payment_changed',
    kinds: state,
    documents: purchases,
    when: ({ after }) => after.payment !== undefined,
    about: 'What is paid of the purchase changed.',
  },
  { type: 'po.fulfilment_changed', kinds: state, documents: purchases, about: 'Another change of what is received.' },
  {
    type: 'po.answered',
    kinds: ['created', 'changed'],
    documents: ['order-response'],
    about: 'The supplier accepted, changed or refused lines of a purchase. The subject is the answer, which refers to the order.',
  },
]

function grows(before: Json | undefined, after: Json | undefined): boolean {
  return typeof after === 'string' && compare(after, typeof before === 'string' ? before : '0') > 0
}

/** Whether a line's figure is among those that moved. */
const moved = ({ after }: Move, figure: string): boolean =>
  Array.isArray(after.lines) && after.lines.some((line) => isObject(line) && (line as JsonObject)[figure] !== undefined)
