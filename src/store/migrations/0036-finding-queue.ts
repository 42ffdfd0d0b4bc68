import { type Migration, tableShape } from '../table-shape.ts'

/** The queue of findings, the oldest first, and what one person looks after are read from an index: each page sorted all that is open before. */
export const findingQueue: Migration = {
  number: 36,
  name: 'finding-queue',
  up: (tx, maker) =>
    maker.replaceIndex(
      tx,
      'finding',
      tableShape({
        columns: {
          tenant: 'word',
          type: 'word',
          key: 'key',
          code: 'word',
          path: 'key',
          detail: 'text',
          state: 'word',
          opened_at: 'whole',
          closed_at: 'whole?',
          owner: 'key?',
          owned_at: 'whole?',
          closed_by: 'word?',
          accepted: 'whole?',
        },
        primary: ['tenant', 'type', 'key', 'code', 'path'],
        index: [
          ['tenant', 'state', 'code', 'opened_at'],
          ['tenant', 'state', 'opened_at', 'type', 'key', 'code', 'path'],
          ['tenant', 'owner', 'state'],
        ],
      }),
      ['tenant', 'state', 'code'],
    ),
}
