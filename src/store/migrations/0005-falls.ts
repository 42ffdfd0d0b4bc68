import { type Migration, tableShape } from '../table-shape.ts'

/** Figures that are about to fall at a partner, counted over a while. */
export const falls: Migration = {
  number: 5,
  name: 'falls',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'fall',
      tableShape({
        columns: { tenant: 'word', route: 'word', key: 'key', at: 'whole', released: 'whole' },
        primary: ['tenant', 'route', 'key'],
        index: [['tenant', 'route', 'at']],
        compact: true,
      }),
    )
  },
}
