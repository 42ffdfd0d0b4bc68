import type { Database } from './database.ts'

/** Tables whose rows somebody holds for a while. */
export const leasedTables = ['lane', 'schedule', 'token_turn', 'notice', 'backfill', 'event_subscription'] as const

/**
 * Ends every lease. Only for whoever owns the database alone: what stands there is of a process that died, and waiting for it to end would only lose time. The token of each stays, so that what was under way is
 * still known as interrupted.
 */
export const endLeases = (database: Database): Promise<void> =>
  database.write(async (tx) => {
    for (const table of leasedTables) await tx.updateTable(table).set({ lease_until: 0 }).where('lease_until', '>', 0).execute()
  })
