import type { Command } from 'commander'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface RegroupFlags extends HubCommandFlags {
  readonly into?: string
  readonly to?: string
  readonly link?: readonly string[]
  readonly reason?: string
}

/** `crosswalk merge`, `crosswalk split`, `crosswalk changes`: what is one thing, and what is two. */
export function registerRegroup(parent: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(parent, shell, 'merge', say('crosswalk.merge'))
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .requiredOption('--into <key>', say('crosswalk.into'))
    .requiredOption('--reason <text>', say('crosswalk.reason'))
    .action(
      withHub<RegroupFlags>(shell, async (client, flags, type = '', key = '') => {
        const { into = '', reason = '' } = flags
        const answer = await client.send('POST', '/v1/crosswalk/merge', { type, key, into, reason })
        if (flags.json) printJson(shell, answer)
        else shell.out(`${say('crosswalk.merged', { type, key, into, links: countOf(answer.links) })}\n`)
      }),
    )

  hubCommand(parent, shell, 'split', say('crosswalk.split'))
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .requiredOption('--to <key>', say('crosswalk.to'))
    .option('--link <connection:key>', say('crosswalk.link'), (one: string, before: readonly string[] = []) => [...before, one])
    .requiredOption('--reason <text>', say('crosswalk.reason'))
    .action(
      withHub<RegroupFlags>(shell, async (client, flags, type = '', key = '') => {
        const { to = '', reason = '' } = flags
        const links = flags.link?.map((text) => {
          const at = text.indexOf(':')
          if (at < 1) throw usage(say('crosswalk.badLink', { link: text }))
          return { connection: text.slice(0, at), externalKey: text.slice(at + 1) }
        })
        const answer = await client.send('POST', '/v1/crosswalk/split', {
          type,
          key,
          to,
          reason,
          ...(links === undefined ? {} : { links }),
        })
        if (flags.json) printJson(shell, answer)
        else shell.out(`${say('crosswalk.parted', { type, key, to, links: countOf(answer.links) })}\n`)
      }),
    )

  listCommand(parent, shell, 'changes', say('crosswalk.changes'))
    .option('--type <type>', say('filter.type'))
    .option('--key <key>', say('filter.key'))
    .action(
      withHub<HubCommandFlags & { readonly type?: string; readonly key?: string }>(shell, async (client, flags) => {
        const { type, key } = flags
        await printRows(
          shell,
          client.rows('/v1/crosswalk/changes', { type, key }, rowLimit(shell, flags)),
          [
            { title: say('column.at'), cell: (row) => row.at },
            { title: say('column.kindOfCode'), cell: (row) => row.kind },
            { title: say('column.type'), cell: (row) => row.type },
            { title: say('column.from'), cell: (row) => row.from },
            { title: say('column.into'), cell: (row) => row.into },
            { title: say('column.links'), cell: (row) => countOf(row.links) },
            { title: say('column.reason'), cell: (row) => row.reason },
          ],
          flags.json === true,
        )
      }),
    )
}

const countOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0)
