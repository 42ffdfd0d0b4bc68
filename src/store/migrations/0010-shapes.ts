import { type Migration, tableShape } from '../table-shape.ts'

/** What the records of a stream have shown: fields, their types, and the words of some. */
export const shapes: Migration = {
  number: 10,
  name: 'shapes',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'shape',
      tableShape({
        columns: {
          tenant: 'word',
          connection: 'word',
          stream: 'key',
          hash: 'hash',
          id: 'id',
          path: 'text',
          type: 'word',
          word: 'key',
          how: 'word',
          former: 'text?',
          example: 'text?',
          envelope: 'id',
          seen_at: 'whole',
          accepted_at: 'whole?',
          accepted_by: 'word?',
        },
        primary: ['tenant', 'connection', 'stream', 'hash'],
        index: [
          ['tenant', 'accepted_at'],
          ['tenant', 'how', 'id'],
        ],
      }),
    )
  },
}
