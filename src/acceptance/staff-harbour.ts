import type { JsonObject } from '../model/json.ts'
import { isObject } from '../model/json.ts'
import { casePrice, type PlannedPurchase } from '../simulator/day/plan-purchases.ts'
import type { HarbourBooks } from './seed-books.ts'
import type { TrytonClient } from './tryton-client.ts'
import { day, decimal, numberOf, related, rowsOf, textOf } from './tryton-values.ts'

/** What the people of Harbour do in their own Tryton, by its own API: buttons as in its client. Ids are those of its database. */
export interface HarbourStaff {
  /** writes and confirms a purchase order; answers its id and the number that Tryton gave it */
  buy(purchase: PlannedPurchase): Promise<{ readonly id: number; readonly number: string }>
  /** counts a truck in, the broken cases into quarantine, and posts the supplier's invoice over what came */
  receive(purchase: number, planned: PlannedPurchase, deliveryNote: string, invoiceNumber: string): Promise<void>
  /** confirms, packs and ships quoted sales with a tracking number each; answers those that really left */
  ship(sales: readonly { readonly sale: number; readonly tracking: string }[]): Promise<readonly number[]>
  /** puts pieces of a sale's line (place from 0) back into storage */
  takeBack(sale: number, line: number, quantity: number, reference: string): Promise<void>
}

export function harbourStaff(tryton: TrytonClient, books: HarbourBooks, today: Date): HarbourStaff {
  const { company } = books
  const product = (code: string): number => {
    const id = books.products.get(code)
    if (id === undefined) throw new RangeError(`Harbour's books have no article ${code}`)
    return id
  }

  /** The waiting moves of a purchase as an incoming shipment; less may have come than was ordered. */
  const truck = async (purchase: number, planned: PlannedPurchase, deliveryNote: string): Promise<number> => {
    const moves = await tryton.rows(
      'stock.move',
      [
        ['purchase', '=', purchase],
        ['state', '=', 'draft'],
      ],
      ['quantity', 'origin.sequence'],
    )
    const arrived = moves.flatMap((move) => {
      const cases = planned.lines[numberOf(related(move, 'origin'), 'sequence') - 1]?.arrived ?? 0
      return cases === 0 ? [] : [{ id: Number(move.id), cases, ordered: numberOf(move, 'quantity') }]
    })
    const id = await tryton.create('stock.shipment.in', {
      company,
      supplier: books.supplier,
      reference: deliveryNote,
      incoming_moves: [['add', arrived.map((move) => move.id)]],
    })
    for (const { id: move, cases, ordered } of arrived) {
      if (cases !== ordered) await tryton.write('stock.move', [move], { quantity: cases })
    }
    await tryton.press('stock.shipment.in', 'receive', [id])
    return id
  }

  const setApart = async (shipment: number, planned: PlannedPurchase): Promise<void> => {
    const [row] = await tryton.rows(
      'stock.shipment.in',
      [['id', '=', shipment]],
      [
        'inventory_moves.quantity',
        'inventory_moves.product',
        'inventory_moves.uom',
        'inventory_moves.origin',
        'inventory_moves.origin.origin.sequence',
      ],
    )
    for (const move of rowsOf(row, 'inventory_moves')) {
      const place = numberOf(related(related(move, 'origin'), 'origin'), 'sequence') - 1
      const broken = planned.lines[place]?.broken ?? 0
      if (broken === 0) continue
      const good = numberOf(move, 'quantity') - broken
      const apart = {
        product: move.product ?? null,
        quantity: broken,
        uom: move.uom ?? null,
        from_location: books.input,
        to_location: books.quarantine,
        company,
        origin: move.origin ?? null,
      }
      if (good === 0) await tryton.write('stock.move', [Number(move.id)], { to_location: books.quarantine })
      else {
        await tryton.write('stock.move', [Number(move.id)], { quantity: good })
        await tryton.write('stock.shipment.in', [shipment], { inventory_moves: [['create', [apart]]] })
      }
    }
  }

  const postInvoice = async (purchase: number, reference: string): Promise<void> => {
    const drafts = await tryton.rows(
      'account.invoice',
      [
        ['purchases', '=', purchase],
        ['state', '=', 'draft'],
      ],
      ['number'],
    )
    const ids = drafts.map(({ id }) => Number(id))
    if (ids.length !== 1) throw new Error(`purchase ${purchase} has ${ids.length} draft invoices, not one`)
    await tryton.write('account.invoice', ids, { reference, invoice_date: day(today) })
    await tryton.press('account.invoice', 'post', ids)
  }

  return {
    async buy({ lines }) {
      const id = await tryton.create('purchase.purchase', {
        company,
        party: books.supplier,
        invoice_address: books.supplierAddress,
        currency: books.currencyOf.CNY ?? null,
        invoice_method: 'shipment',
        purchase_date: day(today),
        lines: [
          [
            'create',
            lines.map(({ article, cases }, at) => ({
              type: 'line',
              sequence: at + 1,
              product: product(article),
              quantity: cases,
              unit: books.caseUnit,
              unit_price: decimal(casePrice),
            })),
          ],
        ],
      })
      await tryton.press('purchase.purchase', 'quote', [id])
      await tryton.press('purchase.purchase', 'confirm', [id])
      const [row] = await tryton.rows('purchase.purchase', [['id', '=', id]], ['number', 'state'])
      const number = textOf(row, 'number')
      if (number === '' || textOf(row, 'state') !== 'processing')
        throw new Error(`purchase ${id} is ${textOf(row, 'state')} with number '${number}' after it was confirmed`)
      return { id, number }
    },
    async receive(purchase, planned, deliveryNote, invoiceNumber) {
      const shipment = await truck(purchase, planned, deliveryNote)
      await setApart(shipment, planned)
      await tryton.press('stock.shipment.in', 'done', [shipment])
      await expectState(tryton, 'stock.shipment.in', shipment, 'done')
      await postInvoice(purchase, invoiceNumber)
    },
    async ship(sales) {
      await tryton.press(
        'sale.sale',
        'confirm',
        sales.map(({ sale }) => sale),
      )
      const rows = await tryton.rows('sale.sale', [['id', 'in', sales.map(({ sale }) => sale)]], ['state', 'shipments.state'])
      const waiting = rows.flatMap((row) =>
        textOf(row, 'state') === 'processing'
          ? rowsOf(row, 'shipments')
              .filter((shipment) => textOf(shipment, 'state') === 'waiting')
              .map((shipment) => ({ sale: Number(row.id), shipment: Number(shipment.id) }))
          : [],
      )
      const shipments = waiting.map(({ shipment }) => shipment)
      for (const { sale, shipment } of waiting) {
        const tracking = sales.find((one) => one.sale === sale)?.tracking ?? ''
        await tryton.write('stock.shipment.out', [shipment], { reference: tracking })
      }
      for (const button of ['assign_force', 'pick', 'pack', 'done']) await tryton.press('stock.shipment.out', button, shipments)
      const after = await tryton.rows('stock.shipment.out', [['id', 'in', shipments]], ['state'])
      const done = new Set(after.filter((row) => textOf(row, 'state') === 'done').map(({ id }) => Number(id)))
      return waiting.filter(({ shipment }) => done.has(shipment)).map(({ sale }) => sale)
    },
    async takeBack(sale, line, quantity, reference) {
      const [row] = await tryton.rows(
        'sale.sale',
        [['id', '=', sale]],
        ['currency', 'party', 'shipment_address', 'lines.sequence', 'lines.product', 'lines.unit', 'lines.unit_price'],
      )
      const sold = rowsOf(row, 'lines').find((one) => numberOf(one, 'sequence') === line + 1)
      if (!row || !isObject(sold)) throw new Error(`sale ${sale} has no line ${line + 1}`)
      const move: JsonObject = {
        product: sold.product ?? null,
        quantity,
        uom: sold.unit ?? null,
        from_location: books.customers,
        to_location: books.input,
        company,
        currency: row.currency ?? null,
        unit_price: sold.unit_price ?? null,
        origin: `sale.line,${String(sold.id)}`,
      }
      const id = await tryton.create('stock.shipment.out.return', {
        company,
        customer: row.party ?? null,
        delivery_address: row.shipment_address ?? null,
        reference,
        incoming_moves: [['create', [move]]],
      })
      await tryton.press('stock.shipment.out.return', 'receive', [id])
      await tryton.press('stock.shipment.out.return', 'done', [id])
      await expectState(tryton, 'stock.shipment.out.return', id, 'done')
    },
  }
}

/** Tryton passes over a button that the state does not allow: only the state tells. */
async function expectState(tryton: TrytonClient, model: string, id: number, wanted: string): Promise<void> {
  const [row] = await tryton.rows(model, [['id', '=', id]], ['state'])
  const state = textOf(row, 'state')
  if (state !== wanted) throw new Error(`${model} ${id} is ${state}, not ${wanted}`)
}
