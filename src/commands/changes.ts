import type { Command } from 'commander'
import type { JsonObject } from '../model/json.ts'
import type { Client } from './client.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly from?: string
  readonly to?: string
}

/** `ledger changes`: the change journal of a document, or what differs between two of its versions. */
export function registerChanges(ledger: Command, shell: Shell): void {
  const { say } = shell
  changesCommand(ledger, shell)
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<Flags>(shell, (client, flags, type = '', key = '') =>
        printChanges(shell, client, `/v1/documents/${encodeURIComponent(type)}/changes`, key, flags),
      ),
    )
}

/** `purchase changes`: the same of a purchase order. */
export function registerPurchaseChanges(purchase: Command, shell: Shell): void {
  changesCommand(purchase, shell)
    .argument('<key>', shell.say('purchase.key'))
    .action(withHub<Flags>(shell, (client, flags, key = '') => printChanges(shell, client, '/v1/purchase-orders/changes', key, flags)))
}

const changesCommand = (parent: Command, shell: Shell): Command =>
  listCommand(parent, shell, 'changes', shell.say('ledger.changes'))
    .option('--from <version>', shell.say('ledger.changesFrom'))
    .option('--to <version>', shell.say('ledger.changesTo'))

async function printChanges(shell: Shell, client: Client, path: string, key: string, flags: Flags): Promise<void> {
  const [from, to] = [flags.from, flags.to].map((version) => versionOf(shell, version))
  const rows = client.rows(path, { key, from, to, lang: shell.language }, rowLimit(shell, flags))
  const columns = from === undefined && to === undefined ? journalColumns(shell) : comparisonColumns(shell)
  await printRows(shell, rows, columns, flags.json === true)
}

const comparisonColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.path'), cell: (row) => row.path },
  { title: say('column.change'), cell: (row) => row.words },
]

const journalColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.sequence'), cell: (row) => row.sequence },
  { title: say('column.at'), cell: (row) => row.at },
  { title: say('column.version'), cell: (row) => row.version },
  { title: say('column.change'), cell: (row) => row.words },
  { title: say('column.who'), cell: whoOf },
  { title: say('column.why'), cell: (row) => row.why },
]

/** The person or key of a command; else the connection, or the record where nobody knows it any more. */
const whoOf = ({ actor, connection, stream, envelope }: JsonObject): string | undefined => {
  if (typeof actor === 'string') return actor
  if (typeof connection === 'string') return `${connection} ${String(stream)}`
  return typeof envelope === 'string' ? envelope : undefined
}

function versionOf({ say }: Shell, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usage(say('ledger.badVersion', { version: text }))
  return Number(text)
}
