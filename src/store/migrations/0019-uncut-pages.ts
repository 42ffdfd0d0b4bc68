import type { Migration } from '../table-shape.ts'

/** How many records a page holds that waits as one row until it is cut. */
export const uncutPages: Migration = {
  number: 19,
  name: 'uncut-pages',
  async up(tx, maker) {
    await maker.addColumn(tx, 'receipt', 'records', 'whole')
  },
}
