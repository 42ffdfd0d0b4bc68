import { reject } from '../../model/errors.ts'

/** Counted work, so that a sample from a stranger cannot occupy the machine however it is made. */
export interface Steps {
  left: number
}

/** Work that a suggestion or a schema may take when nobody says otherwise: some seconds. */
export const defaultSteps = 30_000_000
/** Most paths in all samples together. */
export const maxPaths = 5_000

/** @throws HubError reject `sample-limit` when the work is used up */
export function spend(steps: Steps, count: number): void {
  steps.left -= count
  if (steps.left < 0)
    throw reject('sample-limit', 'the samples take more work than may be spent; give fewer or smaller records, a handful is enough')
}
