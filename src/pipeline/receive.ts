import { secretValues } from '../connector/secrets.ts'
import { verifyWebhook } from '../connector/verify.ts'
import { isHubError } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import { redactor } from '../model/redact.ts'
import { insertReceipts, type Receipt } from '../store/receipt.ts'
import type { ConnectionSetup, Context } from './context.ts'

/** What the partner's webhook request is answered with. */
export interface Reply {
  readonly status: number
  readonly contentType?: string
  readonly body?: string
  /** Retry-After, whole seconds */
  readonly retryAfterS?: number
}

export interface ReceiverLimits {
  /** bytes of requests that are not committed yet; beyond it senders are asked to come again */
  readonly maxPendingBytes: number
  /** of them those of one connection, so that there is room for the others */
  readonly maxPendingBytesOfOne: number
  /** one commit writes at most so many receipts */
  readonly maxRows: number
  readonly maxCommitBytes: number
  /** how long the first of a group waits for others */
  readonly lingerMs: number
  /** body of one request where the connector does not say less or more */
  readonly maxBodyBytes: number
}

export const receiverLimits: ReceiverLimits = {
  maxPendingBytes: 64 * 1024 * 1024,
  maxPendingBytesOfOne: 16 * 1024 * 1024,
  maxRows: 128,
  maxCommitBytes: 4 * 1024 * 1024,
  lingerMs: 2,
  maxBodyBytes: 1024 * 1024,
}

/** Largest body whatever a connector asks for. */
const bodyCeiling = 8 * 1024 * 1024
const maxText = 191
const busyForS = 2

export interface Receiver {
  /**
   * Takes one webhook request: verifies it on its raw bytes and answers only after its receipt is committed (invariant 1). Header names in lower case. 404 unknown connection or
   * one without webhooks, 401 wrong signature (nothing is stored), 413 too large, 503 with Retry-After when over capacity, paused, or when the commit failed.
   */
  receive(connection: string, headers: Readonly<Record<string, string>>, body: Uint8Array, receivedAt: number): Promise<Reply>
  /** bytes taken and not committed */
  readonly pendingBytes: number
  /** Takes no more; resolves when what was taken is committed. */
  close(): Promise<void>
}

interface Waiting {
  readonly row: Receipt
  readonly settle: (committed: boolean) => void
}

export function openReceiver(context: Context, limits: ReceiverLimits = receiverLimits): Receiver {
  const queue: Waiting[] = []
  let pendingBytes = 0
  const pendingOf = new Map<string, number>()
  const count = (connection: string, bytes: number) => {
    pendingBytes += bytes
    const left = (pendingOf.get(connection) ?? 0) + bytes
    if (left > 0) pendingOf.set(connection, left)
    else pendingOf.delete(connection)
  }
  let flushing: Promise<void> | undefined
  let closed = false
  const cleaners = new WeakMap<ConnectionSetup, (text: string) => string>()
  const cleanerOf = (setup: ConnectionSetup): ((text: string) => string) => {
    const known = cleaners.get(setup)
    if (known !== undefined) return known
    const secrets = [...secretValues(setup.connector.config, setup.config), ...(setup.secrets ?? [])]
    const made = redactor(() => secrets)
    cleaners.set(setup, made)
    return made
  }

  const take = (): Waiting[] => {
    const group: Waiting[] = []
    let bytes = 0
    for (const { row } of queue) {
      if (group.length > 0 && (group.length >= limits.maxRows || bytes + row.body.byteLength > limits.maxCommitBytes)) break
      bytes += row.body.byteLength
      group.push(queue[group.length] as Waiting)
    }
    queue.splice(0, group.length)
    return group
  }

  const commit = async (group: readonly Waiting[]) => {
    const began = performance.now()
    const tell = (end: 'committed' | 'failed') => context.meter?.committed(group.length, (performance.now() - began) / 1000, end)
    try {
      await context.database.write((tx) =>
        insertReceipts(
          tx,
          group.map(({ row }) => row),
        ),
      )
      tell('committed')
    } catch (error) {
      tell('failed')
      // a COMMIT that failed may have taken effect: the sender's retry then meets its own event as a duplicate
      context.log.warn(
        { error, receipts: group.length, code: isHubError(error) ? error.detail.code : 'bug' },
        'receipts were not committed; their senders were asked to retry',
      )
      for (const { settle } of group) settle(false)
      return
    }
    for (const { row, settle } of group) {
      context.handover.put(row.id, row.body)
      settle(true)
    }
    context.bell.ring({ kind: 'split' })
  }

  const flush = async () => {
    if (queue.length < limits.maxRows) await new Promise((resolve) => setTimeout(resolve, limits.lingerMs))
    while (queue.length > 0) await commit(take())
    flushing = undefined
  }

  const store = (row: Receipt): Promise<boolean> =>
    new Promise((resolve) => {
      const size = row.body.byteLength
      count(row.connection, size)
      queue.push({
        row,
        settle: (committed) => {
          count(row.connection, -size)
          resolve(committed)
        },
      })
      flushing ??= flush()
    })

  const answer: Receiver['receive'] = async (name, headers, body, receivedAt) => {
    const connection = context.catalogue().connections.get(name)
    const webhook = connection?.connector.webhook
    if (connection === undefined || webhook === undefined) return { status: 404 }
    if (closed || connection.paused) return { status: 503, retryAfterS: 60 }
    if (body.byteLength > Math.min(webhook.maxBodyBytes ?? limits.maxBodyBytes, bodyCeiling)) return { status: 413 }
    const verified = verifyWebhook(webhook, connection.config, headers, body, new Date(receivedAt))
    if (verified.kind === 'refused') {
      context.log.debug({ connection: name, code: verified.code }, 'a webhook request was refused')
      return { status: 401 }
    }
    if (verified.kind === 'ping') return webhook.ack
    const ofOne = (pendingOf.get(name) ?? 0) + body.byteLength
    if (pendingBytes + body.byteLength > limits.maxPendingBytes || ofOne > limits.maxPendingBytesOfOne)
      return { status: 503, retryAfterS: busyForS }
    const topic = webhook.topics[verified.topic]
    const id = context.newId()
    const span = context.tracer?.begin('webhook', {
      kind: 'server',
      parent: headers.traceparent ?? null,
      from: 'partner',
      at: receivedAt,
      facts: { 'crossdock.receipt': id, 'crossdock.connection': name, 'crossdock.topic': verified.topic.slice(0, maxText) },
    })
    const committed = await store({
      tenant: context.tenant,
      id,
      connection: name,
      stream: topic?.stream ?? null,
      kind: 'webhook',
      topic: verified.topic.slice(0, maxText),
      event_id: verified.eventId === undefined ? null : shortened(verified.eventId.value),
      headers: cleanerOf(connection)(keptHeaders(headers)),
      body,
      body_hash: sha256(body),
      as_of: receivedAt,
      baseline: 0,
      state: 'received',
      received_at: receivedAt,
      trace: span?.traceparent ?? null,
      records: null,
    })
    span?.end({}, committed ? undefined : 'not committed')
    return committed ? webhook.ack : { status: 503, retryAfterS: busyForS }
  }

  return {
    get pendingBytes() {
      return pendingBytes
    },
    async receive(name, headers, body, receivedAt) {
      const reply = await answer(name, headers, body, receivedAt)
      if (context.catalogue().connections.has(name)) context.meter?.webhook(name, reply.status)
      return reply
    },
    async close() {
      closed = true
      while (flushing !== undefined) await flushing
    },
  }
}

const shortened = (text: string): string => (text.length > maxText ? sha256(text) : text)

const maxHeaderText = 8192
const secretHeader = /^(authorization|proxy-|cookie|x-api-key)/

/** Headers as JSON, for people: without those that carry credentials by their name, and cut at a limit. */
function keptHeaders(headers: Readonly<Record<string, string>>): string {
  const kept: Record<string, string> = {}
  let size = 0
  for (const [name, value] of Object.entries(headers)) {
    size += name.length + value.length
    if (size > maxHeaderText) break
    if (!secretHeader.test(name)) kept[name] = value
  }
  return JSON.stringify(kept)
}
