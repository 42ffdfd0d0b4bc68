import { isHubError } from '../model/errors.ts'
import { announcedNow } from '../pipeline/announced.ts'
import { type CircuitState, circuitOf } from '../pipeline/circuit.ts'
import { noteSuccess } from '../pipeline/connection-health.ts'
import type { Context } from '../pipeline/context.ts'
import {
  type ConnectionState,
  findConnection,
  listConnections,
  notInWorkspace,
  retireOldHook,
  rotateHook,
  setConnectionState,
} from '../store/connection.ts'
import type { Tx } from '../store/database.ts'
import { listSchedule } from '../store/schedule.ts'
import type { AnnouncementTable, ConnectionTable, ScheduleTable } from '../store/tables.ts'
import { noConnection } from './absent.ts'
import { clean } from './options.ts'
import { ProblemError } from './problem.ts'
import { type Call, route, writeRoute } from './route.ts'
import { count, described, fields, flag, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { job, jobsShown, stream, streamsShown } from './stream-shape.ts'
import { iso, isoOrNull, name } from './values.ts'

const circuit = fields({
  state: oneOf<CircuitState['state']>('closed', 'open', 'half-open'),
  downs: described(count, 'tries in a row, of all processes, that found nobody'),
  askAt: described(nullable(time), 'when one delivery asks again'),
})

const ending = fields({
  kind: described(
    oneOf<AnnouncementTable['kind']>('sunset', 'deprecation', 'version'),
    'sunset: what is asked for ends; deprecation: it should not be used any more; version: another one answers than was asked for',
  ),
  at: described(nullable(time), 'from then on; null: no date is told'),
  link: nullable(text()),
  words: nullable(text()),
  call: described(text(), 'whose answer says so'),
  since: time,
})

const connection = fields({
  name: text(),
  connector: text(),
  title: text(),
  state: oneOf<ConnectionState>('active', 'paused', 'needs-auth', 'failing'),
  reason: nullable(text()),
  changedAt: time,
  books: nullable(text()),
  organisation: nullable(text()),
  circuit: described(
    circuit,
    'whether deliveries go there: closed, they do; open, nobody answered and they wait; half-open, the next one asks',
  ),
  ends: described(list(ending), 'what the partner says of the end of its API, the soonest first'),
  takesWebhooks: flag,
  streams: list(stream),
  jobs: described(list(job), 'done by the clock for the whole connection'),
  actions: list(text()),
})

async function shown(
  row: ConnectionTable,
  { schedule, ends }: { readonly schedule: readonly ScheduleTable[]; readonly ends: readonly AnnouncementTable[] },
  call: Call,
): Promise<Of<typeof connection>> {
  const { hub, now } = call
  const asked = { hub, options: call.desk.options, now }
  const setup = hub.catalogue().connections.get(row.name)
  const { askAt = null, ...rest } = { askAt: null, ...circuitOf(row, setup, now) }
  return {
    name: row.name,
    connector: row.connector,
    title: setup?.connector.title ?? row.connector,
    state: setup?.paused ? 'paused' : row.state,
    reason: setup?.paused ? 'workspace' : row.reason,
    changedAt: iso(row.changed_at),
    books: setup?.books ?? null,
    organisation: setup?.organisation ?? null,
    circuit: { ...rest, askAt: isoOrNull(askAt) },
    ends: ends
      .filter(({ connection }) => connection === row.name)
      .map((one) => ({
        kind: one.kind,
        at: isoOrNull(one.at),
        link: one.link === null ? null : clean(call.desk.options, one.link),
        words: one.words === null ? null : clean(call.desk.options, one.words),
        call: one.told_by,
        since: iso(one.first_at),
      })),
    takesWebhooks: setup?.connector.webhook !== undefined,
    streams: await streamsShown(asked, row.name, schedule),
    jobs: jobsShown(
      asked,
      schedule.filter((one) => one.connection === row.name && one.stream === ''),
    ),
    actions: Object.keys(setup?.connector.actions ?? {}),
  }
}

/** Of all connections, what is shown of each. */
async function besides({ hub: { database, tenant }, now }: Call) {
  return { schedule: await listSchedule(database, tenant), ends: await announcedNow(database, tenant, now) }
}

async function known(call: Call<{ name: string }>): Promise<ConnectionTable> {
  const row = await findConnection(call.hub.database.read, call.hub.tenant, call.params.name)
  if (!row) throw noConnection(call.params.name)
  return row
}

const state = fields({ name: text(), state: oneOf<ConnectionState>('active', 'paused', 'needs-auth', 'failing'), reason: nullable(text()) })

async function stateNow(tx: Tx, call: Call<{ name: string }>): Promise<Of<typeof state>> {
  const row = await findConnection(tx, call.hub.tenant, call.params.name)
  if (!row) throw noConnection(call.params.name)
  if (!call.hub.catalogue().connections.has(row.name))
    throw new ProblemError(
      409,
      notInWorkspace,
      `The workspace does not name '${row.name}' any more. Write it into crossdock.json again and reload.`,
    )
  return { name: row.name, state: row.state, reason: row.reason }
}

const ringAll = (hub: Context, connection: string): void => {
  hub.bell.ring({ kind: 'deliver', connection })
  hub.bell.ring({ kind: 'refetch', connection })
  for (const stream of hub.catalogue().connections.get(connection)?.streams.keys() ?? [])
    hub.bell.ring({ kind: 'pull', connection, stream })
}

const hook = fields({
  current: described(text(), 'where the partner sends to; whoever knows it can send, so keep it like a password'),
  previous: described(nullable(text()), 'still works until it is retired or the address is rotated again'),
})
const hookOf = (call: Call, row: ConnectionTable): Of<typeof hook> => {
  const at = (token: string) => `${call.hub.settings.publicUrl?.replace(/\/+$/, '') ?? ''}/hooks/${token}`
  return { current: at(row.hook_token), previous: row.hook_token_old === null ? null : at(row.hook_token_old) }
}

const tag = 'connections'
const params = { name }

export const connectionRoutes = [
  route({
    id: 'listConnections',
    method: 'GET',
    path: '/v1/connections',
    tag,
    scope: 'read',
    summary: { en: 'All connections with their state and streams', zh: '所有连接及其状态和数据流' },
    answer: fields({ items: list(connection) }),
    handle: async (call) => {
      const of = await besides(call)
      const rows = await listConnections(call.hub.database.read, call.hub.tenant)
      return { body: { items: await Promise.all(rows.map((row) => shown(row, of, call))) } }
    },
  }),
  route({
    id: 'getConnection',
    method: 'GET',
    path: '/v1/connections/{name}',
    tag,
    scope: 'read',
    summary: { en: 'One connection', zh: '一个连接' },
    params,
    answer: connection,
    handle: async (call) => ({ body: await shown(await known(call), await besides(call), call) }),
  }),
  writeRoute({
    id: 'pauseConnection',
    method: 'POST',
    path: '/v1/connections/{name}/pause',
    tag,
    scope: 'write',
    audit: { act: 'connection-paused', asked: ['reason'] },
    summary: { en: 'Stop pulling, taking and delivering; everything is kept', zh: '暂停拉取、接收和投递；数据全部保留' },
    params,
    body: fields({ reason: optional(text(200)) }),
    answer: state,
    effect: async (tx, call) => {
      await stateNow(tx, call)
      const from: ConnectionState[] = ['active', 'failing', 'needs-auth', 'paused']
      await setConnectionState(tx, call.hub.tenant, call.params.name, from, 'paused', call.body.reason ?? 'by-hand', call.now)
      return { body: await stateNow(tx, call) }
    },
  }),
  writeRoute({
    id: 'resumeConnection',
    method: 'POST',
    path: '/v1/connections/{name}/resume',
    tag,
    scope: 'write',
    audit: { act: 'connection-resumed' },
    summary: { en: 'Go on after a pause or a login problem', zh: '暂停或登录问题后继续' },
    params,
    body: fields({}),
    answer: state,
    effect: async (tx, call) => {
      await stateNow(tx, call)
      await setConnectionState(tx, call.hub.tenant, call.params.name, ['paused'], 'failing', 'resumed', call.now)
      await noteSuccess(tx, call.hub.tenant, call.params.name, call.now, 'asked')
      return { body: await stateNow(tx, call), after: () => ringAll(call.hub, call.params.name) }
    },
  }),
  route({
    id: 'checkConnection',
    method: 'POST',
    path: '/v1/connections/{name}/check',
    tag,
    scope: 'write',
    summary: { en: 'Prove the credentials with the cheapest call of the connector', zh: '用连接器最轻量的调用验证凭据' },
    params,
    body: fields({}),
    answer: fields({ ok: flag, code: nullable(text()), message: nullable(text()), tookMs: count }),
    handle: async (call) => {
      const row = await known(call)
      const setup = call.hub.catalogue().connections.get(row.name)
      if (!setup) throw new ProblemError(409, notInWorkspace, `The workspace does not name '${row.name}', so there is nothing to check.`)
      const began = performance.now()
      const took = () => Math.round(performance.now() - began)
      try {
        await call.hub.access(setup).check(AbortSignal.timeout(25_000))
      } catch (error) {
        if (!isHubError(error) || error.detail.recovery === 'bug') throw error
        return { body: { ok: false, code: error.detail.code, message: clean(call.desk.options, error.message), tookMs: took() } }
      }
      const released = await call.hub.database.write((tx) => noteSuccess(tx, call.hub.tenant, row.name, call.hub.clock.now(), 'asked'))
      return { body: { ok: true, code: null, message: null, tookMs: took() }, after: () => released && ringAll(call.hub, row.name) }
    },
  }),
  route({
    id: 'getHookAddress',
    method: 'GET',
    path: '/v1/connections/{name}/hook',
    tag,
    scope: 'admin',
    summary: { en: 'Where the partner sends webhooks to', zh: '合作方发送 webhook 的地址' },
    params,
    answer: hook,
    handle: async (call) => ({ body: hookOf(call, await known(call)) }),
  }),
  writeRoute({
    id: 'rotateHookAddress',
    method: 'POST',
    path: '/v1/connections/{name}/hook/rotate',
    tag,
    scope: 'admin',
    audit: { act: 'hook-rotated', asked: ['overlap'] },
    summary: {
      en: 'Make a new hook address; the one before works beside it unless overlap is false',
      zh: '生成新的 webhook 地址；除非 overlap 为 false，旧地址同时有效',
    },
    params,
    body: fields({ overlap: optional(flag) }),
    answer: hook,
    shownOnce: true,
    effect: async (tx, call) => {
      const row = await rotateHook(tx, call.hub.tenant, call.params.name, call.body.overlap ?? true)
      if (!row) throw noConnection(call.params.name)
      return { body: hookOf(call, row) }
    },
  }),
  writeRoute({
    id: 'retireHookAddress',
    method: 'DELETE',
    path: '/v1/connections/{name}/hook/previous',
    tag,
    scope: 'admin',
    audit: { act: 'hook-retired' },
    summary: { en: 'End the hook address before the last rotation', zh: '停用上次轮换之前的 webhook 地址' },
    params,
    answer: hook,
    effect: async (tx, call) => {
      await retireOldHook(tx, call.hub.tenant, call.params.name)
      const row = await findConnection(tx, call.hub.tenant, call.params.name)
      if (!row) throw noConnection(call.params.name)
      return { body: hookOf(call, row) }
    },
  }),
]
