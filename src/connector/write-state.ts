import type { Outcome } from '../model/delivery.ts'
import { sha256 } from '../model/id.ts'
import { at, canonicalJson, type Json, type JsonObject } from '../model/json.ts'
import type { StateRight } from './access.ts'
import { bodyOf } from './call.ts'
import { figureAnswered, isSameFigure, readCurrent, readGross } from './current.ts'
import { judgeResults } from './results.ts'
import { runSteps } from './steps.ts'
import { placeholders, type Roots } from './template.ts'
import type { Current, StateAction } from './types.ts'
import { outcomeOf, send, type Writer } from './write.ts'

const sends = ({ call }: StateAction, name: 'shown' | 'gross'): boolean => placeholders(bodyOf(call)).some(({ root }) => root === name)

/**
 * Sets a figure, with its follow-ups. Sent again it does no harm, so every failure may be tried again. Of several calls one that is refused does not keep the others from being sent; the first that needs another try ends
 * this one.
 */
export async function setState(
  writer: Writer,
  action: StateAction,
  input: JsonObject,
  effectKey: string,
  right: StateRight = {},
): Promise<Outcome> {
  const refused: Outcome[] = []
  let done: Outcome = { kind: 'delivered' }
  const items = itemsOf(action, input)
  for (const item of items) {
    const outcome = await setOne(writer, action, item === undefined ? { input } : { input, item }, effectKey, right)
    if (outcome.kind === 'reject') refused.push(outcome)
    else if (outcome.kind === 'delivered') done = outcome
    else return outcome
  }
  const [first] = refused
  if (first === undefined || first.kind !== 'reject') return done
  const messages = refused.flatMap((outcome) => (outcome.kind === 'reject' ? [outcome.message] : []))
  return items.length === 1 ? first : { ...first, message: `${refused.length} of ${items.length}: ${[...new Set(messages)].join('; ')}` }
}

function itemsOf({ each }: StateAction, input: JsonObject): readonly (Json | undefined)[] {
  if (each === undefined) return [undefined]
  const list = at(input, each)
  return Array.isArray(list) ? list : []
}

async function setOne(writer: Writer, action: StateAction, about: Roots, effectKey: string, right: StateRight): Promise<Outcome> {
  try {
    const input = about.input as JsonObject
    const shown = right.shown ?? (sends(action, 'shown') ? await readCurrent(writer, action, input, right.signal) : undefined)
    const gross =
      action.current !== undefined && sends(action, 'gross') ? await readGross(writer, action.current, input, right.signal) : undefined
    const sent = [canonicalJson(input), canonicalJson(shown ?? null), ...(gross === undefined ? [] : [canonicalJson(gross)])]
    const roots = { ...about, effectKey, shown, gross, contentKey: sha256(effectKey, ...sent) }
    const { reply, result, key } = await send(writer, action, roots, right, {})
    const told = action.results === undefined ? undefined : judgeResults(action.results, input, result ?? null, reply.status)
    if (told !== undefined) return told
    const stands = figureAnswered(writer, action.current, input, reply)
    if (stands !== undefined && !isWanted(action.current, input, stands)) return moved(stands, reply.status)
    await runSteps(writer, action.then, { ...roots, result, key }, right.signal)
    return { kind: 'delivered', status: reply.status, ...(key === undefined ? {} : { key }) }
  } catch (error) {
    return outcomeOf(error, { earlier: false, own: true, once: action.once })
  }
}

const isWanted = (current: Current | undefined, input: JsonObject, stands: Json): boolean =>
  isSameFigure(at(input, current?.wanted ?? current?.value ?? '') ?? null, stands)

/** The next try reads it anew. */
const moved = (stands: Json, status: number): Outcome => ({
  kind: 'retry',
  code: 'moved-meanwhile',
  message: `the figure was set, but the partner shows ${String(stands)}: its own orders moved between the reading and the writing`,
  ambiguous: false,
  status,
})
