import type { Command } from 'commander'
import { isObject, parseJson } from '../model/json.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson } from './print.ts'
import { readText } from './read-text.ts'
import type { Shell } from './shell.ts'

/** Flags of every command on a document of the hub itself. */
export interface CommandFlags extends HubCommandFlags {
  readonly seen?: string
  readonly why?: string
}

/** `--seen` and `--why`: the version that was looked at, and the reason that is kept with what the command does. */
export const commanding = (command: Command, { say }: Shell): Command =>
  command.option('--seen <version>', say('ledger.seen')).option('--why <text>', say('ledger.why'))

export const commandFields = ({ seen, why }: CommandFlags) => ({
  ...(seen === undefined ? {} : { seen: Number(seen) }),
  ...(why === undefined ? {} : { why }),
})

/** `ledger put`: a document of the hub itself, from a file. */
export function registerLedgerPut(ledger: Command, shell: Shell): void {
  const { say } = shell
  commanding(hubCommand(ledger, shell, 'put', say('ledger.put')), shell)
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .argument('<file>', say('ledger.file'))
    .action(
      withHub<CommandFlags>(shell, async (client, flags, type = '', key = '', file = '') => {
        const document = parseJson(await readText(shell, file))
        if (!isObject(document)) throw new CommandError(exitCode.usage, 'no-object', say('ledger.noObject', { file }))
        const made = await client.send('PUT', `/v1/documents/${encodeURIComponent(type)}/one`, { key, document, ...commandFields(flags) })
        if (flags.json) printJson(shell, made)
        else shell.out(`${say('ledger.written', { type, key, version: String(made.version) })}\n`)
      }),
    )
}
