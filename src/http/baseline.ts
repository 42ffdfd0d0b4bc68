import type { Context } from '../pipeline/context.ts'
import { writeAudit } from '../store/audit.ts'
import { baselinesOf, countBaselineStates, signBaseline } from '../store/baseline.ts'
import type { Reader } from '../store/in-list.ts'
import { noConnection } from './absent.ts'
import { ProblemError } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { count, described, fields, list, nullable, type Of, oneOf, text, time } from './shape.ts'
import { iso, isoOrNull, name } from './values.ts'

const counts = fields({
  read: described(count, 'records read from the partner, those of child records with their parents'),
  applied: described(count, 'in the ledger, or found to be there as they are'),
  waiting: described(count, 'not worked on yet'),
  parked: count,
  ignored: described(count, 'set aside by a rule, with its reason'),
  dead: count,
})
type Counts = Of<typeof counts>

const row = fields({
  stream: text(),
  state: oneOf<'open' | 'running' | 'read' | 'signed'>('open', 'running', 'read', 'signed'),
  pages: count,
  counts,
  startedAt: nullable(time),
  endedAt: nullable(time),
  signedAt: nullable(time),
  signedBy: nullable(text()),
})
const baseline = fields({
  connection: text(),
  state: described(oneOf<'open' | 'read' | 'signed'>('open', 'read', 'signed'), 'read: every stream is read and nothing waits'),
  streams: list(row),
})

const nothing: Counts = { read: 0, applied: 0, waiting: 0, parked: 0, ignored: 0, dead: 0 }
const columnOf: Readonly<Record<string, keyof Counts>> = {
  received: 'waiting',
  parked: 'parked',
  applied: 'applied',
  unchanged: 'applied',
  duplicate: 'applied',
  stale: 'applied',
  ignored: 'ignored',
  dead: 'dead',
}

/** Polled streams of a connection in the order of their first load, each with what was read and what became of it. */
async function baselineOf(read: Reader, hub: Context, connection: string): Promise<Of<typeof baseline>> {
  const setup = hub.catalogue().connections.get(connection)
  if (setup === undefined) throw noConnection(connection)
  const rows = new Map((await baselinesOf(read, hub.tenant, connection)).map((one) => [one.stream, one]))
  const states = await countBaselineStates(read, hub.tenant, connection)
  const polled = [...setup.streams].filter(([stream]) => setup.connector.streams[stream]?.call)
  const ordered = polled.sort(([, a], [, b]) => (a.after?.length ?? 0) - (b.after?.length ?? 0))
  const streams = ordered.map(([stream]): Of<typeof row> => {
    const found = rows.get(stream)
    const sums: Record<keyof Counts, number> = { ...nothing }
    for (const one of states) {
      const column = one.stream.split('/', 1)[0] === stream ? columnOf[one.state] : undefined
      if (column === undefined) continue
      sums[column] += one.count
      sums.read += one.count
    }
    return {
      stream,
      state: found === undefined ? 'open' : found.ended_at === null ? 'running' : found.signed_at === null ? 'read' : 'signed',
      pages: found?.pages ?? 0,
      counts: sums,
      startedAt: isoOrNull(found?.started_at ?? null),
      endedAt: isoOrNull(found?.ended_at ?? null),
      signedAt: isoOrNull(found?.signed_at ?? null),
      signedBy: found?.signed_by ?? null,
    }
  })
  const isRead = streams.every(({ state, counts }) => (state === 'read' || state === 'signed') && counts.waiting === 0)
  const isSigned = streams.every(({ state }) => state === 'signed')
  return { connection, state: isSigned ? 'signed' : isRead ? 'read' : 'open', streams }
}

const tag = 'connections'

export const baselineRoutes = [
  route({
    id: 'getBaseline',
    method: 'GET',
    path: '/v1/connections/{name}/baseline',
    tag,
    scope: 'read',
    summary: {
      en: 'The first load of a connection: what was read of each stream, and what became of it',
      zh: '连接的基线加载：各数据流读取与处理的计数',
    },
    params: { name },
    answer: baseline,
    handle: async (call) => ({ body: await baselineOf(call.hub.database.read, call.hub, call.params.name) }),
  }),
  writeRoute({
    id: 'signBaseline',
    method: 'POST',
    path: '/v1/connections/{name}/baseline/sign-off',
    tag,
    scope: 'write',
    summary: { en: 'Accept the counts of the first load; refused while something of it waits', zh: '确认基线计数；仍有待处理时拒绝' },
    params: { name },
    body: fields({}),
    answer: fields({ connection: text(), signedAt: time, signedBy: text() }),
    effect: async (tx, call) => {
      const { hub, now, who } = call
      const connection = call.params.name
      const found = await baselineOf(tx, hub, connection)
      const open = found.streams.filter(({ state, counts }) => (state !== 'read' && state !== 'signed') || counts.waiting > 0)
      if (open.length > 0)
        throw new ProblemError(409, 'baseline-open', `The first load has not ended: ${open.map(({ stream }) => stream).join(', ')}.`)
      for (const { stream, counts } of found.streams)
        await signBaseline(tx, hub.tenant, { connection, stream }, { who: who.id, at: now, counts: JSON.stringify(counts) })
      const detail = { streams: found.streams.map(({ stream, counts }) => ({ stream, ...counts })) }
      await writeAudit(tx, { tenant: hub.tenant, id: hub.newId(), at: now, who: who.id, act: 'baseline-signed', connection, detail })
      return { body: { connection, signedAt: iso(now), signedBy: who.id } }
    },
  }),
]
