import { mostOrdersOf, orderAt, stockAt } from '../ledger/as-of.ts'
import { amountScale, fromScaled, quantityScale } from '../model/decimal.ts'
import type { Exact } from '../store/tables.ts'
import { noDocument } from './absent.ts'
import { route } from './route.ts'
import { decimal, described, fields, flag, list, nullable, oneOf, text, time } from './shape.ts'
import { epoch, iso, key } from './values.ts'

const tag = 'figures'
const quantity = (value: Exact): string => fromScaled(BigInt(value), quantityScale)
const amount = (value: Exact): string => fromScaled(BigInt(value), amountScale)

const line = fields({
  line: text(),
  product: nullable(text()),
  quantity: decimal,
  cancelled: decimal,
  confirmed: decimal,
  shipped: decimal,
  received: decimal,
  rejected: decimal,
  invoiced: decimal,
  restocked: decimal,
  open: decimal,
})

/** Figures as the hub knew them at a time, computed from the documents of then. */
export const figuresAtRoutes = [
  route({
    id: 'getOrderAt',
    method: 'GET',
    path: '/v1/orders/as-of',
    tag,
    scope: 'read',
    summary: {
      en: 'State and lines of an order as the hub knew them at a time, computed from the documents of then',
      zh: '订单在某一时刻的状态与明细，用当时的单据计算',
    },
    query: {
      type: described(oneOf<'sales-order' | 'purchase-order'>('sales-order', 'purchase-order'), 'which kind of order'),
      key: described(key, 'key of the order'),
      at: time,
    },
    answer: fields({
      type: text(),
      key: text(),
      at: time,
      status: text(),
      payment: text(),
      fulfilment: text(),
      currency: text(),
      grandTotal: decimal,
      paid: decimal,
      refunded: decimal,
      lines: list(line),
      findings: described(list(fields({ type: text(), key: text(), code: text(), path: text() })), 'that followed from it'),
    }),
    handle: async ({ hub, query, desk }) => {
      const at = epoch('at', query.at)
      const found = await hub.database.moment((read) => orderAt(read, hub.tenant, query.type, query.key, at))
      if (found === undefined) throw noDocument(desk.options, query.type, query.key)
      const { state, lines, findings } = found
      return {
        body: {
          type: state.type,
          key: state.key,
          at: iso(at),
          status: state.status,
          payment: state.payment,
          fulfilment: state.fulfilment,
          currency: state.currency,
          grandTotal: amount(state.grand_total),
          paid: amount(state.paid),
          refunded: amount(state.refunded),
          lines: lines.map((row) => ({
            line: row.line,
            product: row.product,
            quantity: quantity(row.quantity),
            cancelled: quantity(row.cancelled),
            confirmed: quantity(row.confirmed),
            shipped: quantity(row.shipped),
            received: quantity(row.received),
            rejected: quantity(row.rejected),
            invoiced: quantity(row.invoiced),
            restocked: quantity(row.restocked),
            open: quantity(row.open),
          })),
          findings: findings.map(({ type, key: of, code, path }) => ({ type, key: of, code, path })),
        },
      }
    },
  }),
  route({
    id: 'getStockAt',
    method: 'GET',
    path: '/v1/stock/as-of',
    tag,
    scope: 'read',
    summary: {
      en: `Stock of a product as the hub knew it at a time; of a product that snapshots count, in at most ${mostOrdersOf} orders`,
      zh: `商品在某一时刻的库存（按快照计数，涉及的订单不超过 ${mostOrdersOf} 张）`,
    },
    query: { product: described(key, 'key of the product'), at: time },
    answer: fields({
      product: text(),
      at: time,
      exact: described(
        flag,
        'false: goods left after the snapshot that counted them, and a later one may have counted them; `reserved` may be too high by them',
      ),
      rows: list(
        fields({
          location: text(),
          condition: text(),
          onHand: decimal,
          reserved: decimal,
          inTransit: decimal,
          available: decimal,
          asOf: time,
          source: text(),
        }),
      ),
    }),
    handle: async ({ hub, query }) => {
      const at = epoch('at', query.at)
      const { rows, exact } = await hub.database.moment((read) => stockAt(read, hub.tenant, query.product, at))
      return {
        body: {
          product: query.product,
          at: iso(at),
          exact,
          rows: rows.map((row) => ({
            location: row.location,
            condition: row.condition,
            onHand: quantity(row.on_hand),
            reserved: quantity(row.reserved),
            inTransit: quantity(row.in_transit),
            available: quantity(row.available),
            asOf: iso(row.as_of),
            source: row.source,
          })),
        },
      }
    },
  }),
]
