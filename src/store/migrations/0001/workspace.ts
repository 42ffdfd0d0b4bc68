import { tableShape } from '../../table-shape.ts'

/** What an integrator and the people of a tenant set up. */
export const workspace = {
  revision: tableShape({
    columns: {
      tenant: 'word',
      hash: 'hash',
      files: 'document',
      current: 'whole',
      created_at: 'whole',
    },
    primary: ['tenant', 'hash'],
  }),
  text: tableShape({
    columns: {
      tenant: 'word',
      hash: 'hash',
      body: 'document',
      created_at: 'whole',
    },
    primary: ['tenant', 'hash'],
  }),
  connection: tableShape({
    columns: {
      tenant: 'word',
      name: 'word',
      connector: 'word',
      state: 'word',
      reason: 'text?',
      hook_token: 'hash',
      hook_token_old: 'hash?',
      changed_at: 'whole',
    },
    primary: ['tenant', 'name'],
    unique: [['hook_token']],
    index: [['hook_token_old']],
    compact: true,
  }),
  schedule: tableShape({
    columns: {
      tenant: 'word',
      connection: 'word',
      stream: 'word',
      every_ms: 'whole',
      next_at: 'whole',
      lease_until: 'whole',
      lease_token: 'hash?',
      fails: 'whole',
      last_started_at: 'whole?',
      last_ended_at: 'whole?',
      last_error: 'text?',
    },
    primary: ['tenant', 'connection', 'stream'],
    index: [['next_at']],
    compact: true,
  }),
  cursor: tableShape({
    columns: {
      tenant: 'word',
      connection: 'word',
      stream: 'word',
      position: 'text?',
      moved_at: 'whole',
    },
    primary: ['tenant', 'connection', 'stream'],
    compact: true,
  }),
  api_key: tableShape({
    columns: {
      tenant: 'word',
      id: 'word',
      hash: 'hash',
      name: 'key',
      scopes: 'text',
      created_at: 'whole',
      expires_at: 'whole?',
      revoked_at: 'whole?',
    },
    primary: ['tenant', 'id'],
    unique: [['hash']],
    compact: true,
  }),
  idempotency: tableShape({
    columns: {
      tenant: 'word',
      route: 'word',
      key: 'key',
      request_hash: 'hash',
      status: 'whole?',
      body: 'document?',
      at: 'whole',
    },
    primary: ['tenant', 'route', 'key'],
    index: [['at']],
  }),
}
