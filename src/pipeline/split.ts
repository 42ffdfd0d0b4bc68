import { recoveryOf } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import type { Tx } from '../store/database.ts'
import { insertHashes } from '../store/dedupe.ts'
import { lockIdleLanes } from '../store/idle-lanes.ts'
import { claimAlways, forgiveLane, holdLane, type Lease, releaseLane } from '../store/lane.ts'
import { deleteReceipts, markSplit, type ReceiptHead, unsplitReceipts, withoutEnvelopes } from '../store/receipt.ts'
import { wantRun } from '../store/schedule.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { Ring } from './bell.ts'
import { bodiesOf, sizesOf } from './bodies.ts'
import { breathing } from './breath.ts'
import { hurryJob } from './bulk-turn.ts'
import type { Catalogue, Context } from './context.ts'
import { cutReceipt, poisoned } from './cut-receipt.ts'
import { type Draft, type Judged, judgeDrafts, saveJudged } from './drafts.ts'
import { type Halt, noHalt } from './halt.ts'
import { isFenced } from './ingest.ts'
import { type Whole, writeWholes } from './whole-receipts.ts'

/** Receipts cut in one transaction, and records in them. A page that holds more is cut by itself, and is left to the lanes where it holds more than so many. */
const batch = 256
const mostApplied = 512
/** Bytes of receipts cut in one transaction, as they are kept: those of pages are packed, a twelfth of what they hold. */
const mostBytes = 8 * 1024 * 1024
/** So many full batches in a row are more than one process keeps up with: what comes then is left to the lanes, and so to all workers. */
const mostFull = 16
/** Lanes rung for: who answers takes all that are due. */
const mostRings = 4
/** A transaction has its price, however little it carries: the first receipt is not kept waiting, those that come within this time after a small batch go together. */
const breathMs = 100

/**
 * All that comes in waits for this one lane, so a process that dies with it is not waited for as long as others may be. A transaction holds its row, however long it takes: the lease counts between two of them only.
 */
const mostLeaseMs = 10_000
const leaseMsOf = ({ settings }: Context): number => Math.min(mostLeaseMs, settings.leaseMs)

/** How a process applies itself what it cuts. */
export interface Applying {
  /** `values`: records parsed already, by envelope. Applies envelopes in the transaction that cut them, and has them written, settled, before their links release anything. Answers what has work now. */
  now(
    tx: Tx,
    catalogue: Catalogue,
    envelopes: readonly EnvelopeTable[],
    values: ReadonlyMap<string, Json>,
    at: number,
    write: (settled: readonly EnvelopeTable[]) => Promise<void>,
  ): Promise<readonly Ring[]>
  /** Works off lanes that had to wait, so that the next receipts find them idle. */
  rest(lanes: readonly number[]): Promise<void>
}

/**
 * Cuts the webhook receipts that wait into envelopes, in the order they came, until none is left. Answers how many receipts were cut; 0 as well while another
 * worker is at it. Nothing is parsed but what keys and versions need; what cannot be read becomes one dead envelope over all its bytes. With `applying`, envelopes of lanes in which nothing waits are applied
 * in the same transaction: a lane is the way to other processes, after a failure, and when there is more than this one keeps up with.
 */
export async function split(context: Context, halt: Halt = noHalt(), applying?: Applying): Promise<number> {
  const { database, tenant } = context
  const lease = await claimAlways(database, tenant, 'split', 'all', await database.now(), leaseMsOf(context))
  if (lease === undefined) return 0
  let total = 0
  let crashes = lease.fails
  // an envelope that ends the process is found out in its lane, where each is counted before it is tried
  let apply = crashes > 0 ? undefined : applying
  let full = 0
  while (true) {
    let done: Batch
    const began = performance.now()
    try {
      const keeps = full < mostFull ? apply : undefined
      done = await database.write((tx) => splitBatch(context, tx, lease, crashes, halt.stop.aborted, keeps))
    } catch (error) {
      if (isFenced(error)) throw error
      if (apply === undefined) {
        if (recoveryOf(error) === 'retry') await giveBack(context, lease, crashes)
        throw error
      }
      context.log.debug({ error }, 'receipts could not be applied at once: their envelopes go to the lanes')
      apply = undefined
      continue
    }
    crashes = 0
    if (done.applied > 0) context.meter?.applied(done.applied, (performance.now() - began) / 1000)
    for (const ring of done.rings) context.bell.ring(ring)
    for (const page of done.repeated) context.meter?.repeated(page.connection, page.stream, page.records)
    for (const receipt of done.gone) context.handover.drop(receipt)
    full = done.isFull && database.dialect === 'mysql' ? full + 1 : 0
    if (apply !== undefined && full < mostFull) await apply.rest(done.lanes)
    else for (const lane of done.lanes.slice(0, mostRings)) context.bell.ring({ kind: 'ingest', lane })
    total += done.receipts
    if (done.ended) return total
    if (!done.isFull && !halt.stop.aborted) await context.clock.sleep(breathMs, halt.stop)
  }
}

/** What passes by itself, as a database that is away, says nothing of the receipts that wait: no process died of them. Where even this cannot be written the lease ends by the clock. */
async function giveBack({ database, tenant, log }: Context, lease: Lease, crashes: number): Promise<void> {
  try {
    await database.write(async (tx) => {
      await holdLane(tx, tenant, lease, await database.now())
      await releaseLane(tx, tenant, lease, undefined, crashes)
    })
  } catch (error) {
    log.debug({ error }, 'the lease of cutting receipts could not be given back')
  }
}

interface Batch {
  readonly receipts: number
  /** there may be more at once */
  readonly isFull: boolean
  /** records of lists that were known already */
  readonly repeated: readonly { readonly connection: string; readonly stream: string; readonly records: number }[]
  /** pages that brought nothing and left no row */
  readonly gone: readonly string[]
  /** envelopes applied in the same transaction */
  readonly applied: number
  /** lanes in which envelopes wait */
  readonly lanes: readonly number[]
  readonly rings: readonly Ring[]
  readonly ended: boolean
}

async function splitBatch(
  context: Context,
  tx: Tx,
  lease: Lease,
  crashes: number,
  stopping: boolean,
  apply: Applying | undefined,
): Promise<Batch> {
  const { tenant } = context
  const now = await context.database.now()
  await holdLane(tx, tenant, lease, now + leaseMsOf(context))
  // after a crash one at a time, so that a receipt which kills the process is known by itself
  const waiting = stopping ? [] : await unsplitReceipts(tx, tenant, crashes > 0 ? 1 : batch)
  if (waiting.length === 0) {
    await releaseLane(tx, tenant, lease)
    return { receipts: 0, isFull: false, repeated: [], gone: [], applied: 0, lanes: [], rings: [], ended: true }
  }
  const receipts = together(
    waiting,
    await sizesOf(
      context,
      tx,
      waiting.map(({ id }) => id),
    ),
  )
  const bodies = await bodiesOf(
    context,
    tx,
    receipts.map(({ id }) => id),
  )
  const catalogue = context.catalogue()
  const poison = crashes >= context.settings.maxCrashes
  const pokes = new Set<string>()
  const pulls = new Map<string, { readonly connection: string; readonly stream: string }>()
  const judged: Judged[] = []
  const breathe = breathing()
  for (const run of runsOf(receipts)) {
    const connection = catalogue.connections.get(run.connection)
    const drafts: Draft[] = []
    const wholes: Whole[] = []
    for (const receipt of run.receipts) {
      await breathe()
      const body = bodies.get(receipt.id)
      const cut = poison ? poisoned : await cutReceipt(connection, receipt, body)
      if ('reason' in cut) wholes.push({ receipt, length: body?.byteLength ?? 0, ...cut })
      else {
        drafts.push(...cut.drafts)
        for (const stream of cut.streams ?? []) pulls.set(`${run.connection}/${stream}`, { connection: run.connection, stream })
        for (const job of cut.jobs ?? [])
          for (const stream of await hurryJob(context, tx, run.connection, job, now))
            pulls.set(`${run.connection}/${stream}`, { connection: run.connection, stream })
        if (cut.rest !== undefined) wholes.push({ receipt, length: body?.byteLength ?? 0, ...cut.rest })
      }
    }
    await writeWholes(context, tx, run.connection, wholes, catalogue.revision, now)
    if (connection === undefined || drafts.length === 0) continue
    const of = { tenant, connection: run.connection, connector: connection.connector, newId: context.newId, now }
    const made = await judgeDrafts(tx, of, drafts)
    // what a later run is compared with
    await insertHashes(tx, made.fresh)
    judged.push({ ...made, fresh: [] })
    if (made.pokes.length > 0) pokes.add(run.connection)
  }
  const rows = judged.flatMap((made) => made.rows)
  const rings: Ring[] = [...pokes].map((connection): Ring => ({ kind: 'refetch', connection }))
  for (const pull of pulls.values()) if (await wantRun(tx, tenant, { ...pull, kind: 'pull' }, now)) rings.push({ kind: 'pull', ...pull })
  const lanes: number[] = []
  const write = async (settled: readonly EnvelopeTable[]): Promise<void> => {
    const byId = new Map(settled.map((envelope) => [envelope.id, envelope]))
    const whole = { rows: rows.map((row) => byId.get(row.id) ?? row), fresh: [], pokes: judged.flatMap((made) => made.pokes) }
    lanes.push(...(await saveJudged(tx, tenant, whole, now)))
  }
  const mine = apply === undefined || rows.length > mostApplied ? [] : await inIdleLanes(tx, tenant, rows)
  if (apply === undefined || mine.length === 0) await write([])
  else rings.push(...(await apply.now(tx, catalogue, mine, new Map(judged.flatMap(({ values }) => [...values])), now, write)))
  const pages = receipts.filter(({ records }) => records !== null).map(({ id }) => id)
  const gone = await withoutEnvelopes(tx, tenant, pages)
  await deleteReceipts(tx, tenant, gone)
  await markSplit(
    tx,
    tenant,
    receipts.filter(({ id }) => !gone.includes(id)).map(({ id }) => id),
  )
  if (crashes > 0) await forgiveLane(tx, tenant, lease)
  const repeated = Map.groupBy(
    judged.flatMap((made) => made.repeated),
    (draft) => draft.receipts[0],
  )
  return {
    receipts: receipts.length,
    isFull: waiting.length === batch || receipts.length < waiting.length,
    repeated: receipts.flatMap(({ id, connection, stream }) => {
      const records = repeated.get(id)?.length ?? 0
      return records === 0 ? [] : [{ connection, stream: stream ?? '', records }]
    }),
    gone,
    applied: apply === undefined ? 0 : mine.length,
    lanes,
    rings,
    ended: false,
  }
}

/** As many as fit into one transaction by the records and bytes they hold, and never none. */
export function together<T extends Pick<ReceiptHead, 'id' | 'records'>>(
  receipts: readonly T[],
  sizes: ReadonlyMap<string, number>,
): readonly T[] {
  let records = 0
  let bytes = 0
  return receipts.filter(({ id, records: own }, place) => {
    records += own ?? 1
    bytes += sizes.get(id) ?? 0
    return place === 0 || (records <= batch && bytes <= mostBytes)
  })
}

/** Those of the envelopes that may be applied now: others come after what waits in their lane. */
async function inIdleLanes(tx: Tx, tenant: string, rows: readonly EnvelopeTable[]): Promise<readonly EnvelopeTable[]> {
  const waiting = rows.filter(({ state }) => state === 'received')
  const idle = await lockIdleLanes(
    tx,
    tenant,
    'ingest',
    waiting.map(({ lane }) => String(lane)),
  )
  return waiting.filter(({ lane }) => idle.has(String(lane)))
}

/** Receipts in order, in runs of one connection. */
function runsOf(receipts: readonly ReceiptHead[]): { readonly connection: string; readonly receipts: ReceiptHead[] }[] {
  const runs: { readonly connection: string; readonly receipts: ReceiptHead[] }[] = []
  for (const receipt of receipts) {
    const last = runs.at(-1)
    if (last?.connection === receipt.connection) last.receipts.push(receipt)
    else runs.push({ connection: receipt.connection, receipts: [receipt] })
  }
  return runs
}
