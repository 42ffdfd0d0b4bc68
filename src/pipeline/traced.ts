import type { Span } from '../model/trace.ts'
import type { Tx } from '../store/database.ts'
import type { Settlement } from '../store/envelope.ts'
import { tracesOf } from '../store/receipt.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { Context } from './context.ts'

/** Spans of envelopes that are applied together. */
export interface TracedEnvelopes {
  /** traceparent of what a document's envelope is owed to; undefined: it is not traced, or came in another batch */
  of(envelope: string | null): string | undefined
  end(settlements: readonly Settlement[]): void
}

const untraced: TracedEnvelopes = { of: () => undefined, end: () => {} }

/**
 * Begins a span for each envelope whose receipt is traced. What follows for documents that another envelope wrote (a stock figure that an order changed) belongs to the one trace of the batch, where there is only one. Costs nothing where nothing is traced.
 */
export async function traceEnvelopes(context: Context, tx: Tx, envelopes: readonly EnvelopeTable[]): Promise<TracedEnvelopes> {
  const { tracer, tenant } = context
  if (tracer === undefined) return untraced
  const traces = await tracesOf(
    tx,
    tenant,
    envelopes.map(({ receipt }) => receipt),
  )
  const spans = new Map<string, Span>()
  for (const { id, receipt, connection, stream } of envelopes) {
    const parent = traces.get(receipt)
    if (parent === undefined) continue
    const facts = { 'crossdock.envelope': id, 'crossdock.receipt': receipt, 'crossdock.connection': connection, 'crossdock.stream': stream }
    spans.set(id, tracer.begin('apply', { kind: 'consumer', parent, facts: { ...facts, 'crossdock.batch': envelopes.length } }))
  }
  const only = spans.size === 1 && envelopes.length === 1 ? [...spans.values()][0] : undefined
  return {
    of: (envelope) => (spans.get(envelope ?? '') ?? only)?.traceparent,
    end(settlements) {
      for (const { id, state, reason } of settlements)
        spans
          .get(id)
          ?.end(
            { 'crossdock.state': state, ...(reason === null ? {} : { 'crossdock.reason': reason }) },
            state === 'dead' ? state : undefined,
          )
    },
  }
}
