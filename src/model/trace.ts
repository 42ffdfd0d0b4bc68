export type SpanKind = 'server' | 'consumer' | 'client' | 'internal'
export type SpanFacts = Readonly<Record<string, string | number | boolean>>

/** Follows a partner's request through the hub. A traceparent (W3C Trace Context) goes with the rows from step to step. */
export interface Tracer {
  /**
   * Begins a span of the trace `parent`, a new trace without one or with one that cannot be read. `from`: a partner sent it, so it does not decide whether the trace is kept. `at`: epoch ms of its beginning, now when left out.
   */
  begin(
    name: string,
    of: {
      readonly kind: SpanKind
      readonly parent?: string | null
      readonly from?: 'partner'
      readonly at?: number
      readonly facts?: SpanFacts
    },
  ): Span
}
export interface Span {
  readonly traceparent: string
  end(facts?: SpanFacts, error?: string): void
}
