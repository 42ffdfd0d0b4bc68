import { type Migration, tableShape } from '../table-shape.ts'

/** Prices by product and list, whose lists hold for whom, and what each line of a merchant's order costs it. */
export const prices: Migration = {
  number: 31,
  name: 'prices',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'price_entry',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          version: 'whole',
          list: 'key',
          kind: 'word',
          product: 'key',
          currency: 'word',
          tax_basis: 'word',
          zone: 'word',
          status: 'word',
          base_unit: 'word',
          factors: 'text',
          steps: 'document',
        },
        primary: ['tenant', 'key'],
        index: [
          ['tenant', 'product', 'list'],
          ['tenant', 'kind', 'product'],
          ['tenant', 'list', 'key'],
        ],
      }),
    )
    await maker.createTable(
      tx,
      'price_grant',
      tableShape({
        columns: {
          tenant: 'word',
          party: 'key',
          type: 'word',
          key: 'key',
          version: 'whole',
          holder: 'key',
          valid_from: 'word',
          valid_to: 'word?',
          ended_at: 'whole?',
          suspended: 'whole',
          zone: 'word',
        },
        primary: ['tenant', 'type', 'key'],
        index: [
          ['tenant', 'party', 'type'],
          ['tenant', 'holder', 'party'],
        ],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'list_use',
      tableShape({
        columns: { tenant: 'word', type: 'word', key: 'key', list: 'key', place: 'whole', version: 'whole', number: 'key' },
        primary: ['tenant', 'type', 'key', 'list'],
        index: [['tenant', 'list']],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'order_cost',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          line: 'key',
          party: 'key',
          product: 'key',
          state: 'word',
          quantity: 'exact',
          currency: 'word',
          amount: 'exact',
          level: 'word',
          tier: 'key',
          list: 'key',
          entry: 'key',
          version: 'whole',
          price: 'word',
          per: 'word',
          unit: 'word',
          tax_basis: 'word',
          placed_at: 'whole',
          decided_at: 'whole',
          due: 'whole',
          body: 'document',
        },
        primary: ['tenant', 'key', 'line'],
        index: [
          ['tenant', 'state', 'product'],
          ['tenant', 'state', 'party'],
          ['tenant', 'due', 'key'],
        ],
      }),
    )
  },
}
