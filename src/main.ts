import { watch } from 'node:fs'
import type { HubConfig } from './config.ts'
import { openAccess } from './connector/open.ts'
import { type DataFolder, localKey, openDataFolder } from './data-folder.ts'
import { createApp } from './http/app.ts'
import { listen } from './http/listen.ts'
import type { Reloaded } from './http/options.ts'
import { systemClock } from './model/clock.ts'
import { idMaker } from './model/id.ts'
import { openLog } from './model/log.ts'
import { openCompiled } from './pipeline/compiled.ts'
import type { Access, Catalogue, ConnectionSetup, Context } from './pipeline/context.ts'
import { openHandover } from './pipeline/handover.ts'
import { openReceiver } from './pipeline/receive.ts'
import { syncSchedules } from './pipeline/schedule.ts'
import { openLocalBell } from './queue/local.ts'
import { startWorkers } from './queue/workers.ts'
import { syncConnections } from './store/connection.ts'
import { migrate } from './store/migrate.ts'
import { saveRevision } from './store/revision.ts'
import { openSqlite } from './store/sqlite.ts'
import { loadWorkspace, type Workspace } from './workspace.ts'
import { formatFaults, WorkspaceFaultsError } from './workspace-faults.ts'

/** A hub on its store, without workers and without a socket: what commands use when no hub runs. */
export interface OpenHub {
  readonly context: Context
  readonly app: ReturnType<typeof createApp>
  readonly localKey: string
  /** checks the workspace again; a valid one becomes current, with faults the old one runs on */
  reload(): Promise<Reloaded>
  close(): Promise<void>
}

export interface Hub extends OpenHub {
  /** `http://127.0.0.1:4600` */
  readonly address: string
  /** stops taking work, ends what runs, releases the data folder */
  stop(graceMs?: number): Promise<void>
}

export interface HubSurroundings {
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Opens the data folder, migrates the store, makes the workspace's revision current and puts the context together.
 * @throws WorkspaceFaultsError when the workspace does not hold; FolderLockedError when another process owns the data
 */
export async function openHub(config: HubConfig, surroundings: HubSurroundings = {}): Promise<OpenHub & { readonly folder: DataFolder }> {
  const env = surroundings.env ?? process.env
  let workspace = await checked(config, env)
  const folder = openDataFolder(config.data)
  try {
    const database = await openSqlite(folder.databaseFile)
    await migrate(database, { backup: true })
    const log = openLog(config.logLevel, () => workspace.secrets)
    const accesses = openAccesses(log)
    let catalogue = workspace.catalogue
    const context: Context = {
      tenant: workspace.tenant,
      database,
      clock: systemClock,
      log,
      bell: openLocalBell(),
      handover: openHandover(),
      compiled: openCompiled(),
      newId: idMaker(systemClock.now),
      random: Math.random,
      settings: workspace.settings,
      catalogue: () => catalogue,
      access: accesses.of,
    }
    const makeCurrent = async (next: CheckedWorkspace) => {
      const now = systemClock.now()
      await database.write(async (tx) => {
        await saveRevision(tx, next.tenant, { hash: next.catalogue.revision, files: next.files }, next.texts, now)
        await syncConnections(
          tx,
          next.tenant,
          [...next.catalogue.connections.values()].map(({ name, connector, paused }) => ({ name, connector: connector.name, paused })),
          now,
        )
      })
      workspace = next
      catalogue = next.catalogue
      await syncSchedules(context)
    }
    await makeCurrent(workspace)
    const reload = async (): Promise<Reloaded> => {
      const next = await loadWorkspace(config.workspace, { env })
      if (!holds(next)) return { revision: catalogue.revision, changed: false, faults: next.faults }
      const changed = next.catalogue.revision !== catalogue.revision
      if (changed) await makeCurrent(next)
      return { revision: catalogue.revision, changed, faults: next.faults }
    }
    const receiver = openReceiver(context)
    const key = localKey(config.data)
    let closing = false
    const app = createApp(context, {
      receiver,
      localKey: key,
      secrets: () => workspace.secrets,
      closing: () => closing,
      reload,
      schemas: workspace.schemas,
    })
    return {
      context,
      app,
      folder,
      localKey: key,
      reload,
      async close() {
        closing = true
        await receiver.close()
        await context.bell.close()
        await accesses.close()
        await database.close()
        folder.release()
      },
    }
  } catch (error) {
    folder.release()
    throw error
  }
}

/** Starts everything: the store, the workers and the HTTP address. */
export async function startHub(config: HubConfig, surroundings: HubSurroundings = {}): Promise<Hub> {
  const open = await openHub(config, surroundings)
  const workers = startWorkers(open.context)
  const server = await listen(open.app, { host: config.host, port: config.port })
  open.folder.announce(server.address)
  const watcher = config.watch ? watchWorkspace(config.workspace, open) : undefined
  return {
    ...open,
    address: server.address,
    async stop(graceMs = 20_000) {
      watcher?.close()
      await server.close(graceMs)
      await workers.stop(graceMs)
      await open.close()
    },
  }
}

/** An editor writes a file in several steps: a reload waits until it is quiet for so long. */
const quietMs = 100

/** Reloads after an edit of the workspace, one reload at a time. Its files only: a data folder inside it never stops changing. */
function watchWorkspace(folder: string, { context: { log }, reload }: OpenHub): { close(): void } {
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const run = async () => {
    try {
      const { changed, revision, faults } = await reload()
      if (faults.some(({ severity }) => severity === 'error'))
        log.warn({ folder }, `the workspace was not reloaded:\n${formatFaults(faults)}`)
      else if (changed) log.info({ folder, revision }, 'the workspace was reloaded')
    } catch (error) {
      log.error({ folder, error }, 'the workspace could not be reloaded')
    }
  }
  const watcher = watch(folder, { recursive: true }, (_, name) => {
    if (name !== null && !/^(crossdock\.json$|connectors\b|mappings\b|schemas\b)/.test(name)) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(run)
    }, quietMs)
  })
  watcher.on('error', (error) => log.error({ folder, error }, 'the workspace is watched no longer: use `crossdock reload`'))
  return {
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}

type CheckedWorkspace = Workspace & { readonly catalogue: Catalogue }
const holds = (workspace: Workspace): workspace is CheckedWorkspace => workspace.catalogue !== undefined

async function checked(config: HubConfig, env: NodeJS.ProcessEnv): Promise<CheckedWorkspace> {
  const workspace = await loadWorkspace(config.workspace, { env })
  if (!holds(workspace)) throw new WorkspaceFaultsError(config.workspace, workspace.faults)
  return workspace
}

/** One open access per definition of a connection; an old one is closed when its definition changed. */
function openAccesses(log: Context['log']) {
  const open = new Map<string, { readonly setup: ConnectionSetup; readonly access: Access }>()
  return {
    of(setup: ConnectionSetup): Access {
      const known = open.get(setup.name)
      if (known?.setup === setup) return known.access
      const access = openAccess(setup, { clock: systemClock, log })
      open.set(setup.name, { setup, access })
      void known?.access.close()
      return access
    },
    async close() {
      await Promise.all([...open.values()].map(({ access }) => access.close()))
    },
  }
}
