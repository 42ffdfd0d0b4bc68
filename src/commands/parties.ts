import type { Command } from 'commander'
import { isObject, type JsonObject } from '../model/json.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface SignFlags extends HubCommandFlags {
  readonly seen: string
  readonly signedAt?: string
  readonly why?: string
}
interface OnboardingFlags extends HubCommandFlags {
  readonly kind?: string
  readonly next?: string
  readonly counts?: boolean
}

/** `crossdock contracts sign`: the account of a supplier or merchant. */
export function registerContracts(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('contracts').description(say('contracts.about'))
  hubCommand(parent, shell, 'sign', say('contracts.sign'))
    .argument('<key>', say('contracts.key'))
    .requiredOption('--seen <version>', say('contracts.seen'))
    .option('--signed-at <time>', say('contracts.signedAt'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<SignFlags>(shell, async (client, { seen, signedAt, why, json }, key = '') => {
        if (!/^[1-9][0-9]*$/.test(seen)) throw usage(say('contracts.badSeen', { seen }))
        const made = await client.send('POST', '/v1/contracts/sign', {
          key,
          seen: Number(seen),
          ...(signedAt === undefined ? {} : { signedAt }),
          ...(why === undefined ? {} : { why }),
        })
        if (json) return printJson(shell, made)
        shell.note(`${say('contracts.signed', { key, party: String(made.party) })}\n`)
        if (!isObject(made.account))
          return shell.note(
            `${made.noKey === 'needs-admin' ? say('contracts.needsAdmin', { party: String(made.party) }) : say('contracts.hasKey')}\n`,
          )
        shell.out(`${String(made.account.key)}\n`)
        shell.note(`${say('contracts.firstKey', { until: String(made.account.expiresAt) })}\n`)
      }),
    )
}

/** `crossdock onboarding`: how far suppliers and merchants are. */
export function registerOnboarding(program: Command, shell: Shell): void {
  const { say } = shell
  listCommand(program, shell, 'onboarding', say('onboarding.about'))
    .option('--kind <kind>', say('onboarding.kind'))
    .option('--next <stage>', say('onboarding.next'))
    .option('--counts', say('onboarding.counts'))
    .action(
      withHub<OnboardingFlags>(shell, async (client, flags) => {
        const { kind, next, json } = flags
        if (flags.counts) {
          const counted = await client.get('/v1/onboarding/counts', { kind })
          if (json) return printJson(shell, counted)
          const rows: readonly JsonObject[] = Array.isArray(counted.stages) ? counted.stages.filter(isObject) : []
          const columns = (['stage', 'reached', 'next'] as const).map((name) => ({
            title: say(`column.${name}`),
            cell: (row: JsonObject) => row[name],
          }))
          await printRows(shell, rows, columns, false)
          return
        }
        await printRows(
          shell,
          client.rows('/v1/onboarding', { kind, next }, rowLimit(shell, flags)),
          [
            { title: say('column.party'), cell: (row) => row.party },
            { title: say('column.name'), cell: (row) => row.name },
            { title: say('column.status'), cell: (row) => row.status },
            { title: say('column.reached'), cell: (row) => (Array.isArray(row.reached) ? row.reached.join(' ') : undefined) },
            { title: say('column.next'), cell: (row) => row.next },
          ],
          json === true,
        )
      }),
    )
}
