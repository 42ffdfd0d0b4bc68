import { compare, divide, multiply, round, sum } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import { saleReference } from '../simulator/day/day-book.ts'
import { shopNames } from '../simulator/day/plan-sizes.ts'
import type { ShopOrder } from '../simulator/day/shop-record.ts'
import { money, sum as sumCents } from '../simulator/woocommerce/money.ts'
import type { Fields, Pairing, Records } from './compare.ts'
import { recordsOf } from './compare.ts'
import { article, eachLine, goods, list, part, text, unitOf } from './document-values.ts'
import type { Ledger, LedgerDocument } from './ledger.ts'
import type { Truth } from './truth.ts'
import { related, rowsOf, textOf } from './tryton-values.ts'

/** Shop orders in the ledger beside the shops, as sales beside Harbour's Tryton, and what left and came back. */
export function salesPairings(ledger: Ledger, truth: Truth): readonly Pairing[] {
  const ways = [
    { name: 'shipments', direction: 'outbound', rows: truth.shipments, moves: 'outgoing_moves' },
    { name: 'returns', direction: 'return', rows: truth.returns, moves: 'incoming_moves' },
  ]
  return [shopOrders(ledger, truth), sales(ledger, truth), ...ways.map((way) => movements(ledger, way)), refunds(ledger, truth)]
}

const statusOf: Readonly<Record<string, string>> = { completed: 'closed', refunded: 'closed', cancelled: 'cancelled', failed: 'cancelled' }

const trackingBy = (ledger: Ledger): ReadonlyMap<string, string> =>
  new Map(outbound(ledger).map(({ body }) => [ledger.keyOf(body.order), text(part(list(body.parcels)[0], 'tracking'))]))
const outbound = (ledger: Ledger): readonly LedgerDocument[] => ledger.of('shipment').filter(({ body }) => body.direction === 'outbound')

/** The tracking number in the shop came from Tryton through the ledger: the ledger's shipment and the shop's order must name the same. */
function shopOrders(ledger: Ledger, truth: Truth): Pairing {
  const tracking = trackingBy(ledger)
  const orders = shopNames.flatMap((shop) => truth.orders[shop].map((order) => ({ shop, order })))
  return {
    name: 'orders in the shops',
    ledger: recordsOf(
      ledger.of('sales-order'),
      ({ key }) => key,
      ({ key, body }) => ({
        status: text(body.status),
        currency: text(body.currency),
        total: text(part(body.totals, 'grandTotal')),
        tax: text(part(body.totals, 'taxTotal')),
        shipping: text(part(body.totals, 'chargeTotal')),
        tracking: tracking.get(key) ?? '',
        ...eachLine(list(body.lines), (line) => [
          text(line.key),
          {
            sku: text(part(line.product, 'sku')),
            quantity: text(line.quantity),
            amount: text(line.lineAmount),
            tax: sum(list(line.taxes).map(({ amount }) => text(amount))),
          },
        ]),
      }),
    ),
    systems: recordsOf(
      orders,
      ({ shop, order }) => saleReference(shop, order.id),
      ({ shop, order }) => ({
        status: statusOf[order.status] ?? 'open',
        currency: shop === 'shop-us' ? 'USD' : 'EUR',
        total: money(order.total),
        tax: money(order.tax),
        shipping: money(order.shippingNet),
        tracking: order.tracking ?? '',
        ...eachLine(order.lines, (line) => [
          String(line.id),
          { sku: line.sku, quantity: String(line.quantity), amount: money(line.net), tax: money(line.tax) },
        ]),
      }),
    ),
  }
}

/** Each order is one sale with the order's key as its reference. One that was cancelled before its sale was made needs none. */
function sales(ledger: Ledger, truth: Truth): Pairing {
  const shipped = trackingBy(ledger)
  const known = new Set(truth.sales.map((row) => textOf(row, 'reference')))
  const fateOf = ({ key, body }: LedgerDocument) => (shipped.has(key) ? 'shipped' : body.status === 'cancelled' ? 'cancelled' : 'open')
  const orders = ledger.of('sales-order').filter((order) => known.has(order.key) || fateOf(order) !== 'cancelled')
  return {
    name: "sales in Harbour's Tryton",
    ledger: recordsOf(
      orders,
      ({ key }) => key,
      (order) => ({
        fate: fateOf(order),
        currency: text(order.body.currency),
        'name, street and note': 'in the comment',
        freight: sum(list(order.body.charges).map(({ amount }) => text(amount))),
        ...eachLine(list(order.body.lines), (line) => [
          text(line.number),
          {
            article: ledger.keyOf(part(line.product, 'ref')),
            quantity: text(line.quantity),
            unit: text(line.unit),
            price: divide(text(line.lineAmount), text(line.quantity), 4, 'half-even'),
            amount: text(line.lineAmount),
          },
        ]),
      }),
    ),
    systems: saleRecords(ledger, truth.sales),
  }
}

function saleRecords(ledger: Ledger, rows: readonly JsonObject[]): Records {
  const orders = new Map(ledger.of('sales-order').map((order) => [order.key, order.body]))
  const written = (row: JsonObject): string => {
    const { shipTo, note } = orders.get(textOf(row, 'reference')) ?? {}
    const wanted = [text(part(shipTo, 'name')), text(firstOf(part(shipTo, 'street'))), text(note)].filter((value) => value !== '')
    const missing = wanted.filter((value) => !textOf(row, 'comment').includes(value))
    return missing.length === 0 ? 'in the comment' : `not in the comment: ${missing.join(', ')}`
  }
  return recordsOf(
    rows,
    (row) => textOf(row, 'reference'),
    (row) => ({
      fate: rowsOf(row, 'shipments').some((shipment) => textOf(shipment, 'state') === 'done')
        ? 'shipped'
        : textOf(row, 'state') === 'cancelled'
          ? 'cancelled'
          : 'open',
      currency: textOf(related(row, 'currency'), 'code'),
      'name, street and note': written(row),
      freight: sum(rowsOf(row, 'lines').flatMap((line) => (article(line) === '' ? [textOf(line, 'unit_price')] : []))),
      ...eachLine(goods(row), (line): readonly [string, Fields] => [
        textOf(line, 'sequence'),
        {
          article: article(line),
          quantity: textOf(line, 'quantity'),
          unit: unitOf(line),
          price: textOf(line, 'unit_price'),
          amount: round(multiply(textOf(line, 'unit_price'), textOf(line, 'quantity')), 2, 'half-even'),
        },
      ]),
    }),
  )
}

const firstOf = (value: ReturnType<typeof part>) => (Array.isArray(value) ? value[0] : undefined)

interface Way {
  readonly name: string
  readonly direction: string
  readonly rows: readonly JsonObject[]
  readonly moves: string
}

function movements(ledger: Ledger, { name, direction, rows, moves }: Way): Pairing {
  const order = new Map(ledger.of('sales-order').map(({ key, body }) => [key, body]))
  return {
    name: `${name} in Harbour's Tryton`,
    ledger: recordsOf(
      ledger.of('shipment').filter(({ body }) => body.direction === direction),
      ({ number }) => number,
      ({ body }) => ({
        warehouse: ledger.keyOf(part(body.from, 'ref')),
        tracking: text(part(list(body.parcels)[0], 'tracking')),
        ...eachLine(
          sorted(list(body.lines), (line) => text(line.key)),
          (line) => [
            text(line.key),
            {
              order: ledger.keyOf(line.order),
              'order is known': String(order.has(ledger.keyOf(line.order))),
              article: ledger.keyOf(part(line.product, 'ref')),
              quantity: text(line.quantity),
              unit: text(line.unit),
            },
          ],
        ),
      }),
    ),
    systems: recordsOf(
      rows,
      (row) => textOf(row, 'number'),
      (row) => ({
        warehouse: textOf(related(row, 'warehouse'), 'code'),
        tracking: textOf(row, 'reference'),
        ...eachLine(rowsOf(row, moves), (move) => [
          textOf(move, 'id'),
          {
            order: textOf(related(related(move, 'origin'), 'sale'), 'reference'),
            'order is known': 'true',
            article: article(move),
            quantity: textOf(move, 'quantity'),
            unit: unitOf(move, 'uom'),
          },
        ]),
      }),
    ),
  }
}

const sorted = <T>(rows: readonly T[], nameOf: (row: T) => string): readonly T[] => [...rows].sort((a, b) => compare(nameOf(a), nameOf(b)))

/** The shops' orders list their refunds without the refund's own id: compared by order, as a sum and a count. */
function refunds(ledger: Ledger, truth: Truth): Pairing {
  const given = Map.groupBy(ledger.of('refund'), ({ body }) => ledger.keyOf(body.order))
  const orders = shopNames.flatMap((shop) =>
    truth.orders[shop].map((order): readonly [string, ShopOrder] => [saleReference(shop, order.id), order]),
  )
  return {
    name: 'orders with refunds in the shops',
    ledger: recordsOf(
      given,
      ([order]) => order,
      ([, some]) => ({ refunds: String(some.length), amount: sum(some.map(({ body }) => text(body.amount))) }),
    ),
    systems: recordsOf(
      orders.filter(([, order]) => order.refunds.length > 0),
      ([reference]) => reference,
      ([, order]) => ({ refunds: String(order.refunds.length), amount: money(sumCents(order.refunds)) }),
    ),
  }
}
