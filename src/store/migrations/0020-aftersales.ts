import { type Migration, tableShape } from '../table-shape.ts'

/** What the list of after-sale documents, and the look at their deadlines, find one by. */
export const aftersales: Migration = {
  number: 20,
  name: 'aftersales',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'aftersale',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          origin: 'word',
          kind: 'word',
          status: 'word',
          requested_at: 'whole',
          deadline: 'whole?',
        },
        primary: ['tenant', 'key'],
        index: [
          ['tenant', 'requested_at', 'key'],
          ['tenant', 'deadline', 'key'],
        ],
        compact: true,
      }),
    )
  },
}
