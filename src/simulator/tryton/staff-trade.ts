import { post } from './buttons.ts'
import type { Database } from './database.ts'
import type { Row } from './fields.ts'
import { idOf, numberOf, textOf } from './fields.ts'
import { settled } from './number-text.ts'
import { linesOf, type OrderKind, parted, shipmentMoves, shipmentsOf } from './order-relations.ts'
import { confirm, quote } from './orders.ts'
import { assign, assignForced, pack, pick, receive, sendOff, store } from './shipments.ts'
import { byText, productByCode } from './staff-masters.ts'
import type { StockBook } from './stock-book.ts'
import type { Writer } from './write.ts'

/** A line of an order by its place in it, from 1. */
export type LineQuantity = { readonly line: number; readonly quantity: number }
export type ReceivedLine = { readonly line: number; readonly accepted: number; readonly rejected?: number }

export type PurchaseInput = {
  /** Code of the party. */
  readonly supplier: string
  readonly currency: string
  /** The other side's number for it, when there is one already. */
  readonly reference?: string
  /** `YYYY-MM-DD`. */
  readonly deliveryDate?: string
  readonly lines: readonly { readonly product: string; readonly quantity: number; readonly unit: string; readonly unitPrice: string }[]
}

/** `cut`: these lines keep only `quantity`; lines that are not named stay as they are. */
export type SaleAnswer = 'accept' | 'refuse' | { readonly cut: readonly LineQuantity[] }

/** What the ERP's people do in the trade of a day. Not seen in the log, which is for API clients. */
export type Trade = {
  /** A draft, invoiced by what is received. Returns its id. */
  createPurchase(input: PurchaseInput): number
  /** Quotes and confirms: the goods are awaited. */
  confirmPurchase(id: number): void
  /** Ids of the sales with this reference; more than one is a double. */
  salesByReference(reference: string): readonly number[]
  /** The seller's answer to a sale in draft or quotation: confirmed, confirmed with less, or cancelled. */
  answerSale(id: number, answer: SaleAnswer): void
  /** A truck's goods counted in, in the units of the lines; the rejected ones go to the place `QUAR`. Returns the shipment's id. */
  receive(purchase: number, lines: readonly ReceivedLine[], deliveryNote?: string): number
  /** Ships all of a sale; one that is only quoted is confirmed first. `force` ships what storage does not hold. Returns the shipment's id. */
  shipSale(id: number, options?: { readonly carrierTracking?: string; readonly force?: boolean }): number
  /** Goods of a sale come back into storage. Returns the return's id. */
  returnGoods(sale: number, lines: readonly LineQuantity[], reference?: string): number
  /** Posts the supplier's invoice over a receipt, with the supplier's own number. Returns the invoice's id. */
  invoiceReceipt(shipment: number, reference: string): number
  /** The state of a sale as its form shows it. */
  saleState(id: number): { readonly state: string; readonly shipmentState: string }
}

const lineAt = (db: Database, order: OrderKind, id: number, place: number): Row => {
  const line = linesOf(db, order, id)[place - 1]
  if (!line) throw new RangeError(`${order} ${id} has no line ${place}; lines count from 1`)
  return line
}

const addressOf = (db: Database, party: number): number => {
  const [address] = db.where('party.address', 'party', party)
  if (address === undefined) throw new RangeError(`party ${party} has no address`)
  return address
}

const place = (db: Database, code: string): number => byText(db, 'stock.location', 'code', code)

const buy = (db: Database, writer: Writer, input: PurchaseInput): number => {
  const party = byText(db, 'party.party', 'code', input.supplier)
  const [id = 0] = writer.create('purchase.purchase', [
    {
      company: 1,
      party,
      invoice_address: addressOf(db, party),
      currency: byText(db, 'currency.currency', 'code', input.currency),
      reference: input.reference ?? null,
      delivery_date: input.deliveryDate ?? null,
      invoice_method: 'shipment',
      lines: [
        [
          'create',
          input.lines.map(({ product, quantity, unit, unitPrice }, index) => ({
            sequence: index + 1,
            product: productByCode(db, product),
            quantity,
            unit: byText(db, 'product.uom', 'symbol', unit),
            unit_price: unitPrice,
          })),
        ],
      ],
    },
  ])
  return id
}

const answer = (db: Database, id: number, given: SaleAnswer): void => {
  const { state } = db.need('sale.sale', id)
  if (state !== 'draft' && state !== 'quotation') {
    throw new RangeError(
      `sale ${id} is ${String(state)}; its people can only answer a draft or a quotation, so the buyer's side must not confirm it`,
    )
  }
  if (given === 'refuse') {
    db.update('sale.sale', id, { state: 'cancelled' })
    return
  }
  if (typeof given === 'object') {
    for (const { line, quantity } of given.cut) db.update('sale.line', lineAt(db, 'sale', id, line).id, { quantity })
    db.update('sale.sale', id, {})
  }
  if (state === 'draft') quote(db, 'sale', db.need('sale.sale', id))
  confirm(db, 'sale', db.need('sale.sale', id))
}

/** The open move of a purchase line, as long as the quantity that came; the rest stays awaited. */
const arrive = (db: Database, line: Row, shipment: string, quantity: number): void => {
  const open = db
    .where('stock.move', 'origin', `purchase.line,${line.id}`)
    .map((id) => db.need('stock.move', id))
    .find((move) => move.state === 'draft' && move.shipment === null)
  if (!open) throw new RangeError(`purchase line ${line.id} awaits nothing any more; is the purchase confirmed?`)
  db.update('stock.move', open.id, { shipment, quantity })
}

const divert = (db: Database, shipment: number, line: Row, rejected: number): void => {
  const move = shipmentMoves(db, 'stock.shipment.in', shipment).find((row) => {
    const source = parted(row.origin)
    return source?.model === 'stock.move' && db.need('stock.move', source.id).origin === `purchase.line,${line.id}`
  })
  if (!move) return
  const { id: _, ...values } = move
  const left = settled(numberOf(move, 'quantity') - rejected)
  if (left > 0) db.update('stock.move', move.id, { quantity: left })
  else db.remove('stock.move', move.id)
  db.insert('stock.move', { ...values, quantity: rejected, to_location: place(db, 'QUAR') })
}

const countIn = (
  db: Database,
  writer: Writer,
  purchase: number,
  lines: readonly ReceivedLine[],
  deliveryNote: string | undefined,
): number => {
  const [id = 0] = writer.create('stock.shipment.in', [
    { company: 1, supplier: numberOf(db.need('purchase.purchase', purchase), 'party'), reference: deliveryNote ?? null },
  ])
  const counted = lines.filter(({ accepted, rejected = 0 }) => accepted + rejected > 0)
  for (const { line, accepted, rejected = 0 } of counted) {
    arrive(db, lineAt(db, 'purchase', purchase, line), `stock.shipment.in,${id}`, settled(accepted + rejected))
  }
  receive(db, 'stock.shipment.in', db.need('stock.shipment.in', id))
  for (const { line, rejected = 0 } of counted) {
    if (rejected > 0) divert(db, id, lineAt(db, 'purchase', purchase, line), rejected)
  }
  store(db, 'stock.shipment.in', db.need('stock.shipment.in', id))
  return id
}

const ship = (db: Database, stock: StockBook, sale: number, tracking: string | undefined, force: boolean): number => {
  if (db.need('sale.sale', sale).state === 'draft') quote(db, 'sale', db.need('sale.sale', sale))
  if (db.need('sale.sale', sale).state === 'quotation') confirm(db, 'sale', db.need('sale.sale', sale))
  const id = shipmentsOf(db, 'sale', 'stock.shipment.out', sale).find(
    (shipment) => db.need('stock.shipment.out', shipment).state === 'waiting',
  )
  if (id === undefined)
    throw new RangeError(
      `sale ${sale} (${textOf(db.need('sale.sale', sale), 'state')}) has no delivery that waits; was it cancelled or shipped before?`,
    )
  const current = (): Row => db.need('stock.shipment.out', id)
  if (!assign(db, stock, current())) {
    if (!force) throw new RangeError(`storage does not hold what sale ${sale} needs; ship with force, or receive goods first`)
    assignForced(db, current())
  }
  pick(db, current())
  pack(db, current())
  if (tracking !== undefined) db.update('stock.shipment.out', id, { reference: tracking })
  sendOff(db, current())
  return id
}

const bringBack = (db: Database, writer: Writer, sale: number, lines: readonly LineQuantity[], reference: string | undefined): number => {
  const order = db.need('sale.sale', sale)
  const moves = lines.map(({ line, quantity }) => {
    const sold = lineAt(db, 'sale', sale, line)
    return {
      product: sold.product ?? null,
      quantity,
      uom: sold.unit ?? null,
      from_location: place(db, 'CUS'),
      to_location: place(db, 'IN'),
      company: 1,
      currency: order.currency ?? null,
      unit_price: sold.unit_price ?? null,
      origin: `sale.line,${sold.id}`,
    }
  })
  const [id = 0] = writer.create('stock.shipment.out.return', [
    {
      company: 1,
      customer: order.party ?? null,
      delivery_address: order.shipment_address ?? null,
      reference: reference ?? null,
      incoming_moves: [['create', moves]],
    },
  ])
  receive(db, 'stock.shipment.out.return', db.need('stock.shipment.out.return', id))
  store(db, 'stock.shipment.out.return', db.need('stock.shipment.out.return', id))
  return id
}

const invoiceOf = (db: Database, shipment: number): Row => {
  const purchases = new Set(
    shipmentMoves(db, 'stock.shipment.in', shipment).flatMap((move) => {
      const origin = parted(move.origin)
      const line = origin?.model === 'purchase.line' ? db.row('purchase.line', origin.id) : undefined
      return line ? [idOf(line, 'purchase')] : []
    }),
  )
  const drafts = [...purchases].flatMap((purchase) =>
    purchase === undefined ? [] : [...db.where('account.invoice', 'purchase', purchase)],
  )
  const invoice = drafts.map((id) => db.need('account.invoice', id)).find(({ state }) => state === 'draft')
  if (!invoice) throw new RangeError(`shipment ${shipment} has no draft invoice; was it posted before?`)
  return invoice
}

export const createTrade = (db: Database, writer: Writer, stock: StockBook): Trade => ({
  createPurchase: (input) => db.transaction(() => buy(db, writer, input)),
  confirmPurchase(id) {
    db.transaction(() => {
      quote(db, 'purchase', db.need('purchase.purchase', id))
      confirm(db, 'purchase', db.need('purchase.purchase', id))
    })
  },
  salesByReference: (reference) => db.where('sale.sale', 'reference', reference),
  answerSale: (id, given) => db.transaction(() => answer(db, id, given)),
  receive: (purchase, lines, deliveryNote) => db.transaction(() => countIn(db, writer, purchase, lines, deliveryNote)),
  shipSale: (id, { carrierTracking, force = false } = {}) => db.transaction(() => ship(db, stock, id, carrierTracking, force)),
  returnGoods: (sale, lines, reference) => db.transaction(() => bringBack(db, writer, sale, lines, reference)),
  invoiceReceipt: (shipment, reference) =>
    db.transaction(() => {
      const { id } = invoiceOf(db, shipment)
      post(db, db.update('account.invoice', id, { reference }))
      return id
    }),
  saleState(id) {
    const sale = db.need('sale.sale', id)
    return { state: textOf(sale, 'state'), shipmentState: textOf(sale, 'shipment_state') }
  },
})
