import type { Command } from 'commander'
import { isObject, type JsonObject, parseJson } from '../model/json.ts'
import type { Client } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, timeOf, withHub } from './hub-command.ts'
import { printJson } from './print.ts'
import { readText } from './read-text.ts'
import type { Shell } from './shell.ts'

interface MoveFlags extends HubCommandFlags {
  readonly key?: string
  readonly kind?: string
  readonly unit?: string
  readonly owner?: string
  readonly condition?: string
  readonly toCondition?: string
  readonly lot?: string
  readonly serial?: readonly string[]
  readonly at?: string
  readonly why?: string
  readonly open?: boolean
}

/** Commands that move stock which the hub keeps. */
export function registerStockMoves(stock: Command, shell: Shell): void {
  const { say } = shell
  const moving = (name: string, about: string): Command =>
    hubCommand(stock, shell, name, about)
      .option('--key <key>', say('stock.key'))
      .option('--unit <unit>', say('stock.unit'))
      .option('--owner <key>', say('stock.owner'))
      .option('--condition <condition>', say('stock.condition'))
      .option('--lot <lot>', say('stock.lot'))
      .option('--serial <number...>', say('stock.serial'))
      .option('--at <time>', say('stock.at'))
      .option('--why <text>', say('ledger.why'))
  const goods = ({ key, unit, owner, condition, lot, serial, why }: MoveFlags): JsonObject => ({
    ...given({ key, unit, owner, condition, lot, why }),
    ...(serial === undefined ? {} : { serials: [...serial] }),
  })
  const post = async (client: Client, flags: MoveFlags, path: string, body: JsonObject) =>
    tell(shell, flags, await client.send('POST', path, body))

  moving('move', say('stock.move'))
    .argument('<product>', say('stock.product'))
    .argument('<quantity>', say('stock.quantity'))
    .argument('<from>', say('stock.end'))
    .argument('<to>', say('stock.end'))
    .option('--kind <kind>', say('stock.kind'), 'transfer')
    .option('--to-condition <condition>', say('stock.toCondition'))
    .action(
      withHub<MoveFlags>(shell, (client, flags, product = '', quantity = '', from = '', to = '') =>
        post(client, flags, '/v1/stock/movements', {
          ...goods(flags),
          ...given({ toCondition: flags.toCondition, movedAt: timeOf(shell, flags.at) }),
          kind: flags.kind ?? 'transfer',
          product,
          quantity,
          from,
          to,
        }),
      ),
    )

  hubCommand(stock, shell, 'reverse', say('stock.reverse'))
    .argument('<key>', say('ledger.key'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<MoveFlags>(shell, (client, flags, key = '') =>
        post(client, flags, '/v1/stock/movements/reverse', { key, ...given({ why: flags.why }) }),
      ),
    )

  moving('adjust', say('stock.adjust'))
    .argument('<product>', say('stock.product'))
    .argument('<location>', say('stock.location'))
    .argument('<quantity>', say('stock.signed'))
    .action(
      withHub<MoveFlags>(shell, (client, flags, product = '', location = '', quantity = '') =>
        post(client, flags, '/v1/stock/adjustments', {
          ...goods(flags),
          ...given({ movedAt: timeOf(shell, flags.at) }),
          why: flags.why ?? '',
          product,
          location,
          quantity: quantity.replace(/^\+/, ''),
        }),
      ),
    )

  moving('count', say('stock.count'))
    .argument('<product>', say('stock.product'))
    .argument('<location>', say('stock.location'))
    .argument('<counted>', say('stock.quantity'))
    .action(
      withHub<MoveFlags>(shell, (client, flags, product = '', location = '', counted = '') =>
        post(client, flags, '/v1/stock/counts', {
          ...goods(flags),
          ...given({ countedAt: timeOf(shell, flags.at) }),
          product,
          location,
          counted,
        }),
      ),
    )

  hubCommand(stock, shell, 'snapshot', say('stock.snapshot'))
    .argument('<file>', say('stock.snapshotFile'))
    .action(
      withHub<MoveFlags>(shell, async (client, flags, file = '') => post(client, flags, '/v1/stock/snapshots', await read(shell, file))),
    )

  hubCommand(stock, shell, 'transfer', say('stock.transfer'))
    .argument('<file>', say('stock.transferFile'))
    .action(
      withHub<MoveFlags>(shell, async (client, flags, file = '') => post(client, flags, '/v1/stock/transfers', await read(shell, file))),
    )

  hubCommand(stock, shell, 'receive', say('stock.receive'))
    .argument('<key>', say('ledger.key'))
    .argument('[line=quantity...]', say('stock.receivedLines'))
    .option('--open', say('stock.open'))
    .option('--at <time>', say('stock.at'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<MoveFlags>(shell, (client, flags, key = '', lines = '') =>
        post(client, flags, '/v1/stock/transfers/receive', {
          key,
          complete: flags.open !== true,
          lines: lines
            .split(',')
            .filter((line) => line !== '')
            .map((line) => ({ key: line.slice(0, line.indexOf('=')), received: line.slice(line.indexOf('=') + 1) })),
          ...given({ receivedAt: timeOf(shell, flags.at), why: flags.why }),
        }),
      ),
    )

  hubCommand(stock, shell, 'return', say('stock.return'))
    .argument('<file>', say('stock.returnFile'))
    .action(
      withHub<MoveFlags>(shell, async (client, flags, file = '') =>
        post(client, flags, '/v1/stock/supplier-returns', await read(shell, file)),
      ),
    )
}

/** Fields that were given. */
export const given = (fields: Readonly<Record<string, string | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

export async function read(shell: Shell, file: string): Promise<JsonObject> {
  const body = parseJson(await readText(shell, file))
  if (!isObject(body)) throw new CommandError(exitCode.usage, 'no-object', shell.say('ledger.noObject', { file }))
  return body
}

function tell(shell: Shell, flags: MoveFlags, made: JsonObject): void {
  if (flags.json) {
    printJson(shell, made)
    return
  }
  const documents = Array.isArray(made.documents) ? made.documents.filter(isObject) : [made]
  for (const { type, key, version } of documents)
    shell.out(`${shell.say('ledger.written', { type: String(type), key: String(key), version: String(version) })}\n`)
}
