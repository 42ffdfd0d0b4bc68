import type { Command } from 'commander'
import { pathOf } from './connection-path.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface ListFlags extends HubCommandFlags {
  readonly connection?: string
  readonly all?: boolean
}

/** `crossdock drift …`: changes in how the records of partners look. */
export function registerDrift(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('drift').description(say('drift.about'))

  listCommand(parent, shell, 'list', say('drift.list'))
    .option('--connection <name>', say('backfills.connection'))
    .option('--all', say('drift.all'))
    .action(
      withHub<ListFlags>(shell, async (client, flags) => {
        const { connection, all } = flags
        await printRows(
          shell,
          client.rows('/v1/drift', { connection, ...(all ? {} : { open: 'true' }) }, rowLimit(shell, flags)),
          [
            { title: say('column.stream'), cell: (row) => `${row.connection} ${row.stream}` },
            { title: say('column.path'), cell: (row) => row.path },
            { title: say('column.before'), cell: (row) => (Array.isArray(row.former) ? row.former.join(', ') : '') },
            { title: say('column.after'), cell: (row) => row.type },
            { title: say('column.example'), cell: (row) => row.example },
            {
              title: say('column.state'),
              cell: (row) => (row.state === 'open' && row.policy === 'stop' ? say('drift.stopped') : row.state),
            },
            { title: say('column.since'), cell: (row) => row.seenAt },
            { title: say('column.envelope'), cell: (row) => row.envelope },
          ],
          flags.json === true,
        )
      }),
    )

  hubCommand(parent, shell, 'accept', say('drift.accept'))
    .argument('<name>', say('connection.name'))
    .argument('<stream>', say('pull.stream'))
    .option('--path <path...>', say('drift.path'))
    .action(
      withHub<HubCommandFlags & { readonly path?: readonly string[] }>(shell, async (client, flags, name = '', stream = '') => {
        const { path: paths } = flags
        const done = await client.send(
          'POST',
          `${pathOf(name)}/streams/${encodeURIComponent(stream)}/drift/accept`,
          paths === undefined ? {} : { paths },
        )
        if (flags.json) return printJson(shell, done)
        const [accepted, open] = [Number(done.accepted), Number(done.open)]
        shell.out(`${say(open === 0 ? 'drift.goesOn' : 'drift.waits', { name, stream, accepted, open })}\n`)
      }),
    )
}
