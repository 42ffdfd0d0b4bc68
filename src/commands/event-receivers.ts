import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface SubscribeFlags extends HubCommandFlags {
  readonly types: string
  readonly documents?: string
  readonly origins?: string
  readonly keyPrefix?: string
  readonly baseline?: boolean
  readonly full?: boolean
}
interface ReplayFlags extends HubCommandFlags {
  readonly from?: string
  readonly until?: string
  readonly events?: string
  readonly types?: string
  readonly dryRun?: boolean
}

const path = '/v1/event-subscriptions'
const pathOf = (id: string): string => `${path}/${encodeURIComponent(id)}`
const words = (list: string): string[] => list.split(/[ ,]+/).filter((word) => word !== '')

/** `crossdock events subscribe …`: receivers of events. */
export function registerEventReceivers(parent: Command, shell: Shell): void {
  const { say } = shell

  hubCommand(parent, shell, 'subscribe', say('events.subscribe'))
    .argument('<name>', say('events.name'))
    .argument('<url>', say('events.url'))
    .requiredOption('--types <list>', say('events.wantedTypes'))
    .option('--documents <list>', say('events.wantedDocuments'))
    .option('--origins <list>', say('events.wantedOrigins'))
    .option('--key-prefix <text>', say('events.keyPrefix'))
    .option('--baseline', say('events.baseline'))
    .option('--full', say('events.full'))
    .action(
      withHub<SubscribeFlags>(shell, async (client, flags, name = '', url = '') => {
        const made = await client.send('POST', path, {
          name,
          url,
          types: words(flags.types),
          ...(flags.documents === undefined ? {} : { documents: words(flags.documents) }),
          ...(flags.origins === undefined ? {} : { origins: words(flags.origins) }),
          ...(flags.keyPrefix === undefined ? {} : { keyPrefix: flags.keyPrefix }),
          ...(flags.baseline ? { baseline: true } : {}),
          ...(flags.full ? { content: 'full' } : {}),
        })
        if (flags.json) return printJson(shell, made)
        shell.out(`${isObject(made.subscription) ? String(made.subscription.id) : ''} ${String(made.secret)}\n`)
        shell.note(`${say('events.once')}\n`)
      }),
    )

  hubCommand(parent, shell, 'subscriptions', say('events.subscriptions')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const found = await client.get(path)
      await printRows(
        shell,
        rowsOf(found.items),
        [
          { title: say('column.id'), cell: (row) => row.id },
          { title: say('column.name'), cell: (row) => row.name },
          { title: say('column.state'), cell: (row) => (row.reason === null ? row.state : `${String(row.state)} (${String(row.reason)})`) },
          {
            title: say('column.types'),
            cell: ({ filter }) => (isObject(filter) && Array.isArray(filter.types) ? filter.types.join(' ') : ''),
          },
          { title: say('column.waiting'), cell: ({ messages }) => (isObject(messages) ? messages.due : undefined) },
          { title: say('column.dead'), cell: ({ messages }) => (isObject(messages) ? messages.dead : undefined) },
          { title: say('column.error'), cell: (row) => row.lastError },
        ],
        flags.json === true,
      )
    }),
  )

  listCommand(parent, shell, 'messages', say('events.messages'))
    .argument('<id>', say('events.subscription'))
    .option('--state <state>', say('events.messageState'))
    .action(
      withHub<HubCommandFlags & { readonly state?: string }>(shell, async (client, flags, id = '') => {
        await printRows(
          shell,
          client.rows(`${pathOf(id)}/messages`, { state: flags.state }, rowLimit(shell, flags)),
          [
            { title: say('column.event'), cell: (row) => row.event },
            { title: say('column.type'), cell: (row) => row.type },
            { title: say('column.subject'), cell: (row) => row.subject },
            { title: say('column.state'), cell: (row) => row.state },
            { title: say('column.tries'), cell: (row) => row.attempts },
            { title: say('column.error'), cell: (row) => row.lastError },
          ],
          flags.json === true,
        )
      }),
    )

  const simple = (name: string, about: string, tell: (made: JsonObject) => string, send = `/${name}`) =>
    hubCommand(parent, shell, name, about)
      .argument('<id>', say('events.subscription'))
      .action(
        withHub<HubCommandFlags>(shell, async (client, flags, id = '') => {
          const made = await client.send(send === '' ? 'DELETE' : 'POST', `${pathOf(id)}${send}`)
          if (flags.json) return printJson(shell, made)
          shell.out(`${tell(made)}\n`)
        }),
      )
  simple('pause', say('events.pause'), (made) => say('events.paused', { name: String(made.name) }))
  simple('resume', say('events.resume'), (made) => say('events.resumed', { name: String(made.name) }))
  simple('resend', say('events.resend'), (made) => say('events.resent', { count: Number(made.resent) }))
  simple('unsubscribe', say('events.unsubscribe'), (made) => say('events.unsubscribed', { name: String(made.name) }), '')

  hubCommand(parent, shell, 'rotate', say('events.rotate'))
    .argument('<id>', say('events.subscription'))
    .option('--grace <hours>', say('events.grace'))
    .action(
      withHub<HubCommandFlags & { readonly grace?: string }>(shell, async (client, flags, id = '') => {
        const graceHours = flags.grace === undefined ? undefined : Number(flags.grace)
        if (graceHours !== undefined && !Number.isInteger(graceHours)) throw usage(say('events.badGrace', { hours: String(flags.grace) }))
        const made = await client.send('POST', `${pathOf(id)}/rotate`, graceHours === undefined ? {} : { graceHours })
        if (flags.json) return printJson(shell, made)
        shell.out(`${String(made.secret)}\n`)
        shell.note(`${say('events.rotated', { until: String(made.formerSecretUntil) })}\n`)
      }),
    )

  hubCommand(parent, shell, 'replay', say('events.replay'))
    .argument('<id>', say('events.subscription'))
    .option('--from <time>', say('events.from'))
    .option('--until <time>', say('events.until'))
    .option('--events <list>', say('events.ids'))
    .option('--types <list>', say('events.wantedTypes'))
    .option('--dry-run', say('events.dryRun'))
    .action(
      withHub<ReplayFlags>(shell, async (client, flags, id = '') => {
        if ((flags.events === undefined) === (flags.from === undefined)) throw usage(say('events.badReplay'))
        const asked = {
          ...(flags.events === undefined ? {} : { events: words(flags.events) }),
          ...(flags.from === undefined ? {} : { from: timeOf(shell, flags.from) }),
          ...(flags.until === undefined ? {} : { until: timeOf(shell, flags.until) }),
          ...(flags.types === undefined ? {} : { types: words(flags.types) }),
          ...(flags.dryRun ? { dryRun: true } : {}),
        }
        let matched = 0
        for (let after: string | undefined; ; ) {
          const done = await client.send('POST', `${pathOf(id)}/replay`, {
            ...asked,
            ...(after === undefined ? {} : { after }),
            limit: 10_000,
          })
          matched += Number(done.matched)
          if (typeof done.next !== 'string') break
          after = done.next
        }
        if (flags.json) return printJson(shell, { matched, dryRun: flags.dryRun === true })
        shell.out(`${say(flags.dryRun ? 'events.wouldReplay' : 'events.replayed', { count: matched })}\n`)
      }),
    )
}

export const rowsOf = (items: Json | undefined): readonly JsonObject[] => (Array.isArray(items) ? items.filter(isObject) : [])
