import { type Migration, tableShape } from '../table-shape.ts'

/** What comparisons of a connection with the ledger found. */
export const reports: Migration = {
  number: 4,
  name: 'reports',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'report',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          connection: 'word',
          from_day: 'word?',
          until_day: 'word?',
          heal: 'word',
          dry_run: 'whole',
          same: 'whole',
          differences: 'whole',
          body: 'document',
          asked_by: 'key',
          created_at: 'whole',
        },
        primary: ['tenant', 'id'],
        index: [['tenant', 'connection', 'id']],
      }),
    )
  },
}
