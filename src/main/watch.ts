import { watch } from 'node:fs'
import type { Log } from '../model/log.ts'

/** An editor writes a file in several steps: what follows an edit waits until it is quiet for so long. */
const quietMs = 100

export interface Watching {
  /** tells of the last edit once it is quiet, and of the end when the folder can be watched no longer */
  readonly changed: (file: string) => void
  readonly failed: (error: unknown) => void
  /** which files count; names are relative to the folder, and null where the system does not say */
  readonly wanted: (name: string | null) => boolean
  /** false: not the folders below it */
  readonly deep?: boolean
}

/** Watches a folder. @throws Error of the system when the folder cannot be watched */
export function watchFolder(folder: string, { changed, failed, wanted, deep = true }: Watching): { close(): void } {
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(folder, { recursive: deep }, (_, name) => {
    if (!wanted(name)) return
    clearTimeout(timer)
    timer = setTimeout(() => changed(name ?? folder), quietMs)
  })
  watcher.on('error', failed)
  return {
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}

/**
 * Reloads after an edit of the workspace. Its files only: a data folder inside it never stops changing.
 * @throws Error of the system when the folder cannot be watched
 */
export const watchWorkspace = (folder: string, log: Log, reload: () => Promise<unknown>): { close(): void } =>
  watchFolder(folder, {
    wanted: (name) => name === null || /^(crossdock\.json$|connectors\b|mappings\b|overlays\b|schemas\b)/.test(name),
    changed: () => void reload().catch((error: unknown) => log.error({ folder, error }, 'the workspace could not be reloaded')),
    failed: (error) => log.error({ folder, error }, 'the workspace is watched no longer: use `crossdock reload`'),
  })
