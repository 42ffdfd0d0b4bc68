import type { Command } from 'commander'
import type { JsonObject } from '../model/json.ts'
import type { Client } from './client.ts'
import { type HubCommandFlags, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { type Column, harmless, printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly state?: string
  readonly connection?: string
  readonly stream?: string
  readonly key?: string
  readonly reason?: string
  readonly since?: string
  readonly until?: string
  readonly raw?: boolean
}

/** `crossdock inbox`: what came in and what became of it; with an id one envelope, with --raw its exact bytes. */
export function registerInbox(program: Command, shell: Shell): void {
  const { say } = shell
  listCommand(program, shell, 'inbox', say('inbox.about'))
    .argument('[id]', say('inbox.id'))
    .option('--state <state>', say('inbox.state'))
    .option('--connection <name>', say('filter.connection'))
    .option('--stream <name>', say('filter.stream'))
    .option('--key <key>', say('inbox.key'))
    .option('--reason <code>', say('filter.reason'))
    .option('--since <time>', say('filter.since'))
    .option('--until <time>', say('filter.until'))
    .option('--raw', say('inbox.raw'))
    .action(
      withHub<Flags>(shell, async (client, flags, id) => {
        if (id !== undefined) return showEnvelope(shell, client, flags, id)
        const { state, connection, stream, key, reason } = flags
        const query = { state, connection, stream, key, reason, from: timeOf(shell, flags.since), to: timeOf(shell, flags.until) }
        await printRows(shell, client.rows('/v1/envelopes', query, rowLimit(shell, flags)), envelopeColumns(shell), flags.json === true)
      }),
    )
}

export const envelopeColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.id'), cell: (row) => row.id },
  { title: say('column.received'), cell: (row) => row.receivedAt },
  { title: say('column.connection'), cell: (row) => row.connection },
  { title: say('column.stream'), cell: (row) => row.stream },
  { title: say('column.key'), cell: (row) => row.key },
  { title: say('column.version'), cell: (row) => row.version },
  { title: say('column.state'), cell: (row) => row.state },
  { title: say('column.reason'), cell: (row) => row.reason },
]

/** Bytes of a body that a person is shown; `--raw` has all of them. */
const mostShown = 8192

export async function showEnvelope(shell: Shell, client: Client, flags: Flags, id: string): Promise<void> {
  const path = `/v1/envelopes/${encodeURIComponent(id)}`
  if (flags.raw) return shell.out(await client.bytes(`${path}/bytes`))
  const envelope: JsonObject = await client.get(path)
  if (flags.json) return printJson(shell, envelope)
  const { say } = shell
  printPairs(shell, [
    ...envelopeColumns(shell).map(({ title, cell }): [string, ReturnType<typeof cell>] => [title, cell(envelope)]),
    [say('column.operation'), envelope.op],
    [say('column.settled'), envelope.settledAt],
    [say('column.waitsFor'), envelope.waitsFor],
    [say('column.revision'), envelope.revision],
    [say('column.receipts'), envelope.receipts],
    [say('column.hash'), envelope.bodyHash],
  ])
  if (envelope.detail !== null && envelope.detail !== undefined) printJson(shell, envelope.detail)
  const body = Buffer.from(await client.bytes(`${path}/bytes`))
  const rest = body.byteLength - mostShown
  shell.out(`\n${harmless(body.subarray(0, mostShown).toString('utf8'))}\n`)
  if (rest > 0) shell.note(`${say('inbox.more', { bytes: rest, id })}\n`)
}
