import type { Call, Config, Http, Path } from './types.ts'

/** How one connection speaks: its HTTP rules without a choice left, the envelope of its calls, and where its answers begin. */
export interface Spoken {
  readonly http: Omit<Http, 'dialects'>
  readonly call: (call: Call) => Call
  readonly answer: Path
}

/** The protocol that the config chooses. */
export function spoken({ dialects, ...http }: Http, config: Config): Spoken {
  const name = dialects === undefined ? undefined : config[dialects.field]
  const dialect = typeof name === 'string' && dialects !== undefined && Object.hasOwn(dialects.of, name) ? dialects.of[name] : undefined
  if (dialect === undefined) return { http, call: (call) => call, answer: '' }
  const { auth, headers, faults, call, answer } = dialect
  const { headers: _headers, faults: _faults, ...same } = http
  return {
    http: { ...same, auth, ...(headers === undefined ? {} : { headers }), ...(faults === undefined ? {} : { faults }) },
    call,
    answer,
  }
}
