import { Hono } from 'hono'
import type { SimulatorEnv } from '../server.ts'
import { pageOf, postList, selected } from './list.ts'
import { blankOrder, orderFields, withOrderBody } from './order-body.ts'
import { withStatus } from './order-changes.ts'
import type { Parameters } from './parameters.ts'
import { refusal } from './refusal.ts'
import { addressOf, answer, bodyOf, created, type Desk, idIn, pageAnswer, queryOf, served, shifted } from './routing.ts'
import { type Order, orderStatuses } from './types.ts'

const orderList = {
  ...postList,
  status: { kind: 'many', values: ['any', 'trash', ...orderStatuses] },
  customer: { kind: 'integer' },
  product: { kind: 'integer' },
} as const

const haystack = (order: Order): string =>
  [order.id, ...Object.values(order.billing), ...Object.values(order.shipping), ...order.lines.map(({ name }) => name)].join(' ')

const wanted = (order: Order, asked: Parameters): boolean => {
  const status = asked.many('status') ?? ['any']
  const customer = asked.integer('customer')
  const product = asked.integer('product')
  return (
    (status.includes(order.status) || (status.includes('any') && order.status !== 'trash')) &&
    (customer === undefined || order.customerId === customer) &&
    (product === undefined || order.lines.some(({ productId, variationId }) => productId === product || variationId === product))
  )
}

const invalidId = (status: 400 | 404) => refusal(status, 'woocommerce_rest_shop_order_invalid_id', 'Invalid ID.')

/** `/orders` and `/orders/{id}`. As in WooCommerce an unknown id is 404 when read or deleted and 400 when written. */
export const orderRoutes = (desk: Desk): Hono<SimulatorEnv> => {
  const { book } = desk
  const app = new Hono<SimulatorEnv>()

  app.get(
    '/',
    served((c) => {
      const asked = queryOf(desk, c, orderList)
      const read = (): Order[] =>
        selected(
          [...book.orders.values()].filter((order) => wanted(order, asked)),
          asked,
          {
            site: book.site.time,
            orderby: 'date',
            order: 'desc',
            titleOf: haystack,
          },
        )
      const rows = shifted(desk, c, asked, read, (order) => book.saveOrder(order, 'updated'))
      return pageAnswer(pageOf(rows, asked), addressOf(desk, c), book.orderText)
    }),
  )

  app.post(
    '/',
    served(async (c) => {
      queryOf(desk, c)
      const body = await bodyOf(c, orderFields)
      if (body.integer('id')) throw refusal(400, 'woocommerce_rest_shop_order_exists', 'Cannot create existing shop_order.')
      const order = book.saveOrder(withOrderBody(book, blankOrder(book, 'rest-api'), body), 'created')
      book.effect('order-created', order.id, body.raw)
      return created(desk, `orders/${order.id}`, book.orderText(order))
    }),
  )

  app.get(
    '/:id',
    served((c) => {
      queryOf(desk, c)
      const order = book.orders.get(idIn(c))
      if (!order) throw invalidId(404)
      return answer(book.orderText(order))
    }),
  )

  const update = served(async (c) => {
    queryOf(desk, c)
    const before = book.orders.get(idIn(c))
    const body = await bodyOf(c, orderFields)
    if (!before) throw invalidId(400)
    const order = book.saveOrder(withOrderBody(book, before, body), 'updated')
    book.effect('order-updated', order.id, body.raw)
    if (body.has('meta_data')) book.effect('meta-set', order.id, body.raw.meta_data)
    if (order.status !== before.status) book.effect('status-set', order.id, { from: before.status, to: order.status })
    return answer(book.orderText(order))
  })
  app.put('/:id', update)
  app.post('/:id', update)

  app.delete(
    '/:id',
    served((c) => {
      const force = queryOf(desk, c, { force: { kind: 'boolean' } }).flag('force')
      const order = book.orders.get(idIn(c))
      if (!order) throw invalidId(404)
      if (!force && order.status === 'trash') {
        throw refusal(410, 'woocommerce_rest_already_trashed', 'The shop_order has already been deleted.')
      }
      book.effect('order-deleted', order.id, { force })
      if (force) {
        book.dropOrder(order.id)
        return answer(book.orderText(order))
      }
      return answer(book.orderText(book.trashOrder({ ...withStatus(book, order, 'trash'), statusBeforeTrash: order.status })))
    }),
  )
  return app
}
