import type { JsonObject } from '../../model/json.ts'
import { type Amounts, invoice, type Posting, receive, ship, takeBack, undoReceipt } from './posting.ts'
import type { Entity } from './query.ts'
import { createDocument, type OrderSet, totalled } from './trade.ts'

export interface ItemInput {
  readonly code: string
  readonly name: string
  readonly price: string
  readonly cost?: string
  readonly gtin?: string
  readonly type?: 'Inventory' | 'Service'
  /** further units, and how many of the base unit each holds */
  readonly units?: Readonly<Record<string, number>>
  readonly stock?: number
}
/** What people of the company do at their screens. Documents are named by their ids. */
export interface Staff {
  addItem(input: ItemInput): Entity
  /** `parties` of a kind: vendors or customers */
  addParty(set: 'vendors' | 'customers', fields: JsonObject): Entity
  /** an order written and released */
  order(set: OrderSet, fields: JsonObject): Entity
  release(set: OrderSet, id: string): void
  /** the quantity of a line with goods, by its place from 1; the order has to be open */
  setQuantity(set: OrderSet, id: string, place: number, quantity: number): void
  receive(id: string, amounts: Amounts): Entity
  /** by the number of the receipt */
  undoReceipt(number: string): void
  invoice(id: string, vendorInvoiceNumber: string, amounts: Amounts): Entity
  /** `quantity` base units to another location, under a document number (item reclassification journal) */
  putAside(item: string, quantity: number, location: string, documentNumber: string): void
  /** `tracking` is written into the comment that waits for it, if there is one */
  ship(id: string, tracking?: string): Entity
  takeBack(id: string, place: number, quantity: number): Entity
}

const baseUnit = 'PCS'
/** Second description of the comment that waits for the tracking number. */
const trackingMark = 'TRACKING'

export function createStaff(posting: Posting): Staff {
  const { book, goods, day, location } = posting
  const itemLine = (set: OrderSet, id: string, place: number): Entity => {
    const line = book.lines(set, id).filter(({ lineType }) => lineType === 'Item')[place - 1]
    if (line === undefined) throw new Error(`the order has no line ${place}`)
    return line
  }
  return {
    addItem: ({ code, name, price, cost = '0', gtin = '', type = 'Inventory', units = {}, stock = 0 }) => {
      const item = book.add('items', {
        number: code,
        displayName: name,
        type,
        blocked: false,
        gtin,
        inventory: 0,
        baseUnitOfMeasureCode: baseUnit,
        unitPrice: Number(price),
        unitCost: Number(cost),
      })
      for (const [Code, factor] of Object.entries({ [baseUnit]: 1, ...units }))
        book.add('itemUnits', { Item_No: code, Code, Qty_per_Unit_of_Measure: factor })
      if (stock > 0)
        goods.move({
          item: code,
          quantity: stock,
          location,
          entryType: 'Positive_x0020_Adjmt_x002E_',
          documentType: '_x0020_',
          documentNumber: 'START',
        })
      return item
    },
    addParty: (set, fields) => book.add(set, { blocked: '_x0020_', ...fields }),
    order: (set, fields) => {
      const made = done(createDocument(book, set, fields, day()))
      return book.set(set, made.id, { status: 'Open' })
    },
    release: (set, id) => void book.set(set, id, { status: 'Open' }),
    setQuantity: (set, id, place, quantity) => {
      const line = itemLine(set, id, place)
      book.set(set === 'salesOrders' ? 'salesOrderLines' : 'purchaseOrderLines', line.id, { quantity })
      totalled(book, set, id)
    },
    receive: (id, amounts) => done(receive(posting, id, amounts)),
    undoReceipt: (number) => {
      const refusal = undoReceipt(posting, number)
      if (refusal !== undefined) throw new Error(refusal.refused)
    },
    invoice: (id, vendorInvoiceNumber, amounts) => done(invoice(posting, id, vendorInvoiceNumber, amounts)),
    putAside: (item, quantity, to, documentNumber) => {
      const moved = { item, entryType: 'Transfer', documentType: '_x0020_', documentNumber } as const
      goods.move({ ...moved, quantity: -quantity, location })
      goods.move({ ...moved, quantity, location: to })
    },
    ship: (id, tracking) => {
      const comment = book.lines('salesOrders', id).find(({ description2 }) => description2 === trackingMark)
      if (comment !== undefined && tracking !== undefined) book.set('salesOrderLines', comment.id, { description: tracking })
      return done(ship(posting, id))
    },
    takeBack: (id, place, quantity) => done(takeBack(posting, id, place, quantity)),
  }
}

/** @throws Error with the service's own words */
const done = (answer: ReturnType<typeof ship> | ReturnType<typeof createDocument>): Entity => {
  if ('refused' in answer) throw new Error(String(answer.refused))
  return answer as Entity
}

/** A vendor, a customer, and these articles. */
export function stock(
  staff: Staff,
  articles: readonly {
    readonly code: string
    readonly name: string
    readonly price: string
    readonly cost: string
    readonly stock: number
  }[],
  currencyCode: string,
): void {
  staff.addParty('vendors', { number: '10000', displayName: 'Ningbo Lamps', currencyCode })
  staff.addParty('customers', { number: '20000', displayName: 'Web shop customers', currencyCode })
  for (const article of articles) staff.addItem(article)
}
