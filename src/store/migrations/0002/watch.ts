import { tableShape } from '../../table-shape.ts'

/** What is expected of partners, what was missed, and who is told. */
export const watch = {
  traffic: tableShape({
    columns: {
      tenant: 'word',
      connection: 'word',
      topic: 'key',
      hour: 'whole',
      events: 'whole',
      last_at: 'whole',
    },
    primary: ['tenant', 'connection', 'topic', 'hour'],
    index: [['tenant', 'hour']],
    compact: true,
  }),
  alarm: tableShape({
    columns: {
      tenant: 'word',
      id: 'id',
      subject: 'key',
      open_subject: 'key?',
      kind: 'word',
      connection: 'word?',
      stream: 'word?',
      message: 'text',
      detail: 'document?',
      times: 'whole',
      opened_at: 'whole',
      seen_at: 'whole',
      closed_at: 'whole?',
    },
    primary: ['tenant', 'id'],
    unique: [['tenant', 'open_subject']],
    index: [['tenant', 'subject', 'id']],
  }),
  notice: tableShape({
    columns: {
      tenant: 'word',
      id: 'id',
      channel: 'word',
      alarm: 'id',
      event: 'word',
      body: 'document',
      state: 'word',
      due_at: 'whole',
      lease_until: 'whole',
      lease_token: 'hash?',
      attempts: 'whole',
      last_error: 'text?',
      created_at: 'whole',
      ended_at: 'whole?',
    },
    primary: ['tenant', 'id'],
    unique: [['tenant', 'alarm', 'channel', 'event']],
    index: [
      ['tenant', 'state', 'due_at'],
      ['tenant', 'channel', 'created_at'],
    ],
  }),
}
