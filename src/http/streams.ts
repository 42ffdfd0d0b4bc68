import { atBaseline, positionOf, positionText } from '../pipeline/position.ts'
import { listAudit, writeAudit } from '../store/audit.ts'
import { forgetBaseline } from '../store/baseline.ts'
import { findConnection } from '../store/connection.ts'
import { dropPosition, findCursor, savePosition } from '../store/cursor.ts'
import type { Tx } from '../store/database.ts'
import type { Reader } from '../store/in-list.ts'
import { findSchedule, type Job, pauseRuns, seizeRun, wantRun } from '../store/schedule.ts'
import { noStream } from './absent.ts'
import { ProblemError } from './problem.ts'
import { type Call, route, writeRoute } from './route.ts'
import { anything, described, fields, flag, list, nullable, type Of, text, time } from './shape.ts'
import { iso, isoOrNull, name, stored, streamName } from './values.ts'

const tag = 'connections'
const params = { name, stream: streamName }
type StreamCall = Call<{ name: string; stream: string }>

const cursor = fields({
  connection: text(),
  stream: text(),
  time: described(nullable(time), "the next read begins here, less the look-back, by the partner's clock; null: at the beginning"),
  firstRead: described(flag, 'the stream has not been read whole yet'),
  inList: described(flag, 'the first read stands in the middle of a list and goes on there'),
  movedAt: nullable(time),
  canChange: described(flag, 'the connection or the stream is paused'),
  history: list(fields({ at: time, who: text(), act: text(), detail: anything })),
})

const historyRows = 20

const jobOf = ({ params }: StreamCall): Job => ({ connection: params.name, stream: params.stream, kind: 'pull' })

/** @throws ProblemError 404 for a stream that is not polled */
async function isPaused(tx: Tx, call: StreamCall): Promise<boolean> {
  const { hub } = call
  const run = await findSchedule(tx, hub.tenant, jobOf(call))
  const row = await findConnection(tx, hub.tenant, call.params.name)
  const setup = hub.catalogue().connections.get(call.params.name)
  if (row === undefined || !setup?.streams.has(call.params.stream) || !setup.connector.streams[call.params.stream]?.call)
    throw noStream(hub.catalogue(), call.params)
  return setup.paused || row.state === 'paused' || (run !== undefined && run.paused_at !== null)
}

async function shown(read: Reader, call: StreamCall, canChange: boolean): Promise<Of<typeof cursor>> {
  const { hub, params } = call
  const row = await findCursor(read, hub.tenant, params.name, params.stream)
  const position = positionOf(row?.position ?? null)
  const history = await listAudit(read, hub.tenant, { connection: params.name, stream: params.stream }, historyRows)
  return {
    connection: params.name,
    stream: params.stream,
    time: position?.time ?? null,
    firstRead: atBaseline(position),
    inList: position?.mark !== undefined,
    movedAt: isoOrNull(row?.moved_at ?? null),
    canChange,
    history: history.map((one) => ({ at: iso(one.at), who: one.who, act: one.act, detail: stored(one.detail) })),
  }
}

/** Moves a cursor while nobody reads: a run that lives on from before the pause is fenced off, and what stood there is written down. */
async function moveCursor(tx: Tx, call: StreamCall, to: string | null): Promise<Of<typeof cursor>> {
  if (!(await isPaused(tx, call)))
    throw new ProblemError(
      409,
      'not-paused',
      `Pause '${call.params.name}' or its stream '${call.params.stream}' first: a run under way would move the cursor again.`,
    )
  const { hub, params, now, who } = call
  await seizeRun(tx, hub.tenant, jobOf(call))
  const before = (await findCursor(tx, hub.tenant, params.name, params.stream))?.position ?? null
  if (to === null) {
    await dropPosition(tx, hub.tenant, params.name, params.stream)
    await forgetBaseline(tx, hub.tenant, { connection: params.name, stream: params.stream })
  } else await savePosition(tx, hub.tenant, params.name, params.stream, positionText({ time: to }), now)
  const act = to === null ? 'cursor-reset' : 'cursor-set'
  const detail = { before: before === null ? null : JSON.parse(before), after: to === null ? null : { time: to } }
  const place = { connection: params.name, stream: params.stream }
  await writeAudit(tx, { tenant: hub.tenant, id: hub.newId(), at: now, who: who.id, act, ...place, detail })
  hub.log.info({ ...place, who: who.id, ...detail }, 'a cursor was moved by hand')
  return shown(tx, call, true)
}

async function steer(tx: Tx, call: StreamCall, pausedAt: number | null): Promise<{ readonly stream: string; readonly paused: boolean }> {
  const { hub, params, now, who } = call
  if (!(await pauseRuns(tx, hub.tenant, jobOf(call), pausedAt))) throw noStream(hub.catalogue(), params)
  const act = pausedAt === null ? 'stream-resumed' : 'stream-paused'
  await writeAudit(tx, { tenant: hub.tenant, id: hub.newId(), at: now, who: who.id, act, connection: params.name, stream: params.stream })
  return { stream: params.stream, paused: pausedAt !== null }
}

const paused = fields({ stream: text(), paused: flag })
const at = '/v1/connections/{name}/streams/{stream}'

export const streamRoutes = [
  writeRoute({
    id: 'pullStream',
    method: 'POST',
    path: `${at}/pull`,
    tag,
    scope: 'write',
    audit: { act: 'pull-asked' },
    summary: { en: 'Ask for a run of a stream now', zh: '立即请求拉取一个数据流' },
    params,
    body: fields({}),
    status: 202,
    answer: fields({ asked: flag }),
    effect: async (tx, call) => {
      const { name, stream } = call.params
      if (!(await wantRun(tx, call.hub.tenant, jobOf(call), call.now))) throw noStream(call.hub.catalogue(), call.params)
      return { body: { asked: true }, after: () => call.hub.bell.ring({ kind: 'pull', connection: name, stream }) }
    },
  }),
  writeRoute({
    id: 'pauseStream',
    method: 'POST',
    path: `${at}/pause`,
    tag,
    scope: 'write',
    summary: { en: 'Stop reading one stream by the clock; a run under way ends', zh: '停止按计划读取一个数据流；进行中的读取会结束' },
    params,
    body: fields({}),
    answer: paused,
    effect: async (tx, call) => ({ body: await steer(tx, call, call.now) }),
  }),
  writeRoute({
    id: 'resumeStream',
    method: 'POST',
    path: `${at}/resume`,
    tag,
    scope: 'write',
    summary: { en: 'Read a paused stream again', zh: '恢复读取已暂停的数据流' },
    params,
    body: fields({}),
    answer: paused,
    effect: async (tx, call) => ({
      body: await steer(tx, call, null),
      after: () => call.hub.bell.ring({ kind: 'pull', connection: call.params.name, stream: call.params.stream }),
    }),
  }),
  route({
    id: 'getCursor',
    method: 'GET',
    path: `${at}/cursor`,
    tag,
    scope: 'read',
    summary: { en: 'Where a stream stands, and who moved it', zh: '数据流的游标位置及变更记录' },
    params,
    answer: cursor,
    handle: async (call) => ({
      body: await call.hub.database.write(async (tx) => shown(tx, call, await isPaused(tx, call))),
    }),
  }),
  writeRoute({
    id: 'setCursor',
    method: 'PUT',
    path: `${at}/cursor`,
    tag,
    scope: 'write',
    summary: {
      en: 'Move a paused stream: it is read from this time on next. An earlier time reads again what is known, a later one leaves out what lies between',
      zh: '移动已暂停数据流的游标：下次从该时间读取。更早会重读已知数据，更晚会跳过中间的数据',
    },
    params,
    body: fields({ time }),
    answer: cursor,
    effect: async (tx, call) => {
      const ms = Date.parse(call.body.time)
      if (Number.isNaN(ms) || ms > call.now)
        throw new ProblemError(400, 'bad-cursor', 'The time must be one that the calendar has and that is not in the future.')
      if (call.hub.catalogue().connections.get(call.params.name)?.connector.streams[call.params.stream]?.cursor?.format === 'counter')
        throw new ProblemError(409, 'no-times', `'${call.params.stream}' is read by row versions, which tell no times: reset it instead.`)
      return { body: await moveCursor(tx, call, iso(ms)) }
    },
  }),
  writeRoute({
    id: 'resetCursor',
    method: 'DELETE',
    path: `${at}/cursor`,
    tag,
    scope: 'write',
    summary: {
      en: 'Forget where a paused stream stands: its next read is a first load of everything, which makes no commands',
      zh: '清除已暂停数据流的游标：下次为全量基线读取，不产生指令',
    },
    params,
    answer: cursor,
    effect: async (tx, call) => ({ body: await moveCursor(tx, call, null) }),
  }),
]
