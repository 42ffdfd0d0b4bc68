import { type Migration, tableShape } from '../table-shape.ts'

/** What was sold of a product in a store on a day, by the document that says so, and the days of which a store sent reports. */
export const daySales: Migration = {
  number: 23,
  name: 'day-sales',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'day_sale',
      tableShape({
        columns: {
          tenant: 'word',
          type: 'word',
          key: 'key',
          product: 'key',
          store: 'key',
          day: 'word',
          currency: 'word',
          origin: 'word',
          quantity: 'exact',
          returned: 'exact',
          amount: 'exact',
        },
        primary: ['tenant', 'type', 'key', 'product'],
        index: [
          ['tenant', 'day', 'store'],
          ['tenant', 'product', 'day'],
        ],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'report_day',
      tableShape({
        columns: { tenant: 'word', day: 'word', store: 'key', origin: 'word' },
        primary: ['tenant', 'day', 'store', 'origin'],
        compact: true,
      }),
    )
  },
}
