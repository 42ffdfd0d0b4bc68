import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { registerBaseline } from './baseline.ts'
import type { Client } from './client.ts'
import { registerConnectionForm } from './connection-form.ts'
import { pathOf } from './connection-path.ts'
import { registerCursor } from './cursor.ts'
import { exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { registerSubscriptions } from './subscriptions.ts'

/** `crossdock connection …`: accounts on other systems, their state and hook addresses. */
export function registerConnection(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('connection').description(say('connection.about'))

  hubCommand(parent, shell, 'list', say('connection.list')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const { items } = await client.get('/v1/connections')
      await printRows(
        shell,
        Array.isArray(items) ? items.filter(isObject) : [],
        [
          { title: say('column.name'), cell: (row) => row.name },
          { title: say('column.system'), cell: (row) => row.title },
          { title: say('column.books'), cell: (row) => row.books },
          { title: say('column.state'), cell: (row) => row.state },
          { title: say('column.reason'), cell: (row) => row.reason },
          { title: say('column.streams'), cell: (row) => (Array.isArray(row.streams) ? row.streams.length : 0) },
        ],
        flags.json === true,
      )
    }),
  )

  hubCommand(parent, shell, 'show', say('connection.show'))
    .argument('<name>', say('connection.name'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, name = '') => {
        const found = await client.get(pathOf(name))
        if (flags.json) return printJson(shell, found)
        printPairs(shell, [
          [say('column.name'), found.name],
          [say('column.system'), found.title],
          [say('column.books'), found.books],
          [say('column.organisation'), found.organisation],
          [say('column.state'), found.state],
          [say('column.reason'), found.reason],
          [say('column.changed'), found.changedAt],
          [say('column.circuit'), circuitOf(shell, found.circuit)],
          [say('column.ends'), endsOf(found.ends)],
          [say('column.actions'), Array.isArray(found.actions) ? found.actions.join(', ') : undefined],
        ])
        shell.out('\n')
        await printRows(
          shell,
          Array.isArray(found.streams) ? found.streams.filter(isObject) : [],
          [
            { title: say('column.stream'), cell: (row) => row.stream },
            { title: say('column.schedule'), cell: (row) => scheduleOf(shell, row) },
            { title: say('column.firstRead'), cell: (row) => row.firstRead },
            { title: say('column.lastRun'), cell: (row) => row.lastEndedAt },
            { title: say('column.nextRun'), cell: (row) => nextOf(shell, row) },
            { title: say('column.failed'), cell: (row) => row.failedRuns },
            { title: say('column.error'), cell: (row) => row.lastError },
          ],
          false,
        )
        const jobs = jobsOf(found)
        if (jobs.length === 0) return
        shell.out('\n')
        await printRows(
          shell,
          jobs,
          [
            { title: say('column.job'), cell: (row) => row.job },
            { title: say('column.stream'), cell: (row) => row.stream },
            { title: say('column.schedule'), cell: (row) => scheduleOf(shell, row) },
            { title: say('column.lastRun'), cell: (row) => row.lastEndedAt },
            { title: say('column.nextRun'), cell: (row) => nextOf(shell, row) },
            { title: say('column.error'), cell: (row) => row.lastError },
          ],
          false,
        )
      }),
    )

  hubCommand(parent, shell, 'test', say('connection.test'))
    .argument('<name>', say('connection.name'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, name = '') => {
        const result = await client.send('POST', `${pathOf(name)}/check`, {})
        if (flags.json) printJson(shell, result)
        else if (result.ok) shell.out(`${say('connection.works', { name, ms: Number(result.tookMs) })}\n`)
        else shell.out(`${say('connection.broken', { name, code: String(result.code), message: String(result.message) })}\n`)
        if (!result.ok) shell.end(exitCode.found)
      }),
    )

  hubCommand(parent, shell, 'pause', say('connection.pause'))
    .argument('<name>', say('connection.name'))
    .argument('[stream]', say('connection.stream'))
    .option('--reason <text>', say('connection.reason'))
    .action(
      withHub<HubCommandFlags & { readonly reason?: string }>(shell, async (client, flags, name = '', stream) => {
        if (stream !== undefined) return steerStream(shell, client, flags, { name, stream, act: 'pause' })
        const state = await client.send('POST', `${pathOf(name)}/pause`, flags.reason ? { reason: flags.reason } : {})
        if (flags.json) printJson(shell, state)
        else shell.out(`${say('connection.paused', { name })}\n`)
      }),
    )

  hubCommand(parent, shell, 'resume', say('connection.resume'))
    .argument('<name>', say('connection.name'))
    .argument('[stream]', say('connection.stream'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, name = '', stream) => {
        if (stream !== undefined) return steerStream(shell, client, flags, { name, stream, act: 'resume' })
        const state = await client.send('POST', `${pathOf(name)}/resume`, {})
        if (flags.json) printJson(shell, state)
        else shell.out(`${say('connection.resumed', { name, state: String(state.state) })}\n`)
      }),
    )

  registerCursor(parent, shell)
  registerBaseline(parent, shell)
  registerSubscriptions(parent, shell)
  registerConnectionForm(parent, shell)

  hubCommand(parent, shell, 'hook', say('connection.hook'))
    .argument('<name>', say('connection.name'))
    .option('--rotate', say('connection.rotate'))
    .option('--retire', say('connection.retire'))
    .action(
      withHub<HubCommandFlags & { readonly rotate?: boolean; readonly retire?: boolean }>(shell, async (client, flags, name = '') => {
        const path = `${pathOf(name)}/hook`
        const hook = flags.rotate
          ? await client.send('POST', `${path}/rotate`, {})
          : flags.retire
            ? await client.send('DELETE', `${path}/previous`)
            : await client.get(path)
        if (flags.json) return printJson(shell, hook)
        printPairs(shell, [
          [say('connection.current'), addressOf(client, hook.current)],
          [say('connection.previous'), addressOf(client, hook.previous)],
        ])
      }),
    )
}

async function steerStream(
  shell: Shell,
  client: Client,
  flags: HubCommandFlags,
  { name, stream, act }: { readonly name: string; readonly stream: string; readonly act: 'pause' | 'resume' },
): Promise<void> {
  const state = await client.send('POST', `${pathOf(name)}/streams/${encodeURIComponent(stream)}/${act}`, {})
  if (flags.json) return printJson(shell, state)
  shell.out(`${shell.say(act === 'pause' ? 'connection.pausedStream' : 'connection.resumedStream', { name, stream })}\n`)
}

/** `every 300 s`, or `30 2 * * * Europe/Berlin` */
function scheduleOf({ say }: Shell, { timing }: JsonObject): string {
  if (!isObject(timing)) return ''
  return typeof timing.everyMs === 'number'
    ? say('connection.everySeconds', { seconds: timing.everyMs / 1000 })
    : `${String(timing.cron)} ${String(timing.timeZone)}`
}

const nextOf = ({ say }: Shell, row: JsonObject): Json | undefined =>
  row.running === true
    ? say('connection.running')
    : row.paused === true
      ? say('connection.isPaused')
      : row.stopped === true
        ? say('drift.stopped')
        : row.nextAt

/** Jobs of a connection and of its streams, each with its stream. */
function jobsOf(connection: JsonObject): readonly JsonObject[] {
  const rows = (list: Json | undefined): readonly JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : [])
  return [
    ...rows(connection.streams).flatMap(({ stream, jobs }) => rows(jobs).map((job) => ({ ...job, stream: stream ?? null }))),
    ...rows(connection.jobs),
  ]
}

/** A hub that was not told its public address answers paths: here they are reached at the address it was asked at. */
const addressOf = (client: Client, hook: Json | undefined): Json | undefined =>
  typeof hook === 'string' && hook.startsWith('/') && !client.offline ? client.where + hook : hook

/** `sunset 2026-12-31T00:00:00.000Z https://…`, one after the other */
export const endsOf = (ends: Json | undefined): string | undefined => {
  const told = (Array.isArray(ends) ? ends.filter(isObject) : []).map(({ kind, at, words, link }) =>
    [kind, at, words, link].filter((word) => word !== null && word !== undefined).join(' '),
  )
  return told.length === 0 ? undefined : told.join('; ')
}

/** Nothing while deliveries go there; else how often nobody answered, and when the next one asks. */
function circuitOf({ say }: Shell, circuit: Json | undefined): string | undefined {
  if (!isObject(circuit) || circuit.downs === 0) return undefined
  const facts = { state: String(circuit.state), downs: Number(circuit.downs) }
  return circuit.askAt === null ? say('connection.downs', facts) : say('connection.circuit', { ...facts, at: String(circuit.askAt) })
}
