import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { type Catalog, mappingsOf } from '../catalog.ts'
import type { Connector } from '../connector/types.ts'
import { codeRoot, codeSuffix, packageRoot } from '../package-root.ts'
import { connectorClaims, connectorFailures } from '../testing/connector-conformance.ts'
import { type MissingRecording, missingRecordings } from '../testing/connector-missing.ts'
import { configOf } from './client.ts'
import { type ConnectorFlags, type FoundConnector, findConnectors, recordingFile, recordingOf } from './connector-found.ts'
import { exitCode } from './exit-code.ts'
import { followEdits, type Watched } from './follow-edits.ts'
import type { Shell } from './shell.ts'

interface TestFlags extends ConnectorFlags {
  readonly watch?: boolean
}

/** `crossdock connector test`: the conformance kit over the recorded conversation of connectors, and what is missing for it. */
export function registerConnectorTest(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('test')
    .description(say('connector.test'))
    .argument('[name]', say('connector.name'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .option('--watch', say('map.watch'))
    .action(async (name: string | undefined, flags: TestFlags) => {
      if (flags.watch !== true) return runAll(shell, name, flags)
      const { workspace } = configOf(shell, flags)
      await followEdits(shell, placesOf(workspace), flags.json === true, () => runApart(shell, name, flags, workspace))
    })
}

async function runAll(shell: Shell, name: string | undefined, flags: TestFlags): Promise<void> {
  let failed = 0
  for (const found of await findConnectors(shell, flags, name)) failed += await runOne(shell, found, flags)
  if (failed > 0) shell.end(exitCode.found)
}

/** @returns how many tests failed, what is missing among them */
async function runOne(shell: Shell, { connector, folder, catalog }: FoundConnector, flags: TestFlags): Promise<number> {
  const { say } = shell
  const fixtures = await recordingOf(folder)
  const file = relative(shell.folder, recordingFile(folder))
  const missing = [
    ...missingRecordings(connector, fixtures ?? {}).map(({ what, where }) => ({ what, where, file })),
    ...missingMappings(connector, catalog),
  ]
  // without these three nothing can be replayed
  const playable = fixtures !== undefined && !missing.some(({ where }) => ['config', 'now', 'check'].includes(where))
  const tests = playable ? connectorClaims(connector, fixtures).length : 0
  const failures = playable ? await connectorFailures(connector, fixtures) : []
  const { name } = connector
  if (flags.json)
    shell.out(`${JSON.stringify({ connector: name, passed: tests - failures.length, failed: failures.length, failures, missing })}\n`)
  else {
    for (const failure of failures) shell.out(`${failure.name}\n  ${failure.message.replaceAll('\n', '\n  ')}\n`)
    for (const { what, where, file: place } of missing) shell.out(`${say('connector.missing', { what, where, file: place })}\n`)
    shell.out(
      `${playable ? say('connector.tested', { name, passed: tests - failures.length, failed: failures.length }) : say('connector.noRecording', { name, file })}\n`,
    )
  }
  return failures.length + missing.length
}

/** Mappings that streams and actions name, and nobody wrote. */
function missingMappings(connector: Connector, catalog: Catalog): readonly (MissingRecording & { readonly file: string })[] {
  const known = new Set(catalog.mappings.map(({ name }) => name))
  return [...mappingsOf(connector)]
    .filter((mapping) => !known.has(mapping))
    .map((mapping) => ({ what: `mapping ${mapping}`, where: 'mapping', file: join('mappings', `${mapping}.json`) }))
}

const placesOf = (workspace: string): readonly Watched[] =>
  [...new Set([workspace, packageRoot])]
    .flatMap((root) => ['connectors', 'mappings', 'schemas'].map((folder) => join(root, folder)))
    .filter((folder) => existsSync(folder))
    .map((folder) => ({ folder, code: true }))

/** In a process of its own: Node.js keeps a module that was imported once, and would test the connector as it was. */
function runApart(shell: Shell, name: string | undefined, flags: TestFlags, workspace: string): Promise<void> {
  const words = [
    join(codeRoot, 'src', `cli${codeSuffix}`),
    '--lang',
    shell.language,
    'connector',
    'test',
    ...(name === undefined ? [] : [name]),
    '--workspace',
    workspace,
    ...(flags.json ? ['--json'] : []),
  ]
  return new Promise((resolve) => {
    const env = { ...process.env, ...shell.env, INIT_CWD: shell.folder }
    execFile(process.execPath, words, { cwd: shell.folder, env, timeout: 600_000, maxBuffer: 16 * 1024 * 1024 }, (_, stdout, stderr) => {
      shell.out(stdout)
      shell.note(stderr)
      resolve()
    })
  })
}
