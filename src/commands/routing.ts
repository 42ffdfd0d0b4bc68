import type { Command } from 'commander'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, timeOf, withHub } from './hub-command.ts'
import { printJson, printPairs, printRows } from './print.ts'
import { readText } from './read-text.ts'
import type { Shell } from './shell.ts'

/** `crossdock routing …`: which account each order goes to, and why. */
export function registerRouting(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('routing').description(say('routing.about'))

  hubCommand(parent, shell, 'show', say('routing.show'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, key = '') => {
        const found = await client.get('/v1/orders/route', { key })
        if (flags.json) return printJson(shell, found)
        const current = isObject(found.current) ? found.current : {}
        printPairs(shell, [
          [say('column.at'), current.at],
          [say('column.who'), current.actor],
          [say('column.why'), current.why],
        ])
        await printRows(
          shell,
          objects(current.lines),
          [
            { title: say('column.line'), cell: (row) => row.line },
            { title: say('column.account'), cell: (row) => row.account },
            { title: say('column.rule'), cell: (row) => row.rule },
            { title: say('routing.passed'), cell: (row) => passedText(row) },
          ],
          false,
        )
      }),
    )

  hubCommand(parent, shell, 'move', say('routing.move'))
    .argument('<key>', say('ledger.key'))
    .argument('<account>', say('routing.account'))
    .requiredOption('--why <text>', say('ledger.why'))
    .option('--lines <keys>', say('routing.lines'))
    .action(
      withHub<HubCommandFlags & { readonly why: string; readonly lines?: string }>(
        shell,
        async (client, { json, why, lines }, key = '', account = '') => {
          const body = { key, account, why, ...(lines === undefined ? {} : { lines: lines.split(',') }) }
          const moved = await client.send('POST', '/v1/orders/reroute', body)
          if (json) printJson(shell, moved)
          else
            shell.out(
              `${say('routing.moved', { key, accounts: Array.isArray(moved.accounts) ? moved.accounts.map(String).join(', ') : '' })}\n`,
            )
        },
      ),
    )

  hubCommand(parent, shell, 'dry-run', say('routing.dryRun'))
    .requiredOption('--since <time>', say('routing.since'))
    .option('--rules <file>', say('routing.rules'))
    .action(
      withHub<HubCommandFlags & { readonly since: string; readonly rules?: string }>(shell, async (client, flags) => {
        const routing = flags.rules === undefined ? undefined : await rulesIn(shell, flags.rules)
        const asked = { since: timeOf(shell, flags.since) ?? '', ...(routing === undefined ? {} : { routing }) }
        const found = await client.send('POST', '/v1/routing/dry-run', asked)
        if (flags.json) return printJson(shell, found)
        printPairs(shell, [
          [say('column.orders'), found.orders],
          [say('routing.changed'), found.changed],
        ])
        const titled = (names: readonly string[]) => names.map((name) => ({ title: name, cell: (row: JsonObject) => row[name] }))
        await printRows(shell, objects(found.accounts), titled(['account', 'before', 'after']), false)
        await printRows(shell, objects(found.changes), titled(['key', 'line', 'before', 'after', 'rule']), false)
      }),
    )
}

/** `routing` of a workspace's file, or a file of its own with the same. @throws CommandError not-found, bad-input */
async function rulesIn(shell: Shell, file: string): Promise<JsonObject> {
  const value = parseJson(await readText(shell, file))
  const rules = isObject(value) && isObject(value.routing) ? value.routing : value
  if (!isObject(rules)) throw usage(shell.say('routing.noRules', { file }))
  return rules
}

const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const passedText = ({ passed }: JsonObject): string =>
  objects(passed)
    .map(({ rule, why }) => `${rule}: ${why}`)
    .join(', ')
