import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { type CommandFlags, commandFields, commanding } from './ledger-put.ts'
import { type Column, printJson, printPairs, printRows, table } from './print.ts'
import type { Shell } from './shell.ts'
import { given } from './stock-moves.ts'

interface Flags extends HubCommandFlags, CommandFlags {
  readonly level?: string
  readonly lists?: string
  readonly retired?: boolean
  readonly from?: string
  readonly to?: string
  readonly zone?: string
  readonly on?: string
  readonly reason?: string
  readonly merchant?: string
  readonly at?: string
  readonly knownAt?: string
}

const field =
  (name: string) =>
  ({ document }: { readonly document?: Json }): Json | undefined =>
    isObject(document) ? document[name] : undefined
const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value))

/** `crossdock tiers …`: tiers of merchants, given by one person and approved by another. */
export function registerTiers(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('tiers').description(say('tiers.about'))
  const told = (flags: Flags, { key, version, document }: JsonObject) => {
    if (flags.json) return printJson(shell, { key: key ?? null, version: version ?? null, document: document ?? null })
    shell.out(`${say('tiers.told', { key: text(key), version: text(version), status: text(isObject(document) ? document.status : '') })}\n`)
  }

  listCommand(parent, shell, 'list', say('tiers.list')).action(
    withHub<Flags>(shell, async (client, flags) => {
      const columns: readonly Column[] = [
        { title: say('column.number'), cell: (row) => row.number },
        { title: say('column.name'), cell: field('name') },
        { title: say('tiers.column.level'), cell: field('level') },
        { title: say('tiers.column.lists'), cell: (row) => [field('priceLists')(row) ?? []].flat().join(', ') },
        { title: say('column.status'), cell: (row) => row.status },
        { title: say('column.version'), cell: (row) => row.version },
      ]
      await printRows(shell, client.rows('/v1/tiers', {}, rowLimit(shell, flags)), columns, flags.json === true)
    }),
  )

  commanding(hubCommand(parent, shell, 'put', say('tiers.put')), shell)
    .argument('<tier>', say('tiers.number'))
    .argument('<name>', say('tiers.name'))
    .requiredOption('--level <number>', say('tiers.level'))
    .option('--lists <names>', say('tiers.lists'))
    .option('--retired', say('tiers.retired'))
    .action(
      withHub<Flags>(shell, async (client, flags, number = '', name = '') => {
        const level = Number(flags.level)
        if (!Number.isInteger(level)) throw usage(say('tiers.badLevel', { level: text(flags.level) }))
        told(
          flags,
          await client.send('PUT', '/v1/tiers', {
            ...{ number, name, level },
            ...(flags.lists === undefined ? {} : { priceLists: flags.lists.split(',').map((one) => one.trim()) }),
            ...(flags.retired ? { status: 'retired' } : {}),
            ...commandFields(flags),
          }),
        )
      }),
    )

  hubCommand(parent, shell, 'assign', say('tiers.assign'))
    .argument('<merchant>', say('tiers.merchant'))
    .argument('<tier>', say('tiers.number'))
    .requiredOption('--from <day>', say('tiers.from'))
    .option('--to <day>', say('tiers.to'))
    .option('--zone <zone>', say('tiers.zone'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags, merchant = '', tier = '') => {
        const { from: validFrom, to: validTo, zone, why } = flags
        told(flags, await client.send('POST', '/v1/tiers/assign', { merchant, tier, ...given({ validFrom, validTo, zone, why }) }))
      }),
    )

  for (const act of ['approve', 'reject'] as const) {
    const command = hubCommand(parent, shell, act, say(`tiers.${act}`))
      .argument('<assignment>', say('tiers.assignment'))
      .requiredOption('--seen <version>', say('ledger.seen'))
    if (act === 'approve') command.option('--why <text>', say('ledger.why'))
    else command.requiredOption('--reason <text>', say('tiers.reason'))
    command.action(
      withHub<Flags>(shell, async (client, flags, key = '') => {
        const { why, reason } = flags
        told(flags, await client.send('POST', `/v1/tiers/${act}`, { key, seen: Number(flags.seen), ...given({ why, reason }) }))
      }),
    )
  }

  commanding(hubCommand(parent, shell, 'end', say('tiers.end')), shell)
    .argument('<assignment>', say('tiers.assignment'))
    .option('--on <day>', say('tiers.on'))
    .action(
      withHub<Flags>(shell, async (client, flags, key = '') =>
        told(flags, await client.send('POST', '/v1/tiers/end', { key, ...given({ on: flags.on }), ...commandFields(flags) })),
      ),
    )

  hubCommand(parent, shell, 'of', say('tiers.of'))
    .argument('[merchant]', say('tiers.merchant'))
    .option('--at <time>', say('prices.at'))
    .option('--known-at <time>', say('prices.knownAt'))
    .action(
      withHub<Flags>(shell, async (client, flags, merchant) => {
        const asked = { merchant, at: timeOf(shell, flags.at), knownAt: timeOf(shell, flags.knownAt) }
        const { history, ...head } = await client.get('/v1/tiers/of', asked)
        if (flags.json) return printJson(shell, { ...head, history: history ?? [] })
        printPairs(shell, Object.entries(head))
        const columns = ['key', 'version', 'tier', 'status', 'validFrom', 'validTo'] as const
        shell.out(
          `\n${table(
            shell,
            columns.map((name) => say(`tiers.held.${name}`)),
            (Array.isArray(history) ? history.filter(isObject) : []).map((row) => columns.map((name) => text(row[name]))),
          )}\n`,
        )
      }),
    )
}
