import type { Migration } from '../table-shape.ts'

/** How the bytes of a receipt are kept. */
export const packedBodies: Migration = {
  number: 8,
  name: 'packed-bodies',
  async up(tx, maker) {
    await maker.addColumn(tx, 'receipt', 'coding', 'word')
  },
}
