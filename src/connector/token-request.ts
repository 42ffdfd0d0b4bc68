import type { Clock } from '../model/clock.ts'
import type { Json } from '../model/json.ts'
import { openBody } from './body.ts'
import type { Egress, ExchangeLimits } from './egress.ts'
import { judge } from './faults.ts'
import { exchange } from './http.ts'
import { compileString } from './template.ts'
import type { Auth, Config, FaultRule } from './types.ts'

/** RFC 6749 5.2: whoever is refused here needs other credentials, not patience. */
const rules: readonly FaultRule[] = [{ status: [400, 401, 403], then: 'reauth', code: 'token-refused' }]
const json = ['application/json'] as const
const deadlineMs = 30_000
const maxBodyBytes = 64 * 1024

/** Asks where tokens are given; the form of RFC 6749 section 4. Neither is there a token in what it throws. */
export function tokenAsker(
  auth: Auth,
  { name, config }: { readonly name: string; readonly config: Config },
  { egress, clock, limits }: { readonly egress: Egress; readonly clock: Clock; readonly limits: ExchangeLimits },
): (form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) => Promise<Json> {
  const url = auth.kind === 'oauth2' ? tokenUrl(auth.tokenUrl, config) : undefined
  return async (form, headers) => {
    const what = `the request for a token of ${name}`
    const answer = await exchange(
      egress,
      {
        method: 'POST',
        url: url?.href ?? '',
        headers: { accept: json[0], 'user-agent': 'crossdock', 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new TextEncoder().encode(new URLSearchParams(form).toString()),
      },
      { deadlineMs: Math.min(limits.deadlineMs, deadlineMs), headersMs: Math.min(limits.headersMs, deadlineMs), maxBodyBytes },
      clock,
      what,
    )
    const body = openBody(answer.body, undefined)
    const fault = judge(
      { what, status: answer.status, headers: answer.headers, body, now: clock.now() },
      { rules, contentTypes: json, needsBody: true, secret: true },
    )
    if (fault !== undefined) throw fault
    return body.value()
  }
}

/** Where tokens are given; undefined for no address. */
export function tokenUrl(template: string, config: Config): URL | undefined {
  const text = compileString(template)({ config })
  return (text === undefined ? null : URL.parse(text)) ?? undefined
}
