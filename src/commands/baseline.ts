import type { Command } from 'commander'
import { isObject, type JsonObject } from '../model/json.ts'
import { pathOf } from './connection-path.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock connection baseline`: the counts of the first load, to be accepted by a person. */
export function registerBaseline(parent: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(parent, shell, 'baseline', say('baseline.show'))
    .argument('<name>', say('connection.name'))
    .option('--sign-off', say('baseline.signOff'))
    .action(
      withHub<HubCommandFlags & { readonly signOff?: boolean }>(shell, async (client, flags, name = '') => {
        if (flags.signOff) await client.send('POST', `${pathOf(name)}/baseline/sign-off`, {})
        await printBaseline(shell, await client.get(`${pathOf(name)}/baseline`), flags.json === true)
      }),
    )
}

export async function printBaseline(shell: Shell, baseline: JsonObject, json: boolean): Promise<void> {
  const { say } = shell
  if (json) return printJson(shell, baseline)
  const count = (row: JsonObject, name: string) => (isObject(row.counts) ? row.counts[name] : undefined)
  await printRows(
    shell,
    Array.isArray(baseline.streams) ? baseline.streams.filter(isObject) : [],
    [
      { title: say('column.stream'), cell: (row) => row.stream },
      { title: say('column.state'), cell: (row) => row.state },
      { title: say('column.pages'), cell: (row) => row.pages },
      { title: say('column.read'), cell: (row) => count(row, 'read') },
      { title: say('column.applied'), cell: (row) => count(row, 'applied') },
      { title: say('column.waiting'), cell: (row) => count(row, 'waiting') },
      { title: say('column.parked'), cell: (row) => count(row, 'parked') },
      { title: say('column.ignored'), cell: (row) => count(row, 'ignored') },
      { title: say('column.dead'), cell: (row) => count(row, 'dead') },
      { title: say('column.signed'), cell: (row) => row.signedBy ?? say('baseline.notSigned') },
    ],
    false,
  )
  const state = baseline.state === 'signed' ? 'baseline.signed' : baseline.state === 'read' ? 'baseline.read' : 'baseline.open'
  shell.out(`${say(state, { connection: String(baseline.connection) })}\n`)
}
