import { retry } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import { keyText } from './record.ts'
import type { Roots } from './template.ts'
import type { LookUp, Once } from './types.ts'
import type { Writer } from './write.ts'

/** `over`: it is not there any more as it was made, and nothing has to follow it. */
export interface Made {
  readonly key: string
  readonly over: boolean
}

/**
 * What an earlier, unanswered try made at the partner; undefined: it made nothing.
 * @throws HubError as the wire does; `bad-shape` (retry) when the thing is there but shows no key
 */
export async function findMade(
  writer: Writer,
  once: Extract<Once, { kind: 'find' }>,
  roots: Roots,
  signal: AbortSignal | undefined,
): Promise<Made | undefined> {
  for (const [place, lookUp] of [once, ...(once.over ?? [])].entries()) {
    const key = await keyOf(writer, lookUp, roots, signal)
    if (key !== undefined) return { key, over: place > 0 }
  }
  return undefined
}

async function keyOf(writer: Writer, lookUp: LookUp, roots: Roots, signal: AbortSignal | undefined): Promise<string | undefined> {
  const reply = await writer.wire.ask(lookUp.call, roots, { signal })
  const holds = lookUp.match === undefined ? undefined : writer.condition(lookUp.match)
  const rows = reply.body.peek(lookUp.records) === null ? [] : reply.body.rows(lookUp.records)
  const made = rows.find(({ value }) => holds === undefined || holds({ record: value, input: (roots.input ?? null) as Json }))
  if (made === undefined) return undefined
  const key = keyText(at(made.value, lookUp.key))
  if (key === undefined) throw retry('bad-shape', `what an earlier try made was found, but not its key at "${lookUp.key}"`, { sent: true })
  return key
}
