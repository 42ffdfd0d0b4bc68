import { lintStreamName } from './lint-action.ts'
import { baseScope, lintCall, lintPaging, lintTemplates, pageScope } from './lint-calls.ts'
import type { Report } from './lint-report.ts'
import { lintSecret } from './lint-secret.ts'
import type { Connector, Subscription, Webhook } from './types.ts'

/** Three looks of the watch. */
const leastRenewMs = 3 * 3_600_000

/** What is wrong with how a partner's own requests are taken. */
export function lintWebhook(report: Report, connector: Connector, webhook: Webhook): void {
  if ('secret' in webhook.verify) lintSecret(report, 'webhook.verify.secret', connector, webhook.verify.secret)
  lintHash(report, webhook)
  if (Object.keys(webhook.topics).length === 0)
    report.error('webhook.topics', 'no-topics', 'the webhook knows no topic: everything it receives would be set aside')
  if (webhook.verify.kind === 'address' && webhook.eventId?.signed === true)
    report.error('webhook.eventId', 'unsigned-id', 'nothing is signed, neither is the id of an event')
  if (webhook.eventId !== undefined && webhook.eventId.header === undefined && webhook.eventId.path === undefined)
    report.error('webhook.eventId', 'no-event-id', 'say in which header or at which path the id of the event stands')
  if (webhook.ack.status < 200 || webhook.ack.status > 299)
    report.error('webhook.ack.status', 'bad-ack', `${webhook.ack.status} would make the partner send it again for ever`)
  if (webhook.handshake !== undefined && !/^[A-Za-z][\w-]{0,60}$/.test(webhook.handshake.query))
    report.error('webhook.handshake.query', 'bad-name', `"${webhook.handshake.query}" is no name of a query parameter`)
  if (webhook.subscription !== undefined) lintSubscription(report, connector, webhook.subscription)
  for (const [name, topic] of Object.entries(webhook.topics)) {
    const path = `webhook.topics.${name}`
    lintStreamName(report, `${path}.stream`, connector, topic.stream)
    if (topic.subscribed !== undefined) lintTemplates(report, `${path}.subscribed`, topic.subscribed, baseScope(connector))
    if (webhook.verify.kind === 'address' && (topic.carries !== 'key' || topic.op === 'delete'))
      report.error(
        path,
        'believes-unsigned',
        "nothing is signed, so a message may only say what to read again: say carries: 'key', and no delete",
      )
    if ('each' in webhook.topic && topic.carries !== 'key')
      report.error(path, 'notices-carry-keys', "one request tells of many things by their keys only: say carries: 'key'")
    const stream = connector.streams[topic.stream]
    if (stream === undefined) continue
    if (topic.carries === 'job') {
      if (stream.bulk === undefined)
        report.error(path, 'no-bulk', `the topic tells of bulk jobs, and the stream "${topic.stream}" has no "bulk"`)
      continue
    }
    if (topic.carries !== 'whole' && topic.op !== 'delete' && stream.byKey === undefined)
      report.error(path, 'no-by-key', `the topic carries no whole record, so the stream "${topic.stream}" needs byKey to read it again`)
    if (topic.carries === 'whole' && topic.op !== 'delete' && stream.children?.some((child) => child.as.kind === 'embed'))
      report.error(
        path,
        'whole-without-children',
        `records of "${topic.stream}" have children read by other calls, which no webhook carries; say carries: 'partial'`,
      )
  }
}

function lintHash(report: Report, { verify, form }: Webhook): void {
  if (verify.kind !== 'hash') return
  const places = verify.text.match(/\{[^}]*\}/g) ?? []
  if (places.toSorted().join(' ') !== '{secret} {signed}')
    report.error('webhook.verify.text', 'bad-text', 'the text that is hashed has {signed} once and {secret} once')
  const needsForm = verify.signed !== 'body' || 'field' in verify.signature
  if (needsForm && form === undefined)
    report.error('webhook.form', 'no-form', 'the signature speaks of fields of a form: say which field holds the JSON')
  if (form !== undefined && verify.signed !== 'body' && verify.signed.field !== form)
    report.error('webhook.verify.signed', 'other-field', `what is read stands in the field "${form}", and another one is signed`)
}

function lintSubscription(report: Report, connector: Connector, { list, create, renew, remove, expires }: Subscription): void {
  const path = 'webhook.subscription'
  const scope = baseScope(connector)
  const paging = lintCall(report, `${path}.list`, list.call, { ...scope, ...pageScope(list.page) })
  lintPaging(report, `${path}.list`, list.call, list.page, paging)
  const made = { ...scope, topic: true, address: true, secret: true } as const
  const found = lintCall(report, `${path}.create`, create, made)
  for (const root of ['topic', 'address'])
    if (!found.some((placeholder) => placeholder.root === root))
      report.error(`${path}.create`, `${root}-not-sent`, `the call that subscribes never sends {${root}}`)
  const listed = { ...scope, key: true, row: true } as const
  if (remove !== undefined && !lintCall(report, `${path}.remove`, remove, listed).some(({ root }) => root === 'key'))
    report.error(`${path}.remove`, 'key-not-sent', 'the call that ends a subscription never sends {key}')
  if (expires !== undefined && !(expires.renewMs >= leastRenewMs))
    report.error(
      `${path}.expires.renewMs`,
      'renewed-too-late',
      'subscriptions are looked after once an hour: renew them at least three hours before they end, so that a failure can be made good',
    )
  if (!lintCall(report, `${path}.renew`, renew, { ...made, ...listed }).some(({ root }) => root === 'key'))
    report.error(`${path}.renew`, 'key-not-sent', 'the call that wakes a subscription never sends {key}')
}
