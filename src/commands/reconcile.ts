import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Client } from './client.ts'
import { pathOf } from './connection-path.ts'
import { exitCode, usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, timeOf, withHub } from './hub-command.ts'
import { printJson, printRows, shown } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly from?: string
  readonly until?: string
  readonly heal?: string
  readonly dryRun?: boolean
  readonly html?: string
}

const requestLimitMs = 600_000

/** `crossdock reconcile`: compares a connection with the ledger; ends with 1 when something differs that nobody has healed. */
export function registerReconcile(program: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(program, shell, 'reconcile', say('reconcile.about'))
    .argument('<connection>', say('connection.name'))
    .argument('[stream]', say('reconcile.stream'))
    .option('--from <day>', say('reconcile.from'))
    .option('--until <day>', say('reconcile.until'))
    .option('--heal <way>', say('reconcile.heal'))
    .option('--dry-run', say('reconcile.dryRun'))
    .option('--html <file>', say('reconcile.html'))
    .action(
      withHub<Flags>(shell, async (client, flags, connection = '', stream) => {
        const { heal } = flags
        if (heal !== undefined && heal !== 'pull' && heal !== 'push') throw usage(say('reconcile.badHeal', { heal }))
        const asked = { stream, from: dayOf(shell, flags.from), until: dayOf(shell, flags.until), heal }
        const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
        const report = await client.send(
          'POST',
          `${pathOf(connection)}/reconcile`,
          { ...given, dryRun: flags.dryRun === true },
          {},
          requestLimitMs,
        )
        if (flags.html !== undefined) await savePage(shell, client, String(report.id), flags.html)
        if (flags.json) printJson(shell, report)
        else await print(shell, report)
        if (report.same !== true) shell.end(exitCode.found)
      }),
    )
}

const dayOf = (shell: Shell, text: string | undefined): string | undefined => timeOf(shell, text)?.slice(0, 10)

async function savePage(shell: Shell, client: Client, id: string, file: string): Promise<void> {
  writeFileSync(resolve(shell.folder, file), await client.bytes(`/v1/reports/${encodeURIComponent(id)}/page`, { lang: shell.language }))
}

async function print(shell: Shell, report: JsonObject): Promise<void> {
  const { say } = shell
  for (const part of listOf(report.parts)) {
    shell.out(`${String(part.stream)}: ${say('reconcile.records', { count: Number(part.records) })}\n`)
    const rows = listOf(part.days).filter(({ same }) => same !== true)
    if (rows.length > 0)
      await printRows(
        shell,
        rows,
        [
          { title: say('column.document'), cell: (row) => row.type },
          { title: say('reconcile.day'), cell: (row) => row.day },
          { title: say('reconcile.there'), cell: (row) => tally(row.there) },
          { title: say('reconcile.here'), cell: (row) => tally(row.here) },
        ],
        false,
      )
    for (const one of listOf(part.differences)) {
      const heal = typeof one.heal === 'string' ? ` → ${wordOf(shell, one.heal)}` : ''
      const detail = typeof one.detail === 'string' ? `  ${one.detail}` : ''
      shell.out(`  ${wordOf(shell, String(one.kind))}${heal}  ${String(one.type)} ${String(one.externalKey)}  ${shown(one.key)}${detail}\n`)
      for (const { path, before, after } of listOf(one.changes)) shell.out(`    ${String(path)}: ${shown(before)} → ${shown(after)}\n`)
    }
  }
  shell.out(`${report.same === true ? say('reconcile.same') : say('reconcile.differ', { count: Number(report.differences) })}\n`)
}

const words = [
  'late',
  'lost',
  'missing-there',
  'duplicated',
  'edited-there',
  'remapped',
  'refused',
  'read-again',
  'replayed',
  'deleted',
  'pushed',
  'held',
] as const

function wordOf(shell: Shell, word: string): string {
  const known = words.find((one) => one === word)
  return known === undefined ? word : shell.say(`reconcile.${known}`)
}

const listOf = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

function tally(side: Json | undefined): string {
  if (!isObject(side)) return '-'
  const sums = isObject(side.sums) ? Object.entries(side.sums).map(([name, value]) => `${name} ${String(value)}`) : []
  return [String(side.count), ...sums].join(' · ')
}
