import { Hono } from 'hono'
import type { SimulatorEnv } from '../server.ts'
import { type Body, metaOf, objectsOf } from './body.ts'
import { pageOf, postList, selected } from './list.ts'
import { type Cents, cents, sum } from './money.ts'
import { makeRefund, type WantedRefund } from './order-changes.ts'
import { bareRefusal, invalidParameters, refusal } from './refusal.ts'
import { addressOf, answer, bodyOf, created, type Desk, idIn, pageAnswer, queryOf, served, shifted } from './routing.ts'
import { type ShopBook, withMeta } from './shop-book.ts'
import type { Note, Order, Refund } from './types.ts'

const orderOf = (book: ShopBook, id: number): Order => {
  const order = book.orders.get(id)
  if (!order) throw refusal(404, 'woocommerce_rest_order_invalid_id', 'Invalid order ID.')
  return order
}

const amountOf = (name: string, given: unknown): Cents => {
  try {
    return cents(String(given))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw invalidParameters(new Map([[name, { code: 'rest_invalid_type', message: `${name}: ${message}` }]]))
  }
}

/** `line_items: [{id, quantity, refund_total, refund_tax: [{id, refund_total}]}]`, amounts without tax and positive. */
const refundLines = (body: Body): WantedRefund['lines'] =>
  (objectsOf(body, 'line_items') ?? []).map(({ id, quantity, refund_total, refund_tax }) => ({
    lineId: Number(id),
    quantity: Number(quantity ?? 0),
    total: refund_total === undefined ? 0n : amountOf('line_items', refund_total),
    tax: Array.isArray(refund_tax)
      ? sum(refund_tax.map((tax: { refund_total?: unknown }) => amountOf('line_items', tax.refund_total ?? '0')))
      : 0n,
  }))

const wantedRefund = (book: ShopBook, body: Body): WantedRefund => {
  const lines = refundLines(body)
  return {
    amount: body.has('amount') ? amountOf('amount', body.raw.amount) : sum(lines.map(({ total, tax }) => total + tax)),
    reason: body.text('reason') ?? '',
    throughGateway: body.flag('api_refund') ?? true,
    restock: body.flag('api_restock') ?? true,
    lines,
    meta: withMeta([], metaOf(body) ?? [], () => book.nextId('meta')),
  }
}

const refunding = (book: ShopBook, order: Order, wanted: WantedRefund): Refund => {
  try {
    return makeRefund(book, order, wanted)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw bareRefusal(500, 'woocommerce_rest_cannot_create_order_refund', 'Invalid refund amount.')
  }
}

const noteRoutes = (desk: Desk, app: Hono<SimulatorEnv>): void => {
  const { book } = desk
  app.get(
    '/:order/notes',
    served((c) => {
      const type = queryOf(desk, c, { type: { kind: 'enum', values: ['any', 'customer', 'internal'] } }).text('type') ?? 'any'
      const wanted = ({ forCustomer }: Note): boolean => type === 'any' || forCustomer === (type === 'customer')
      const notes = book.notesOf(orderOf(book, idIn(c, 'order')).id).filter(wanted)
      return answer(`[${[...notes].reverse().map(book.noteText).join(',')}]`)
    }),
  )
  app.post(
    '/:order/notes',
    served(async (c) => {
      queryOf(desk, c)
      const body = await bodyOf(c, { note: 'string', customer_note: 'boolean', added_by_user: 'boolean' })
      const order = orderOf(book, idIn(c, 'order'))
      const text = body.text('note')
      if (text === undefined) {
        throw refusal(400, 'rest_missing_callback_param', 'Missing parameter(s): note', { params: ['note'] })
      }
      const author = body.flag('added_by_user') ? 'admin' : 'system'
      const note = book.addNote({ orderId: order.id, author, note: text, forCustomer: body.flag('customer_note') ?? false })
      book.effect('note-added', order.id, body.raw)
      return created(desk, `orders/${order.id}/notes/${note.id}`, book.noteText(note))
    }),
  )
  app.get(
    '/:order/notes/:id',
    served((c) => {
      queryOf(desk, c)
      const found = book.notesOf(orderOf(book, idIn(c, 'order')).id).find(({ id }) => id === idIn(c))
      if (!found) throw refusal(404, 'woocommerce_rest_invalid_id', 'Invalid resource ID.')
      return answer(book.noteText(found))
    }),
  )
}

const refundList = (desk: Desk, withParent: boolean, chosen: (id: number | undefined) => (refund: Refund) => boolean) =>
  served((c) => {
    const { book } = desk
    const asked = queryOf(desk, c, postList)
    const chooses = chosen(withParent ? undefined : idIn(c, 'order'))
    const parents = asked.ids('parent')
    const read = (): Refund[] =>
      selected(
        [...book.refunds.values()].filter((refund) => chooses(refund) && (parents?.includes(refund.orderId) ?? true)),
        asked,
        {
          site: book.site.time,
          orderby: 'date',
          order: 'desc',
          titleOf: ({ reason }) => reason,
        },
      )
    const rows = shifted(desk, c, asked, read, (refund) => book.saveRefund({ ...refund, modifiedAt: book.stamp() }))
    return pageAnswer(pageOf(rows, asked), addressOf(desk, c), (refund) => book.refundText(refund, withParent))
  })

/** `/refunds`: every refund of the shop with its `parent_id`, since WooCommerce 9.0; read-only. */
export const allRefundRoutes = (desk: Desk): Hono<SimulatorEnv> =>
  new Hono<SimulatorEnv>().get(
    '/',
    refundList(desk, true, () => () => true),
  )

/** `/orders/{id}/refunds` and `/orders/{id}/notes`. Refunds of an unknown order are an empty list, as in WooCommerce. */
export const orderChildRoutes = (desk: Desk): Hono<SimulatorEnv> => {
  const { book } = desk
  const app = new Hono<SimulatorEnv>()
  noteRoutes(desk, app)

  app.get(
    '/:order/refunds',
    refundList(desk, false, (order) => (refund) => refund.orderId === order),
  )
  app.get(
    '/:order/refunds/:id',
    served((c) => {
      queryOf(desk, c)
      const refund = book.refunds.get(idIn(c))
      if (refund?.orderId !== idIn(c, 'order')) throw refusal(404, 'woocommerce_rest_shop_order_refund_invalid_id', 'Invalid ID.')
      return answer(book.refundText(refund))
    }),
  )
  app.post(
    '/:order/refunds',
    served(async (c) => {
      queryOf(desk, c)
      const body = await bodyOf(c, {
        amount: 'string',
        reason: 'string',
        refunded_by: 'integer',
        meta_data: 'array',
        line_items: 'array',
        api_refund: 'boolean',
        api_restock: 'boolean',
      })
      const order = book.orders.get(idIn(c, 'order'))
      if (!order) throw bareRefusal(404, 'woocommerce_rest_invalid_order_id', 'Invalid order ID.')
      const refund = refunding(book, order, wantedRefund(book, body))
      book.effect('refund-created', order.id, body.raw)
      return created(desk, `orders/${order.id}/refunds/${refund.id}`, book.refundText(refund))
    }),
  )
  return app
}
