import { isForBulk } from '../connector/bulk.ts'
import { sha256 } from '../model/id.ts'
import { listBackfills, updateBackfill } from '../store/backfill.ts'
import { endBulkTurn, takeBulkTurn } from '../store/bulk-turn.ts'
import { positionsOf } from '../store/cursor.ts'
import type { Tx } from '../store/database.ts'
import { wantRun } from '../store/schedule.ts'
import type { BackfillTable } from '../store/tables.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { type Position, positionOf } from './position.ts'

/** A read that has the turn, and died, keeps others from it for no longer. */
const turnMs = 3_600_000
/** Wait of a read while another one has the turn. */
export const otherJobMs = 60_000
/** Ranges of one connection that are looked through for a job. */
const mostRanges = 1000

/** Who reads: a stream's first load, or a range. */
export const readerOf = (kind: 'stream' | 'range', name: string): string => sha256('bulk', kind, name)

/** Whether a read that stands here goes by a bulk job. `until`: epoch ms. */
export function goesByJob(setup: ConnectionSetup, stream: string, position: Position | null, until: number): boolean {
  const definition = setup.connector.streams[stream]
  if (definition?.bulk === undefined) return false
  if (position?.mark !== undefined) return position.mark.bulk !== undefined
  return isForBulk(definition, position?.time == null ? undefined : Date.parse(position.time), until)
}

/** One job at a time on a connection: takes the turn, or keeps it. */
export async function haveTurn({ database, tenant }: Context, connection: string, who: string): Promise<boolean> {
  const now = await database.now()
  return database.write((tx) => takeBulkTurn(tx, tenant, connection, { who, now, until: now + turnMs }))
}

export const endTurn = ({ tenant }: Context, tx: Tx, connection: string, who: string): Promise<void> =>
  endBulkTurn(tx, tenant, connection, who)

/** A range that will not go on takes back what it asked the partner for, as far as the partner lets it, and gives its turn to others. */
export async function abandonRange(context: Context, { id, connection, stream, position }: BackfillTable): Promise<void> {
  const mark = positionOf(position)?.mark
  const setup = context.catalogue().connections.get(connection)
  if (mark?.bulk === undefined || setup === undefined) return
  try {
    await context.database.write((tx) => endTurn(context, tx, connection, readerOf('range', id)))
    await context.access(setup).abandon(stream, mark, AbortSignal.timeout(abandonMs))
  } catch (error) {
    context.log.debug({ connection, stream, job: mark.bulk.job, error }, 'a bulk job that nobody waits for could not be cancelled')
  }
}
const abandonMs = 30_000

/** A partner says that a job has ended: the reads that wait for it look now. Answers the streams to pull. */
export async function hurryJob({ tenant }: Context, tx: Tx, connection: string, job: string, now: number): Promise<readonly string[]> {
  const isIts = (text: string | null): boolean => positionOf(text)?.mark?.bulk?.job === job
  for (const { id, position } of await listBackfills(tx, tenant, { connection, state: 'open', limit: mostRanges }))
    if (isIts(position)) await updateBackfill(tx, tenant, id, { next_at: now })
  const streams = [...(await positionsOf(tx, tenant, connection))].filter(([, position]) => isIts(position)).map(([stream]) => stream)
  for (const stream of streams) await wantRun(tx, tenant, { connection, stream, kind: 'pull' }, now)
  return streams
}
