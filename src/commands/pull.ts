import type { Command } from 'commander'
import { isObject } from '../model/json.ts'
import { printBaseline } from './baseline.ts'
import type { Client } from './client.ts'
import { pathOf } from './connection-path.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, timeOf, withHub } from './hub-command.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly baseline?: boolean
  readonly from?: string
  readonly until?: string
  readonly quiet?: boolean
  readonly pagesPerMinute?: string
}

/** `crossdock pull`: asks for a run of one stream, or of all streams of a connection, before its time; or for a range. */
export function registerPull(program: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(program, shell, 'pull', say('pull.about'))
    .argument('<connection>', say('connection.name'))
    .argument('[stream]', say('pull.stream'))
    .option('--baseline', say('pull.baseline'))
    .option('--from <time>', say('pull.from'))
    .option('--until <time>', say('pull.until'))
    .option('--quiet', say('pull.quiet'))
    .option('--pages-per-minute <pages>', say('pull.pages'))
    .action(
      withHub<Flags>(shell, async (client, flags, connection = '', stream) => {
        if (flags.from !== undefined) return askRange(shell, client, flags, connection, stream)
        if (flags.until !== undefined || flags.quiet || flags.pagesPerMinute !== undefined) throw usage(say('pull.untilAlone'))
        const streams = stream === undefined ? streamsOf((await client.get(pathOf(connection))).streams, flags.baseline === true) : [stream]
        const asked: { stream: string; asked: boolean }[] = []
        for (const one of streams) {
          const answer = await client.send('POST', `${pathOf(connection)}/streams/${encodeURIComponent(one)}/pull`, {})
          asked.push({ stream: one, asked: answer.asked === true })
          if (!flags.json) shell.out(`${say(answer.asked === true ? 'pull.asked' : 'pull.running', { connection, stream: one })}\n`)
        }
        if (flags.baseline) return printBaseline(shell, await client.get(`${pathOf(connection)}/baseline`), flags.json === true)
        if (flags.json) printJson(shell, { connection, streams: asked })
        else if (client.offline) shell.out(`${say('pull.offline')}\n`)
      }),
    )
}

async function askRange(shell: Shell, client: Client, flags: Flags, connection: string, stream: string | undefined): Promise<void> {
  const { say } = shell
  if (stream === undefined) throw usage(say('pull.rangeNeedsStream'))
  const pages = flags.pagesPerMinute === undefined ? undefined : Number(flags.pagesPerMinute)
  if (pages !== undefined && !(Number.isInteger(pages) && pages >= 1 && pages <= 6000))
    throw usage(say('pull.badPages', { pages: String(flags.pagesPerMinute) }))
  const until = timeOf(shell, flags.until)
  const row = await client.send('POST', `${pathOf(connection)}/streams/${encodeURIComponent(stream)}/backfills`, {
    from: timeOf(shell, flags.from) ?? '',
    ...(until === undefined ? {} : { until }),
    ...(flags.quiet ? { quiet: true } : {}),
    ...(pages === undefined ? {} : { pagesPerMinute: pages }),
  })
  if (flags.json) return printJson(shell, row)
  shell.out(`${say('pull.range', { connection, stream, id: String(row.id), from: String(row.from), until: String(row.until) })}\n`)
  if (client.offline) shell.out(`${say('pull.offline')}\n`)
}

/** Names of the streams; with `open` only those whose first load has not ended. */
const streamsOf = (streams: unknown, open: boolean): readonly string[] =>
  Array.isArray(streams)
    ? streams.flatMap((one) => (isObject(one) && typeof one.stream === 'string' && !(open && one.firstRead === 'done') ? [one.stream] : []))
    : []
