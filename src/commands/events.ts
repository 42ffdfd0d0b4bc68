import type { Command } from 'commander'
import { isObject, type JsonObject } from '../model/json.ts'
import { registerEventReceivers, rowsOf } from './event-receivers.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface ListFlags extends HubCommandFlags {
  readonly type?: string
  readonly document?: string
  readonly key?: string
  readonly origin?: string
  readonly since?: string
  readonly baseline?: boolean
}

/** `crossdock events …`: what happened, and who is told of it. */
export function registerEvents(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('events').description(say('events.about'))

  hubCommand(parent, shell, 'types', say('events.types')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const found = await client.get('/v1/event-types')
      if (flags.json) return printJson(shell, found)
      await printRows(
        shell,
        rowsOf(found.items),
        [
          { title: say('column.type'), cell: (row) => row.type },
          { title: say('column.about'), cell: (row) => row.about },
        ],
        false,
      )
    }),
  )

  listCommand(parent, shell, 'list', say('events.list'))
    .option('--type <type>', say('events.type'))
    .option('--document <type>', say('events.document'))
    .option('--key <key>', say('events.key'))
    .option('--origin <connection>', say('events.origin'))
    .option('--since <time>', say('events.since'))
    .option('--baseline', say('events.baseline'))
    .action(
      withHub<ListFlags>(shell, async (client, flags) => {
        const { type, document, key, origin } = flags
        const query = { type, document, key, origin, from: timeOf(shell, flags.since), ...(flags.baseline ? { baseline: 'true' } : {}) }
        await printRows(
          shell,
          client.rows('/v1/events', query, rowLimit(shell, flags)),
          [
            { title: say('column.at'), cell: (row) => row.time },
            { title: say('column.type'), cell: (row) => row.type },
            { title: say('column.subject'), cell: (row) => row.subject },
            { title: say('column.change'), cell: moveText },
            { title: say('column.id'), cell: (row) => row.id },
          ],
          flags.json === true,
        )
      }),
    )

  hubCommand(parent, shell, 'show', say('events.show'))
    .argument('<id>', say('events.id'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, _, id = '') => {
        printJson(shell, await client.get(`/v1/events/${encodeURIComponent(id)}`))
      }),
    )

  registerEventReceivers(parent, shell)
}

/** `payment none → paid`, as far as single values go. */
function moveText({ before, after }: JsonObject): string {
  if (!isObject(after)) return ''
  const old = isObject(before) ? before : {}
  return Object.entries(after)
    .filter(([name, now]) => typeof now === 'string' && now !== old[name])
    .map(([name, now]) => (typeof old[name] === 'string' ? `${name} ${old[name]} → ${String(now)}` : `${name} ${String(now)}`))
    .join(', ')
}
