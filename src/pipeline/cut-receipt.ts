import type { CutRecord } from '../connector/access.ts'
import { type CutNotices, cutBody, cutNotices, cutPage, unreadTopic } from '../connector/cut.ts'
import type { Notices } from '../connector/types.ts'
import type { EnvelopeReason } from '../model/envelope.ts'
import type { ReceiptHead } from '../store/receipt.ts'
import type { ConnectionSetup } from './context.ts'
import type { Draft } from './drafts.ts'

export type NoRecords = { readonly state: 'dead' | 'ignored'; readonly reason: EnvelopeReason; readonly message: string }
/** `streams`: to be read now; `jobs`: of a partner's that have ended; `rest`: what is to be written down of the message beside its records */
type Cut =
  | {
      readonly drafts: readonly Draft[]
      readonly streams?: readonly string[]
      readonly jobs?: readonly string[]
      readonly rest?: NoRecords
    }
  | NoRecords
export const poisoned: NoRecords = { state: 'dead', reason: 'poison', message: 'the process ended each time this receipt was cut' }

const bytesGone: NoRecords = { state: 'dead', reason: 'unparseable', message: 'the bytes of the receipt are gone' }
const unparseable = (error: unknown): NoRecords => ({
  state: 'dead',
  reason: 'unparseable',
  message: error instanceof Error ? error.message : String(error),
})

/** The drafts of one receipt that was stored before it was cut, or why it has none. */
export async function cutReceipt(
  connection: ConnectionSetup | undefined,
  receipt: ReceiptHead,
  body: Uint8Array | undefined,
): Promise<Cut> {
  return receipt.kind === 'webhook' ? cutWebhook(connection, receipt, body) : cutListed(connection, receipt, body)
}

/** A page of a list. */
async function cutListed(connection: ConnectionSetup | undefined, receipt: ReceiptHead, body: Uint8Array | undefined): Promise<Cut> {
  const { stream, connection: name } = receipt
  if (connection === undefined || stream === null || connection.connector.streams[stream] === undefined)
    return {
      state: 'dead',
      reason: 'invalid',
      message: `the workspace has no stream '${stream}' of a connection '${name}' any more: put it back, then replay`,
    }
  if (body === undefined) return bytesGone
  try {
    const records = await cutPage(connection, stream, body, receipt.as_of)
    return {
      drafts: records.map((record) => ({
        record,
        receipts: [receipt.id],
        asOf: receipt.as_of,
        receivedAt: receipt.received_at,
        baseline: receipt.baseline === 1,
        authoritative: false,
        poke: false,
        listed: true,
      })),
    }
  } catch (error) {
    return unparseable(error)
  }
}

function cutWebhook(connection: ConnectionSetup | undefined, receipt: ReceiptHead, body: Uint8Array | undefined): Cut {
  const told = connection?.connector.webhook?.topic
  if (connection !== undefined && told !== undefined && 'each' in told && receipt.topic === told.name)
    return cutTold(connection, told, receipt, body)
  const topic = connection?.connector.webhook?.topics[receipt.topic ?? '']
  if (connection === undefined || topic === undefined) {
    const unread = connection && body && unreadTopic(connection.connector, body)
    if (unread !== undefined) return { state: 'dead', reason: 'unparseable', message: unread }
    return { state: 'ignored', reason: 'unknown-topic', message: `the connector knows no topic '${receipt.topic}'` }
  }
  if (body === undefined) return bytesGone
  let records: readonly CutRecord[]
  try {
    records = cutBody(connection.connector, connection.config, topic, body, receipt.as_of)
  } catch (error) {
    return unparseable(error)
  }
  if (records.length === 0) return { state: 'ignored', reason: 'filtered', message: 'the message carries no records' }
  if (topic.carries === 'job') {
    const jobs = records.map(({ key }) => key)
    return {
      drafts: [],
      jobs,
      rest: { state: 'ignored', reason: 'filtered', message: `it tells that a bulk job has ended: ${jobs.join(', ')}` },
    }
  }
  const eventId = connection.connector.webhook?.eventId?.signed === true ? receipt.event_id : null
  return {
    drafts: records.map((record) => ({
      record,
      receipts: [receipt.id],
      asOf: receipt.as_of,
      receivedAt: receipt.received_at,
      baseline: false,
      authoritative: false,
      poke: topic.op !== 'delete' && topic.carries !== 'whole',
      ...(eventId === null ? {} : { eventId }),
    })),
  }
}

/** One message that tells of many things. Where it names more than the records, the streams are read, and that is written down. */
function cutTold(connection: ConnectionSetup, notices: Notices, receipt: ReceiptHead, body: Uint8Array | undefined): Cut {
  if (body === undefined) return bytesGone
  let cut: CutNotices
  try {
    cut = cutNotices(connection.connector, connection.config, notices, body, receipt.as_of)
  } catch (error) {
    return unparseable(error)
  }
  const { records, streams, unknown } = cut
  const words = [
    ...(streams.length === 0 ? [] : [`more changed than is named: read now: ${streams.join(', ')}`]),
    ...(unknown === 0 ? [] : [`${unknown} of the things told are nothing that the connector reads`]),
  ]
  if (words.length === 0 && records.length === 0) words.push('the message carries no records')
  return {
    drafts: records.map((record) => ({
      record,
      receipts: [receipt.id],
      asOf: receipt.as_of,
      receivedAt: receipt.received_at,
      baseline: false,
      authoritative: false,
      poke: record.poke === true,
    })),
    streams,
    ...(words.length === 0
      ? {}
      : { rest: { state: 'ignored', reason: unknown > 0 ? 'unknown-topic' : 'filtered', message: words.join('; ') } as const }),
  }
}
