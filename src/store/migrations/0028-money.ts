import { type Migration, tableShape } from '../table-shape.ts'

/** Books of money: accounts, transfers and what these did to accounts. */
export const money: Migration = {
  number: 28,
  name: 'money',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'book',
      tableShape({
        columns: {
          tenant: 'word',
          book: 'word',
          owner: 'key',
          zone: 'word',
          closed_until: 'word?',
          changed_at: 'whole',
          changed_by: 'key',
        },
        primary: ['tenant', 'book', 'owner'],
      }),
    )
    await maker.createTable(
      tx,
      'account',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'hash',
          book: 'word',
          owner: 'key',
          party: 'key',
          kind: 'word',
          currency: 'word',
          balance: 'exact',
          entries: 'whole',
          floor: 'exact?',
          frozen: 'whole',
          opened_at: 'whole',
          changed_at: 'whole',
        },
        primary: ['tenant', 'id'],
        index: [['tenant', 'party', 'book']],
      }),
    )
    await maker.createTable(
      tx,
      'transfer',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          key: 'key',
          book: 'word',
          owner: 'key',
          debit: 'hash',
          credit: 'hash',
          amount: 'exact',
          currency: 'word',
          kind: 'word',
          business_date: 'word',
          period: 'word',
          at: 'whole',
          ref_type: 'word?',
          ref_key: 'key?',
          ref_line: 'key?',
          reverses: 'id?',
          forced: 'whole',
          actor: 'key',
          why: 'text?',
        },
        primary: ['tenant', 'id'],
        unique: [['tenant', 'key']],
        index: [
          ['tenant', 'ref_key', 'ref_type'],
          ['tenant', 'reverses'],
        ],
      }),
    )
    await maker.createTable(
      tx,
      'entry',
      tableShape({
        columns: {
          tenant: 'word',
          account: 'hash',
          seq: 'whole',
          transfer: 'id',
          amount: 'exact',
          balance: 'exact',
          kind: 'word',
          business_date: 'word',
          period: 'word',
          at: 'whole',
        },
        primary: ['tenant', 'account', 'seq'],
        index: [['tenant', 'account', 'period']],
        compact: true,
      }),
    )
  },
}
