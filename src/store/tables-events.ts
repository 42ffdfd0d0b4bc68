/** Columns of what goes outward as events. Kinds of columns as in tables.ts. */

/**
 * One receiver of events. `filter` is JSON of the ledger's EventFilter. `content` full: fields that a schema calls sensitive go too. `reason`: why it is paused or closed. `fails`: rounds in a row that reached
 * nobody; nothing is sent before `ready_at`. `former_until`: so long the secret before the last one signs too.
 */
export interface EventSubscriptionTable {
  tenant: string
  id: string
  name: string
  url: string
  filter: string
  content: 'open' | 'full'
  state: 'active' | 'paused' | 'closed'
  reason: string | null
  fails: number
  failing_since: number | null
  ready_at: number
  lease_until: number
  lease_token: string | null
  former_until: number | null
  last_sent_at: number | null
  last_error: string | null
  created_by: string
  created_at: number
  changed_at: number
}
/** One event on its way to one receiver; `event` is the id of the journal's line. */
export interface EventMessageTable {
  tenant: string
  subscription: string
  event: string
  subject: string
  type: string
  state: 'due' | 'sent' | 'dead'
  due_at: number
  attempts: number
  last_error: string | null
  created_at: number
  ended_at: number | null
}
