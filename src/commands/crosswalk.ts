import { writeFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { isObject } from '../model/json.ts'
import { registerCodes } from './crosswalk-codes.ts'
import { registerRegroup } from './crosswalk-regroup.ts'
import { registerUnmapped } from './crosswalk-unmapped.ts'
import { exitCode, usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import { readText } from './read-text.ts'
import type { Shell } from './shell.ts'

interface Filters extends HubCommandFlags {
  readonly type?: string
  readonly connection?: string
}

/** `crosswalk …`: our keys beside the keys at the connections. */
export function registerCrosswalk(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('crosswalk').description(say('crosswalk.about'))
  const filtered = (command: Command): Command =>
    command.option('--type <type>', say('filter.type')).option('--connection <name>', say('filter.connection'))

  filtered(listCommand(parent, shell, 'list', say('crosswalk.list')))
    .option('--key <key>', say('filter.key'))
    .option('--external-key <key>', say('crosswalk.externalKey'))
    .action(
      withHub<Filters & { readonly key?: string; readonly externalKey?: string }>(shell, async (client, flags) => {
        const { type, connection, key, externalKey } = flags
        await printRows(
          shell,
          client.rows('/v1/crosswalk', { type, connection, key, externalKey }, rowLimit(shell, flags)),
          [
            { title: say('column.type'), cell: (row) => row.type },
            { title: say('column.connection'), cell: (row) => row.connection },
            { title: say('column.partnerKey'), cell: (row) => row.externalKey },
            { title: say('column.key'), cell: (row) => row.key },
            { title: say('column.linkedBy'), cell: (row) => row.linkedBy },
            { title: say('column.at'), cell: (row) => row.at },
          ],
          flags.json === true,
        )
      }),
    )

  hubCommand(parent, shell, 'set', say('crosswalk.set'))
    .argument('<type>', say('ledger.type'))
    .argument('<connection>', say('connection.name'))
    .argument('<external-key>', say('crosswalk.externalKey'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, type = '', connection = '', externalKey = '', key = '') => {
        const answer = await client.send('PUT', '/v1/crosswalk', { type, connection, externalKey, key })
        if (flags.json) printJson(shell, answer)
        else shell.out(`${say(answer.outcome === 'made' ? 'crosswalk.made' : 'crosswalk.kept', { type, connection, externalKey, key })}\n`)
      }),
    )

  registerCodes(parent, shell)
  registerUnmapped(parent, shell)
  registerRegroup(parent, shell)

  hubCommand(parent, shell, 'import', say('crosswalk.import'))
    .argument('<file>', say('crosswalk.file'))
    .option('--codes', say('crosswalk.ofCodes'))
    .option('--dry-run', say('flag.dryRun'))
    .action(
      withHub<HubCommandFlags & { readonly dryRun?: boolean; readonly codes?: boolean }>(shell, async (client, flags, file = '') => {
        const contentType = mediaTypes[extname(file).toLowerCase()]
        if (contentType === undefined) throw usage(say('crosswalk.badFile', { file }))
        const text = await readText(shell, file)
        const answer = await client.upload(`/v1/crosswalk/${flags.codes ? 'codes/' : ''}import`, contentType, text, {
          dryRun: flags.dryRun ? 'true' : undefined,
        })
        if (flags.json) printJson(shell, answer)
        else {
          for (const fault of Array.isArray(answer.faults) ? answer.faults.filter(isObject) : [])
            shell.out(`${file}:${fault.line} ${fault.code} ${fault.message}\n`)
          const { made, kept, refused } = answer
          shell.out(
            `${say(flags.dryRun ? 'crosswalk.wouldImport' : 'crosswalk.imported', { made: Number(made) + Number(answer.changed), kept: Number(kept), refused: Number(refused) })}\n`,
          )
        }
        if (Number(answer.refused) > 0) shell.end(exitCode.found)
      }),
    )

  filtered(hubCommand(parent, shell, 'export', say('crosswalk.export')))
    .option('--codes', say('crosswalk.ofCodes'))
    .option('--format <format>', say('crosswalk.format'), 'csv')
    .option('--output <file>', say('crosswalk.output'))
    .action(
      withHub<Filters & { readonly format: string; readonly output?: string; readonly codes?: boolean }>(shell, async (client, flags) => {
        const { type, connection, codes } = flags
        const format = flags.json ? 'ndjson' : flags.format
        const bytes = await client.bytes(`/v1/crosswalk/${codes ? 'codes/' : ''}export`, {
          [codes ? 'kind' : 'type']: type,
          connection,
          format,
        })
        if (flags.output === undefined) shell.out(bytes)
        else await writeFile(resolve(shell.folder, flags.output), bytes)
      }),
    )
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
}
