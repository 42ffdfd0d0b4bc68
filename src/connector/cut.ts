import { bug, isHubError } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import type { CutRecord } from './access.ts'
import { openBody, openHookBody } from './body.ts'
import { nameRows, nameValues } from './columns.ts'
import { type ConditionSetup, openConditions } from './condition.ts'
import { spoken } from './dialect.ts'
import { openGrouper } from './group.ts'
import { type Draft, draftOf, finish } from './record.ts'
import { assemble } from './run.ts'
import { openStreams, type ReadyStream, zones } from './streams.ts'
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

const opened = new WeakMap<ConditionSetup, (name: string) => ReadyStream>()
/** Streams of one connection as it stands, for those who have nothing to ask the partner. */
function streamsOf(setup: ConditionSetup): (name: string) => ReadyStream {
  const known = opened.get(setup) ?? openStreams({ ...setup, condition: openConditions(setup) })
  opened.set(setup, known)
  return known
}

/**
 * The records of a page that was kept as it came: what it would have given when it was read, with those values that are parsed whole anyway. A row that cannot be read is one record by itself, known by its bytes; whoever reads it for its mapping finds out why.
 * @throws HubError `bad-shape` (retry) for a body that holds no records, `no-stream` (bug) for a stream that the connector does not have any more
 */
export async function cutPage(setup: ConditionSetup, stream: string, body: Uint8Array, asOf: number): Promise<readonly CutRecord[]> {
  const ready = streamsOf(setup)(stream)
  const { http, answer } = spoken(setup.connector.http, setup.config)
  const { columns, records } = ready.stream
  const drafts: Draft[] = []
  const unread: CutRecord[] = []
  for (const row of openBody(body, http.codec, answer).rows(records, 'asked'))
    try {
      drafts.push(draftOf({ ...row, value: columns === undefined ? row.value : nameValues(row.value, columns), twin: row.twin }))
    } catch (error) {
      if (!isHubError(error) || 'index' in row.place) throw error
      unread.push(unreadRow(stream, row.bytes, row.place))
    }
  const read = await assemble({ wire: undefined, ready, signal: undefined }, { bytes: body, asOf }, drafts, [])
  // records of children come after those of the page
  const own = read.records.map((record, place) => {
    const draft = record.stream === stream ? drafts[place] : undefined
    return draft === undefined || record.slices.length > 1 || draft.pieces.some(({ twin }) => twin)
      ? record
      : { ...record, value: draft.value }
  })
  return [...own, ...unread]
}

/** The empty version makes it known again when the same bytes are shown again. */
function unreadRow(stream: string, bytes: Uint8Array, { from, to }: { readonly from: number; readonly to: number }): CutRecord {
  const bodyHash = sha256(bytes.subarray(from, to))
  const key = `#${bodyHash.slice(0, 16)}`
  return { stream, key, version: '', op: 'upsert', slices: [{ body: 0, from, to }], bodyHash, laneKey: key }
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
