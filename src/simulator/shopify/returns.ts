import type { Resolved } from '../graphql/operation.ts'
import { type Book, lineTotal, type Order, type Return } from './book.ts'
import { connection } from './connection.ts'
import type { Staff } from './staff.ts'
import { gid } from './views.ts'

/** What becomes of a return, each with its webhook. */
export interface Returns {
  /** a buyer asks in the shop; answers the number of the return */
  requestReturn(
    order: number,
    of: { readonly lines: readonly { readonly line: number; readonly quantity: number }[]; readonly reason?: string },
  ): number
  declineReturn(order: number, id: number, note: string): void
  approveReturn(order: number, id: number): void
  /** the goods are there; those that are restocked go on the shop's own shelf */
  dispose(order: number, id: number, type: 'RESTOCKED' | 'NOT_RESTOCKED' | 'MISSING'): void
  /** over; with an amount in cents that goes back to the buyer */
  closeReturn(order: number, id: number, amount?: number): void
}

interface Hands {
  readonly orderOf: (id: number) => Order
  readonly changed: (order: Order) => void
  readonly move: (item: number, by: (before: number) => number) => void
  readonly refund: Staff['refund']
  readonly tell: (topic: string, body: object, order?: Order) => void
}

export function createReturns(book: Book, { orderOf, changed, move, refund, tell }: Hands): Returns {
  const change = (step: string, number: number, id: number, by: (one: Return, order: Order) => void) => {
    const order = orderOf(number)
    const one = order.returns.find((row) => row.id === id)
    if (one === undefined) throw new Error(`${order.name} has no return ${id}`)
    by(one, order)
    tellOf(step, order, one)
  }
  const tellOf = (step: string, order: Order, { id, name, status, lines }: Return) => {
    tell(
      `returns/${step}`,
      {
        id,
        admin_graphql_api_id: gid('Return', id),
        status: status.toLowerCase(),
        name,
        total_return_line_items: lines.length,
        order: { id: order.id, admin_graphql_api_id: gid('Order', order.id) },
      },
      order,
    )
    changed(order)
  }
  return {
    requestReturn: (number, { lines, reason = '' }) => {
      const order = orderOf(number)
      const one: Return = {
        id: book.nextId(),
        name: `${order.name}-R${order.returns.length + 1}`,
        createdAt: book.now(),
        reason,
        lines: lines.map((line) => ({ id: book.nextId(), ...line })),
        status: 'REQUESTED',
        closedAt: null,
        decline: null,
        disposed: undefined,
        refund: undefined,
      }
      order.returns.push(one)
      tellOf('request', order, one)
      return one.id
    },
    declineReturn: (number, id, note) =>
      change('decline', number, id, (one) => {
        one.status = 'DECLINED'
        one.decline = note
      }),
    approveReturn: (number, id) =>
      change('approve', number, id, (one) => {
        one.status = 'OPEN'
      }),
    dispose: (number, id, type) =>
      change('update', number, id, (one, order) => {
        one.disposed = { at: book.now(), type }
        if (type !== 'RESTOCKED') return
        for (const { line, quantity } of one.lines) {
          const item = order.lines.find((row) => row.id === line)?.item
          if (item !== undefined) move(item, (before) => before + quantity)
        }
      }),
    closeReturn: (number, id, amount) =>
      change('close', number, id, (one) => {
        one.status = 'CLOSED'
        one.closedAt = book.now()
        if (amount !== undefined) one.refund = refund(number, { amount, note: one.reason, lines: one.lines, restock: false })
      }),
  }
}

/** OrderReturnStatus, as far as it is told apart here. */
export const returnStatusOf = ({ returns }: Order): string =>
  returns.length === 0
    ? 'no_return'
    : returns.some(({ status }) => status === 'REQUESTED')
      ? 'return_requested'
      : returns.some(({ status }) => status === 'OPEN')
        ? 'in_progress'
        : returns.some(({ status }) => status === 'CLOSED')
          ? 'returned'
          : 'return_failed'

/** A return as the Admin API shows it. */
export function returnView(
  order: Order,
  one: Return,
  { money, lineOf }: { readonly money: (cents: number) => Resolved; readonly lineOf: (order: Order, id: number) => Resolved },
): Resolved {
  const fulfilled = (line: number): Resolved => ({ id: gid('FulfillmentLineItem', line), lineItem: lineOf(order, line) })
  return {
    id: gid('Return', one.id),
    name: one.name,
    status: one.status,
    createdAt: one.createdAt,
    closedAt: one.closedAt,
    decline: one.decline === null ? null : { reason: 'OTHER', note: one.decline },
    order: { id: gid('Order', order.id), legacyResourceId: String(order.id) },
    refunds: (args) =>
      connection(one.refund === undefined ? [] : [{ id: one.refund, node: { legacyResourceId: String(one.refund) } }], args),
    exchangeLineItems: (args) => connection([], args),
    returnLineItems: (args) =>
      connection(
        one.lines.map(({ id, line, quantity }) => {
          const sold = order.lines.find((row) => row.id === line)
          const price = sold === undefined ? 0 : Math.round((lineTotal(sold) * quantity) / sold.quantity)
          return {
            id,
            node: {
              __typename: 'ReturnLineItem',
              id: gid('ReturnLineItem', id),
              quantity,
              returnReasonNote: one.reason,
              customerNote: null,
              returnReasonDefinition: null,
              withCodeDiscountedTotalPriceSet: money(price),
              fulfillmentLineItem: fulfilled(line),
            },
          }
        }),
        args,
      ),
    reverseFulfillmentOrders: (args) =>
      connection(
        one.status === 'REQUESTED' || one.status === 'DECLINED'
          ? []
          : [
              {
                id: one.id,
                node: {
                  lineItems: (inner) =>
                    connection(
                      one.lines.map(({ id, line, quantity }) => ({
                        id,
                        node: {
                          fulfillmentLineItem: fulfilled(line),
                          dispositions:
                            one.disposed === undefined ? [] : [{ createdAt: one.disposed.at, quantity, type: one.disposed.type }],
                        },
                      })),
                      inner,
                    ),
                },
              },
            ],
        args,
      ),
  }
}
