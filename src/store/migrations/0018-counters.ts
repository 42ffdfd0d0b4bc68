import { type Migration, tableShape } from '../table-shape.ts'

/** Counts that the numbers of documents of the hub are made from. */
export const counters: Migration = {
  number: 18,
  name: 'counters',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'counter',
      tableShape({ columns: { tenant: 'word', name: 'word', last: 'whole' }, primary: ['tenant', 'name'], compact: true }),
    )
  },
}
