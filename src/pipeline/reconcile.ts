import type { PageRead } from '../connector/access.ts'
import { reject } from '../model/errors.ts'
import { readPosition } from '../store/cursor.ts'
import { recordName } from '../store/record.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { deleteGone } from './deletes.ts'
import { announce, storePage } from './pages.ts'
import { positionOf } from './position.ts'
import { findMissing } from './reconcile-missing.ts'
import { type Comparison, comparePage } from './reconcile-page.ts'
import { isSame, openFindings, type ReconcileAsk, type ReconcileReport } from './reconcile-report.ts'
import { openTally } from './reconcile-tally.ts'
import { replayEnvelopes } from './replay.ts'

/** Records of one comparison, whose names are kept in memory. */
const maxRecords = 1_000_000
/** Part of the stream's records that healing deletes without a person, where the stream does not say. */
const defaultMaxPercent = 5
/** A business day of any zone begins so long before that of UTC. */
const dayMs = 86_400_000

/**
 * Reads the partner's records of a range of business days once more and holds each against the ledger, and each document of the range here against what was shown. Nothing is changed unless healing is asked
 * for: then records that differ are read into the inbox as the answer to a question for their key, those that the current mapping makes something else of are processed again, and those that
 * are gone there are deleted within the stream's limit. The live run's checkpoint is not touched.
 * @throws HubError (reject) `no-stream`, `too-many-records`, `too-many-days`; what reading the stream throws
 */
export async function reconcileStream(
  context: Context,
  setup: ConnectionSetup,
  ask: ReconcileAsk,
  signal: AbortSignal,
): Promise<ReconcileReport> {
  const { database, tenant } = context
  const stream = setup.connector.streams[ask.stream]
  if (!stream?.call || !setup.streams.has(ask.stream))
    throw reject('no-stream', `${setup.name} reads no stream '${ask.stream}' that can be read again`)
  const began = await database.now()
  const comparison: Comparison = {
    context,
    setup,
    catalogue: context.catalogue(),
    ask,
    tally: openTally(),
    findings: openFindings(),
    seen: new Set(),
    recordOf: new Map(),
  }
  const replay: string[] = []
  for (const span of spansOf(ask, stream.cursor !== null && stream.cursor.format !== 'counter', await checkpointOf(context, ask)))
    for await (const page of context
      .access(setup)
      .read(ask.stream, span.from, { lookbackMs: 0, signal, ...(span.until === null ? {} : { until: span.until }) })) {
      const ailing = await comparePage(comparison, page, span.byItself)
      if (comparison.seen.size > maxRecords)
        throw reject(
          'too-many-records',
          `${setup.name} ${ask.stream} shows more than ${maxRecords} records in this range: compare a shorter one`,
        )
      if (isHealing(ask)) await readAgain(context, setup, ask.stream, page, ailing.again)
      replay.push(...ailing.replay)
    }
  const { gone, held } = await findMissing(comparison, began, signal)
  const waiting = new Set(isHealing(ask) ? await heal(context, setup, ask, { gone, held, replay }) : [])
  const { findings } = comparison
  const differences = findings.differences.map((one) =>
    one.kind === 'missing-there' && waiting.has(one.externalKey) ? { ...one, heal: 'held' as const } : one,
  )
  const endedAt = await database.now()
  return {
    ...ask,
    beganAt: new Date(began).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    same: isSame(findings),
    records: comparison.seen.size,
    counts: findings.counts,
    days: comparison.tally.days(),
    differences,
  }

  async function checkpointOf({ database }: Context, { connection, stream }: ReconcileAsk): Promise<number | null> {
    const position = positionOf(await database.write((tx) => readPosition(tx, tenant, connection, stream)))
    return position === null || position.time === null ? null : Date.parse(position.time)
  }
}

const isHealing = ({ heal, dryRun }: ReconcileAsk): boolean => heal === 'pull' && !dryRun

interface Span {
  readonly from: { readonly time: string } | null
  readonly until: number | null
  /** a live run is still to bring what is in it */
  readonly byItself: boolean
}

/** What lies up to the checkpoint has been seen by the live runs; what is later is theirs to bring. A stream that has no times to be cut by is compared whole. */
function spansOf({ from }: ReconcileAsk, hasTimes: boolean, checkpoint: number | null): readonly Span[] {
  if (!hasTimes) return [{ from: null, until: null, byItself: true }]
  const start = from === null ? null : Date.parse(`${from}T00:00:00Z`) - dayMs
  const begin = start === null ? null : { time: new Date(start).toISOString() }
  if (checkpoint === null || (start !== null && start >= checkpoint)) return [{ from: begin, until: null, byItself: true }]
  return [
    { from: begin, until: checkpoint, byItself: false },
    { from: { time: new Date(checkpoint).toISOString() }, until: null, byItself: true },
  ]
}

/** Puts records of a page into the inbox as the partner's present word: they are applied whatever version is here. */
async function readAgain(
  context: Context,
  setup: ConnectionSetup,
  stream: string,
  page: PageRead,
  names: ReadonlySet<string>,
): Promise<void> {
  const records = page.records.filter((record) => names.has(recordName(setup.name, record.stream, record.key)))
  if (records.length === 0) return
  const stored = await context.database.write(async (tx) =>
    storePage(
      context,
      tx,
      setup,
      { stream, baseline: false, authoritative: true, now: await context.database.now() },
      { ...page, records },
    ),
  )
  announce(context, setup.name, stored)
}

/** Answers the keys whose delete waits for a person. */
async function heal(
  context: Context,
  setup: ConnectionSetup,
  { stream }: ReconcileAsk,
  { gone, held, replay }: { readonly gone: readonly string[]; readonly held: number; readonly replay: readonly string[] },
): Promise<readonly string[]> {
  if (replay.length > 0) await replayEnvelopes(context, { ids: replay })
  if (gone.length === 0) return []
  const limit = setup.streams.get(stream)?.ids?.maxPercent ?? defaultMaxPercent
  return deleteGone(context, setup, stream, { keys: gone, whole: false, total: held, limit }, async () => {})
}
