import { type Migration, tableShape } from '../table-shape.ts'

/** What partners say of how long their API will be as it is. */
export const announcements: Migration = {
  number: 11,
  name: 'announcements',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'announcement',
      tableShape({
        columns: {
          tenant: 'word',
          connection: 'word',
          hash: 'hash',
          kind: 'word',
          at: 'whole?',
          link: 'text?',
          words: 'text?',
          told_by: 'text',
          first_at: 'whole',
          seen_at: 'whole',
        },
        primary: ['tenant', 'connection', 'hash'],
      }),
    )
  },
}
