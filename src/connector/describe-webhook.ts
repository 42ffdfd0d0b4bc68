import { list, seconds } from './describe-text.ts'
import { verifyText } from './describe-verify.ts'
import type { Connector, Subscription } from './types.ts'

/** Who made the known answer that a webhook signature is tested with. */
export interface SignatureProof {
  readonly name: string
  /** vendor: published by the partner; independent: made by another program, whose command is kept */
  readonly origin: 'vendor' | 'independent'
  readonly source: string
}
/** What a partner sends us, and how it is proved. */
export function webhookSection({ webhook }: Connector, signatures: readonly SignatureProof[]): readonly string[] {
  if (webhook === undefined) return []
  const topics = Object.entries(webhook.topics).map(
    ([name, topic]) => `| \`${name}\` | ${topic.stream} | ${topic.carries}${topic.op === 'delete' ? ', deletes' : ''} |`,
  )
  return [
    '## Webhook',
    list([
      `proof: ${verifyText(webhook.verify)}`,
      webhook.form === undefined ? undefined : `the body is a form: what is read is the JSON in its field \`${webhook.form}\``,
      `answered with ${webhook.ack.status}${webhook.ack.body === undefined ? '' : ` and \`${webhook.ack.body}\``}`,
      webhook.subscription === undefined ? undefined : subscriptionText(webhook.subscription),
      webhook.handshake &&
        `a request with \`${webhook.handshake.query}\` in its query is answered with that value as plain text, and not stored`,
      'each' in webhook.topic
        ? webhook.topic.each === ''
          ? 'a request names what changed; where it names nothing, the stream is read'
          : `one request tells of many things, each in \`${webhook.topic.each}\`; where more changed than it names, the stream is read`
        : undefined,
      webhook.ping === undefined ? undefined : 'requests that only test the address are answered and not stored',
      webhook.eventId === undefined
        ? 'events have no id: what came twice is known by its content'
        : `event id in \`${webhook.eventId.header ?? webhook.eventId.path ?? ''}\`, ${webhook.eventId.signed ? 'signed' : 'not signed, so it decides nothing'}`,
    ]),
    ['| topic | stream | carries |', '|---|---|---|', ...topics].join('\n'),
    signatures.length === 0
      ? 'Signature known answers: none.'
      : [
          'Signature known answers:',
          '',
          list(
            signatures.map(
              ({ name, origin, source }) =>
                `${name}: ${origin === 'vendor' ? 'published by the vendor' : 'made by another program'} (${source})`,
            ),
          ),
        ].join('\n'),
  ]
}

function subscriptionText({ expires, remove }: Subscription): string {
  const life = expires === undefined ? [] : [`renewed ${seconds(expires.renewMs)} before their end (\`${expires.path}\`)`]
  const done = ['made', 'woken', ...life, ...(remove === undefined ? [] : ['on demand ended'])]
  return `subscriptions are ${done.slice(0, -1).join(', ')} and ${done.at(-1)} by the hub, where it knows its public address`
}
