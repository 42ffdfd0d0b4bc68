import { type ExpressionBuilder, sql } from 'kysely'
import { retry } from '../model/errors.ts'
import { newToken } from '../model/id.ts'
import type { Database, Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { filled, grouped, inLists } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { LaneTable, Tables } from './tables.ts'

/** split: one lane `all`, a lease and no ready time. ingest: `0`..`63`, and those after for what is read from the past. deliver: `<connection>/<type>/<key>`. refetch: `<connection>/<stream>/<key>`. */
export type LaneKind = (typeof laneKinds)[number]
export const laneKinds = ['split', 'ingest', 'deliver', 'refetch'] as const

/** The right to work on one lane until another takes it. `fails` counts the claims before this one that ended neither well nor in a release: the process died. */
export interface Lease {
  readonly kind: LaneKind
  readonly lane: string
  readonly token: string
  readonly fails: number
}

/** Thrown by {@link holdLane}: the lease went to somebody else, so the transaction must leave no trace. */
export const fenced = (what: string) =>
  retry('fenced', `${what} was taken over by another worker: nothing of this transaction was written, the other one goes on`)

/** Makes lanes ready at a time. A lane that is ready already or in back-off keeps its time, so that new work never ends a wait early. */
export async function readyLanes(tx: Tx, tenant: string, kind: LaneKind, lanes: Iterable<string>, at: number): Promise<void> {
  const names = [...new Set(lanes)].sort()
  if (names.length === 0) return
  const written = await insertMany(
    tx,
    'lane',
    names.map((lane): LaneTable => ({ tenant, kind, lane, ready_at: at, lease_until: 0, lease_token: null, fails: 0 })),
    { keys: ['tenant', 'kind', 'lane'], then: 'ignore' },
  )
  if (written === names.length) return
  await inLists(names, (list) =>
    tx
      .updateTable('lane')
      .set({ ready_at: at })
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('lane', 'in', list)
      .where('ready_at', 'is', null)
      .execute(),
  )
}

/** Makes a lane ready now, also out of a back-off: a person or a repaired connection asked for it. */
export async function hurryLanes(tx: Tx, tenant: string, kind: LaneKind, lanes: Iterable<string>, at: number): Promise<void> {
  const names = [...new Set(lanes)].sort()
  await readyLanes(tx, tenant, kind, names, at)
  await inLists(names, (list) =>
    tx
      .updateTable('lane')
      .set({ ready_at: at })
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('lane', 'in', list)
      .where('ready_at', '>', at)
      .execute(),
  )
}

/**
 * Claims up to `limit` lanes that are due or whose worker died, oldest ready time first; `prefix` restricts to lanes of one connection, `untroubled` to those whose last worker ended well. The claim counts as failed until it is
 * released. `now` is the database's clock.
 */
export async function claimLanes(
  database: Database,
  tenant: string,
  kind: LaneKind,
  options: {
    readonly prefix?: string
    readonly lane?: string
    readonly untroubled?: boolean
    /** only these lanes, or all but these */
    readonly among?: readonly string[]
    readonly except?: readonly string[]
    readonly limit: number
    readonly now: number
    readonly leaseMs: number
  },
): Promise<Lease[]> {
  return database.write(async (tx) => {
    const { prefix, lane, now } = options
    let query = tx
      .selectFrom('lane')
      .select(['lane', 'fails'])
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('lease_until', '<=', now)
      .where(isDue(now))
    if (lane !== undefined) query = query.where('lane', '=', lane)
    if (options.untroubled) query = query.where('fails', '=', 0)
    if (options.among !== undefined) query = query.where('lane', 'in', options.among)
    if (options.except !== undefined) query = query.where('lane', 'not in', options.except)
    if (prefix !== undefined) query = query.where('lane', '>=', prefix).where('lane', '<', after(prefix))
    // lanes that another process is claiming at this moment are left to it
    if (hasRivals(tx)) query = query.forUpdate().skipLocked()
    const found = await query.orderBy('ready_at').orderBy('lane').limit(options.limit).execute()
    if (found.length === 0) return []
    // nobody can take one of them meanwhile: the rows are locked, or this is the only writer
    const token = newToken()
    await tx
      .updateTable('lane')
      .set((to) => ({
        lease_until: now + options.leaseMs,
        lease_token: token,
        fails: to('fails', '+', 1),
        ...(kind === 'refetch' ? { ready_at: null } : {}),
      }))
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('lane', 'in', filled(found.map(({ lane }) => lane)))
      .execute()
    return found.map(({ lane, fails }) => ({ kind, lane, token, fails }))
  })
}

/**
 * Names of lanes of one connection that are due, the longest waiting first: to be claimed one by one. `troubled`: only those whose last worker died, the ones it happened to least often
 * first; without it only the others.
 */
export async function dueLaneNames(
  database: Database,
  tenant: string,
  kind: LaneKind,
  options: { readonly prefix: string; readonly now: number; readonly limit: number; readonly troubled: boolean },
): Promise<string[]> {
  const { prefix, now, troubled } = options
  const rows = await database.read
    .selectFrom('lane')
    .select('lane')
    .where('tenant', '=', tenant)
    .where('kind', '=', kind)
    .where('lane', '>=', prefix)
    .where('lane', '<', after(prefix))
    .where('lease_until', '<=', now)
    .where(isDue(now))
    .where('fails', troubled ? '>' : '=', 0)
    .orderBy('fails')
    .orderBy('ready_at')
    .orderBy('lane')
    .limit(options.limit)
    .execute()
  return rows.map(({ lane }) => lane)
}

/** Takes the lane's lease whether it is due or not (split has no ready time); undefined while somebody holds it. */
export async function claimAlways(
  database: Database,
  tenant: string,
  kind: LaneKind,
  lane: string,
  now: number,
  leaseMs: number,
): Promise<Lease | undefined> {
  return database.write(async (tx) => {
    await insertMany(tx, 'lane', [{ tenant, kind, lane, ready_at: null, lease_until: 0, lease_token: null, fails: 0 }], {
      keys: ['tenant', 'kind', 'lane'],
      then: 'ignore',
    })
    const { fails } = await tx
      .selectFrom('lane')
      .select('fails')
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('lane', '=', lane)
      .executeTakeFirstOrThrow()
    const token = newToken()
    const taken = await tx
      .updateTable('lane')
      .set({ lease_until: now + leaseMs, lease_token: token, fails: fails + 1 })
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('lane', '=', lane)
      .where('lease_until', '<=', now)
      .executeTakeFirst()
    return taken.numUpdatedRows > 0n ? { kind, lane, token, fails } : undefined
  })
}

/**
 * The fence: first statement of every transaction under a lease. Locks the lane's row, extends the lease, and says through `fails` that work is under way.
 * @throws HubError `fenced` when the token is not ours any more
 */
export const holdLane = (tx: Tx, tenant: string, lease: Lease, until: number): Promise<void> => holdLanes(tx, tenant, [lease], until)

/** {@link holdLane} for several leases of one kind, a statement for each claim they came from. */
export async function holdLanes(tx: Tx, tenant: string, leases: readonly Lease[], until: number): Promise<void> {
  for (const group of grouped(leases, ({ token }) => token).values()) {
    const held = await oursOf(tx, tenant, group)
      .set({ lease_until: extended(until) })
      .executeTakeFirst()
    if (held.numUpdatedRows !== BigInt(group.length)) throw fenced(`lanes ${group.map(({ kind, lane }) => `${kind} ${lane}`).join(', ')}`)
  }
}

/** Work that was committed under a lease shows that what ended the processes before is gone: only the claim that runs now counts. */
export const forgiveLane = (tx: Tx, tenant: string, lease: Lease): Promise<unknown> =>
  oursOf(tx, tenant, [lease]).set({ fails: 1 }).execute()

/**
 * Gives a held lane back: ready at `readyAt`, as it stands when left out, idle with null (only after the lane was found empty under the hold). Only inside a transaction
 * that held it. `fails` is kept for lanes that count their failures there (refetch).
 */
export const releaseLane = (tx: Tx, tenant: string, lease: Lease, readyAt?: number | null, fails = 0): Promise<void> =>
  releaseLanes(tx, tenant, [lease], readyAt, fails)

export async function releaseLanes(tx: Tx, tenant: string, leases: readonly Lease[], readyAt?: number | null, fails = 0): Promise<void> {
  for (const group of grouped(leases, ({ token }) => token).values())
    await oursOf(tx, tenant, group)
      .set({ lease_until: 0, lease_token: null, fails, ...(readyAt === undefined ? {} : { ready_at: readyAt }) })
      .execute()
}

/** Nothing left to do: the row goes. Only inside a transaction that held it and found the lane empty; for refetch only when nobody asked again meanwhile. */
export async function dropLane(tx: Tx, tenant: string, lease: Lease): Promise<void> {
  let query = tx
    .deleteFrom('lane')
    .where('tenant', '=', tenant)
    .where('kind', '=', lease.kind)
    .where('lane', '=', lease.lane)
    .where('lease_token', '=', lease.token)
  if (lease.kind === 'refetch') query = query.where('ready_at', 'is', null)
  const gone = await query.executeTakeFirst()
  if (gone.numDeletedRows === 0n) await releaseLane(tx, tenant, lease)
}

/** Keeps senders out of these lanes until the transaction ends, where there may be any: locks are taken lanes first, then duties, by everybody. */
export async function stopLanes(tx: Tx, tenant: string, kind: LaneKind, lanes: Iterable<string>): Promise<void> {
  if (!hasRivals(tx)) return
  await inLists([...lanes].sort(), (list) =>
    tx
      .selectFrom('lane')
      .select('lane')
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('lane', 'in', list)
      .orderBy('lane')
      .forUpdate()
      .execute(),
  )
}

/** Takes a lane from whoever holds it: a worker under way finds its token gone and writes nothing more. */
export async function seizeLane(tx: Tx, tenant: string, kind: LaneKind, lane: string, readyAt: number): Promise<void> {
  await tx
    .updateTable('lane')
    .set({ lease_until: 0, lease_token: null, ready_at: readyAt, fails: 0 })
    .where('tenant', '=', tenant)
    .where('kind', '=', kind)
    .where('lane', '=', lane)
    .execute()
}

/** Ready, or under a lease that its worker did not give back. */
export const isDue = (now: number) => (or: ExpressionBuilder<Tables, 'lane'>) =>
  or.or([or('ready_at', '<=', now), or.and([or('ready_at', 'is', null), or('lease_token', 'is not', null)])])

/** A lease until then or longer. */
export const extended = (until: number) => sql<number>`case when lease_until < ${until} then ${until} else lease_until end`

/** Leases of one kind and token. */
const oursOf = (tx: Tx, tenant: string, leases: readonly Lease[]) =>
  tx
    .updateTable('lane')
    .where('tenant', '=', tenant)
    .where('kind', '=', leases[0]?.kind ?? '')
    .where('lane', 'in', filled(leases.map(({ lane }) => lane)))
    .where('lease_token', '=', leases[0]?.token ?? '')

/** The first text after all that begin with `prefix`; prefixes end in a plain `/`. */
const after = (prefix: string): string => prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
