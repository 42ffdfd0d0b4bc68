import type { JsonObject } from '../model/json.ts'
import { type ShopName, shopNames } from '../simulator/day/plan-sizes.ts'
import { type ShopOrder, shopOrder } from '../simulator/day/shop-record.ts'
import type { House } from './house.ts'
import { day, numberOf, textOf } from './tryton-values.ts'

/** What the systems themselves hold at the end of the day, read through Tryton's own API and from the shops' books. */
export interface Truth {
  readonly purchases: readonly JsonObject[]
  readonly receipts: readonly JsonObject[]
  readonly invoices: readonly JsonObject[]
  /** sales in Harbour's books that carry a reference */
  readonly sales: readonly JsonObject[]
  readonly shipments: readonly JsonObject[]
  readonly returns: readonly JsonObject[]
  /** moves that really happened at Harbour */
  readonly moves: readonly JsonObject[]
  /** pieces in Harbour's storage by article */
  readonly onHand: ReadonlyMap<string, number>
  /** sales in Ningbo's books that carry a reference */
  readonly supplierSales: readonly JsonObject[]
  readonly orders: Readonly<Record<ShopName, readonly ShopOrder[]>>
}

const lineFields = (unit: string) => [
  'lines.sequence',
  'lines.type',
  'lines.product.code',
  'lines.quantity',
  `lines.${unit}.symbol`,
  `lines.${unit}.factor`,
  'lines.unit_price',
  'lines.amount',
  'lines.description',
]
const moveFields = (moves: string) => [`${moves}.quantity`, `${moves}.uom.symbol`, `${moves}.product.code`]
const saleFields = ['number', 'reference', 'state', 'party.code', 'currency.code', 'comment', 'shipments.state', ...lineFields('unit')]
const done = [['state', '=', 'done']]

export async function readTruth({ harbour, ningbo, shops, today }: House): Promise<Truth> {
  const { tryton, books } = harbour
  const quantities = await tryton.rows('product.product', [], ['code', 'quantity'], {
    locations: [books.storage],
    stock_date_end: day(today),
  })
  const placed = (name: ShopName) => shops.of[name].shop.orders().map(shopOrder)
  const [american, european] = shopNames
  return {
    purchases: await tryton.rows(
      'purchase.purchase',
      [['number', '!=', null]],
      ['number', 'state', 'party.code', 'currency.code', 'purchase_date', 'untaxed_amount', 'total_amount', ...lineFields('unit')],
    ),
    receipts: await tryton.rows('stock.shipment.in', done, [
      'number',
      'reference',
      'supplier.code',
      'warehouse.code',
      ...moveFields('inventory_moves'),
      'inventory_moves.to_location.code',
      'inventory_moves.origin.origin.sequence',
      'inventory_moves.origin.origin.purchase.number',
    ]),
    invoices: await tryton.rows(
      'account.invoice',
      [
        ['type', '=', 'in'],
        ['state', 'in', ['posted', 'paid']],
      ],
      ['number', 'reference', 'party.code', 'currency.code', 'invoice_date', 'untaxed_amount', 'total_amount', ...lineFields('unit')],
    ),
    sales: await tryton.rows('sale.sale', [['reference', '!=', null]], saleFields),
    shipments: await tryton.rows('stock.shipment.out', done, [
      'number',
      'reference',
      'warehouse.code',
      ...moveFields('outgoing_moves'),
      'outgoing_moves.origin.sequence',
      'outgoing_moves.origin.sale.reference',
    ]),
    returns: await tryton.rows('stock.shipment.out.return', done, [
      'number',
      'warehouse.code',
      ...moveFields('incoming_moves'),
      'incoming_moves.origin.sequence',
      'incoming_moves.origin.sale.reference',
    ]),
    moves: await tryton.rows('stock.move', done, [
      'internal_quantity',
      'shipment',
      'from_location.code',
      'from_location.type',
      'to_location.code',
      'to_location.type',
    ]),
    onHand: new Map(quantities.map((row) => [textOf(row, 'code'), numberOf(row, 'quantity')])),
    supplierSales: await ningbo.tryton.rows('sale.sale', [['reference', '!=', null]], saleFields),
    orders: { [american]: placed(american), [european]: placed(european) } as Truth['orders'],
  }
}
