import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { registerChanges } from './changes.ts'
import { registerFigures } from './figures.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { registerLedgerPut } from './ledger-put.ts'
import { registerParcels } from './parcels.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { registerShipments } from './shipments.ts'

interface ListFlags extends HubCommandFlags {
  readonly number?: string
  readonly status?: string
  readonly origin?: string
}

/** `crossdock ledger …`: documents as they stand, as they stood, and what happened to them. */
export function registerLedger(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('ledger').description(say('ledger.about'))

  listCommand(parent, shell, 'list', say('ledger.list'))
    .argument('<type>', say('ledger.type'))
    .option('--number <number>', say('ledger.number'))
    .option('--status <status>', say('ledger.status'))
    .option('--origin <connection>', say('ledger.origin'))
    .action(
      withHub<ListFlags>(shell, async (client, flags, type = '') => {
        const { number, status, origin } = flags
        const rows = client.rows(pathOf(type), { number, status, origin }, rowLimit(shell, flags))
        await printRows(shell, rows, headColumns(shell), flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'show', say('ledger.show'))
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, type = '', key = '') => {
        const found = await client.get(`${pathOf(type)}/one`, { key })
        if (flags.json) return printJson(shell, found)
        printHead(shell, found)
        await printList(shell, say('ledger.links'), found.links, [
          { title: say('column.connection'), cell: (row) => row.connection },
          { title: say('column.partnerKey'), cell: (row) => row.externalKey },
          { title: say('column.linkedBy'), cell: (row) => row.linkedBy },
          { title: say('column.version'), cell: (row) => row.version },
        ])
        await printList(shell, say('ledger.findings'), found.findings, [
          { title: say('column.code'), cell: (row) => row.code },
          { title: say('column.path'), cell: (row) => row.path },
          { title: say('column.state'), cell: (row) => row.state },
          { title: say('column.detail'), cell: (row) => row.detail },
        ])
        printDocument(shell, found.document)
      }),
    )

  hubCommand(parent, shell, 'as-of', say('ledger.asOf'))
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .argument('<time>', say('ledger.time'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, type = '', key = '', time = '') => {
        const found = await client.get(`${pathOf(type)}/as-of`, { key, at: timeOf(shell, time) })
        if (flags.json) return printJson(shell, found)
        printPairs(shell, [
          [say('column.version'), found.version],
          [say('column.at'), found.at],
          [say('column.envelope'), found.envelope],
        ])
        printDocument(shell, found.document)
      }),
    )

  listCommand(parent, shell, 'history', say('ledger.history'))
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, type = '', key = '') => {
        const rows = client.rows(`${pathOf(type)}/history`, { key }, rowLimit(shell, flags))
        const columns = [
          { title: say('column.version'), cell: (row: JsonObject) => row.version },
          { title: say('column.at'), cell: (row: JsonObject) => row.at },
          { title: say('column.envelope'), cell: (row: JsonObject) => row.envelope },
          { title: say('column.mapping'), cell: (row: JsonObject) => shortHash(row.mapping) },
          { title: say('column.status'), cell: (row: JsonObject) => (isObject(row.document) ? row.document.status : undefined) },
          { title: say('column.who'), cell: (row: JsonObject) => row.actor },
          { title: say('column.why'), cell: (row: JsonObject) => row.why },
        ]
        await printRows(shell, rows, columns, flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'journal', say('ledger.journal'))
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, type = '', key = '') => {
        const { items } = await client.get(`${pathOf(type)}/journal`, { key })
        const columns = [
          { title: say('column.at'), cell: (row: JsonObject) => row.at },
          { title: say('column.kind'), cell: (row: JsonObject) => row.kind },
          { title: say('column.version'), cell: (row: JsonObject) => row.version },
          { title: say('column.envelope'), cell: (row: JsonObject) => row.envelope },
          { title: say('column.delivery'), cell: (row: JsonObject) => row.delivery },
          { title: say('column.detail'), cell: (row: JsonObject) => row.detail },
          { title: say('column.who'), cell: (row: JsonObject) => row.actor },
          { title: say('column.why'), cell: (row: JsonObject) => row.why },
        ]
        await printRows(shell, objects(items), columns, flags.json === true)
      }),
    )

  registerLedgerPut(parent, shell)
  registerChanges(parent, shell)
  registerParcels(parent, shell)
  registerShipments(parent, shell)
  registerFigures(parent, shell)
}

const pathOf = (type: string): string => `/v1/documents/${encodeURIComponent(type)}`

const headColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.key'), cell: (row) => row.key },
  { title: say('column.number'), cell: (row) => row.number },
  { title: say('column.status'), cell: (row) => (row.deleted ? `${row.status} (${say('ledger.deleted')})` : row.status) },
  { title: say('column.version'), cell: (row) => row.version },
  { title: say('column.origin'), cell: (row) => row.origin },
  { title: say('column.changed'), cell: (row) => row.changedAt },
]

function printHead(shell: Shell, found: JsonObject): void {
  printPairs(shell, [
    ...headColumns(shell).map(({ title, cell }): [string, Json | undefined] => [title, cell(found)]),
    [shell.say('column.envelope'), found.envelope],
  ])
}

async function printList(shell: Shell, title: string, rows: Json | undefined, columns: readonly Column[]): Promise<void> {
  const there = objects(rows)
  if (there.length === 0) return
  shell.out(`\n${title}\n`)
  await printRows(shell, there, columns, false)
}

function printDocument(shell: Shell, document: Json | undefined): void {
  shell.out('\n')
  printJson(shell, document ?? null)
}

const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const shortHash = (value: Json | undefined): Json | undefined => (typeof value === 'string' ? value.slice(0, 12) : value)
