import { type Migration, tableShape } from '../table-shape.ts'

/** Order numbers: schemes, the book of every number, requests, histories, decisions and counts. */
export const numbers: Migration = {
  number: 24,
  name: 'numbers',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'number_scheme',
      tableShape({
        columns: {
          tenant: 'word',
          name: 'word',
          version: 'whole',
          settings: 'document',
          generation: 'word',
          business: 'word',
          period: 'word',
          next_seq: 'whole',
          next_place: 'whole',
          changed_at: 'whole',
          changed_by: 'key',
        },
        primary: ['tenant', 'name'],
      }),
    )
    await maker.createTable(
      tx,
      'order_number',
      tableShape({
        columns: {
          tenant: 'word',
          scheme: 'word',
          number: 'word',
          state: 'word',
          due_at: 'whole',
          place: 'whole',
          generation: 'whole',
          request: 'key?',
          holder: 'key?',
          reference: 'key?',
          exposed: 'whole',
          block: 'whole',
          amount: 'exact?',
          events: 'whole',
          created_at: 'whole',
          changed_at: 'whole',
        },
        primary: ['tenant', 'scheme', 'number'],
        index: [['tenant', 'scheme', 'state', 'due_at', 'place']],
      }),
    )
    await maker.createTable(
      tx,
      'number_request',
      tableShape({
        columns: {
          tenant: 'word',
          scheme: 'word',
          request: 'key',
          count: 'whole',
          holder: 'key',
          reference: 'key?',
          block: 'whole',
          numbers: 'document',
          at: 'whole',
          actor: 'key',
        },
        primary: ['tenant', 'scheme', 'request'],
        index: [['tenant', 'scheme', 'at']],
      }),
    )
    await maker.createTable(
      tx,
      'number_event',
      tableShape({
        columns: {
          tenant: 'word',
          scheme: 'word',
          number: 'word',
          seq: 'whole',
          at: 'whole',
          state: 'word',
          request: 'key?',
          holder: 'key?',
          until: 'whole?',
          amount: 'exact?',
          actor: 'key',
          why: 'text?',
        },
        primary: ['tenant', 'scheme', 'number', 'seq'],
      }),
    )
    await maker.createTable(
      tx,
      'number_decision',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          scheme: 'word',
          at: 'whole',
          kind: 'word',
          inputs: 'document',
          outcome: 'text',
          actor: 'key',
          why: 'text?',
        },
        primary: ['tenant', 'id'],
        index: [['tenant', 'scheme', 'id']],
      }),
    )
    await maker.createTable(
      tx,
      'number_count',
      tableShape({
        columns: {
          tenant: 'word',
          scheme: 'word',
          shard: 'whole',
          issued: 'whole',
          available: 'whole',
          locked: 'whole',
          consumed: 'whole',
          retired: 'whole',
          amount: 'exact',
        },
        primary: ['tenant', 'scheme', 'shard'],
        compact: true,
      }),
    )
  },
}
