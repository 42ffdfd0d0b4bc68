import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { at, type Json } from '../model/json.ts'
import type { Verified } from './access.ts'
import { type Body, openBody, openHookBody } from './body.ts'
import { formField } from './form.ts'
import { compileString } from './template.ts'
import type { Config, Verify, Webhook } from './types.ts'

type Headers = Readonly<Record<string, string>>
type Refusal = Extract<Verified, { kind: 'refused' }>['code']

/** Signatures looked at in one request; a longer list is an attack on the clock. */
const maxSignatures = 8
/** Secrets a connection may have at once while one is being changed. */
const maxSecrets = 8
/** Standard Webhooks 1.0: both ways. */
export const toleranceMs = 5 * 60_000

/**
 * Whether a request to the connection's hook address is the partner's, judged on the raw bytes. `headers` with lower case names. A connection without a
 * webhook secret refuses everything.
 */
export function verifyWebhook(webhook: Webhook, config: Config, headers: Headers, body: Uint8Array, now: Date): Verified {
  if (webhook.ping?.(headers, body)) return { kind: 'ping' }
  const refused = refusalOf(webhook.verify, config, headers, body, now)
  if (refused !== undefined) return { kind: 'refused', code: refused }
  const opened = openHookBody(webhook, body, undefined)
  return { kind: 'accepted', topic: topicOf(webhook, headers, opened), ...eventOf(webhook, headers, opened) }
}

function refusalOf(verify: Verify, config: Config, headers: Headers, body: Uint8Array, now: Date): Refusal | undefined {
  switch (verify.kind) {
    case 'hmac': {
      const header = headers[verify.header.toLowerCase()]
      if (header === undefined || header === '') return 'missing-signature'
      const prefix = verify.prefix ?? ''
      if (!header.startsWith(prefix)) return 'wrong-signature'
      const given = readDigest(header.slice(prefix.length), verify.encoding)
      const hit = secretsOf(verify.secret, config).some((secret) =>
        same(given, createHmac(verify.algorithm, keyOf(secret, verify.normalize)).update(body).digest()),
      )
      return hit ? undefined : 'wrong-signature'
    }
    case 'hash':
      return hashed(verify, secretsOf(verify.secret, config), headers, body)
    case 'repeated':
      return repeated(verify, secretsOf(verify.secret, config), body)
    case 'address':
      return undefined
    case 'standard':
      return standard(secretsOf(verify.secret, config), headers, body, now)
    case 'custom':
      return verify.verify(body, headers, config, now) ? undefined : 'wrong-signature'
  }
}

const keyOf = (secret: string, form: 'NFC' | 'NFKD' | undefined): Buffer =>
  Buffer.from(form === undefined ? secret : secret.normalize(form), 'utf8')

/** A form that has a field twice, or none, proves nothing. */
function hashed(
  { algorithm, signature, signed, text }: Extract<Verify, { kind: 'hash' }>,
  secrets: readonly string[],
  headers: Headers,
  body: Uint8Array,
): Refusal | undefined {
  const shown = 'header' in signature ? headers[signature.header.toLowerCase()] : formField(body, signature.field)
  if (shown === undefined || shown === '') return 'missing-signature'
  const bytes = signed === 'body' ? body : formField(body, signed.field)
  if (bytes === undefined) return 'wrong-signature'
  const given = readDigest(shown, 'hex')
  const pieces = text.split(/(\{signed\}|\{secret\})/)
  const hit = secrets.some((secret) => {
    const hash = createHash(algorithm)
    for (const piece of pieces) hash.update(piece === '{signed}' ? bytes : piece === '{secret}' ? secret : piece)
    return same(given, hash.digest())
  })
  return hit ? undefined : 'wrong-signature'
}

/** Digests are compared, so that neither the place of the first difference nor the length of a secret takes another time. */
function repeated(
  { each, path }: Extract<Verify, { kind: 'repeated' }>,
  secrets: readonly string[],
  body: Uint8Array,
): Refusal | undefined {
  const items = openBody(body, undefined).peek(each)
  if (!Array.isArray(items) || items.length === 0) return 'missing-signature'
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest()
  const known = secrets.map(digest)
  for (const item of items as readonly Json[]) {
    const given = at(item, path)
    if (typeof given !== 'string') return 'missing-signature'
    if (!known.some((secret) => same(digest(given), secret))) return 'wrong-signature'
  }
  return undefined
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: `v1` is base64 of HMAC-SHA256 over `id.timestamp.body`. */
function standard(secrets: readonly string[], headers: Headers, body: Uint8Array, now: Date): Refusal | undefined {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const list = headers['webhook-signature']
  if (!id || !timestamp || !list) return 'missing-signature'
  if (id.includes('.') || id.length > 256 || !/^[1-9]\d{0,11}$/.test(timestamp)) return 'wrong-signature'
  const signatures = list
    .split(' ')
    .filter((entry) => entry.startsWith('v1,'))
    .slice(0, maxSignatures)
    .map((entry) => readDigest(entry.slice(3), 'base64'))
  const hit = secrets.some((secret) => {
    const key = standardKey(secret)
    if (key === undefined) return false
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    return signatures.some((given) => same(given, digest))
  })
  if (!hit) return 'wrong-signature'
  return Math.abs(now.getTime() - Number(timestamp) * 1000) > toleranceMs ? 'stale-timestamp' : undefined
}

/** Key bytes of `whsec_<base64>`; undefined for anything else, so that a mistyped secret cannot become a weak key. */
export function standardKey(secret: string): Buffer | undefined {
  const key = secret.startsWith('whsec_') ? readDigest(secret.slice('whsec_'.length), 'base64') : undefined
  return key === undefined || key.length < 16 ? undefined : key
}

const secretsByConfig = new WeakMap<Config, Map<string, readonly string[]>>()

/** Secrets the partner may sign with, the one for new subscriptions first. Read once for each configuration. */
export function secretsOf(template: string, config: Config): readonly string[] {
  const kept = secretsByConfig.get(config) ?? new Map<string, readonly string[]>()
  secretsByConfig.set(config, kept)
  const known = kept.get(template)
  if (known !== undefined) return known
  const secrets = (compileString(template)({ config }) ?? '')
    .split(/\s+/)
    .filter((secret) => secret !== '')
    .slice(0, maxSecrets)
  kept.set(template, secrets)
  return secrets
}

/** Strict: what another program would write for these bytes, nothing lenient. */
function readDigest(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  if (encoding === 'hex') return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined
  return bytes?.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : undefined
}

const same = (given: Buffer | undefined, digest: Buffer): boolean =>
  given !== undefined && given.length === digest.length && timingSafeEqual(given, digest)

function topicOf({ topic }: Webhook, headers: Headers, body: Body): string {
  if ('each' in topic) return topic.name
  const found = 'header' in topic ? headers[topic.header.toLowerCase()] : body.peek(topic.path)
  return typeof found === 'string' ? found : ''
}

function eventOf(
  { eventId }: Webhook,
  headers: Headers,
  body: Body,
): { readonly eventId?: { readonly value: string; readonly signed: boolean } } {
  if (eventId === undefined) return {}
  const found =
    eventId.header !== undefined ? headers[eventId.header.toLowerCase()] : eventId.path === undefined ? undefined : body.peek(eventId.path)
  const value = typeof found === 'number' ? String(found) : found
  return typeof value === 'string' && value !== '' ? { eventId: { value, signed: eventId.signed } } : {}
}
