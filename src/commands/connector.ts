import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { manifestFile } from '../catalog/manifest.ts'
import { loadCatalog } from '../catalog.ts'
import { describeConnector } from '../connector/describe.ts'
import { describeIndex } from '../connector/describe-index.ts'
import type { Connector } from '../connector/types.ts'
import { type ConnectorFlags, findConnectors, recordingOf } from './connector-found.ts'
import { registerConnectorNew } from './connector-new.ts'
import { registerConnectorRecord } from './connector-record.ts'
import { registerConnectorTest } from './connector-test.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock connector …`: definitions of other systems, without a hub. */
export function registerConnector(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('connector').description(say('connector.about'))

  parent
    .command('list')
    .description(say('connector.list'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (flags: ConnectorFlags) => {
      const found = await findConnectors(shell, flags, undefined)
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

  registerConnectorNew(parent, shell)
  registerConnectorTest(parent, shell)
  registerConnectorRecord(parent, shell)

  parent
    .command('readme')
    .description(say('connector.readme'))
    .argument('[name]', say('connector.name'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string | undefined, flags: ConnectorFlags) => {
      const written: string[] = []
      for (const { connector, folder } of await findConnectors(shell, flags, name)) {
        const file = join(folder, 'README.md')
        await writeFile(file, await readmeOf(connector, folder))
        written.push(file)
      }
      if (flags.json) printJson(shell, { written })
      else for (const file of written) shell.out(`${say('init.written', { file: relative(shell.folder, file) })}\n`)
    })

  parent
    .command('index')
    .description(say('connector.index'))
    .option('--json', say('flag.json'))
    .action(async (flags: ConnectorFlags) => {
      const text = await indexOf()
      if (flags.json) printJson(shell, { text })
      else shell.out(text)
    })
}

/** The index of the package's connectors: docs/connectors.md. */
export const indexOf = async (): Promise<string> => describeIndex([...(await loadCatalog()).connectors.values()])

/** The README of a connector: its definition, and who made the known answers its signatures are tested with. */
export async function readmeOf(connector: Connector, folder: string): Promise<string> {
  const fixtures = await recordingOf(folder)
  return describeConnector(connector, {
    ...(fixtures?.source === undefined ? {} : { recordings: fixtures.source }),
    ...(existsSync(join(folder, manifestFile)) ? { from: manifestFile } : {}),
    signatures: (fixtures?.webhooks ?? []).map(({ name, origin, source }) => ({ name, origin, source })),
  })
}
