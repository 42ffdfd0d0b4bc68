import { type Migration, tableShape } from '../table-shape.ts'

/** Merchants' deposits: their terms, and what orders and payments have to do with them. */
export const deposits: Migration = {
  number: 35,
  name: 'deposits',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'deposit',
      tableShape({
        columns: {
          tenant: 'word',
          party: 'key',
          currency: 'word',
          owner: 'key',
          low_below: 'exact?',
          credit: 'exact',
          low: 'whole',
          next_day: 'word?',
          since: 'whole',
          changed_at: 'whole',
        },
        primary: ['tenant', 'party', 'currency'],
        index: [
          ['tenant', 'low'],
          ['tenant', 'next_day'],
        ],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'deposit_term',
      tableShape({
        columns: {
          tenant: 'word',
          type: 'word',
          key: 'key',
          party: 'key',
          currency: 'word',
          owner: 'key',
          kind: 'word',
          low_below: 'exact?',
          credit: 'exact',
          valid_from: 'word',
          valid_to: 'word?',
          at: 'whole',
        },
        primary: ['tenant', 'type', 'key'],
        index: [['tenant', 'party']],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'deposit_order',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          party: 'key',
          owner: 'key',
          currency: 'word',
          placed_at: 'whole',
          need: 'exact',
          frozen: 'exact',
          captured: 'exact',
          refunded: 'exact',
          given: 'exact',
          why: 'word',
          posts: 'whole',
        },
        primary: ['tenant', 'key'],
        index: [['tenant', 'party', 'why', 'placed_at']],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'deposit_payment',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          party: 'key',
          owner: 'key',
          currency: 'word',
          reference: 'key',
          amount: 'exact',
          posted: 'exact',
          state: 'word',
          posts: 'whole',
        },
        primary: ['tenant', 'key'],
        index: [
          ['tenant', 'reference'],
          ['tenant', 'party'],
        ],
        compact: true,
      }),
    )
  },
}
