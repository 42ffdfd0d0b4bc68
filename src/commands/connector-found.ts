import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { connectorFolder } from '../catalog/forms.ts'
import { type Catalog, loadCatalog } from '../catalog.ts'
import type { Connector } from '../connector/types.ts'
import { readSourceText } from '../mapping/source-text.ts'
import { readTextFile } from '../model/text-file.ts'
import type { ConnectorFixtures } from '../testing/connector-fixtures.ts'
import { formatFaults } from '../workspace-faults.ts'
import { printFaults } from './check.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import type { Shell } from './shell.ts'

export interface ConnectorFlags {
  readonly workspace?: string
  readonly json?: boolean
}
export interface FoundConnector {
  readonly connector: Connector
  /** folder of its recording and README: the workspace's own, else the package's */
  readonly folder: string
  readonly catalog: Catalog
}

/** Connectors of the workspace and of the package, or the one of that name. @throws CommandError not-found; `bad-connector` for one with faults, which are printed */
export async function findConnectors(shell: Shell, flags: ConnectorFlags, name: string | undefined): Promise<readonly FoundConnector[]> {
  const { workspace } = configOf(shell, flags)
  const catalog = await loadCatalog(workspace)
  const faults = catalog.faults.filter(({ file }) => name !== undefined && file.includes(join('connectors', name, '')))
  if (!flags.json) printFaults(shell, faults)
  const wanted = [...catalog.connectors.values()].filter((connector) => name === undefined || connector.name === name)
  if (name !== undefined && catalog.unloaded?.has(name) === true)
    throw new CommandError(
      exitCode.found,
      'bad-connector',
      flags.json ? formatFaults(faults) : shell.say('connector.unloaded', { name, faults: faults.length }),
    )
  if (wanted.length === 0) throw new CommandError(exitCode.notFound, 'no-connector', shell.say('connector.unknown', { name: name ?? '*' }))
  return wanted.map((connector) => ({ connector, folder: connectorFolder(workspace, connector.name), catalog }))
}

export const recordingFile = (folder: string): string => join(folder, 'fixtures', 'conversation.json')

/** The recorded conversation of a connector; undefined when there is none. @throws CommandError `bad-recording` with its place */
export async function recordingOf(folder: string): Promise<ConnectorFixtures | undefined> {
  const file = recordingFile(folder)
  if (!existsSync(file)) return undefined
  const text = await readTextFile(file)
  const { faults } = readSourceText(text, relative(process.cwd(), file))
  if (faults.length > 0) throw new CommandError(exitCode.found, 'bad-recording', formatFaults(faults))
  return JSON.parse(text) as ConnectorFixtures
}
