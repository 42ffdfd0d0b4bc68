import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { type Draft, DraftError } from '../catalog/draft/draft.ts'
import { draftFromEdmx } from '../catalog/draft/edmx.ts'
import { draftFromOpenApi } from '../catalog/draft/openapi.ts'
import { maxSpecBytes } from '../catalog/draft/openapi-read.ts'
import { loadCatalog } from '../catalog.ts'
import { workspaceFile } from '../workspace.ts'
import { configOf } from './client.ts'
import type { ConnectorFlags } from './connector-found.ts'
import { draftFiles, starterConnector } from './connector-starter.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import type { StarterFile } from './init-files.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface NewFlags extends ConnectorFlags {
  readonly declarative?: boolean
  readonly fromOpenapi?: string
  readonly fromEdmx?: string
  readonly only?: string
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
    .option('--from-openapi <file>', say('connector.fromOpenapi'))
    .option('--from-edmx <file>', say('connector.fromEdmx'))
    .option('--only <names>', say('connector.only'))
    .option('--json', say('flag.json'))
    .action(async (name: string, flags: NewFlags) => {
      const workspace = workspaceOf(shell, flags)
      await refuseTaken(shell, workspace, name)
      const draft = await draftOf(shell, name, flags)
      const files = draft === undefined ? starterConnector(workspace, name, flags.declarative === true) : draftFiles(workspace, name, draft)
      const written = await writeAll(shell, workspace, files)
      if (flags.json) return printJson(shell, { name, written, taken: draft?.taken ?? [], questions: draft?.questions ?? [] })
      for (const file of written) shell.out(`${say('init.written', { file })}\n`)
      if (draft === undefined) return shell.out(`\n${say('connector.newNext', { name, file: written[0] ?? '' })}\n`)
      shell.out(`\n${say('connector.taken.streams')}\n${draft.taken.map((line) => `  ${line}\n`).join('')}`)
      shell.out(`\n${say('connector.questions', { file: written[0] ?? '' })}\n${draft.questions.map((line) => `  ${line}\n`).join('')}`)
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

/** @throws CommandError usage for a file that is no description; `--declarative` is what a draft always is */
async function draftOf(shell: Shell, name: string, { fromOpenapi, fromEdmx, only }: NewFlags): Promise<Draft | undefined> {
  if (fromOpenapi !== undefined && fromEdmx !== undefined) throw usage(shell.say('connector.oneSource'))
  const file = fromOpenapi ?? fromEdmx
  if (file === undefined) return undefined
  const found = await stat(resolve(shell.folder, file)).catch(() => undefined)
  if (found?.isFile() !== true) throw new CommandError(exitCode.notFound, 'no-file', shell.say('file.unreadable', { file }))
  if (found.size > maxSpecBytes) throw usage(shell.say('connector.specLarge', { file, megabytes: maxSpecBytes / 1_000_000 }))
  const text = (await readFile(resolve(shell.folder, file), 'utf8')).replace(/^\uFEFF/, '')
  const options = { name, ...(only === undefined ? {} : { only: only.split(',').map((one) => one.trim()) }) }
  try {
    return fromOpenapi === undefined ? draftFromEdmx(text, options) : draftFromOpenApi(text, options)
  } catch (error) {
    if (error instanceof DraftError) throw usage(`${file}: ${error.message}`)
    throw error
  }
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
