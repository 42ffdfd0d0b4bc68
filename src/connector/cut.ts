import { reject } from '../model/errors.ts'
import type { CutRecord } from './access.ts'
import { openBody } from './body.ts'
import { openGrouper } from './group.ts'
import { finish } from './record.ts'
import { zones } from './streams.ts'
import type { Config, Connector } from './types.ts'
import { zonedVersion } from './version.ts'

/**
 * The records of a webhook body. For topics that carry only a part or the key, the record is that much: it names what to read again. `asOf`: when it was received.
 * @throws HubError `unknown-topic` (reject) for a topic the connector does not list, `bad-shape` (retry) for a body that holds no records
 */
export function cutBody(connector: Connector, topicName: string, body: Uint8Array, asOf: number, config: Config): readonly CutRecord[] {
  const topics = connector.webhook?.topics ?? {}
  const topic = Object.hasOwn(topics, topicName) ? topics[topicName] : undefined
  if (topic === undefined) throw reject('unknown-topic', `${connector.name} knows no webhook topic "${topicName.slice(0, 100)}"; it knows ${Object.keys(topics).join(', ')}`)
  const stream = connector.streams[topic.stream]
  if (stream === undefined) throw reject('unknown-topic', `the topic "${topicName}" of ${connector.name} names the stream "${topic.stream}", which it does not have`)
  const whole = topic.carries === 'whole'
  const keyPath = whole ? stream.key : (topic.key ?? stream.key)
  const grouper = openGrouper(whole ? stream.group : undefined, keyPath)
  const drafts = [...grouper.push(openBody(body, connector.http.codec).rows(topic.records)), ...grouper.end()]
  const shape = { stream: topic.stream, keyPath, version: zonedVersion(stream.version, zones(config)), op: topic.op ?? 'upsert' }
  return drafts.map((draft) => finish(draft, shape, [body], asOf))
}
