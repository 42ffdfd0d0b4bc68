import { type Migration, tableShape } from '../table-shape.ts'

/** Invoices beside their orders and receipts. */
export const invoices: Migration = {
  number: 29,
  name: 'invoices',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'invoice_line',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          line: 'word',
          kind: 'word',
          order_key: 'key',
          order_line: 'key',
          currency: 'word',
          quantity: 'exact',
          amount: 'exact',
          credited: 'exact',
          credited_amount: 'exact',
          covered: 'exact',
          waiting: 'exact',
          over: 'exact',
          expected: 'exact?',
          quantity_variance: 'exact',
          verdict: 'word',
        },
        primary: ['tenant', 'key', 'line'],
        index: [['tenant', 'order_key']],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'invoice_allocation',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          line: 'word',
          part: 'word',
          order_key: 'key',
          order_line: 'key',
          basis: 'word',
          receipt: 'key',
          receipt_line: 'word',
          against: 'key',
          against_line: 'word',
          quantity: 'exact',
          amount: 'exact',
        },
        primary: ['tenant', 'key', 'line', 'part'],
        index: [
          ['tenant', 'order_key'],
          ['tenant', 'against'],
        ],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'invoice_match',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          kind: 'word',
          status: 'word',
          number: 'key',
          issuer: 'key',
          year: 'whole',
          issue_date: 'word',
          due_date: 'word?',
          currency: 'word',
          verdict: 'word',
          total: 'exact',
          tax: 'exact?',
          quantity_variance: 'exact',
          price_variance: 'exact',
          tax_scheme: 'word',
          tax_code: 'key',
          tax_number: 'key',
        },
        primary: ['tenant', 'key'],
        index: [
          ['tenant', 'issuer', 'number', 'year'],
          ['tenant', 'number'],
          ['tenant', 'tax_number', 'tax_code'],
          ['tenant', 'verdict', 'key'],
        ],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'invoice_tolerance',
      tableShape({ columns: { tenant: 'word', key: 'key', issuer: 'key', tolerance: 'text', at: 'whole' }, primary: ['tenant', 'key'] }),
    )
    await maker.createTable(
      tx,
      'invoice_acceptance',
      tableShape({
        columns: { tenant: 'word', key: 'key', findings: 'hash', asked_by: 'word', asked_at: 'whole', why: 'text' },
        primary: ['tenant', 'key'],
      }),
    )
  },
}
