import { STATUS_CODES } from 'node:http'
import { isHubError } from '../model/errors.ts'
import type { JsonSchema } from '../model/json.ts'
import { redact } from '../model/redact.ts'

/** One thing wrong with a request: where it stands (`query`, `body`, …) and under which name or JSON pointer. */
export interface ProblemPart {
  readonly in: 'query' | 'body' | 'header'
  readonly path: string
  readonly message: string
}

/** An answer that is no success, as RFC 9457 has it. `detail` is for people and tells what to do next; it never holds a stack, SQL or a secret. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly requestId: string
  readonly errors?: readonly ProblemPart[]
}

export const problemSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'title', 'status', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', description: 'urn:crossdock:problem:<code>; the code is stable' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['in', 'path', 'message'],
        properties: {
          in: { type: 'string', enum: ['query', 'body', 'header'] },
          path: { type: 'string' },
          message: { type: 'string' },
        },
      },
    },
  },
}

/** Thrown by whatever answers a request; the app turns it into the answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: number
  readonly code: string
  readonly parts: readonly ProblemPart[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { readonly parts?: readonly ProblemPart[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.parts = more.parts ?? []
    this.headers = more.headers ?? {}
  }
}

/** The one 404: a thing that is not there and a thing of another tenant look the same. */
export const notFound = (): ProblemError =>
  new ProblemError(404, 'not-found', 'There is nothing here. Check the address and the identifiers in it.')

export const invalid = (parts: readonly ProblemPart[]): ProblemError =>
  new ProblemError(
    400,
    'invalid-request',
    `The request does not fit its description: ${parts.map((part) => `${part.path || part.in} ${part.message}`).join('; ')}. See /openapi.json.`,
    { parts },
  )

/** Rejections that mean: there is no such thing, or its state forbids it now. */
const absent: ReadonlySet<string> = new Set(['not-found', 'unknown-envelope', 'unknown-delivery', 'unknown-subscription'])
/** The same, where the words say what was named. */
const absentByName: ReadonlySet<string> = new Set(['unknown-version', 'unknown-contract', 'no-stream', 'no-document', 'no-statement'])
const absentStock: ReadonlySet<string> = new Set(['unknown-movement', 'unknown-transfer', 'unknown-reservation'])
const absentNumber: ReadonlySet<string> = new Set(['unknown-number-scheme', 'unknown-order-number', 'unknown-response'])
const conflicts: ReadonlySet<string> = new Set([
  'not-replayable',
  'not-open',
  'link-conflict',
  'not-ours',
  'version-moved',
  'illegal-transition',
  'name-taken',
  'subscription-closed',
  'number-taken',
  'number-request-differs',
  'business-stopped',
  'lease-over',
  'order-number-not-held',
  'order-number-completed',
  'order-over',
  'already-received',
  'below-received',
  'below-confirmed',
  'line-fixed',
  'more-than-received',
  'identifier-taken',
  'contract-fixed',
  'own-approval',
  'to-be-signed',
  'key-taken',
  'kept-by-partner',
  'not-enough',
  'not-enough-money',
  'account-frozen',
  'transfer-differs',
  'month-not-over',
  'reservation-ended',
  'older-snapshot',
])

const hidden = 'Something went wrong inside the hub. The log has the reason under this request id.'

/**
 * The problem that any thrown value is. HubErrors by recovery: retry 503 with Retry-After, reauth 502 (the partner wants a new login), reject 422 (404 and 409 where
 * the code says so), bug 500; what is not
 * ours to classify is a bug, and a bug's own words stay in the log.
 */
export function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (!isHubError(error)) return new ProblemError(500, 'internal', hidden)
  const { code, recovery, retryAfterMs } = error.detail
  switch (recovery) {
    case 'retry':
      return new ProblemError(503, code, error.message, {
        headers: { 'retry-after': String(Math.max(1, Math.ceil((retryAfterMs ?? 1000) / 1000))) },
      })
    case 'reauth':
      return new ProblemError(502, code, error.message)
    case 'reject':
      if (absent.has(code)) return notFound()
      return new ProblemError(
        conflicts.has(code) ? 409 : absentByName.has(code) || absentStock.has(code) || absentNumber.has(code) ? 404 : 422,
        code,
        error.message,
      )
    case 'bug':
      return new ProblemError(500, 'internal', hidden)
  }
}

export function problemResponse(error: ProblemError, requestId: string, secrets: readonly string[]): Response {
  const problem: Problem = {
    type: `urn:crossdock:problem:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    requestId,
    ...(error.parts.length > 0 ? { errors: error.parts } : {}),
  }
  return new Response(redact(JSON.stringify(problem), secrets), {
    status: error.status,
    headers: { ...error.headers, 'content-type': 'application/problem+json' },
  })
}
