import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface ListFlags extends HubCommandFlags {
  readonly ack?: string
  readonly order?: string
  readonly status?: string
  readonly origin?: string
}

/** `ledger shipments`, `ledger shipment`, `ledger targets` and `ledger carriers`: what left, who was told of it, and what carriers are called. */
export function registerShipments(ledger: Command, shell: Shell): void {
  const { say } = shell
  const columns: readonly Column[] = [
    { title: say('column.key'), cell: (row) => row.key },
    { title: say('column.status'), cell: (row) => row.status },
    { title: say('column.origin'), cell: (row) => row.origin },
    {
      title: say('column.order'),
      cell: (row) =>
        objects(row.orders)
          .map(({ key }) => key)
          .join(', '),
    },
    {
      title: say('column.told'),
      cell: (row) =>
        objects(row.targets)
          .map(({ connection, state }) => `${connection} ${state}`)
          .join(', '),
    },
  ]
  const targets: readonly Column[] = [
    { title: say('column.connection'), cell: (row) => row.connection },
    { title: say('column.state'), cell: (row) => row.state },
    { title: say('column.reason'), cell: (row) => row.reason },
    { title: say('column.attempts'), cell: (row) => row.attempts },
    { title: say('column.at'), cell: (row) => row.at },
    { title: say('column.delivery'), cell: (row) => row.delivery },
  ]

  listCommand(ledger, shell, 'shipments', say('ledger.shipments'))
    .option('--ack <state>', say('ledger.ack'))
    .option('--order <key>', say('ledger.ofOrder'))
    .option('--status <status>', say('ledger.status'))
    .option('--origin <connection>', say('ledger.origin'))
    .action(
      withHub<ListFlags>(shell, async (client, flags) => {
        const { ack, order, status, origin } = flags
        await printRows(
          shell,
          client.rows('/v1/shipments', { ack, order, status, origin }, rowLimit(shell, flags)),
          columns,
          flags.json === true,
        )
      }),
    )

  hubCommand(ledger, shell, 'shipment', say('ledger.oneShipment'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, key = '') => {
        const found = await client.get('/v1/shipments/one', { key })
        if (flags.json) return printJson(shell, found)
        printPairs(
          shell,
          columns.map(({ title, cell }): [string, ReturnType<typeof cell>] => [title, cell(found)]),
        )
        shell.out('\n')
        await printRows(shell, objects(found.targets), targets, false)
        const moments = objects(found.parcels).flatMap(({ tracking, timeline }) => objects(timeline).map((one) => ({ tracking, ...one })))
        if (moments.length === 0) return
        shell.out('\n')
        await printRows(
          shell,
          moments,
          [
            { title: say('column.tracking'), cell: (row) => row.tracking },
            { title: say('column.at'), cell: (row) => row.at },
            { title: say('column.status'), cell: (row) => row.status },
          ],
          false,
        )
      }),
    )

  hubCommand(ledger, shell, 'targets', say('ledger.targets'))
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, type = '', key = '') => {
        const found = await client.get(`/v1/documents/${encodeURIComponent(type)}/targets`, { key })
        await printRows(shell, objects(found.targets), targets, flags.json === true)
      }),
    )

  hubCommand(ledger, shell, 'carriers', say('ledger.carriers'))
    .option('--unknown', say('ledger.unknownCarriers'))
    .action(
      withHub<HubCommandFlags & { readonly unknown?: boolean }>(shell, async (client, flags) => {
        const { items } = await client.get(flags.unknown ? '/v1/carriers/unknown' : '/v1/carriers')
        const ours: readonly Column[] = [
          { title: say('column.code'), cell: (row) => row.code },
          { title: say('column.name'), cell: (row) => row[shell.language] },
          {
            title: say('column.words'),
            cell: (row) =>
              objects(row.words)
                .map(({ word }) => word)
                .join(', '),
          },
        ]
        const unknown: readonly Column[] = [
          { title: say('column.connection'), cell: (row) => row.connection },
          { title: say('column.words'), cell: (row) => row.word },
          { title: say('column.count'), cell: (row) => row.parcels },
        ]
        await printRows(shell, objects(items), flags.unknown ? unknown : ours, flags.json === true)
      }),
    )
}

const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
