import type { Command } from 'commander'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface CodeFlags extends HubCommandFlags {
  readonly kind?: string
  readonly code?: string
  readonly hub?: string
  readonly connection?: string
  readonly organisation?: string
  readonly product?: string
  readonly factor?: string
  readonly from?: string
  readonly to?: string
  readonly ended?: boolean
}

/** `crosswalk codes`, `crosswalk set-code`, `crosswalk end-code`: codes of partners beside ours. */
export function registerCodes(parent: Command, shell: Shell): void {
  const { say } = shell
  listCommand(parent, shell, 'codes', say('crosswalk.codes'))
    .option('--kind <kind>', say('crosswalk.kind'))
    .option('--connection <name>', say('filter.connection'))
    .option('--code <code>', say('crosswalk.code'))
    .option('--hub <code>', say('crosswalk.hub'))
    .option('--product <key>', say('crosswalk.ofProduct'))
    .option('--ended', say('crosswalk.ended'))
    .action(
      withHub<CodeFlags>(shell, async (client, flags) => {
        const { kind, connection, code, hub, product } = flags
        const query = { kind, connection, code, hub, product, ended: flags.ended ? 'true' : undefined }
        await printRows(
          shell,
          client.rows('/v1/crosswalk/codes', query, rowLimit(shell, flags)),
          [
            { title: say('column.id'), cell: (row) => row.id },
            { title: say('column.kindOfCode'), cell: (row) => row.kind },
            { title: say('column.word'), cell: (row) => row.code },
            { title: say('column.hub'), cell: (row) => row.hub },
            { title: say('column.whose'), cell: (row) => [row.connection, row.organisation].filter((one) => one !== '').join(' ') },
            { title: say('column.pack'), cell: (row) => (row.factor === null ? '' : `${row.factor} ${row.product}`) },
            { title: say('column.from'), cell: (row) => row.validFrom },
            { title: say('column.until'), cell: (row) => row.validTo },
          ],
          flags.json === true,
        )
      }),
    )

  hubCommand(parent, shell, 'set-code', say('crosswalk.setCode'))
    .argument('<kind>', say('crosswalk.kind'))
    .argument('<code>', say('crosswalk.code'))
    .argument('<hub>', say('crosswalk.hub'))
    .option('--connection <name>', say('crosswalk.ofConnection'))
    .option('--organisation <name>', say('crosswalk.ofOrganisation'))
    .option('--product <key>', say('crosswalk.ofProduct'))
    .option('--factor <number>', say('crosswalk.factor'))
    .option('--from <date>', say('crosswalk.validFrom'))
    .option('--to <date>', say('crosswalk.validTo'))
    .action(
      withHub<CodeFlags>(shell, async (client, flags, kind = '', code = '', hub = '') => {
        const { connection, organisation, product, factor, from: validFrom, to: validTo } = flags
        const more = Object.fromEntries(
          Object.entries({ connection, organisation, product, factor, validFrom, validTo }).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, value]],
          ),
        )
        const answer = await client.send('PUT', '/v1/crosswalk/codes', { kind, code, hub, ...more })
        const said = { made: 'crosswalk.codeMade', kept: 'crosswalk.codeKept', changed: 'crosswalk.codeChanged' } as const
        if (flags.json) printJson(shell, answer)
        else shell.out(`${say(said[answer.outcome as keyof typeof said], { kind, code, hub })}\n`)
      }),
    )

  hubCommand(parent, shell, 'end-code', say('crosswalk.endCode'))
    .argument('<id>', say('crosswalk.codeId'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, id = '') => {
        const answer = await client.send('DELETE', `/v1/crosswalk/codes/${encodeURIComponent(id)}`)
        if (flags.json) printJson(shell, answer)
        else shell.out(`${say(answer.ended === true ? 'crosswalk.codeEnded' : 'crosswalk.codeGone', { id })}\n`)
      }),
    )
}
