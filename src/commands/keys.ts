import type { Command } from 'commander'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface CreateFlags extends HubCommandFlags {
  readonly name: string
  readonly scopes: string
  readonly days?: string
  readonly party?: string
  readonly organisation?: string
  readonly initial?: boolean
}

/** `crossdock keys …`: API keys of a hub. */
export function registerKeys(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('keys').description(say('keys.about'))

  hubCommand(parent, shell, 'create', say('keys.create'))
    .requiredOption('--name <name>', say('keys.name'))
    .requiredOption('--scopes <list>', say('keys.scopes'))
    .option('--party <key>', say('keys.party'))
    .option('--organisation <name>', say('keys.organisation'))
    .option('--initial', say('keys.initial'))
    .option('--days <number>', say('keys.days'))
    .action(
      withHub<CreateFlags>(shell, async (client, flags) => {
        const days = flags.days === undefined ? undefined : Number(flags.days)
        if (days !== undefined && !Number.isInteger(days)) throw usage(say('keys.badDays', { days: String(flags.days) }))
        const made = await client.send('POST', '/v1/keys', {
          name: flags.name,
          scopes: flags.scopes.split(/[ ,]+/).filter((scope) => scope !== ''),
          ...(days === undefined ? {} : { days }),
          ...(flags.party === undefined ? {} : { party: flags.party }),
          ...(flags.organisation === undefined ? {} : { organisation: flags.organisation }),
          ...(flags.initial === true ? { initial: true } : {}),
        })
        if (flags.json) return printJson(shell, made)
        shell.out(`${String(made.key)}\n`)
        shell.note(`${say('keys.once')}\n`)
      }),
    )

  listCommand(parent, shell, 'list', say('keys.list')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      await printRows(
        shell,
        client.rows('/v1/keys', {}, rowLimit(shell, flags)),
        [
          { title: say('column.id'), cell: (row) => row.id },
          { title: say('column.name'), cell: (row) => row.name },
          { title: say('column.scopes'), cell: (row) => (Array.isArray(row.scopes) ? row.scopes.join(' ') : undefined) },
          { title: say('column.party'), cell: (row) => row.party },
          { title: say('column.created'), cell: (row) => row.createdAt },
          { title: say('column.expires'), cell: (row) => row.expiresAt },
          { title: say('column.revoked'), cell: (row) => row.revokedAt },
        ],
        flags.json === true,
      )
    }),
  )

  hubCommand(parent, shell, 'replace', say('keys.replace')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const made = await client.send('POST', '/v1/key/replace', {})
      if (flags.json) return printJson(shell, made)
      shell.out(`${String(made.key)}\n`)
      shell.note(`${say('keys.replaced')}\n`)
    }),
  )

  hubCommand(parent, shell, 'revoke', say('keys.revoke'))
    .argument('<id>', say('keys.id'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, id = '') => {
        const key = await client.send('DELETE', `/v1/keys/${encodeURIComponent(id)}`)
        if (flags.json) return printJson(shell, key)
        shell.out(`${say('keys.revoked', { name: String(key.name) })}\n`)
      }),
    )
}
