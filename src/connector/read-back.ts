import type { PartnerLine } from '../model/delivery.ts'
import { retry } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import { nameRows } from './columns.ts'
import { openGrouper } from './group.ts'
import { keyText } from './record.ts'
import type { ReadyStream } from './streams.ts'
import type { Roots } from './template.ts'
import type { Command } from './types.ts'
import { versionOf } from './version.ts'
import type { Reply } from './wire.ts'
import type { Writer } from './write.ts'

/** What the partner shows of a thing after a command. */
export interface ReadBack {
  readonly record: Json
  /** by it the echo is known when the thing comes back in its stream */
  readonly version: string | null
  readonly lines: readonly PartnerLine[]
}

/** @throws HubError as the wire does; `bad-shape` (retry) when the record is not where the connector says */
export async function readBack(
  writer: Writer,
  read: NonNullable<Command['read']>,
  roots: Roots,
  signal: AbortSignal | undefined,
): Promise<ReadBack> {
  const reply = await writer.wire.ask(read.call, roots, { signal })
  const record = recordOf(reply, read.record, writer.stream(read.stream))
  if (record === undefined || record === null)
    throw retry('bad-shape', `"${read.record}", where the thing read back should be, is not in the answer`, { sent: true })
  const ready = writer.stream(read.stream)
  return { record, version: versionOf(ready.version, record, reply.asOf), lines: linesOf(ready, record) }
}

/** A stream of rows that are lists, or of rows that belong together, is read back as it is read: from all rows at the path. */
function recordOf({ body }: Reply, path: string, { stream }: ReadyStream): Json | undefined {
  if (stream.columns === undefined && stream.group === undefined) return at(body.value(), path)
  const grouper = openGrouper(stream.group, stream.key)
  const [first] = [...grouper.push(nameRows(body.rows(path), stream.columns)), ...grouper.end()]
  return first?.value
}

function linesOf({ stream }: ReadyStream, record: Json): readonly PartnerLine[] {
  const { hubLines } = stream
  const list = hubLines === undefined ? undefined : at(record, hubLines.each)
  if (hubLines === undefined || !Array.isArray(list)) return []
  return list.flatMap((line: Json) => {
    const externalKey = keyText(at(line, hubLines.key))
    const number = keyText(at(line, hubLines.number))
    return externalKey === undefined || number === undefined ? [] : [{ externalKey, number }]
  })
}
