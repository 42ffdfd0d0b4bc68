import type { Command } from 'commander'
import type { Fault } from '../model/errors.ts'
import { formatFaults } from '../workspace-faults.ts'
import { type HubFlags, withClient } from './client.ts'
import { exitCode } from './exit-code.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock reload`: the running hub checks its workspace again; with faults the old revision runs on. */
export function registerReload(program: Command, shell: Shell): void {
  program
    .command('reload')
    .description(shell.say('reload.about'))
    .option('--data <folder>', shell.say('flag.data'))
    .option('--url <address>', shell.say('flag.url'))
    .option('--json', shell.say('flag.json'))
    .action((flags: HubFlags & { readonly json?: boolean }) =>
      withClient(shell, flags, async (client) => {
        const answer = await client.send('POST', '/v1/reload')
        if (flags.json) return printJson(shell, answer)
        const faults = Array.isArray(answer.faults) ? (answer.faults as readonly Fault[]) : []
        if (faults.length > 0) shell.out(`${formatFaults(faults)}\n`)
        const broken = faults.some(({ severity }) => severity === 'error')
        const outcome = broken ? 'reload.kept' : answer.changed === true ? 'reload.changed' : 'reload.same'
        shell.out(`${shell.say(outcome, { revision: String(answer.revision).slice(0, 12) })}\n`)
        const secrets = Array.isArray(answer.secrets) ? answer.secrets.map(String) : []
        if (secrets.length > 0) shell.out(`${shell.say('reload.secrets', { connections: secrets.join(', ') })}\n`)
        if (broken) shell.end(exitCode.found)
      }),
    )
}
