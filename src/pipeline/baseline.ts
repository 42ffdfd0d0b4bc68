import type { Connector, Stream } from '../connector/types.ts'
import { positionsOf } from '../store/cursor.ts'
import { listPulls } from '../store/schedule.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { atBaseline, positionOf } from './position.ts'

/** Master data before what refers to it, figures before what moves them. */
const order: readonly string[] = ['party', 'location', 'product', 'price-list', 'stock-level']

/** Failures in a row after which nobody waits for a stream any more: one that is broken must not hold the others for ever. */
const patience = 3

/** Place of a stream in the first load; code lists come first of all. */
function rankOf(stream: Stream): number {
  const documents = stream.parts.flatMap((part) => ('link' in part ? [] : [part.document]))
  if (documents.length === 0) return -1
  return Math.max(...documents.map((document) => (order.includes(document) ? order.indexOf(document) : order.length)))
}

/** Of the polled streams of one connection, those which each is read after, the first time. */
export function baselineOrder(connector: Connector, streams: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const ranks = [...streams].flatMap((name) => {
    const stream = connector.streams[name]
    return stream === undefined || stream.call === null ? [] : [{ name, rank: rankOf(stream) }]
  })
  return new Map(ranks.map(({ name, rank }) => [name, ranks.filter((other) => other.rank < rank).map((other) => other.name)]))
}

/** Streams whose first load this one's first load waits for; none once it has been read. */
export async function waitsForBaseline({ database, tenant }: Context, setup: ConnectionSetup, stream: string): Promise<readonly string[]> {
  const after = setup.streams.get(stream)?.after ?? []
  if (after.length === 0) return []
  const positions = await positionsOf(database.read, tenant, setup.name)
  const isRead = (name: string) => !atBaseline(positionOf(positions.get(name) ?? null))
  const waiting = isRead(stream) ? [] : after.filter((name) => !isRead(name))
  if (waiting.length === 0) return []
  const runs = (await listPulls(database, tenant)).filter(({ connection }) => connection === setup.name)
  return waiting.filter((name) => runs.some((run) => run.stream === name && run.paused_at === null && run.fails < patience))
}
