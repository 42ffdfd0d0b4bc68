import type { Command } from 'commander'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly state?: string
  readonly code?: string
  readonly type?: string
  readonly key?: string
}

/** `crossdock findings …`: what the ledger found wrong. */
export function registerFindings(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('findings').description(say('findings.about'))

  listCommand(parent, shell, 'list', say('findings.list'))
    .option('--state <state>', say('findings.state'), 'open')
    .option('--code <code>', say('findings.code'))
    .option('--type <type>', say('filter.type'))
    .option('--key <key>', say('filter.key'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const { state, code, type, key } = flags
        await printRows(
          shell,
          client.rows('/v1/findings', { state, code, type, key }, rowLimit(shell, flags)),
          [
            { title: say('column.document'), cell: (row) => `${row.type} ${row.key}` },
            { title: say('column.code'), cell: (row) => row.code },
            { title: say('column.path'), cell: (row) => row.path },
            { title: say('column.detail'), cell: (row) => row.detail },
            { title: say('column.state'), cell: (row) => row.state },
            { title: say('column.since'), cell: (row) => row.openedAt },
          ],
          flags.json === true,
        )
      }),
    )

  hubCommand(parent, shell, 'close', say('findings.close'))
    .argument('<id>', say('findings.id'))
    .requiredOption('--note <text>', say('findings.note'))
    .action(
      withHub<HubCommandFlags & { readonly note: string }>(shell, async (client, flags, id = '') => {
        const finding = await client.send('POST', `/v1/findings/${encodeURIComponent(id)}/close`, { note: flags.note })
        if (flags.json) printJson(shell, finding)
        else shell.out(`${say('findings.closed', { code: String(finding.code), key: String(finding.key) })}\n`)
      }),
    )
}
