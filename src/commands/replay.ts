import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Client } from './client.ts'
import { kindOf } from './dead.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, timeOf, withHub } from './hub-command.ts'
import { printJson, printRows, shown } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly dryRun?: boolean
  readonly again?: boolean
  readonly deliveries?: boolean
  readonly type?: string
  readonly dead?: boolean
  readonly connection?: string
  readonly stream?: string
  readonly key?: string
  readonly state?: string
  readonly reason?: string
  readonly since?: string
  readonly until?: string
}

/** `crossdock replay`: one envelope or delivery by its id, a range of envelopes of a connection, or all dead letters again. */
export function registerReplay(program: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(program, shell, 'replay', say('replay.about'))
    .argument('[id]', say('replay.id'))
    .option('--dry-run', say('replay.dryRun'))
    .option('--again', say('replay.again'))
    .option('--dead', say('replay.dead'))
    .option('--deliveries', say('replay.deliveries'))
    .option('--type <document>', say('replay.type'))
    .option('--connection <name>', say('filter.connection'))
    .option('--stream <name>', say('filter.stream'))
    .option('--key <key>', say('inbox.key'))
    .option('--state <states>', say('replay.states'))
    .option('--reason <code>', say('replay.reason'))
    .option('--since <time>', say('filter.since'))
    .option('--until <time>', say('filter.until'))
    .action(
      withHub<Flags>(shell, async (client, flags, id) => {
        if (id !== undefined && (await kindOf(shell, client, id)) === 'delivery') return replayDelivery(shell, client, flags, id)
        const answer = await send(shell, client, flags, id)
        if (flags.json) return printJson(shell, answer)
        await printRehearsals(shell, answer.rehearsals)
        if (flags.dryRun)
          shell.out(`${say('replay.would', { count: Number(answer.matched ?? Number(answer.envelopes) + Number(answer.deliveries)) })}\n`)
        else
          shell.out(`${say('replay.done', { count: Number(answer.replayed ?? Number(answer.envelopes) + Number(answer.deliveries)) })}\n`)
        if (client.offline && !flags.dryRun) shell.out(`${say('pull.offline')}\n`)
      }),
    )
}

async function send(shell: Shell, client: Client, flags: Flags, id: string | undefined): Promise<JsonObject> {
  const dryRun = flags.dryRun === true
  if (id !== undefined) return client.send('POST', `/v1/envelopes/${encodeURIComponent(id)}/replay`, { dryRun })
  if (flags.dead)
    return client.send('POST', '/v1/dead-letters/replay', { dryRun, ...given({ connection: flags.connection, reason: flags.reason }) })
  const { connection, stream, key, reason, type } = flags
  const from = timeOf(shell, flags.since)
  const to = timeOf(shell, flags.until)
  const states = flags.state?.split(/[ ,]+/)
  if (flags.deliveries)
    return client.send('POST', '/v1/deliveries/replay', { dryRun, ...given({ connection, type, states, reason, from, to }) })
  if (connection === undefined) throw usage(shell.say('replay.what'))
  return client.send('POST', '/v1/envelopes/replay', { dryRun, ...given({ connection, stream, key, states, reason, from, to }) })
}

async function replayDelivery(shell: Shell, client: Client, flags: Flags, id: string): Promise<void> {
  const { say } = shell
  if (flags.again && !flags.dryRun && flags.reason === undefined) throw usage(say('replay.noReason'))
  const answer = await client.send('POST', `/v1/deliveries/${encodeURIComponent(id)}/replay`, {
    as: flags.again ? 'new' : 'same',
    ...(flags.again && flags.reason !== undefined ? { reason: flags.reason } : {}),
    dryRun: flags.dryRun === true,
  })
  if (flags.json) return printJson(shell, answer)
  if (typeof answer.problem === 'string') shell.out(`${say('replay.problem', { problem: answer.problem })}\n`)
  if (flags.dryRun) {
    shell.out(`${say('replay.frozen')}\n`)
    printJson(shell, answer.frozen ?? null)
    shell.out(`${say('replay.now')}\n`)
    printJson(shell, answer.now ?? null)
  } else {
    shell.out(`${say('replay.done', { count: 1 })}\n`)
    if (client.offline) shell.out(`${say('pull.offline')}\n`)
  }
}

/** What a dry run would change: one line a field. */
async function printRehearsals(shell: Shell, rehearsals: Json | undefined): Promise<void> {
  const { say } = shell
  for (const one of Array.isArray(rehearsals) ? rehearsals.filter(isObject) : []) {
    if (one.delivery !== undefined) {
      shell.out(`${String(one.delivery)}${typeof one.problem === 'string' ? `  ${say('replay.problem', { problem: one.problem })}` : ''}\n`)
      await printChanges(shell, one.changes)
      continue
    }
    shell.out(`${String(one.envelope)}  ${String(one.state)}${one.reason ? ` (${String(one.reason)})` : ''}\n`)
    for (const document of Array.isArray(one.documents) ? one.documents.filter(isObject) : []) {
      shell.out(`  ${String(document.type)} ${String(document.key)}${document.isNew ? ` ${say('replay.isNew')}` : ''}\n`)
      await printChanges(shell, document.changes)
    }
  }
}

async function printChanges(shell: Shell, value: Json | undefined): Promise<void> {
  const { say } = shell
  const changes = Array.isArray(value) ? value.filter(isObject) : []
  if (changes.length === 0) shell.out(`    ${say('replay.same')}\n`)
  else
    await printRows(
      shell,
      changes,
      [
        { title: say('column.field'), cell: (row) => row.path },
        { title: say('column.before'), cell: (row) => shown(row.before) },
        { title: say('column.after'), cell: (row) => shown(row.after) },
      ],
      false,
    )
}

/** Without what was not given: the API knows no nulls in its filters. */
const given = (values: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
