import { type Migration, tableShape } from '../table-shape.ts'

/** Stock by owner and lot, the movements behind it, numbers of pieces, and what is promised for a time. */
export const stock: Migration = {
  number: 21,
  name: 'stock',
  async up(tx, maker) {
    await maker.reshapeTable(
      tx,
      'stock',
      tableShape({
        columns: {
          tenant: 'word',
          product: 'key',
          location: 'word',
          owner: 'key',
          condition: 'word',
          lot: 'key',
          on_hand: 'exact',
          as_of: 'whole',
          source: 'word',
          reserved: 'exact',
          in_transit: 'exact',
          available: 'exact',
          changed_at: 'whole',
        },
        primary: ['tenant', 'product', 'location', 'owner', 'condition', 'lot'],
        compact: true,
      }),
      { owner: '', lot: '' },
    )
    await maker.createTable(
      tx,
      'movement',
      tableShape({
        columns: {
          tenant: 'word',
          type: 'word',
          key: 'key',
          line: 'word',
          side: 'word',
          product: 'key',
          location: 'word',
          owner: 'key',
          condition: 'word',
          lot: 'key',
          toward: 'word',
          kind: 'word',
          source: 'word',
          quantity: 'exact',
          moved_at: 'whole',
        },
        primary: ['tenant', 'type', 'key', 'line', 'side'],
        index: [['tenant', 'product', 'location', 'moved_at']],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'serial',
      tableShape({
        columns: {
          tenant: 'word',
          type: 'word',
          key: 'key',
          line: 'word',
          side: 'word',
          serial: 'key',
          product: 'key',
          location: 'word',
          moved_at: 'whole',
          pieces: 'whole',
        },
        primary: ['tenant', 'type', 'key', 'line', 'side', 'serial'],
        index: [['tenant', 'product', 'serial']],
        compact: true,
      }),
    )
    await maker.createTable(
      tx,
      'promise',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          line: 'whole',
          product: 'key',
          quantity: 'exact',
          channel: 'word',
          reference: 'key?',
          state: 'word',
          counts_until: 'whole',
          expires_at: 'whole',
          created_at: 'whole',
          ended_at: 'whole?',
          order_key: 'key?',
          actor: 'word',
          told: 'whole',
        },
        primary: ['tenant', 'id', 'line'],
        index: [
          ['tenant', 'product', 'counts_until', 'channel', 'quantity'],
          ['tenant', 'reference'],
          ['tenant', 'told', 'counts_until'],
        ],
        compact: true,
      }),
    )
  },
}
