import type { Command } from 'commander'
import { isObject, type Json } from '../model/json.ts'
import { exitCode, usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

/** A workspace that waits for a secret does not hold yet: these commands are what mends it. */
const bare = { bare: true } as const

/** `crossdock secrets …`: secrets sealed in the hub's database. No value is ever an argument, where the shell's history and the list of processes would show it. */
export function registerSecrets(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('secrets').description(say('secrets.about'))

  hubCommand(parent, shell, 'set', say('secrets.set'))
    .argument('<name>', say('secrets.name'))
    .action(async (...all: readonly unknown[]) => {
      const value = await shell.readSecret(say('secrets.ask', { name: String(all[0]) }))
      if (value === '') throw usage(say('secrets.empty'))
      await withHub<HubCommandFlags>(shell, (client, flags, name) => set(shell, client, flags, { name: name ?? '', value }), bare)(...all)
    })

  listCommand(parent, shell, 'list', say('secrets.list')).action(
    withHub<HubCommandFlags>(
      shell,
      async (client, flags) => {
        await printRows(
          shell,
          client.rows('/v1/secrets', {}, rowLimit(shell, flags)),
          [
            { title: say('column.name'), cell: (row) => row.name },
            { title: say('column.generation'), cell: (row) => row.generation },
            { title: say('column.changed'), cell: (row) => row.changedAt },
            { title: say('column.age'), cell: (row) => age(row.changedAt) },
            { title: say('column.key'), cell: (row) => row.keyId },
            { title: say('column.usedBy'), cell: (row) => words(row.usedBy) },
          ],
          flags.json === true,
        )
      },
      bare,
    ),
  )

  hubCommand(parent, shell, 'remove', say('secrets.remove'))
    .argument('<name>', say('secrets.name'))
    .action(
      withHub<HubCommandFlags>(
        shell,
        async (client, flags, name = '') => {
          const removed = await client.send('DELETE', `/v1/secrets/${encodeURIComponent(name)}`)
          if (flags.json) return printJson(shell, removed)
          shell.out(`${say('secrets.removed', { name })}\n`)
        },
        bare,
      ),
    )

  hubCommand(parent, shell, 'rotate', say('secrets.rotate'))
    .option('--new-key', say('secrets.newKey'))
    .action(withHub<RotateFlags>(shell, (client, flags) => rotate(shell, client, flags), bare))
}

type Client = Parameters<Parameters<typeof withHub>[1]>[0]

async function set(
  shell: Shell,
  client: Client,
  flags: HubCommandFlags,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<void> {
  const made = await client.send('PUT', `/v1/secrets/${encodeURIComponent(name)}`, { value })
  if (flags.json) return printJson(shell, made)
  shell.out(`${shell.say('secrets.kept', { name, generation: Number(made.generation), key: String(made.keyId) })}\n`)
  const used = words(made.usedBy)
  if (!client.offline && used !== undefined) shell.note(`${shell.say('secrets.reload', { connections: used })}\n`)
  else if (used === undefined) shell.note(`${shell.say('secrets.refer', { reference: `\${sealed:${name}}` })}\n`)
}

interface RotateFlags extends HubCommandFlags {
  readonly newKey?: boolean
}

async function rotate(shell: Shell, client: Client, flags: RotateFlags): Promise<void> {
  const { say } = shell
  const answer = await client.send('POST', '/v1/secrets/rotate', flags.newKey ? { newKey: true } : {})
  const failed = objects(answer.failed)
  if (flags.json) printJson(shell, answer)
  else {
    if (typeof answer.keyFile === 'string') shell.out(`${say('secrets.keyMade', { file: answer.keyFile })}\n`)
    shell.out(`${say('secrets.resealed', { count: Number(answer.resealed), key: String(answer.keyId) })}\n`)
    for (const one of failed) shell.note(`${say('secrets.failed', { name: String(one.name), why: String(one.message) })}\n`)
    for (const old of objects(answer.oldKeys))
      shell.out(`${say(old.inUse === true ? 'secrets.keyNeeded' : 'secrets.keyFree', { key: String(old.keyId) })}\n`)
  }
  if (failed.length > 0) shell.end(exitCode.found)
}

const objects = (value: Json | undefined) => (Array.isArray(value) ? value.filter(isObject) : [])
const words = (value: Json | undefined): string | undefined => (Array.isArray(value) && value.length > 0 ? value.join(', ') : undefined)

/** How long ago, in the largest unit that fits. */
function age(since: Json | undefined): string | undefined {
  const ms = Date.now() - Date.parse(String(since))
  if (Number.isNaN(ms)) return undefined
  const [unit, size] = units.find(([, span]) => ms >= span) ?? ['s', 1000]
  return `${Math.max(0, Math.floor(ms / size))}${unit}`
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
]
