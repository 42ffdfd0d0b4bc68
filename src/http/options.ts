import type { ConnectionForms } from '../model/connection-form.ts'
import type { Fault } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { redact } from '../model/redact.ts'
import type { Keyring } from '../model/sealing.ts'
import type { Receiver } from '../pipeline/receive.ts'
import type { ProcessMeter } from './meter.ts'
import type { Served } from './route.ts'

/** What a reload of the workspace came to: the revision that is current now, and the faults that kept a new one out. */
export interface Reloaded {
  readonly revision: string
  readonly changed: boolean
  /** connections whose values behind references are others now; never the values */
  readonly secrets?: readonly string[]
  readonly faults: readonly Fault[]
}

/** What the API needs to keep secrets. */
export interface SecretVault {
  /** the keys as they are now @throws HubError when they cannot be had */
  keyring(): Keyring
  /** puts a new key before the others and answers where; absent where people give the keys */
  readonly addKey?: () => string
  /** connections of the current workspace that refer to a secret */
  usedBy(name: string): readonly string[]
}

export interface HttpOptions {
  /** takes webhook requests; opened here when left out, and then closed by nobody */
  readonly receiver?: Receiver
  /** further tenants of this process */
  readonly also?: readonly Served[]
  /** what this process counts, also outside the API; the API's own when left out */
  readonly meter?: ProcessMeter
  /** a key of this machine with every scope, of the context's tenant (the file `local.key` of the data folder) */
  readonly localKey?: string
  /** values that must never stand in an answer */
  readonly secrets?: () => readonly string[]
  /** values that stand in no answer of any kind, wherever they come from */
  readonly credentials?: () => readonly string[]
  /** seals secrets; without it there are none */
  readonly vault?: SecretVault
  /** true once the process is to end: /readyz says so */
  readonly closing?: () => boolean
  /** checks the workspace again and makes it current when it holds */
  readonly reload?: () => Promise<Reloaded>
  /** canonical schemas by `$id`, for OpenAPI and the names of document types */
  readonly schemas?: ReadonlyMap<string, JsonObject>
  /** without it there is nothing to choose from */
  readonly forms?: ConnectionForms
  readonly limits?: Partial<HttpLimits>
}

export interface HttpLimits {
  /** body of a JSON request */
  readonly maxJsonBytes: number
  /** bodies being read at once, all requests together; beyond it 503 */
  readonly maxReadingBytes: number
  /** figures of /metrics are counted at most this often */
  readonly metricsEveryMs: number
  /** how long the answer to an Idempotency-Key is kept */
  readonly idempotencyKeptMs: number
  /** a request without an answer for so long is lost and may be sent again */
  readonly idempotencyLostMs: number
}

export const httpLimits: HttpLimits = {
  maxJsonBytes: 1024 * 1024,
  maxReadingBytes: 64 * 1024 * 1024,
  metricsEveryMs: 5000,
  idempotencyKeptMs: 24 * 3_600_000,
  idempotencyLostMs: 10 * 60_000,
}

/** Longest path and query a request may have. */
export const maxTargetLength = 4096

/** A partner's or a stored text without any value that is secret now. */
export const clean = (options: HttpOptions, text: string): string => redact(text, options.secrets?.() ?? [])
