import type { Access } from '../connector/access.ts'
import type { Clock } from '../model/clock.ts'
import { isHubError } from '../model/errors.ts'

/** What tests of logins and tokens have in common. */

/** A clock that stands still until it is moved; who sleeps moves it. */
export function handClock(): Clock & { forward(ms: number): void } {
  let now = Date.UTC(2026, 10, 23)
  const forward = (ms: number): void => {
    now += ms
  }
  return { now: () => now, sleep: async (ms) => forward(ms), forward }
}

/** `good`, or code and recovery of what the check of a connection ended with. */
export const checked = (access: Access): Promise<string> =>
  access.check().then(
    () => 'good',
    (error: unknown) => (isHubError(error) ? `${error.detail.code}/${error.detail.recovery}` : String(error)),
  )
