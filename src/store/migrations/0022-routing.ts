import { type Migration, tableShape } from '../table-shape.ts'

/** Where each order goes, by which rules and what they were asked of. */
export const routing: Migration = {
  number: 22,
  name: 'routing',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'route_decision',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          id: 'id',
          at: 'whole',
          version: 'hash',
          accounts: 'text',
          body: 'document',
          actor: 'word?',
          why: 'text?',
        },
        primary: ['tenant', 'key', 'id'],
      }),
    )
  },
}
