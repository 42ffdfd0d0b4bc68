import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Command } from 'commander'
import type { JsonObject } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import { connectorClaims } from '../testing/connector-conformance.ts'
import type { ConnectorFixtures } from '../testing/connector-fixtures.ts'
import { recordStream } from '../testing/record-stream.ts'
import { loadWorkspace } from '../workspace.ts'
import { printFaults } from './check.ts'
import { configOf } from './client.ts'
import { type ConnectorFlags, recordingFile, recordingOf } from './connector-found.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface RecordFlags extends ConnectorFlags {
  readonly pages: string
}

/** `crossdock connector record`: what a real partner says, redacted, as the recording of its connector. */
export function registerConnectorRecord(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('record')
    .description(say('connector.record'))
    .argument('<connection>', say('connection.name'))
    .argument('<stream>', say('connection.stream'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--pages <number>', say('connector.recordPages'), '2')
    .option('--json', say('flag.json'))
    .action(async (name: string, stream: string, flags: RecordFlags) => {
      const pages = Number(flags.pages)
      if (!Number.isInteger(pages) || pages < 1 || pages > mostPages) throw usage(say('connector.badPages', { most: mostPages }))
      const { workspace } = configOf(shell, flags)
      const { catalogue, faults } = await loadWorkspace(workspace, { env: shell.env })
      if (catalogue === undefined) {
        if (!flags.json) printFaults(shell, faults)
        throw new CommandError(exitCode.usage, 'workspace-faults', say('connector.workspaceFaults'))
      }
      const setup = catalogue.connections.get(name)
      if (setup?.connector.streams[stream] === undefined)
        throw new CommandError(exitCode.notFound, 'no-stream', say('connector.noStream', { name, stream }))
      const { connector } = setup
      const folder = join(workspace === packageRoot ? packageRoot : workspace, 'connectors', connector.name)
      const known = await recordingOf(folder)
      const { fixtures, redacted } = await recordStream(setup, stream, { pages, ...(known === undefined ? {} : { known }) })
      const failures = await failuresOf(setup.connector, fixtures, stream)
      const file = recordingFile(folder)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, `${JSON.stringify(fixtures, undefined, 2)}\n`)
      const shown = relative(shell.folder, file)
      if (flags.json) printJson(shell, JSON.parse(JSON.stringify({ file: shown, redacted, failures })) as JsonObject)
      else {
        for (const { path, times } of redacted) shell.out(`${say('connector.redacted', { path, times })}\n`)
        for (const failure of failures) shell.out(`${failure}\n`)
        shell.out(`${say('connector.recorded', { file: shown, stream, redacted: redacted.length, failed: failures.length })}\n`)
      }
      if (failures.length > 0) shell.end(exitCode.found)
    })
}

const mostPages = 20

/** What of the kit concerns the stream, played from the recording alone. */
async function failuresOf(
  connector: Parameters<typeof connectorClaims>[0],
  fixtures: ConnectorFixtures,
  stream: string,
): Promise<readonly string[]> {
  const failures: string[] = []
  for (const { name, run } of connectorClaims(connector, fixtures)) {
    if (name !== 'check: succeeds' && !name.startsWith(`stream ${stream}:`) && !name.startsWith(`stream ${stream} (`)) continue
    await run().catch((error: unknown) => failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`))
  }
  return failures
}
