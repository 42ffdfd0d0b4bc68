import type { Migration } from '../table-shape.ts'

/** Trace of the request that a receipt came by, and of the record that a delivery is owed to. */
export const traces: Migration = {
  number: 3,
  name: 'traces',
  async up(tx, maker) {
    for (const table of ['receipt', 'delivery']) await maker.addColumn(tx, table, 'trace', 'word')
  },
}
