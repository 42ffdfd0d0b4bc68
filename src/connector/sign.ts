import { createHmac } from 'node:crypto'
import { bug } from '../model/errors.ts'
import { standardKey } from './verify.ts'

/**
 * Headers of a message as Standard Webhooks 1.0 has it: every secret of a list separated by spaces signs, so that the receiver can change from one to the next. `at` in whole seconds since 1970.
 * @throws HubError `bad-secret` (bug) when none is `whsec_<base64>` of at least 16 bytes
 */
export function signStandard(secrets: string, id: string, at: number, body: Uint8Array): Readonly<Record<string, string>> {
  const keys = secrets.split(/\s+/).flatMap((secret) => standardKey(secret) ?? [])
  if (keys.length === 0) throw bug('bad-secret', 'no secret to sign with is whsec_ followed by base64 of at least 16 bytes')
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64')}`)
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signatures.join(' ') }
}
