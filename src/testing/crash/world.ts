import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loopbackPort } from '../../acceptance/loopback-port.ts'
import { newKeyText } from '../../model/sealing.ts'
import { seededRandom } from '../../simulator/faults.ts'
import { type Ask, askMysql, askSqlite } from './ask-database.ts'
import { toldTime } from './fake-clock.ts'
import type { Hosts } from './hosts.ts'
import { type HubProcess, startHub, untilReady } from './hub.ts'
import { type CrashPartner, startCrashPartner } from './partner.ts'
import { openPartnerLog } from './partner-log.ts'
import { hubProgram } from './program.ts'
import { type CrashProxy, startProxy } from './proxy.ts'
import { type CrashSender, openSender } from './sender.ts'
import { migrateHere, type Servers } from './servers.ts'
import { type RouteName, routeNames, shortTimes, type Times, writeWorkspace } from './workspace.ts'

export interface WorldSetUp {
  readonly seed: number
  /** of this world alone; kept when something is wrong */
  readonly folder: string
  /** undefined: one process on a file */
  readonly servers?: Servers
  readonly times?: Partial<Times>
  /** how much slower than a quiet machine this one is, 1 or more: spans grow with it */
  readonly slowness?: number
  /** safeguard (mutants.ts) that processes lack once the world is known, so that it is attacked and not the first load */
  readonly mutant?: string
  readonly data?: string
  /** a host of its own for each process; the driver's otherwise */
  readonly hosts?: Hosts
  /** of the workspace. `default` */
  readonly tenant?: string
  /** database of another world, which this one shares */
  readonly beside?: string
  /** workers besides the API; 0: one `serve` does everything. 2 with servers */
  readonly workers?: number
}

/** What was done to the world, and when. */
export interface Injection {
  readonly what: string
  readonly from: number
  until: number
}

export interface World {
  readonly seed: number
  readonly random: () => number
  readonly times: Times
  readonly slowness: number
  /** the hub's time of day, epoch ms */
  now(): Promise<number>
  readonly folder: string
  /** where the hub's data lies */
  readonly data: string
  /** `mysql://…` of the server itself; undefined: a file */
  readonly database: string | undefined
  readonly servers: Servers | undefined
  readonly hosts: Hosts | undefined
  readonly partner: CrashPartner
  readonly sender: CrashSender
  /** where webhooks go; '' before the first start */
  readonly hook: string
  /** `api`, `worker-1` …, or `serve`; those that were started */
  readonly hubs: Map<string, HubProcess>
  readonly names: readonly string[]
  readonly lines: { readonly partner: CrashProxy; readonly api: CrashProxy; readonly database?: CrashProxy; readonly redis?: CrashProxy }
  readonly injections: Injection[]
  /** environment of each process, from its next start on */
  readonly settings: Map<string, Readonly<Record<string, string>>>
  readonly ask: Ask
  readonly logs: string
  /** writes the workspace anew, with only these routes on; for the next start */
  keepRoutes(live: readonly RouteName[]): void
  /** resolves when every process that was started has come up */
  ready(): Promise<void>
  /** asks the API as an operator does, until it answers. @throws Error when it refuses */
  api(
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown }>
  /** memory of a process, in MB */
  residentMb(name: string): number
  /** starts one process that does not run, or all of them; resolves when the API answers */
  start(name?: string, env?: Readonly<Record<string, string>>, before?: readonly string[]): Promise<void>
  /** takes out the safeguard of this world, if there is one: every process that runs starts anew */
  breakSafeguard(): Promise<void>
  /** notes an injection around `work` */
  inject(what: string, work: () => Promise<unknown> | unknown): Promise<void>
  /** SIGKILL; resolves when it is gone */
  kill(name: string): Promise<void>
  /** kills every process, closes every line; servers stay */
  close(): Promise<void>
}

const skus = ['LAMP', 'DESK', 'CHAIR', 'SHELF']
export const startOnHand = 1_000_000

export async function openWorld(setUp: WorldSetUp): Promise<World> {
  const { seed, folder, servers, hosts } = setUp
  const slowness = setUp.slowness ?? 1
  const given = { ...shortTimes, ...setUp.times }
  const times = { ...given, leaseMs: Math.round(given.leaseMs * slowness), timeoutMs: Math.round(given.timeoutMs * slowness) }
  const random = seededRandom(seed)
  const workspace = join(folder, 'workspace')
  const data = setUp.data ?? join(folder, 'data')
  const logs = join(folder, 'logs')
  for (const made of [workspace, logs, data]) mkdirSync(made, { recursive: true, mode: 0o700 })
  const partner = await startCrashPartner(openPartnerLog(skus, startOnHand), seededRandom(seed + 1))
  const apiPort = await loopbackPort()
  const tenant = setUp.tenant ?? 'default'
  const database = servers === undefined ? undefined : (setUp.beside ?? (await servers.mariadb.database()))
  const workers = setUp.workers ?? (servers === undefined ? 0 : 2)
  const names = workers === 0 ? ['serve'] : ['api', ...Array.from({ length: workers }, (_, index) => `worker-${index + 1}`)]
  const hostOf = (name: string): string => hosts?.of(name).address ?? '127.0.0.1'
  const api = `${hostOf(names[0] ?? '')}:${apiPort}`
  /** where hubs find the driver */
  const at = hosts?.driver ?? '127.0.0.1'
  // cables first: only then the address is there to listen on
  for (const name of names) hostOf(name)
  const lines = {
    partner: await startProxy(partner.port, { at }),
    api: await startProxy(apiPort, { to: hostOf(names[0] ?? '') }),
    ...(database === undefined || servers === undefined
      ? {}
      : {
          database: await startProxy(Number(new URL(database).port), { at }),
          redis: await startProxy(Number(new URL(servers.redis.url).port), { at }),
        }),
  }
  const keepRoutes = (live: readonly RouteName[]) =>
    writeWorkspace(workspace, `http://${at}:${lines.partner.port}`, { open: hosts?.subnet ?? '127.0.0.0/8', tenant }, times, live)
  keepRoutes(routeNames)
  const ask = database === undefined ? askSqlite(join(data, 'crossdock.db')) : askMysql(database)
  if (database !== undefined) await migrateHere(database)

  const through = (url: string, line: CrashProxy | undefined): string => {
    const address = new URL(url)
    address.hostname = at
    address.port = String(line?.port)
    return address.href
  }
  const env = { NO_COLOR: '1', CROSSDOCK_KEK: newKeyText(), CRASH_LOG: join(logs, 'places.log') }
  const services =
    database === undefined || servers === undefined
      ? []
      : ['--database', through(database, lines.database), '--redis', through(servers.redis.url, lines.redis)]
  const hubs = new Map<string, HubProcess>()
  const workerPorts = await Promise.all(names.map(() => loopbackPort()))
  const portOf = (name: string, index: number): number => (name.startsWith('worker') ? (workerPorts[index] ?? 0) : apiPort)
  let hook = ''
  const settings = new Map<string, Readonly<Record<string, string>>>()

  const startOne = async (name: string, more: Readonly<Record<string, string>>, before: readonly string[]): Promise<void> => {
    const role = name.startsWith('worker') ? 'worker' : name === 'api' ? 'api' : 'serve'
    const args = [
      '--workspace',
      workspace,
      '--log',
      process.env.CRASH_DEBUG ?? 'info',
      ...services,
      ...(hosts === undefined ? [] : ['--host', hostOf(name)]),
      '--port',
      String(portOf(name, names.indexOf(name))),
      ...(role === 'worker' ? [] : ['--data', data]),
    ]
    const log = join(logs, `${name}.log`)
    const given = { ...env, ...settings.get(name), ...more }
    const hub = startHub({
      program: await hubProgram(given),
      role,
      args,
      env: given,
      log,
      before: [...(hosts?.of(name).before ?? []), ...before],
    })
    hubs.set(name, hub)
    if (role !== 'worker' && more.CRASH_AT === undefined) await untilReady(hub, api, log)
  }
  const ready = async () => {
    await Promise.all(
      names.map((name, index) => {
        const hub = hubs.get(name)
        return hub === undefined || hub.ended() !== undefined
          ? undefined
          : untilReady(hub, `${hostOf(name)}:${portOf(name, index)}`, join(logs, `${name}.log`))
      }),
    )
  }
  const world: World = {
    seed,
    random,
    times,
    slowness,
    now: async () => (times.rate === 1 ? Date.now() : toldTime(api)),
    folder,
    data,
    database,
    servers,
    hosts,
    partner,
    sender: openSender(() => hook),
    get hook() {
      return hook
    },
    hubs,
    names,
    lines,
    injections: [],
    settings,
    ask,
    logs,
    async start(name, more = {}, before = []) {
      const wanted = (name === undefined ? names : [name]).filter((one) => !isRunning(hubs.get(one)))
      await Promise.all(wanted.map((one) => startOne(one, more, before)))
      if (hook === '' && more.CRASH_AT === undefined) {
        const [row] = await ask(`select hook_token from connection where name = 'shop' and tenant = '${tenant}'`)
        hook = `http://127.0.0.1:${lines.api.port}/hooks/${String(row?.hook_token)}`
      }
    },
    keepRoutes,
    ready,
    async api(method, path, body, headers = {}) {
      const key = readFileSync(join(data, 'local.key'), 'utf8').trim()
      const answer = await fetch(`http://${api}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(60_000),
      })
      return { status: answer.status, body: await answer.json() }
    },
    residentMb(name) {
      const status = readFileSync(`/proc/${hubs.get(name)?.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
    },
    async breakSafeguard() {
      if (setUp.mutant === undefined) return
      for (const name of names) settings.set(name, { ...settings.get(name), CRASH_MUTANT: setUp.mutant })
      const running = names.filter((name) => isRunning(hubs.get(name)))
      for (const name of running) await world.kill(name)
      for (const name of running) await world.start(name)
    },
    async inject(what, work) {
      const injection: Injection = { what, from: Date.now(), until: Number.POSITIVE_INFINITY }
      world.injections.push(injection)
      try {
        await work()
      } finally {
        injection.until = Date.now()
      }
    },
    async kill(name) {
      const hub = hubs.get(name)
      if (!isRunning(hub)) return
      hub?.signal('SIGKILL')
      await hub?.gone
    },
    async close() {
      world.sender.giveUp()
      for (const name of hubs.keys()) await world.kill(name)
      for (const line of Object.values(lines)) await line.close()
      await partner.close()
    },
  }
  return world
}

const isRunning = (hub: HubProcess | undefined): boolean => hub !== undefined && hub.ended() === undefined

/** Waits until `is` holds; answers whether it did in time. */
export async function until(is: () => Promise<boolean> | boolean, limitMs: number, stepMs = 50): Promise<boolean> {
  for (const limit = performance.now() + limitMs; performance.now() < limit; await wait(stepMs)) if (await is()) return true
  return is()
}

/** The hub has read its master data and the empty list of orders, so that what comes now is news. */
export async function untilKnown(world: World): Promise<void> {
  const known = await until(async () => {
    const [links] = await world.ask(`select count(*) as n from link where type = 'product'`)
    const [stock] = await world.ask(`select count(*) as n from stock where location = 'MAIN' and on_hand > 0`)
    const [cursor] = await world.ask(
      "select count(*) as n from `cursor` where connection = 'shop' and stream = 'orders' and position not like '%baseline%'",
    )
    return Number(links?.n) >= 2 * skus.length && Number(stock?.n) >= skus.length && Number(cursor?.n) === 1
  }, 90_000 * world.slowness)
  if (!known) throw new Error(`the hub did not learn the articles and the stock of the crash world in time: see ${world.logs}`)
  await world.breakSafeguard()
}
