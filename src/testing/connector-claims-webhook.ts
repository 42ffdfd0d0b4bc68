import { cutBody } from '../connector/cut.ts'
import { placeholders } from '../connector/template.ts'
import type { Connector, Verify, Webhook } from '../connector/types.ts'
import { verifyWebhook } from '../connector/verify.ts'
import { at, isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { type Claim, claim, claimEqual } from './connector-claims.ts'
import type { ConnectorFixtures, WebhookFixture } from './connector-fixtures.ts'

export function webhookClaims(connector: Connector, fixtures: ConnectorFixtures): readonly Claim[] {
  const { webhook } = connector
  return webhook === undefined
    ? []
    : (fixtures.webhooks ?? []).flatMap((fixture) => claimsOf(connector, webhook, { ...fixtures.config, ...fixture.config }, fixture))
}

function claimsOf(connector: Connector, webhook: Webhook, config: JsonObject, fixture: WebhookFixture): readonly Claim[] {
  const now = new Date(fixture.receivedAt)
  const bytes = new TextEncoder().encode(fixture.body)
  const verify = (
    change: {
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: Uint8Array
      readonly config?: JsonObject
      readonly now?: Date
    } = {},
  ) => verifyWebhook(webhook, change.config ?? config, change.headers ?? fixture.headers, change.body ?? bytes, change.now ?? now)
  const refused = (what: string, verified: { readonly kind: string }) => claim(verified.kind === 'refused', `${what} is not refused`)
  const label = `webhook ${fixture.name}`
  return [
    {
      name: `${label}: the known answer is accepted`,
      run: async () => {
        const verified = verify()
        claim(verified.kind === 'accepted', `refused: ${JSON.stringify(verified)}`)
        claimEqual(verified.topic, fixture.topic, 'topic')
      },
    },
    ...(webhook.verify.kind === 'address'
      ? []
      : webhook.verify.kind === 'repeated'
        ? repeatedClaims(label, webhook.verify, bytes, verify, refused)
        : [
            {
              name: `${label}: one changed byte is refused`,
              run: async () => {
                for (const place of new Set([0, Math.floor(bytes.length / 2), bytes.length - 1]))
                  refused(`a body with another byte ${place}`, verify({ body: bytes.map((byte, at) => (at === place ? byte ^ 1 : byte)) }))
                refused('a body with one byte more', verify({ body: new Uint8Array([...bytes, 10]) }))
              },
            },
          ]),
    {
      name: `${label}: a missing or changed signature is refused`,
      run: async () => {
        for (const name of signatureHeaders(webhook)) {
          const { [name]: given, ...others } = fixture.headers
          refused(`a request without ${name}`, verify({ headers: others }))
          refused(`another ${name}`, verify({ headers: { ...others, [name]: changed(given ?? '') } }))
        }
        for (const name of signatureFields(webhook)) {
          const form = new URLSearchParams(fixture.body)
          const given = form.get(name) ?? ''
          const withField = (act: (form: URLSearchParams) => void) => {
            const other = new URLSearchParams(form)
            act(other)
            return new TextEncoder().encode(other.toString())
          }
          refused(`a form without ${name}`, verify({ body: withField((other) => other.delete(name)) }))
          refused(`another ${name}`, verify({ body: withField((other) => other.set(name, changed(given))) }))
          refused(`${name} twice`, verify({ body: withField((other) => other.append(name, given)) }))
        }
      },
    },
    {
      name: `${label}: another secret is refused`,
      run: async () => {
        for (const name of secretFields(connector, webhook))
          refused(
            `a request signed with another ${name}`,
            verify({ config: { ...config, [name]: otherSecret(String(config[name] ?? '')) } }),
          )
      },
    },
    ...(webhook.verify.kind === 'standard'
      ? [
          {
            name: `${label}: an old request is refused`,
            run: async () => refused('a request of an hour ago', verify({ now: new Date(now.getTime() + 3_600_000) })),
          },
        ]
      : []),
    ...(fixture.keys === undefined ? [] : [cutClaim(connector, webhook, config, fixture, bytes, fixture.keys)]),
  ]
}

/** Nothing is signed: the secret that every item repeats is all there is. */
function repeatedClaims(
  label: string,
  { each, path }: Extract<Verify, { kind: 'repeated' }>,
  bytes: Uint8Array,
  verify: (change: { readonly body?: Uint8Array }) => { readonly kind: string },
  refused: (what: string, verified: { readonly kind: string }) => void,
): readonly Claim[] {
  const whole = parseJson(new TextDecoder().decode(bytes)) as JsonObject
  const items = at(whole, each) as readonly JsonObject[]
  const having = (list: readonly JsonObject[]) => verify({ body: new TextEncoder().encode(JSON.stringify({ ...whole, [each]: list })) })
  return [
    {
      name: `${label}: an item without the secret, or with another one, is refused`,
      run: async () => {
        claim(having(items).kind === 'accepted', 'the body written anew is refused')
        for (const place of items.keys()) {
          const other = (secret: Json) => having(items.map((item, here) => (here === place ? { ...item, [path]: secret } : item)))
          for (const secret of [null, '', `${String(at(items[place], path))}x`])
            refused(`item ${place} with the secret ${secret}`, other(secret))
        }
        refused('a body without items', having([]))
      },
    },
  ]
}

function cutClaim(
  connector: Connector,
  webhook: Webhook,
  config: JsonObject,
  fixture: WebhookFixture,
  bytes: Uint8Array,
  keys: readonly string[],
): Claim {
  return {
    name: `webhook ${fixture.name}: carries its records, the same ones every time`,
    run: async () => {
      const topic = webhook.topics[fixture.topic]
      claim(topic !== undefined, `the connector does not list the topic ${fixture.topic}`)
      const now = Date.parse(fixture.receivedAt)
      const cut = () =>
        cutBody(connector, config, topic, bytes, now).map(({ key, version, bodyHash, op }) => ({ key, version, bodyHash, op }))
      claimEqual(
        cut().map(({ key }) => key),
        keys,
        'keys',
      )
      claimEqual(cut(), cut(), 'records of the same event')
      claimEqual(
        verifyWebhook(webhook, config, fixture.headers, bytes, new Date(now)),
        verifyWebhook(webhook, config, fixture.headers, bytes, new Date(now)),
        'id of the same event',
      )
    },
  }
}

function signatureHeaders({ verify }: Webhook): readonly string[] {
  if (verify.kind === 'hmac') return [verify.header.toLowerCase()]
  if (verify.kind === 'hash') return 'header' in verify.signature ? [verify.signature.header.toLowerCase()] : []
  return verify.kind === 'standard' ? ['webhook-id', 'webhook-timestamp', 'webhook-signature'] : []
}

const signatureFields = ({ verify }: Webhook): readonly string[] =>
  verify.kind === 'hash' && 'field' in verify.signature ? [verify.signature.field] : []

/** Fields of the config that the signature depends on. */
function secretFields({ config }: Connector, { verify }: Webhook): readonly string[] {
  if (verify.kind === 'address') return []
  if (verify.kind !== 'custom') return placeholders(verify.secret).map(({ path }) => path.split('.')[1] ?? '')
  const fields = isObject(config.properties) ? Object.entries(config.properties) : []
  return fields.filter(([, field]) => isObject(field) && field.writeOnly === true).map(([name]) => name)
}

const otherSecret = (secret: string): string =>
  secret.startsWith('whsec_') ? `whsec_${Buffer.alloc(24, 1).toString('base64')}` : `${secret}x`
/** Another value of the same form: the last letter or digit becomes a different one. */
const changed = (value: string): string => value.replace(/[A-Za-z0-9](?=[^A-Za-z0-9]*$)/, (c) => (c === '1' ? '2' : '1'))
