import type { Command } from 'commander'
import { type Client, type HubFlags, openClient } from './client.ts'
import { usage } from './exit-code.ts'
import type { Shell } from './shell.ts'

export interface HubCommandFlags extends HubFlags {
  readonly json?: boolean
  readonly limit?: string
}

/** A command that talks to a hub: --workspace, --data and --url say which, --json how it answers. */
export function hubCommand(parent: Command, shell: Shell, name: string, about: string): Command {
  return parent
    .command(name)
    .description(about)
    .option('--workspace <folder>', shell.say('flag.workspace'))
    .option('--data <folder>', shell.say('flag.data'))
    .option('--url <address>', shell.say('flag.url'))
    .option('--json', shell.say('flag.json'))
}

/** The same for a list: --limit rows, 50 when left out. */
export const listCommand = (parent: Command, shell: Shell, name: string, about: string): Command =>
  hubCommand(parent, shell, name, about).option('--limit <rows>', shell.say('flag.limit'), '50')

export function rowLimit(shell: Shell, flags: HubCommandFlags): number {
  const rows = Number(flags.limit ?? 50)
  if (!Number.isInteger(rows) || rows < 1 || rows > 1_000_000) throw usage(shell.say('flag.badLimit', { limit: String(flags.limit) }))
  return rows
}

/** A time of the command line as ISO text: a date, a date-time, or a span back from now such as `2h`. @throws CommandError usage */
export function timeOf(shell: Shell, text: string | undefined, now: number = Date.now()): string | undefined {
  if (text === undefined) return undefined
  const span = /^(\d{1,6})([smhd])$/.exec(text)
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[span?.[2] ?? '']
  const at = span && unit ? now - Number(span[1]) * unit : Date.parse(text)
  if (Number.isNaN(at)) throw usage(shell.say('flag.badTime', { time: text }))
  return new Date(at).toISOString()
}

/** An action that gets its client and closes it; `bare`: it needs no workspace that holds. Commander hands the arguments, the flags and the command itself. */
export const withHub =
  <F extends HubFlags>(
    shell: Shell,
    work: (client: Client, flags: F, ...given: readonly (string | undefined)[]) => Promise<void>,
    how: { readonly bare: boolean } = { bare: false },
  ) =>
  async (...all: readonly unknown[]): Promise<void> => {
    const flags = all.at(-2) as F
    const given = all.slice(0, -2).map((word) => (word === undefined ? undefined : String(word)))
    const client = await openClient(shell, flags, how)
    try {
      await work(client, flags, ...given)
    } finally {
      await client.close()
    }
  }
