import { type Migration, tableShape } from '../table-shape.ts'

/** Early warning of order numbers: the level of a scheme, signals, and preset responses. */
export const numberWarnings: Migration = {
  number: 27,
  name: 'number-warnings',
  async up(tx, maker) {
    await maker.addColumn(tx, 'number_scheme', 'level', 'word')
    await maker.createTable(
      tx,
      'number_signal',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          scheme: 'word',
          kind: 'word',
          factor: 'word',
          at: 'whole',
          half_life_ms: 'whole',
          source: 'key',
          actor: 'key',
        },
        primary: ['tenant', 'id'],
        index: [['tenant', 'scheme', 'at']],
      }),
    )
    await maker.createTable(
      tx,
      'number_response',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          scheme: 'word',
          level: 'word',
          action: 'text',
          assignee: 'key',
          state: 'word',
          at: 'whole',
          settled_at: 'whole?',
          settled_by: 'key?',
          outcome: 'text?',
        },
        primary: ['tenant', 'id'],
        index: [['tenant', 'scheme', 'id']],
      }),
    )
  },
}
