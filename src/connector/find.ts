import { retry } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import { keyText } from './record.ts'
import type { Roots } from './template.ts'
import type { Once } from './types.ts'
import type { Writer } from './write.ts'

/**
 * Key of what an earlier, unanswered try made at the partner; undefined: it made nothing.
 * @throws HubError as the wire does; `bad-shape` (retry) when the thing is there but shows no key
 */
export async function findMade(
  writer: Writer,
  once: Extract<Once, { kind: 'find' }>,
  roots: Roots,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const reply = await writer.wire.ask(once.call, roots, { signal })
  const holds = once.match === undefined ? undefined : writer.condition(once.match)
  const rows = reply.body.peek(once.records) === null ? [] : reply.body.rows(once.records)
  const made = rows.find(({ value }) => holds === undefined || holds({ record: value, input: (roots.input ?? null) as Json }))
  if (made === undefined) return undefined
  const key = keyText(at(made.value, once.key))
  if (key === undefined) throw retry('bad-shape', `what an earlier try made was found, but not its key at "${once.key}"`, { sent: true })
  return key
}
