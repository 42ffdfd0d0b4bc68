import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Command } from 'commander'
import { loadCatalog } from '../catalog.ts'
import { workspaceFile } from '../workspace.ts'
import { configOf } from './client.ts'
import type { ConnectorFlags } from './connector-found.ts'
import { starterConnector } from './connector-starter.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import type { StarterFile } from './init-files.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface NewFlags extends ConnectorFlags {
  readonly declarative?: boolean
}

/** `crossdock connector new`: the files of a connector in a workspace. Nothing that is there is written over. */
export function registerConnectorNew(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('new')
    .description(say('connector.new'))
    .argument('<name>', say('connector.newName'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--declarative', say('connector.declarative'))
    .option('--json', say('flag.json'))
    .action(async (name: string, flags: NewFlags) => {
      const workspace = workspaceOf(shell, flags)
      await refuseTaken(shell, workspace, name)
      const written = await writeAll(shell, workspace, starterConnector(workspace, name, flags.declarative === true))
      if (flags.json) return printJson(shell, { name, written, questions: [] })
      for (const file of written) shell.out(`${say('init.written', { file })}\n`)
      shell.out(`\n${say('connector.newNext', { name, file: written[0] ?? '' })}\n`)
    })
}

/** Where the person stands, or what was named; never the workspace of the package that other commands fall back to. @throws CommandError usage */
function workspaceOf(shell: Shell, flags: ConnectorFlags): string {
  const { workspace } = configOf(shell, flags)
  const isNamed = flags.workspace !== undefined || shell.env.CROSSDOCK_WORKSPACE !== undefined
  if (!existsSync(join(workspace, workspaceFile)) || (!isNamed && workspace !== shell.folder))
    throw usage(shell.say('connector.noWorkspace', { folder: isNamed ? workspace : shell.folder }))
  return workspace
}

const longestName = 63

/** @throws CommandError usage for a name that cannot be one, `exists` for one that is taken */
async function refuseTaken({ say }: Shell, workspace: string, name: string): Promise<void> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > longestName) throw usage(say('connector.badName', { name }))
  const catalog = await loadCatalog(workspace)
  const taken = catalog.connectors.has(name) || catalog.unloaded?.has(name) === true
  if (taken || existsSync(join(workspace, 'connectors', name)))
    throw new CommandError(exitCode.refused, 'exists', say('connector.taken', { name }))
}

/** Writes files that are not there yet. @returns their names, seen from where the person stands. @throws CommandError `exists` before anything is written */
async function writeAll(shell: Shell, workspace: string, files: readonly StarterFile[]): Promise<readonly string[]> {
  const shown = (path: string): string => relative(shell.folder, join(workspace, path))
  const there = files.find(({ path }) => existsSync(join(workspace, path)))
  if (there !== undefined) throw new CommandError(exitCode.refused, 'exists', shell.say('connector.fileThere', { file: shown(there.path) }))
  for (const { path, text } of files) {
    const file = join(workspace, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text, { flag: 'wx' })
  }
  return files.map(({ path }) => shown(path))
}
