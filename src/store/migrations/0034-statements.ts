import { type Migration, tableShape } from '../table-shape.ts'

/** Statements of accounts, and which entries of the books each has. */
export const statements: Migration = {
  number: 34,
  name: 'statements',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'statement',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          kind: 'word',
          book: 'word',
          owner: 'key',
          party: 'key',
          currency: 'word',
          place: 'whole',
          from_date: 'word',
          until_date: 'word',
          revision: 'whole',
          status: 'word',
          opening: 'exact',
          closing: 'exact',
          line_count: 'whole',
          totals: 'text',
          hash: 'hash',
          confirmed_hash: 'hash?',
          disputes: 'document?',
          made_at: 'whole',
          made_by: 'key',
          changed_at: 'whole',
        },
        primary: ['tenant', 'key'],
        index: [
          ['tenant', 'party', 'owner', 'book', 'currency', 'place'],
          ['tenant', 'status', 'key'],
        ],
      }),
    )
    await maker.createTable(
      tx,
      'statement_line',
      tableShape({
        columns: { tenant: 'word', statement: 'key', line: 'whole', revision: 'whole', account: 'hash', seq: 'whole' },
        primary: ['tenant', 'statement', 'line'],
        unique: [['tenant', 'account', 'seq']],
        compact: true,
      }),
    )
  },
}
