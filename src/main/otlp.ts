import {
  type Attributes,
  type Context,
  type DiagLogger,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { reject } from '../model/errors.ts'
import { type Log, silentLog } from '../model/log.ts'
import type { Tracing } from './tracing.ts'

/** Spans that wait to be sent; more are dropped, never waited for. */
const mostWaiting = 4096
const exportMs = 10_000
const closeMs = 3000
const quietMs = 60_000

const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const

/**
 * Traces by OpenTelemetry, sent to the OTLP collector at `url` over HTTP. OTEL_EXPORTER_OTLP_HEADERS and the other variables of the exporter hold as its makers say. OTEL_TRACES_SAMPLER_ARG is the part of all traces that is kept, from 0 to 1; a partner does not decide it. @throws HubError `tracing` (reject)
 */
export function openOtlp(url: string, env: NodeJS.ProcessEnv, role: string, log: Log = silentLog): Tracing {
  diag.setLogger(complaints(log), DiagLogLevel.WARN)
  const kept = new TraceIdRatioBasedSampler(ratio(env.OTEL_TRACES_SAMPLER_ARG))
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': env.OTEL_SERVICE_NAME ?? 'crossdock',
      'service.instance.id': `${role}-${process.pid}`,
      'crossdock.role': role,
    }),
    sampler: new ParentBasedSampler({ root: kept, remoteParentSampled: kept, remoteParentNotSampled: kept }),
    spanLimits: { attributeValueLengthLimit: 300, attributeCountLimit: 32, eventCountLimit: 8, linkCountLimit: 8 },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url, timeoutMillis: exportMs }),
        maxQueueSize: mostWaiting,
        scheduledDelayMillis: 1000,
      }),
    ],
  })
  const source = provider.getTracer('crossdock')
  return {
    tracer: {
      begin(name, { kind, parent, from, at, facts }) {
        const span = source.startSpan(
          name,
          { kind: kinds[kind], ...(at === undefined ? {} : { startTime: at }), ...(facts === undefined ? {} : { attributes: facts }) },
          within(parent ?? undefined, from === 'partner'),
        )
        return {
          traceparent: written(span.spanContext()),
          end(more, error) {
            if (more !== undefined) span.setAttributes(more as Attributes)
            if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
            span.end()
          },
        }
      },
    },
    async close() {
      const late = new Promise<'late'>((resolve) => setTimeout(resolve, closeMs, 'late').unref())
      try {
        if ((await Promise.race([provider.shutdown(), late])) === 'late') log.warn({ url }, 'the last traces were not sent in time')
      } catch (error) {
        log.warn({ url, error }, 'the last traces were not sent')
      }
    },
  }
}

/** What OpenTelemetry complains about, once in a while: a collector that is gone must not fill the log. */
function complaints(log: Log): DiagLogger {
  let toldAt = Number.NEGATIVE_INFINITY
  const tell = (reason: string) => {
    if (performance.now() - toldAt < quietMs) return
    toldAt = performance.now()
    log.warn({ reason: reason.slice(0, 500) }, 'traces are lost: the collector does not take them')
  }
  return { error: tell, warn: tell, info: () => {}, debug: () => {}, verbose: () => {} }
}

function ratio(text: string | undefined): number {
  const value = text === undefined || text === '' ? 1 : Number(text)
  if (!(value >= 0 && value <= 1)) throw reject('tracing', `OTEL_TRACES_SAMPLER_ARG is ${text}; it is a number from 0 to 1`)
  return value
}

/** The context below a traceparent; one that cannot be read begins a new trace (W3C Trace Context, 3.2.2). */
function within(parent: string | undefined, isRemote: boolean): Context {
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(parent ?? '')
  const [, traceId = '', spanId = '', flags = ''] = match ?? []
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return ROOT_CONTEXT
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, isRemote, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED })
}

const written = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`
