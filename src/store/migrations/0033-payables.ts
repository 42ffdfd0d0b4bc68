import { type Migration, tableShape } from '../table-shape.ts'

/** What goods receipts made us owe, and by when. */
export const payables: Migration = {
  number: 33,
  name: 'payables',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'payable_item',
      tableShape({
        columns: {
          tenant: 'word',
          type: 'word',
          key: 'key',
          owner: 'key',
          party: 'key',
          currency: 'word',
          amount: 'exact',
          business_date: 'word',
          due_date: 'word?',
        },
        primary: ['tenant', 'type', 'key', 'owner', 'party', 'currency'],
        index: [['tenant', 'party']],
      }),
    )
  },
}
