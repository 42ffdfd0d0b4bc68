import { at, type Json, type JsonObject } from '../../model/json.ts'
import { OperationError, type Resolved, type Resolver } from '../graphql/operation.ts'
import type { Book, Fulfilment, Order } from './book.ts'
import { idAt, paginated } from './lists.ts'
import type { Staff } from './staff.ts'
import type { Views } from './views.ts'

type Roots = Readonly<Record<string, Resolver>>

const refusal = (type: string, errorCode: string, message: string): Resolved => ({ __typename: type, errorCode, message })
const rows = (value: Json | undefined, path: string): readonly Json[] => {
  const found = value === undefined ? undefined : at(value, path)
  return Array.isArray(found) ? found : []
}

export function queries(book: Book, { variantView, orderView }: Views): Roots {
  const one = <T>(map: Map<number, T>, view: (row: T) => Resolved): Resolver => {
    return ({ id }) => {
      const found = map.get(Number(id))
      return found === undefined ? null : view(found)
    }
  }
  const list = <T>(map: Map<number, T>, view: (row: T) => Resolved): Resolver => {
    return ({ options }) => paginated([...map.values()].map(view) as Parameters<typeof paginated>[0], options)
  }
  return {
    activeChannel: () => ({ code: '__default_channel__', defaultCurrencyCode: book.currency }),
    orders: list(book.orders, orderView),
    order: one(book.orders, orderView),
    productVariants: list(book.variants, variantView),
    productVariant: one(book.variants, variantView),
    stockLocations: list(book.locations, ({ id, name, createdAt }) => ({
      id: String(id),
      name,
      description: '',
      createdAt,
      updatedAt: createdAt,
    })),
    customers: () => ({ items: [], totalItems: 0 }),
    customer: () => null,
  }
}

const steps: Readonly<Record<Fulfilment['state'], readonly string[]>> = {
  Pending: ['Shipped', 'Delivered', 'Cancelled'],
  Shipped: ['Delivered', 'Cancelled'],
  Delivered: ['Cancelled'],
  Cancelled: [],
}

/** Each mutation changes something, of which `wrote` hears, or answers the member of its union that says no. */
export function mutations(book: Book, staff: Staff, views: Views, wrote: (name: string, input: JsonObject) => void): Roots {
  const orderWith = (line: number): Order | undefined => [...book.orders.values()].find(({ lines }) => lines.some(({ id }) => id === line))
  return {
    updateProductVariants: ({ input }) =>
      rows(input, '').map((given): Resolved => {
        const variant = book.variants.get(idAt(given, 'id'))
        if (variant === undefined) throw new OperationError(`No ProductVariant with the id "${String(at(given, 'id'))}" could be found`)
        for (const level of rows(given, 'stockLevels'))
          staff.setStock(variant.id, idAt(level, 'stockLocationId'), idAt(level, 'stockOnHand'))
        wrote('updateProductVariants', given as JsonObject)
        return views.variantView(variant)
      }),
    addFulfillmentToOrder: ({ input }) => {
      const lines = rows(input, 'lines').map((row) => ({ line: idAt(row, 'orderLineId'), quantity: idAt(row, 'quantity') }))
      const order = orderWith(lines[0]?.line ?? 0)
      if (order === undefined || lines.every(({ quantity }) => quantity === 0))
        return refusal('EmptyOrderLineSelectionError', 'EMPTY_ORDER_LINE_SELECTION_ERROR', 'At least one OrderLine must be specified')
      if (lines.some(({ line, quantity }) => quantity > views.open(order, line)))
        return refusal(
          'ItemsAlreadyFulfilledError',
          'ITEMS_ALREADY_FULFILLED_ERROR',
          'One or more OrderItems are already part of a Fulfillment',
        )
      const short = lines.find(({ line, quantity }) => {
        const variant = order.lines.find(({ id }) => id === line)?.variant ?? 0
        return (
          [...book.levels.values()].filter((level) => level.variant === variant).reduce((sum, level) => sum + level.onHand, 0) < quantity
        )
      })
      if (short !== undefined)
        return refusal(
          'InsufficientStockOnHandError',
          'INSUFFICIENT_STOCK_ON_HAND_ERROR',
          'Cannot create a Fulfillment as there is insufficient stockOnHand',
        )
      const argument = (name: string) =>
        String(at(rows(input, 'handler.arguments').find((row) => at(row, 'name') === name) ?? null, 'value') ?? '')
      const made = staff.fulfil(order.id, { lines, method: argument('method'), tracking: argument('trackingCode') })
      wrote('addFulfillmentToOrder', (input ?? {}) as JsonObject)
      return views.fulfilmentView(made)
    },
    transitionFulfillmentToState: ({ id, state }) => {
      const found = [...book.orders.values()].flatMap(({ fulfilments }) => fulfilments).find((one) => one.id === Number(id))
      if (found === undefined) throw new OperationError(`No Fulfillment with the id "${String(id)}" could be found`)
      if (!steps[found.state].includes(String(state)))
        return refusal(
          'FulfillmentStateTransitionError',
          'FULFILLMENT_STATE_TRANSITION_ERROR',
          'errorResult.FULFILLMENT_STATE_TRANSITION_ERROR',
        )
      wrote('transitionFulfillmentToState', { id: id ?? null, state: state ?? null })
      return views.fulfilmentView(staff.moveFulfilment(found.id, state as Fulfilment['state']))
    },
    cancelOrder: ({ input }) => {
      const order = book.orders.get(idAt(input, 'orderId'))
      if (order === undefined) throw new OperationError('No Order with that id could be found')
      if (order.lines.every(({ quantity }) => quantity === 0))
        return refusal('EmptyOrderLineSelectionError', 'EMPTY_ORDER_LINE_SELECTION_ERROR', 'At least one OrderLine must be specified')
      staff.cancel(order.id)
      wrote('cancelOrder', (input ?? {}) as JsonObject)
      return views.orderView(order)
    },
  }
}
