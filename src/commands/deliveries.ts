import type { Command } from 'commander'
import { isObject, type JsonObject } from '../model/json.ts'
import type { Client } from './client.ts'
import { type HubCommandFlags, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly state?: string
  readonly connection?: string
  readonly route?: string
  readonly type?: string
  readonly key?: string
  readonly reason?: string
  readonly shadow?: boolean
  readonly blocked?: boolean
}

/** `crossdock deliveries`: what goes out and how far it is; with an id one delivery with all its tries. */
export function registerDeliveries(program: Command, shell: Shell): void {
  const { say } = shell
  listCommand(program, shell, 'deliveries', say('deliveries.about'))
    .argument('[id]', say('deliveries.id'))
    .option('--state <state>', say('deliveries.state'))
    .option('--connection <name>', say('filter.connection'))
    .option('--route <id>', say('filter.route'))
    .option('--type <type>', say('filter.type'))
    .option('--key <key>', say('filter.key'))
    .option('--reason <code>', say('filter.reason'))
    .option('--shadow', say('deliveries.shadow'))
    .option('--blocked', say('deliveries.blocked'))
    .action(
      withHub<Flags>(shell, async (client, flags, id) => {
        if (id !== undefined) return showDelivery(shell, client, flags.json === true, id)
        const { state, connection, route, type, key, reason } = flags
        const query = {
          state,
          connection,
          route,
          type,
          key,
          reason,
          shadow: flags.shadow ? 'true' : undefined,
          blocked: flags.blocked ? 'true' : undefined,
        }
        const columns = [...deliveryColumns(shell), ...(flags.blocked ? [{ title: say('column.blockedBy'), cell: blockerOf }] : [])]
        await printRows(shell, client.rows('/v1/deliveries', query, rowLimit(shell, flags)), columns, flags.json === true)
      }),
    )
}

/** `01K9Z3J5T8 dead http-422` */
const blockerOf = ({ blockedBy }: JsonObject): string =>
  isObject(blockedBy) ? [blockedBy.id, blockedBy.state, blockedBy.reason ?? ''].join(' ').trim() : ''

export const deliveryColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.id'), cell: (row) => row.id },
  { title: say('column.created'), cell: (row) => row.createdAt },
  { title: say('column.document'), cell: (row) => `${row.type} ${row.key}` },
  { title: say('column.connection'), cell: (row) => row.connection },
  { title: say('column.action'), cell: (row) => (row.operation === 'state' ? row.action : `${row.action} ${row.operation}`) },
  { title: say('column.state'), cell: (row) => (row.shadow ? `${row.state} (shadow)` : row.state) },
  { title: say('column.reason'), cell: (row) => row.reason },
  { title: say('column.tries'), cell: (row) => row.attempts },
]

export async function showDelivery(shell: Shell, client: Client, json: boolean, id: string): Promise<void> {
  const delivery = await client.get(`/v1/deliveries/${encodeURIComponent(id)}`)
  if (json) return printJson(shell, delivery)
  const { say } = shell
  printPairs(shell, [
    ...deliveryColumns(shell).map(({ title, cell }): [string, ReturnType<typeof cell>] => [title, cell(delivery)]),
    [say('column.route'), delivery.route],
    [say('column.version'), delivery.documentVersion],
    [say('column.due'), delivery.dueAt],
    [say('column.settled'), delivery.settledAt],
    [say('column.waitsFor'), delivery.waitsFor],
    [say('column.partnerKey'), delivery.partnerKey],
    [say('column.effectKey'), delivery.effectKey],
  ])
  const tries = Array.isArray(delivery.tries) ? delivery.tries.filter(isObject) : []
  if (tries.length > 0) {
    shell.out('\n')
    await printRows(
      shell,
      tries,
      [
        { title: say('column.try'), cell: (row) => row.n },
        { title: say('column.started'), cell: (row) => row.startedAt },
        { title: say('column.ended'), cell: (row) => row.endedAt },
        { title: say('column.outcome'), cell: (row) => row.outcome },
        { title: say('column.code'), cell: (row) => row.code },
        { title: say('column.status'), cell: (row) => row.status },
        { title: say('column.message'), cell: (row) => row.message },
      ],
      false,
    )
  }
  if (delivery.body !== null && delivery.body !== undefined) {
    shell.out('\n')
    printJson(shell, delivery.body)
  }
}
