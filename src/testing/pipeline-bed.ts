import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { openAccess } from '../connector/open.ts'
import type { Connector } from '../connector/types.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { CompiledMapping } from '../mapping/types.ts'
import { systemClock } from '../model/clock.ts'
import { idMaker } from '../model/id.ts'
import type { Log } from '../model/log.ts'
import { muteMeter } from '../model/meter.ts'
import { compileSchemas, readSchemas } from '../model/schema.ts'
import { newKeyText, readKeyring } from '../model/sealing.ts'
import { every } from '../model/timing.ts'
import { packageRoot } from '../package-root.ts'
import { backfill } from '../pipeline/backfill.ts'
import type { Bell, Ring } from '../pipeline/bell.ts'
import { openCompiled } from '../pipeline/compiled.ts'
import type { Catalogue, ConnectionSetup, Context, Route, Settings } from '../pipeline/context.ts'
import { deliver } from '../pipeline/deliver.ts'
import { openHandover } from '../pipeline/handover.ts'
import { ingest } from '../pipeline/ingest.ts'
import { intake } from '../pipeline/intake.ts'
import { runJob } from '../pipeline/jobs.ts'
import { notify } from '../pipeline/notify.ts'
import { pull } from '../pipeline/pull.ts'
import { refetch } from '../pipeline/refetch.ts'
import { syncSchedules } from '../pipeline/schedule.ts'
import { sweep } from '../pipeline/sweep.ts'
import { tellEvents } from '../pipeline/tell-events.ts'
import { syncConnections } from '../store/connection.ts'
import type { Database } from '../store/database.ts'
import { openTestStore } from './test-store.ts'
import { tinyErp, tinyMappings, tinyShop } from './tiny-connectors.ts'
import { startTinyPartner, type TinyPartner } from './tiny-partner.ts'

export const bedTenant = 'default'
export const hookSecret = 'secret-of-the-hook'
export const bedStart = Date.parse('2026-11-23T09:00:00Z')

/** A pipeline on a real database and a real partner, with a clock that stands until it is moved. */
export interface Bed {
  readonly context: Context
  readonly partner: TinyPartner
  /** the database's clock and the hub's */
  readonly clock: { now: number }
  /** everything that was logged above debug */
  /** records that were read again and said nothing new */
  repeated(): number
  readonly said: { readonly level: string; readonly message: string; readonly fields: object }[]
  readonly database: Database
  /** a context of another process on the same store: nothing in memory is shared; `database` may be wrapped */
  another(database?: Database): Context
  change(
    change: Partial<Pick<Catalogue, 'routes' | 'channels' | 'overlaid' | 'codes'>> & {
      readonly setups?: readonly Partial<ConnectionSetup>[]
    },
  ): void
  /** webhook of the shop, signed */
  signed(body: string, topic: string, event?: string): Readonly<Record<string, string>>
  /** due steps in turn until nothing is due at the clock's time; pulls only those named */
  drain(context?: Context, pulls?: readonly string[]): Promise<void>
  close(): Promise<void>
}

export const toErp: Route = {
  id: 'order-to-erp',
  document: 'sales-order',
  when: () => true,
  to: 'erp',
  action: 'sale',
  mode: 'live',
  from: 0,
  coalesceMs: 0,
  onDead: 'block',
  holds: [],
}
export const toShop: Route = {
  id: 'stock-to-shop',
  document: 'stock-level',
  when: () => true,
  to: 'shop',
  action: 'set-stock',
  mode: 'live',
  from: 0,
  coalesceMs: 0,
  onDead: 'skip',
  holds: [],
}

export interface BedOptions {
  readonly erp?: Connector
  readonly shop?: Connector
  readonly routes?: readonly Route[]
  readonly settings?: Partial<Settings>
  readonly memory?: boolean
  /** texts of mappings beside, or in place of, the tiny ones */
  readonly mappings?: Readonly<Record<string, string>>
  /** code lists of the workspace's file */
  readonly codes?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export async function openBed(options: BedOptions = {}): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-pipeline-'))
  const clock = { now: bedStart }
  const partner = await startTinyPartner(() => clock.now)
  const database = await openTestStore({ now: () => clock.now, ...(options.memory === false ? { file: join(folder, 'hub.db') } : {}) })
  const said: { level: string; message: string; fields: object }[] = []
  const tell = (level: string) => (fields: object, message: string) => void said.push({ level, message, fields })
  const log: Log = { debug: () => {}, info: tell('info'), warn: tell('warn'), error: tell('error') }
  const settings: Settings = {
    leaseMs: 30_000,
    sweepMs: 1000,
    ingestBatch: 16,
    deliverConcurrency: 4,
    maxCrashes: 3,
    parkAlarmMs: 3_600_000,
    findingAlarmMs: 1_209_600_000,
    pullPages: 1000,
    pullMs: 600_000,
    pullAhead: 1000,
    backfillAhead: 500,
    watchMs: 60_000,
    subscriptionMs: 3_600_000,
    contractAlarmDays: 30,
    firstKeyDays: 14,
    ...options.settings,
  }
  const setup = (name: string, connector: Connector, streams: readonly string[]): ConnectionSetup => ({
    name,
    connector,
    config: { url: partner.url, secret: hookSecret, timeZone: 'UTC' },
    openConfig: { url: partner.url, timeZone: 'UTC' },
    books: 'HARBOUR',
    streams: new Map(streams.map((stream) => [stream, { timing: every(60_000) }])),
    retry: { waitsMs: [1000, 2000, 4000], retryAfterMinMs: 100, retryAfterMaxMs: 60_000 },
    concurrency: 4,
    timeoutMs: 2000,
    allowPrivate: ['127.0.0.0/8'],
    paused: false,
  })
  const shop = setup('shop', options.shop ?? tinyShop, ['orders', 'items'])
  const erp = setup('erp', options.erp ?? tinyErp(), ['articles', 'stock', 'sales'])
  const ring = readKeyring(newKeyText(), 'the test')
  let catalogue: Catalogue = await openCatalogue([shop, erp], options)
  const opened: Context[] = []
  let repeated = 0
  const another = (on: Database = database): Context => {
    const accesses = new Map<ConnectionSetup, ReturnType<typeof openAccess>>()
    const context: Context = {
      tenant: bedTenant,
      database: on,
      clock: {
        now: () => clock.now,
        sleep: (ms, signal) => new Promise((resolve) => (signal?.aborted ? resolve() : setTimeout(resolve, Math.min(ms, 5)))),
      },
      log,
      bell: { ring: () => {}, listen: () => {}, close: async () => {} } satisfies Bell,
      handover: openHandover(),
      compiled: openCompiled(),
      meter: {
        ...muteMeter,
        repeated(_connection, _stream, records) {
          repeated += records
        },
      },
      newId: idMaker(() => clock.now),
      keyring: () => ring,
      random: () => 1,
      settings,
      catalogue: () => catalogue,
      access: (connection) => {
        const access = accesses.get(connection) ?? openAccess(connection, { clock: { now: () => clock.now, sleep: systemClock.sleep } })
        accesses.set(connection, access)
        return access
      },
    }
    opened.push(context)
    return context
  }
  const context = another()
  await database.write((tx) =>
    syncConnections(
      tx,
      bedTenant,
      [
        { name: 'shop', connector: 'tiny-shop' },
        { name: 'erp', connector: 'tiny-erp' },
      ],
      clock.now,
    ),
  )
  await syncSchedules(context)
  return {
    context,
    partner,
    clock,
    said,
    repeated: () => repeated,
    database,
    another,
    change({ setups, ...change }) {
      const connections = new Map(catalogue.connections)
      for (const one of setups ?? []) {
        const old = connections.get(one.name ?? '')
        if (old !== undefined) connections.set(old.name, { ...old, ...one })
      }
      catalogue = { ...catalogue, ...change, connections }
    },
    signed: (body, topic, event) => ({
      'x-signature': createHmac('sha256', hookSecret).update(body).digest('hex'),
      'x-topic': topic,
      ...(event === undefined ? {} : { 'x-event': event }),
    }),
    drain: (on = context, pulls = []) => drain(on, new Set(pulls)),
    async close() {
      await Promise.all(opened.flatMap((one) => [...catalogue.connections.values()].map((connection) => one.access(connection).close())))
      await database.close()
      await partner.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const documents = ['values.json', 'sales-order.json', 'product.json', 'stock-level.json']

async function openCatalogue(connections: readonly ConnectionSetup[], options: BedOptions): Promise<Catalogue> {
  const texts = await readSchemas(join(packageRoot, 'schemas'))
  const schemas = compileSchemas(texts.filter(({ file }) => documents.includes(basename(file))))
  const mappings = new Map<string, CompiledMapping>()
  for (const [name, text] of Object.entries({ ...tinyMappings, ...options.mappings })) {
    const { mapping, faults } = compileMapping(text, { file: name })
    if (mapping === undefined) throw new Error(`${name}: ${faults.map(({ path, message }) => `${path} ${message}`).join('; ')}`)
    mappings.set(name, mapping)
  }
  return {
    revision: 'a'.repeat(64),
    connections: new Map(connections.map((one) => [one.name, one])),
    routes: options.routes ?? [toErp],
    mappings,
    compile: (_, text, file) => compileMapping(text, { file, schemas: schemas.schemas }),
    schemas: schemas.schemas,
    validate: (document, body) => schemas.validators.get(`${document}@1`)?.(body),
    codes: new Map(Object.entries(options.codes ?? {}).map(([kind, codes]) => [kind, new Map(Object.entries(codes))])),
    channels: new Map(),
  }
}

const maxRounds = 200
/** A connection that may not be used keeps its lanes due: rounds in which nothing moves end the drain. */
const idleRounds = 3

async function drain(context: Context, pulls: ReadonlySet<string>): Promise<void> {
  let idle = 0
  for (let round = 0; round < maxRounds; round++) {
    const rings = (await sweep(context)).filter((ring) => ring.kind !== 'pull' || pulls.has(ring.stream))
    let moved = false
    for (const ring of rings) if (isWork(await step(context, ring))) moved = true
    idle = moved ? 0 : idle + 1
    if (rings.length === 0 || idle >= idleRounds) return
  }
  throw new Error(`still at work after ${maxRounds} rounds`)
}

/** Nothing was there to do, or it may not be done yet. */
const isWork = (done: unknown): boolean =>
  done !== 0 && !(typeof done === 'object' && done !== null && 'state' in done && done.state === 'not-due')

/** What a worker does for one ring. */
export function step(context: Context, ring: Ring): Promise<unknown> {
  switch (ring.kind) {
    case 'split':
      return intake(context)
    case 'ingest':
      return ingest(context, ring.lane)
    case 'deliver':
      return deliver(context, ring.connection)
    case 'refetch':
      return refetch(context, ring.connection)
    case 'pull':
      return pull(context, ring.connection, ring.stream)
    case 'backfill':
      return backfill(context, ring.id)
    case 'job':
      return runJob(context, ring.job, ring.connection, ring.stream)
    case 'notify':
      return notify(context)
    case 'events':
      return tellEvents(context, ring.subscription)
  }
}
