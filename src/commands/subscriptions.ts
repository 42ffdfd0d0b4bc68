import type { Command } from 'commander'
import { isObject } from '../model/json.ts'
import { pathOf } from './connection-path.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock connection subscriptions …`: what a partner's own list has of the webhooks a connection wants, and what a person does about it. */
export function registerSubscriptions(parent: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(parent, shell, 'subscriptions', say('subscriptions.about'))
    .argument('<name>', say('connection.name'))
    .argument('[act]', say('subscriptions.act'), 'list')
    .option('--topic <topics...>', say('subscriptions.topic'))
    .action(
      withHub<HubCommandFlags & { readonly topic?: readonly string[] }>(shell, async (client, flags, name = '', act = 'list') => {
        const path = `${pathOf(name)}/subscriptions`
        const send = paths[act]
        if (send === undefined && act !== 'list') throw usage(say('subscriptions.badAct', { act }))
        const body = flags.topic === undefined ? {} : { topics: [...flags.topic] }
        const found = send === undefined ? await client.get(path) : await client.send('POST', `${path}${send}`, body)
        if (flags.json) return printJson(shell, found)
        await printRows(
          shell,
          Array.isArray(found.items) ? found.items.filter(isObject) : [],
          [
            { title: say('column.topic'), cell: (row) => row.topic },
            { title: say('column.state'), cell: (row) => say(`subscriptions.${String(row.state) as 'works'}`) },
            { title: say('column.expires'), cell: (row) => row.expiresAt },
            { title: say('column.key'), cell: (row) => row.key },
          ],
          false,
        )
        if (found.lookedAfter === false) shell.out(`\n${say('subscriptions.alone', { name })}\n`)
      }),
    )
}

const paths: Readonly<Record<string, string>> = { create: '', renew: '/renew', delete: '/delete' }
