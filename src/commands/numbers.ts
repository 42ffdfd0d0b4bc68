import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Client } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { registerNumberWarnings } from './numbers-warnings.ts'
import { printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { given, read } from './stock-moves.ts'

interface NumberFlags extends HubCommandFlags {
  readonly why?: string
  readonly seen?: string
  readonly count?: string
  readonly reference?: string
  readonly block?: boolean
  readonly inside?: boolean
  readonly lease?: string
  readonly unused?: boolean
  readonly business?: boolean
}

/** `crossdock numbers …`: order numbers, made ahead and allotted once. */
export function registerNumbers(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('numbers').description(say('numbers.about'))
  schemeCommands(parent, shell)
  registerNumberWarnings(parent, shell)

  hubCommand(parent, shell, 'allot', say('numbers.allot'))
    .argument('<scheme>', say('numbers.scheme'))
    .argument('<request>', say('numbers.request'))
    .argument('<holder>', say('numbers.holder'))
    .option('--count <numbers>', say('numbers.count'))
    .option('--reference <text>', say('numbers.reference'))
    .option('--lease <span>', say('numbers.lease'))
    .option('--block', say('numbers.block'))
    .option('--inside', say('numbers.inside'))
    .action(
      withHub<NumberFlags>(shell, async (client, flags, scheme = '', requestId = '', holder = '') => {
        const made = await client.send('POST', '/v1/order-numbers/allot', {
          ...{ scheme, requestId, holder },
          ...given({ reference: flags.reference }),
          ...(flags.count === undefined ? {} : { count: wholeOf(shell, flags.count) }),
          ...leaseOf(shell, flags),
          ...(flags.block ? { block: true } : {}),
          ...(flags.inside ? { exposed: false } : {}),
        })
        if (flags.json) printJson(shell, made)
        else for (const number of Array.isArray(made.numbers) ? made.numbers : []) shell.out(`${number}\n`)
      }),
    )

  hubCommand(parent, shell, 'complete', say('numbers.complete'))
    .argument('<scheme>', say('numbers.scheme'))
    .argument('<request>', say('numbers.request'))
    .argument('<number=amount...>', say('numbers.completed'))
    .action(
      withHub<NumberFlags>(shell, async (client, flags, scheme = '', requestId = '', items = '') =>
        tell(shell, flags, await settle(client, 'complete', { scheme, requestId, items: items.split(',').map(itemOf) })),
      ),
    )

  hubCommand(parent, shell, 'release', say('numbers.release'))
    .argument('<scheme>', say('numbers.scheme'))
    .argument('<request>', say('numbers.request'))
    .argument('[number...]', say('numbers.numbers'))
    .option('--unused', say('numbers.unused'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<NumberFlags>(shell, async (client, flags, scheme = '', requestId = '', numbers = '') =>
        tell(
          shell,
          flags,
          await settle(client, 'release', {
            ...{ scheme, requestId },
            ...(numbers === '' ? {} : { numbers: numbers.split(',') }),
            ...(flags.unused ? { unused: true } : {}),
            ...given({ why: flags.why }),
          }),
        ),
      ),
    )

  hubCommand(parent, shell, 'renew', say('numbers.renew'))
    .argument('<scheme>', say('numbers.scheme'))
    .argument('<request>', say('numbers.request'))
    .option('--lease <span>', say('numbers.lease'))
    .action(
      withHub<NumberFlags>(shell, async (client, flags, scheme = '', requestId = '') => {
        const made = await settle(client, 'renew', { scheme, requestId, ...leaseOf(shell, flags) })
        if (flags.json) printJson(shell, made)
        else shell.out(`${String(made.leaseUntil)}\n`)
      }),
    )

  hubCommand(parent, shell, 'show', say('numbers.show'))
    .argument('<scheme>', say('numbers.scheme'))
    .argument('<number>', say('numbers.number'))
    .action(
      withHub<NumberFlags>(shell, async (client, flags, scheme = '', number = '') => {
        const { events, ...head } = await client.get('/v1/order-numbers/one', { scheme, number })
        if (flags.json) return printJson(shell, { ...head, events })
        printPairs(shell, Object.entries(head))
        shell.out('\n')
        for (const event of Array.isArray(events) ? events.filter(isObject) : [])
          shell.out(`${event.at}  ${event.state}  ${event.requestId ?? ''}  ${event.why ?? ''}\n`)
      }),
    )
}

function schemeCommands(parent: Command, shell: Shell): void {
  const { say } = shell
  listCommand(parent, shell, 'schemes', say('numbers.schemes')).action(
    withHub<NumberFlags>(shell, async (client, flags) => {
      const columns = [
        { title: say('column.name'), cell: (row: JsonObject) => row.name },
        { title: say('numbers.format'), cell: (row: JsonObject) => (isObject(row.settings) ? row.settings.format : undefined) },
        { title: say('numbers.generation'), cell: (row: JsonObject) => row.generation },
        { title: say('numbers.business'), cell: (row: JsonObject) => row.business },
        { title: say('column.version'), cell: (row: JsonObject) => row.version },
      ]
      await printRows(shell, client.rows('/v1/order-numbers/schemes', {}, rowLimit(shell, flags)), columns, flags.json === true)
    }),
  )

  hubCommand(parent, shell, 'put', say('numbers.put'))
    .argument('<scheme>', say('numbers.scheme'))
    .argument('<file>', say('numbers.file'))
    .option('--seen <version>', say('numbers.seen'))
    .action(
      withHub<NumberFlags>(shell, async (client, flags, scheme = '', file = '') => {
        const settings = await read(shell, file)
        const seen = flags.seen === undefined ? {} : { seen: wholeOf(shell, flags.seen) }
        printJson(shell, await client.send('PUT', schemePath(scheme), { settings, ...seen }))
      }),
    )

  for (const to of ['stop', 'resume'] as const)
    hubCommand(parent, shell, to, say(`numbers.${to}`))
      .argument('<scheme>', say('numbers.scheme'))
      .option('--business', say('numbers.ofBusiness'))
      .option('--why <text>', say('ledger.why'))
      .action(
        withHub<NumberFlags>(shell, async (client, flags, scheme = '') => {
          const what = flags.business ? 'business' : 'generation'
          printJson(shell, await client.send('POST', `${schemePath(scheme)}/${what}/${to}`, given({ why: flags.why })))
        }),
      )

  hubCommand(parent, shell, 'stats', say('numbers.stats'))
    .argument('<scheme>', say('numbers.scheme'))
    .action(
      withHub<NumberFlags>(shell, async (client, flags, scheme = '') => {
        const stats = await client.get('/v1/order-numbers/stats', { scheme })
        if (flags.json) printJson(shell, stats)
        else printPairs(shell, Object.entries(stats))
      }),
    )

  listCommand(parent, shell, 'log', say('numbers.log'))
    .argument('<scheme>', say('numbers.scheme'))
    .action(
      withHub<NumberFlags>(shell, async (client, flags, scheme = '') => {
        const columns = [
          { title: say('column.at'), cell: (row: JsonObject) => row.at },
          { title: say('column.kind'), cell: (row: JsonObject) => row.kind },
          { title: say('column.what'), cell: (row: JsonObject) => row.outcome },
          { title: say('numbers.by'), cell: (row: JsonObject) => row.by },
          { title: say('column.reason'), cell: (row: JsonObject) => row.why },
        ]
        await printRows(shell, client.rows('/v1/order-numbers/log', { scheme }, rowLimit(shell, flags)), columns, flags.json === true)
      }),
    )
}

const schemePath = (scheme: string): string => `/v1/order-numbers/schemes/${encodeURIComponent(scheme)}`
const settle = (client: Client, act: string, body: JsonObject): Promise<JsonObject> => client.send('POST', `/v1/order-numbers/${act}`, body)

function itemOf(text: string): JsonObject {
  const place = text.indexOf('=')
  return place < 0 ? { number: text } : { number: text.slice(0, place), amount: text.slice(place + 1) }
}

function wholeOf(shell: Shell, text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new CommandError(exitCode.usage, 'no-number', shell.say('numbers.noNumber', { text }))
  return Number(text)
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function leaseOf(shell: Shell, { lease }: NumberFlags): JsonObject {
  if (lease === undefined) return {}
  const [, size, unit = ''] = /^([1-9][0-9]{0,5})([smhd])$/.exec(lease) ?? []
  if (size === undefined) throw new CommandError(exitCode.usage, 'no-span', shell.say('numbers.noSpan', { text: lease }))
  return { leaseMs: Number(size) * (units[unit] ?? 0) }
}

function tell(shell: Shell, { json }: NumberFlags, made: JsonObject): void {
  if (json) {
    printJson(shell, made)
    return
  }
  const all: readonly Json[] = Array.isArray(made.numbers) ? made.numbers : []
  for (const one of all.filter(isObject)) shell.out(`${one.number}  ${one.state}\n`)
}
