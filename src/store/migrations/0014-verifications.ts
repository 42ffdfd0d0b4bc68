import { type Migration, tableShape } from '../table-shape.ts'

/** What the ledger found when it was held against its documents, who looks after a finding, and what documents referred to before. */
export const verifications: Migration = {
  number: 14,
  name: 'verifications',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'verification',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          started_at: 'whole',
          ended_at: 'whole',
          whole: 'whole',
          differences: 'whole',
          mended: 'whole?',
          checked: 'text',
          body: 'document',
          asked_by: 'word',
        },
        primary: ['tenant', 'id'],
      }),
    )
    await maker.createTable(
      tx,
      'former_reference',
      tableShape({
        columns: { tenant: 'word', to_type: 'word', to_key: 'key', from_type: 'word', from_key: 'key' },
        primary: ['tenant', 'to_type', 'to_key', 'from_type', 'from_key'],
        compact: true,
      }),
    )
    await maker.addColumn(tx, 'finding', 'owner', 'key')
    await maker.addColumn(tx, 'finding', 'owned_at', 'whole')
    await maker.addColumn(tx, 'finding', 'closed_by', 'word')
    await maker.addColumn(tx, 'finding', 'accepted', 'whole')
  },
}
