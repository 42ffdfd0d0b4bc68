import { reject } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import type { Tracer } from '../model/trace.ts'

export interface Tracing {
  readonly tracer: Tracer
  /** sends what is left, for a few seconds at most */
  close(): Promise<void>
}

/** Traces to the collector that the environment names; undefined: none is named, and then nothing of what sends them is loaded. @throws HubError `tracing` (reject) */
export async function openTracing(env: NodeJS.ProcessEnv, role: string, log?: Log): Promise<Tracing | undefined> {
  const url = collectorOf(env)
  return url === undefined ? undefined : (await import('./otlp.ts')).openOtlp(url, env, role, log)
}

/** OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it stands, else OTEL_EXPORTER_OTLP_ENDPOINT and the path of the protocol. */
function collectorOf(env: NodeJS.ProcessEnv): string | undefined {
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || undefined
  const all = env.OTEL_EXPORTER_OTLP_ENDPOINT || undefined
  const text = own ?? all
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw reject('tracing', 'OTEL_EXPORTER_OTLP_ENDPOINT is no http:// or https:// address; write http://collector:4318')
  return own ?? `${text.replace(/\/+$/, '')}/v1/traces`
}
