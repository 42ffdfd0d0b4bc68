import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { ErpReader } from './erp-reader.ts'
import type { MovedPieces } from './system.ts'
import type { TradeLine, TradeOrder } from './truth.ts'

const text = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

const lineFields = ['lines.sequence', 'lines.product.code', 'lines.quantity', 'lines.unit.factor', 'lines.unit_price']
const orderFields = ['number', 'reference', 'state', 'comment', ...lineFields]

const linesOf = (row: JsonObject): readonly TradeLine[] =>
  [...objects(row['lines.'])]
    .sort((a, b) => Number(a.sequence ?? 0) - Number(b.sequence ?? 0))
    .flatMap((line) => {
      const article = text(object(line['product.']).code)
      const factor = Number(object(line['unit.']).factor ?? 1)
      return article === '' ? [] : [{ article, quantity: Number(line.quantity), factor, price: text(line.unit_price) }]
    })

const stateOf = (state: string): TradeOrder['state'] =>
  state === 'cancelled' ? 'cancelled' : state === 'draft' || state === 'quotation' ? 'draft' : 'confirmed'

const orderOf = (row: JsonObject): TradeOrder => ({
  id: Number(row.id),
  number: text(row.number),
  reference: text(row.reference),
  state: stateOf(text(row.state)),
  comment: text(row.comment),
  lines: linesOf(row),
  shipped: objects(row['shipments.']).some(({ state }) => state === 'done'),
})

/** All sales of a Tryton. */
export const salesIn = async (reader: ErpReader): Promise<readonly TradeOrder[]> =>
  (await reader.all('sale.sale', [], [...orderFields, 'shipments.state'])).map(orderOf)

/** The purchases that were confirmed. */
export const purchasesIn = async (reader: ErpReader): Promise<readonly TradeOrder[]> =>
  (await reader.all('purchase.purchase', [['state', 'in', ['processing', 'done']]], orderFields)).map(orderOf)

const placeOf = (location: Json | undefined): string => text(object(location).code) || text(object(location).type)

/** What its done stock moves sum to. */
export const movedIn = async (reader: ErpReader): Promise<MovedPieces> => {
  const places = ['from_location.code', 'from_location.type', 'to_location.code', 'to_location.type']
  const rows = await reader.all('stock.move', [['state', '=', 'done']], ['internal_quantity', 'shipment', ...places])
  const moves = rows.map((row) => ({
    pieces: Number(row.internal_quantity),
    from: placeOf(row['from_location.']),
    to: placeOf(row['to_location.']),
    cause: text(row.shipment).split(',')[0] ?? '',
  }))
  const sum = (fits: (move: (typeof moves)[number]) => boolean): number =>
    moves.filter(fits).reduce((total, { pieces }) => total + pieces, 0)
  return {
    opening: sum(({ from, to }) => from === 'lost_found' && to === 'STO'),
    receiptsAccepted: sum(({ to, cause }) => to === 'STO' && cause === 'stock.shipment.in'),
    shipped: sum(({ from, to }) => from === 'OUT' && to === 'CUS'),
    returned: sum(({ to, cause }) => to === 'STO' && cause === 'stock.shipment.out.return'),
    arrived: sum(({ from }) => from === 'SUP'),
    quarantined: sum(({ to }) => to === 'QUAR'),
  }
}

/** Untaxed amounts of the posted supplier invoices. */
export const invoicesIn = async (reader: ErpReader): Promise<readonly string[]> => {
  const posted = [
    ['type', '=', 'in'],
    ['state', 'in', ['posted', 'paid']],
  ]
  const rows = await reader.all('account.invoice', posted, ['untaxed_amount'])
  return rows.map(({ untaxed_amount: amount }) => text(amount))
}
