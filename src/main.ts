import { openForms } from './catalog/forms.ts'
import type { HubConfig } from './config.ts'
import { createApp } from './http/app.ts'
import { type Listening, listen } from './http/listen.ts'
import { openMeter } from './http/meter.ts'
import { termsText } from './ledger/settlement-terms.ts'
import { openAccesses } from './main/accesses.ts'
import { announceAdminKey } from './main/admin-key.ts'
import { followRevision } from './main/follow.ts'
import { type Foundation, openFoundation, serviceSecrets } from './main/foundation.ts'
import { healthOnly } from './main/health-only.ts'
import { type CheckedWorkspace, isChecked, openReloader, orEmpty, type WorkspaceReloaded } from './main/reload.ts'
import { sealedTokens } from './main/tokens.ts'
import { openTracing, type Tracing } from './main/tracing.ts'
import { followSecrets, openVault, prepareVault, sealedLookup } from './main/vault.ts'
import { watchWorkspace } from './main/watch.ts'
import { systemClock } from './model/clock.ts'
import { idMaker } from './model/id.ts'
import { openLog } from './model/log.ts'
import { openHearing } from './pipeline/announced.ts'
import { openCompiled } from './pipeline/compiled.ts'
import type { Context } from './pipeline/context.ts'
import { openHandover } from './pipeline/handover.ts'
import { openReceiver } from './pipeline/receive.ts'
import { syncSchedules } from './pipeline/schedule.ts'
import { startWorkers, type Workers } from './queue/workers.ts'
import { syncConnections } from './store/connection.ts'
import type { Database } from './store/database.ts'
import { saveDeliveryHold } from './store/delivery-hold.ts'
import { saveRevision } from './store/revision.ts'
import { type ServerClock, serverClock } from './store/server-clock.ts'
import { loadWorkspace, type Workspace } from './workspace.ts'
import { WorkspaceFaultsError } from './workspace-faults.ts'

/** A hub on its store, without workers and without a socket: what commands use when no hub runs. */
export interface OpenHub {
  readonly context: Context
  readonly app: ReturnType<typeof createApp>
  readonly localKey: string
  /** checks the workspace again; a valid one becomes current, with faults the old one runs on; one at a time (openReloader) */
  reload(): Promise<WorkspaceReloaded>
  close(): Promise<void>
}

export interface Hub extends OpenHub {
  /** `http://127.0.0.1:4600`; empty when nothing is listened on */
  readonly address: string
  /** stops taking work, ends what runs, releases the data folder */
  stop(graceMs?: number): Promise<void>
}

export interface HubSurroundings {
  readonly env?: NodeJS.ProcessEnv
  /** opens also when the workspace does not hold, and runs none of it then: for commands that mend what it waits for */
  readonly bare?: boolean
}

/**
 * Opens what the hub stands on, makes the workspace's revision current and puts the context together.
 * @throws WorkspaceFaultsError when the workspace does not hold; what openFoundation throws
 */
export async function openHub(
  config: HubConfig,
  surroundings: HubSurroundings = {},
): Promise<OpenHub & { readonly foundation: Foundation }> {
  const env = surroundings.env ?? process.env
  const bare = surroundings.bare === true
  const seen = await loadWorkspace(config.workspace, { env })
  if (!bare) demandChecked(config, seen)
  const vaultSettings = { env, data: config.data, shared: config.database !== undefined }
  const vault = openVault(vaultSettings)
  const services = [...serviceSecrets(config), ...vault.texts()]
  let secrets: readonly string[] = [...seen.secrets, ...services]
  let credentials = seen.credentials
  const log = openLog(config.logLevel, () => secrets)
  const { tenant, settings } = orEmpty(seen)
  const foundation = await openFoundation(config, log, { tenant, leaseMs: settings.leaseMs })
  const { database, bell } = foundation
  let tracing: Tracing | undefined
  let time: ServerClock | undefined
  try {
    await prepareVault(database, vault, { ...vaultSettings, log, bare })
    const load = (of: { readonly tenant?: string }) =>
      loadWorkspace(config.workspace, { env, ...of, sealed: (tenant) => sealedLookup(database, vault, tenant) })
    // what is sealed is known only now
    const whole = seen.sealed.size > 0 ? await load({}) : seen
    let workspace = bare ? orEmpty(whole) : demandChecked(config, whole)
    const meter = openMeter()
    tracing = await openTracing(env, config.role ?? 'serve', log)
    const { tenant } = workspace
    // ids sort by time, so hosts that share a database take its time for them
    const common = await serverClock(() => database.now())
    time = common
    const hearing = openHearing({ database, tenant, log, clock: systemClock })
    const accesses = openAccesses(log, foundation.limiter, sealedTokens(database, tenant, vault.keyring), hearing.heard)
    const context: Context = {
      tenant,
      database,
      clock: systemClock,
      log,
      meter,
      ...(tracing === undefined ? {} : { tracer: tracing.tracer }),
      bell,
      handover: openHandover(),
      compiled: openCompiled(),
      newId: idMaker(common.read),
      keyring: vault.keyring,
      random: Math.random,
      get settings() {
        return workspace.settings
      },
      catalogue: () => workspace.catalogue,
      access: accesses.of,
    }
    const take = async (next: CheckedWorkspace, isNew: boolean): Promise<void> => {
      if (isNew) await store(database, next)
      secrets = withFormer([...services, ...next.secrets], secrets)
      credentials = withFormer(next.credentials, credentials)
      workspace = next
      accesses.keep(next.catalogue.connections.values())
      if (isNew) await syncSchedules(context)
    }
    if (isChecked(whole)) await take(workspace, true)
    const { reload, close: endReload } = openReloader({
      folder: config.workspace,
      log,
      load: () => load({ tenant }),
      current: () => workspace,
      take,
    })
    const receiver = openReceiver(context)
    const { localKey } = foundation
    let closing = false
    const app = createApp(context, {
      receiver,
      meter,
      localKey,
      secrets: () => secrets,
      credentials: () => credentials,
      forms: openForms(config.workspace),
      vault: { ...vault, usedBy: (name) => workspace.sealed.get(name) ?? [] },
      closing: () => closing,
      reload,
      get schemas() {
        return workspace.schemas
      },
    })
    return {
      context,
      app,
      foundation,
      localKey,
      reload,
      async close() {
        closing = true
        try {
          await endReload()
          await receiver.close()
          await context.bell.close()
          await accesses.close()
          await hearing.settled()
          await tracing?.close()
          common.close()
          await foundation.close()
          await database.close()
        } finally {
          foundation.release()
        }
      },
    }
  } catch (error) {
    try {
      await bell.close()
      await tracing?.close()
      time?.close()
      await foundation.close()
      await database.close()
    } finally {
      foundation.release()
    }
    throw error
  }
}

/** Earlier values of secrets that the log and answers still hide: what ran with them may yet speak of them. */
const formerSecrets = 64
const withFormer = (next: readonly string[], former: readonly string[]): readonly string[] => [
  ...next,
  ...former.filter((secret) => !next.includes(secret)).slice(0, formerSecrets),
]

/** Makes a workspace's revision and its connections the current ones of the store. */
async function store(database: Database, { tenant, catalogue, files, texts }: CheckedWorkspace): Promise<void> {
  const now = systemClock.now()
  await database.write(async (tx) => {
    await saveRevision(tx, tenant, { hash: catalogue.revision, files }, texts, now)
    await syncConnections(
      tx,
      tenant,
      [...catalogue.connections.values()].map(({ name, connector, books, organisation, settlement }) => ({
        name,
        connector: connector.name,
        books,
        organisation,
        ...(settlement === undefined ? {} : { settlement: termsText(settlement) }),
      })),
      now,
    )
  })
}

/**
 * Starts what the role asks for: the API, the workers, or both. What was begun is ended again when one of them fails.
 * @throws ListenError when the address cannot be had, and what openHub throws
 */
export async function startHub(config: HubConfig, surroundings: HubSurroundings = {}): Promise<Hub> {
  const { role = 'serve', host, port } = config
  const open = await openHub(config, surroundings)
  const { context, foundation } = open
  let server: Listening | undefined
  let workers: Workers | undefined
  const watchers: { close(): void }[] = []
  const stop = async (graceMs = 20_000): Promise<void> => {
    for (const watcher of watchers) watcher.close()
    try {
      await server?.close(graceMs)
      await workers?.stop(graceMs)
    } finally {
      await open.close()
    }
  }
  try {
    if (config.hold === true) await holdDeliveries(context)
    if (role !== 'worker') await announceAdminKey(context, { env: surroundings.env ?? process.env, data: config.data })
    if (port !== undefined) server = await listen(role === 'worker' ? healthOnly(open.app) : open.app, { host, port })
    if (role !== 'api') workers = startWorkers(context)
    if (server !== undefined) foundation.announce(server.address)
    if (config.watch) watchers.push(watchWorkspace(config.workspace, context.log, open.reload))
    if (config.database !== undefined) watchers.push(followRevision(context, open.reload), followSecrets(context, open.reload))
    return { ...open, address: server?.address ?? '', stop }
  } catch (error) {
    await stop(0)
    throw error
  }
}

/** The database may be older than the world: nothing is sent before a person says so. */
async function holdDeliveries({ database, tenant, log, clock }: Context): Promise<void> {
  const hold = { at: clock.now(), who: 'start', reason: 'started with --hold-deliveries', restored: true }
  await database.write((tx) => saveDeliveryHold(tx, tenant, hold, hold.at))
  log.warn({}, 'all deliveries are held: `crossdock hold release` lets them go')
}

function demandChecked(config: HubConfig, workspace: Workspace): CheckedWorkspace {
  if (!isChecked(workspace)) {
    // what is sealed is looked up when all else holds
    const faults = workspace.faults.filter(({ code }) => code !== 'sealed-unseen')
    throw new WorkspaceFaultsError(config.workspace, faults)
  }
  return workspace
}
