import { HubError, isHubError } from '../model/errors.ts'
import { redactCut } from '../model/redact.ts'
import { PartnerFault } from './faults.ts'

const maxSample = 500
const maxMessage = 600

/** The same error without secrets; its cause is told, not carried: what a library puts into an error is not ours to vouch for. */
export function cleaned(error: unknown, secrets: readonly string[]): unknown {
  if (!isHubError(error)) return error
  const clean = (text: string) => redactCut(text, secrets)
  const message = clean(error.message).slice(0, maxMessage)
  const { cause, sample, ...rest } = error.detail
  const detail = {
    ...rest,
    ...(sample === undefined ? {} : { sample: clean(sample).slice(0, maxSample) }),
    ...(cause === undefined ? {} : { cause: new Error(clean(cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown')) }),
  }
  if (error instanceof PartnerFault)
    return new PartnerFault(message, {
      ...detail,
      ambiguous: error.ambiguous,
      ...(error.status === undefined ? {} : { status: error.status }),
    })
  return new HubError(message, detail)
}
