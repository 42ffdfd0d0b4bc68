import { type Migration, tableShape } from '../table-shape.ts'

/** What became of parcels: derived from what carriers tell of them. */
export const parcels: Migration = {
  number: 9,
  name: 'parcels',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'parcel',
      tableShape({
        columns: {
          tenant: 'word',
          tracking: 'key',
          status: 'word',
          at: 'whole?',
          event: 'key?',
          carrier: 'word?',
          delivered_at: 'whole?',
          events: 'whole',
        },
        primary: ['tenant', 'tracking'],
        index: [['tenant', 'status']],
        compact: true,
      }),
    )
  },
}
