import { type Channel, type OutwardMessage, sendOutward } from '../connector/outward.ts'
import { defaultRetryTable } from '../model/delivery.ts'
import { isHubError, recoveryOf } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import { positionsOf, savePosition } from '../store/cursor.ts'
import { claimNotices, settleNotice } from '../store/notice.ts'
import type { NoticeTable } from '../store/tables.ts'
import { backOff } from './connection-health.ts'
import type { Context } from './context.ts'
import { type Halt, noHalt } from './halt.ts'

const batch = 16
const mostBackOffMs = 36_000_000

/** Sends the messages that are due, each until it arrives or has been tried often enough. A receiver may get one twice; it has the same id then. Answers how many were tried. */
export async function notify(context: Context, halt: Halt = noHalt()): Promise<number> {
  const { database, tenant, settings } = context
  let tried = 0
  while (!halt.stop.aborted) {
    const due = await claimNotices(database, tenant, await database.now(), settings.leaseMs, batch)
    if (due.length === 0) return tried
    await Promise.all(due.map((row) => send(context, row, halt)))
    tried += due.length
  }
  return tried
}

async function send(context: Context, row: NoticeTable, halt: Halt): Promise<void> {
  const channel = context.catalogue().channels.get(row.channel)
  if (channel === undefined) return settle(context, row, { dead: 'the workspace names this channel no more' })
  if (await isGone(context, channel)) return settle(context, row, { dead: `${gone}: nothing is sent to this address any more` })
  try {
    await sendOutward(channel, messageOf(row, channel), context.clock.now(), halt.abort)
    await settle(context, row, 'sent')
  } catch (error) {
    const code = isHubError(error) ? error.detail.code : 'bug'
    const message = `${code}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 2000)
    const last = row.attempts + 1 >= defaultRetryTable.waitsMs.length || recoveryOf(error) !== 'retry'
    if (code === gone) await close(context, channel)
    if (last && !halt.abort.aborted) {
      context.log.error({ channel: row.channel, alarm: row.alarm, code }, 'an alarm could not be told on this channel')
      return settle(context, row, { dead: message })
    }
    const waitMs = halt.abort.aborted ? 0 : backOff(error, row.attempts, defaultRetryTable, context.random(), mostBackOffMs)
    await settle(context, row, { retry: message, waitMs })
  }
}

/** What a receiver answers that wants nothing more (Standard Webhooks). */
const gone = 'http-410'
/** Where it is kept that an address is gone; another address of the same channel is open. */
const place = ':gone'
const addressOf = (channel: Channel): string => sha256(channel.kind === 'webhook' ? channel.url : channel.smtp)

const isGone = async ({ database, tenant }: Context, channel: Channel): Promise<boolean> =>
  (await positionsOf(database.read, tenant, place)).get(channel.name) === addressOf(channel)

async function close({ database, tenant, log }: Context, channel: Channel): Promise<void> {
  await database.write(async (tx) => savePosition(tx, tenant, place, channel.name, addressOf(channel), await database.now()))
  log.error(
    { channel: channel.name },
    'the receiver of alarms answered 410: the channel is closed until its address in the workspace is another',
  )
}

type End = 'sent' | { readonly dead: string } | { readonly retry: string; readonly waitMs: number }

async function settle({ database, tenant }: Context, row: NoticeTable, end: End): Promise<void> {
  await database.write(async (tx) => {
    const now = await database.now()
    const attempts = row.attempts + 1
    if (end === 'sent') return settleNotice(tx, tenant, row, { state: 'sent', due_at: now, attempts, last_error: null, ended_at: now })
    if ('dead' in end) return settleNotice(tx, tenant, row, { state: 'dead', due_at: now, attempts, last_error: end.dead, ended_at: now })
    return settleNotice(tx, tenant, row, { state: 'due', due_at: now + end.waitMs, attempts, last_error: end.retry, ended_at: null })
  })
}

interface Body {
  readonly type: string
  readonly timestamp: string
  readonly data: { readonly subject: string; readonly message: string; readonly openedAt: string; readonly closedAt: string | null }
}

function messageOf(row: NoticeTable, channel: Channel): OutwardMessage {
  const { data } = JSON.parse(row.body) as Body
  const over = row.event === 'closed'
  const subject = `[Crossdock] ${over ? 'over' : 'alarm'}: ${data.subject}`
  const text = `${data.message}.\n\nsince ${data.openedAt}${over ? `\nover ${data.closedAt}` : ''}\nalarm ${row.alarm}, told on ${channel.name}\n`
  return { id: row.id, body: row.body, subject, text }
}
