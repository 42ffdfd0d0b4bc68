import type { Command } from 'commander'
import { isObject, type JsonObject } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface ListFlags extends HubCommandFlags {
  readonly status?: string
  readonly shipment?: string
}

/** `ledger parcels` and `ledger parcel`: where parcels are, by all that carriers tell. */
export function registerParcels(ledger: Command, shell: Shell): void {
  const { say } = shell
  const columns: readonly Column[] = [
    { title: say('column.tracking'), cell: (row) => row.tracking },
    { title: say('column.status'), cell: (row) => row.status },
    { title: say('column.at'), cell: (row) => row.at },
    { title: say('column.carrier'), cell: (row) => row.carrier },
  ]

  listCommand(ledger, shell, 'parcels', say('ledger.parcels'))
    .option('--status <status>', say('ledger.status'))
    .option('--shipment <key>', say('ledger.shipment'))
    .action(
      withHub<ListFlags>(shell, async (client, flags) => {
        const { status, shipment } = flags
        await printRows(shell, client.rows('/v1/parcels', { status, shipment }, rowLimit(shell, flags)), columns, flags.json === true)
      }),
    )

  hubCommand(ledger, shell, 'parcel', say('ledger.parcel'))
    .argument('<tracking>', say('ledger.tracking'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, tracking = '') => {
        const found = await client.get('/v1/parcels/one', { tracking })
        if (flags.json) return printJson(shell, found)
        printPairs(shell, [
          ...columns.map(({ title, cell }): [string, ReturnType<typeof cell>] => [title, cell(found)]),
          [
            say('column.document'),
            objects(found.shipments)
              .map(({ key }) => `shipment ${key}`)
              .join(', '),
          ],
        ])
        const moments = objects(found.timeline).flatMap(({ at, status, told }) => objects(told).map((one) => ({ at, status, ...one })))
        if (moments.length === 0) return
        shell.out('\n')
        await printRows(
          shell,
          moments,
          [
            { title: say('column.at'), cell: (row) => row.at },
            { title: say('column.status'), cell: (row) => row.status },
            { title: say('column.connection'), cell: (row) => row.connection },
            { title: say('column.detail'), cell: (row) => row.text },
          ],
          false,
        )
      }),
    )
}

const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
