import type { Outcome } from '../model/delivery.ts'
import { bug, type HubError, isHubError, reject, retry } from '../model/errors.ts'
import { at, canonicalJson, isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Right } from './access.ts'
import { PartnerFault } from './faults.ts'
import { findMade, type Made } from './find.ts'
import { firstDifference } from './matches.ts'
import { type ReadBack, readBack } from './read-back.ts'
import { keyText } from './record.ts'
import { among, checkRows, isThere, runSteps } from './steps.ts'
import type { ReadyStream } from './streams.ts'
import type { Roots } from './template.ts'
import type { Command, CommandAction, Once } from './types.ts'
import type { Reply, Wire } from './wire.ts'

/** What writing needs of a connection. */
export interface Writer {
  readonly wire: Wire
  readonly stream: (name: string) => ReadyStream
  readonly condition: (text: string) => (record: Json) => boolean
}
export interface WriteContext extends Right {
  readonly effectKey: string
  readonly key?: string | undefined
  /** an earlier try may have had its effect */
  readonly ambiguous: boolean
  /** an earlier try had its effect for certain; what follows it is missing */
  readonly done?: boolean | undefined
}

/**
 * One command under its once-rule. After an ambiguous failure a command without any rule is not sent at all, one that can be found is looked up first; headers and natural
 * repetition make sending again harmless. What follows the effect (`then`, reading back) leaves the delivery ambiguous when it fails, so that the next try takes up there.
 * @throws HubError of class bug only
 */
export async function runCommand(
  writer: Writer,
  action: CommandAction,
  operation: 'create' | 'change' | 'cancel',
  body: JsonObject,
  context: WriteContext,
): Promise<Outcome> {
  const command = action[operation]
  if (command === undefined) throw bug('no-command', `the action "${action.title}" has no ${operation}`)
  const { once } = command
  const phase = { earlier: context.ambiguous, own: false, once }
  const { signal } = context
  if (context.ambiguous && once.kind === 'none')
    return {
      kind: 'unknown',
      code: 'unanswered',
      message: `an earlier try was not answered and may have had its effect; ${once.why}; look at the partner and settle this delivery by hand`,
    }
  let roots: Roots = { input: body, effectKey: context.effectKey, key: context.key }
  try {
    const found = context.ambiguous && once.kind === 'find' ? await lookUp(writer, once, roots, signal) : undefined
    if (found !== undefined && 'kind' in found) return found
    if (found?.over) return { kind: 'delivered', key: found.key, note: 'made by an unanswered try, and over at the partner by now' }
    if (found !== undefined)
      return await afterwards(writer, command, { ...roots, key: found.key }, signal, {
        note: 'found at the partner after an unanswered try',
      })
    if (command.requires !== undefined) {
      const before = (await writer.wire.ask(command.requires.call, roots, { signal })).body.value()
      roots = { ...roots, before }
      const state = at(before, command.requires.path)
      const { arrange, absent, done = [] } = command.requires
      if (state === undefined && absent === 'done') return gone(context)
      if (among(state, done))
        return { kind: 'delivered', note: 'done before, by whomever', ...(context.key === undefined ? {} : { key: context.key }) }
      if (arrange !== undefined) roots = { ...roots, arranged: arrange(body, before) }
      if (!among(state, command.requires.in)) return await refusedState(writer, command, roots, context, state)
    }
    if (command.requires?.arrange !== undefined && roots.arranged === undefined)
      return { kind: 'reject', code: 'not-arranged', message: 'not sent: what the command asks for is not open at the partner (any more)' }
    checkRows(command.then, roots)
    const ready = roots
    const written = async () => {
      await runSteps(writer, command.prepare, ready, signal)
      phase.own = true
      return send(writer, command, ready, context, once.kind === 'header' ? { [once.name]: context.effectKey } : {})
    }
    const { reply, result, key } = await written().catch((error: unknown) => {
      phase.own = phase.own && !isRefused(error)
      return putBack(writer, command, ready, signal, error)
    })
    const own = command.keyBefore === undefined ? key : keyText(at(roots.before, command.keyBefore))
    return await afterwards(writer, command, { ...roots, result, key: context.key ?? own }, signal, { status: reply.status })
  } catch (error) {
    return outcomeOf(error, phase)
  }
}

const isRefused = (error: unknown): error is HubError => isHubError(error) && error.detail.recovery === 'reject'

/**
 * The partner refused for good: what `prepare` took back stands again, so that its people do not find a thing half undone.
 * @throws HubError the refusal, which tells of it when that was refused too; what the steps throw for anything else, so that the next try puts it back
 */
async function putBack(writer: Writer, command: Command, roots: Roots, signal: AbortSignal | undefined, error: unknown): Promise<never> {
  if (!isRefused(error) || command.restore === undefined) throw error
  await runSteps(writer, command.restore, roots, signal).catch((again: unknown) => {
    if (!isRefused(again)) throw again
    throw reject(error.detail.code, `${error.message}; what was taken back for it could not be put back: ${again.message}`, {
      cause: again,
    })
  })
  throw error
}

/** Sends the call itself and reads the key of what it made. */
export async function send(
  writer: Writer,
  action: Pick<Command, 'call' | 'key'>,
  roots: Roots,
  { signal, held }: Right,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly reply: Reply; readonly result: Json | undefined; readonly key: string | undefined }> {
  const reply = await writer.wire.ask(action.call, roots, { signal, held, headers, needsBody: action.key !== undefined })
  if (action.key === undefined) return { reply, result: readable(reply), key: undefined }
  const result = reply.body.value()
  const key = keyText(at(result, action.key))
  if (key === undefined)
    throw retry('bad-shape', `"${action.key}", where the key of what was made should be, is not in the answer`, { sent: true })
  return { reply, result, key }
}

/** The answer for `{result}`; nothing when it is empty or not of the codec's kind, since nobody said that it must be. */
function readable(reply: Reply): Json | undefined {
  try {
    return reply.body.bytes.byteLength === 0 ? undefined : reply.body.value()
  } catch {
    return undefined
  }
}

/** The effect has happened: harmless follow-ups, then the proof. */
async function afterwards(
  writer: Writer,
  command: Command,
  roots: Roots,
  signal: AbortSignal | undefined,
  known: { readonly status?: number; readonly note?: string },
): Promise<Outcome> {
  const key = typeof roots.key === 'string' ? roots.key : undefined
  const made = { ...known, ...(key === undefined ? {} : { key }) }
  try {
    await runSteps(writer, command.then, roots, signal)
    if (command.stays !== undefined && !(await isThere(writer, command.stays, roots, signal))) return undone(made)
    if (command.read === undefined) return { kind: 'delivered', ...made }
    const back = await readBack(writer, command.read, roots, signal)
    return shown(command, back, made)
  } catch (error) {
    if (!isHubError(error) || error.detail.recovery === 'bug') throw error
    const message = `the ${key === undefined ? 'command' : `thing ${key}`} is at the partner, what follows failed: ${error.message}`
    if (command.once.kind === 'none') return { kind: 'unknown', code: error.detail.code, message, ...statusOf(error) }
    return {
      kind: 'retry',
      code: error.detail.code,
      message,
      ambiguous: true,
      done: true,
      ...waitOf(error),
      ...statusOf(error),
      ...sampleOf(error),
    }
  }
}

const gone = ({ key }: WriteContext): Outcome => ({
  kind: 'delivered',
  note: 'the partner does not have it any more: nothing was left to do',
  ...(key === undefined ? {} : { key }),
})

/** Nothing is certain then: the next try looks first, by the command's rule. */
const undone = ({ key, status }: { readonly key?: string; readonly status?: number }): Outcome => ({
  kind: 'retry',
  code: 'not-there',
  message: `the partner answered without a fault, but ${key === undefined ? 'what was sent' : `the thing ${key}`} does not stand there as it was sent`,
  ambiguous: true,
  ...(status === undefined ? {} : { status }),
})

function shown(
  command: Command,
  back: ReadBack,
  made: { readonly key?: string; readonly status?: number; readonly note?: string },
): Outcome {
  const proves = command.read?.proves
  if (proves === undefined || among(at(back.record, proves.path), proves.in))
    return { kind: 'delivered', ...made, ...(back.version === null ? {} : { version: back.version }), lines: back.lines }
  const state = JSON.stringify(at(back.record, proves.path) ?? null)
  return {
    kind: 'reject',
    code: 'not-proved',
    message: `the partner answered without a fault but did not do it: "${proves.path}" shows ${state} instead of ${oneOf(proves.in)}`,
    ...(made.status === undefined ? {} : { status: made.status }),
  }
}

/**
 * The partner's state does not allow the command. When an earlier try was not answered and the proof holds, that try has done it. When its effect is certain, or the thing shows all that was
 * sent, the partner's people went on without what follows: no version is told, because it is theirs, not ours.
 */
async function refusedState(
  writer: Writer,
  command: Command,
  roots: Roots,
  context: WriteContext,
  state: Json | undefined,
): Promise<Outcome> {
  const { read } = command
  const key = context.key === undefined ? {} : { key: context.key }
  const unanswered = 'done by an earlier unanswered try'
  let difference: string | undefined
  if (context.ambiguous && read?.proves !== undefined) {
    const back = await readBack(writer, read, roots, context.signal)
    const outcome = shown(command, back, { ...key, note: unanswered })
    if (outcome.kind === 'delivered') return outcome
  } else if (context.done) {
    const lines = read === undefined ? [] : (await readBack(writer, read, roots, context.signal)).lines
    return { kind: 'delivered', note: 'done by an earlier try; the partner went on', lines, ...key }
  } else if (context.ambiguous && read?.matches !== undefined) {
    const { record, lines } = await readBack(writer, read, roots, context.signal)
    difference = firstDifference(read.matches, record, roots.input ?? null)
    if (difference === undefined) return { kind: 'delivered', note: `${unanswered}; the partner went on`, lines, ...key }
  }
  const { path, in: allowed } = command.requires ?? { path: '', in: [] }
  const refused = `not sent: "${path}" at the partner is ${JSON.stringify(state ?? null)}, the command needs ${oneOf(allowed)}`
  return {
    kind: 'reject',
    code: 'state-refused',
    message: difference === undefined ? refused : `${refused}; what an unanswered try sent is not there: ${difference}`,
  }
}

/** What an earlier try made; undefined: nothing. A look-up that the partner refuses leaves the question open for a person. */
async function lookUp(
  writer: Writer,
  once: Extract<Once, { kind: 'find' }>,
  roots: Roots,
  signal: AbortSignal | undefined,
): Promise<Made | undefined | Outcome> {
  try {
    return await findMade(writer, once, roots, signal)
  } catch (error) {
    if (!isHubError(error) || error.detail.recovery !== 'reject') throw error
    return {
      kind: 'unknown',
      code: error.detail.code,
      message: `whether an earlier try had its effect cannot be looked up: ${error.message}`,
      ...statusOf(error),
    }
  }
}

interface Phase {
  /** an earlier try may have had its effect */
  readonly earlier: boolean
  /** the writing call itself was under way */
  readonly own: boolean
  readonly once: Once
}

/** What a failed try taught. @throws HubError of class bug */
export function outcomeOf(error: unknown, { earlier, own, once }: Phase): Outcome {
  if (!isHubError(error) || error.detail.recovery === 'bug') throw error
  const { code, recovery } = error.detail
  const base = { code, message: error.message, ...statusOf(error) }
  if (recovery === 'reauth') return { kind: 'reauth', ...base }
  if (recovery === 'reject') return { kind: 'reject', ...base, ...sampleOf(error) }
  const ambiguous = earlier || (own && mayHaveHappened(error))
  if (ambiguous && once.kind === 'none')
    return { kind: 'unknown', ...base, message: `${error.message}; ${once.why}; look at the partner and settle this delivery by hand` }
  return { kind: 'retry', ...base, ambiguous, ...waitOf(error), ...sampleOf(error) }
}

const mayHaveHappened = (error: HubError): boolean => (error instanceof PartnerFault ? error.ambiguous : error.detail.sent !== false)
const statusOf = (error: HubError) => (error instanceof PartnerFault && error.status !== undefined ? { status: error.status } : {})
const waitOf = (error: HubError) => (error.detail.retryAfterMs === undefined ? {} : { retryAfterMs: error.detail.retryAfterMs })
const sampleOf = (error: HubError) => (error.detail.sample === undefined ? {} : { sample: error.detail.sample })
const oneOf = (list: readonly Json[]): string =>
  list.map((item) => (isObject(item) ? canonicalJson(item) : JSON.stringify(item))).join(' or ')
