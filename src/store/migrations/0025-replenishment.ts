import { type Migration, tableShape } from '../table-shape.ts'

/** Suggestions to order. */
export const replenishment: Migration = {
  number: 25,
  name: 'replenishment',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'replenishment',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          product: 'key',
          location: 'word',
          supplier: 'key',
          status: 'word',
          quantity: 'exact',
          order_key: 'key?',
          order_line: 'word?',
          decided_at: 'whole',
        },
        primary: ['tenant', 'key'],
        index: [
          ['tenant', 'product', 'location', 'status'],
          ['tenant', 'status', 'key'],
        ],
        compact: true,
      }),
    )
  },
}
