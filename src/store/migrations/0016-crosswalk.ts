import { type Migration, tableShape } from '../table-shape.ts'

/** Saved codes with the time they hold for, and what became of keys that were one thing. */
export const crosswalk: Migration = {
  number: 16,
  name: 'crosswalk',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'code',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          kind: 'word',
          connection: 'word',
          organisation: 'word',
          product: 'key',
          code: 'key',
          hub: 'key',
          factor: 'word?',
          valid_from: 'word?',
          valid_to: 'word?',
          saved_at: 'whole',
          saved_by: 'key',
          ended_at: 'whole?',
          ended_by: 'key?',
        },
        primary: ['tenant', 'id'],
        index: [
          ['tenant', 'kind', 'code'],
          ['tenant', 'product'],
        ],
      }),
    )
    await maker.createTable(
      tx,
      'code_list',
      tableShape({ columns: { tenant: 'word', kind: 'word', revision: 'id' }, primary: ['tenant', 'kind'], compact: true }),
    )
    await maker.createTable(
      tx,
      'identity_change',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          at: 'whole',
          kind: 'word',
          type: 'word',
          from_key: 'key',
          into_key: 'key',
          reason: 'text',
          who: 'key',
          moved: 'document',
        },
        primary: ['tenant', 'id'],
        index: [
          ['tenant', 'type', 'from_key', 'id'],
          ['tenant', 'type', 'into_key', 'id'],
        ],
      }),
    )
  },
}
