import type { Command } from 'commander'
import { isObject, type JsonObject, parseJson } from '../model/json.ts'
import type { Client } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { hubCommand, withHub } from './hub-command.ts'
import { type CommandFlags, commandFields, commanding } from './ledger-put.ts'
import { printJson } from './print.ts'
import { readText } from './read-text.ts'
import type { Shell } from './shell.ts'

interface Flags extends CommandFlags {
  readonly number?: string
  readonly issue?: boolean
}

/** Commands of people on purchases: what they ask for stands in a JSON file, as the API takes it. */
export function registerPurchaseCommands(parent: Command, shell: Shell): void {
  const { say } = shell
  const command = (name: 'create' | 'amend' | 'issue' | 'close' | 'reopen' | 'cancel' | 'respond' | 'receive' | 'post' | 'reverse') =>
    hubCommand(parent, shell, name, say(`purchase.${name}`))

  command('create')
    .argument('<file>', say('purchase.orderFile'))
    .option('--number <number>', say('purchase.number'))
    .option('--issue', say('purchase.issueNow'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags, file = '') => {
        const { number, issue } = flags
        const body = { document: await objectOf(shell, file), ...commandFields(flags) }
        await send(shell, client, flags, '/v1/purchase-orders', {
          ...body,
          ...(number === undefined ? {} : { number }),
          ...(issue ? { issue } : {}),
        })
      }),
    )

  commanding(command('amend'), shell)
    .argument('<key>', say('purchase.key'))
    .argument('<file>', say('purchase.changesFile'))
    .action(
      withHub<Flags>(shell, async (client, flags, key = '', file = '') => {
        await send(shell, client, flags, '/v1/purchase-orders/amend', {
          key,
          changes: await objectOf(shell, file),
          ...commandFields(flags),
        })
      }),
    )

  for (const act of ['issue', 'close', 'reopen', 'cancel'] as const)
    commanding(command(act), shell)
      .argument('<key>', say('purchase.key'))
      .action(
        withHub<Flags>(shell, async (client, flags, key = '') => {
          await send(shell, client, flags, `/v1/purchase-orders/${act}`, { key, ...commandFields(flags) })
        }),
      )

  command('respond')
    .argument('<key>', say('purchase.key'))
    .argument('<file>', say('purchase.answerFile'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags, key = '', file = '') => {
        await send(shell, client, flags, '/v1/purchase-orders/respond', { ...(await objectOf(shell, file)), key, ...commandFields(flags) })
      }),
    )

  command('receive')
    .argument('<file>', say('purchase.receiptFile'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags, file = '') => {
        await send(shell, client, flags, '/v1/goods-receipts', { ...(await objectOf(shell, file)), ...commandFields(flags) })
      }),
    )

  for (const act of ['post', 'reverse'] as const)
    commanding(command(act), shell)
      .argument('<key>', say('purchase.receiptKey'))
      .action(
        withHub<Flags>(shell, async (client, flags, key = '') => {
          await send(shell, client, flags, `/v1/goods-receipts/${act}`, { key, ...commandFields(flags) })
        }),
      )
}

async function objectOf(shell: Shell, file: string): Promise<JsonObject> {
  const value = parseJson(await readText(shell, file))
  if (!isObject(value)) throw new CommandError(exitCode.usage, 'no-object', shell.say('ledger.noObject', { file }))
  return value
}

async function send(shell: Shell, client: Client, flags: Flags, path: string, body: JsonObject): Promise<void> {
  const made = await client.send('POST', path, body)
  if (flags.json) printJson(shell, made)
  else shell.out(`${shell.say('ledger.written', { type: String(made.type), key: String(made.key), version: String(made.version) })}\n`)
}
