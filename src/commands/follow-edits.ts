import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { watchFolder } from '../main/watch.ts'
import { packageRoot } from '../package-root.ts'
import { workspaceFile } from '../workspace.ts'
import { exitCode } from './exit-code.ts'
import { reportError } from './report-error.ts'
import type { Shell } from './shell.ts'

/** What is watched: a folder with all below it (its JSON, with `code` its code too), or one file. */
export type Watched = { readonly folder: string; readonly code?: true } | { readonly file: string }

/** Mappings, overlays, cases and schemas of a workspace and of the program, and what the workspace says. */
export const mappingPlaces = (workspace: string): readonly Watched[] => [
  ...(existsSync(workspace) ? [{ file: join(workspace, workspaceFile) }] : []),
  ...[...new Set([packageRoot, workspace])]
    .flatMap((root) => [join(root, 'mappings'), join(root, 'overlays'), join(root, 'schemas')])
    .filter((folder) => existsSync(folder))
    .map((folder) => ({ folder })),
]

/**
 * Runs now and after every edit, until the person stops. A run that fails says why, and the watch goes on. One run at a time: edits during one lead to one more.
 * @throws Error of the system when a folder cannot be watched
 */
export async function followEdits(shell: Shell, watched: readonly Watched[], json: boolean, run: () => Promise<void>): Promise<void> {
  let running: Promise<void> | undefined
  let again: string | undefined
  const once = async (): Promise<void> => {
    try {
      await run()
    } catch (error) {
      reportError(shell, error, json)
    }
    running = undefined
    if (again !== undefined) start(again)
  }
  const start = (file: string): void => {
    if (running !== undefined) {
      again = file
      return
    }
    again = undefined
    shell.note(`\n${shell.say('map.again', { time: new Date().toISOString().slice(11, 19), file })}\n`)
    running = once()
  }
  const failed = (error: unknown): void => void reportError(shell, error, json)
  const watchers = watched.map((one) => {
    if ('folder' in one)
      return watchFolder(one.folder, {
        wanted: (name) => name === null || name.endsWith('.json') || (one.code === true && /\.[jt]s$/.test(name)),
        changed: (name) => start(join(one.folder, name)),
        failed,
      })
    const name = basename(one.file)
    return watchFolder(dirname(one.file), { wanted: (edited) => edited === name, changed: () => start(one.file), failed, deep: false })
  })
  running = once()
  shell.note(`${shell.say('map.watching')}\n`)
  await shell.untilStopped()
  for (const watcher of watchers) watcher.close()
  again = undefined
  await running
  shell.end(exitCode.ok)
}
