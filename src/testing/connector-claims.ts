import { type HubError, isHubError } from '../model/errors.ts'

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
