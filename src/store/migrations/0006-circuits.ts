import type { Migration } from '../table-shape.ts'

/** Tries in a row, of all processes, that found nobody at a destination, and when the last of them was. */
export const circuits: Migration = {
  number: 6,
  name: 'circuits',
  async up(tx, maker) {
    for (const column of ['downs', 'down_at']) await maker.addColumn(tx, 'connection', column, 'whole')
  },
}
