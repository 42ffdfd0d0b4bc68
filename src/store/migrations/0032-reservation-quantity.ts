import { type Migration, tableShape } from '../table-shape.ts'

/** What orders hold of a product is added up from an index alone: each order of a product that many open orders hold looked all of their rows up before. */
export const reservationQuantity: Migration = {
  number: 32,
  name: 'reservation-quantity',
  up: (tx, maker) =>
    maker.replaceIndex(
      tx,
      'reservation',
      tableShape({
        columns: {
          tenant: 'word',
          product: 'key',
          order_key: 'key',
          line: 'word',
          part: 'word',
          quantity: 'exact',
          released_at: 'whole?',
        },
        primary: ['tenant', 'product', 'order_key', 'line', 'part'],
        index: [
          ['tenant', 'order_key'],
          ['tenant', 'product', 'released_at', 'quantity'],
        ],
        compact: true,
      }),
      ['tenant', 'product', 'released_at'],
    ),
}
