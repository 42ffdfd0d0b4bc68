import { type Migration, tableShape } from '../table-shape.ts'

/** What platforms paid, held against orders; and the terms of the connections that are watched. */
export const payouts: Migration = {
  number: 30,
  name: 'payouts',
  async up(tx, maker) {
    await maker.addColumn(tx, 'connection', 'settlement', 'text')
    await maker.addColumn(tx, 'connection', 'resettling', 'text')
    await maker.createTable(
      tx,
      'payout',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          origin: 'word',
          number: 'key?',
          currency: 'word',
          status: 'word?',
          verdict: 'word',
          paid_at: 'whole',
          total: 'exact',
          line_total: 'exact',
          matched: 'exact',
          unmatched: 'exact',
          unjudged: 'exact',
          lines: 'whole',
          differing: 'whole',
        },
        primary: ['tenant', 'key'],
        index: [['tenant', 'paid_at', 'key']],
      }),
    )
    await maker.createTable(
      tx,
      'payout_line',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          position: 'whole',
          order_key: 'key',
          kind: 'word',
          currency: 'word',
          amount: 'exact',
          verdict: 'word',
          detail: 'text',
        },
        primary: ['tenant', 'key', 'position'],
        index: [['tenant', 'order_key']],
      }),
    )
    await maker.createTable(
      tx,
      'settlement',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          origin: 'word',
          number: 'key?',
          currency: 'word',
          state: 'word',
          captured: 'exact',
          subsidy: 'exact',
          refunded: 'exact',
          settled: 'exact',
          fees: 'exact',
          open: 'exact',
          captured_at: 'whole',
          due_at: 'whole?',
        },
        primary: ['tenant', 'key'],
        index: [
          ['tenant', 'state', 'captured_at', 'key'],
          ['tenant', 'state', 'due_at', 'key'],
        ],
        compact: true,
      }),
    )
  },
}
