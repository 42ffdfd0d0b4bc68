import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { manifestFile } from '../catalog/manifest.ts'
import { loadCatalog } from '../catalog.ts'
import { describeConnector } from '../connector/describe.ts'
import type { Connector } from '../connector/types.ts'
import { packageRoot } from '../package-root.ts'
import { connectorClaims, connectorFailures } from '../testing/connector-conformance.ts'
import type { ConnectorFixtures } from '../testing/connector-fixtures.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags {
  readonly workspace?: string
  readonly json?: boolean
}
interface Found {
  readonly connector: Connector
  /** folder of its recording and README: the workspace's own, else the package's */
  readonly folder: string
}

/** `crossdock connector …`: definitions of other systems, without a hub. */
export function registerConnector(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('connector').description(say('connector.about'))

  parent
    .command('list')
    .description(say('connector.list'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (flags: Flags) => {
      const found = await connectors(shell, flags, undefined)
      await printRows(
        shell,
        found.map(({ connector: { name, title, streams, actions, webhook } }) => ({
          name,
          title,
          streams: Object.keys(streams).length,
          actions: Object.keys(actions).length,
          topics: Object.keys(webhook?.topics ?? {}).length,
        })),
        [
          { title: say('column.name'), cell: (row) => row.name },
          { title: say('column.system'), cell: (row) => row.title },
          { title: say('column.streams'), cell: (row) => row.streams },
          { title: say('column.actions'), cell: (row) => row.actions },
          { title: say('column.topics'), cell: (row) => row.topics },
        ],
        flags.json === true,
      )
    })

  parent
    .command('test')
    .description(say('connector.test'))
    .argument('[name]', say('connector.name'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string | undefined, flags: Flags) => {
      let failed = 0
      for (const { connector, folder } of await connectors(shell, flags, name)) {
        const fixtures = await recordingOf(folder)
        if (fixtures === undefined)
          throw new CommandError(
            exitCode.notFound,
            'no-recording',
            say('connector.noRecording', { name: connector.name, file: recordingFile(folder) }),
          )
        const tests = connectorClaims(connector, fixtures).length
        const failures = await connectorFailures(connector, fixtures)
        failed += failures.length
        if (flags.json)
          shell.out(
            `${JSON.stringify({ connector: connector.name, passed: tests - failures.length, failed: failures.length, failures })}\n`,
          )
        else {
          for (const failure of failures) shell.out(`${failure.name}\n  ${failure.message.replaceAll('\n', '\n  ')}\n`)
          shell.out(`${say('connector.tested', { name: connector.name, passed: tests - failures.length, failed: failures.length })}\n`)
        }
      }
      if (failed > 0) shell.end(exitCode.found)
    })

  parent
    .command('readme')
    .description(say('connector.readme'))
    .argument('[name]', say('connector.name'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string | undefined, flags: Flags) => {
      const written: string[] = []
      for (const { connector, folder } of await connectors(shell, flags, name)) {
        const file = join(folder, 'README.md')
        await writeFile(file, await readmeOf(connector, folder))
        written.push(file)
      }
      if (flags.json) printJson(shell, { written })
      else for (const file of written) shell.out(`${say('init.written', { file: relative(shell.folder, file) })}\n`)
    })
}

/** The README of a connector: its definition, and who made the known answers its signatures are tested with. */
export async function readmeOf(connector: Connector, folder: string): Promise<string> {
  const fixtures = await recordingOf(folder)
  return describeConnector(connector, {
    ...(existsSync(join(folder, manifestFile)) ? { from: manifestFile } : {}),
    signatures: (fixtures?.webhooks ?? []).map(({ name, origin, source }) => ({ name, origin, source })),
  })
}

const recordingFile = (folder: string): string => join(folder, 'fixtures', 'conversation.json')

async function recordingOf(folder: string): Promise<ConnectorFixtures | undefined> {
  const file = recordingFile(folder)
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as ConnectorFixtures) : undefined
}

async function connectors(shell: Shell, flags: Flags, name: string | undefined): Promise<readonly Found[]> {
  const { workspace } = configOf(shell, flags)
  const catalog = await loadCatalog(workspace)
  const wanted = [...catalog.connectors.values()].filter((connector) => name === undefined || connector.name === name)
  if (wanted.length === 0) throw new CommandError(exitCode.notFound, 'no-connector', shell.say('connector.unknown', { name: name ?? '*' }))
  return wanted.map((connector) => {
    const own = join(workspace, 'connectors', connector.name)
    return { connector, folder: existsSync(own) ? own : join(packageRoot, 'connectors', connector.name) }
  })
}
