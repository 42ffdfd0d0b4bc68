import type { Migration } from '../table-shape.ts'

/** Who made a version or an effect by a command of the hub, and why. */
export const authors: Migration = {
  number: 12,
  name: 'authors',
  async up(tx, maker) {
    for (const table of ['document_version', 'journal']) {
      await maker.addColumn(tx, table, 'actor', 'word')
      await maker.addColumn(tx, table, 'why', 'text')
    }
  },
}
