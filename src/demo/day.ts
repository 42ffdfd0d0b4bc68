import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HubConfig } from '../config.ts'
import type { Hub } from '../main.ts'
import { startHub } from '../main.ts'
import { restState } from '../pipeline/at-rest.ts'
import type { Ring } from '../pipeline/bell.ts'
import { openParkWatch, reviewParked } from '../pipeline/sweep.ts'
import type { DayFigures } from '../simulator/day/figures.ts'
import { type PairName, subscribedByHub } from '../simulator/day/pair-names.ts'
import type { LeftOut } from '../simulator/day/plan-left-out.ts'
import { shopNames } from '../simulator/day/plan-sizes.ts'
import type { Progress } from '../simulator/day/play.ts'
import type { SystemRecords } from '../simulator/day/records.ts'
import { listConnections } from '../store/connection.ts'
import { listPulls, wantRun } from '../store/schedule.ts'
import { ledgerSide, openingStock } from './ledger-side.ts'
import { startWorldProcess, type WorldProcess } from './world-process.ts'

export interface DayOptions {
  readonly seed: number
  readonly scale: number
  readonly pace: number
  readonly faults: 'on' | 'off'
  /** which systems trade; `config.workspace` must be theirs */
  readonly pair: PairName
  /** the day is given up when nothing moves in the world for so long */
  readonly patienceMs: number
}

/** What the person at the terminal hears meanwhile. */
export interface DayNews {
  started(figures: DayFigures, leftOut: readonly LeftOut[]): void
  up(address: string): void
  baseline(seconds: number): void
  progress(progress: Progress): void
  crosswalk(line: string): void
  rest(): void
}

export interface PlayedDay {
  readonly hub: Hub
  readonly ledger: DayFigures
  readonly records: SystemRecords
  /** what the systems of this pair cannot play */
  readonly leftOut: readonly LeftOut[]
  /** what should not be: the day did not end, or the hub never came to rest */
  readonly problems: readonly string[]
  readonly elapsedMs: number
  stop(): Promise<void>
}

const startLimitMs = 30_000
const baselineLimitMs = 60_000
const restLimitMs = 60_000

/** Plays one day: starts the systems and the hub, lets them trade, waits until all is at rest, and takes both sides' figures. */
export async function playDay(config: HubConfig, options: DayOptions, news: DayNews): Promise<PlayedDay> {
  const started = performance.now()
  const world = startWorldProcess()
  let hub: Hub | undefined
  try {
    const ready = world.next('ready', startLimitMs)
    const { seed, scale, pace, faults, pair } = options
    world.tell({ kind: 'start', seed, scale, pace, faults, pair })
    const { environment, figures, leftOut } = await ready
    news.started(figures, leftOut)
    const byHub = subscribedByHub.has(pair)
    const reached = byHub ? await reachedAt(config) : { config, env: {} }
    hub = await startHub(reached.config, { env: { ...process.env, ...environment, ...reached.env } })
    news.up(hub.address)
    const hooked = world.next('hooked', startLimitMs)
    world.tell({ kind: 'hooks', hooks: byHub ? {} : await hookAddresses(hub) })
    await hooked
    const baselineStarted = performance.now()
    await baselineDone(hub)
    const opening = await openingStock(hub.context)
    news.baseline((performance.now() - baselineStarted) / 1000)
    const problems = await play(world, hub, options, news)
    news.rest()
    if (problems.length === 0) problems.push(...(await restProblems(hub)))
    const records = world.next('records', startLimitMs)
    world.tell({ kind: 'records' })
    const ledger = await ledgerSide(hub.context, opening)
    const day = hub
    return {
      hub,
      ledger,
      records: (await records).records,
      leftOut,
      problems,
      elapsedMs: Math.round(performance.now() - started),
      async stop() {
        await day.stop(5000)
        await world.stop()
      },
    }
  } catch (error) {
    await hub?.stop(1000)
    await world.stop()
    throw error
  }
}

async function play(world: WorldProcess, hub: Hub, options: DayOptions, news: DayNews): Promise<string[]> {
  const stuck = Promise.withResolvers<string[]>()
  let seen = { done: -1, at: performance.now() }
  world.on('progress', (progress) => {
    news.progress(progress)
    if (progress.done !== seen.done) seen = { done: progress.done, at: performance.now() }
    else if (performance.now() - seen.at > options.patienceMs)
      stuck.resolve([
        `the day cannot end: ${progress.done} of ${progress.total} things are done, nothing moved for ${options.patienceMs / 1000} s`,
      ])
  })
  world.on('crosswalk-wanted', ({ line, orders }) => {
    void addLine(hub, line, orders, news).then(() => world.tell({ kind: 'crosswalk-done' }))
  })
  const played = world.next('played', (options.pace + 600) * 1000)
  world.tell({ kind: 'baseline-done' })
  const ended = played.then(
    () => [],
    (error: unknown) => [error instanceof Error ? error.message : String(error)],
  )
  return Promise.race([ended, stuck.promise])
}

/** The integrator: looks until the orders stand in the ledger and wait, then adds the line through the API. */
async function addLine(hub: Hub, line: object, orders: readonly string[], news: DayNews): Promise<void> {
  const { database, tenant } = hub.context
  for (let i = 0; i < 600; i++) {
    const waiting = await database.read
      .selectFrom('delivery')
      .select('key')
      .where('tenant', '=', tenant)
      .where('state', '=', 'parked')
      .where('reason', '=', 'missing-link')
      .where('key', 'in', [...orders])
      .execute()
    if (new Set(waiting.map(({ key }) => key)).size >= orders.length) break
    await sleep(50)
  }
  const text = JSON.stringify(line)
  news.crosswalk(text)
  const answer = await fetch(`${hub.address}/v1/crosswalk`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${hub.localKey}`, 'content-type': 'application/json' },
    body: text,
  })
  if (!answer.ok) throw new Error(`the crosswalk line was refused: ${answer.status} ${await answer.text()}`)
}

/** Partners are told the address before the hub listens on it, so its port is chosen first. */
async function reachedAt(config: HubConfig): Promise<{ readonly config: HubConfig; readonly env: Record<string, string> }> {
  const { host } = config
  const port = config.port || (await freePort(host))
  return { config: { ...config, port }, env: { CROSSDOCK_PUBLIC_URL: `http://${host}:${port}` } }
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

async function hookAddresses(hub: Hub): Promise<Record<string, string>> {
  const rows = await listConnections(hub.context.database.read, hub.context.tenant)
  const shops: readonly string[] = shopNames
  return Object.fromEntries(
    rows.flatMap(({ name, hook_token }) => (shops.includes(name) ? [[name, `${hub.address}/hooks/${hook_token}`]] : [])),
  )
}

/** Every stream was read once, and what it brought is in the ledger, also what was parked in the same moment as its link was made. */
async function baselineDone({ context }: Hub): Promise<void> {
  const end = performance.now() + baselineLimitMs
  for (;;) {
    const rows = await listPulls(context.database, context.tenant)
    const open = rows.filter(({ last_ended_at, last_error }) => last_ended_at === null || last_error !== null)
    const { atRest } = await restState(context)
    if (open.length === 0 && atRest && !(await freesParked(context))) return
    if (performance.now() > end)
      throw new Error(
        `the baseline did not end: ${open.map(({ connection, stream, last_error }) => `${connection}/${stream} ${last_error ?? ''}`).join('; ')}`,
      )
    await sleep(50)
  }
}

/** Frees what is parked and waits for nothing any more, as a sweep does when its turn comes. Answers whether there was any. */
async function freesParked(context: Hub['context']): Promise<boolean> {
  const watch = openParkWatch()
  const rings: Ring[] = []
  do rings.push(...(await reviewParked(context, watch)))
  while (watch.envelopes !== '' || watch.deliveries !== '')
  for (const ring of rings) context.bell.ring(ring)
  return rings.length > 0
}

/** Ends when all is at rest and a round of pulls of every stream brought nothing new. */
async function restProblems({ context }: Hub): Promise<string[]> {
  const end = performance.now() + restLimitMs
  for (let before = -1; ; ) {
    for (let { atRest, open } = await restState(context); !atRest; { atRest, open } = await restState(context)) {
      if (performance.now() > end) return [`not at rest: ${JSON.stringify(open)}`]
      await sleep(200)
    }
    const news = await newsCount(context)
    if (news === before) return []
    before = news
    const late = await pullAll(context, end)
    if (late.length > 0) return [`these streams could not be read once more: ${late.join(', ')}`]
  }
}

/** Reads every stream once. Answers those that had not ended well in time. */
async function pullAll({ database, tenant, bell }: Hub['context'], end: number): Promise<string[]> {
  const asked = await database.now()
  const streams = await listPulls(database, tenant)
  await database.write(async (tx) => {
    for (const job of streams) await wantRun(tx, tenant, job, asked)
  })
  for (const { connection, stream } of streams) bell.ring({ kind: 'pull', connection, stream })
  for (;;) {
    const open = (await listPulls(database, tenant)).filter(
      ({ last_started_at: started, last_ended_at: ended, last_error }) =>
        (started ?? 0) < asked || (ended ?? 0) < (started ?? 0) || last_error !== null,
    )
    if (open.length === 0 || performance.now() > end) return open.map(({ connection, stream }) => `${connection}/${stream}`)
    await sleep(50)
  }
}

/** Versions, duties and tries so far: what grows when something happens. */
async function newsCount({ database, tenant }: Hub['context']): Promise<number> {
  const counts = await Promise.all(
    (['document_version', 'delivery', 'attempt'] as const).map((table) =>
      database.read
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('tenant', '=', tenant)
        .executeTakeFirstOrThrow(),
    ),
  )
  return counts.reduce((sum, { count }) => sum + Number(count), 0)
}
