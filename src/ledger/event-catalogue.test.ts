import { describe, expect, test } from 'vitest'
import type { Json } from '../model/json.ts'
import { eventKinds, eventTypeOf, eventTypes, linesOf, matchesType, unknownTypes } from './event-catalogue.ts'

const typeOf = (kind: string, type: string, detail: Json = null) =>
  eventTypeOf({ kind, type, detail: detail === null ? null : JSON.stringify(detail) })
const money = (before: string, after: string, paid = ['0', '0'], refunded = ['0', '0']) => ({
  before: { payment: before, paid: paid[0], refunded: refunded[0] },
  after: { payment: after, paid: paid[1], refunded: refunded[1] },
})
const goods = (before: string, after: string, figure?: string) => ({
  before: { fulfilment: before, ...(figure === undefined ? {} : { lines: [{ line: '1', [figure]: '0' }] }) },
  after: { fulfilment: after, ...(figure === undefined ? {} : { lines: [{ line: '1', [figure]: '2' }] }) },
})
const status = (before: string | null, after: string) => ({ before: { status: before }, after: { status: after } })

describe('a line of the journal', () => {
  test.each<[string, string, Json, string | undefined]>([
    ['created', 'sales-order', { after: { status: 'open' } }, 'order.created'],
    ['created', 'sales-order', { after: { status: 'closed' } }, 'order.created'],
    ['changed', 'sales-order', null, 'order.changed'],
    ['changed', 'sales-order', status('open', 'closed'), 'order.completed'],
    ['changed', 'sales-order', status('open', 'cancelled'), 'order.cancelled'],
    ['changed', 'sales-order', status('cancelled', 'open'), 'order.changed'],
    ['revived', 'sales-order', null, 'order.changed'],
    ['deleted', 'sales-order', null, 'order.deleted'],
    ['order-state-changed', 'sales-order', money('none', 'part', ['0', '5']), 'order.payment_changed'],
    ['order-state-changed', 'sales-order', money('part', 'paid', ['5', '10']), 'order.paid'],
    ['order-state-changed', 'sales-order', money('none', 'paid', ['0', '10']), 'order.paid'],
    ['order-state-changed', 'sales-order', money('paid', 'paid', ['10', '12']), 'order.payment_changed'],
    ['order-state-changed', 'sales-order', money('paid', 'paid', ['10', '10'], ['9', '10']), 'order.refunded'],
    ['order-state-changed', 'sales-order', money('refunded', 'paid', ['10', '10'], ['10', '9']), 'order.paid'],
    ['order-state-changed', 'sales-order', goods('none', 'part', 'shipped'), 'order.shipped'],
    ['order-state-changed', 'sales-order', goods('part', 'shipped'), 'order.shipped'],
    ['order-state-changed', 'sales-order', goods('shipped', 'returned', 'restocked'), 'order.returned'],
    ['order-state-changed', 'sales-order', goods('shipped', 'part'), 'order.fulfilment_changed'],
    ['created', 'purchase-order', null, 'po.synced'],
    ['changed', 'purchase-order', null, 'po.amended'],
    ['changed', 'purchase-order', status('issued', 'cancelled'), 'po.cancelled'],
    ['order-state-changed', 'purchase-order', goods('none', 'part', 'received'), 'po.received'],
    ['order-state-changed', 'purchase-order', goods('part', 'part', 'rejected'), 'po.received'],
    ['order-state-changed', 'purchase-order', money('none', 'paid', ['0', '10']), 'po.payment_changed'],
    ['created', 'order-response', null, 'po.answered'],
    ['stock-changed', 'stock-level', { before: { available: '5' }, after: { available: '4' } }, 'stock.changed'],
    ['created', 'stock-level', null, 'stock.reported'],
    ['created', 'product', { after: { status: 'active' } }, 'product.introduced'],
    ['created', 'product', null, 'product.introduced'],
    ['created', 'product', { after: { status: 'proposed' } }, 'product.proposed'],
    ['changed', 'product', status('proposed', 'approved'), 'product.introduced'],
    ['changed', 'product', status('approved', 'active'), 'product.listed'],
    ['changed', 'product', status('active', 'delisted'), 'product.delisted'],
    ['changed', 'product', status('delisted', 'active'), 'product.listed'],
    ['changed', 'product', status('delisted', 'deleted'), 'product.deleted'],
    ['deleted', 'product', null, 'product.deleted'],
    ['changed', 'product', null, 'product.changed'],
    ['created', 'price-list', null, 'price.changed'],
    ['changed', 'shipment', status('packed', 'shipped'), 'shipment.shipped'],
    ['changed', 'shipment', status('shipped', 'delivered'), 'shipment.delivered'],
    ['parcel-changed', 'parcel', status('unknown', 'moving'), 'parcel.changed'],
    ['parcel-changed', 'parcel', status('moving', 'delivered'), 'parcel.delivered'],
    ['changed', 'refund', status('pending', 'done'), 'aftersale.refunded'],
    ['created', 'refund', { after: { status: 'pending' } }, 'document.created'],
    ['finding-opened', 'sales-order', { code: 'does-not-foot', path: '' }, 'finding.opened'],
    ['created', 'invoice', null, 'document.created'],
    ['created', 'party', null, 'party.created'],
    ['a-kind-nobody-knows', 'sales-order', null, undefined],
  ])('%s of a %s with %j is %s', (kind, type, detail, expected) => {
    expect(typeOf(kind, type, detail)).toBe(expected)
  })
})

describe('patterns', () => {
  test('name one type, those that begin so, or all', () => {
    expect(matchesType('*', 'po.synced')).toBe(true)
    expect(matchesType('order.*', 'order.paid')).toBe(true)
    expect(matchesType('order.*', 'orders.paid')).toBe(false)
    expect(matchesType('order', 'order.paid')).toBe(false)
    expect(unknownTypes(['order.*', 'order.payed', 'po.received', 'ordr.*'])).toEqual(['order.payed', 'ordr.*'])
  })

  test('narrow a query to the lines that can be such events, and to no fewer', () => {
    for (const type of eventTypes) {
      const chosen = linesOf([type])
      for (const { kinds, documents } of eventKinds.filter((entry) => entry.type === type))
        for (const kind of kinds)
          expect(chosen.some((one) => one.kinds.includes(kind) && (one.documents === undefined || one.documents === documents))).toBe(true)
    }
  })
})

test('every entry says what it tells, and every type is of the form a.b', () => {
  for (const { type, about } of eventKinds) {
    expect(type).toMatch(/^[a-z]+\.[a-z_]+$/)
    expect(about.length).toBeGreaterThan(15)
  }
})
