import type { Command } from 'commander'
import { isObject } from '../model/json.ts'
import { pathOf } from './connection.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock pull`: asks for a run of one stream, or of all streams of a connection, before its time. */
export function registerPull(program: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(program, shell, 'pull', say('pull.about'))
    .argument('<connection>', say('connection.name'))
    .argument('[stream]', say('pull.stream'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, connection = '', stream) => {
        const streams = stream === undefined ? streamsOf((await client.get(pathOf(connection))).streams) : [stream]
        const asked: { stream: string; asked: boolean }[] = []
        for (const one of streams) {
          const answer = await client.send('POST', `${pathOf(connection)}/streams/${encodeURIComponent(one)}/pull`, {})
          asked.push({ stream: one, asked: answer.asked === true })
          if (!flags.json) shell.out(`${say(answer.asked === true ? 'pull.asked' : 'pull.running', { connection, stream: one })}\n`)
        }
        if (flags.json) printJson(shell, { connection, streams: asked })
        else if (client.offline) shell.out(`${say('pull.offline')}\n`)
      }),
    )
}

const streamsOf = (streams: unknown): readonly string[] =>
  Array.isArray(streams) ? streams.flatMap((one) => (isObject(one) && typeof one.stream === 'string' ? [one.stream] : [])) : []
