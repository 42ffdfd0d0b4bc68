import { isDeepStrictEqual } from 'node:util'
import type { Reloaded } from '../http/options.ts'
import { compileMapping } from '../mapping/compile.ts'
import { retry } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import type { Catalogue, ConnectionSetup } from '../pipeline/context.ts'
import type { Workspace } from '../workspace.ts'
import { formatFaults } from '../workspace-faults.ts'

/** A workspace without an error: it can run. */
export type CheckedWorkspace = Workspace & { readonly catalogue: Catalogue }
export const isChecked = (workspace: Workspace): workspace is CheckedWorkspace => workspace.catalogue !== undefined

/** A workspace that does not hold, as one in which nothing runs. */
export const orEmpty = (workspace: Workspace): CheckedWorkspace =>
  isChecked(workspace)
    ? workspace
    : {
        ...workspace,
        catalogue: {
          revision: '',
          connections: new Map(),
          routes: [],
          mappings: new Map(),
          compile: (_, text, file) => compileMapping(text, { file }),
          validate: () => undefined,
          schemas: new Map(),
          codes: new Map(),
          channels: new Map(),
        },
      }

/** What a reload came to. `changed`: another revision is current; values behind references may be others without that. */
export interface WorkspaceReloaded extends Reloaded {
  /** connections whose secrets or other values behind references are others now; never the values themselves */
  readonly secrets: readonly string[]
}

export interface ReloadDeps {
  /** names the workspace in the log */
  readonly folder: string
  readonly log: Log
  load(): Promise<Workspace>
  current(): CheckedWorkspace
  /** makes a workspace current; `isNew`: the store does not have its revision as the current one */
  take(next: CheckedWorkspace, isNew: boolean): Promise<void>
}

export interface Reloader {
  /**
   * Checks the workspace again and takes it over when it holds; with faults the one before runs on, and the log has them.
   * @throws HubError `closing` (retry) once it is closed; whatever reading the folder or the store throws: the one before runs on
   */
  reload(): Promise<WorkspaceReloaded>
  /** takes no more, ends the one that runs */
  close(): Promise<void>
}

/**
 * The one way a running hub comes to another workspace, whoever asks: the API, SIGHUP, an edit of a watched folder. One reload at a time; those who ask while one runs share
 * the next, which reads the folder after they asked.
 */
export function openReloader(deps: ReloadDeps): Reloader {
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<WorkspaceReloaded> | undefined
  let closing = false
  let owed = false
  const once = async (): Promise<WorkspaceReloaded> => {
    next = undefined
    const { folder, log } = deps
    const before = deps.current()
    const { revision } = before.catalogue
    const loaded = await deps.load()
    if (!isChecked(loaded)) {
      log.warn({ folder }, `the workspace was not reloaded:\n${formatFaults(loaded.faults)}`)
      return { revision, changed: false, secrets: [], faults: loaded.faults }
    }
    const after = withKept(before, loaded)
    const changed = after.catalogue.revision !== revision
    const secrets = renewed(before, after)
    if (changed || owed || isOther(before, after)) {
      const isNew = changed || owed
      owed = isNew
      await deps.take(after, isNew)
      owed = false
    }
    if (changed) log.info({ folder, revision: after.catalogue.revision }, 'the workspace was reloaded')
    if (secrets.length > 0)
      log.info({ folder, connections: secrets }, 'values behind references of these connections changed: new calls use the new ones')
    return { revision: after.catalogue.revision, changed, secrets, faults: loaded.faults }
  }
  return {
    async reload() {
      if (closing) throw retry('closing', 'the hub is stopping and reloads nothing; the next start reads the workspace', { sent: false })
      if (next === undefined) {
        next = running.then(once)
        running = next.catch(() => {})
      }
      return next
    },
    async close() {
      closing = true
      await running
    },
  }
}

/** Definitions that say the same stay the same objects, so that what is open for them stays open. */
function withKept(before: CheckedWorkspace, after: CheckedWorkspace): CheckedWorkspace {
  const connections = new Map<string, ConnectionSetup>()
  for (const [name, setup] of after.catalogue.connections) {
    const known = before.catalogue.connections.get(name)
    connections.set(name, known !== undefined && isDeepStrictEqual(known, setup) ? known : setup)
  }
  return { ...after, catalogue: { ...after.catalogue, connections } }
}

/** Of one revision, two states differ in what lies outside its texts: values behind references, and what a connector's functions close over. */
const isOther = (before: CheckedWorkspace, after: CheckedWorkspace): boolean =>
  [...after.catalogue.connections].some(([name, setup]) => before.catalogue.connections.get(name) !== setup)

const renewed = (before: CheckedWorkspace, after: CheckedWorkspace): string[] =>
  [...after.catalogue.connections.keys()].filter((name) => {
    const known = before.secretsOf.get(name)
    return known !== undefined && !isDeepStrictEqual(known, after.secretsOf.get(name))
  })
