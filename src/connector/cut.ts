import { bug } from '../model/errors.ts'
import type { CutRecord } from './access.ts'
import { openHookBody } from './body.ts'
import { nameRows } from './columns.ts'
import { openGrouper } from './group.ts'
import { draftOf, finish } from './record.ts'
import { zones } from './streams.ts'
import type { Config, Connector, Notices, Topic } from './types.ts'
import { zonedVersion } from './version.ts'

/**
 * The records of a webhook body. For topics that carry only a part or the key, the record is that much: it names what to read again. `asOf`: when it was received;
 * `config`: for time zones.
 * @throws HubError `bad-shape` (retry) for a body that holds no records, `no-stream` (bug) for a topic of a stream that the connector lacks
 */
export function cutBody(connector: Connector, config: Config, topic: Topic, body: Uint8Array, asOf: number): readonly CutRecord[] {
  const stream = connector.streams[topic.stream]
  if (stream === undefined)
    throw bug('no-stream', `a webhook topic of ${connector.name} names the stream "${topic.stream}", which it does not have`)
  const whole = topic.carries === 'whole'
  const keyPath = whole ? stream.key : (topic.key ?? stream.key)
  const grouper = openGrouper(whole ? stream.group : undefined, keyPath)
  const found = openHookBody(connector.webhook ?? {}, body, connector.http.codec).rows(topic.records)
  const drafts = [...grouper.push(nameRows(found, whole ? stream.columns : undefined)), ...grouper.end()]
  const shape = { stream: topic.stream, keyPath, version: zonedVersion(stream.version, zones(config)), op: topic.op ?? 'upsert' }
  return drafts.map((draft) => ({
    ...finish(draft, shape, [body], asOf),
    ...(draft.pieces.some(({ twin }) => twin) ? {} : { value: draft.value }),
  }))
}

/** What one request tells of many things. `streams`: of which more changed than was named; `unknown`: items of nothing that the connector reads. */
export interface CutNotices {
  readonly records: readonly CutRecord[]
  readonly streams: readonly string[]
  readonly unknown: number
}

/**
 * The records that the items of a body name, each once however often it is named; they are read again by their keys.
 * @throws HubError `bad-shape` (retry) for a body without such a list
 */
export function cutNotices(connector: Connector, config: Config, notices: Notices, body: Uint8Array, asOf: number): CutNotices {
  const records = new Map<string, CutRecord>()
  const streams = new Set<string>()
  let unknown = 0
  for (const row of openHookBody(connector.webhook ?? {}, body, connector.http.codec).rows(notices.each)) {
    const named = [notices.read(row.value, config) ?? []].flat()
    const known = named.flatMap((told) => {
      const topic = connector.webhook?.topics[told.topic]
      return topic === undefined ? [] : [{ told, topic }]
    })
    if (known.length === 0) unknown++
    for (const { told, topic } of known) {
      if (told.key === undefined) {
        streams.add(topic.stream)
        continue
      }
      const shape = { stream: topic.stream, keyPath: '', version: { kind: 'none' } as const, op: topic.op ?? 'upsert' }
      const cut = { ...finish(draftOf(row), shape, [body], asOf), key: told.key, laneKey: told.key }
      records.set(`${topic.stream} ${told.key}`, topic.op === 'delete' ? cut : { ...cut, poke: true })
    }
  }
  return { records: [...records.values()], streams: [...streams], unknown }
}

/** Why a webhook whose topic lies in its body says none: it cannot be read. Undefined where it can, and where the topic is a header. */
export function unreadTopic({ webhook, http }: Connector, body: Uint8Array): string | undefined {
  if (webhook === undefined || !('path' in webhook.topic)) return undefined
  try {
    openHookBody(webhook, body, http.codec).value()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
