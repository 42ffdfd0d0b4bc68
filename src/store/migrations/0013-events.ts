import { type Migration, tableShape } from '../table-shape.ts'

/** Who wants to hear of events, and what is still to be told to whom. The events themselves are the journal. */
export const events: Migration = {
  number: 13,
  name: 'events',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'event_subscription',
      tableShape({
        columns: {
          tenant: 'word',
          id: 'id',
          name: 'key',
          url: 'text',
          filter: 'text',
          content: 'word',
          state: 'word',
          reason: 'word?',
          fails: 'whole',
          failing_since: 'whole?',
          ready_at: 'whole',
          lease_until: 'whole',
          lease_token: 'word?',
          former_until: 'whole?',
          last_sent_at: 'whole?',
          last_error: 'text?',
          created_by: 'word',
          created_at: 'whole',
          changed_at: 'whole',
        },
        primary: ['tenant', 'id'],
        unique: [['tenant', 'name']],
      }),
    )
    await maker.createTable(
      tx,
      'event_message',
      tableShape({
        columns: {
          tenant: 'word',
          subscription: 'id',
          event: 'id',
          subject: 'key',
          type: 'word',
          state: 'word',
          due_at: 'whole',
          attempts: 'whole',
          last_error: 'text?',
          created_at: 'whole',
          ended_at: 'whole?',
        },
        primary: ['tenant', 'subscription', 'event'],
        index: [
          ['tenant', 'subscription', 'state', 'due_at'],
          ['tenant', 'subscription', 'subject', 'state', 'event'],
        ],
      }),
    )
  },
}
