import { listSchedule, syncRows, wantRun } from '../store/schedule.ts'
import type { ScheduleTable } from '../store/tables.ts'
import type { Context } from './context.ts'

/**
 * Makes the schedule rows follow the current revision: a row for each polled stream, due at once when it is new. Runs that were missed while nobody worked are one run.
 */
export async function syncSchedules(context: Context): Promise<void> {
  const { database, tenant } = context
  const wanted = [...context.catalogue().connections.values()].flatMap(({ name, connector, streams, paused }) =>
    paused
      ? []
      : [...streams].flatMap(([stream, { everyMs }]) => (connector.streams[stream]?.call ? [{ connection: name, stream, everyMs }] : [])),
  )
  await database.write(async (tx) => syncRows(tx, tenant, wanted, await database.now()))
}

/** Asks for a pull now and rings for it; false: there is no such polled stream. */
export async function requestPull(context: Context, connection: string, stream: string): Promise<boolean> {
  const { database, tenant } = context
  const known = await database.write(async (tx) => wantRun(tx, tenant, connection, stream, await database.now()))
  if (known) context.bell.ring({ kind: 'pull', connection, stream })
  return known
}

/** How every polled stream stands: due, running, last end, last error. */
export const schedules = (context: Context): Promise<ScheduleTable[]> => listSchedule(context.database, context.tenant)
