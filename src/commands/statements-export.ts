import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import type { Client } from './client.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly pdf?: string
  readonly xlsx?: string
  readonly hash?: string
}

/** A statement of 100,000 lines takes a minute. */
const limitMs = 900_000

/** `crossdock statements export`: a statement as files to print, to send and to reckon with. */
export function registerStatementsExport(parent: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(parent, shell, 'export', say('statements.export'))
    .argument('<number>', say('statements.number'))
    .option('--pdf <file>', say('statements.pdf'))
    .option('--xlsx <file>', say('statements.xlsx'))
    .option('--hash <hash>', say('statements.onlyHash'))
    .action(
      withHub<Flags>(shell, async (client, flags, number = '') => {
        const files = (['pdf', 'xlsx'] as const).flatMap((form) => {
          const file = flags[form]
          return file === undefined ? [] : [{ form, file }]
        })
        if (files.length === 0) throw usage(say('statements.noFile'))
        for (const { form, file } of files)
          await write(shell, client, file, `/v1/statements/${encodeURIComponent(number)}/${form}`, flags.hash)
        if (flags.json) printJson(shell, { files: files.map(({ file }) => resolve(shell.folder, file)) })
      }),
    )
}

/** The whole file or none: it has its name once it is complete. */
async function write(shell: Shell, client: Client, file: string, path: string, hash: string | undefined): Promise<void> {
  const whole = resolve(shell.folder, file)
  const part = `${whole}.part`
  const stream = await client.stream(path, { lang: shell.language, hash }, limitMs)
  try {
    await pipeline(Readable.fromWeb(stream), createWriteStream(part))
    await rename(part, whole)
  } catch (cause) {
    await rm(part, { force: true })
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CommandError(exitCode.unreachable, 'not-written', shell.say('statements.broken', { file, why }), cause)
  }
}
