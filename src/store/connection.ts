import { newToken } from '../model/id.ts'
import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { fromTheFirst } from './party-document.ts'
import type { ConnectionTable } from './tables.ts'

export type ConnectionState = ConnectionTable['state']

/** Why a connection is paused when nobody paused it by hand. */
export const notInWorkspace = 'not-in-workspace'

export const listConnections = (read: Reader, tenant: string): Promise<ConnectionTable[]> =>
  read.selectFrom('connection').selectAll().where('tenant', '=', tenant).orderBy('name').execute()

export const findConnection = (read: Reader, tenant: string, name: string): Promise<ConnectionTable | undefined> =>
  read.selectFrom('connection').selectAll().where('tenant', '=', tenant).where('name', '=', name).executeTakeFirst()

/** The connection a hook address belongs to, of whatever tenant; the address before the last rotation still counts. */
export const connectionByHook = (read: Reader, token: string): Promise<ConnectionTable | undefined> =>
  read
    .selectFrom('connection')
    .selectAll()
    .where((or) => or.or([or('hook_token', '=', token), or('hook_token_old', '=', token)]))
    .limit(1)
    .executeTakeFirst()

/** A connection of the workspace. `books`: the party whose statements it brings. */
export interface WantedConnection {
  readonly name: string
  readonly connector: string
  readonly books?: string | undefined
  readonly organisation?: string | undefined
  /** JSON of the terms by which its payouts are watched */
  readonly settlement?: string | undefined
}

/**
 * Makes the rows follow the workspace: new connections begin active with a hook address, those that left it are paused with all their data kept, those that came back
 * go on. What was paused by hand stays so.
 */
export async function syncConnections(tx: Tx, tenant: string, wanted: readonly WantedConnection[], now: number): Promise<void> {
  const known = new Map((await listConnections(tx, tenant)).map((row) => [row.name, row]))
  const fresh = wanted.filter(({ name }) => !known.has(name))
  await insertMany(
    tx,
    'connection',
    fresh.map(
      ({ name, connector, books, organisation, settlement }): ConnectionTable => ({
        tenant,
        name,
        connector,
        state: 'active',
        reason: null,
        hook_token: newToken(),
        hook_token_old: null,
        changed_at: now,
        downs: null,
        down_at: null,
        books: books ?? null,
        organisation: organisation ?? null,
        restating: null,
        settlement: settlement ?? null,
        resettling: settlement === undefined ? null : fromTheFirst,
      }),
    ),
    { keys: ['tenant', 'name'], then: 'ignore' },
  )
  for (const { name, connector, books = null, organisation = null, settlement = null } of wanted) {
    const row = known.get(name)
    if (row === undefined) continue
    if (row.books !== books || row.organisation !== organisation)
      await at(tx, tenant, name).set({ books, organisation, restating: fromTheFirst, changed_at: now }).execute()
    // what is settled stands in the books of that party
    if (row.settlement !== settlement || (settlement !== null && row.books !== books))
      await at(tx, tenant, name).set({ settlement, resettling: fromTheFirst, changed_at: now }).execute()
    if (row.connector !== connector) await at(tx, tenant, name).set({ connector, changed_at: now }).execute()
    if (row.state === 'paused' && row.reason === notInWorkspace)
      await at(tx, tenant, name).set({ state: 'active', reason: null, changed_at: now }).execute()
  }
  const kept = new Set(wanted.map(({ name }) => name))
  for (const row of known.values())
    if (!kept.has(row.name) && row.state !== 'paused')
      await at(tx, tenant, row.name).set({ state: 'paused', reason: notInWorkspace, changed_at: now }).execute()
}

/** Changes the state of a connection that is in one of `from`; false: it is not, or there is none. Saying the same again changes nothing and is true. */
export async function setConnectionState(
  tx: Tx,
  tenant: string,
  name: string,
  from: readonly ConnectionState[],
  state: ConnectionState,
  reason: string | null,
  now: number,
): Promise<boolean> {
  const changed = await at(tx, tenant, name).set({ state, reason, changed_at: now }).where('state', 'in', from).executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** A connection that was refused or failing is active again; a failing one only with fewer than `belowDowns` tries in a row that found nobody. false: it is in another state, or there is none. */
export async function wakeConnection(tx: Tx, tenant: string, name: string, belowDowns: number, now: number): Promise<boolean> {
  const changed = await at(tx, tenant, name)
    .set({ state: 'active', reason: null, changed_at: now })
    .where((or) =>
      or.or([
        or('state', '=', 'needs-auth'),
        or.and([or('state', '=', 'failing'), or(or.fn.coalesce('downs', or.val(0)), '<', belowDowns)]),
      ]),
    )
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** Counts a try that found nobody and answers how many that makes in a row. */
export async function countDown(tx: Tx, tenant: string, name: string, now: number): Promise<number> {
  await at(tx, tenant, name)
    .set((of) => ({ downs: of(of.fn.coalesce('downs', of.val(0)), '+', 1), down_at: now }))
    .execute()
  return (await findConnection(tx, tenant, name))?.downs ?? 0
}

/** Somebody was there: the count begins anew. */
export async function forgetDowns(tx: Tx, tenant: string, name: string): Promise<void> {
  await at(tx, tenant, name).set({ downs: 0 }).where('downs', '>', 0).execute()
}

/** Takes the turn to ask a destination that was down at `since`; false: another process took it. */
export async function takeProbe(tx: Tx, tenant: string, name: string, since: number, now: number): Promise<boolean> {
  const taken = await at(tx, tenant, name).set({ down_at: now }).where('down_at', '=', since).executeTakeFirst()
  return taken.numUpdatedRows > 0n
}

/**
 * Gives a connection a new hook address and answers it. The one before keeps working beside it until the next rotation or {@link retireOldHook}; with `overlap` false it
 * ends at once. undefined: there is no such connection.
 */
export async function rotateHook(tx: Tx, tenant: string, name: string, overlap: boolean): Promise<ConnectionTable | undefined> {
  const row = await findConnection(tx, tenant, name)
  if (row === undefined) return undefined
  const next = { hook_token: newToken(), hook_token_old: overlap ? row.hook_token : null }
  await at(tx, tenant, name).set(next).execute()
  return { ...row, ...next }
}

/** Ends the hook address before the last rotation. */
export async function retireOldHook(tx: Tx, tenant: string, name: string): Promise<void> {
  await at(tx, tenant, name).set({ hook_token_old: null }).execute()
}

const at = (tx: Tx, tenant: string, name: string) => tx.updateTable('connection').where('tenant', '=', tenant).where('name', '=', name)
