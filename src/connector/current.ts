import { add, compare, isDecimal, subtract } from '../model/decimal.ts'
import { reject } from '../model/errors.ts'
import { at, type Json, type JsonObject } from '../model/json.ts'
import type { Current, Path, StateAction } from './types.ts'
import type { Reply } from './wire.ts'
import type { Writer } from './write.ts'

/** What the partner shows now: the figure, and what its own orders have set aside beside it. */
interface Seen {
  readonly figure: Json
  readonly reserved: string
}

/** The figure the partner shows now; undefined when the action declares no way to know. @throws HubError */
export async function readCurrent(
  writer: Writer,
  { current }: StateAction,
  input: JsonObject,
  signal: AbortSignal | undefined,
): Promise<Json | undefined> {
  return current === undefined ? undefined : (await look(writer, current, input, signal)).figure
}

/** The wanted figure with what the partner's orders have set aside now, as the input writes it: a number or a text. @throws HubError `bad-value` (reject) */
export async function readGross(writer: Writer, current: Current, input: JsonObject, signal: AbortSignal | undefined): Promise<Json> {
  const wanted = at(input, current.wanted ?? current.value)
  const { reserved } = await look(writer, current, input, signal)
  if (wanted === undefined || !isDecimal(String(wanted)))
    throw reject('bad-value', `"${current.wanted ?? current.value}", the figure to be set, is no number`, { sent: false })
  const sum = add(String(wanted), reserved)
  return typeof wanted === 'number' ? Number(sum) : sum
}

/** The figure that the answer of the action's own call shows; undefined where it does not tell. @throws HubError */
export function figureAnswered(
  writer: Writer,
  current: Current | undefined,
  input: JsonObject,
  { body }: Pick<Reply, 'body'>,
): Json | undefined {
  return current?.answered === undefined ? undefined : seenIn(writer, current, body, current.answered, input).figure
}

async function look(writer: Writer, current: Current, input: JsonObject, signal: AbortSignal | undefined): Promise<Seen> {
  const { body } = await writer.wire.ask(current.call, { input }, { signal })
  return seenIn(writer, current, body, current.among?.records ?? '', input)
}

function seenIn(writer: Writer, current: Current, body: Reply['body'], path: Path, input: JsonObject): Seen {
  const value = current.among === undefined ? at(body.value(), path) : rowOf(writer, current.among, body.rows(path), input)
  if (value === undefined) return { figure: 0, reserved: '0' }
  const figure = at(value, current.value)
  if (figure === undefined) throw reject('bad-shape', `"${current.value}", where the partner's figure should be, is not in its answer`)
  if (current.reserved === undefined) return { figure, reserved: '0' }
  const reserved = String(at(value, current.reserved))
  if (!isDecimal(String(figure)) || !isDecimal(reserved))
    throw reject(
      'bad-shape',
      `"${current.value}" and "${current.reserved}", from which the partner's figure is made, are no numbers in its answer`,
    )
  return { figure: subtract(String(figure), reserved), reserved }
}

function rowOf(writer: Writer, { match }: NonNullable<Current['among']>, rows: readonly { readonly value: Json }[], input: JsonObject) {
  const holds = writer.condition(match)
  return rows.find(({ value }) => holds({ record: value, input }))?.value
}

/** Whether two figures are the same number, however they are written. */
export function isSameFigure(a: Json, b: Json): boolean {
  const [x, y] = [String(a), String(b)]
  return x === y || (isDecimal(x) && isDecimal(y) && compare(x, y) === 0)
}
