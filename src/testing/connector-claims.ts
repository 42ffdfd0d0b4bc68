import type { Outcome } from '../model/delivery.ts'
import { type HubError, isHubError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import type { Replay } from './connector-replay.ts'

/** One thing a connector must do. `run` throws what is wrong, in words for its author. */
export interface Claim {
  readonly name: string
  readonly run: () => Promise<void>
}

export class ClaimError extends Error {
  override readonly name = 'ClaimError'
}

export function claim(holds: boolean, message: string): asserts holds {
  if (!holds) throw new ClaimError(message)
}

export function claimEqual(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)]
  claim(a === b, `${what}: expected ${b}, found ${a}`)
}

/** The fault of an act that must fail. */
export async function faultOf(act: () => Promise<unknown>): Promise<HubError> {
  try {
    await act()
  } catch (error) {
    if (isHubError(error)) return error
    throw new ClaimError(`failed with something that is not classed: ${String(error)}`)
  }
  throw new ClaimError('did not fail')
}

/** One run of a command against its recording; `input` instead of the recorded one. */
export type Run = (partner: Replay, ambiguous: boolean, input?: JsonObject) => Promise<Outcome>

export function delivered(outcome: Outcome, partner: Replay): void {
  claim(
    outcome.kind === 'delivered',
    `not delivered: ${JSON.stringify(outcome)}${partner.strange.length === 0 ? '' : `\nsent what is not in the recording:\n${partner.strange.join('\n')}`}`,
  )
}
