import { type Migration, tableShape } from '../table-shape.ts'

/** What belongs to which supplier or merchant, keys that see no more than that, and whose books a connection keeps. */
export const parties: Migration = {
  number: 17,
  name: 'parties',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'party_document',
      tableShape({
        columns: {
          tenant: 'word',
          party: 'key',
          type: 'word',
          key: 'key',
          role: 'word',
          organisation: 'word',
          valid_from: 'word',
          valid_to: 'word?',
        },
        primary: ['tenant', 'party', 'type', 'key', 'role', 'organisation', 'valid_from'],
        index: [['tenant', 'type', 'key']],
        compact: true,
      }),
    )
    await maker.addColumn(tx, 'api_key', 'party', 'key')
    await maker.addColumn(tx, 'api_key', 'organisation', 'word')
    await maker.addColumn(tx, 'api_key', 'initial', 'whole')
    await maker.addColumn(tx, 'connection', 'books', 'key')
    await maker.addColumn(tx, 'connection', 'organisation', 'word')
    await maker.addColumn(tx, 'connection', 'restating', 'text')
  },
}
