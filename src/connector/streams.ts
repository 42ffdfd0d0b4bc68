import { bug } from '../model/errors.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { rowsInside } from './body.ts'
import type { ChildReader } from './children.ts'
import { type CursorReader, openCounter, openCursor } from './cursor.ts'
import { compileString } from './template.ts'
import type { Config, Connector, Cursor, Stream, Version } from './types.ts'
import { whyCutAtOnce } from './uncut.ts'
import { zonedVersion } from './version.ts'

/** A stream made ready for one connection. */
export interface ReadyStream {
  readonly name: string
  readonly stream: Stream
  readonly version: Version
  readonly cursor: CursorReader | undefined
  /** where a first read of times begins, ISO */
  readonly first: string | undefined
  readonly children: readonly ChildReader[]
  /** its pages may be kept as they came, and cut later */
  readonly waits: boolean
  /** which rows of a stream that pokes say something */
  readonly speaks?: (record: Json) => boolean
}

export interface Readying {
  readonly connector: Connector
  readonly config: Config
  readonly condition: (text: string) => (record: Json) => boolean
}

/** Every stream by name, made ready when it is first asked for. @throws HubError `no-stream`, `bad-zone`, `no-zone`, `bad-condition` (bug) */
export function openStreams(readying: Readying): (name: string) => ReadyStream {
  const ready = new Map<string, ReadyStream>()
  return (name) => {
    const known = ready.get(name) ?? readyStream(name, readying)
    ready.set(name, known)
    return known
  }
}

function readyStream(name: string, { connector, config, condition }: Readying): ReadyStream {
  const stream = Object.hasOwn(connector.streams, name) ? connector.streams[name] : undefined
  if (stream === undefined)
    throw bug('no-stream', `${connector.name} has no stream "${name}"; it has ${Object.keys(connector.streams).join(', ')}`)
  const zoneOf = zones(config)
  return {
    name,
    stream,
    version: zonedVersion(stream.version, zoneOf),
    ...cursorOf(stream.cursor, config),
    children: (stream.children ?? []).map((child) => ({
      child,
      version: child.as.kind === 'records' ? zonedVersion(child.as.version, zoneOf) : { kind: 'none' },
      condition: child.when === undefined ? undefined : condition(child.when),
      ...(child.call === null
        ? { inside: ({ pieces: [own] }) => (own === undefined ? [] : rowsInside(own, child.records, connector.http.codec)) }
        : {}),
    })),
    waits: whyCutAtOnce(stream, connector.http.codec) === undefined,
    ...(stream.pokes?.when === undefined ? {} : { speaks: condition(stream.pokes.when) }),
  }
}

function cursorOf(cursor: Cursor | null, config: Config): Pick<ReadyStream, 'cursor' | 'first'> {
  if (cursor === null) return { cursor: undefined, first: undefined }
  if (cursor.format === 'counter') return { cursor: openCounter(cursor), first: undefined }
  const zone = cursor.zone === null ? null : zones(config)(cursor.zone)
  return { cursor: openCursor(cursor, zone), first: cursor.first === undefined ? undefined : compileString(cursor.first)({ config }) }
}

/** Zones are IANA names or templates over the config. @throws HubError `no-zone` (bug) */
export function zones(config: JsonObject): (zone: string) => string {
  return (zone) => {
    const name = compileString(zone)({ config })
    if (name === undefined) throw bug('no-zone', `the config has no value for the time zone ${zone}`)
    return name
  }
}
