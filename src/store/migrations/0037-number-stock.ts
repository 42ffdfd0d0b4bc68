import { type Migration, tableShape } from '../table-shape.ts'

/** Numbers that were made and nobody has yet are kept as stretches of a sequence instead of a row each: an allotment inserts their rows, and changes none. What became of them begins with their request, which says until when. */
export const numberStock: Migration = {
  number: 37,
  name: 'number-stock',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'number_stock',
      tableShape({
        columns: {
          tenant: 'word',
          scheme: 'word',
          place: 'whole',
          seq: 'whole',
          size: 'whole',
          taken: 'whole',
          pattern: 'text',
          made_at: 'whole',
        },
        primary: ['tenant', 'scheme', 'place'],
      }),
    )
    await maker.addColumn(tx, 'number_request', 'until', 'whole')
  },
}
