import { readWait, type Wait } from '../ledger/types.ts'
import { dueBackfills } from '../store/backfill.ts'
import { codesNamed } from '../store/code.ts'
import { listConnections } from '../store/connection.ts'
import { type ParkedDelivery, parkedDeliveries, releaseThese } from '../store/delivery.ts'
import { dueLanes } from '../store/due-lanes.ts'
import { parkedEnvelopes } from '../store/envelope.ts'
import { dueSubscriptions } from '../store/event-subscription.ts'
import { findingsOf } from '../store/finding.ts'
import type { Reader } from '../store/in-list.ts'
import { readyLanes } from '../store/lane.ts'
import { externalName, linksOf, linksTo } from '../store/link.ts'
import { hasDueNotices } from '../store/notice.ts'
import { countUnsplit } from '../store/receipt.ts'
import { dueRuns } from '../store/schedule.ts'
import type { Ring } from './bell.ts'
import type { Catalogue, Context } from './context.ts'
import { goneOn } from './drift.ts'
import { toRing } from './lanes.ts'
import { connectionsOf, releaseNames } from './release.ts'
import { tellPromises } from './tell-promises.ts'

/** Lanes rung in one sweep; the oldest come first, the next sweep takes the rest. */
const maxLanes = 1000

/**
 * What has work or lost its worker, found in the tables alone: whoever lost a ring, or all of them, finds everything again here (design.md section 6, bell). Answers the rings.
 */
export async function sweep(context: Context): Promise<readonly Ring[]> {
  const { database, tenant } = context
  const now = await database.now()
  const rings: Ring[] = []
  if ((await countUnsplit(database, tenant)) > 0) rings.push({ kind: 'split' })
  const deliver = new Set<string>()
  const refetch = new Set<string>()
  const ingest: number[] = []
  for (const { kind, lane, fails } of await dueLanes(database, tenant, now, maxLanes)) {
    // one that has failed goes by itself, the others are taken together
    if (kind === 'ingest' && fails > 0) rings.push({ kind, lane: Number(lane) })
    else if (kind === 'ingest') ingest.push(Number(lane))
    else if (kind === 'deliver') deliver.add(lane.split('/', 1)[0] ?? '')
    else if (kind === 'refetch') refetch.add(lane.split('/', 1)[0] ?? '')
  }
  for (const lane of toRing(ingest)) rings.push({ kind: 'ingest', lane })
  for (const connection of deliver) rings.push({ kind: 'deliver', connection })
  for (const connection of refetch) rings.push({ kind: 'refetch', connection })
  for (const { kind, connection, stream } of await dueRuns(database, tenant, now))
    rings.push(kind === 'pull' ? { kind, connection, stream } : { kind: 'job', job: kind, connection, stream })
  for (const id of await dueBackfills(database, tenant, now)) rings.push({ kind: 'backfill', id })
  if (await hasDueNotices(database, tenant, now)) rings.push({ kind: 'notify' })
  for (const subscription of await dueSubscriptions(database.read, tenant, now)) rings.push({ kind: 'events', subscription })
  await tellPromises(context)
  return rings
}

/** Where looking through what is parked has come to, and what was alarmed about. One for each process. */
export interface ParkWatch {
  deliveries: string
  envelopes: string
  readonly alarmed: Set<string>
}
export const openParkWatch = (): ParkWatch => ({ deliveries: '', envelopes: '', alarmed: new Set() })

/** Parked things looked at in one go. */
const page = 200
const maxAlarmed = 10_000

/**
 * Looks at the next page of what is parked: frees what waits for something that is there (a link made by another process at the same moment, a finding a person closed, a route switched
 * on again, a stream that goes on), and raises an alarm once for what waits longer than the limit.
 */
export async function reviewParked(context: Context, watch: ParkWatch): Promise<readonly Ring[]> {
  const { database, tenant } = context
  const now = await database.now()
  const deliveries = await parkedDeliveries(database, tenant, watch.deliveries, page)
  watch.deliveries = deliveries.length < page ? '' : (deliveries.at(-1)?.id ?? '')
  const envelopes = await parkedEnvelopes(database, tenant, watch.envelopes, page)
  watch.envelopes = envelopes.length < page ? '' : (envelopes.at(-1)?.id ?? '')
  for (const { id, created_at, ...about } of [...deliveries, ...envelopes.map((one) => ({ ...one, created_at: one.received_at }))])
    if (now - created_at > context.settings.parkAlarmMs) alarm(context, watch, id, { ...about, id })
  const waits = [...deliveries, ...envelopes].flatMap(({ waits_for }) => waits_for ?? [])
  const names = [...(await present(context, waits)), ...(await goneOn(context, waits))]
  const free = await freeDuties(context, deliveries)
  if (names.length === 0 && free.length === 0) return []
  return database.write(async (tx) => {
    const released = await releaseNames(tx, tenant, names, now)
    const lanes = await releaseThese(tx, tenant, free, now)
    await readyLanes(tx, tenant, 'deliver', lanes, now)
    return [
      ...released.lanes.map((lane): Ring => ({ kind: 'ingest', lane })),
      ...[...new Set([...released.connections, ...connectionsOf(lanes)])].map((connection): Ring => ({ kind: 'deliver', connection })),
    ]
  })
}

function alarm(context: Context, watch: ParkWatch, id: string, about: object): void {
  if (watch.alarmed.has(id) || watch.alarmed.size >= maxAlarmed) return
  watch.alarmed.add(id)
  context.log.warn(about, 'something has been parked for longer than the limit: it needs a person')
}

/** Names whose link exists, or whose code stands in the workspace's file now; a saved code frees what waits for it itself. */
async function present({ database, tenant, catalogue }: Context, names: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(names)].flatMap((name) => readWait(name) ?? [])
  const links = new Set(
    (
      await linksOf(
        database.read,
        tenant,
        wanted.filter(({ by }) => by === 'external').map(({ type, connection, key }) => ({ type, connection, externalKey: key })),
      )
    ).map((row) => externalName({ type: row.type, connection: row.connection, externalKey: row.external_key })),
  )
  const keys = new Set<string>()
  for (const [type, group] of Map.groupBy(
    wanted.filter(({ by }) => by === 'key'),
    (one) => one.type,
  ))
    for (const row of await linksTo(
      database.read,
      tenant,
      type,
      group.map(({ key }) => key),
    ))
      keys.add(`${type}\0${row.connection}\0${row.key}`)
  const hubCodes = await writtenInFile(database.read, tenant, catalogue().codes, wanted)
  const isThere = ({ by, type, connection, key }: Wait): boolean => {
    switch (by) {
      case 'external':
        return links.has(externalName({ type, connection, externalKey: key }))
      case 'key':
        return keys.has(`${type}\0${connection}\0${key}`)
      case 'code':
        return catalogue().codes.get(type)?.has(key) === true
      case 'hub-code':
        return hubCodes.has(`${type}\0${key}`)
    }
  }
  return wanted.filter(isThere).map(({ name }) => name)
}

/** Our codes that the workspace's file gives a word for, which no saved code takes for something else. */
async function writtenInFile(
  read: Reader,
  tenant: string,
  codes: Catalogue['codes'],
  wanted: readonly Wait[],
): Promise<ReadonlySet<string>> {
  const there = new Set<string>()
  for (const [kind, group] of Map.groupBy(
    wanted.filter(({ by }) => by === 'hub-code'),
    ({ type }) => type,
  )) {
    const keys = new Set(group.map(({ key }) => key))
    const words = [...(codes.get(kind) ?? [])].filter(([, hub]) => keys.has(hub))
    const saved = await codesNamed(read, tenant, kind, new Set(words.map(([code]) => code)))
    for (const [code, hub] of words) if (!saved.some((row) => row.code === code)) there.add(`${kind}\0${hub}`)
  }
  return there
}

/** Held duties without an open finding that holds them, and those of a route that is on again. */
async function freeDuties(context: Context, parked: readonly ParkedDelivery[]): Promise<string[]> {
  const { database, tenant } = context
  const routes = new Map(context.catalogue().routes.map((route) => [route.id, route]))
  const off = parked
    .filter(({ reason, route }) => reason === 'route-off' && (routes.get(route)?.mode ?? 'off') !== 'off')
    .map(({ id }) => id)
  const held: string[] = []
  for (const [type, group] of Map.groupBy(
    parked.filter(({ reason }) => reason === 'held'),
    (one) => one.type,
  )) {
    const findings = await findingsOf(
      database.read,
      tenant,
      type,
      group.map(({ key }) => key),
    )
    for (const { id, key, route } of group) {
      const holds = routes.get(route)?.holds ?? []
      if (!findings.some((finding) => finding.key === key && finding.state === 'open' && holds.includes(finding.code))) held.push(id)
    }
  }
  return [...off, ...held, ...(await proved(context, parked))]
}

/** Duties that wait for credentials which their connection has again: one was parked while another process found that out. */
async function proved({ database, tenant }: Context, parked: readonly ParkedDelivery[]): Promise<string[]> {
  const waiting = parked.filter(({ reason }) => reason === 'needs-auth')
  if (waiting.length === 0) return []
  const states = new Map((await listConnections(database.read, tenant)).map(({ name, state }) => [name, state]))
  return waiting.filter(({ connection }) => states.get(connection) === 'active').map(({ id }) => id)
}
