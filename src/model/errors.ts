/**
 * Errors are classed by what has to happen next (design.md section 8):
 * retry (try later), reauth (a person or the session must log in), reject (the partner or the data says no), bug (ours).
 */
export type Recovery = 'retry' | 'reauth' | 'reject' | 'bug'

export interface ErrorDetail {
  /** short stable word for tables and metrics: `http-503`, `html-answer`, `bad-shape` */
  readonly code: string
  readonly recovery: Recovery
  /** earliest next try, from Retry-After, in ms from now */
  readonly retryAfterMs?: number
  /** false when it is certain that nothing reached the partner; undefined or true: the effect may have happened */
  readonly sent?: boolean
  /** redacted beginning of what the partner answered */
  readonly sample?: string
  readonly cause?: unknown
}

/** What went wrong while talking to a partner or reading its data. `message` says what, where and what to do next. */
export class HubError extends Error {
  override readonly name = 'HubError'
  readonly detail: ErrorDetail

  constructor(message: string, detail: ErrorDetail) {
    super(message, { cause: detail.cause })
    this.detail = detail
  }
}

export const isHubError = (error: unknown): error is HubError => error instanceof HubError

/** Class of any thrown value: what is not ours to classify is a bug. */
export function recoveryOf(error: unknown): Recovery {
  return isHubError(error) ? error.detail.recovery : 'bug'
}

export const retry = (code: string, message: string, more: Partial<ErrorDetail> = {}): HubError =>
  new HubError(message, { ...more, code, recovery: 'retry' })
export const reauth = (code: string, message: string, more: Partial<ErrorDetail> = {}): HubError =>
  new HubError(message, { ...more, code, recovery: 'reauth' })
export const reject = (code: string, message: string, more: Partial<ErrorDetail> = {}): HubError =>
  new HubError(message, { ...more, code, recovery: 'reject' })
export const bug = (code: string, message: string, more: Partial<ErrorDetail> = {}): HubError =>
  new HubError(message, { ...more, code, recovery: 'bug' })

/** One fault of a file an integrator wrote: everything `crossdock check` prints. */
export interface Fault {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly file: string
  readonly line: number
  readonly column: number
  /** path inside the document: `connections.shop-us.config.url` */
  readonly path: string
  readonly message: string
  /** how to mend it: `did you mean 'convert'?` */
  readonly suggestion?: string
}
