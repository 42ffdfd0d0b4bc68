import { abandonRange } from '../pipeline/bulk-turn.ts'
import { defaultPagesPerMinute, wantRange } from '../pipeline/ranges.ts'
import { writeAudit } from '../store/audit.ts'
import { findBackfill, listBackfills, steerBackfill } from '../store/backfill.ts'
import type { Tx } from '../store/database.ts'
import type { BackfillTable } from '../store/tables.ts'
import { noStream, wantConnection } from './absent.ts'
import { clean } from './options.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound, ProblemError } from './problem.ts'
import { type Call, route, writeRoute } from './route.ts'
import { count, described, fields, flag, nullable, type Of, oneOf, optional, text, time, whole } from './shape.ts'
import { id, iso, isoOrNull, name, streamName } from './values.ts'

type State = BackfillTable['state']
const states: readonly State[] = ['open', 'paused', 'done', 'failed', 'cancelled']

const backfill = fields({
  id: text(),
  connection: text(),
  stream: text(),
  kind: described(
    oneOf<BackfillTable['kind']>('range', 'full', 'gap'),
    'range: a person asked; full: for what "modified since" does not show; gap: for what a silent partner may not have told',
  ),
  state: oneOf<State>(...states),
  from: nullable(time),
  until: time,
  reached: described(nullable(time), 'everything before this time is read'),
  quiet: described(flag, 'what first appears in it makes no commands'),
  pagesPerMinute: count,
  pages: count,
  records: count,
  running: flag,
  failedRuns: count,
  reason: nullable(text()),
  askedBy: text(),
  createdAt: time,
  endedAt: nullable(time),
})

const shown = (row: BackfillTable, call: Call): Of<typeof backfill> => ({
  id: row.id,
  connection: row.connection,
  stream: row.stream,
  kind: row.kind,
  state: row.state,
  from: isoOrNull(row.from_at),
  until: iso(row.until_at),
  reached: row.position === null ? null : ((JSON.parse(row.position) as { readonly time: string | null }).time ?? null),
  quiet: row.quiet === 1,
  pagesPerMinute: row.pages_per_minute,
  pages: row.pages,
  records: row.records,
  running: row.lease_until > call.now,
  failedRuns: row.fails,
  reason: row.reason === null ? null : clean(call.desk.options, row.reason),
  askedBy: row.asked_by,
  createdAt: iso(row.created_at),
  endedAt: isoOrNull(row.ended_at),
})

const tag = 'backfills'

/** A person's word about a range, written down with it. */
async function steer(
  tx: Tx,
  call: Call<{ id: string }>,
  from: readonly State[],
  to: State,
): Promise<{ readonly body: Of<typeof backfill>; readonly after: () => void }> {
  const { hub, now, who } = call
  const found = await findBackfill(tx, hub.tenant, call.params.id)
  if (found === undefined) throw notFound()
  const change = { state: to, next_at: now, ended_at: to === 'cancelled' ? now : null }
  if (!(await steerBackfill(tx, hub.tenant, found.id, from, change)))
    throw new ProblemError(409, 'backfill-state', `The range is ${found.state}.`)
  const { connection, stream } = found
  await writeAudit(tx, {
    tenant: hub.tenant,
    id: hub.newId(),
    at: now,
    who: who.id,
    act: `backfill-${to}`,
    connection,
    stream,
    detail: { id: found.id },
  })
  const row = await findBackfill(tx, hub.tenant, found.id)
  const after = (): void => {
    if (to === 'open') hub.bell.ring({ kind: 'backfill', id: found.id })
    if (to === 'cancelled') void abandonRange(hub, found)
  }
  return { body: shown(row ?? found, call), after }
}

export const backfillRoutes = [
  route({
    id: 'listBackfills',
    method: 'GET',
    path: '/v1/backfills',
    tag,
    scope: 'read',
    summary: { en: 'Ranges that are or were read beside the live runs, newest first', zh: '在实时读取之外回填的区间，最新在前' },
    query: { connection: optional(name), state: optional(oneOf<State>(...states)), ...paging },
    answer: pageOf(backfill),
    handle: async (call) => {
      await wantConnection(call.hub, call.query.connection)
      const limit = pageLimit(call.query.limit)
      const [before] = readCursor(call.query.after, 1) ?? []
      const { connection, state } = call.query
      const rows = await listBackfills(call.hub.database.read, call.hub.tenant, {
        ...(connection === undefined ? {} : { connection }),
        ...(state === undefined ? {} : { state }),
        ...(before === undefined ? {} : { before }),
        limit: limit + 1,
      })
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => shown(row, call),
        ),
      }
    },
  }),
  writeRoute({
    id: 'backfillStream',
    method: 'POST',
    path: '/v1/connections/{name}/streams/{stream}/backfills',
    tag,
    scope: 'write',
    summary: {
      en: 'Read a range of a stream again, beside its live runs and no faster than allowed',
      zh: '在实时读取之外按限速重读数据流的一个区间',
    },
    params: { name, stream: streamName },
    body: fields({
      from: time,
      until: optional(time),
      quiet: optional(described(flag, 'what first appears in it makes no commands, as in a first load')),
      pagesPerMinute: optional(whole(1, 6000)),
    }),
    status: 202,
    answer: backfill,
    effect: async (tx, call) => {
      const { hub, now, who } = call
      const { name: connection, stream } = call.params
      const setup = hub.catalogue().connections.get(connection)
      const definition = setup?.streams.has(stream) ? setup.connector.streams[stream] : undefined
      if (definition === undefined || definition.call === null) throw noStream(hub.catalogue(), call.params)
      if (definition.cursor === null)
        throw new ProblemError(409, 'no-range', `'${stream}' is read whole on every run: ask for a pull instead.`)
      if (definition.cursor.format === 'counter')
        throw new ProblemError(
          409,
          'no-range',
          `'${stream}' is read by row versions, which tell no times: reset its cursor to read all of it.`,
        )
      const from = Date.parse(call.body.from)
      const until = Math.min(call.body.until === undefined ? now : Date.parse(call.body.until), now)
      if (!(from < until)) throw new ProblemError(400, 'bad-range', 'The range must begin before it ends, and in the past.')
      const range = { connection, stream, kind: 'range' as const, from, until, quiet: call.body.quiet === true }
      const row = await wantRange(
        hub,
        tx,
        { ...range, pagesPerMinute: call.body.pagesPerMinute ?? defaultPagesPerMinute, askedBy: who.id },
        now,
      )
      const detail = { id: row.id, from: iso(from), until: iso(until) }
      await writeAudit(tx, { tenant: hub.tenant, id: hub.newId(), at: now, who: who.id, act: 'backfill-asked', connection, stream, detail })
      return { body: shown(row, call), after: () => hub.bell.ring({ kind: 'backfill', id: row.id }) }
    },
  }),
  writeRoute({
    id: 'pauseBackfill',
    method: 'POST',
    path: '/v1/backfills/{id}/pause',
    tag,
    scope: 'write',
    summary: { en: 'Stop reading a range; it keeps its place', zh: '暂停回填，保留进度' },
    params: { id },
    body: fields({}),
    answer: backfill,
    effect: (tx, call) => steer(tx, call, ['open'], 'paused'),
  }),
  writeRoute({
    id: 'resumeBackfill',
    method: 'POST',
    path: '/v1/backfills/{id}/resume',
    tag,
    scope: 'write',
    summary: { en: 'Go on with a range that was paused or given up, from its place', zh: '从原进度继续已暂停或已放弃的回填' },
    params: { id },
    body: fields({}),
    answer: backfill,
    effect: (tx, call) => steer(tx, call, ['paused', 'failed'], 'open'),
  }),
  writeRoute({
    id: 'cancelBackfill',
    method: 'POST',
    path: '/v1/backfills/{id}/cancel',
    tag,
    scope: 'write',
    summary: { en: 'Give a range up; what was read stays', zh: '取消回填；已读数据保留' },
    params: { id },
    body: fields({}),
    answer: backfill,
    effect: (tx, call) => steer(tx, call, ['open', 'paused', 'failed'], 'cancelled'),
  }),
]
